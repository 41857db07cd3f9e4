//! One cache, many threads.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{Answer, ENVIRONMENT, Server, credentials, fixed_encoding, rotated};
use jeel_auth::Ask;
use jeel_auth::blocking::TokenSource;
use jeel_auth::core::{ErrorKind, Policy, State, TransportKind};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

fn source(server: &Server) -> TokenSource {
    source_with(server, Policy::default())
}

fn source_with(server: &Server, policy: Policy) -> TokenSource {
    TokenSource::builder(ENVIRONMENT, credentials(), server.clone())
        .encoding(fixed_encoding())
        .policy(policy)
        .build()
        .unwrap()
}

/// Runs `f` on this many threads at once and collects what they return.
fn herd<R: Send>(threads: usize, f: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        let (f, start) = (&f, &start);
        let threads = (0..threads).map(|number| {
            scope.spawn(move || {
                start.wait();
                f(number)
            })
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// For what only time brings about.
fn wait_until(condition: impl Fn() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}

#[test]
fn sixty_four_threads_on_an_empty_cache_make_one_request() {
    let server = Server::issuing(3600);
    server.hold();
    let source = source(&server);
    let tokens = thread::scope(|scope| {
        let callers = scope.spawn(|| herd(64, |_| source.token().unwrap()));
        server.wait_for_requests(1);
        server.release();
        callers.join().unwrap()
    });
    assert!(tokens.iter().all(|token| token.expose_secret() == "token-1"));
    assert_eq!(server.requests(), 1);
}

#[test]
fn ten_thousand_late_rejections_of_one_token_make_one_request() {
    let server = Server::issuing(3600);
    let source = source(&server);
    let rejected = source.token().unwrap();
    herd(8, |_| {
        for _ in 0..1250 {
            source.reject(&rejected);
            assert_eq!(source.token().unwrap().expose_secret(), "token-2");
        }
    });
    assert_eq!(server.requests(), 2);
    assert_eq!(source.status().counters.rejections, 1);
}

#[test]
fn a_whole_renewal_leaves_no_caller_waiting() {
    let server = Server::issuing(4);
    let source = source(&server);
    let old = source.token().unwrap();
    server.hold();
    wait_until(|| source.status().state == State::NearExpiry);
    // The server keeps its answer back, so a caller that waited for it would wait for ever. The
    // first caller starts the renewal, and the lease serves the others.
    for token in herd(8, |_| source.token_with(Ask::new().within(Duration::ZERO)).unwrap()) {
        assert_eq!(token.generation(), old.generation());
    }
    server.wait_for_requests(2);
    assert_eq!(source.cached().unwrap().generation(), old.generation());
    server.release();
    wait_until(|| source.cached().is_some_and(|token| token.expose_secret() == "token-2"));
    assert_eq!(server.requests(), 2);
}

#[test]
fn a_failed_renewal_costs_nobody_a_usable_token() {
    let mut policy = Policy::default();
    policy.backoff_floor = Duration::from_secs(3600);
    policy.backoff_ceiling = Duration::from_secs(3600);
    let server = Server::issuing(4);
    let source = source_with(&server, policy);
    source.token().unwrap();
    server.script(&[Answer::Status(503)]);
    wait_until(|| source.status().state == State::NearExpiry);
    let token = source.token().unwrap();
    wait_until(|| source.status().last_error.is_some());
    assert_eq!(source.status().last_error.unwrap().kind(), ErrorKind::Server);
    assert_eq!(source.cached().unwrap().expose_secret(), token.expose_secret());
}

#[test]
fn a_caller_with_little_time_leaves_and_the_flight_goes_on() {
    let server = Server::issuing(3600);
    server.hold();
    let source = source(&server);
    let error = source.token_with(Ask::new().within(Duration::from_millis(1))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WaitTimedOut);
    assert_eq!(
        source.token_with(Ask::new().within(Duration::ZERO)).unwrap_err().kind(),
        ErrorKind::WaitTimedOut
    );
    server.release();
    assert_eq!(source.token().unwrap().expose_secret(), "token-1");
    assert_eq!(server.requests(), 1);
}

#[test]
fn one_long_failure_answers_all_who_waited_alike() {
    let server = Server::issuing(3600);
    server.script(&[Answer::Status(401)]);
    server.hold();
    let source = source(&server);
    let errors = thread::scope(|scope| {
        let callers = scope.spawn(|| herd(16, |_| source.token().unwrap_err()));
        server.wait_for_requests(1);
        server.release();
        callers.join().unwrap()
    });
    assert!(errors.iter().all(|error| error.kind() == ErrorKind::Denied));
    assert!(errors.iter().all(|error| error.retry_in().is_some()));
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_blip_is_waited_out_and_costs_nobody_an_error() {
    let server = Server::issuing(3600);
    server.script(&[Answer::Broken, Answer::Status(503)]);
    let source = source(&server);
    let tokens = herd(16, |_| source.token().unwrap());
    assert!(tokens.iter().all(|token| token.expose_secret() == "token-3"));
    assert_eq!(server.requests(), 3);
}

#[test]
fn a_transport_that_panics_is_an_abandoned_flight_and_not_a_hang() {
    let mut policy = Policy::default();
    policy.patience = Duration::ZERO;
    policy.backoff_floor = Duration::from_secs(3600);
    policy.backoff_ceiling = Duration::from_secs(3600);
    let server = Server::issuing(3600);
    server.script(&[Answer::Panic]);
    let source = source_with(&server, policy);
    let error = source.token().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Abandoned));
    assert_eq!(source.status().counters.requests, 1);
}

/// As in a forked child, whose thread is not there.
#[test]
fn a_flight_that_is_lost_without_a_trace_is_given_up_at_its_deadline() {
    let mut policy = Policy::default();
    policy.transport.request_timeout = Duration::from_millis(50);
    policy.patience = Duration::ZERO;
    policy.backoff_floor = Duration::from_secs(30 * 24 * 3600);
    policy.backoff_ceiling = policy.backoff_floor;
    let server = Server::issuing(3600);
    server.hold();
    let source = source_with(&server, policy);
    for error in herd(8, |_| source.token().unwrap_err()) {
        assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::TimedOut));
    }
    assert_eq!(server.requests(), 1);
    assert!(!source.status().in_flight);
    // If the response still comes, it is too late.
    server.release();
    assert_eq!(source.status().counters.issued, 0);
}

#[test]
fn a_caller_that_panics_while_it_holds_a_borrow_harms_nobody() {
    let server = Server::issuing(3600);
    let source = source(&server);
    let panicking = source.clone();
    let caller = thread::spawn(move || {
        panicking.with_authorization(|_| panic!("in the middle of a call")).unwrap();
    });
    assert!(caller.join().is_err());
    assert_eq!(source.authorization().unwrap(), "Bearer token-1");
}

#[test]
fn new_credentials_end_a_hold_off_for_those_who_come_next() {
    let server = Server::issuing(3600);
    server.script(&[Answer::Status(401)]);
    let source = source(&server);
    assert_eq!(source.token().unwrap_err().kind(), ErrorKind::Denied);
    assert_eq!(source.token().unwrap_err().kind(), ErrorKind::Denied);
    source.set_credentials(rotated());
    assert_eq!(source.token().unwrap().expose_secret(), "token-2");
    assert_eq!(server.requests(), 2);
}

#[test]
fn a_token_valid_for_longer_than_any_lives_is_a_clear_error_after_one_request() {
    let server = Server::issuing(100);
    let source = source(&server);
    for _ in 0..3 {
        let error = source.token_with(Ask::new().valid_for(Duration::from_secs(1000))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LifetimeTooShort);
    }
    assert!(source.token_with(Ask::new().valid_for(Duration::from_secs(60))).is_ok());
    assert_eq!(server.requests(), 1);
}

#[test]
fn the_authorization_value_is_sensitive_and_shares_the_tokens_memory() {
    let source = source(&Server::issuing(3600));
    let token = source.token().unwrap();
    let header = source.authorization().unwrap();
    assert!(header.is_sensitive());
    assert_eq!(header, "Bearer token-1");
    assert_eq!(header.as_bytes().as_ptr(), token.authorization().as_bytes().as_ptr());
    let text = format!("{token:?} {header:?} {source:?} {:?}", source.status());
    assert!(!text.contains("token-1") && !text.contains("hush"), "{text}");
}

#[test]
fn a_token_of_another_source_rejected_here_matches_nothing() {
    let (here, there) = (source(&Server::issuing(3600)), source(&Server::issuing(3600)));
    here.token().unwrap();
    here.reject(&there.token().unwrap());
    assert_eq!(here.status().counters.rejections, 0);
}
