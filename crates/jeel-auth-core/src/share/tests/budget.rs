//! The fleet's request budget.

use super::world::{World, denied, first, is_go, member, need, s};
use crate::share::time::Until;
use crate::share::verdict::{HoldOffReason, Outcome, Verdict, Want};

fn spent(verdict: Option<Verdict>) -> bool {
    matches!(verdict, Some(Verdict::HoldOff { why, .. }) if *why == HoldOffReason::Budget)
}

#[test]
fn all_members_draw_from_one_bucket() {
    let mut world = World::new();
    for name in 0..5 {
        let mut one = member(name);
        assert!(is_go(world.ask(&mut one, first())), "{name}");
        world.report(&mut one, Outcome::Failed);
    }
    assert!(spent(world.ask(&mut member(9), first())));
    world.pass(s(12));
    assert!(is_go(world.ask(&mut member(9), first())));
}

#[test]
fn proof_that_nothing_was_sent_gives_the_permit_back() {
    let mut world = World::new();
    for name in 0..50 {
        let mut one = member(name);
        assert!(is_go(world.ask(&mut one, first())), "{name}");
        world.report(&mut one, Outcome::NotSent);
    }
}

#[test]
fn a_token_pays_for_one_request_at_its_renewal_and_one_at_its_end() {
    for (want, at_end) in [(Want::Renewal, false), (Want::Expired, true)] {
        let mut world = World::new();
        let mut one = member(1);
        let token = world.issue(&mut one, first(), "token");
        let due = if at_end { token.unusable_at } else { token.renew_at };
        world.now = due.monotonic();
        let (at, wall) = (world.store_time().at, world.moment().wall());
        world.rewrite(|record| {
            record.bucket.held = s(0);
            record.bucket.at = Until { there: at, wall };
            record.token.as_mut().unwrap().credited = [at_end, false];
        });
        assert!(is_go(world.ask(&mut one, need(want, &token))), "{want:?}");
        world.report(&mut one, Outcome::Failed);
        assert!(spent(world.ask(&mut one, need(want, &token))), "{want:?}");
    }
}

#[test]
fn tokens_within_one_interval_pay_once() {
    let mut world = World::new();
    let mut one = member(1);
    let old = world.issue(&mut one, first(), "old");
    world.pass(s(3));
    world.issue(&mut one, need(Want::AtLeast(s(3594)), &old), "new");
    assert_eq!(world.record().token.unwrap().credited, [true; 2]);
    world.pass(s(12));
    world.issue(&mut one, need(Want::AtLeast(s(3590)), &old), "newer");
    assert_eq!(world.record().token.unwrap().credited, [false; 2]);
}

#[test]
fn a_token_that_is_handed_out_again_pays_no_second_time() {
    let mut world = World::new();
    let mut one = member(1);
    let token = world.issue(&mut one, first(), "same");
    world.now = token.renew_at.monotonic();
    world.issue(&mut one, need(Want::Renewal, &token), "same");
    assert_eq!(world.record().token.unwrap().credited, [true, false]);
}

#[test]
fn a_lease_that_is_taken_again_is_paid_once() {
    let mut world = World::new();
    let mut one = member(1);
    one.want(world.moment(), first());
    while world.step(&mut one) {}
    world.pass(s(5));
    assert!(one.poll_verdict(world.moment()).is_none());
    assert!(is_go(world.settle(&mut one)));
    assert_eq!(world.record().bucket.held, s(4 * 12 + 5));
}

#[test]
fn a_hold_off_costs_no_permit() {
    let mut world = World::new();
    let mut one = member(1);
    assert!(is_go(world.ask(&mut one, first())));
    world.report(&mut one, denied(world.moment().after(s(60))));
    let held = world.record().bucket.held;
    for name in 0..50 {
        assert!(matches!(world.ask(&mut member(name), first()), Some(Verdict::HoldOff { .. })));
    }
    assert_eq!(world.record().bucket.held, held);
}
