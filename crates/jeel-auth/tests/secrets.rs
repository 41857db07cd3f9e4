//! No secret and no token in a log, nor in the `Debug` of anything public.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Answer, ENVIRONMENT, OnSmol, Server, credentials, fixed_encoding};
use http::HeaderMap;
use jeel_auth::core::{Action, Cache, Credentials, EncodingChoice, Moment, TokenRequest};
use jeel_auth::{Async, Blocking, BodyBuffer, Builder, HttpResponse, Received, TokenSource};
use std::fmt::Debug;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SECRETS: [&str; 2] = ["hush-hush", "token-"];

/// Everything that is traced, by any thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_whole_life_is_logged_without_a_secret() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .init();

    let server = Server::issuing(3600);
    server.script(&[Answer::Status(401)]);
    let source: TokenSource<Blocking<Server>> = TokenSource::builder(ENVIRONMENT, credentials())
        .transport(server.clone())
        .encoding(fixed_encoding())
        .build()
        .unwrap();
    source.token().unwrap_err();
    source.set_credentials(credentials());
    server.script(&[Answer::Status(503), Answer::Broken, Answer::Panic]);
    let token = source.token().unwrap();
    source.reject(&token);
    source.token().unwrap();

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for event in ["requesting a token", "token issued", "no token", "rejected", "replaced"] {
        assert!(log.contains(event), "{event} is not in {log}");
    }
    must_hide(&log);
}

#[test]
fn nothing_public_shows_a_secret() {
    let server = Server::issuing(3600);
    let builder: Builder<Async<OnSmol>> = TokenSource::builder(ENVIRONMENT, credentials());
    must_hide(&shown(&builder.encoding(EncodingChoice::Auto)));
    let source: TokenSource<Blocking<Server>> =
        TokenSource::builder(ENVIRONMENT, credentials()).transport(server).build().unwrap();
    let token = source.token().unwrap();
    let authorization = source.authorization().unwrap();
    must_hide(&shown(&(&source, &token, token.generation(), authorization, source.status())));

    let mut body = BodyBuffer::new(&request());
    body.push(br#"{"access_token":"token-1"}"#).unwrap();
    must_hide(&shown(&body));
    let response = HttpResponse::new(200, HeaderMap::new(), body).unwrap();
    must_hide(&shown(&response.response()));
    must_hide(&shown(&response));
    must_hide(&shown(&Credentials::new("school", "hush-hush").unwrap()));
}

#[test]
fn a_body_over_its_limit_is_refused_and_one_at_its_limit_kept() {
    let request = request();
    let limit = request.response_limits().body_bytes;
    let mut body = BodyBuffer::new(&request);
    for _ in 0..limit / 64 {
        body.push(&[b'x'; 64]).unwrap();
    }
    assert!(body.push(b"x").is_err());
    assert!(body.push(b"").is_ok());
}

fn request() -> TokenRequest {
    let now = Moment::new(Duration::ZERO, Duration::ZERO);
    let mut cache = Cache::new(ENVIRONMENT.token_endpoint(), credentials(), 1);
    let _ = cache.acquire(now, Duration::ZERO);
    match cache.poll_action(now) {
        Some(Action::Send(request)) => request,
        _ => unreachable!("the first caller starts a request"),
    }
}

fn shown(value: &impl Debug) -> String {
    format!("{value:?}\n{value:#?}")
}

fn must_hide(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}
