//! A resource server rejects a token.

use super::*;

/// A cache whose token replaced a rejected one just now.
fn fresh_replacement(lifetime: u64) -> World {
    let mut world = World::holding("t1", 3600);
    world.advance(60);
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
    let foreign = World::foreign_generation(8);
    let others = [own - 1, own + 1, 0, u64::MAX].map(Generation::from_u64);
    for other in others.into_iter().chain([foreign]) {
        world.cache.handle_rejected(world.now, other);
        assert_eq!(world.token(), "t1");
    }
    assert_eq!(world.status().counters.rejections, 0);
}

#[test]
fn a_replacement_that_is_rejected_too_stays_in_use_until_the_next_one_a_minute_later() {
    let mut world = fresh_replacement(3600);
    world.advance(29);
    world.reject();
    for _ in 0..59 {
        assert_eq!(world.token(), "t2");
        world.idle();
        world.reject();
        world.advance(1);
    }
    world.advance(1);
    assert_eq!(world.token(), "t2", "nobody waits for the next replacement either");
    world.send();
    world.response_token("t3", 3600);
    assert_eq!(world.token(), "t3");
    let status = world.status();
    assert_eq!((status.counters.requests, status.counters.rejections), (3, 2));
    assert_eq!((status.rejections_in_a_row, status.last_error), (2, None));
}

#[test]
fn an_event_says_when_the_next_replacement_is_asked_for() {
    let mut world = fresh_replacement(3600);
    world.reject();
    let replace_in = |event: &Event| match event {
        Event::Rejected { replace_in, .. } => Some(*replace_in),
        _ => None,
    };
    let waits: Vec<_> = world.events().iter().filter_map(replace_in).collect();
    assert_eq!(waits, [s(0), s(60)]);
}

#[test]
fn an_api_that_rejects_every_token_for_an_hour_costs_eight_requests() {
    let mut world = World::holding("t1", 36_000);
    world.advance(60);
    let mut number = 1;
    for _ in 0..36_000 {
        assert_eq!(world.token(), format!("t{number}"));
        world.reject();
        let _ = world.acquire();
        if world.poll().is_some() {
            number += 1;
            world.response_token(&format!("t{number}"), 36_000);
        }
        world.advance_by(ms(100));
    }
    assert_eq!(world.requests(), 1 + 7);
}

#[test]
fn a_replacement_that_lived_for_a_while_is_rejected_like_any_other() {
    let mut world = fresh_replacement(3600);
    world.advance(30);
    world.reject();
    world.waits();
    world.send();
    assert_eq!(world.status().rejections_in_a_row, 1);
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
fn a_rejected_token_is_a_fallback_when_its_replacement_fails() {
    for (name, fail) in FAILURES.into_iter().filter(|(name, _)| *name != "denied") {
        let mut world = World::holding("t1", 3600);
        let generation = world.generation();
        world.advance(60);
        world.reject();
        let ticket = world.waits();
        world.send();
        fail(&mut world);
        assert_eq!(ready(world.resume(ticket)), "t1", "{name}");
        assert_eq!(world.generation(), generation, "{name}");
        let retry_in = world.status().retry_in.unwrap();
        world.advance_by(retry_in);
        assert_eq!(world.token(), "t1", "{name}");
        world.send();
        world.response_token("t2", 3600);
        assert_eq!(world.token(), "t2", "{name}");
    }
}

#[test]
fn a_rejected_token_is_no_fallback_when_the_credentials_are_denied() {
    let mut world = World::holding("t1", 3600);
    world.reject();
    let ticket = world.waits();
    world.send();
    world.response(401, "");
    assert_eq!(refused(world.resume(ticket)).kind(), ErrorKind::Denied);
    assert_eq!(world.state(), State::NoToken);
}

#[test]
fn a_rejected_token_is_no_fallback_once_its_lifetime_is_over() {
    let mut world = World::holding("t1", 100);
    world.reject();
    world.waits();
    world.send();
    world.advance(100);
    world.response(500, "");
    assert!(matches!(world.state(), State::NoToken));
}

#[test]
fn a_token_that_cannot_be_replaced_now_stays_in_use() {
    let mut world = World::near_expiry("t1", 3600);
    world.token();
    world.send();
    world.response_with(429, &[("Retry-After", "20")], "");
    world.reject();
    assert_eq!(world.token(), "t1");
    world.idle();
    let retry_in = world.status().retry_in.unwrap();
    world.advance_by(retry_in);
    assert_eq!(world.token(), "t1");
    world.send();
}

#[test]
fn a_rejected_token_handed_back_stays_in_use_under_its_generation() {
    let mut world = World::holding("t1", 3600);
    let generation = world.generation();
    world.advance(60);
    world.reject();
    let ticket = world.waits();
    world.send();
    world.response_token("t1", 3600);
    assert_eq!(ready(world.resume(ticket)), "t1");
    assert_eq!(world.generation(), generation, "a middleware must not repeat its call");
    for wait in [60, 120, 240] {
        world.reject();
        world.advance(wait - 1);
        assert_eq!(world.token(), "t1");
        world.idle();
        world.advance(1);
        assert_eq!(world.token(), "t1");
        world.send();
        world.response_token("t1", 3600);
    }
    assert_eq!((world.requests(), world.status().counters.reissued), (5, 4));
}

#[test]
fn a_rejected_token_handed_back_keeps_its_first_expiry() {
    let mut world = World::holding("t1", 3600);
    world.advance(1800);
    world.reject();
    world.waits();
    world.send();
    world.response_token("t1", 3600);
    assert!(world.status().usable_for.unwrap() <= s(3600 - 1800));
}

/// A server without a random token id answers alike within a second.
#[test]
fn a_rejected_token_handed_back_within_a_second_of_its_issue_is_asked_about_once_more() {
    let mut world = World::holding("t1", 3600);
    world.advance_by(ms(300));
    world.reject();
    let ticket = world.waits();
    world.send();
    world.response_token("t1", 3600);
    assert_eq!(wait(world.resume(ticket)), ticket, "nobody gets the rejected token");
    world.idle();
    assert_eq!(world.cache.next_wakeup().unwrap().remaining(world.now), s(1));
    world.reach_wakeup();
    wait(world.resume(ticket));
    world.send();
    world.response_token("t2", 3600);
    assert_eq!(ready(world.resume(ticket)), "t2");
}

#[test]
fn a_young_rejected_token_handed_back_twice_stays_in_use() {
    let mut world = World::holding("t1", 3600);
    world.reject();
    let ticket = world.waits();
    world.send();
    world.response_token("t1", 3600);
    world.reach_wakeup();
    wait(world.resume(ticket));
    world.send();
    world.response_token("t1", 3600);
    assert_eq!(ready(world.resume(ticket)), "t1");
    world.idle();
}

#[test]
fn other_credentials_end_a_streak_of_rejections() {
    let mut world = fresh_replacement(3600);
    world.reject();
    world.new_credentials();
    assert_eq!(world.status().rejections_in_a_row, 0);
}

#[test]
fn a_late_rejection_of_an_expired_token_says_nothing() {
    let mut world = fresh_replacement(20);
    world.reach_expiry();
    world.reject();
    assert_eq!(world.status().counters.rejections, 1);
    world.waits();
    world.send();
}
