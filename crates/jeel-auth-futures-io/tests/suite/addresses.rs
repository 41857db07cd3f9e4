//! Names, and which of their addresses is used.

use crate::common::{
    Scripted, address, assert_transport, builder, default, impatient, refusing, token, trusting,
};
use jeel_auth::core::TransportKind;
use jeel_auth_emulator::Emulator;
use jeel_auth_futures_io::FuturesIo;
use std::net::SocketAddr;
use std::time::Duration;

fn https() -> Emulator {
    Emulator::builder().https().start().unwrap()
}

#[test]
fn an_address_that_refuses_is_followed_by_the_next() {
    let emulator = https();
    let refusing = refusing();
    let (dead, alive) = (refusing.address, address(&emulator));
    let runtime = Scripted::resolving_to(&[dead, alive, dead]);
    let transport = trusting(&emulator).with_runtime(runtime.clone());
    let tokens = builder("https://localhost/", transport).build().unwrap();
    token(&tokens).unwrap();
    assert_eq!(runtime.tried(), [dead, alive]);
    assert_eq!(emulator.token_request_count(), 1);
}

#[test]
fn an_address_that_never_answers_leaves_time_for_the_next() {
    let emulator = https();
    let refusing = refusing();
    let (dead, alive) = (refusing.address, address(&emulator));
    let mut runtime = Scripted::resolving_to(&[dead, alive]);
    runtime.silent.push(dead);
    let transport = trusting(&emulator).with_runtime(runtime.clone());
    let mut policy = impatient();
    policy.transport.connect_timeout = Duration::from_secs(2);
    let tokens = builder("https://localhost/", transport).policy(policy).build().unwrap();
    token(&tokens).unwrap();
    assert_eq!(runtime.tried(), [dead, alive]);
}

#[test]
fn the_first_of_several_failures_is_the_one_reported() {
    let ends = [refusing(), refusing()];
    let [first, second] = [ends[0].address, ends[1].address];
    let mut runtime = Scripted::resolving_to(&[first, second]);
    runtime.silent.push(second);
    let transport = FuturesIo::new().unwrap().with_runtime(runtime.clone());
    let mut policy = impatient();
    policy.transport.connect_timeout = Duration::from_secs(1);
    let tokens = builder("https://localhost/", transport).policy(policy).build().unwrap();
    let error = assert_transport(&tokens, TransportKind::Connect);
    assert!(error.to_string().contains(&first.to_string()), "{error}");
    assert_eq!(runtime.tried(), [first, second]);
}

#[test]
fn addresses_from_which_nothing_comes_are_a_time_out() {
    let silent: SocketAddr = "192.0.2.1:443".parse().unwrap();
    let mut runtime = Scripted::resolving_to(&[silent]);
    runtime.silent.push(silent);
    let transport = FuturesIo::new().unwrap().with_runtime(runtime);
    let mut policy = impatient();
    policy.transport.connect_timeout = Duration::from_millis(100);
    let tokens = builder("https://localhost/", transport).policy(policy).build().unwrap();
    assert_transport(&tokens, TransportKind::TimedOut);
}

#[test]
fn a_name_without_an_address_is_no_connection() {
    let transport = FuturesIo::new().unwrap().with_runtime(Scripted::resolving_to(&[]));
    let tokens = builder("https://localhost/", transport).build().unwrap();
    assert_transport(&tokens, TransportKind::Connect);
    let tokens = builder("https://no-such-host.invalid/", default()).build().unwrap();
    let error = assert_transport(&tokens, TransportKind::Resolve);
    assert!(error.to_string().contains("cannot resolve no-such-host.invalid"), "{error}");
}

#[test]
fn plain_http_never_leaves_the_machine_wherever_localhost_is_said_to_be() {
    let elsewhere: SocketAddr = "192.0.2.1:80".parse().unwrap();
    let runtime = Scripted::resolving_to(&[elsewhere]);
    let transport = FuturesIo::new().unwrap().with_runtime(runtime.clone());
    let tokens = builder("http://localhost/", transport).build().unwrap();
    assert_transport(&tokens, TransportKind::Connect);
    assert_eq!(runtime.tried(), []);
}
