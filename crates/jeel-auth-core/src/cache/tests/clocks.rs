//! Clocks that step, stop and lie.

use super::*;

const HOUR: i64 = 3600;

#[test]
fn a_wall_clock_stepped_forward_costs_one_extra_renewal() {
    let mut world = World::holding("t1", 36_000);
    world.step_wall(12 * HOUR);
    assert_eq!(world.state(), State::Expired);
    world.fetch("t2", 36_000);
    for _ in 0..9 {
        world.advance(3600);
        assert_eq!(world.token(), "t2");
        world.idle();
    }
    assert_eq!(world.requests(), 2);
}

#[test]
fn a_wall_clock_stepped_back_lengthens_nothing() {
    let mut world = World::holding("t1", 3600);
    let usable_for = world.status().usable_for.unwrap();
    world.step_wall(-12 * HOUR);
    world.advance_by(usable_for - NANOSECOND);
    assert_eq!(world.token(), "t1");
    world.advance_by(NANOSECOND);
    assert_eq!(world.state(), State::Expired);
}

#[test]
fn a_wall_clock_stepped_forth_and_back_costs_one_request() {
    let mut world = World::holding("t1", 3600);
    world.step_wall(12 * HOUR);
    world.fetch("t2", 3600);
    world.step_wall(-12 * HOUR);
    for _ in 0..50 {
        world.advance(60);
        assert_eq!(world.token(), "t2");
        world.idle();
    }
    assert_eq!(world.requests(), 2);
}

#[test]
fn a_token_does_not_survive_a_suspend_beyond_its_expiry() {
    let mut world = World::holding("t1", 3600);
    world.step_wall(HOUR - 5 - 1);
    assert_eq!(world.token(), "t1");
    world.step_wall(1);
    world.waits();
}

#[test]
fn a_suspend_into_the_renewal_time_renews() {
    let mut world = World::holding("t1", 3600);
    world.step_wall(HOUR - 30);
    assert_eq!(world.token(), "t1");
    world.send();
}

#[test]
fn a_monotonic_clock_that_goes_back_changes_nothing() {
    let mut world = World::near_expiry("t1", 3600);
    world.token();
    world.now = Moment::new(s(0), world.now.wall());
    assert_eq!(world.state(), State::NearExpiry);
    world.send();
    world.advance(1);
    world.response_token("t2", 3600);
    assert_eq!(world.token(), "t2");
    assert_eq!(world.requests(), 2);
}

#[test]
fn readings_out_of_order_do_no_harm() {
    let mut world = World::holding("t1", 100);
    for step in 0..200 {
        world.now = if step % 2 == 0 { world.now.after(s(3)) } else { world.now.before(s(2)) };
        let _ = world.acquire();
        if world.poll().is_some() {
            world.response_token("t2", 1000);
        }
    }
    assert!(world.requests() <= 2);
}

#[test]
fn a_stepped_wall_clock_does_not_end_a_flight() {
    for hours in [-10, 10] {
        let (mut world, ticket) = World::waiting();
        world.step_wall(hours * HOUR);
        wait(world.resume(ticket));
        assert!(world.status().in_flight);
    }
}

#[test]
fn a_wall_clock_stepped_forward_during_a_flight_costs_one_more_request_and_no_error() {
    let (mut world, ticket) = World::waiting();
    world.step_wall(12 * HOUR);
    world.response_token("t1", 3600);
    wait(world.resume(ticket));
    let error = world.status().last_error.unwrap();
    assert_eq!(error.kind(), ErrorKind::ExpiredOnArrival);
    world.reach_wakeup();
    wait(world.resume(ticket));
    world.send();
    world.response_token("t2", 3600);
    assert_eq!(ready(world.resume(ticket)), "t2");
}

#[test]
fn a_wall_clock_stepped_back_during_a_flight_lengthens_nothing() {
    let (mut world, ticket) = World::waiting();
    world.step_wall(-12 * HOUR);
    world.response_token("t1", 3600);
    assert_eq!(ready(world.resume(ticket)), "t1");
    world.advance(3600 - 5);
    assert_eq!(world.state(), State::Expired);
}

#[test]
fn a_hold_off_ends_on_either_clock() {
    let (mut world, _) = World::waiting();
    world.response_with(429, &[("Retry-After", "600")], "");
    world.step_wall(HOUR);
    world.waits();
    world.send();
}

#[test]
fn a_wall_clock_stepped_back_does_not_lengthen_a_hold_off() {
    let (mut world, _) = World::waiting();
    world.response_with(429, &[("Retry-After", "600")], "");
    world.step_wall(-HOUR);
    world.advance(660);
    world.waits();
    world.send();
}

#[test]
fn one_absurd_reading_costs_one_renewal_and_is_forgotten() {
    for absurd in [Moment::new(Duration::MAX, s(0)), Moment::new(s(0), Duration::MAX)] {
        let mut world = World::holding("t1", 3600);
        let sane = world.now;
        world.cache.handle_timeout(absurd);
        world.now = sane.after(s(1));
        world.fetch("t2", 3600);
        for _ in 0..50 {
            world.advance(60);
            assert_eq!(world.token(), "t2");
            world.idle();
        }
        world.advance(600);
        world.waits();
        world.send();
        world.advance(11);
        world.cache.handle_timeout(world.now);
        assert!(!world.status().in_flight, "no flight is endless");
    }
}

#[test]
fn a_lease_is_told_by_the_drivers_own_clocks() {
    let mut world = World::holding("t1", 3600);
    for hours in [-12, 30, -7] {
        world.step_wall(hours * HOUR);
        if world.state() != State::Valid {
            world.fetch("t", 3600);
        }
        let lease = world.cache.lease(world.now).unwrap();
        let left = world.status().renew_in.unwrap();
        assert_eq!(lease.until.remaining(world.now), left);
        assert_eq!(lease.until, world.now.after(left), "on both clocks");
    }
}

#[test]
fn the_ends_of_both_clocks_are_survived() {
    let end = Duration::MAX;
    for now in [Moment::new(end, s(0)), Moment::new(s(0), end), Moment::new(end, end)] {
        for (_, fail) in FAILURES {
            let mut world = World::near_expiry("t1", u64::MAX);
            world.token();
            world.send();
            world.now = now;
            fail(&mut world);
            world.reject();
            let _ = world.acquire();
            world.poll();
            let _ = world.cache.acquire(world.now, end);
            let _ = (world.cache.lease(now), world.cache.next_wakeup(), world.status());
            world.response_token("t2", u64::MAX);
        }
    }
}
