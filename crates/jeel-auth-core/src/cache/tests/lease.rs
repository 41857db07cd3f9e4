//! A lease promises what asking would answer.

use super::*;
use crate::rng::Rng;
use std::num::NonZeroU32;

/// Until the lease is over, asking answers with its token and starts nothing.
fn check(world: &mut World, rng: &mut Rng) {
    let Some(lease) = world.cache.lease(world.now) else { return };
    assert!(!lease.usable_until.earlier(lease.until).reached(world.now));
    for _ in 0..3 {
        assert_eq!(world.token(), lease.token.expose_secret());
        world.idle();
        let left = lease.until.remaining(world.now);
        world.advance_by(rng.up_to(left.saturating_sub(NANOSECOND)));
    }
    assert_eq!(world.token(), lease.token.expose_secret());
    world.idle();
}

#[test]
fn a_lease_is_equivalent_to_asking() {
    for seed in 0..100 {
        let mut rng = Rng::new(seed);
        let mut world = World::with_seed(seed);
        for number in 0..200 {
            world.advance_by(rng.up_to(s(40)));
            check(&mut world, &mut rng);
            let _ = world.acquire();
            if world.poll().is_some() {
                check(&mut world, &mut rng);
                let (name, fail) = FAILURES[rng.next_u64() as usize % FAILURES.len()];
                match rng.next_u64() % 3 {
                    _ if name == "given up" => {}
                    0 => fail(&mut world),
                    1 => world.response_token(&format!("t{number}"), 1 + rng.next_u64() % 300),
                    _ => world.response_token("same", 200),
                }
            }
            check(&mut world, &mut rng);
            match rng.next_u64() % 20 {
                0 if world.status().generation.is_some() => world.reject(),
                1 => world.step_wall((rng.next_u64() % 200) as i64 - 100),
                2 => world.new_credentials(),
                _ => {}
            }
        }
    }
}

#[test]
fn a_valid_lease_runs_to_the_renewal_time() {
    let mut world = World::holding("t1", 3600);
    let status = world.status();
    let lease = world.cache.lease(world.now).unwrap();
    assert_eq!(lease.until.remaining(world.now), status.renew_in.unwrap());
    assert_eq!(lease.usable_until.remaining(world.now), status.usable_for.unwrap());
    world.reach_renewal();
    assert!(world.cache.lease(world.now).is_none());
}

#[test]
fn near_expiry_it_runs_to_the_end_of_the_flight_or_of_the_back_off() {
    let mut world = World::near_expiry("t1", 3600);
    world.token();
    assert!(world.cache.lease(world.now).is_none());
    world.send();
    let lease = world.cache.lease(world.now).unwrap();
    assert_eq!(lease.until.remaining(world.now), s(11));
    world.response_with(429, &[("Retry-After", "15")], "");
    let lease = world.cache.lease(world.now).unwrap();
    assert_eq!(Some(lease.until.remaining(world.now)), world.status().retry_in);
}

#[test]
fn it_never_runs_past_the_end_of_the_token() {
    let mut world = World::near_expiry("t1", 3600);
    world.token();
    world.send();
    world.response_with(429, &[("Retry-After", "3600")], "");
    let lease = world.cache.lease(world.now).unwrap();
    assert_eq!(lease.until, lease.usable_until);
    world.reach_expiry();
    assert!(world.cache.lease(world.now).is_none());
}

#[test]
fn without_a_usable_token_there_is_none() {
    let (mut world, _) = World::waiting();
    assert!(world.cache.lease(world.now).is_none());
    world.response_token("t1", 100);
    world.reject();
    assert!(world.cache.lease(world.now).is_none());
}

#[test]
fn an_empty_budget_is_no_lease_at_the_renewal_time_which_pays_for_itself() {
    let policy = Policy { burst: NonZeroU32::MIN, interval: s(3600), ..Policy::default() };
    let mut world = World::with_policy(policy);
    world.fetch("t1", 100);
    world.reach_renewal();
    assert!(world.cache.lease(world.now).is_none(), "asking would start a renewal");
}
