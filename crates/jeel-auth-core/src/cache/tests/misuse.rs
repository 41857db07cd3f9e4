//! Misuse is harmless, and the same inputs give the same outputs.

use super::*;

#[test]
fn an_unknown_or_ended_flight_is_ignored() {
    let (mut world, _) = World::waiting();
    let first = world.flight.unwrap();
    world.response_token("t1", 100);
    let body = token_body("forged", 100);
    for stale in [first, FlightId(99), FlightId(u64::MAX)] {
        world.cache.handle_response(world.now, stale, &Response::new(200, [], body.as_bytes()));
        world.cache.handle_response(world.now, stale, &Response::new(401, [], b""));
        let failure = SendFailure::new(TransportKind::Broken, "");
        world.cache.handle_send_failed(world.now, stale, &failure);
        assert_eq!(world.token(), "t1");
    }
    let counters = world.status().counters;
    assert_eq!((counters.issued, counters.failures), (1, 0));
}

#[test]
fn the_outcome_of_a_given_up_flight_is_not_taken_for_the_next_ones() {
    let (mut world, ticket) = World::waiting();
    let first = world.flight.unwrap();
    world.advance(11);
    wait(world.resume(ticket));
    world.reach_wakeup();
    wait(world.resume(ticket));
    let second = world.request().flight();
    assert_ne!(first, second);
    let body = token_body("late", 100);
    world.cache.handle_response(world.now, first, &Response::new(200, [], body.as_bytes()));
    assert!(world.status().in_flight);
    world.response_token("t2", 100);
    assert_eq!(world.token(), "t2");
}

#[test]
fn a_response_that_came_after_the_deadline_still_came() {
    let (mut world, ticket) = World::waiting();
    world.advance(15);
    world.response_token("t1", 100);
    assert_eq!(ready(world.resume(ticket)), "t1");
    assert_eq!(world.status().usable_for, Some(s(100 - 5 - 15)));
    assert_eq!(world.requests(), 1);
}

#[test]
fn spurious_polls_and_resumptions_change_nothing() {
    let (mut world, ticket) = World::waiting();
    for _ in 0..100 {
        world.idle();
        assert_eq!(wait(world.resume(ticket)), ticket);
        let _ = (world.cache.lease(world.now), world.cache.next_wakeup(), world.status());
        let _ = world.cache.give_up(world.now, ticket);
    }
    world.response_token("t1", 100);
    for _ in 0..100 {
        assert_eq!(ready(world.resume(ticket)), "t1", "a ticket may be used twice");
        world.idle();
    }
    assert_eq!(world.requests(), 1);
}

#[test]
fn credentials_given_over_and_over_do_no_harm() {
    let (mut world, ticket) = World::waiting();
    for _ in 0..1000 {
        world.new_credentials();
        wait(world.resume(ticket));
        world.idle();
    }
    assert_eq!(world.status().permits, 5);
}

#[test]
fn events_not_polled_are_bounded_and_the_newest_kept() {
    let mut world = World::new();
    for _ in 0..1000 {
        world.new_credentials();
    }
    world.fetch("t1", 100);
    let events = world.events();
    assert_eq!(events.len(), 64);
    assert!(matches!(events[63], Event::Issued { .. }));
}

#[test]
fn the_same_seed_and_inputs_give_the_same_outputs() {
    let [first, again, other] = [1, 1, 2].map(transcript);
    assert_eq!(first, again);
    assert_ne!(first, other);
}

/// All that a life of failures and tokens let out, bytes included.
fn transcript(seed: u64) -> String {
    let mut world = World::with_seed(seed);
    let mut said = Vec::new();
    for round in 0..200 {
        world.advance_by(ms(1500));
        said.push(format!("{:?}", world.acquire()));
        if let Some(request) = world.poll() {
            let mut wire = Vec::new();
            request.write_http1(&mut wire);
            said.push(String::from_utf8(wire).unwrap());
            match FAILURES.get(round % 12) {
                Some((_, fail)) => fail(&mut world),
                None => world.response_token(&format!("t{round}"), 30),
            }
        }
        let (events, status) = (world.events(), world.status());
        said.push(format!("{events:?} {status:?} {:?}", world.cache.next_wakeup()));
    }
    said.join("\n")
}
