//! Getting a token, and getting none.

use crate::common::{builder, emulators, source};
use async_std::task::block_on;
use jeel_auth_async_std::{Endpoint, ErrorKind, LoopbackHttp, Policy, State, TransportKind};
use jeel_auth_emulator::{BodyEncoding, Certificate, Emulator, Encodings, Fault, Reply};
use std::time::Duration;

#[test]
fn a_token_is_fetched_once_and_then_at_hand() {
    for emulator in emulators() {
        let tokens = source(&emulator);
        let first = block_on(tokens.token()).unwrap();
        assert_eq!(block_on(tokens.token()).unwrap().expose_secret(), first.expose_secret());
        assert_eq!(tokens.status().state, State::Valid);
        assert_eq!(emulator.token_request_count(), 1);
    }
}

#[test]
fn a_name_is_resolved() {
    for emulator in emulators() {
        let url = emulator.token_url().replace("127.0.0.1", "localhost");
        let endpoint = Endpoint::parse(&url, LoopbackHttp::Allowed).unwrap();
        block_on(builder(&emulator).endpoint(endpoint).build().unwrap().ready()).unwrap();
    }
}

#[test]
fn a_name_that_does_not_resolve_is_no_connection() {
    let emulator = Emulator::start().unwrap();
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    let endpoint = Endpoint::parse("https://no-such-host.invalid", LoopbackHttp::Refused).unwrap();
    let tokens = builder(&emulator).endpoint(endpoint).policy(policy).build().unwrap();
    let error = block_on(tokens.token()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Connect), "{error}");
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let emulator = Emulator::builder().certificate(Certificate::WrongName).start().unwrap();
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    let error = block_on(builder(&emulator).policy(policy).build().unwrap().token()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Tls), "{error}");
    assert_eq!(emulator.token_request_count(), 0);
}

#[test]
fn a_server_that_reads_only_the_other_encoding_costs_one_request_more() {
    for (accepts, proven, requests) in [
        (Encodings::MultipartOnly, BodyEncoding::Multipart, 1),
        (Encodings::UrlEncodedOnly, BodyEncoding::UrlEncoded, 2),
    ] {
        let emulator = Emulator::builder().accepts(accepts).start().unwrap();
        block_on(source(&emulator).ready()).unwrap();
        assert_eq!(emulator.token_request_count(), requests);
        assert_eq!(emulator.token_requests().pop().unwrap().encoding, proven);
    }
}

#[test]
fn a_blip_is_waited_out() {
    for emulator in emulators() {
        emulator.script(Fault::Reset);
        emulator.script(Reply::new(502));
        let mut policy = Policy::default();
        policy.backoff_floor = Duration::from_millis(1);
        block_on(builder(&emulator).policy(policy).build().unwrap().ready()).unwrap();
        assert_eq!(emulator.token_request_count(), 3);
    }
}
