//! A store that fails.

use super::world::{World, adopted, first, is_go, issued, member, ms, need, s};
use crate::share::StoreResponse;
use crate::share::member::Member;
use crate::share::verdict::{Need, Verdict, Want};
use std::time::Duration;

/// Asks while the store fails after a delay, and says what the member says and when.
fn ask_dead_store(
    world: &mut World,
    member: &mut Member,
    need: Need,
    delay: Option<Duration>,
) -> (Verdict, Duration) {
    let start = world.now;
    member.want(world.moment(), need);
    for _ in 0..100_000 {
        if let Some(verdict) = member.poll_verdict(world.moment()) {
            return (verdict, world.now - start);
        }
        let call = member.poll_store_call(world.moment());
        if let Some((call, delay)) = call.zip(delay) {
            world.pass(delay);
            member.handle_store_response(world.moment(), call.id, StoreResponse::Unavailable);
            continue;
        }
        world.now = world.now.max(member.next_wakeup(world.moment()).unwrap());
        member.handle_timeout(world.moment());
    }
    panic!("no verdict");
}

#[test]
fn without_a_token_a_member_goes_alone_when_its_patience_ends() {
    for delay in [None, Some(Duration::ZERO), Some(ms(300))] {
        let (mut world, mut one) = (World::new(), member(1));
        let (verdict, after) = ask_dead_store(&mut world, &mut one, first(), delay);
        assert!(matches!(verdict, Verdict::Alone));
        assert!(after >= s(3) && after <= ms(3500), "{after:?}");
        assert_eq!(one.counters().alone, 1);
    }
}

#[test]
fn one_stall_of_the_store_sends_nobody_alone() {
    let (mut world, mut one) = (World::new(), member(1));
    one.want(world.moment(), first());
    assert!(one.poll_store_call(world.moment()).is_some());
    world.pass(s(2));
    one.handle_timeout(world.moment());
    assert!(matches!(world.wait(&mut one), Verdict::Go(_)));
    assert_eq!(one.counters().alone, 0);
}

#[test]
fn patience_starts_anew_with_each_want() {
    let (mut world, mut one) = (World::new(), member(1));
    ask_dead_store(&mut world, &mut one, first(), None);
    world.pass(s(60));
    let (_, after) = ask_dead_store(&mut world, &mut one, first(), None);
    assert!(after >= s(3), "{after:?}");
}

#[test]
fn with_a_token_members_go_alone_at_their_own_points_in_the_second_half_of_the_window() {
    let mut points = Vec::new();
    for name in 0..20 {
        let mut world = World::new();
        let mut one = member(name);
        let token = world.issue(&mut one, first(), "old");
        world.now = token.renew_at.monotonic();
        let renewal = need(Want::Renewal, &token);
        let (verdict, after) = ask_dead_store(&mut world, &mut one, renewal, None);
        assert!(matches!(verdict, Verdict::Alone));
        // The window is 325 s.
        assert!(after >= ms(162_500) && after <= s(316), "{after:?}");
        points.push(after);
    }
    points.sort();
    points.dedup();
    assert!(points.len() > 15, "{points:?}");
}

#[test]
fn a_store_that_comes_back_within_the_window_costs_nothing() {
    let (mut world, mut one) = (World::new(), member(1));
    let token = world.issue(&mut one, first(), "old");
    world.now = token.renew_at.monotonic();
    one.want(world.moment(), need(Want::Renewal, &token));
    for _ in 0..2 {
        assert!(one.poll_store_call(world.moment()).is_some());
        world.pass(s(2));
        one.handle_timeout(world.moment());
        world.now = one.next_wakeup(world.moment()).unwrap();
        one.handle_timeout(world.moment());
    }
    assert!(is_go(world.settle(&mut one)));
    assert_eq!(one.counters().alone, 0);
}

#[test]
fn a_dead_store_is_asked_seldom_while_callers_are_served() {
    let (mut world, mut one) = (World::new(), member(1));
    let token = world.issue(&mut one, first(), "old");
    world.now = token.renew_at.monotonic();
    let before = one.counters().failed_calls;
    ask_dead_store(&mut world, &mut one, need(Want::Renewal, &token), Some(ms(1)));
    assert!(one.counters().failed_calls - before < 20, "{:?}", one.counters());
}

#[test]
fn what_a_member_found_alone_is_published_when_the_store_is_back() {
    let (mut world, mut one) = (World::new(), member(1));
    ask_dead_store(&mut world, &mut one, first(), None);
    let token = world.token("alone");
    one.handle_outcome(world.moment(), issued(&token));
    for _ in 0..3 {
        let call = one.poll_store_call(world.moment()).unwrap();
        one.handle_store_response(world.moment(), call.id, StoreResponse::Unavailable);
        world.now = one.next_wakeup(world.moment()).unwrap();
        one.handle_timeout(world.moment());
    }
    while world.step(&mut one) {}
    assert_eq!(adopted(world.ask(&mut member(2), first())).bearer, token.bearer);
}

#[test]
fn who_finds_the_record_gone_puts_a_usable_token_back() {
    let (mut world, mut one) = (World::new(), member(1));
    let token = world.issue(&mut one, first(), "old");
    world.now = token.renew_at.monotonic();
    world.store.record = None;
    assert!(is_go(world.ask(&mut one, need(Want::Renewal, &token))));
    assert_eq!(adopted(world.ask(&mut member(2), first())).bearer, token.bearer);
}

#[test]
fn a_token_too_long_to_share_is_used_alone() {
    let (mut world, mut one) = (World::new(), member(1));
    assert!(is_go(world.ask(&mut one, first())));
    let token = world.token(&"x".repeat(70_000));
    world.report(&mut one, issued(&token));
    assert!(world.record().token.is_none());
}
