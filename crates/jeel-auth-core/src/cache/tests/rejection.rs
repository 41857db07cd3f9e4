//! A resource server refuses a token.

use super::*;

/// A cache whose token replaced a rejected one just now.
fn fresh_replacement(lifetime: u64) -> World {
    let mut world = World::holding("t1", 3600);
    world.reject();
    world.fetch("t2", lifetime);
    world
}

#[test]
fn ten_thousand_rejections_of_one_token_cost_one_request() {
    let mut world = World::holding("t1", 3600);
    let generation = world.generation();
    for _ in 0..5000 {
        world.cache.handle_rejected(world.now, generation);
        world.waits();
        world.poll();
    }
    world.response_token("t2", 3600);
    for _ in 0..5000 {
        world.cache.handle_rejected(world.now, generation);
        assert_eq!(world.token(), "t2");
        world.idle();
    }
    let counters = world.status().counters;
    assert_eq!((counters.requests, counters.rejections), (2, 1));
}

#[test]
fn a_rejection_alone_asks_for_nothing() {
    let mut world = World::holding("t1", 3600);
    world.reject();
    world.idle();
    assert_eq!(world.state(), State::NoToken);
    assert!(world.cache.lease(world.now).is_none());
}

#[test]
fn only_the_token_at_hand_can_be_rejected() {
    let mut world = World::holding("t1", 3600);
    let own = world.generation().to_u64();
    let foreign = World::with_seed(8).cache.generation;
    let others = [own - 1, own + 1, 0, u64::MAX].map(Generation::from_u64);
    for other in others.into_iter().chain([foreign]) {
        world.cache.handle_rejected(world.now, other);
        assert_eq!(world.token(), "t1");
    }
    assert_eq!(world.status().counters.rejections, 0);
}

#[test]
fn a_rejected_fresh_replacement_ends_in_a_clear_error_and_a_cool_down() {
    let mut world = fresh_replacement(3600);
    world.advance(29);
    world.reject();
    let error = world.refused();
    assert_eq!((error.kind(), error.retry_in()), (ErrorKind::TokenRejected, Some(s(60))));
    for _ in 0..1000 {
        assert_eq!(world.refused().kind(), ErrorKind::TokenRejected);
        world.idle();
    }
    world.advance(60);
    world.waits();
    world.send();
    assert_eq!(world.requests(), 3);
}

#[test]
fn an_api_that_rejects_every_token_is_asked_ever_more_rarely() {
    let mut world = fresh_replacement(3600);
    for expected in [60, 120, 240, 480, 900] {
        world.reject();
        assert_eq!(world.refused().retry_in(), Some(s(expected)));
        world.advance(expected);
        world.fetch(&format!("after-{expected}"), 3600);
    }
}

#[test]
fn a_replacement_that_worked_for_a_while_is_rejected_like_any_other() {
    let mut world = fresh_replacement(3600);
    world.advance(30);
    world.reject();
    world.waits();
    world.send();
}

#[test]
fn a_rejection_during_the_renewal_makes_callers_wait_for_that_flight() {
    let mut world = World::near_expiry("t1", 3600);
    world.token();
    world.send();
    world.reject();
    let ticket = world.waits();
    world.idle();
    world.response_token("t2", 3600);
    assert_eq!(ready(world.resume(ticket)), "t2");
    assert_eq!(world.requests(), 2);
}

#[test]
fn a_rejected_token_handed_back_is_cooled_down_and_then_given_another_chance() {
    let mut world = World::holding("t1", 3600);
    world.reject();
    let ticket = world.waits();
    world.send();
    world.response_token("t1", 3600);
    assert_eq!(refused(world.resume(ticket)).kind(), ErrorKind::TokenRejected);
    world.advance(60);
    world.fetch("t1", 3540);
    assert_eq!(world.token(), "t1");
    world.reject();
    assert_eq!(world.refused().kind(), ErrorKind::TokenRejected);
    assert_eq!(world.refused().retry_in(), Some(s(120)));
}

#[test]
fn a_rejected_token_handed_back_keeps_its_first_expiry() {
    let mut world = World::holding("t1", 3600);
    world.advance(1800);
    world.reject();
    world.waits();
    world.send();
    world.response_token("t1", 3600);
    world.advance(60);
    world.fetch("t1", 3600);
    assert!(world.status().usable_for.unwrap() <= s(3600 - 1800 - 60));
}

#[test]
fn new_credentials_end_the_cool_down() {
    let mut world = fresh_replacement(3600);
    world.reject();
    world.refused();
    world.new_credentials();
    world.waits();
    world.send();
}

#[test]
fn a_late_rejection_of_an_expired_token_starts_no_cool_down() {
    let mut world = fresh_replacement(20);
    world.reach_expiry();
    world.reject();
    world.waits();
    world.send();
}

#[test]
fn a_failure_of_the_flight_under_way_does_not_shorten_the_cool_down() {
    let mut world = fresh_replacement(20);
    world.reach_renewal();
    world.token();
    world.send();
    world.reject();
    world.response(500, "");
    assert!(world.status().retry_in.unwrap() >= s(60));
}
