//! Names, which each runtime resolves in its own way.

use crate::common::{builder, emulators};
use async_std::task::block_on;
use jeel_auth_async_std::{Endpoint, ErrorKind, LoopbackHttp, Policy, TransportKind};
use jeel_auth_emulator::Emulator;
use std::time::Duration;

#[test]
fn a_name_is_resolved() {
    for emulator in emulators() {
        let url = emulator.token_url().replace("127.0.0.1", "localhost");
        let endpoint = Endpoint::parse(&url, LoopbackHttp::Allowed).unwrap();
        block_on(builder(&emulator).endpoint(endpoint).build().unwrap().token()).unwrap();
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
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Resolve), "{error}");
    assert!(error.to_string().contains("cannot resolve no-such-host.invalid"), "{error}");
}
