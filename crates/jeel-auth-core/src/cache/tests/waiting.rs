//! Which callers wait, for what, and how they are answered.

use super::*;

#[test]
fn one_token_answers_all_who_waited() {
    let (mut world, first) = World::waiting();
    let turns: Vec<_> = (0..10).map(|_| world.waits()).chain([first]).collect();
    world.advance(1);
    world.response_token("t1", 100);
    for ticket in turns {
        assert_eq!(ready(world.resume(ticket)), "t1");
        world.idle();
    }
    assert_eq!(world.requests(), 1);
}

#[test]
fn one_error_answers_all_who_waited() {
    let (mut world, first) = World::waiting();
    let turns: Vec<_> = (0..10).map(|_| world.waits()).chain([first]).collect();
    world.response_with(429, &[("Retry-After", "60"), ("tx_id", "6f1c")], "");
    for ticket in turns {
        let error = refused(world.resume(ticket));
        assert_eq!((error.kind(), error.tx_id()), (ErrorKind::RateLimited, Some("6f1c")));
        world.idle();
    }
    assert_eq!(world.requests(), 1);
}

#[test]
fn the_error_still_answers_those_who_resume_after_the_hold_off() {
    let (mut world, ticket) = World::waiting();
    world.response_with(429, &[("Retry-After", "60")], "");
    world.advance(100);
    assert_eq!(refused(world.resume(ticket)).kind(), ErrorKind::RateLimited);
    world.idle();
    world.waits();
    world.send();
}

#[test]
fn a_short_hold_off_is_waited_out_and_costs_nobody_an_error() {
    let (mut world, first) = World::waiting();
    let second = world.waits();
    world.response(500, "");
    for ticket in [first, second] {
        assert_eq!(wait(world.resume(ticket)), ticket);
    }
    world.waits();
    world.idle();
    world.reach_wakeup();
    for ticket in [first, second] {
        assert_eq!(wait(world.resume(ticket)), ticket);
    }
    world.send();
    world.idle();
    world.response_token("t1", 100);
    for ticket in [first, second] {
        assert_eq!(ready(world.resume(ticket)), "t1");
    }
    assert_eq!(world.requests(), 2);
}

#[test]
fn a_long_hold_off_refuses_at_once_until_it_is_nearly_over() {
    let (mut world, ticket) = World::waiting();
    world.response_with(503, &[("Retry-After", "60")], "");
    assert!(refused(world.resume(ticket)).retry_in().unwrap() >= s(60));
    let retry_in = world.refused().retry_in().unwrap();
    world.advance_by(retry_in - s(2) - NANOSECOND);
    assert_eq!(world.refused().retry_in(), Some(s(2) + NANOSECOND));
    world.advance_by(NANOSECOND);
    world.waits();
    world.idle();
    world.advance(2);
    world.waits();
    world.send();
}

#[test]
fn who_waited_through_one_failure_is_answered_by_a_later_long_one() {
    let (mut world, ticket) = World::waiting();
    world.response(500, "");
    world.reach_wakeup();
    wait(world.resume(ticket));
    world.send();
    world.response_with(503, &[("Retry-After", "60")], "");
    assert_eq!(refused(world.resume(ticket)).status(), Some(503));
}

#[test]
fn a_later_caller_is_not_answered_by_an_earlier_failure() {
    let (mut world, _) = World::waiting();
    world.response_with(503, &[("Retry-After", "60")], "");
    world.advance(100);
    let ticket = world.waits();
    world.send();
    assert_eq!(wait(world.resume(ticket)), ticket);
}

#[test]
fn who_gives_up_learns_why_and_leaves_the_flight_going() {
    let (mut world, _) = World::waiting();
    world.response(500, "");
    world.reach_wakeup();
    let ticket = world.waits();
    world.send();
    let error = world.cache.give_up(world.now, ticket);
    assert_eq!((error.kind(), error.status()), (ErrorKind::WaitTimedOut, Some(500)));
    assert_eq!(error.retry(), crate::Retry::Now, "a request is under way");
    world.response_token("t1", 100);
    assert_eq!(world.token(), "t1");
}

#[test]
fn a_flight_that_nobody_reports_on_is_given_up_at_its_deadline() {
    let (mut world, ticket) = World::waiting();
    assert_eq!(world.cache.next_wakeup().unwrap().remaining(world.now), s(11));
    world.advance_by(s(11) - NANOSECOND);
    wait(world.resume(ticket));
    assert!(world.status().in_flight);
    world.advance_by(NANOSECOND);
    wait(world.resume(ticket));
    let status = world.status();
    assert!(!status.in_flight);
    let kind = status.last_error.unwrap().kind();
    assert_eq!(kind, ErrorKind::Transport(TransportKind::TimedOut));
    world.reach_wakeup();
    wait(world.resume(ticket));
    world.send();
}

#[test]
fn when_all_who_waited_have_left_nothing_is_asked_again() {
    let (mut world, _) = World::waiting();
    world.response(500, "");
    for _ in 0..100 {
        world.advance(1);
        world.idle();
    }
    assert_eq!(world.requests(), 1);
}

#[test]
fn new_credentials_in_flight_let_those_who_wait_wait_for_the_new() {
    let mut world = World::url_encoded();
    let ticket = world.waits();
    world.send();
    world.new_credentials();
    world.response(401, "");
    assert_eq!(wait(world.resume(ticket)), ticket, "the old were denied, not the new");
    assert_eq!(world.status().last_error, None);
    world.send();
    world.response_token("t1", 100);
    assert_eq!(ready(world.resume(ticket)), "t1");
}
