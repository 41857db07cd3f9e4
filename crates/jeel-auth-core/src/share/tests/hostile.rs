//! Records from anywhere, and a store that lies.

use super::world::{LIFETIME, World, adopted, denied, first, is_go, member, need, s};
use crate::secret_buffer::SecretBuffer;
use crate::share::record::Record;
use crate::share::verdict::{Verdict, Want};
use crate::share::{MOST_BYTES, Version};

#[test]
fn a_record_that_cannot_be_read_is_replaced() {
    let mut world = World::new();
    world.issue(&mut member(1), first(), "token");
    let good = world.store.record.as_ref().map(|(_, bytes)| bytes.to_vec()).unwrap();
    let mut newer = good.clone();
    newer[0] = 2;
    for bad in [b"".to_vec(), b"garbage".to_vec(), good[..good.len() / 2].to_vec(), newer] {
        world.store.record = Some((Version::new([7; 16]), SecretBuffer::from(bad)));
        assert!(is_go(world.ask(&mut member(2), first())));
        assert!(world.record().lease.is_some());
    }
}

#[test]
fn every_cut_and_every_flipped_bit_decodes_to_nothing_or_to_what_encodes_alike() {
    let mut world = World::new();
    let mut one = member(1);
    world.issue(&mut one, first(), "token");
    assert!(
        is_go(world.ask(&mut one, need(Want::First, &world.token("other"))))
            || world.record().token.is_some()
    );
    world.report(&mut one, denied(world.moment().after(s(60))));
    let good = world.record().encode().unwrap().to_vec();
    for end in 0..good.len() {
        assert!(Record::decode(&good[..end]).is_none(), "{end}");
    }
    for at in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[at / 8] ^= 1 << (at % 8);
        if let Some(record) = Record::decode(&bad) {
            assert_eq!(&*record.encode().unwrap(), &bad[..], "{at}");
        }
    }
    assert!(Record::decode(&vec![1; MOST_BYTES + 1]).is_none());
}

#[test]
fn an_old_record_with_a_stopped_clock_gives_a_token_no_longer_life() {
    let mut world = World::new();
    let token = world.issue(&mut member(1), first(), "token");
    world.store.stopped_at = Some(world.store_time().at);
    let mut end = token.unusable_at.monotonic();
    // The wall clocks of a fleet may differ by five minutes.
    end += s(300);
    while world.now < end + s(10) {
        match world.ask(&mut member(2), first()) {
            Some(Verdict::Adopt(found)) => {
                assert!(found.token.unusable_at.remaining(world.moment()) <= s(LIFETIME));
                assert!(world.now < end);
            }
            Some(Verdict::Go(_)) => assert!(world.now >= end),
            other => assert!(world.now >= end, "{other:?}"),
        }
        world.pass(s(50));
    }
}

#[test]
fn a_clock_that_is_set_back_gives_a_token_no_more_than_its_lifetime() {
    let mut world = World::new();
    world.issue(&mut member(1), first(), "token");
    world.store.stopped_at = Some(world.store_time().at - s(900));
    let token = adopted(world.ask(&mut member(2), first()));
    assert_eq!(token.expires_at.monotonic(), world.now + s(LIFETIME));
}

#[test]
fn a_member_does_not_adopt_the_token_that_it_has() {
    let mut world = World::new();
    let mut one = member(1);
    world.issue(&mut member(2), first(), "token");
    let token = adopted(world.ask(&mut one, first()));
    world.store.stopped_at = Some(world.store_time().at);
    world.now = token.unusable_at.monotonic();
    assert!(is_go(world.ask(&mut one, need(Want::Expired, &token))));
}

#[test]
fn a_hold_off_with_a_stopped_clock_ends_by_the_wall_clock() {
    let mut world = World::new();
    let mut one = member(1);
    assert!(is_go(world.ask(&mut one, first())));
    world.report(&mut one, denied(world.moment().after(s(60))));
    world.store.stopped_at = Some(world.store_time().at);
    world.pass(s(359));
    assert!(matches!(world.ask(&mut one, first()), Some(Verdict::HoldOff { .. })));
    world.pass(s(1));
    assert!(is_go(world.ask(&mut one, first())));
}

#[test]
fn absurd_times_in_a_record_panic_nobody() {
    let mut world = World::new();
    let mut one = member(1);
    let token = world.issue(&mut one, first(), "token");
    for absurd in [s(0), std::time::Duration::from_nanos(u64::MAX)] {
        for want in [Want::First, Want::Renewal, Want::Rejected, Want::Expired] {
            world.rewrite(|record| {
                record.fence = u64::MAX;
                record.streak.replacements = u32::MAX;
                record.streak.not_before.there = absurd;
                record.bucket.held = absurd;
                record.bucket.at.there = absurd;
                if let Some(token) = &mut record.token {
                    token.lifetime = absurd;
                    token.expires_at = absurd;
                    token.wall_expiry = absurd;
                    token.dropped_at = absurd;
                }
            });
            let _ = world.ask(&mut member(2), need(want, &token));
            let _ = world.ask(&mut one, need(want, &token));
            while world.step(&mut one) {}
        }
    }
}

#[test]
fn nothing_of_a_token_is_shown() {
    let mut world = World::new();
    let mut one = member(1);
    let token = world.issue(&mut one, first(), "very-secret");
    world.ask(&mut one, need(Want::Rejected, &token));
    let shown = format!("{one:?} {:?} {token:?}", world.record());
    assert!(!shown.contains("very-sec"), "{shown}");
}
