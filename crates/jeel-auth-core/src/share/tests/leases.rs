//! Who asks for a token, and how long the others leave that to it.

use super::world::{World, adopted, first, is_elsewhere, is_go, issued, member, ms, need, s};
use crate::share::record::Lease;
use crate::share::verdict::{Need, Verdict, Want};
use crate::share::{StoreOperation, StoreResponse};

#[test]
fn one_member_asks_and_the_others_adopt_its_token() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    assert!(is_go(world.ask(&mut one, first())));
    let Some(Verdict::Elsewhere { until }) = world.ask(&mut two, first()) else { panic!() };
    assert_eq!(until.monotonic(), world.now + s(15));
    let token = world.token("shared");
    world.report(&mut one, issued(&token));
    let Verdict::Adopt(adopted) = world.wait(&mut two) else { panic!() };
    assert_eq!(adopted.token.bearer, token.bearer);
    assert!(adopted.token.unusable_at.monotonic() <= token.unusable_at.monotonic());
    assert_eq!(adopted.proven, Some(crate::BodyEncoding::UrlEncoded));
    assert!(world.record().lease.is_none());
}

#[test]
fn every_change_is_a_swap_of_the_version_that_was_read() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    for member in [&mut one, &mut two] {
        member.want(world.moment(), first());
        assert!(world.step(member));
    }
    // Both found no record, and both try to take the lease.
    assert!(is_go(world.settle(&mut one)));
    assert!(is_elsewhere(world.settle(&mut two)));
}

#[test]
fn a_lease_of_another_is_taken_when_it_is_over_and_not_before() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    assert!(is_go(world.ask(&mut one, first())));
    let taken = world.now;
    assert!(is_elsewhere(world.ask(&mut two, first())));
    assert!(matches!(world.wait(&mut two), Verdict::Go(_)));
    assert!(world.now >= taken + s(15) && world.now <= taken + s(16));
}

#[test]
fn a_slow_swap_of_a_lease_leads_to_another_look_instead_of_a_late_request() {
    let mut world = World::new();
    let mut one = member(1);
    one.want(world.moment(), first());
    let load = one.poll_store_call(world.moment()).unwrap();
    let found = world.serve(&load);
    one.handle_store_response(world.moment(), load.id, found);
    let claim = one.poll_store_call(world.moment()).unwrap();
    let swapped = world.serve(&claim);
    // The lease is 15 s, a request takes 10 s: after 5 s a whole one no longer fits.
    world.pass(s(5));
    one.handle_store_response(world.moment(), claim.id, swapped);
    assert!(one.poll_verdict(world.moment()).is_none());
    let again = one.poll_store_call(world.moment()).unwrap();
    assert!(matches!(again.operation, StoreOperation::Load));
    let found = world.serve(&again);
    one.handle_store_response(world.moment(), again.id, found);
    // It finds its own lease, and takes it anew.
    assert!(is_go(world.settle(&mut one)));
    assert_eq!(world.record().lease.unwrap().until, world.now + s(1000 + 15));
}

#[test]
fn clearance_counts_from_the_load_before_the_swap() {
    let mut world = World::new();
    let mut one = member(1);
    one.want(world.moment(), first());
    let load = one.poll_store_call(world.moment()).unwrap();
    let asked = world.now;
    world.pass(ms(900));
    let found = world.serve(&load);
    one.handle_store_response(world.moment(), load.id, found);
    let claim = one.poll_store_call(world.moment()).unwrap();
    let swapped = world.serve(&claim);
    world.pass(ms(900));
    one.handle_store_response(world.moment(), claim.id, swapped);
    let Some(Verdict::Go(clearance)) = one.poll_verdict(world.moment()) else { panic!() };
    assert_eq!(clearance.until.monotonic(), asked + s(5));
}

#[test]
fn clearance_that_nobody_polled_in_time_is_looked_at_again() {
    let mut world = World::new();
    let mut one = member(1);
    one.want(world.moment(), first());
    while world.step(&mut one) {}
    world.pass(s(5));
    assert!(one.poll_verdict(world.moment()).is_none());
    assert!(is_go(world.settle(&mut one)));
}

#[test]
fn a_lease_that_turns_out_to_be_its_own_counts_from_the_record() {
    let mut world = World::new();
    let mut one = member(1);
    one.want(world.moment(), first());
    assert!(world.step(&mut one));
    let claim = one.poll_store_call(world.moment()).unwrap();
    world.serve(&claim);
    let taken = world.now;
    // The response is lost.
    world.pass(s(2));
    one.handle_timeout(world.moment());
    let Verdict::Go(clearance) = world.wait(&mut one) else { panic!() };
    assert_eq!(clearance.until.monotonic(), taken + s(5));
    assert_eq!(world.record().fence, 1, "it was not taken again");
}

#[test]
fn a_forked_child_does_not_take_its_parents_lease_for_its_own() {
    let mut world = World::new();
    let mut parent = member(1);
    parent.want(world.moment(), first());
    while world.step(&mut parent) {}
    let mut child = parent.clone();
    child.reseed(super::world::holder(9), 9);
    assert!(is_go(parent.poll_verdict(world.moment())));
    assert!(child.poll_verdict(world.moment()).is_none());
    assert!(is_elsewhere(world.ask(&mut child, first())));
}

#[test]
fn the_renewal_time_is_the_issuers_for_all() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    let token = world.issue(&mut one, first(), "shared");
    let adopted = adopted(world.ask(&mut two, first()));
    assert_eq!(adopted.renew_at, token.renew_at);
}

#[test]
fn while_callers_are_served_a_member_looks_again_when_the_lease_is_over() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    let token = world.issue(&mut one, first(), "old");
    let copy = adopted(world.ask(&mut two, first()));
    world.now = token.renew_at.monotonic();
    assert!(is_go(world.ask(&mut one, need(Want::Renewal, &token))));
    assert!(is_elsewhere(world.ask(&mut two, need(Want::Renewal, &copy))));
    assert_eq!(two.next_wakeup(world.moment()), Some(world.now + s(15)));
}

#[test]
fn a_renewal_takes_only_a_token_whose_own_renewal_lies_ahead() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    let token = world.issue(&mut one, first(), "old");
    let copy = adopted(world.ask(&mut two, first()));
    world.now = token.renew_at.monotonic();
    let new = world.issue(&mut one, need(Want::Renewal, &token), "new");
    assert_eq!(adopted(world.ask(&mut two, need(Want::Renewal, &copy))).bearer, new.bearer);
    let mut late = member(3);
    assert_eq!(adopted(world.ask(&mut late, first())).bearer, new.bearer);
}

#[test]
fn a_renewal_takes_no_other_token_that_is_due_as_well() {
    let mut world = World::new();
    let old = world.issue(&mut member(1), first(), "old");
    world.pass(s(1000));
    world.issue(&mut member(2), need(Want::AtLeast(s(3590)), &old), "other");
    let due = world.store_time().at;
    world.rewrite(|record| record.token.as_mut().unwrap().renew_at = due);
    assert!(is_go(world.ask(&mut member(1), need(Want::Renewal, &old))));
}

#[test]
fn a_longer_life_is_asked_for_once_and_not_where_no_token_has_it() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    let token = world.issue(&mut one, first(), "old");
    world.pass(s(1000));
    let new = world.issue(&mut one, need(Want::AtLeast(s(3000)), &token), "new");
    let long = need(Want::AtLeast(s(3000)), &token);
    assert_eq!(adopted(world.ask(&mut two, long)).bearer, new.bearer);
    let endless = need(Want::AtLeast(s(9999)), &token);
    assert_eq!(adopted(world.ask(&mut member(3), endless)).bearer, new.bearer);
}

#[test]
fn the_other_encoding_is_tried_under_a_new_claim() {
    let mut world = World::new();
    let mut one = member(1);
    assert!(is_go(world.ask(&mut one, first())));
    let permits = world.record().bucket.held;
    let other = Need { want: Want::OtherEncoding, ..first() };
    assert!(is_go(world.ask(&mut one, other)));
    assert_eq!(world.record().bucket.held, permits - s(12));
}

#[test]
fn an_unknown_or_abandoned_call_is_ignored() {
    let mut world = World::new();
    let mut one = member(1);
    one.want(world.moment(), first());
    let load = one.poll_store_call(world.moment()).unwrap();
    world.pass(s(2));
    one.handle_timeout(world.moment());
    let late = world.serve(&load);
    one.handle_store_response(world.moment(), load.id, late);
    assert!(one.poll_verdict(world.moment()).is_none());
    let unknown = crate::share::StoreCallId(77);
    one.handle_store_response(world.moment(), unknown, StoreResponse::Unavailable);
    assert_eq!(one.counters().failed_calls, 1);
}

#[test]
fn a_store_that_stops_its_clock_holds_nobody_for_longer_than_one_lease() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    assert!(is_go(world.ask(&mut one, first())));
    world.store.stopped_at = Some(world.store_time().at);
    let seen = world.now;
    assert!(is_elsewhere(world.ask(&mut two, first())));
    assert!(matches!(world.wait(&mut two), Verdict::Go(_)));
    assert!(world.now <= seen + s(16));
}

#[test]
fn a_store_that_shows_ever_new_leases_holds_nobody_for_ever() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    assert!(is_go(world.ask(&mut one, first())));
    let start = world.now;
    assert!(is_elsewhere(world.ask(&mut two, first())));
    let verdict = loop {
        let (fence, until) = (u64::try_from(world.now.as_millis()).unwrap(), world.store_time().at);
        let lease = Lease { fence, until: until + s(15), ..world.record().lease.unwrap() };
        world.rewrite(|record| record.lease = Some(lease));
        world.pass(ms(500));
        two.handle_timeout(world.moment());
        match world.settle(&mut two) {
            None | Some(Verdict::Elsewhere { .. }) => {}
            Some(verdict) => break verdict,
        }
    };
    assert!(matches!(verdict, Verdict::Alone));
    assert_eq!(world.now, start + s(30));
}
