//! Every way in which a response can fail to come, and what it is called.

use crate::common::{LONG, credentials, impatient, impatient_with, own_transport};
use jeel_auth_emulator::{DEFAULT_CLIENT_SECRET, Emulator, Fault, Response};
use jeel_auth_reqwest::{
    Ask, Endpoint, Environment, Error, ErrorKind, LoopbackHttp, MalformedResponse, Policy, Reqwest,
    TokenSource, TransportKind,
};
use std::net::TcpListener;
use std::num::NonZero;
use std::time::Duration;

/// The error by a fault that befalls every request, with the default client and with one of the
/// user's, over http and over https.
async fn errors_by(fault: impl Into<Fault>) -> Vec<Error> {
    errors_within(LONG, fault).await
}

async fn errors_within(timeout: Duration, fault: impl Into<Fault>) -> Vec<Error> {
    let fault = fault.into();
    let mut errors = Vec::new();
    for https in [false, true] {
        let mut emulator = Emulator::builder();
        if https {
            emulator = emulator.https();
        }
        let emulator = emulator.start().unwrap();
        emulator.always(fault.clone());
        let own = impatient_with(&emulator, timeout, own_transport(&emulator));
        errors.push(error_of(&own.build().unwrap()).await);
        if !https {
            let default = impatient_with(&emulator, timeout, Reqwest::new().unwrap());
            errors.push(error_of(&default.build().unwrap()).await);
        }
    }
    errors
}

async fn error_of(tokens: &TokenSource) -> Error {
    let error = tokens.token().await.unwrap_err();
    for text in [format!("{error}"), format!("{error:?}")] {
        assert!(!text.contains(DEFAULT_CLIENT_SECRET), "{text}");
    }
    error
}

#[track_caller]
fn assert_all(errors: &[Error], kind: ErrorKind) {
    for error in errors {
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[track_caller]
fn assert_transport(errors: &[Error], kind: TransportKind) {
    assert_all(errors, ErrorKind::Transport(kind));
}

#[tokio::test]
async fn a_connection_that_breaks_is_broken() {
    for fault in [
        Fault::Reset,
        Fault::Close,
        Fault::TruncateHead(20),
        Fault::TruncateBody(20),
        // hyper reads what there is of it, and then the connection ends.
        Fault::HugeChunk,
    ] {
        assert_transport(&errors_by(fault).await, TransportKind::Broken);
    }
}

#[tokio::test]
async fn a_server_that_takes_too_long_times_out() {
    for fault in [
        Fault::Hang,
        Fault::Delay(Duration::from_secs(30)),
        Fault::SlowDrip(Duration::from_millis(100)),
        // hyper skips them for as long as the request may take.
        Fault::EndlessInformational,
    ] {
        let errors = errors_within(Duration::from_millis(500), fault).await;
        assert_transport(&errors, TransportKind::TimedOut);
    }
}

#[tokio::test]
async fn what_is_too_long_or_no_http_is_a_bad_response() {
    for fault in [
        Fault::Oversized(65 * 1024),
        Fault::EndlessBody,
        Fault::EndlessHeaders,
        Fault::Raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec()),
        Fault::Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec()),
    ] {
        assert_transport(&errors_by(fault).await, TransportKind::BadResponse);
    }
}

#[tokio::test]
async fn a_head_over_the_limit_is_a_bad_response_though_hyper_takes_it() {
    let wide = Response::json(200, "{}").header("X-Wide", "x".repeat(17 * 1024));
    let mut many = Response::json(200, "{}");
    for number in 0..65 {
        many = many.header(format!("X-{number}"), "");
    }
    for response in [wide, many] {
        assert_transport(&errors_by(response).await, TransportKind::BadResponse);
    }
}

#[tokio::test]
async fn a_body_of_the_very_limit_is_read() {
    let emulator = Emulator::start().unwrap();
    emulator.script(Fault::Oversized(64 * 1024));
    impatient(&emulator).build().unwrap().token().await.unwrap();
}

#[tokio::test]
async fn responses_are_for_core_to_judge() {
    let lifetime = ErrorKind::Malformed(MalformedResponse::Lifetime);
    assert_all(&errors_by(Fault::ZeroLifetime).await, lifetime);
    assert_all(&errors_by(Response::new(503)).await, ErrorKind::Server);
    assert_all(&errors_by(Response::new(429)).await, ErrorKind::RateLimited);
    assert_all(&errors_by(Response::new(404)).await, ErrorKind::Blocked);
}

#[tokio::test]
async fn a_page_over_the_limit_keeps_its_status_and_its_retry_after() {
    let page = Response::new(503).header("Retry-After", "600").body("x".repeat(70_000));
    for error in errors_by(page).await {
        assert_eq!((error.kind(), error.status()), (ErrorKind::RateLimited, Some(503)), "{error}");
        assert!(error.retry_in() > Some(Duration::from_secs(60)), "{error}");
    }
}

/// A budget of one request is not used up by requests that were not sent.
#[tokio::test]
async fn a_connection_that_is_refused_costs_nothing_of_the_budget() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let endpoint = format!("http://127.0.0.1:{port}/");
    let nobody = Emulator::start().unwrap();
    for transport in [Reqwest::new().unwrap(), own_transport(&nobody)] {
        let mut policy = Policy::default();
        policy.burst = NonZero::<u32>::MIN;
        policy.interval = LONG * 60;
        policy.backoff_floor = Duration::from_millis(1);
        policy.backoff_ceiling = Duration::from_millis(10);
        let tokens = TokenSource::builder(Environment::Sandbox, credentials(), transport)
            .endpoint(Endpoint::parse(&endpoint, LoopbackHttp::Allowed).unwrap())
            .policy(policy)
            .build()
            .unwrap();
        let ask = Ask::new().within(Duration::from_secs(1));
        let error = tokens.token_with(ask).await.unwrap_err();
        // It was tried again until the caller left. Without the proof that nothing was sent, the
        // second attempt would have to wait for the budget.
        assert_eq!(error.kind(), ErrorKind::WaitTimedOut, "{error}");
        assert_eq!(error.cause(), Some(ErrorKind::Transport(TransportKind::Connect)), "{error}");
    }
}

#[tokio::test]
async fn nobody_there_is_no_connection() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = error_at(&format!("https://127.0.0.1:{port}/")).await;
    assert!(error.to_string().contains("refused"), "{error}");
    assert_transport(&[error], TransportKind::Connect);
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_named() {
    let error = error_at("https://no-such-host.invalid/").await;
    assert!(error.to_string().contains("cannot resolve no-such-host.invalid"), "{error}");
    assert_transport(&[error], TransportKind::Resolve);
}

#[tokio::test]
async fn a_connection_that_is_not_completed_in_its_time_times_out() {
    // A listener that never accepts: the TLS handshake gets no answer.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = error_at(&format!("https://{}/", silent.local_addr().unwrap())).await;
    assert_transport(&[error], TransportKind::TimedOut);
}

async fn error_at(url: &str) -> Error {
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    policy.transport.connect_timeout = Duration::from_millis(200);
    // The time to connect ends it: with the request's own the caller would have left before.
    policy.transport.request_timeout = Duration::from_secs(60);
    policy.caller_wait = Duration::from_secs(10);
    let tokens = TokenSource::builder(Environment::Sandbox, credentials(), Reqwest::new().unwrap())
        .endpoint(Endpoint::parse(url, LoopbackHttp::Refused).unwrap())
        .policy(policy)
        .build()
        .unwrap();
    error_of(&tokens).await
}
