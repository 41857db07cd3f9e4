//! A token that is to be good for a while.

use super::*;

impl World {
    fn acquire_for(&mut self, at_least: u64) -> Acquire {
        self.cache.acquire(self.now, s(at_least))
    }
}

#[test]
fn a_token_good_for_long_enough_is_handed_out() {
    let mut world = World::holding("t1", 3600);
    assert_eq!(ready(world.acquire_for(3600 - 5)), "t1");
    world.idle();
}

#[test]
fn a_token_with_too_little_left_is_renewed_early_and_kept_for_the_others() {
    let mut world = World::holding("t1", 3600);
    world.advance(1000);
    let ticket = wait(world.acquire_for(3000));
    world.send();
    assert_eq!(world.token(), "t1");
    world.response_token("t2", 3600);
    assert_eq!(ready(world.resume(ticket)), "t2");
    assert_eq!(world.requests(), 2);
}

#[test]
fn what_no_token_can_meet_costs_one_request_and_is_a_clear_error() {
    let mut world = World::new();
    let ticket = wait(world.acquire_for(7200));
    world.send();
    world.response_token("t1", 3600);
    let error = refused(world.resume(ticket));
    assert_eq!(error.kind(), ErrorKind::LifetimeTooShort);
    for _ in 0..1000 {
        assert_eq!(refused(world.acquire_for(7200)).kind(), ErrorKind::LifetimeTooShort);
        assert_eq!(world.token(), "t1");
        world.idle();
    }
    assert_eq!(world.requests(), 1);
}

#[test]
fn a_wait_that_a_new_token_cannot_meet_ends_with_it() {
    let mut world = World::holding("t1", 3600);
    world.advance(1000);
    let ticket = wait(world.acquire_for(3000));
    world.send();
    world.response_token("t2", 100);
    assert_eq!(refused(world.resume(ticket)).kind(), ErrorKind::LifetimeTooShort);
    world.idle();
}

#[test]
fn a_wait_for_a_longer_token_goes_on_while_its_flight_does() {
    let mut world = World::holding("t1", 3600);
    world.advance(1000);
    let ticket = wait(world.acquire_for(3000));
    world.send();
    world.advance(1);
    let ticket = wait(world.resume(ticket));
    world.response_token("t2", 3600);
    assert_eq!(ready(world.resume(ticket)), "t2");
}

/// Who is slow to look would otherwise ask for one token after the other.
#[test]
fn a_new_token_that_was_good_for_long_enough_when_it_came_ends_the_wait_too() {
    let mut world = World::holding("t1", 3600);
    world.advance(1000);
    let ticket = wait(world.acquire_for(3595));
    world.send();
    world.response_token("t2", 3600);
    world.advance(1);
    assert_eq!(refused(world.resume(ticket)).kind(), ErrorKind::LifetimeTooShort);
    world.idle();
}

#[test]
fn a_server_that_hands_the_same_token_back_is_asked_once_for_it() {
    let mut world = World::holding("t1", 3600);
    world.advance(1000);
    let ticket = wait(world.acquire_for(3000));
    world.send();
    world.response_token("t1", 3600);
    let error = refused(world.resume(ticket));
    assert_eq!((error.kind(), error.retry_in()), (ErrorKind::LifetimeTooShort, Some(s(2600))));
    for _ in 0..100 {
        refused(world.acquire_for(3000));
        world.idle();
    }
    assert_eq!(world.token(), "t1");
    assert_eq!(world.requests(), 2);
}

#[test]
fn early_renewals_come_out_of_the_store_and_leave_the_token_usable() {
    let burst = std::num::NonZeroU32::MIN;
    let mut world = World::with_policy(Policy { burst, ..Policy::default() });
    world.fetch("t1", 3600);
    world.advance(9);
    let error = refused(world.acquire_for(3590));
    assert_eq!((error.kind(), error.retry_in()), (ErrorKind::BudgetExhausted, Some(s(3))));
    assert_eq!(world.token(), "t1");
}

#[test]
fn who_asks_for_ever_longer_tokens_is_held_by_the_budget() {
    let mut world = World::holding("t1", 3600);
    for number in 0..1200 {
        world.advance_by(ms(100));
        if let Acquire::Wait(_) = world.acquire_for(3595)
            && world.poll().is_some()
        {
            world.response_token(&format!("u{number}"), 3600);
        }
        assert!(world.token().starts_with(['t', 'u']));
    }
    assert!(world.requests() <= 5 + 120 / 12, "{}", world.requests());
}

#[test]
fn a_failed_early_renewal_answers_who_waited_for_it_and_nobody_else() {
    let mut world = World::holding("t1", 3600);
    world.advance(1000);
    let ticket = wait(world.acquire_for(3000));
    world.send();
    world.response_with(429, &[("Retry-After", "60")], "");
    assert_eq!(refused(world.resume(ticket)).kind(), ErrorKind::RateLimited);
    assert_eq!(world.token(), "t1");
    world.idle();
}
