//! The body encoding, settled by evidence and cheaply.

use super::*;
use BodyEncoding::{Multipart, UrlEncoded};

/// Polls one request and says how it was encoded.
fn sent(world: &mut World) -> BodyEncoding {
    world.request().encoding()
}

/// Lets a caller come after any hold-off, and says how its request was encoded.
fn next_round(world: &mut World) -> BodyEncoding {
    world.advance(1000);
    world.waits();
    sent(world)
}

#[test]
fn a_server_that_reads_only_urlencoded_costs_one_extra_request_in_a_life() {
    let (mut world, ticket) = World::waiting();
    world.response(401, r#"{"error":"invalid_client"}"#);
    assert_eq!(wait(world.resume(ticket)), ticket, "nobody sees the probe");
    assert_eq!(sent(&mut world), UrlEncoded);
    world.response_token("t1", 100);
    assert_eq!(ready(world.resume(ticket)), "t1");
    for _ in 0..10 {
        assert_eq!(next_round(&mut world), UrlEncoded);
        world.response_token("t", 100);
    }
    assert_eq!(world.requests(), 12);
    assert_eq!(world.status().proven_encoding, Some(UrlEncoded));
}

#[test]
fn any_refusal_that_time_would_not_cure_makes_the_other_be_tried_at_once() {
    for status in [400, 401, 402, 403, 404, 405, 413, 415, 418, 422, 451, 499] {
        let (mut world, _) = World::waiting();
        world.response(status, "<html>");
        assert_eq!(sent(&mut world), UrlEncoded, "{status}");
    }
    let (mut world, _) = World::waiting();
    world.response(200, r#"{"error":"invalid_request"}"#);
    assert_eq!(sent(&mut world), UrlEncoded);
}

#[test]
fn what_time_may_cure_causes_no_extra_request() {
    for status in [100, 200, 302, 307, 408, 429, 500, 502, 503, 504] {
        let (mut world, _) = World::waiting();
        world.response(status, "");
        world.idle();
        assert_eq!(world.requests(), 1, "{status}");
    }
    for code in ["temporarily_unavailable", "server_error", "slow_down"] {
        let (mut world, _) = World::waiting();
        world.response(400, &format!(r#"{{"error":"{code}"}}"#));
        world.idle();
    }
}

#[test]
fn wrong_credentials_cost_two_requests_and_the_error_names_both_responses() {
    let (mut world, ticket) = World::waiting();
    world.response_with(401, &[("tx_id", "one")], r#"{"error":"invalid_client"}"#);
    assert_eq!(sent(&mut world), UrlEncoded);
    world.response_with(400, &[("tx_id", "two")], r#"{"error":"unauthorized_client"}"#);
    let error = refused(world.resume(ticket));
    assert_eq!((error.kind(), error.retry_in()), (ErrorKind::Denied, Some(s(60))));
    let (last, first) = (error.response().unwrap(), error.other_response().unwrap());
    assert_eq!((last.encoding, last.status), (UrlEncoded, 400));
    assert_eq!((first.encoding, first.status), (Multipart, 401));
    for part in ["invalid_client", "unauthorized_client", "one", "two", "60 s"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    for _ in 0..59 {
        world.advance(1);
        let _ = world.acquire();
        world.idle();
    }
    assert_eq!(world.requests(), 2);
}

#[test]
fn failures_that_may_pass_alternate_while_nothing_is_proven() {
    let fails: [fn(&mut World); 3] = [
        |world| world.response(500, ""),
        |world| world.response(200, "<html>"),
        |world| world.fail(TransportKind::TimedOut),
    ];
    for fail in fails {
        let mut world = World::new();
        for expected in [Multipart, UrlEncoded, Multipart, UrlEncoded] {
            assert_eq!(next_round(&mut world), expected);
            fail(&mut world);
        }
    }
}

#[test]
fn a_server_that_answers_500_to_multipart_for_ever_gives_a_token_to_the_second_request() {
    let (mut world, ticket) = World::waiting();
    world.response(500, "");
    world.reach_wakeup();
    wait(world.resume(ticket));
    assert_eq!(sent(&mut world), UrlEncoded);
    world.response_token("t1", 100);
    assert_eq!(next_round(&mut world), UrlEncoded);
}

#[test]
fn a_500_between_the_two_tries_counts_for_neither() {
    let (mut world, ticket) = World::waiting();
    world.response(401, "");
    world.send();
    world.response(500, "");
    assert_eq!(next_round(&mut world), Multipart);
    world.response(401, "");
    assert_eq!(sent(&mut world), UrlEncoded);
    world.response_token("t1", 3600);
    assert_eq!(ready(world.resume(ticket)), "t1");
}

#[test]
fn a_rate_limit_says_nothing_about_the_encoding() {
    let mut world = World::new();
    for status in [429, 429, 429] {
        assert_eq!(next_round(&mut world), Multipart);
        world.response(status, "");
    }
}

#[test]
fn a_rate_limit_between_the_two_tries_does_not_start_them_anew() {
    let (mut world, _) = World::waiting();
    world.response(401, "");
    assert_eq!(sent(&mut world), UrlEncoded);
    world.response_with(429, &[("Retry-After", "30")], "");
    assert_eq!(next_round(&mut world), UrlEncoded);
    world.response(401, "");
    assert_eq!(world.refused().other_response().unwrap().encoding, Multipart);
    assert_eq!(world.requests(), 3);
}

#[test]
fn a_proven_encoding_does_not_alternate_and_its_first_denial_costs_one_request() {
    let mut world = World::holding("t1", 100);
    assert_eq!(next_round(&mut world), Multipart);
    world.response(500, "");
    assert_eq!(next_round(&mut world), Multipart);
    world.response(401, "");
    world.idle();
    let error = world.refused();
    assert_eq!((error.kind(), error.other_response()), (ErrorKind::Denied, None));
    assert_eq!(world.status().proven_encoding, Some(Multipart));
}

#[test]
fn the_second_denial_in_a_row_puts_a_proven_encoding_in_doubt() {
    let mut world = World::holding("t1", 100);
    next_round(&mut world);
    assert_eq!(1 + world.answer_all(401), 1);
    world.response(401, "");
    world.idle();
    assert_eq!(next_round(&mut world), Multipart);
    world.response(401, "");
    assert_eq!(world.status().proven_encoding, None);
    assert_eq!(sent(&mut world), UrlEncoded, "the server was replaced");
    world.response_token("t2", 100);
    assert_eq!((world.token().as_str(), next_round(&mut world)), ("t2", UrlEncoded));
}

#[test]
fn a_token_between_two_denials_keeps_the_encoding_proven() {
    let mut world = World::holding("t1", 100);
    for _ in 0..5 {
        next_round(&mut world);
        world.response(401, "");
        world.idle();
        assert_eq!(next_round(&mut world), Multipart);
        world.response_token("t", 100);
    }
}

#[test]
fn one_415_puts_a_proven_encoding_in_doubt_at_once() {
    let mut world = World::holding("t1", 100);
    assert_eq!(next_round(&mut world), Multipart);
    world.response(415, "");
    assert_eq!(sent(&mut world), UrlEncoded);
    world.response_token("t2", 100);
    assert_eq!(world.status().proven_encoding, Some(UrlEncoded));
}

#[test]
fn a_chosen_encoding_is_never_left() {
    let mut world = World::url_encoded();
    for status in [401, 415, 500, 404, 200] {
        assert_eq!(next_round(&mut world), UrlEncoded);
        world.response(status, "");
        world.idle();
    }
}

#[test]
fn a_probe_waits_for_the_budget_like_any_other_request() {
    let mut world = World::with_policy(Policy {
        burst: std::num::NonZeroU32::MIN,
        interval: s(60),
        ..Policy::default()
    });
    let ticket = world.waits();
    world.send();
    world.response(401, "");
    world.idle();
    let error = refused(world.resume(ticket));
    assert_eq!((error.kind(), error.status()), (ErrorKind::BudgetExhausted, Some(401)));
    world.advance(60);
    world.waits();
    assert_eq!(sent(&mut world), UrlEncoded);
}
