//! No secret and no token in a log, nor in the `Debug` of anything public.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Answer, ENVIRONMENT, OnSmol, Server, credentials, fixed_encoding, rotated};
use http::HeaderMap;
use jeel_auth::core::http1::Limits;
use jeel_auth::core::{EncodingChoice, SecretBuffer, TransportKind};
use jeel_auth::{TokenSource, blocking};
use std::fmt::Debug;
use std::io;
use std::sync::{Arc, Mutex};

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
    let source = blocking::TokenSource::builder(ENVIRONMENT, credentials(), server.clone())
        .encoding(fixed_encoding())
        .build()
        .unwrap();
    source.token().unwrap_err();
    source.set_credentials(rotated());
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
    let builder = TokenSource::builder(ENVIRONMENT, credentials(), OnSmol(server.clone()));
    must_hide(&shown(&builder.encoding(EncodingChoice::Auto)));
    let source = blocking::TokenSource::builder(ENVIRONMENT, credentials(), server);
    must_hide(&shown(&source));
    let source = source.build().unwrap();
    let token = source.token().unwrap();
    let authorization = source.authorization().unwrap();
    must_hide(&shown(&(&source, &token, token.generation(), authorization, source.status())));

    let mut body = SecretBuffer::with_limit(1024);
    body.append(br#"{"access_token":"token-1"}"#);
    must_hide(&shown(&body));
    let response = jeel_auth::response(200, &HeaderMap::new(), body, &Limits::default());
    must_hide(&shown(&response.unwrap()));
    must_hide(&shown(&credentials()));
}

#[test]
fn a_body_over_its_limit_is_refused_and_one_at_its_limit_kept() {
    let response = |bytes: &[u8]| {
        let mut body = SecretBuffer::with_limit(64);
        body.append(bytes);
        jeel_auth::response(200, &HeaderMap::new(), body, &Limits::default())
    };
    assert_eq!(response(&[b'x'; 64]).unwrap().body(), [b'x'; 64]);
    let failure = response(&[b'x'; 65]).unwrap_err();
    assert_eq!(failure.kind(), TransportKind::BadResponse);
}

fn shown(value: &impl Debug) -> String {
    format!("{value:?}\n{value:#?}")
}

fn must_hide(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}
