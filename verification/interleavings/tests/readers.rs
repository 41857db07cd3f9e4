//! Threads that read the lease while it changes: no torn read, no stale one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a model fails by panicking")]

mod common;

use common::{
    Answer, LIFETIME, Server, cache_with_token, exhaust, explore, herd, number, policy, seconds,
    source, source_with_token,
};
use jeel_auth_interleavings::blocking::TokenSource;
use jeel_auth_interleavings::core::State;
use jeel_auth_interleavings::{Ask, Stepped, Token, threads_and_lock, time};
use shuttle::thread;
use std::sync::Arc;
use std::time::Duration;

/// Reads the lease, and checks what it finds: usable when the reader asked, whole, and not older than
/// the newest that any reader had seen by then.
fn read(server: &Server, source: &TokenSource, newest: &Stepped<usize>) {
    let asked = time::now();
    let seen = newest.step(|newest| *newest);
    if let Some(token) = source.cached() {
        check(server, &token, asked);
        assert!(number(&token) >= seen, "an older token than before");
        newest.step(|newest| *newest = number(&token).max(*newest));
    }
}

fn check(server: &Server, token: &Token, asked: Duration) {
    let usable_until = server.issued(token) + LIFETIME - policy().expiry_leeway;
    assert!(asked < usable_until, "a token past its time");
    assert_eq!(token.authorization(), &format!("Bearer {}", token.expose_secret()));
}

#[test]
fn readers_see_whole_usable_tokens_and_never_an_older_one() {
    explore(|| {
        let server = Server::new();
        let source = source(&server);
        // Every deadline falls between two ticks of the rough clock.
        time::pass(Duration::from_millis(5));
        source.token().unwrap();
        assert_eq!(source.cached().as_ref().map(number), Some(1));
        // The renewal is due, and would take until after the expiry if the server were slow.
        time::pass(seconds(90));
        let clock = thread::spawn(|| {
            time::pass(seconds(5) - Duration::from_millis(5));
            time::pass(Duration::from_millis(5));
        });
        let endpoint = server.clone();
        let newest = Arc::new(Stepped::new(0));
        herd(3, move |caller| {
            if caller == 0 {
                let asked = time::now();
                check(&endpoint, &source.token().unwrap(), asked);
            } else {
                (0..4).for_each(|_| read(&endpoint, &source, &newest));
            }
        });
        clock.join().unwrap();
        assert!(server.requests() <= 2);
    });
}

#[test]
fn a_token_asked_for_at_least_so_long_lives_so_long() {
    explore(|| {
        let server = Server::new();
        let source = source(&server);
        time::pass(Duration::from_millis(5));
        source.token().unwrap();
        // Too late comes between two ticks of the rough clock.
        time::pass(seconds(45) - Duration::from_millis(10));
        let clock = thread::spawn(|| time::pass(Duration::from_millis(14)));
        let half = seconds(50);
        let endpoint = server.clone();
        herd(2, move |_| {
            let asked = time::now();
            let token = source.token_with(Ask::new().valid_for(half)).unwrap();
            let usable_until = endpoint.issued(&token) + LIFETIME - policy().expiry_leeway;
            assert!(asked + half <= usable_until, "a token that ends too soon");
        });
        clock.join().unwrap();
        assert!(server.requests() <= 2);
    });
}

#[test]
fn what_one_reader_has_missed_no_other_finds_afterwards() {
    explore(|| {
        let source = source(&Server::new());
        // This thread has seen the token; the reader below has not.
        let token = source.token().unwrap();
        assert!(source.cached().is_some());
        let missed = Arc::new(Stepped::new(false));
        let (reader, says) = (source.clone(), Arc::clone(&missed));
        let reader = thread::spawn(move || {
            if reader.cached().is_none() {
                says.step(|missed| *missed = true);
            }
        });
        let rejecting = source.clone();
        let rejecting = thread::spawn(move || rejecting.reject(&token));
        if missed.step(|missed| *missed) {
            assert!(source.cached().is_none(), "found after another had missed it");
        }
        reader.join().unwrap();
        rejecting.join().unwrap();
    });
}

/// A reader that took the lock would wait for itself, which shuttle reports as a deadlock.
#[test]
fn readers_take_no_lock_while_a_token_is_valid_and_while_it_is_renewed() {
    explore(|| {
        // The renewal is denied, so that the first token stays in use.
        let server = Server::scripted(&[Answer::Token, Answer::Status(401)]);
        let (source, while_locked) = threads_and_lock(cache_with_token(&server), server.clone());
        source.token().unwrap();
        let read = || {
            assert_eq!(source.authorization().unwrap(), "Bearer token-1");
            assert_eq!(source.with_authorization(|value| value.len()).unwrap(), 14);
            assert_eq!(source.cached().as_ref().map(number), Some(1));
        };
        while_locked(&read);
        time::pass(seconds(85));
        assert_eq!(source.status().state, State::NearExpiry);
        // This starts the renewal, which ends before, between or after the reads.
        source.token().unwrap();
        while_locked(&read);
        while_locked(&read);
    });
}

#[test]
fn every_order_of_a_reader_and_a_rejection_withdraws_the_token_in_time() {
    let orders = exhaust(|| {
        let source = source_with_token(&Server::new());
        let old = source.token().unwrap();
        let reader = source.clone();
        let reader = thread::spawn(move || reader.cached());
        source.reject(&old);
        assert!(source.cached().is_none(), "seen after it was withdrawn");
        assert!(reader.join().unwrap().is_none_or(|token| number(&token) == 1));
    });
    assert!(orders > 100, "{orders}");
}
