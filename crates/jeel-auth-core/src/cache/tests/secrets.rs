//! No secret and no token in anything that is shown.

use super::*;
use std::error::Error as _;
use std::fmt::Debug;

/// Everything a world lets out, in every format.
#[derive(Default)]
struct Shown(String);

impl Shown {
    fn debug(&mut self, value: &impl Debug) {
        self.0 += &format!("{value:?}\n{value:#?}\n");
    }

    fn error(&mut self, error: &Error) {
        self.debug(error);
        self.0 += &format!("{error}\n");
        let mut source = error.source();
        while let Some(cause) = source {
            self.0 += &format!("{cause}\n{cause:?}\n");
            source = cause.source();
        }
        self.debug(&error.response());
        self.debug(&error.other_response());
    }

    fn world(&mut self, world: &mut World) {
        let answer = world.acquire();
        self.debug(&answer);
        if let Acquire::Refused(error) = &answer {
            self.error(error);
        }
        let events = world.events();
        self.debug(&events);
        for event in &events {
            if let Event::Failed { error, .. } = event {
                self.error(error);
            }
        }
        let status = world.status();
        self.debug(&status);
        if let Some(error) = &status.last_error {
            self.error(error);
        }
        if let Acquire::Wait(ticket) = world.acquire() {
            self.error(&world.cache.give_up(world.now, ticket));
        }
        self.debug(&world.cache.lease(world.now));
        self.debug(&world.cache);
    }

    fn assert_without(&self, secrets: &[&str]) {
        let shown = self.0.to_ascii_lowercase();
        for secret in secrets {
            assert!(!shown.contains(&secret.to_ascii_lowercase()), "{secret} in {}", self.0);
        }
    }
}

fn world_with_secret(secret: &str) -> World {
    let mut world = World::new();
    world.cache.set_credentials(world.now, Credentials::new("school-42", secret).unwrap());
    world.waits();
    world.send();
    world
}

#[test]
fn nothing_shows_the_secret_or_the_token_in_an_ordinary_life() {
    let mut shown = Shown::default();
    for (_, fail) in FAILURES {
        let mut world = World::near_expiry("t0k3n-one", 100);
        world.token();
        let request = world.request();
        shown.debug(&request);
        shown.world(&mut world);
        fail(&mut world);
        shown.world(&mut world);
        world.new_credentials();
        world.reject();
        shown.world(&mut world);
        world.advance(100);
        world.fetch("t0k3n-two", 100);
        shown.world(&mut world);
    }
    assert!(shown.0.contains("[redacted]"));
    shown.assert_without(&[SECRET, "0ther-S3cret", "t0k3n-one", "t0k3n-two"]);
}

#[test]
fn a_server_that_echoes_the_secret_gets_it_into_no_error() {
    let echoes = [
        SECRET.to_owned(),
        format!("no client with secret {SECRET}"),
        SECRET.to_ascii_uppercase(),
        format!("{}{SECRET}", "x".repeat(60)),
        format!("\u{1f511}{SECRET}\u{1f511}"),
    ];
    let mut shown = Shown::default();
    for echo in &echoes {
        let body = format!(r#"{{"error":"{echo}","error_description":"{echo}"}}"#);
        let location = format!("https://{SECRET}.example/{SECRET}");
        let fields = [("tx_id", echo.as_str()), ("Location", &location), ("Retry-After", echo)];
        for status in [200, 302, 400, 401, 404, 429, 500, 503, 999] {
            let (mut world, _) = World::waiting();
            world.response_with(status, &fields, &body);
            shown.world(&mut world);
            if world.poll().is_some() {
                world.response_with(status, &fields, &body);
                shown.world(&mut world);
            }
        }
    }
    shown.assert_without(&[SECRET]);
}

#[test]
fn a_failure_whose_words_hold_the_secret_is_kept_without_them() {
    let words = [format!("bad url https://x/?s={SECRET}"), "x".repeat(195) + SECRET];
    let mut shown = Shown::default();
    for words in words {
        let (mut world, _) = World::waiting();
        let failure = SendFailure::new(TransportKind::Connect, &words);
        shown.debug(&failure);
        world.cache.handle_send_failed(world.now, world.flight.unwrap(), &failure);
        shown.world(&mut world);
    }
    shown.assert_without(&[SECRET, "pl4nt"]);
}

#[test]
fn the_old_secret_is_looked_for_in_the_response_to_the_old_request() {
    let (mut world, _) = World::waiting();
    world.new_credentials();
    world.response(500, &format!(r#"{{"error":"{SECRET}"}}"#));
    let mut shown = Shown::default();
    shown.world(&mut world);
    shown.assert_without(&[SECRET, "0ther-S3cret"]);
}

#[test]
fn a_secret_that_ends_in_a_line_break_is_recognised_in_an_echo() {
    for (secret, echo) in [
        ("f1le-secret\n", "f1le-secret\\n"),
        ("f1le-secret\n", "secret f1le-secret is wrong"),
        (" f1le-secret ", " f1le-secret "),
    ] {
        let mut world = world_with_secret(secret);
        world.response(500, &format!(r#"{{"error":"{echo}"}}"#));
        let mut shown = Shown::default();
        shown.world(&mut world);
        shown.assert_without(&["f1le-secret"]);
    }
}

#[test]
fn a_secret_is_recognised_as_it_stood_in_an_urlencoded_body() {
    let mut world = world_with_secret("p4ss/w0rd+1");
    world.response(500, r#"{"error":"client_secret=p4ss%2Fw0rd%2B1"}"#);
    let mut shown = Shown::default();
    shown.world(&mut world);
    shown.assert_without(&["p4ss%2Fw0rd%2B1"]);
}

#[test]
fn a_token_at_hand_or_in_the_same_response_is_recognised_in_an_echo() {
    let mut world = World::near_expiry("t0k3n-one", 100);
    world.token();
    world.send();
    world.response_with(400, &[("tx_id", "t0k3n-one")], r#"{"error":"have t0k3n-one"}"#);
    let mut shown = Shown::default();
    shown.world(&mut world);
    let (mut world, _) = World::waiting();
    world.response(200, r#"{"access_token":"t0k3n-two","error":"t0k3n-two"}"#);
    shown.world(&mut world);
    shown.assert_without(&["t0k3n-one", "t0k3n-two"]);
}
