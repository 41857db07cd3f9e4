//! Renewing in the background, and what its failure costs: nothing.

use super::*;

#[test]
fn at_its_renewal_time_the_token_is_handed_out_and_renewed() {
    let mut world = World::near_expiry("t1", 3600);
    world.idle();
    assert_eq!(world.token(), "t1");
    world.send();
    for _ in 0..1000 {
        assert_eq!(world.token(), "t1");
        world.idle();
    }
    world.response_token("t2", 3600);
    assert_eq!((world.token().as_str(), world.state()), ("t2", State::Valid));
    assert_eq!(world.requests(), 2);
}

#[test]
fn a_token_nobody_asks_for_is_not_renewed() {
    let mut world = World::holding("t1", 3600);
    for _ in 0..100 {
        world.advance(3600);
        world.idle();
        world.status();
    }
    assert_eq!(world.requests(), 1);
}

#[test]
fn a_failed_renewal_of_any_kind_costs_no_caller_anything() {
    for (name, fail) in FAILURES {
        let mut world = World::near_expiry("t1", 3600);
        let usable_until = world.now.after(world.status().usable_for.unwrap());
        while !usable_until.reached(world.now) {
            assert_eq!(world.token(), "t1", "{name}");
            while world.poll().is_some() {
                fail(&mut world);
            }
            world.cache.handle_timeout(world.now);
            let events = world.events();
            let unusable = |event: &Event| matches!(event, Event::Failed { usable_for: None, .. });
            let is_over = usable_until.reached(world.now);
            assert!(is_over || !events.iter().any(unusable), "{name}");
            world.advance_by(ms(500));
        }
        assert!(world.status().counters.failures > 0, "{name}");
    }
}

#[test]
fn a_failed_renewal_is_tried_again_by_the_next_caller_after_the_back_off() {
    let mut world = World::near_expiry("t1", 3600);
    world.token();
    world.send();
    world.response(500, "");
    world.token();
    world.idle();
    world.reach_wakeup();
    world.idle();
    world.token();
    world.send();
    world.response_token("t2", 3600);
    assert_eq!(world.token(), "t2");
    assert!(world.status().last_error.is_none());
}

#[test]
fn those_who_come_after_the_expiry_wait_for_the_renewal_under_way() {
    let mut world = World::near_expiry("t1", 20);
    let usable_for = world.status().usable_for.unwrap();
    world.advance_by(usable_for - s(1));
    world.token();
    world.send();
    world.advance(1);
    let ticket = world.waits();
    world.idle();
    world.response_token("t2", 100);
    assert_eq!(ready(world.resume(ticket)), "t2");
    assert_eq!(world.requests(), 2);
}

#[test]
fn an_outage_over_the_expiry_ends_in_an_error_and_the_recovery_in_a_token() {
    let mut world = World::near_expiry("t1", 3600);
    world.token();
    world.send();
    world.response_with(503, &[("Retry-After", "600")], "");
    assert_eq!(world.token(), "t1");
    world.reach_expiry();
    let error = world.refused();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    world.advance_by(error.retry_in().unwrap());
    world.fetch("t2", 3600);
    assert_eq!(world.token(), "t2");
}

/// Keycloak 26.7.3 says zero at random of tokens that live a second.
#[test]
fn a_renewal_that_leaves_no_time_is_made_again_and_callers_wait_without_an_error() {
    let mut world = World::near_expiry("t1", 1);
    assert_eq!(world.token(), "t1");
    world.send();
    world.response_token("t2", 0);
    assert_eq!(world.token(), "t1");
    world.reach_expiry();
    let mut ticket = world.waits();
    if world.status().retry_in.is_some() {
        world.reach_wakeup();
        ticket = wait(world.resume(ticket));
    }
    world.send();
    world.response_token("t3", 1);
    assert_eq!(ready(world.resume(ticket)), "t3");
    assert_eq!((world.requests(), world.status().counters.issued), (3, 2));
}

#[test]
fn a_renewal_that_is_over_when_it_arrives_leaves_the_token_at_hand() {
    let mut world = World::near_expiry("t1", 3600);
    world.token();
    world.send();
    world.advance(5);
    world.response_token("t2", 3);
    assert_eq!(world.token(), "t1");
    assert_eq!(world.state(), State::NearExpiry);
}
