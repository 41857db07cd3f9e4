//! What is said when no response comes.

use crate::common::builder;
use jeel_auth_ureq::{Ask, ErrorKind, Policy, Status, TransportKind, Ureq};
use std::net::TcpListener;
use std::time::Duration;

/// The status after the first request to this URL, which fails.
fn failed(url: &str, connect_timeout: Duration) -> Status {
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    policy.backoff_floor = Duration::from_secs(3600);
    policy.backoff_ceiling = policy.backoff_floor;
    policy.transport.request_timeout = Duration::from_secs(3600);
    policy.transport.connect_timeout = connect_timeout;
    let source = builder(url, Ureq::new().unwrap()).policy(policy).build().unwrap();
    assert!(source.token_with(Ask::new().within(Duration::from_secs(20))).is_err());
    source.status()
}

#[test]
fn a_name_that_does_not_resolve_is_named_and_costs_no_permit() {
    let status = failed("https://no-such-host.invalid/oauth2/token", Duration::from_secs(20));
    let error = status.last_error.unwrap();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Resolve), "{error}");
    assert_eq!(error.code(), "transport_connect");
    assert!(error.to_string().contains("cannot resolve no-such-host.invalid"), "{error}");
    assert_eq!(status.permits, 5);
}

#[test]
fn a_refused_connection_costs_no_permit() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let status = failed(&format!("http://{closed}/oauth2/token"), Duration::from_secs(20));
    let error = status.last_error.unwrap();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Connect), "{error}");
    assert_eq!(status.permits, 5);
}

#[test]
fn the_time_to_connect_bounds_the_handshake_of_tls() {
    // Connections wait in its queue and are never accepted.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/oauth2/token", silent.local_addr().unwrap());
    let status = failed(&url, Duration::from_millis(100));
    let error = status.last_error.unwrap();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::TimedOut), "{error}");
    assert_eq!(status.permits, 5, "{error}");
}
