//! What is said when no response comes.

use crate::common::builder;
use jeel_auth_ureq::{ErrorKind, TransportKind, Ureq};
use std::net::TcpListener;

#[test]
fn a_name_that_does_not_resolve_is_named_and_costs_no_permit() {
    let source = builder("https://no-such-host.invalid/oauth2/token", Ureq::new().unwrap());
    let source = source.build().unwrap();
    let _ = source.token_with(jeel_auth_ureq::Ask::new().within(std::time::Duration::from_secs(1)));
    let error = source.status().last_error.unwrap();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Resolve), "{error}");
    assert_eq!(error.code(), "transport_connect");
    assert!(error.to_string().contains("cannot resolve no-such-host.invalid"), "{error}");
    assert_eq!(source.status().permits, 5);
}

#[test]
fn a_refused_connection_costs_no_permit() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let source = builder(&format!("http://{closed}/oauth2/token"), Ureq::new().unwrap());
    let source = source.build().unwrap();
    let _ = source.token_with(jeel_auth_ureq::Ask::new().within(std::time::Duration::from_secs(1)));
    let status = source.status();
    let error = status.last_error.unwrap();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Connect), "{error}");
    assert_eq!(status.permits, 5);
}
