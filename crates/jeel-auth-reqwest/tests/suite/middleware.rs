//! The middleware: where the field goes, and what follows a 401.

use crate::common::{
    Trap, builder, builder_with, credentials, own_transport, rerun, source, trusting,
};
use jeel_auth_emulator::{Emulator, Response, Verdict};
use jeel_auth_reqwest::{
    ErrorKind, JeelAuth, LoopbackHttp, Origin, SetupError, TokenSource, TxId, client_builder,
};
use reqwest::Body;
use reqwest_middleware::ClientWithMiddleware;
use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;
use tokio::task::JoinSet;

fn api(emulator: &Emulator) -> (TokenSource, ClientWithMiddleware) {
    let tokens = source(emulator);
    let client = JeelAuth::client(&tokens, client_builder().unwrap()).unwrap();
    (tokens, client)
}

fn verdicts(emulator: &Emulator) -> Vec<Verdict> {
    emulator.resource_requests().iter().filter_map(|request| request.verdict).collect()
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_call_to_the_api_carries_the_token_and_tells_its_tx_id() {
    let emulator = Emulator::start().unwrap();
    let (_, api) = api(&emulator);
    let response = api.get(emulator.resource_url()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.tx_id(), Some(emulator.resource_requests()[0].tx_id.as_str()));
    assert_eq!(emulator.token_request_count(), 1);
}

#[tokio::test]
async fn the_same_over_https() {
    let emulator = Emulator::builder().https().start().unwrap();
    let tokens = builder_with(&emulator, own_transport(&emulator)).build().unwrap();
    let api = JeelAuth::client(&tokens, trusting(&emulator)).unwrap();
    assert_eq!(api.get(emulator.resource_url()).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_call_to_anywhere_else_is_left_alone() {
    let emulator = Emulator::start().unwrap();
    let (_, api) = api(&emulator);
    let elsewhere = Trap::answering(&[OK]);
    let port = elsewhere.url().rsplit(':').next().unwrap();
    for url in [elsewhere.url(), &format!("http://localhost:{port}/")] {
        api.get(url).send().await.unwrap();
    }
    // The API's own port under another name is another origin too.
    let other_name = emulator.resource_url().replace("127.0.0.1", "localhost");
    assert_eq!(api.get(other_name).send().await.unwrap().status(), 401);
    assert_eq!(verdicts(&emulator), [Verdict::Missing]);
    let requests = elsewhere.seen();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| !request.to_lowercase().contains("authorization")));
    assert_eq!(emulator.token_request_count(), 0);
}

#[tokio::test]
async fn the_scheme_is_part_of_the_origin() {
    let emulator = Emulator::start().unwrap();
    let over_https = emulator.api_url().replace("http://", "https://");
    let tokens = builder(&emulator)
        .api_origin(Origin::parse(&over_https, LoopbackHttp::Refused).unwrap())
        .build()
        .unwrap();
    let api = JeelAuth::client(&tokens, client_builder().unwrap()).unwrap();
    assert_eq!(api.get(emulator.resource_url()).send().await.unwrap().status(), 401);
    assert_eq!(verdicts(&emulator), [Verdict::Missing]);
}

#[tokio::test]
async fn a_call_with_a_field_of_its_own_is_left_alone() {
    let emulator = Emulator::start().unwrap();
    let (_, api) = api(&emulator);
    let response = api.get(emulator.resource_url()).bearer_auth("mine").send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(emulator.resource_request_count(), 1);
    assert_eq!(emulator.token_request_count(), 0);
}

/// Only the environment can leave it out.
#[test]
fn a_source_without_an_api_origin_makes_no_client() {
    rerun(
        "middleware::makes_no_client",
        &[
            ("JEELPAY_CLIENT_ID", "id"),
            ("JEELPAY_CLIENT_SECRET", "secret"),
            ("JEELPAY_AUTH_URL", "https://auth.example"),
        ],
    );
}

#[test]
#[ignore = "run by the test above, with its environment"]
fn makes_no_client() {
    let tokens = jeel_auth_reqwest::from_env().unwrap();
    let made = JeelAuth::client(&tokens, client_builder().unwrap());
    assert!(matches!(made, Err(SetupError::NoApiOrigin)));
}

#[tokio::test]
async fn a_401_is_answered_by_one_more_try_with_a_new_token() {
    let emulator = Emulator::start().unwrap();
    let (tokens, api) = api(&emulator);
    tokens.token().await.unwrap();
    emulator.revoke_all();
    let response = api.post(emulator.resource_url()).body("amount=1").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.text().await.unwrap().contains("amount=1"));
    assert_eq!(verdicts(&emulator), [Verdict::Revoked, Verdict::Accepted]);
    assert_eq!(emulator.token_request_count(), 2);
}

#[tokio::test]
async fn a_second_401_is_the_answer() {
    let emulator = Emulator::start().unwrap();
    let (tokens, api) = api(&emulator);
    emulator.reject_next(usize::from(u8::MAX));
    let response = api.get(emulator.resource_url()).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(emulator.resource_request_count(), 2);
    assert_eq!(emulator.token_request_count(), 2);
    // Both were reported to core. It keeps the second token in use, and asks for no third one yet.
    assert_eq!(tokens.status().counters.rejections, 2);
    assert_eq!(api.get(emulator.resource_url()).send().await.unwrap().status(), 401);
    assert_eq!(emulator.token_request_count(), 2);
}

#[tokio::test]
async fn a_body_that_is_a_stream_is_not_sent_twice() {
    let emulator = Emulator::start().unwrap();
    let (tokens, api) = api(&emulator);
    tokens.token().await.unwrap();
    emulator.revoke_all();
    let stream = || Body::wrap("amount=1".to_owned());
    let response = api.post(emulator.resource_url()).body(stream()).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(emulator.resource_request_count(), 1);
    // The token was rejected: the next call has another.
    let response = api.post(emulator.resource_url()).body(stream()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(emulator.token_request_count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_401s_at_once_cost_one_token_request() {
    let emulator = Emulator::start().unwrap();
    let (tokens, api) = api(&emulator);
    tokens.token().await.unwrap();
    emulator.revoke_all();
    let mut calls = JoinSet::new();
    for _ in 0..1000 {
        let call = api.get(emulator.resource_url());
        calls.spawn(async move { call.send().await.unwrap().status() });
    }
    assert!(calls.join_all().await.iter().all(|status| *status == 200));
    assert_eq!(emulator.token_request_count(), 2);
    assert_eq!(tokens.status().counters.rejections, 1);
}

#[tokio::test]
async fn a_call_for_which_there_is_no_token_fails_with_the_reason() {
    let emulator = Emulator::start().unwrap();
    let (_, api) = api(&emulator);
    emulator.rotate_secret("another");
    let error = api.get(emulator.resource_url()).send().await.unwrap_err();
    let why = JeelAuth::token_error(&error).unwrap();
    assert_eq!(why.kind(), ErrorKind::Denied);
    assert_eq!(error.tx_id(), Some(emulator.token_requests()[1].tx_id.as_str()));
    assert_eq!(emulator.resource_request_count(), 0);
}

#[tokio::test]
async fn without_a_next_token_after_a_401_the_reason_is_the_answer() {
    let emulator = Emulator::start().unwrap();
    let (tokens, api) = api(&emulator);
    tokens.token().await.unwrap();
    emulator.revoke_all();
    emulator.rotate_secret("another");
    let error = api.get(emulator.resource_url()).send().await.unwrap_err();
    assert_eq!(JeelAuth::token_error(&error).unwrap().kind(), ErrorKind::Denied);
    assert_eq!(emulator.resource_request_count(), 1);
}

#[tokio::test]
async fn a_call_dropped_after_any_number_of_polls_costs_no_token() {
    for polls in 1..40 {
        let emulator = Emulator::start().unwrap();
        let (tokens, api) = api(&emulator);
        tokens.token().await.unwrap();
        emulator.revoke_all();
        {
            let mut call = Box::pin(api.get(emulator.resource_url()).send());
            for _ in 0..polls {
                let polled = poll_fn(|context| Poll::Ready(call.as_mut().poll(context)));
                if polled.await.is_ready() {
                    break;
                }
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
        }
        assert_eq!(api.get(emulator.resource_url()).send().await.unwrap().status(), 200);
        assert_eq!(emulator.token_request_count(), 2, "dropped after {polls} polls");
    }
}

#[tokio::test]
async fn a_failure_of_the_call_itself_is_no_token_error() {
    let emulator = Emulator::start().unwrap();
    let (_, api) = api(&emulator);
    emulator.script_resource(jeel_auth_emulator::Fault::Reset);
    let error = api.get(emulator.resource_url()).send().await.unwrap_err();
    assert!(JeelAuth::token_error(&error).is_none());
    assert_eq!(error.tx_id(), None);
    assert_eq!(emulator.resource_request_count(), 1);
}

/// A redirect from the API to a trap, which redirects once more within itself.
fn lured() -> (Emulator, Trap) {
    let again = "HTTP/1.1 302 Found\r\nLocation: {trap}/2\r\nContent-Length: 0\r\n\
                 Connection: close\r\n\r\n";
    let trap = Trap::answering(&[again, OK]);
    let emulator = Emulator::start().unwrap();
    emulator.script_resource(Response::redirect(format!("{}/1", trap.url())));
    (emulator, trap)
}

#[tokio::test]
async fn the_token_does_not_follow_a_redirect_to_elsewhere() {
    let (emulator, trap) = lured();
    let (tokens, api) = api(&emulator);
    let response = api.get(emulator.resource_url()).send().await.unwrap();
    assert_eq!(response.status(), 302);
    assert!(trap.seen().is_empty());
    assert_eq!(tokens.status().counters.rejections, 0);
}

/// Why the middleware comes with a client. Should this fail, reqwest no longer does it, and the
/// middleware may be attached to any client.
#[tokio::test]
async fn reqwest_alone_gives_the_field_away_at_the_second_hop() {
    let (emulator, trap) = lured();
    let client = trusting(&emulator).build().unwrap();
    client.get(emulator.resource_url()).bearer_auth("t0ken").send().await.unwrap();
    let seen: Vec<_> = trap.seen().iter().map(|request| request.contains("t0ken")).collect();
    assert_eq!(seen, [false, true]);
}

/// The middleware may be attached to another client than the one made with it.
#[tokio::test]
async fn a_401_from_elsewhere_says_nothing_about_the_token() {
    let emulator = Emulator::start().unwrap();
    let elsewhere = Trap::answering(&["HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"]);
    emulator.script_resource(Response::redirect(elsewhere.url()));
    let tokens = source(&emulator);
    let (auth, _) = JeelAuth::with_client(&tokens, client_builder().unwrap()).unwrap();
    let follows = client_builder().unwrap().build().unwrap();
    let api = reqwest_middleware::ClientBuilder::new(follows).with(auth).build();
    assert_eq!(api.get(emulator.resource_url()).send().await.unwrap().status(), 401);
    assert_eq!(elsewhere.seen().len(), 1);
    assert_eq!(emulator.resource_request_count(), 1);
    assert_eq!(tokens.status().counters.rejections, 0);
}

#[tokio::test]
async fn a_redirect_within_the_api_is_followed_with_the_token() {
    let emulator = Emulator::start().unwrap();
    let (_, api) = api(&emulator);
    emulator.script_resource(Response::redirect("/v1/other"));
    assert_eq!(api.get(emulator.resource_url()).send().await.unwrap().status(), 200);
    assert_eq!(verdicts(&emulator), [Verdict::Accepted]);
    assert_eq!(emulator.resource_requests()[1].path, "/v1/other");
}

#[tokio::test]
async fn a_redirect_to_the_api_from_elsewhere_gets_no_token() {
    let emulator = Emulator::start().unwrap();
    let (tokens, api) = api(&emulator);
    tokens.token().await.unwrap();
    let lure = format!("HTTP/1.1 302 Found\r\nLocation: {}\r\n\r\n", emulator.resource_url());
    let elsewhere = Trap::answering(&[&lure]);
    assert_eq!(api.get(elsewhere.url()).send().await.unwrap().status(), 401);
    assert_eq!(verdicts(&emulator), [Verdict::Missing]);
    assert_eq!(tokens.status().counters.rejections, 0);
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let emulator = Emulator::start().unwrap();
    let tokens = source(&emulator);
    let token = tokens.token().await.unwrap();
    let (auth, _) = JeelAuth::with_client(&tokens, client_builder().unwrap()).unwrap();
    let text = format!("{auth:?} {tokens:?} {token:?} {:?}", own_transport(&emulator));
    assert!(!text.contains(token.expose_secret()), "{text}");
    assert!(!text.contains(credentials().expose_client_secret()), "{text}");
}
