//! Threads that wait: no lost wake-up, no double flight.
//!
//! While time stands still, a caller that is not woken is a deadlock, and fails the model.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a model fails by panicking")]

mod common;

use common::{Answer, Server, credentials, exhaust, explore, herd, number, seconds, source};
use jeel_auth_interleavings::core::{ErrorKind, State};
use jeel_auth_interleavings::{Ask, time};
use shuttle::thread;
use std::time::Duration;

#[test]
fn every_order_of_one_caller_and_its_flight_ends_with_a_token() {
    let orders = exhaust(|| {
        let server = Server::new();
        assert_eq!(number(&source(&server).token().unwrap()), 1);
        assert_eq!(server.requests(), 1);
    });
    assert!(orders > 100, "{orders}");
}

#[test]
fn callers_of_an_empty_cache_share_one_flight() {
    explore(|| {
        let server = Server::new();
        let source = source(&server);
        for token in herd(3, move |_| source.token().unwrap()) {
            assert_eq!(number(&token), 1);
        }
        assert_eq!(server.requests(), 1);
    });
}

#[test]
fn one_denial_answers_all_who_waited() {
    explore(|| {
        let server = Server::scripted(&[Answer::Status(401)]);
        let source = source(&server);
        for error in herd(3, move |_| source.token().unwrap_err()) {
            assert_eq!(error.kind(), ErrorKind::Denied);
        }
        assert_eq!(server.requests(), 1);
    });
}

/// Only the hold-off ends: the first caller that looks sends the request for all.
#[test]
fn a_blip_is_waited_out_by_all_and_costs_one_more_request() {
    explore(|| {
        let server = Server::scripted(&[Answer::Broken]);
        let source = source(&server);
        let clock = thread::spawn(|| time::pass_a_sleep_within(seconds(1)));
        for token in herd(3, move |_| source.token().unwrap()) {
            assert_eq!(number(&token), 2);
        }
        clock.join().unwrap();
        assert_eq!(server.requests(), 2);
    });
}

#[test]
fn a_caller_leaves_at_its_deadline_and_the_others_are_answered() {
    explore(|| {
        let server = Server::new();
        let source = source(&server);
        let clock = thread::spawn(|| time::pass(Duration::from_millis(1)));
        let waits = [Duration::ZERO, Duration::from_millis(1), seconds(30)];
        let answers = herd(3, move |caller| source.token_with(Ask::new().within(waits[caller])));
        clock.join().unwrap();
        assert_eq!(number(answers[2].as_ref().unwrap()), 1);
        for answer in answers {
            let error = answer.err().map(|error| error.kind());
            assert!(matches!(error, None | Some(ErrorKind::WaitTimedOut)), "{error:?}");
        }
        assert_eq!(server.requests(), 1);
    });
}

#[test]
fn a_rejection_that_meets_a_renewal_costs_no_request_and_nobody_a_token() {
    explore(|| {
        let server = Server::new();
        let source = source(&server);
        let old = source.token().unwrap();
        time::pass(seconds(85));
        assert_eq!(source.status().state, State::NearExpiry);
        herd(3, move |caller| {
            if caller == 0 {
                source.reject(&old);
                // What it rejected, it never sees again.
                assert!(source.cached().is_none_or(|token| number(&token) == 2));
                assert_eq!(number(&source.token().unwrap()), 2);
            } else {
                source.token().unwrap();
            }
        });
        assert_eq!(server.requests(), 2);
    });
}

#[test]
fn late_rejections_of_one_token_cost_one_request() {
    explore(|| {
        let server = Server::new();
        let source = source(&server);
        let old = source.token().unwrap();
        let (status, clone) = (source.clone(), source);
        herd(3, move |_| {
            clone.reject(&old);
            assert_eq!(number(&clone.token().unwrap()), 2);
        });
        assert_eq!(server.requests(), 2);
        assert_eq!(status.status().counters.rejections, 1);
    });
}

#[test]
fn new_credentials_that_meet_a_denial_are_used_at_once() {
    explore(|| {
        let server = Server::accepting("rotated");
        let source = source(&server);
        herd(3, move |caller| match caller {
            0 => {
                source.set_credentials(credentials("rotated"));
                source.token().unwrap();
            }
            _ => match source.token() {
                Ok(_) => {}
                Err(error) => assert_eq!(error.kind(), ErrorKind::Denied),
            },
        });
        assert!(server.requests() <= 2);
    });
}
