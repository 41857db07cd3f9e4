//! The four states and the defaults of the policy.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

#[test]
fn an_empty_cache_asks_for_nothing_by_itself() {
    let mut world = World::new();
    world.idle();
    assert!(world.cache.lease(world.now).is_none());
    assert!(world.cache.next_wakeup().is_none());
    assert!(world.events().is_empty());
    let status = world.status();
    assert_eq!((status.state, status.generation, status.permits), (State::NoToken, None, 5));
    assert_eq!((status.counters.requests, status.retry_in, status.last_error), (0, None, None));
}

#[test]
fn a_thousand_first_callers_cause_one_request() {
    let mut world = World::new();
    for _ in 0..1000 {
        world.waits();
    }
    world.send();
    for _ in 0..1000 {
        world.waits();
        world.idle();
    }
    assert_eq!(world.requests(), 1);
}

#[test]
fn a_valid_token_is_handed_out_and_nothing_else_happens() {
    let mut world = World::holding("t1", 3600);
    let renew_in = world.status().renew_in.unwrap();
    for _ in 0..renew_in.as_secs() {
        assert_eq!(world.token(), "t1");
        world.idle();
        world.advance(1);
    }
    assert_eq!((world.requests(), world.state()), (1, State::Valid));
}

#[test]
fn the_states_follow_from_the_token_and_the_time() {
    let mut world = World::holding("t1", 100);
    assert_eq!(world.state(), State::Valid);
    world.reach_renewal();
    world.now = world.now.before(NANOSECOND);
    assert_eq!(world.state(), State::Valid);
    world.advance_by(NANOSECOND);
    assert_eq!((world.state(), world.status().renew_in), (State::NearExpiry, None));
    world.reach_expiry();
    assert_eq!((world.state(), world.status().usable_for), (State::Expired, None));
    world.cache.handle_timeout(world.now);
    world.now = world.now.before(NANOSECOND);
    assert_eq!(world.state(), State::Expired, "time does not run backwards");
    world.fetch("t2", 100);
    assert_eq!(world.state(), State::Valid);
    world.reject();
    assert_eq!(world.state(), State::NoToken);
}

#[test]
fn a_token_is_handed_out_to_its_last_nanosecond_and_not_after() {
    let mut world = World::holding("t1", 100);
    let usable_for = world.status().usable_for.unwrap();
    world.advance_by(usable_for - NANOSECOND);
    assert_eq!(world.token(), "t1");
    world.advance_by(NANOSECOND);
    world.waits();
    world.send();
}

#[test]
fn the_margins_scale_with_the_lifetime() {
    for (lifetime, margin, spread, leeway) in [
        (1, ms(250), ms(100), ms(50)),
        (20, s(5), s(2), s(1)),
        (100, s(25), s(10), s(5)),
        (120, s(30), s(12), s(5)),
        (3600, s(30), s(300), s(5)),
        (36_000, s(30), s(300), s(5)),
    ] {
        for seed in 0..20 {
            let mut world = World::with_seed(seed);
            world.fetch("t1", lifetime);
            let status = world.status();
            let latest = s(lifetime) - margin;
            let renew_in = status.renew_in.unwrap();
            assert!((latest - spread..=latest).contains(&renew_in), "{lifetime}: {renew_in:?}");
            assert_eq!(status.usable_for, Some(s(lifetime) - leeway), "{lifetime}");
        }
    }
}

#[test]
fn a_fleet_started_together_does_not_renew_together() {
    let mut times: Vec<_> = (0..100)
        .map(|seed| {
            let mut world = World::with_seed(seed);
            world.fetch("t1", 3600);
            world.status().renew_in.unwrap()
        })
        .collect();
    times.sort();
    assert!(times[99] - times[0] > s(250), "over most of the 300 s");
    assert!(times.windows(20).all(|few| few[19] - few[0] > s(15)), "and nowhere bunched");
}

#[test]
fn a_lifetime_counts_from_when_the_request_was_sent() {
    let (mut world, _) = World::waiting();
    world.advance(9);
    world.response_token("t1", 100);
    assert_eq!(world.status().usable_for, Some(s(100 - 5 - 9)));
}

#[test]
fn a_token_of_unknown_lifetime_is_good_for_five_minutes() {
    let (mut world, _) = World::waiting();
    world.response(200, r#"{"access_token":"t1","token_type":"bearer"}"#);
    assert_eq!(world.status().usable_for, Some(s(300 - 5)));
}

#[test]
fn a_jwt_can_only_shorten_its_lifetime() {
    for (claimed, usable_for) in [(60, 60 - 3), (86_400, 3600 - 5)] {
        let (mut world, _) = World::waiting();
        let claims = format!(r#"{{"iat":1000,"exp":{}}}"#, 1000 + claimed);
        world.response_token(&format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)), 3600);
        assert_eq!(world.status().usable_for, Some(s(usable_for)));
    }
}

#[test]
fn no_lifetime_beyond_thirty_days_is_believed() {
    let mut world = World::holding("t1", u64::MAX);
    assert_eq!(world.status().usable_for, Some(s(30 * 24 * 3600 - 5)));
}

/// Clocks and sockets panic, or wrap, when the largest duration is added to the time.
#[test]
fn an_endless_time_out_is_a_year() {
    let mut policy = Policy::default();
    policy.transport.request_timeout = Duration::MAX;
    policy.transport.connect_timeout = Duration::MAX;
    let mut world = World::with_policy(policy);
    world.waits();
    let request = world.request();
    let year = s(365 * 24 * 3600);
    assert_eq!((request.timeout(), request.connect_timeout()), (year, year));
}

#[test]
fn a_request_carries_its_bounds() {
    let mut world = World::new();
    world.waits();
    let request = world.request();
    assert_eq!((request.timeout(), request.connect_timeout()), (s(10), s(5)));
    assert_eq!(request.response_limits(), Policy::default().transport.limits);
    assert_eq!(world.cache.policy().caller_wait, s(30));
}

#[test]
fn events_tell_a_life_in_order() {
    let mut world = World::near_expiry("t1", 100);
    world.fetch("t2", 100);
    world.reject();
    world.new_credentials();
    let names: Vec<_> = world.events().iter().map(name).collect();
    assert_eq!(names, ["requested", "issued", "requested", "issued", "rejected", "credentials"]);
}

fn name(event: &Event) -> &'static str {
    match event {
        Event::Requested { .. } => "requested",
        Event::Issued { .. } => "issued",
        Event::Rejected { .. } => "rejected",
        Event::CredentialsReplaced => "credentials",
        _ => "other",
    }
}
