//! Tasks that wait, are dropped, and lose their runtime.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a model fails by panicking")]

mod common;

use common::{Fate, OnTasks, Server, cache, explore, herd, number, policy, seconds};
use jeel_auth_interleavings::core::{ErrorKind, TransportKind};
use jeel_auth_interleavings::{TokenSource, tasks_over};
use shuttle::future::block_on;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// A failed flight is held off for longer than callers are patient, so its error answers all.
fn source(server: &Server, fate: Fate) -> TokenSource {
    let mut policy = policy();
    policy.patience = Duration::ZERO;
    policy.backoff_floor = seconds(1_000_000);
    policy.backoff_ceiling = policy.backoff_floor;
    tasks_over(cache(policy), OnTasks(server.clone(), fate))
}

#[test]
fn tasks_of_an_empty_cache_share_one_flight() {
    explore(|| {
        let server = Server::new();
        let source = source(&server, Fate::Runs);
        for token in herd(3, move |_| block_on(source.token()).unwrap()) {
            assert_eq!(number(&token), 1);
        }
        assert_eq!(server.requests(), 1);
    });
}

#[test]
fn a_caller_dropped_while_it_waits_loses_nothing_for_the_others() {
    explore(|| {
        let server = Server::new();
        let source = source(&server, Fate::Runs);
        herd(3, move |caller| match caller {
            0 => {
                let mut token = pin!(source.token());
                block_on(poll_fn(|context| Poll::Ready(token.as_mut().poll(context).is_ready())));
            }
            _ => assert_eq!(number(&block_on(source.token()).unwrap()), 1),
        });
        assert_eq!(server.requests(), 1);
    });
}

#[test]
fn a_flight_that_was_never_sent_is_an_error_for_all_and_not_a_hang() {
    explore(|| {
        let server = Server::new();
        let source = source(&server, Fate::IsDown);
        for error in herd(3, move |_| block_on(source.token()).unwrap_err()) {
            assert_eq!(error.kind(), ErrorKind::Transport(TransportKind::Abandoned));
        }
        assert_eq!(server.requests(), 0);
    });
}

#[test]
fn a_flight_dropped_half_way_answers_all_who_wait_alike() {
    explore(|| {
        let server = Server::new();
        let source = source(&server, Fate::ShutsDown);
        let answers = herd(3, move |_| block_on(source.token()));
        let first = answers[0].as_ref().map(number).map_err(|error| error.kind());
        assert!(matches!(first, Ok(1) | Err(ErrorKind::Transport(TransportKind::Abandoned))));
        for answer in &answers {
            assert_eq!(answer.as_ref().map(number).map_err(|error| error.kind()), first);
        }
        assert!(server.requests() <= 1);
    });
}
