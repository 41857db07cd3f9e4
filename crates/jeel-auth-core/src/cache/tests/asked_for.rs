//! What a server asks for beside its answer, and what is not its answer at all.

use super::*;
use crate::cache::current_token::CurrentToken;
use crate::cache::tokens::Tokens;
use crate::rng::Rng;
use crate::token::{AccessToken, BearerValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

#[test]
fn retry_after_is_a_floor_for_every_failure() {
    for (status, kind) in [
        (302, ErrorKind::Redirected),
        (401, ErrorKind::Denied),
        (403, ErrorKind::Blocked),
        (413, ErrorKind::Denied),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Server),
        (503, ErrorKind::RateLimited),
        (504, ErrorKind::Server),
    ] {
        let mut world = World::url_encoded();
        world.waits();
        world.send();
        world.response_with(status, &[("Retry-After", "300 seconds")], "");
        let seen = world.status();
        assert_eq!(seen.last_error.unwrap().kind(), kind, "{status}");
        let wait = seen.retry_in.unwrap();
        assert!((s(300)..=s(330)).contains(&wait), "{status}: {wait:?}");
    }
}

#[test]
fn the_other_encoding_is_not_tried_before_the_server_allows() {
    for status in [401, 403] {
        let mut world = World::new();
        world.waits();
        let first = world.request().encoding();
        world.response_with(status, &[("Retry-After", "60")], "");
        assert!(world.cache.poll_action(world.now).is_none(), "{status}");
        world.advance(67);
        world.waits();
        assert_eq!(world.request().encoding(), first.other(), "{status}");
    }
}

#[test]
fn a_page_that_blocks_holds_off_for_a_minute_and_is_no_denial() {
    let mut world = World::url_encoded();
    for wait in [10, 20, 40, 60, 60] {
        world.waits();
        world.send();
        world.response(403, "<html>Forbidden</html>");
        assert_eq!(world.refused().kind(), ErrorKind::Blocked);
        assert_eq!(world.status().retry_in, Some(s(wait)));
        world.advance(wait);
        world.advance(12);
    }
    world.waits();
    world.send();
    world.response(401, "");
    assert_eq!(world.status().retry_in, Some(s(60)), "the first denial");
}

/// A gateway whose `Date` is 50 minutes ahead of the issuer's clock.
fn aged_token(world: &mut World, name: &str) -> Duration {
    let now = world.now.wall().as_secs();
    let claims = format!(r#"{{"iat":{now},"exp":{},"n":"{name}"}}"#, now + 3600);
    let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
    world.waits();
    world.send();
    let ahead = ["08:50:00", "09:10:00", "09:30:00", "09:50:00"];
    let date = ahead.get(name.len() - 1).map(|time| format!("Fri, 15 Jan 2027 {time} GMT"));
    world.response_with(200, &[("Date", &date.unwrap())], &token_body(&token, 3600));
    world.status().usable_for.unwrap()
}

#[test]
fn a_date_that_makes_two_tokens_old_is_not_looked_at_again() {
    let mut world = World::new();
    for name in ["a", "aa"] {
        assert!(aged_token(&mut world, name) < s(600), "{name}");
        world.advance(1200);
    }
    assert!(aged_token(&mut world, "aaa") > s(3500));
}

#[test]
fn what_the_network_refuses_for_long_is_told_at_once() {
    for kind in [TransportKind::Certificate, TransportKind::Proxy] {
        let mut world = World::new();
        for wait in [10, 20, 40, 60] {
            let ticket = world.waits();
            world.send();
            world.fail_unsent(kind);
            assert_eq!(refused(world.resume(ticket)).kind(), ErrorKind::Transport(kind));
            assert_eq!(world.status().retry_in, Some(s(wait)), "{kind}");
            assert_eq!(world.status().permits, 5, "nothing was sent");
            world.advance(wait);
        }
    }
    let (mut world, _) = World::waiting();
    world.fail_unsent(TransportKind::Resolve);
    assert!(world.status().retry_in.unwrap() <= ms(500));
}

#[test]
fn who_gives_up_hears_what_stood_in_the_way_and_for_how_long() {
    let mut world = World::new();
    let ticket = world.waits();
    world.send();
    world.advance(1);
    world.fail_unsent(TransportKind::Resolve);
    world.advance(2);
    let error = world.cache.give_up(world.now, ticket);
    assert_eq!((error.kind(), error.blame()), (ErrorKind::WaitTimedOut, crate::Blame::Network));
    let text = error.to_string();
    let begins = "cannot resolve auth.sandbox.jeel.co: no luck; waited 3 s; token URL https://";
    assert!(text.starts_with(begins), "{text}");
}

/// A token that is handed out again is old because it is, not because the `Date` is wrong.
#[test]
fn a_token_that_is_handed_out_again_says_nothing_about_the_date() {
    let mut tokens = Tokens::none(Generation(0));
    let bearer = |token: &str| BearerValue::build(token.len(), |b| b.append(token.as_bytes()));
    let (policy, mut rng, now) = (Policy::default(), Rng::new(1), Moment::new(s(1), s(1)));
    let token = AccessToken::new(bearer("t1").unwrap(), Generation(1));
    tokens.replace(CurrentToken::new(token, (now, now), s(100), &policy, &mut rng));
    for _ in 0..3 {
        tokens.note_age(&bearer("t1").unwrap(), true);
    }
    assert!(tokens.trusts_date());
    for (token, aged, trusted) in
        [("t2", true, true), ("t3", false, true), ("t4", true, true), ("t5", true, false)]
    {
        tokens.note_age(&bearer(token).unwrap(), aged);
        assert_eq!(tokens.trusts_date(), trusted, "{token}");
    }
}
