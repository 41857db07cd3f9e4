//! Who waits, for what, and how they are answered.

use super::*;

#[test]
fn one_token_answers_all_who_waited() {
    let (mut world, first) = World::waiting();
    let turns: Vec<_> = (0..10).map(|_| world.waits()).chain([first]).collect();
    world.advance(1);
    world.reply_token("t1", 100);
    for turn in turns {
        assert_eq!(ready(world.resume(turn)), "t1");
        world.idle();
    }
    assert_eq!(world.requests(), 1);
}

#[test]
fn one_error_answers_all_who_waited() {
    let (mut world, first) = World::waiting();
    let turns: Vec<_> = (0..10).map(|_| world.waits()).chain([first]).collect();
    world.reply_with(429, &[("Retry-After", "60"), ("tx_id", "6f1c")], "");
    for turn in turns {
        let error = refused(world.resume(turn));
        assert_eq!((error.kind(), error.tx_id()), (ErrorKind::RateLimited, Some("6f1c")));
        world.idle();
    }
    assert_eq!(world.requests(), 1);
}

#[test]
fn the_error_still_answers_those_who_resume_after_the_hold_off() {
    let (mut world, turn) = World::waiting();
    world.reply_with(429, &[("Retry-After", "60")], "");
    world.advance(100);
    assert_eq!(refused(world.resume(turn)).kind(), ErrorKind::RateLimited);
    world.idle();
    world.waits();
    world.send();
}

#[test]
fn a_short_hold_off_is_waited_out_and_costs_nobody_an_error() {
    let (mut world, first) = World::waiting();
    let second = world.waits();
    world.reply(500, "");
    for turn in [first, second] {
        assert_eq!(wait(world.resume(turn)), turn);
    }
    world.waits();
    world.idle();
    world.reach_wakeup();
    for turn in [first, second] {
        assert_eq!(wait(world.resume(turn)), turn);
    }
    world.send();
    world.idle();
    world.reply_token("t1", 100);
    for turn in [first, second] {
        assert_eq!(ready(world.resume(turn)), "t1");
    }
    assert_eq!(world.requests(), 2);
}

#[test]
fn a_long_hold_off_refuses_at_once_until_it_is_nearly_over() {
    let (mut world, turn) = World::waiting();
    world.reply_with(503, &[("Retry-After", "60")], "");
    assert!(refused(world.resume(turn)).retry_in().unwrap() >= s(60));
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
    let (mut world, turn) = World::waiting();
    world.reply(500, "");
    world.reach_wakeup();
    wait(world.resume(turn));
    world.send();
    world.reply_with(503, &[("Retry-After", "60")], "");
    assert_eq!(refused(world.resume(turn)).status(), Some(503));
}

#[test]
fn a_later_caller_is_not_answered_by_an_earlier_failure() {
    let (mut world, _) = World::waiting();
    world.reply_with(503, &[("Retry-After", "60")], "");
    world.advance(100);
    let turn = world.waits();
    world.send();
    assert_eq!(wait(world.resume(turn)), turn);
}

#[test]
fn who_gives_up_learns_why_and_leaves_the_flight_going() {
    let (mut world, _) = World::waiting();
    world.reply(500, "");
    world.reach_wakeup();
    world.waits();
    world.send();
    let error = world.cache.give_up(world.now);
    assert_eq!((error.kind(), error.status()), (ErrorKind::WaitTimedOut, Some(500)));
    assert_eq!(error.retry_in(), None, "a request is under way");
    world.reply_token("t1", 100);
    assert_eq!(world.token(), "t1");
}

#[test]
fn a_flight_that_nobody_reports_on_is_given_up_at_its_deadline() {
    let (mut world, turn) = World::waiting();
    assert_eq!(world.cache.next_wakeup().unwrap().remaining(world.now), s(10));
    world.advance_by(s(10) - NANOSECOND);
    wait(world.resume(turn));
    assert!(world.status().in_flight);
    world.advance_by(NANOSECOND);
    wait(world.resume(turn));
    let status = world.status();
    assert!(!status.in_flight);
    let kind = status.last_error.unwrap().kind();
    assert_eq!(kind, ErrorKind::Transport(TransportKind::TimedOut));
    world.reach_wakeup();
    wait(world.resume(turn));
    world.send();
}

#[test]
fn when_all_who_waited_have_left_nothing_is_asked_again() {
    let (mut world, _) = World::waiting();
    world.reply(500, "");
    for _ in 0..100 {
        world.advance(1);
        world.idle();
    }
    assert_eq!(world.requests(), 1);
}

#[test]
fn new_credentials_in_flight_let_those_who_wait_wait_for_the_new() {
    let mut world = World::url_encoded();
    let turn = world.waits();
    world.send();
    world.new_credentials();
    world.reply(401, "");
    assert_eq!(wait(world.resume(turn)), turn, "the old were denied, not the new");
    assert_eq!(world.status().last_error, None);
    world.send();
    world.reply_token("t1", 100);
    assert_eq!(ready(world.resume(turn)), "t1");
}
