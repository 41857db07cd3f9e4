//! Outcomes, and a record that has moved on.

use super::world::{World, adopted, denied, first, is_go, issued, member, ms, need, s};
use crate::share::record::Lease;
use crate::share::verdict::{HoldOffReason, Outcome, Verdict, Want};
use crate::share::{StoreOperation, StoreTime};
use std::time::Duration;

#[test]
fn a_write_that_is_applied_late_lengthens_no_token() {
    let mut world = World::new();
    let mut one = member(1);
    assert!(is_go(world.ask(&mut one, first())));
    let token = world.token("late");
    one.handle_outcome(world.moment(), issued(&token));
    let publication = one.poll_store_call(world.moment()).unwrap();
    world.pass(ms(1200));
    world.serve(&publication);
    let adopted = adopted(world.ask(&mut member(2), first()));
    assert!(adopted.unusable_at.monotonic() <= token.unusable_at.monotonic());
    assert!(adopted.expires_at.monotonic() <= token.expires_at.monotonic());
}

#[test]
fn a_late_publication_leaves_a_newer_token_and_anothers_lease() {
    let mut world = World::new();
    let (mut late, mut two, mut three) = (member(1), member(2), member(3));
    assert!(is_go(world.ask(&mut late, first())));
    let old = world.token("old");
    world.pass(s(20));
    let new = world.issue(&mut two, first(), "new");
    world.now = new.renew_at.monotonic();
    assert!(is_go(world.ask(&mut three, need(Want::Renewal, &new))));
    let lease = world.record().lease;
    world.report(&mut late, issued(&old));
    let record = world.record();
    assert_eq!(record.token.unwrap().bearer, new.bearer);
    assert_eq!((record.lease, record.lease.unwrap().holder), (lease, super::world::holder(3)));
    assert_eq!(late.counters().lost_leases, 1);
}

#[test]
fn a_late_publication_goes_into_an_empty_record_and_before_an_older_token() {
    let mut world = World::new();
    let mut one = member(1);
    let old = world.issue(&mut one, first(), "old");
    world.now = old.renew_at.monotonic();
    assert!(is_go(world.ask(&mut one, need(Want::Renewal, &old))));
    world.rewrite(|record| record.proven = None);
    let new = world.token("new");
    world.report(&mut one, issued(&new));
    assert_eq!(world.record().token.unwrap().bearer, new.bearer);
    world.now = new.renew_at.monotonic();
    assert!(is_go(world.ask(&mut one, need(Want::Renewal, &new))));
    world.store.record = None;
    let newest = world.token("newest");
    world.report(&mut one, issued(&newest));
    assert_eq!(world.record().token.unwrap().bearer, newest.bearer);
}

#[test]
fn after_a_loss_the_later_end_is_newer() {
    let mut world = World::new();
    let (mut stale, mut two) = (member(1), member(2));
    for _ in 0..3 {
        // The new record will count from a lower fence.
        assert!(is_go(world.ask(&mut stale, first())));
        world.report(&mut stale, Outcome::Failed);
        world.pass(s(60));
    }
    assert!(is_go(world.ask(&mut stale, first())));
    let old = world.token("old");
    world.pass(s(20));
    world.store.record = None;
    let new = world.issue(&mut two, first(), "new");
    world.report(&mut stale, issued(&old));
    assert_eq!(world.record().token.unwrap().bearer, new.bearer);
}

#[test]
fn a_denial_holds_off_the_fleet_and_a_token_ends_that() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    assert!(is_go(world.ask(&mut one, first())));
    world.report(&mut one, denied(world.moment().after(s(60))));
    let Some(Verdict::HoldOff { until, why }) = world.ask(&mut two, first()) else { panic!() };
    assert_eq!(until.monotonic(), world.now + s(60));
    assert!(matches!(&*why, HoldOffReason::Refused(refusal) if refusal.status == 401));
    world.pass(s(60));
    world.issue(&mut two, first(), "token");
    assert!(world.record().hold_off.is_none());
}

#[test]
fn an_operator_ends_a_shared_hold_off() {
    let mut world = World::new();
    let mut one = member(1);
    assert!(is_go(world.ask(&mut one, first())));
    world.report(&mut one, denied(world.moment().after(s(900))));
    world.rewrite(|record| *record = record.clone().without_hold_off());
    assert!(is_go(world.ask(&mut member(2), first())));
}

#[test]
fn a_failure_of_one_host_only_clears_the_lease() {
    for outcome in [Outcome::Failed, Outcome::NotSent] {
        let mut world = World::new();
        let mut one = member(1);
        assert!(is_go(world.ask(&mut one, first())));
        world.report(&mut one, outcome);
        let record = world.record();
        assert!(record.lease.is_none() && record.hold_off.is_none());
        assert!(is_go(world.ask(&mut member(2), first())));
    }
}

#[test]
fn a_denial_that_a_token_has_overtaken_is_not_published() {
    let mut world = World::new();
    let (mut late, mut two) = (member(1), member(2));
    assert!(is_go(world.ask(&mut late, first())));
    world.pass(s(20));
    world.issue(&mut two, first(), "token");
    world.report(&mut late, denied(world.moment().after(s(60))));
    assert!(world.record().hold_off.is_none());
}

#[test]
fn a_publication_meets_a_few_conflicts_and_then_gives_up() {
    let mut world = World::new();
    let mut one = member(1);
    assert!(is_go(world.ask(&mut one, first())));
    one.handle_outcome(world.moment(), issued(&world.token("token")));
    let mut swaps = 0;
    while let Some(call) = one.poll_store_call(world.moment()) {
        swaps += u32::from(matches!(call.operation, StoreOperation::Swap { .. }));
        let fence = 100 + u64::from(swaps);
        world.rewrite(|record| record.fence = fence);
        let conflict = world.serve(&call);
        one.handle_store_response(world.moment(), call.id, conflict);
        assert!(swaps < 10);
    }
    assert_eq!(swaps, 4);
}

#[test]
fn the_store_keeps_a_record_beyond_its_last_time() {
    let mut world = World::new();
    let mut one = member(1);
    assert!(is_go(world.ask(&mut one, first())));
    one.handle_outcome(world.moment(), issued(&world.token("token")));
    let call = one.poll_store_call(world.moment()).unwrap();
    let StoreOperation::Swap { keep, .. } = call.operation else { panic!() };
    assert_eq!(keep, s(3600 + 3600));
}

#[test]
fn another_boot_leaves_a_token_what_its_wall_expiry_does_and_ends_the_lease() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    let token = world.issue(&mut one, first(), "old");
    world.rewrite(|record| {
        let holder = super::world::holder(1);
        record.lease = Some(Lease { holder, fence: 9, until: s(9999), length: s(15) });
    });
    world.pass(s(100));
    world.store.epoch = 1;
    world.store.stopped_at = Some(s(3));
    let adopted = adopted(world.ask(&mut two, first()));
    let end = token.unusable_at.monotonic();
    assert_eq!(adopted.unusable_at.monotonic(), end - s(60));
    world.pass(s(3600));
    world.store.stopped_at = Some(s(3603));
    assert!(is_go(world.ask(&mut two, first())));
    assert_eq!(world.record().epoch, 1);
}

#[test]
fn a_store_without_a_clock_is_read_by_the_wall_clock() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    let blind = |world: &mut World, member: &mut crate::share::member::Member| {
        while let Some(call) = member.poll_store_call(world.moment()) {
            world.store.stopped_at = Some(Duration::ZERO);
            let mut response = world.serve(&call);
            match &mut response {
                crate::share::StoreResponse::Found(found) => found.now = None,
                crate::share::StoreResponse::Swapped { now, .. } => *now = None::<StoreTime>,
                crate::share::StoreResponse::Unavailable => {}
            }
            member.handle_store_response(world.moment(), call.id, response);
        }
        member.poll_verdict(world.moment())
    };
    one.want(world.moment(), first());
    assert!(is_go(blind(&mut world, &mut one)));
    let token = world.token("token");
    one.handle_outcome(world.moment(), issued(&token));
    blind(&mut world, &mut one);
    world.pass(s(50));
    two.want(world.moment(), first());
    let adopted = adopted(blind(&mut world, &mut two));
    assert_eq!(adopted.unusable_at.monotonic(), token.unusable_at.monotonic());
}
