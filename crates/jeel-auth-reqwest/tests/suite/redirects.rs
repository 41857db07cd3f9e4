//! A token request follows no redirect, and the secret goes to one place only.

use crate::common::{LONG, Trap, credentials, impatient_with, rerun, trusting};
use jeel_auth_emulator::{DEFAULT_CLIENT_SECRET, Emulator, Response};
use jeel_auth_reqwest::{Endpoint, Environment, ErrorKind, LoopbackHttp, Reqwest, TokenSource};
use reqwest::{StatusCode, redirect, retry};

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// A thief's response: another token.
const TOKEN: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 57\r\n\
    Connection: close\r\n\r\n{\"access_token\":\"a.b.c\",\"token_type\":\"Bearer\",\
    \"expires_in\":9}";

async fn redirected_with(status: u16, trap: &Trap, transport: Option<Reqwest>) -> Emulator {
    let emulator = Emulator::start().unwrap();
    let location = format!("{}/login?next=%2F", trap.url());
    emulator.always(Response::new(status).header("Location", location));
    let transport = transport.unwrap_or(Reqwest::new().unwrap());
    let tokens = impatient_with(&emulator, LONG, transport).build().unwrap();
    let error = tokens.token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirected, "{status}: {error}");
    let host = error.response().unwrap().location_host.as_deref();
    assert!(host.unwrap().starts_with("127.0.0.1"), "{error}");
    assert!(!error.to_string().contains("next"), "{error}");
    emulator
}

#[tokio::test]
async fn the_default_client_follows_no_redirect() {
    for status in STATUSES {
        let trap = Trap::answering(&[TOKEN]);
        let emulator = redirected_with(status, &trap, None).await;
        assert_eq!(emulator.token_request_count(), 1);
        assert!(trap.seen().is_empty(), "{status}");
    }
}

#[tokio::test]
async fn a_client_that_follows_redirects_carries_no_secret_and_brings_no_token_back() {
    for status in STATUSES {
        let trap = Trap::answering(&[TOKEN]);
        // reqwest's default policy: ten redirects.
        let client = reqwest_with(|builder| builder);
        let emulator = redirected_with(status, &trap, Some(client)).await;
        assert_eq!(emulator.token_request_count(), 1);
        let seen = trap.seen();
        assert_eq!(seen.len(), usize::from(status < 304), "{status}");
        for request in seen {
            assert!(request.starts_with("GET "), "{request}");
            assert!(!request.contains(DEFAULT_CLIENT_SECRET), "{request}");
        }
    }
}

#[tokio::test]
async fn a_client_that_refuses_redirects_by_an_error_is_understood() {
    let emulator = Emulator::start().unwrap();
    emulator.always(Response::redirect("http://127.0.0.1:1/"));
    let client = reqwest_with(|builder| builder.redirect(redirect::Policy::limited(0)));
    let tokens = impatient_with(&emulator, LONG, client).build().unwrap();
    assert_eq!(tokens.token().await.unwrap_err().kind(), ErrorKind::Redirected);
}

#[tokio::test]
async fn a_client_that_repeats_requests_cannot_repeat_this_one() {
    let emulator = Emulator::start().unwrap();
    emulator.always(Response::new(503));
    let client = reqwest_with(|builder| {
        let eager = retry::for_host("127.0.0.1").no_budget().max_retries_per_request(5);
        builder.retry(eager.classify_fn(|attempt| match attempt.status() {
            Some(StatusCode::SERVICE_UNAVAILABLE) => attempt.retryable(),
            _ => attempt.success(),
        }))
    });
    let tokens = impatient_with(&emulator, LONG, client).build().unwrap();
    assert_eq!(tokens.token().await.unwrap_err().kind(), ErrorKind::Server);
    assert_eq!(emulator.token_request_count(), 1);
}

#[test]
fn a_proxy_of_the_environments_does_not_see_what_goes_to_loopback_in_the_clear() {
    let proxy = Trap::answering(&[TOKEN]);
    let emulator = Emulator::start().unwrap();
    rerun(
        "redirects::fetches_a_token_past_the_proxy",
        &[
            ("http_proxy", proxy.url()),
            ("ALL_PROXY", proxy.url()),
            ("no_proxy", ""),
            ("NO_PROXY", ""),
            ("TOKEN_URL", &emulator.token_url()),
        ],
    );
    assert!(proxy.seen().is_empty());
    assert_eq!(emulator.token_request_count(), 1);
}

#[tokio::test]
#[ignore = "run by the test above, with its environment"]
async fn fetches_a_token_past_the_proxy() {
    let url = std::env::var("TOKEN_URL").unwrap();
    TokenSource::builder(Environment::Sandbox, credentials(), Reqwest::new().unwrap())
        .endpoint(Endpoint::parse(&url, LoopbackHttp::Allowed).unwrap())
        .build()
        .unwrap()
        .token()
        .await
        .unwrap();
}

fn reqwest_with(
    configure: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) -> Reqwest {
    let nobody = Emulator::start().unwrap();
    Reqwest::with_client(configure(trusting(&nobody)).build().unwrap())
}
