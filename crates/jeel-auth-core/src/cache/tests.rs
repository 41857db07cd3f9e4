//! The cache machine, one behaviour a test, in virtual time: no sockets, no sleeps, no clocks.

mod asked_for;
mod budget;
mod clocks;
mod encoding;
mod errors;
mod hold_off;
mod lease;
mod lifetime;
mod misuse;
mod reissue;
mod rejection;
mod renewal;
mod secrets;
mod states;
mod waiting;

use super::{Acquire, Action, Cache, EncodingChoice, Event, SendFailure, State, Status, Ticket};
use crate::credentials::Credentials;
use crate::endpoint::Environment;
use crate::error::{Error, ErrorKind, TransportKind};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::request::{BodyEncoding, FlightId, TokenRequest};
use crate::response::Response;
use crate::token::Generation;
use std::time::Duration;

pub(super) const SECRET: &str = "pl4nted-S3cret";

pub(super) const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(super) const NANOSECOND: Duration = Duration::from_nanos(1);

pub(super) fn token_body(token: &str, lifetime: u64) -> String {
    format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{lifetime}}}"#)
}

/// A cache, the time, and the request under way.
pub(super) struct World {
    pub(super) cache: Cache,
    pub(super) now: Moment,
    flight: Option<FlightId>,
    rotations: u32,
}

impl World {
    /// An empty cache.
    pub(super) fn new() -> Self {
        Self::with(7, EncodingChoice::Auto, Policy::default())
    }

    pub(super) fn with(seed: u64, encoding: EncodingChoice, policy: Policy) -> Self {
        let credentials = Credentials::new("school-42", SECRET).unwrap();
        let cache = Cache::new(Environment::Sandbox.token_endpoint(), credentials, seed)
            .with_policy(policy)
            .with_encoding(encoding);
        Self { cache, now: Moment::new(s(1000), s(1_800_000_000)), flight: None, rotations: 0 }
    }

    pub(super) fn with_policy(policy: Policy) -> Self {
        Self::with(7, EncodingChoice::Auto, policy)
    }

    pub(super) fn with_seed(seed: u64) -> Self {
        Self::with(seed, EncodingChoice::Auto, Policy::default())
    }

    /// One encoding only, so that each denial is one request.
    pub(super) fn url_encoded() -> Self {
        let choice = EncodingChoice::Always(BodyEncoding::UrlEncoded);
        Self::with(7, choice, Policy::default())
    }

    /// A cache that just received this token, its encoding proven.
    pub(super) fn holding(token: &str, lifetime: u64) -> Self {
        let mut world = Self::new();
        world.fetch(token, lifetime);
        world
    }

    /// The same at the token's renewal time.
    pub(super) fn near_expiry(token: &str, lifetime: u64) -> Self {
        let mut world = Self::holding(token, lifetime);
        world.reach_renewal();
        world
    }

    /// An empty cache whose first request is under way, and the caller that waits for it.
    pub(super) fn waiting() -> (Self, Ticket) {
        let mut world = Self::new();
        let ticket = world.waits();
        world.send();
        (world, ticket)
    }

    // Time.

    pub(super) fn advance(&mut self, seconds: u64) {
        self.advance_by(s(seconds));
    }

    pub(super) fn advance_by(&mut self, by: Duration) {
        self.now = self.now.after(by);
    }

    /// The wall clock alone moves: a step, or a suspend that stops the monotonic one.
    pub(super) fn step_wall(&mut self, seconds: i64) {
        let wall = self.now.wall().as_secs().saturating_add_signed(seconds);
        self.now = Moment::new(self.now.monotonic(), s(wall));
    }

    pub(super) fn reach_renewal(&mut self) {
        let renew_in = self.status().renew_in.unwrap();
        self.advance_by(renew_in);
    }

    pub(super) fn reach_expiry(&mut self) {
        let usable_for = self.status().usable_for.unwrap();
        self.advance_by(usable_for);
    }

    /// To when waiters resume without an outcome.
    pub(super) fn reach_wakeup(&mut self) {
        let wakeup = self.cache.next_wakeup().unwrap();
        self.advance_by(wakeup.remaining(self.now));
    }

    // Callers.

    pub(super) fn acquire(&mut self) -> Acquire {
        self.cache.acquire(self.now, Duration::ZERO)
    }

    pub(super) fn token(&mut self) -> String {
        ready(self.acquire())
    }

    pub(super) fn waits(&mut self) -> Ticket {
        wait(self.acquire())
    }

    pub(super) fn refused(&mut self) -> Error {
        refused(self.acquire())
    }

    pub(super) fn resume(&mut self, ticket: Ticket) -> Acquire {
        self.cache.resume(self.now, ticket)
    }

    pub(super) fn generation(&mut self) -> Generation {
        self.status().generation.unwrap()
    }

    /// The generation of the first token that a cache of this seed is issued.
    pub(super) fn foreign_generation(seed: u64) -> Generation {
        let mut world = Self::with_seed(seed);
        world.fetch("foreign", 100);
        world.generation()
    }

    pub(super) fn reject(&mut self) {
        let generation = self.generation();
        self.cache.handle_rejected(self.now, generation);
    }

    pub(super) fn new_credentials(&mut self) {
        self.rotations += 1;
        let secret = format!("0ther-S3cret-{}", self.rotations);
        let credentials = Credentials::new("school-42", secret).unwrap();
        self.cache.set_credentials(self.now, credentials);
    }

    // The driver and the server.

    pub(super) fn poll(&mut self) -> Option<TokenRequest> {
        let Action::Send(request) = self.cache.poll_action(self.now)?;
        self.flight = Some(request.flight());
        Some(request)
    }

    pub(super) fn request(&mut self) -> TokenRequest {
        self.poll().expect("a request")
    }

    pub(super) fn send(&mut self) {
        let _ = self.request();
    }

    pub(super) fn idle(&mut self) {
        assert!(self.poll().is_none(), "no request");
    }

    pub(super) fn response_with(&mut self, status: u16, fields: &[(&str, &str)], body: &str) {
        let fields = fields.iter().map(|(name, value)| (*name, value.as_bytes()));
        let response = Response::new(status, fields, body.as_bytes());
        self.cache.handle_response(self.now, self.flight.unwrap(), &response);
    }

    pub(super) fn response(&mut self, status: u16, body: &str) {
        self.response_with(status, &[], body);
    }

    pub(super) fn response_token(&mut self, token: &str, lifetime: u64) {
        self.response(200, &token_body(token, lifetime));
    }

    pub(super) fn fail(&mut self, kind: TransportKind) {
        let failure = SendFailure::new(kind, "no luck");
        self.cache.handle_send_failed(self.now, self.flight.unwrap(), &failure);
    }

    /// A failure before anything was sent.
    pub(super) fn fail_unsent(&mut self, kind: TransportKind) {
        let failure = SendFailure::new(kind, "no luck").nothing_sent();
        self.cache.handle_send_failed(self.now, self.flight.unwrap(), &failure);
    }

    /// Asks for a token and gets this one.
    pub(super) fn fetch(&mut self, token: &str, lifetime: u64) {
        let _ = self.acquire();
        self.send();
        self.response_token(token, lifetime);
    }

    /// Sends what there is to send and answers with this status, until nothing is left to send.
    pub(super) fn answer_all(&mut self, status: u16) -> usize {
        let mut requests = 0;
        while self.poll().is_some() {
            requests += 1;
            self.response(status, "");
        }
        requests
    }

    // What is seen from outside.

    pub(super) fn status(&mut self) -> Status {
        self.cache.status(self.now)
    }

    pub(super) fn state(&mut self) -> State {
        self.status().state
    }

    pub(super) fn requests(&mut self) -> u64 {
        self.status().counters.requests
    }

    pub(super) fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.cache.poll_event()).collect()
    }
}

pub(super) fn ready(answer: Acquire) -> String {
    match answer {
        Acquire::Ready(token) => token.expose_secret().to_owned(),
        other => panic!("{other:?} instead of a token"),
    }
}

pub(super) fn wait(answer: Acquire) -> Ticket {
    match answer {
        Acquire::Wait(ticket) => ticket,
        other => panic!("{other:?} instead of a wait"),
    }
}

pub(super) fn refused(answer: Acquire) -> Error {
    match answer {
        Acquire::Refused(error) => error,
        other => panic!("{other:?} instead of a refusal"),
    }
}

pub(super) type Fail = fn(&mut World);

/// Every way to fail, by name: each gets the request under way and ends it.
pub(super) const FAILURES: [(&str, Fail); 9] = [
    ("denied", |world| world.response(401, r#"{"error":"invalid_client"}"#)),
    ("redirected", |world| world.response_with(302, &[("Location", "https://login.example/")], "")),
    ("rate limited", |world| world.response_with(429, &[("Retry-After", "20")], "")),
    ("unavailable", |world| world.response_with(503, &[("Retry-After", "20")], "")),
    ("server error", |world| world.response(500, "")),
    ("not JSON", |world| world.response(200, "<html>")),
    ("no lifetime", |world| world.response_token("t9", 0)),
    ("no connection", |world| world.fail(TransportKind::Connect)),
    ("given up", |world| world.advance(11)),
];
