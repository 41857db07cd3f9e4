//! The machine, and the small world around it.

use super::referee::{Issued, Ledger, Time};
use super::{Answer, Input};
use crate::cache::event::Events;
use crate::cache::{Acquire, Action, Cache, Ticket};
use crate::credentials::Credentials;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::request::FlightId;
use crate::rng::Rng;
use crate::token::{AccessToken, Generation};
use crate::{Environment, Response, SendFailure, TransportKind};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::time::Duration;

pub(super) const SECRET: &str = "hush-hush";

#[derive(Clone)]
pub(super) struct World {
    pub(super) cache: Cache,
    pub(super) now: Moment,
    pub(super) time: Time,
    pub(super) flight: Option<FlightId>,
    pub(super) stale: Option<FlightId>,
    /// The flight of a client that was replaced.
    pub(super) foreign: Option<FlightId>,
    pub(super) ticket: Option<Ticket>,
    pub(super) tokens: u64,
    pub(super) issued: Option<Issued>,
    pub(super) sent: Moment,
    pub(super) old: Generation,
    pub(super) ledger: Ledger,
    /// How many secrets of how many clients were used.
    identity: (u32, u32),
    pub(super) trace: Vec<Input>,
}

impl World {
    pub(super) fn new(policy: &Policy) -> Self {
        let endpoint = Environment::Sandbox.token_endpoint();
        let now = Moment::new(Duration::from_secs(100_000), Duration::from_secs(1_800_000_000));
        let time = Time::starting_at(now);
        Self {
            cache: Cache::new(endpoint, credentials((0, 0)), 1).with_policy(policy.clone()),
            now,
            time,
            flight: None,
            stale: None,
            foreign: None,
            ticket: None,
            tokens: 0,
            issued: None,
            sent: time.now,
            old: Generation(0),
            ledger: Ledger::new(policy),
            identity: (0, 0),
            trace: Vec::new(),
        }
    }

    /// Applies an input; `false` where it does not apply here.
    pub(super) fn apply(&mut self, input: Input) -> bool {
        // A jitter that depends on the past would make every state a new one.
        self.cache.rng = Rng::new(7);
        self.cache.events = Events::none();
        let now = self.now;
        let time = self.time.read(now);
        self.ledger.grow(time);
        match input {
            Input::Acquire => self.acquire(Duration::ZERO),
            Input::AcquireFor(seconds) => self.acquire(Duration::from_secs(seconds)),
            Input::Resume => return self.resume(),
            Input::Poll => self.poll(),
            Input::Answer(answer) => return self.answer(answer),
            Input::StaleAnswer => return self.stale_answer(),
            Input::SendFailed => return self.fail(SendFailure::new(TransportKind::Broken, "cut")),
            Input::NothingSent => {
                let failed = self.fail(SendFailure::new(TransportKind::Connect, "").nothing_sent());
                if failed {
                    self.ledger.credit();
                }
                return failed;
            }
            Input::RejectCurrent => return self.reject_current(),
            Input::RejectOld => {
                self.must_change_nothing(|cache, old| cache.handle_rejected(now, old));
            }
            Input::OtherSecret => self.rotate((self.identity.0, self.identity.1 + 1)),
            Input::EqualCredentials => {
                let equal = credentials(self.identity);
                self.must_change_nothing(|cache, _| cache.set_credentials(now, equal));
            }
            Input::OtherClient => {
                self.rotate((self.identity.0 + 1, 0));
                self.issued = None;
                self.foreign = self.flight;
            }
            Input::Pass(monotonic, wall) => self.pass(monotonic, wall),
        }
        true
    }

    fn pass(&mut self, monotonic: u64, wall: i64) {
        let magnitude = Duration::from_secs(wall.unsigned_abs());
        let wall = if wall < 0 { self.now.wall() - magnitude } else { self.now.wall() + magnitude };
        self.now = Moment::new(self.now.monotonic() + Duration::from_secs(monotonic), wall);
        let time = self.time.read(self.now);
        self.ledger.grow(time);
        self.cache.handle_timeout(self.now);
    }

    fn acquire(&mut self, at_least: Duration) {
        let answer = self.cache.acquire(self.now, at_least);
        self.met(answer, at_least);
    }

    fn resume(&mut self) -> bool {
        let Some(ticket) = self.ticket else { return false };
        let answer = self.cache.resume(self.now, ticket);
        let again = self.cache.clone().resume(self.now, ticket);
        assert!(alike(&answer, &again), "{:?}: one outcome answers all", self.trace);
        self.met(answer, ticket.at_least);
        true
    }

    fn poll(&mut self) {
        let had_flight = self.cache.status(self.now).in_flight;
        let Some(Action::Send(request)) = self.cache.poll_action(self.now) else { return };
        assert!(!had_flight, "{:?}: at most one in flight", self.trace);
        self.ledger.draw(self.time.now, &self.trace);
        self.stale = self.flight.replace(request.flight()).or(self.stale);
        self.sent = self.time.now;
    }

    fn answer(&mut self, answer: Answer) -> bool {
        let Some(flight) = self.flight.take() else { return false };
        let live = self.cache.flight.as_ref().is_some_and(|live| live.id == flight);
        let (name, response) = self.response_to(answer);
        let ours = live && self.foreign != Some(flight);
        if ours && let Some(name) = name {
            self.issue(name, answer);
        }
        let now = self.now;
        self.stale = Some(flight);
        self.without_losing_a_token(|cache| cache.handle_response(now, flight, &response));
        true
    }

    /// The response, and the token in it if it is a usable one.
    fn response_to(&self, answer: Answer) -> (Option<String>, Response) {
        let number = self.tokens + 1;
        let fresh = format!("token-{number}");
        let bare = |status, fields: &[(&'static str, &'static [u8])]| {
            (None, Response::new(status, fields.iter().copied(), b""))
        };
        let ok = |name: String, lifetime| {
            let response = Response::new(200, [DATE], token_body(&name, lifetime));
            (Some(name), response)
        };
        match answer {
            Answer::Token => ok(fresh, lifetime(answer)),
            Answer::LongToken => ok(fresh, lifetime(answer)),
            Answer::AgedToken => ok(aged(number), 2 * lifetime(answer)),
            Answer::SameToken => match &self.issued {
                Some(issued) => ok(issued.name.clone(), issued.lifetime.as_secs()),
                None => ok(fresh, lifetime(answer)),
            },
            Answer::NoLifetime => (None, Response::new(200, [], token_body(&fresh, 0))),
            Answer::Malformed => (None, Response::new(200, [], b"<html>")),
            Answer::Status(status) => bare(status, &[]),
            Answer::RetryLater => bare(429, &[("Retry-After", b"30")]),
        }
    }

    /// What the server's answer means for the token's end, counted from when it was asked.
    fn issue(&mut self, name: String, answer: Answer) {
        let now = self.time.now;
        if let Some(issued) = self.issued.as_mut().filter(|issued| issued.name == name) {
            let before = issued.end;
            issued.hand_out_again(self.sent, now);
            if issued.end != before && issued.end == self.sent.after(issued.lifetime) {
                let issued = issued.clone();
                self.ledger.issued(&issued, now);
            }
            return;
        }
        self.tokens += 1;
        let lifetime = Duration::from_secs(lifetime(answer));
        let token = Issued::new(name, self.sent, now, lifetime);
        if !token.end.before(super::referee::leeway(lifetime)).reached(now) {
            self.ledger.issued(&token, now);
            self.issued = Some(token);
        }
    }

    fn stale_answer(&mut self) -> bool {
        let (Some(stale), now) = (self.stale, self.now) else { return false };
        let late = Response::new(200, [], token_body("token-999", 20));
        self.cache.follow(now);
        let before = self.machine_key();
        self.cache.handle_response(now, stale, &late);
        assert_eq!(before, self.machine_key(), "{:?}: a stale response is ignored", self.trace);
        true
    }

    fn fail(&mut self, failure: SendFailure) -> bool {
        let (Some(flight), now) = (self.flight.take(), self.now) else { return false };
        let live = self.cache.flight.as_ref().is_some_and(|live| live.id == flight);
        let ours = live && self.foreign != Some(flight);
        self.without_losing_a_token(|cache| cache.handle_send_failed(now, flight, &failure));
        ours
    }

    /// The token at hand is withdrawn, or stays in use under its generation.
    fn reject_current(&mut self) -> bool {
        let Some(generation) = self.cache.status(self.now).generation else { return false };
        self.old = generation;
        self.cache.handle_rejected(self.now, generation);
        let after = self.cache.status(self.now).generation;
        assert!(after.is_none() || after == Some(generation), "{:?}", self.trace);
        let now = self.now;
        self.must_change_nothing(|cache, old| cache.handle_rejected(now, old));
        true
    }

    fn rotate(&mut self, identity: (u32, u32)) {
        self.identity = identity;
        self.ledger.credit();
        self.cache.set_credentials(self.now, credentials(identity));
    }

    fn must_change_nothing(&mut self, input: impl FnOnce(&mut Cache, Generation)) {
        self.cache.handle_timeout(self.now);
        let before = self.machine_key();
        // The generation that was rejected last, unless it is at hand and unrejected again.
        input(&mut self.cache, self.old);
        assert_eq!(before, self.machine_key(), "{:?}: it changed something", self.trace);
    }

    /// After any outcome of a flight, the token that was usable before is usable, or a newer one is.
    fn without_losing_a_token(&mut self, report: impl FnOnce(&mut Cache)) {
        let before = self.cache.clone().acquire(self.now, Duration::ZERO);
        report(&mut self.cache);
        if let Acquire::Ready(_) = before {
            let after = self.cache.clone().acquire(self.now, Duration::ZERO);
            assert!(matches!(after, Acquire::Ready(_)), "{:?}: a usable token lost", self.trace);
        }
    }

    fn met(&mut self, answer: Acquire, at_least: Duration) {
        self.ticket = match answer {
            Acquire::Ready(token) => {
                self.must_be_usable(&token, at_least);
                None
            }
            Acquire::Wait(ticket) => Some(ticket),
            Acquire::Refused(_) => None,
        };
    }

    fn must_be_usable(&self, token: &AccessToken, at_least: Duration) {
        let issued = self.issued.as_ref().expect("a token that was issued");
        assert_eq!(token.expose_secret(), issued.name, "{:?}", self.trace);
        let over = issued.end.before(at_least).reached(self.time.now);
        assert!(!over, "{:?}: an expired token handed out", self.trace);
    }

    pub(super) fn check(&self) {
        self.must_look_into_the_future_rightly();
        if let Some(lease) = self.cache.lease(self.now) {
            self.must_be_usable(&lease.token, Duration::ZERO);
            let mut cache = self.cache.clone();
            cache.waiters.request_wanted = false;
            let Acquire::Ready(token) = cache.acquire(self.now, Duration::ZERO) else {
                panic!("{:?}: acquire disagrees with the lease", self.trace)
            };
            assert_eq!(token.generation(), lease.token.generation(), "{:?}", self.trace);
            let action = cache.poll_action(self.now);
            assert!(action.is_none(), "{:?}: a lease starts nothing", self.trace);
        }
        for text in [format!("{:?}", self.cache), format!("{:?}", self.cache.status(self.now))] {
            assert!(!text.contains(SECRET) && !text.contains("token-"), "{:?}: {text}", self.trace);
        }
        self.must_have_a_way_out();
    }

    /// Getters answer as if the time-out had been handled, and change nothing.
    fn must_look_into_the_future_rightly(&self) {
        let before = self.machine_key();
        for seconds in [0, 7, 100] {
            let then = self.now.after(Duration::from_secs(seconds));
            let mut cache = self.cache.clone();
            cache.handle_timeout(then);
            assert_eq!(self.cache.status(then), cache.status(then), "{:?}", self.trace);
            let [seen, is] = [&self.cache, &cache].map(|cache| cache.lease(then));
            assert_eq!(format!("{seen:?}"), format!("{is:?}"), "{:?}", self.trace);
        }
        assert_eq!(before, self.machine_key(), "{:?}: a look changed something", self.trace);
    }
}

fn credentials((client, secret): (u32, u32)) -> Credentials {
    Credentials::new(format!("school-{client}"), format!("{SECRET}-{secret}")).unwrap()
}

/// Seconds that the token in an answer lives.
pub(super) const fn lifetime(answer: Answer) -> u64 {
    match answer {
        Answer::LongToken => 300,
        Answer::AgedToken => 10,
        _ => 20,
    }
}

/// The server's clock stands still at 2027-01-15 08:00:00.
pub(super) const DATE: (&str, &[u8]) = ("Date", b"Fri, 15 Jan 2027 08:00:00 GMT");

/// A JWT whose claims end ten seconds after [`DATE`].
fn aged(number: u64) -> String {
    let claims = format!(r#"{{"jti":"token-{number}","iat":1799999990,"exp":1800000010}}"#);
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}

pub(super) fn token_body(name: &str, lifetime: u64) -> Vec<u8> {
    format!(r#"{{"access_token":"{name}","token_type":"Bearer","expires_in":{lifetime}}}"#)
        .into_bytes()
}

fn alike(one: &Acquire, other: &Acquire) -> bool {
    match (one, other) {
        (Acquire::Ready(one), Acquire::Ready(other)) => one.generation() == other.generation(),
        (Acquire::Wait(_), Acquire::Wait(_)) => true,
        (Acquire::Refused(one), Acquire::Refused(other)) => one == other,
        _ => false,
    }
}
