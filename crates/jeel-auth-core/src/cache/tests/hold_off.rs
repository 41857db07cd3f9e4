//! How long the server is left alone, after what, and what ends it.

use super::*;

/// The hold-off after this response to the first request, encodings aside.
fn after(status: u16, fields: &[(&str, &str)]) -> (ErrorKind, Duration) {
    let mut world = World::url_encoded();
    world.waits();
    world.send();
    world.response_with(status, fields, "");
    let status = world.status();
    (status.last_error.unwrap().kind(), status.retry_in.unwrap())
}

/// Fails the same way again and again; the hold-offs in order.
fn in_a_row(times: usize, fail: impl Fn(&mut World)) -> Vec<Duration> {
    let mut world = World::url_encoded();
    let mut waits = Vec::new();
    for _ in 0..times {
        world.waits();
        world.send();
        fail(&mut world);
        let retry_in = world.status().retry_in.unwrap();
        waits.push(retry_in);
        world.advance_by(retry_in);
        // The budget is another test's.
        world.advance(12);
    }
    waits
}

#[test]
fn back_off_doubles_from_half_a_second_to_a_minute_under_full_jitter() {
    for fail in [
        (|world: &mut World| world.response(500, "")) as fn(&mut World),
        |world| world.response(408, ""),
        |world| world.response(200, "<html>"),
        |world| world.fail(TransportKind::TimedOut),
    ] {
        let waits = in_a_row(40, fail);
        for (earlier, wait) in waits.iter().enumerate() {
            let bound = ms(500).saturating_mul(1 << earlier.min(20)).min(s(20));
            assert!(*wait <= bound, "{earlier}: {wait:?}");
        }
        assert!(waits.iter().any(|wait| *wait > s(13)));
        assert!(waits[8..].iter().any(|wait| *wait < s(7)));
    }
}

#[test]
fn a_rate_limit_without_a_time_holds_off_from_five_seconds_to_two_minutes() {
    for (number, wait) in in_a_row(40, |world| world.response(429, "")).into_iter().enumerate() {
        let least = s(5).saturating_mul(1 << number.min(20)).min(s(60));
        assert!((least..=2 * least).contains(&wait), "{number}: {wait:?}");
    }
}

#[test]
fn a_token_ends_the_row() {
    let mut world = World::new();
    for _ in 0..8 {
        world.waits();
        world.send();
        world.response(500, "");
        world.advance(72);
    }
    world.fetch("t1", 100);
    world.reach_expiry();
    world.waits();
    world.send();
    world.response(500, "");
    assert!(world.status().retry_in.unwrap() <= ms(500));
}

#[test]
fn denials_hold_off_from_a_minute_to_a_quarter_of_an_hour() {
    let expected = [60, 120, 240, 480, 900, 900, 900].map(s);
    assert_eq!(in_a_row(7, |world| world.response(401, "")), expected);
}

#[test]
fn redirects_hold_off_from_ten_seconds_to_a_minute() {
    let expected = [10, 20, 40, 60, 60, 60, 60].map(s);
    assert_eq!(in_a_row(7, |world| world.response(302, "")), expected);
}

/// For any patience: to wait for what time does not cure helps nobody.
#[test]
fn a_redirect_is_told_at_once() {
    let policy = Policy { patience: s(60), ..Policy::default() };
    let mut world = World::with_policy(policy);
    let ticket = world.waits();
    world.send();
    world.response(302, "");
    assert_eq!(refused(world.resume(ticket)).kind(), ErrorKind::Redirected);
    world.advance(9);
    assert_eq!(world.refused().kind(), ErrorKind::Redirected);
    world.advance(1);
    world.waits();
}

#[test]
fn retry_after_is_honoured_in_each_form_and_bounded() {
    const NOW: &str = "Fri, 15 Jan 2027 08:00:00 GMT"; // 1_800_000_000
    for (fields, least, most) in [
        (vec![("Retry-After", "100")], s(100), s(110)),
        (vec![("retry-AFTER", "100")], s(100), s(110)),
        (vec![("Retry-After", "Fri, 15 Jan 2027 08:01:40 GMT")], s(100), s(110)),
        (vec![("Retry-After", "Friday, 15-Jan-27 08:01:40 GMT")], s(100), s(110)),
        (vec![("Retry-After", "Fri Jan 15 08:01:40 2027")], s(100), s(110)),
        // The server's clock is an hour behind: its date is measured against its own.
        (
            vec![
                ("Retry-After", "Fri, 15 Jan 2027 07:01:40 GMT"),
                ("Date", "Fri, 15 Jan 2027 07:00:00 GMT"),
            ],
            s(100),
            s(110),
        ),
        (vec![("Retry-After", "900")], s(900), s(990)),
        (vec![("Retry-After", "3600")], s(900), s(990)),
        (vec![("Retry-After", "99999999999999999999999")], s(900), s(990)),
        (vec![("Retry-After", "Fri, 15 Jan 2099 08:00:00 GMT")], s(900), s(990)),
    ] {
        for status in [429, 503] {
            let (kind, wait) = after(status, &fields);
            assert_eq!(kind, ErrorKind::RateLimited);
            assert!((least..=most).contains(&wait), "{fields:?}: {wait:?}");
        }
    }
    for none in ["", "soon", "-5", "1,5", "0", "Fri, 15 Jan 2027 07:00:00 GMT", NOW] {
        let (kind, wait) = after(429, &[("Retry-After", none)]);
        assert_eq!(kind, ErrorKind::RateLimited);
        assert!((s(5)..=s(10)).contains(&wait), "{none}: {wait:?}");
    }
}

/// The jitter comes after the bound, or a fleet would come back in one instant.
#[test]
fn while_a_token_is_usable_retry_after_is_honoured_up_to_an_hour_and_a_little() {
    let waits: Vec<_> = (0..50)
        .map(|seed| {
            let mut world = World::with_seed(seed);
            world.fetch("t1", 30 * 24 * 3600);
            world.reach_renewal();
            world.token();
            world.send();
            world.response_with(429, &[("Retry-After", "86400")], "");
            world.status().retry_in.unwrap()
        })
        .collect();
    assert!(waits.iter().all(|wait| (s(3600)..=s(3960)).contains(wait)), "{waits:?}");
    assert!(waits.iter().max().unwrap().saturating_sub(*waits.iter().min().unwrap()) > s(300));
}

#[test]
fn a_503_without_retry_after_is_a_failure_like_any_other() {
    for fields in [vec![], vec![("Retry-After", "soon")]] {
        let (kind, wait) = after(503, &fields);
        assert_eq!(kind, ErrorKind::Server);
        assert!(wait <= ms(500));
    }
    assert_eq!(after(500, &[("Retry-After", "100")]).0, ErrorKind::Server);
}

#[test]
fn every_hold_off_ends_by_itself() {
    for (name, fail) in FAILURES {
        let (mut world, _) = World::waiting();
        fail(&mut world);
        for _ in 0..10 {
            let _ = world.acquire();
            while world.poll().is_some() {
                fail(&mut world);
            }
            world.status();
            world.reach_wakeup();
        }
        world.waits();
        world.send();
        world.response_token("t1", 100);
        assert_eq!(world.token(), "t1", "{name}");
        assert_eq!(world.status().retry_in, None, "{name}");
    }
}

#[test]
fn new_credentials_end_any_hold_off_at_once() {
    for (name, fail) in FAILURES {
        let (mut world, _) = World::waiting();
        fail(&mut world);
        while world.poll().is_some() {
            fail(&mut world);
        }
        world.status();
        world.new_credentials();
        world.waits();
        let request = world.request();
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        assert!(body.contains("0ther-S3cret") && !body.contains(SECRET), "{name}");
    }
}

#[test]
fn new_credentials_start_the_denials_anew() {
    let mut world = World::url_encoded();
    for _ in 0..3 {
        world.waits();
        assert_eq!(world.answer_all(401), 1);
        assert_eq!(world.status().retry_in, Some(s(60)));
        world.new_credentials();
    }
}

#[test]
fn new_credentials_leave_the_token_at_hand_alone() {
    let mut world = World::holding("t1", 100);
    world.new_credentials();
    assert_eq!(world.token(), "t1");
    world.idle();
}

#[test]
fn a_token_on_its_way_is_welcome_after_new_credentials() {
    let (mut world, ticket) = World::waiting();
    world.new_credentials();
    world.response_token("t1", 100);
    assert_eq!(ready(world.resume(ticket)), "t1");
    world.idle();
}

#[test]
fn a_hold_off_as_long_as_the_patience_is_waited_out_and_a_longer_one_is_not() {
    for (patience, waited_out) in [(s(60), true), (s(60) - ms(1), false)] {
        let policy = Policy { patience, ..Policy::default() };
        let encoding = EncodingChoice::Always(BodyEncoding::Multipart);
        let mut world = World::with(1, encoding, policy);
        let ticket = world.waits();
        world.send();
        world.response(401, "");
        assert_eq!(matches!(world.resume(ticket), Acquire::Wait(_)), waited_out, "{patience:?}");
    }
}
