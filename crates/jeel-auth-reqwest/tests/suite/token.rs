//! Getting a token, over plain http and with both encodings.

use crate::common::{builder, builder_with, own_transport, source};
use jeel_auth_emulator::{BodyEncoding, Emulator, Encodings, RateLimit};
use jeel_auth_reqwest::{Ask, ErrorKind, Policy, Reqwest, State};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

/// Polls once, and says whether it is still waiting.
async fn is_pending<F: Future + ?Sized>(mut future: Pin<&mut F>) -> bool {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

#[tokio::test]
async fn a_token_is_fetched_once_and_then_at_hand() {
    let emulator = Emulator::start().unwrap();
    let tokens = source(&emulator);
    let first = tokens.token().await.unwrap();
    assert_eq!(tokens.token().await.unwrap().expose_secret(), first.expose_secret());
    assert_eq!(tokens.status().state, State::Valid);
    assert_eq!(emulator.token_request_count(), 1);
}

#[tokio::test]
async fn the_request_is_what_core_wrote_and_nothing_else() {
    for own in [false, true] {
        let emulator = Emulator::start().unwrap();
        let transport = if own { own_transport(&emulator) } else { Reqwest::new().unwrap() };
        builder_with(&emulator, transport).build().unwrap().token().await.unwrap();
        let record = emulator.token_requests().remove(0);
        assert!(record.authenticated);
        assert_eq!(
            (record.method.as_str(), record.has_query, record.chunked),
            ("POST", false, false)
        );
        let mut names: Vec<_> =
            record.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.sort();
        let expected = [
            "accept",
            "accept-encoding",
            "connection",
            "content-length",
            "content-type",
            "host",
            "user-agent",
        ];
        assert_eq!(names, expected, "own client: {own}");
        let field = |wanted: &str| {
            let found = record.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.unwrap().1.clone()
        };
        assert_eq!(field("accept-encoding"), "identity");
        assert_eq!(field("connection"), "close");
        assert_eq!(field("accept"), "application/json");
        assert!(field("user-agent").starts_with("jeel-auth/"));
    }
}

#[tokio::test]
async fn a_server_that_reads_only_the_other_encoding_costs_one_request_more() {
    for (accepts, proven, requests) in [
        (Encodings::MultipartOnly, BodyEncoding::Multipart, 1),
        (Encodings::UrlEncodedOnly, BodyEncoding::UrlEncoded, 2),
    ] {
        let emulator = Emulator::builder().accepts(accepts).start().unwrap();
        source(&emulator).token().await.unwrap();
        assert_eq!(emulator.token_request_count(), requests);
        assert_eq!(emulator.token_requests().pop().unwrap().encoding, proven);
    }
}

#[tokio::test]
async fn no_connection_is_kept_between_token_requests() {
    let emulator = Emulator::start().unwrap();
    let tokens = source(&emulator);
    let token = tokens.token().await.unwrap();
    tokens.reject(&token);
    tokens.token().await.unwrap();
    let connections: Vec<_> =
        emulator.token_requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections.len(), 2);
    assert_ne!(connections[0], connections[1]);
}

#[tokio::test]
async fn a_rate_limit_is_told_with_its_end_and_its_tx_id() {
    let limit = RateLimit::new(1, Duration::from_secs(3600));
    let emulator = Emulator::builder().rate_limit(limit).start().unwrap();
    source(&emulator).token().await.unwrap();
    let error = source(&emulator).token().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.status(), Some(429));
    assert_eq!(error.tx_id(), Some(emulator.token_requests()[1].tx_id.as_str()));
    assert!(error.retry_in() > Some(Duration::from_secs(60)));
}

#[tokio::test]
async fn a_denial_ends_with_new_credentials() {
    let emulator = Emulator::start().unwrap();
    emulator.rotate_secret("new");
    let tokens = source(&emulator);
    assert_eq!(tokens.token().await.unwrap_err().kind(), ErrorKind::Denied);
    let id = jeel_auth_emulator::DEFAULT_CLIENT_ID;
    tokens.set_credentials(jeel_auth_reqwest::Credentials::new(id, "new").unwrap());
    tokens.token().await.unwrap();
}

#[tokio::test]
async fn a_caller_dropped_while_it_waits_loses_nothing() {
    let emulator = Emulator::start().unwrap();
    let held = emulator.hold_responses();
    let tokens = source(&emulator);
    let mut other = pin!(tokens.token());
    {
        // The one that started the flight goes first.
        let mut first = Box::pin(tokens.token());
        assert!(is_pending(first.as_mut()).await);
        assert!(is_pending(other.as_mut()).await);
        emulator.token_requests_reached(1).await;
    }
    held.release();
    other.await.unwrap();
    assert_eq!(emulator.token_request_count(), 1);
}

#[tokio::test]
async fn a_caller_dropped_after_any_number_of_polls_loses_nothing() {
    for polls in 1..20 {
        let emulator = Emulator::start().unwrap();
        let tokens = source(&emulator);
        {
            let mut first = Box::pin(tokens.token());
            for _ in 0..polls {
                if !is_pending(first.as_mut()).await {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        tokens.token().await.unwrap();
        assert_eq!(emulator.token_request_count(), 1, "dropped after {polls} polls");
    }
}

#[tokio::test]
async fn a_deadline_of_its_own_ends_a_callers_wait_and_not_the_flight() {
    let emulator = Emulator::start().unwrap();
    let held = emulator.hold_responses();
    let tokens = source(&emulator);
    let error = tokens.token_with(Ask::new().within(Duration::from_millis(1))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimedOut);
    held.release();
    tokens.token().await.unwrap();
    assert_eq!(emulator.token_request_count(), 1);
}

#[tokio::test]
async fn a_blip_is_waited_out() {
    let emulator = Emulator::start().unwrap();
    emulator.script(jeel_auth_emulator::Fault::Reset);
    emulator.script(jeel_auth_emulator::Response::new(502));
    let mut policy = Policy::default();
    policy.backoff_floor = Duration::from_millis(1);
    builder(&emulator).policy(policy).build().unwrap().token().await.unwrap();
    assert_eq!(emulator.token_request_count(), 3);
}
