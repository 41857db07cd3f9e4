//! Threads that read the lease while it changes: no torn read, no stale one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a model fails by panicking")]

mod common;

use common::{LIFETIME, Server, Threads, exhaust, explore, herd, number, policy, seconds, source};
use jeel_auth_interleavings::{Token, time};
use shuttle::thread;
use std::time::Duration;

/// Reads the lease, and checks what it finds: usable when the reader asked, whole, and not older
/// than `seen`.
fn read(server: &Server, source: &Threads, seen: usize) -> usize {
    let asked = time::now();
    source.cached().map_or(seen, |token| {
        check(server, &token, asked);
        assert!(number(&token) >= seen, "an older token than before");
        number(&token)
    })
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
        source.ready().unwrap();
        assert_eq!(source.cached().as_ref().map(number), Some(1));
        // The renewal is due, and would take until after the expiry if the server were slow.
        time::pass(seconds(90));
        let clock = thread::spawn(|| {
            time::pass(seconds(5) - Duration::from_millis(5));
            time::pass(Duration::from_millis(5));
        });
        let endpoint = server.clone();
        herd(3, move |caller| {
            if caller == 0 {
                let asked = time::now();
                check(&endpoint, &source.token().unwrap(), asked);
            } else {
                (0..4).fold(0, |seen, _| read(&endpoint, &source, seen));
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
        source.ready().unwrap();
        // Too late comes between two ticks of the rough clock.
        time::pass(seconds(45) - Duration::from_millis(10));
        let clock = thread::spawn(|| time::pass(Duration::from_millis(14)));
        let half = seconds(50);
        let endpoint = server.clone();
        herd(2, move |_| {
            let asked = time::now();
            let token = source.token_valid_for(half).unwrap();
            let usable_until = endpoint.issued(&token) + LIFETIME - policy().expiry_leeway;
            assert!(asked + half <= usable_until, "a token that ends too soon");
        });
        clock.join().unwrap();
        assert!(server.requests() <= 2);
    });
}

#[test]
fn every_order_of_a_reader_and_a_rejection_withdraws_the_token_in_time() {
    let orders = exhaust(|| {
        let server = Server::new();
        let source = source(&server);
        let old = source.token().unwrap();
        let reader = source.clone();
        let reader = thread::spawn(move || reader.cached());
        source.reject(&old);
        assert!(source.cached().is_none(), "seen after it was withdrawn");
        assert!(reader.join().unwrap().is_none_or(|token| number(&token) == 1));
    });
    assert!(orders > 100, "{orders}");
}
