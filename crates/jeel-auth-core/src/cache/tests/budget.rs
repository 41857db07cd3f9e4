//! The request budget in the whole machine.

use super::*;
use std::num::NonZeroU32;

/// No pause between tries, so that nothing but the budget holds requests back.
fn impatient() -> Policy {
    Policy { backoff_floor: Duration::ZERO, backoff_ceiling: Duration::ZERO, ..Policy::default() }
}

/// One permit, and hardly ever another.
fn frugal() -> Policy {
    Policy { burst: NonZeroU32::MIN, interval: s(24 * 3600), ..impatient() }
}

/// Callers come all the time for this long, and each request ends by `outcome`.
fn press(world: &mut World, seconds: u64, mut outcome: impl FnMut(&mut World)) -> u64 {
    let before = world.requests();
    for _ in 0..seconds * 10 {
        let _ = world.acquire();
        while world.poll().is_some() {
            outcome(world);
            let _ = world.acquire();
        }
        world.advance_by(ms(100));
    }
    world.requests() - before
}

#[test]
fn a_failing_server_sees_a_burst_of_five_and_then_one_request_per_twelve_seconds() {
    let mut world = World::with_policy(impatient());
    let outcome = |world: &mut World| world.response(500, "");
    assert_eq!(press(&mut world, 1, outcome), 5);
    assert_eq!(press(&mut world, 120, outcome), 10);
    assert_eq!(press(&mut world, 1200, outcome), 100);
}

#[test]
fn an_exhausted_budget_is_a_clear_error_with_its_cause_and_its_end() {
    let mut world = World::with_policy(impatient());
    press(&mut world, 1, |world| world.response_with(500, &[("tx_id", "6f1c")], ""));
    let error = world.refused();
    assert_eq!(error.kind(), ErrorKind::BudgetExhausted);
    assert_eq!((error.status(), error.tx_id()), (Some(500), Some("6f1c")));
    assert_eq!(error.retry_in(), Some(s(11)));
    assert_eq!(world.status().permits, 0);
    world.advance(11);
    world.waits();
    world.send();
}

#[test]
fn the_last_two_seconds_before_the_next_permit_are_waited_out() {
    let mut world = World::with_policy(impatient());
    press(&mut world, 1, |world| world.response(500, ""));
    world.advance(9);
    let ticket = world.waits();
    world.idle();
    world.reach_wakeup();
    assert_eq!(wait(world.resume(ticket)), ticket);
    world.send();
}

#[test]
fn rejections_pay_for_nothing() {
    let policy = Policy { fresh_for: Duration::ZERO, ..impatient() };
    let mut world = World::with_policy(policy);
    let mut number = 0;
    let requests = press(&mut world, 120, |world| {
        number += 1;
        world.response_token(&format!("t{number}"), 3600);
        world.reject();
    });
    assert!(requests <= 5 + 120 / 12, "{requests}");
}

#[test]
fn tokens_that_live_an_interval_pay_for_their_own_renewal() {
    let interval = s(3600);
    let mut world = World::with_policy(Policy { interval, ..frugal() });
    let mut number = 0;
    for _ in 0..20_000 {
        let answer = world.acquire();
        assert!(!matches!(answer, Acquire::Refused(_)), "{answer:?}");
        if world.poll().is_some() {
            number += 1;
            world.response_token(&format!("t{number}"), 7200);
        }
        world.advance(6);
    }
    assert!(number >= 120_000 / 7200);
}

#[test]
fn a_server_that_issues_tokens_of_a_second_buys_no_flood() {
    let mut world = World::with_policy(impatient());
    let mut number = 0;
    let requests = press(&mut world, 1200, |world| {
        number += 1;
        world.response_token(&format!("t{number}"), 1);
    });
    assert!(requests <= 5 + 100 + 2 * 101, "{requests}");
}

#[test]
fn a_request_of_which_nothing_was_sent_costs_nothing() {
    let mut world = World::with_policy(frugal());
    for _ in 0..100 {
        let _ = world.waits();
        world.send();
        world.fail_unsent(TransportKind::Connect);
        assert_eq!(world.status().permits, 1);
    }
}

#[test]
fn the_first_request_after_an_expiry_finds_a_permit() {
    let mut world = World::with_policy(frugal());
    world.fetch("t1", 100);
    world.reach_renewal();
    press(&mut world, 10, |world| world.response(500, ""));
    assert_eq!(world.status().permits, 0);
    world.reach_expiry();
    world.waits();
    world.send();
}

#[test]
fn the_first_request_after_new_credentials_finds_a_permit() {
    let mut world = World::with_policy(frugal());
    press(&mut world, 10, |world| world.response(500, ""));
    assert_eq!(world.refused().kind(), ErrorKind::BudgetExhausted);
    world.new_credentials();
    world.waits();
    world.send();
}

#[test]
fn a_token_pays_once_for_its_renewal_and_once_for_its_expiry() {
    let mut world = World::with_policy(frugal());
    world.fetch("t1", 100);
    world.reach_renewal();
    assert_eq!(press(&mut world, 10, |world| world.response(500, "")), 1);
    world.reach_expiry();
    assert_eq!(press(&mut world, 1000, |world| world.response(500, "")), 1);
}

#[test]
fn a_token_that_is_handed_out_again_pays_as_one() {
    let burst = NonZeroU32::MIN.saturating_add(1);
    let mut world = World::with_policy(Policy { burst, ..frugal() });
    world.fetch("t1", 3600);
    world.advance(100);
    // A caller who wants a longer life uses up the permit that is left.
    let _ = world.cache.acquire(world.now, s(3590));
    world.send();
    world.response(500, "");
    world.reach_renewal();
    world.fetch("t1", 3600);
    assert_eq!(world.status().permits, 0);
    world.reach_expiry();
    world.advance(1);
    assert_eq!(world.status().permits, 1);
}

#[test]
fn a_rejected_token_pays_nothing_at_the_times_it_did_not_live_to_see() {
    let burst = NonZeroU32::MIN.saturating_add(1);
    let mut world = World::with_policy(Policy { burst, ..frugal() });
    world.fetch("t1", 100);
    world.reject();
    world.waits();
    assert_eq!(world.answer_all(401), 1);
    world.advance(200);
    assert_eq!(world.refused().kind(), ErrorKind::BudgetExhausted);
}

#[test]
fn stepping_the_wall_clock_mints_no_permits() {
    let mut world = World::with_policy(impatient());
    press(&mut world, 1, |world| world.response(500, ""));
    for hours in [10, -20, 1000] {
        world.step_wall(hours * 3600);
        let _ = world.acquire();
        world.idle();
    }
}

#[test]
fn an_interval_of_zero_switches_the_budget_off() {
    let policy = Policy { interval: Duration::ZERO, ..Policy::default() };
    let mut world = World::with_policy(policy);
    for _ in 0..100 {
        world.waits();
        world.send();
        world.fail(TransportKind::Connect);
        world.advance(60);
    }
}

#[test]
fn polling_without_need_draws_nothing() {
    let mut world = World::holding("t1", 3600);
    let permits = world.status().permits;
    for _ in 0..100 {
        world.idle();
    }
    assert_eq!(world.status().permits, permits);
}
