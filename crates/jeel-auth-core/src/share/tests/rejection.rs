//! A resource server rejects the fleet's token.

use super::world::{World, adopted, first, is_elsewhere, is_go, issued, member, need, s};
use crate::share::verdict::{HoldOffReason, LocalToken, Verdict, Want};

fn rejected(token: &LocalToken) -> crate::share::verdict::Need {
    need(Want::Rejected, token)
}

fn cool_down(verdict: Option<Verdict>) -> bool {
    matches!(verdict, Some(Verdict::HoldOff { why, .. }) if *why == HoldOffReason::Rejected)
}

#[test]
fn many_rejections_of_one_token_cost_one_request() {
    let mut world = World::new();
    let mut one = member(1);
    let old = world.issue(&mut one, first(), "old");
    assert!(is_go(world.ask(&mut one, rejected(&old))));
    assert!(world.record().token.is_none());
    // Who comes now waits for the leader, and adopts what it brings.
    let mut two = member(2);
    assert!(is_elsewhere(world.ask(&mut two, rejected(&old))));
    let new = world.token("new");
    world.report(&mut one, issued(&new));
    let Verdict::Adopt(found) = world.wait(&mut two) else { panic!() };
    assert_eq!(found.token.bearer, new.bearer);
    for name in 3..100 {
        assert_eq!(adopted(world.ask(&mut member(name), rejected(&old))).bearer, new.bearer);
    }
}

#[test]
fn a_leader_knows_the_token_that_was_rejected_last() {
    let mut world = World::new();
    let mut one = member(1);
    let old = world.issue(&mut one, first(), "old");
    let Some(Verdict::Go(go)) = world.ask(&mut one, rejected(&old)) else { panic!() };
    assert_eq!(go.rejected, Some(old.bearer.fingerprint()));
}

#[test]
fn a_thousand_processes_that_live_for_one_call_ask_a_few_times_an_hour() {
    let mut world = World::new();
    let mut requests = 0;
    let start = world.now;
    for number in 0..1000_u32 {
        let mut one = member(u8::try_from(number % 251).unwrap());
        let token = match world.ask(&mut one, first()) {
            Some(Verdict::Adopt(adopted)) => adopted.token,
            Some(Verdict::Go(_)) => {
                requests += 1;
                let token = world.token(&format!("first-{number}"));
                world.report(&mut one, issued(&token));
                token
            }
            other => panic!("{other:?}"),
        };
        world.pass(s(1));
        if is_go(world.ask(&mut one, rejected(&token))) {
            requests += 1;
            let token = world.token(&format!("next-{number}"));
            world.report(&mut one, issued(&token));
        }
        while world.step(&mut one) {}
        world.pass(s(2));
    }
    assert_eq!((world.now - start).as_secs(), 3000);
    assert!((5..=8).contains(&requests), "{requests}");
}

#[test]
fn a_fresh_token_that_is_rejected_stays_in_use_for_a_while_and_is_marked() {
    let mut world = World::new();
    let mut one = member(1);
    let old = world.issue(&mut one, first(), "old");
    let new = world.issue(&mut one, rejected(&old), "new");
    world.pass(s(10));
    assert!(cool_down(world.ask(&mut one, rejected(&new))));
    while world.step(&mut one) {}
    let record = world.record();
    assert!(record.token_is_marked());
    assert_eq!(record.token.unwrap().bearer, new.bearer);
    // The streak goes on, though the token has lived for long by then.
    world.pass(s(50));
    let third = world.issue(&mut one, rejected(&new), "third");
    world.pass(s(100));
    assert!(is_go(world.ask(&mut member(2), rejected(&third))), "it had lived unrejected");
    assert_eq!(world.record().streak.replacements, 1);
}

#[test]
fn replacements_in_a_streak_come_a_minute_apart_and_double() {
    let mut world = World::new();
    let mut one = member(1);
    let mut token = world.issue(&mut one, first(), "0");
    let mut gaps = Vec::new();
    let mut last = world.now;
    for number in 1..8 {
        world.pass(s(1));
        while !is_go(world.ask(&mut one, rejected(&token))) {
            while world.step(&mut one) {}
            world.pass(s(1));
        }
        gaps.push((world.now - last).as_secs());
        last = world.now;
        token = world.token(&number.to_string());
        world.report(&mut one, issued(&token));
    }
    assert_eq!(gaps, [1, 60, 120, 240, 480, 900, 900]);
}

#[test]
fn a_rejected_token_is_not_put_back_into_an_empty_record() {
    let mut world = World::new();
    let mut one = member(1);
    let old = world.issue(&mut one, first(), "old");
    world.store.record = None;
    assert!(is_go(world.ask(&mut one, rejected(&old))));
    assert!(world.record().token.is_none());
}

#[test]
fn a_leader_that_died_over_a_rejection_is_not_counted_twice() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    let old = world.issue(&mut one, first(), "old");
    assert!(is_go(world.ask(&mut one, rejected(&old))));
    world.pass(s(16));
    assert!(is_go(world.ask(&mut two, rejected(&old))));
    assert_eq!(world.record().streak.replacements, 1);
}

#[test]
fn a_late_publication_does_not_bring_a_rejected_token_back() {
    let mut world = World::new();
    let (mut late, mut two) = (member(1), member(2));
    assert!(is_go(world.ask(&mut late, first())));
    let token = world.token("token");
    late.handle_outcome(world.moment(), issued(&token));
    // It takes place, and the leader does not hear of it.
    let publication = late.poll_store_call(world.moment()).unwrap();
    world.serve(&publication);
    assert!(is_go(world.ask(&mut two, rejected(&token))));
    world.pass(s(2));
    late.handle_timeout(world.moment());
    world.pass(s(1));
    late.handle_timeout(world.moment());
    while world.step(&mut late) {}
    assert!(world.record().token.is_none());
}

#[test]
fn a_token_of_others_that_has_ended_counts_as_no_replacement() {
    let mut world = World::new();
    let mut one = member(1);
    let old = world.issue(&mut one, first(), "old");
    world.pass(s(1000));
    world.issue(&mut member(2), need(Want::AtLeast(s(3590)), &old), "other");
    let ended = world.store_time().at;
    world.rewrite(|record| record.token.as_mut().unwrap().unusable_at = ended);
    assert!(is_go(world.ask(&mut one, rejected(&old))));
    assert_eq!(world.record().rejected, None);
}

#[test]
fn only_the_very_token_that_was_rejected_is_removed() {
    let mut world = World::new();
    let (mut one, mut two) = (member(1), member(2));
    let old = world.issue(&mut one, first(), "old");
    world.now = old.renew_at.monotonic();
    let new = world.issue(&mut one, need(Want::Renewal, &old), "new");
    assert_eq!(adopted(world.ask(&mut two, rejected(&old))).bearer, new.bearer);
    assert_eq!(world.record().rejected, None);
}
