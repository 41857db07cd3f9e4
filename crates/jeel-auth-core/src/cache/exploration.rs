//! Exhaustive exploration: every interleaving of inputs, responses and clock steps, to a depth.
//!
//! Not a model of the machine but the machine itself, cloned at every branch. The world around it is
//! small: one request under way, one caller who waits, tokens that live 20 s, and a dozen responses.
//! Breadth first; states that differ only in what can no longer matter are visited once. In each
//! state the invariants of the crate page are checked.
//!
//! `JEEL_EXPLORE_DEPTH` sets the depth; see CONTRIBUTING.md for the long run.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "it reports, and fails by panicking"
)]

use super::*;
use crate::request::BodyEncoding;
use crate::{Response, SendFailure, TransportKind};
use std::collections::BTreeSet;

const SECRET: &str = "hush-hush";
const LIFETIME: u64 = 20;

#[test]
#[expect(clippy::disallowed_methods, reason = "how deep to go is for whoever runs it")]
fn the_invariants_hold_in_every_state_to_a_depth() {
    let depth = std::env::var("JEEL_EXPLORE_DEPTH");
    let depth = depth.map_or(7, |depth| depth.parse().expect("JEEL_EXPLORE_DEPTH is a number"));
    let start = World::new();
    let mut seen = BTreeSet::from([start.key()]);
    let mut frontier = vec![start];
    for level in 1..=depth {
        let mut next = Vec::new();
        for world in &frontier {
            for input in INPUTS {
                let mut world = world.clone();
                world.trace.push(*input);
                if world.apply(*input) && seen.insert(world.key()) {
                    world.check();
                    next.push(world);
                }
            }
        }
        frontier = next;
        println!("depth {level}: {} new states, {} in all", frontier.len(), seen.len());
    }
}

#[derive(Clone, Copy, Debug)]
enum Input {
    Acquire,
    Resume,
    Poll,
    Answer(Answer),
    /// A response for a flight that was given up, or a second one.
    StaleAnswer,
    SendFailed,
    RejectCurrent,
    RejectOld,
    NewCredentials,
    /// Seconds that pass on the monotonic clock, and on the wall.
    Pass(u64, i64),
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Token,
    SameToken,
    NoLifetime,
    Status(u16),
    RetryLater,
    Malformed,
}

const INPUTS: &[Input] = &[
    Input::Acquire,
    Input::Resume,
    Input::Poll,
    Input::Answer(Answer::Token),
    Input::Answer(Answer::SameToken),
    Input::Answer(Answer::NoLifetime),
    Input::Answer(Answer::Status(302)),
    Input::Answer(Answer::Status(401)),
    Input::Answer(Answer::Status(415)),
    Input::Answer(Answer::Status(500)),
    Input::Answer(Answer::RetryLater),
    Input::Answer(Answer::Malformed),
    Input::StaleAnswer,
    Input::SendFailed,
    Input::RejectCurrent,
    Input::RejectOld,
    Input::NewCredentials,
    Input::Pass(1, 1),
    Input::Pass(9, 9),
    Input::Pass(60, 60),
    // Suspend, and steps of the wall clock either way.
    Input::Pass(0, 3600),
    Input::Pass(1, -3600),
];

#[derive(Clone)]
struct World {
    cache: Cache,
    now: Moment,
    flight: Option<FlightId>,
    stale: Option<FlightId>,
    ticket: Option<Ticket>,
    tokens: u64,
    /// What the server says of the token at hand: its name, and when it ends.
    issued: Option<(u64, Moment)>,
    /// Since when it was handed out although it had ended, and a little: handed out again then, it is
    /// as good as new.
    overstayed: Option<Moment>,
    sent: Moment,
    old: Generation,
    ledger: Ledger,
    trace: Vec<Input>,
}

impl World {
    fn new() -> Self {
        let policy = Policy { fleet_spread: Duration::ZERO, ..Policy::default() };
        let credentials = Credentials::new("school", SECRET).unwrap();
        let endpoint = crate::Environment::Sandbox.token_endpoint();
        let now = Moment::new(Duration::from_secs(100_000), Duration::from_secs(1_800_000_000));
        Self {
            ledger: Ledger::new(&policy, now),
            cache: Cache::new(endpoint, credentials, 1).with_policy(policy),
            now,
            flight: None,
            stale: None,
            ticket: None,
            tokens: 0,
            issued: None,
            overstayed: None,
            sent: now,
            old: Generation(0),
            trace: Vec::new(),
        }
    }

    /// Applies an input; `false` where it does not apply here.
    fn apply(&mut self, input: Input) -> bool {
        // A jitter that depends on the past would make every state a new one.
        self.cache.rng = Rng::new(7);
        self.cache.events = Events::none();
        self.ledger.follow(&self.cache, self.now);
        let now = self.now;
        match input {
            Input::Acquire => {
                let answer = self.cache.acquire(now, Duration::ZERO);
                self.met(answer);
            }
            Input::Resume => {
                let Some(ticket) = self.ticket else { return false };
                let answer = self.cache.resume(now, ticket);
                let again = self.cache.clone().resume(now, ticket);
                assert!(alike(&answer, &again), "{:?}: one outcome answers all", self.trace);
                self.met(answer);
            }
            Input::Poll => return self.poll(),
            Input::Answer(answer) => return self.answer(answer),
            Input::StaleAnswer => {
                let Some(stale) = self.stale else { return false };
                self.cache.follow(now);
                let before = self.machine_key();
                self.cache.handle_response(
                    now,
                    stale,
                    &Response::new(200, [], token_body(999, 20)),
                );
                assert_eq!(
                    before,
                    self.machine_key(),
                    "{:?}: a stale response is ignored",
                    self.trace
                );
            }
            Input::SendFailed => {
                let Some(flight) = self.flight.take() else { return false };
                let failure = SendFailure::new(TransportKind::Broken, "cut");
                self.without_losing_a_token(|cache| {
                    cache.handle_send_failed(now, flight, &failure)
                });
            }
            Input::RejectCurrent => {
                let Some(held) = &self.cache.held else { return false };
                self.old = held.token.generation();
                self.cache.handle_rejected(now, self.old);
                let over = self
                    .cache
                    .held
                    .as_ref()
                    .is_none_or(|h| h.state(self.cache.now) == State::Expired);
                assert!(over, "{:?}: a rejected token at hand", self.trace);
            }
            Input::RejectOld => {
                self.cache.advance(now);
                let before = self.machine_key();
                self.cache.handle_rejected(now, self.old);
                assert_eq!(before, self.machine_key(), "{:?}: an old rejection", self.trace);
            }
            Input::NewCredentials => {
                self.ledger.credit(now);
                self.cache.set_credentials(now, Credentials::new("school", SECRET).unwrap());
            }
            Input::Pass(monotonic, wall) => self.pass(monotonic, wall),
        }
        true
    }

    fn pass(&mut self, monotonic: u64, wall: i64) {
        let magnitude = Duration::from_secs(wall.unsigned_abs());
        let wall = if wall < 0 { self.now.wall() - magnitude } else { self.now.wall() + magnitude };
        self.now = Moment::new(self.now.monotonic() + Duration::from_secs(monotonic), wall);
    }

    fn poll(&mut self) -> bool {
        let had_flight = self.cache.clone().status(self.now).in_flight;
        let Some(Action::Send(request)) = self.cache.poll_action(self.now) else { return true };
        assert!(!had_flight, "{:?}: at most one in flight", self.trace);
        self.ledger.draw(&self.trace);
        self.stale = self.flight.replace(request.flight());
        self.sent = self.now.clamped(self.cache.now);
        true
    }

    fn answer(&mut self, answer: Answer) -> bool {
        let Some(flight) = self.flight.take() else { return false };
        let live = self.cache.flight.as_ref().is_some_and(|live| live.id == flight);
        let name = match answer {
            Answer::SameToken => self.issued.map_or(0, |(name, _)| name),
            _ => self.tokens + 1,
        };
        let retry = [("Retry-After", b"30".as_slice())];
        let body = match answer {
            Answer::NoLifetime => token_body(name, 0),
            Answer::Malformed => b"<html>".to_vec(),
            _ => token_body(name, LIFETIME),
        };
        let response = match answer {
            Answer::Token | Answer::SameToken | Answer::NoLifetime | Answer::Malformed => {
                Response::new(200, [], body)
            }
            Answer::Status(status) => Response::new(status, [], b""),
            Answer::RetryLater => Response::new(429, retry, b""),
        };
        if matches!(answer, Answer::Token | Answer::SameToken) && live {
            self.issue(name);
        }
        let now = self.now;
        self.stale = Some(flight);
        self.without_losing_a_token(|cache| cache.handle_response(now, flight, &response));
        true
    }

    /// What the server's answer means for the token's end, counted from when it was asked.
    fn issue(&mut self, name: u64) {
        let lifetime = Duration::from_secs(LIFETIME);
        self.tokens = self.tokens.max(name);
        let now = self.now.clamped(self.cache.now);
        match &mut self.issued {
            Some((known, end)) if *known == name => {
                // The same token keeps its first end; on the wall, unless the wall was stepped.
                let sent = self.sent;
                if sent.wall() >= end.wall() && sent.monotonic() < end.monotonic() {
                    let left = end.monotonic() - sent.monotonic();
                    *end = Moment::new(end.monotonic(), sent.wall() + left);
                }
                let meant = self.overstayed.is_some_and(|until| until.reached(now));
                if self.cache.held.is_none() || meant {
                    *end = self.sent.after(lifetime);
                    self.overstayed = None;
                } else if end.reached(now) && self.overstayed.is_none() {
                    self.overstayed = Some(now.after(lifetime / 20));
                }
            }
            _ => {
                self.issued = Some((name, self.sent.after(lifetime)));
                self.overstayed = None;
            }
        }
    }

    /// Whatever the response, a token that was usable before is usable after, or a newer one is.
    fn without_losing_a_token(&mut self, report: impl FnOnce(&mut Cache)) {
        let before = self.cache.clone().acquire(self.now, Duration::ZERO);
        report(&mut self.cache);
        if let Acquire::Ready(_) = before {
            let after = self.cache.clone().acquire(self.now, Duration::ZERO);
            assert!(matches!(after, Acquire::Ready(_)), "{:?}: a usable token lost", self.trace);
        }
    }

    fn met(&mut self, answer: Acquire) {
        self.ticket = match answer {
            Acquire::Ready(token) => {
                self.must_be_usable(&token);
                None
            }
            Acquire::Wait(ticket) => Some(ticket),
            Acquire::Refused(_) => None,
        };
    }

    fn must_be_usable(&self, token: &AccessToken) {
        let (name, end) = self.issued.expect("a token that was issued");
        assert_eq!(token.expose_secret(), format!("token-{name}"), "{:?}", self.trace);
        let now = self.now.clamped(self.cache.now);
        assert!(!end.reached(now), "{:?}: an expired token handed out", self.trace);
    }

    fn check(&self) {
        if let Some(lease) = self.cache.clone().lease(self.now) {
            self.must_be_usable(&lease.token);
            let mut cache = self.cache.clone();
            cache.wanted = false;
            let Acquire::Ready(token) = cache.acquire(self.now, Duration::ZERO) else {
                panic!("{:?}: acquire disagrees with the lease", self.trace)
            };
            assert_eq!(token.generation(), lease.token.generation(), "{:?}", self.trace);
            assert!(
                cache.poll_action(self.now).is_none(),
                "{:?}: a lease starts nothing",
                self.trace
            );
        }
        for text in
            [format!("{:?}", self.cache), format!("{:?}", self.cache.clone().status(self.now))]
        {
            assert!(!text.contains(SECRET) && !text.contains("token-"), "{:?}: {text}", self.trace);
        }
        self.must_have_a_way_out();
    }

    /// With a server that is healthy from here on, a caller who keeps coming back is answered, and
    /// within the longest hold-off there is.
    fn must_have_a_way_out(&self) {
        let mut cache = self.cache.clone();
        let mut now = self.now;
        let mut flight = self.flight;
        for step in 0.. {
            assert!(step < 20, "{:?}: no way out", self.trace);
            if let Acquire::Ready(_) = cache.acquire(now, Duration::ZERO) {
                return;
            }
            if let Some(Action::Send(request)) = cache.poll_action(now) {
                flight = Some(request.flight());
            }
            if let Some(flight) = flight.take() {
                let body = token_body(1000 + step, LIFETIME);
                cache.handle_response(now, flight, &Response::new(200, [], body));
            } else if let Some(wakeup) = cache.next_wakeup() {
                let wait = wakeup.remaining(now);
                assert!(wait <= Duration::from_secs(3600), "{:?}: {wait:?}", self.trace);
                now = now.after(wait);
            }
        }
    }

    /// Everything that can still matter, relative to now.
    fn key(&self) -> String {
        let issued =
            self.issued.map(|(name, end)| (self.tokens - name.min(self.tokens), self.left(end)));
        let overstayed = self.overstayed.map(|until| self.left(until));
        let ticket = self.ticket.map(|ticket| self.cache.refusals > ticket.refusals);
        let sent = self.flight.map(|_| self.left(self.sent.after(Duration::from_secs(LIFETIME))));
        format!(
            "{} {:?} {:?} {issued:?} {overstayed:?} {ticket:?} {sent:?} {:?}",
            self.machine_key(),
            self.flight.is_some(),
            self.stale.is_some(),
            self.ledger.held
        )
    }

    fn machine_key(&self) -> String {
        let cache = &self.cache;
        let held = cache.held.as_ref().map(|held| held.key(|moment| self.left(moment)));
        let flight = cache.flight.as_ref().map(|flight| {
            let left = flight.deadline.saturating_sub(self.now.monotonic());
            (left, flight.encoding == BodyEncoding::Multipart, flight.superseded)
        });
        let hold_off = cache.hold_off.as_ref().map(|h| (self.left(h.until), h.failure.kind));
        let clamped = cache.now.wall().saturating_sub(self.now.wall());
        let name = self.issued.map(|(name, _)| format!("token-{name}"));
        let rejected = cache.rejected.as_ref().map(|rejected| {
            let comes_back = Some(rejected.held.token.expose_secret()) == name.as_deref();
            (comes_back, rejected.cooled_down, rejected.held.key(|moment| self.left(moment)))
        });
        let row = cache.streaks;
        format!(
            "{held:?} {flight:?} {hold_off:?} {:?} {:?} {} {rejected:?} {} {clamped:?} {} {} {}",
            cache.budget.key(self.now.monotonic()),
            cache.encoding.key(),
            cache.wanted,
            cache.replacing_rejected,
            row.passing.min(3),
            row.redirects.min(2),
            row.fresh_rejections.min(2),
        )
    }

    /// How long until a deadline, on each clock; what is over is over.
    fn left(&self, deadline: Moment) -> (Duration, Duration) {
        let now = self.now.clamped(self.cache.now);
        let monotonic = deadline.monotonic().saturating_sub(now.monotonic());
        (monotonic, deadline.wall().saturating_sub(now.wall()))
    }
}

/// A second bookkeeping of the request budget: what any window may hold at most, as permits.
#[derive(Clone, Debug)]
struct Ledger {
    held: Duration,
    most: Duration,
    interval: Duration,
    at: Duration,
    /// The token whose milestones are being counted, and which of them were.
    token: Option<(Generation, bool, bool)>,
}

impl Ledger {
    fn new(policy: &Policy, now: Moment) -> Self {
        let most = policy.interval * policy.burst.get();
        Self { held: most, most, interval: policy.interval, at: now.monotonic(), token: None }
    }

    fn grow(&mut self, to: Duration) {
        self.held = (self.held + to.saturating_sub(self.at)).min(self.most);
        self.at = self.at.max(to);
    }

    fn credit(&mut self, now: Moment) {
        self.grow(now.monotonic());
        self.held = (self.held + self.interval).min(self.most);
    }

    /// One permit when the token's renewal time comes, one when its end does.
    fn follow(&mut self, cache: &Cache, now: Moment) {
        let now = now.clamped(cache.now);
        let Some(held) = &cache.held else { return self.grow(now.monotonic()) };
        let generation = held.token.generation();
        let (_, renewed, ended) = self
            .token
            .filter(|(known, ..)| *known == generation)
            .unwrap_or((generation, false, false));
        let milestones = [(held.renew_at(), renewed), (held.unusable_at(), ended)];
        for (at, counted) in milestones {
            if at.reached(now) && !counted {
                self.credit(Moment::new(at.monotonic().min(now.monotonic()), now.wall()));
            }
        }
        let [renewed, ended] = milestones.map(|(at, counted)| counted || at.reached(now));
        self.token = Some((generation, renewed, ended));
        self.grow(now.monotonic());
    }

    fn draw(&mut self, trace: &[Input]) {
        let rest = self.held.checked_sub(self.interval);
        self.held = rest.unwrap_or_else(|| panic!("{trace:?}: over the request budget"));
    }
}

fn token_body(name: u64, lifetime: u64) -> Vec<u8> {
    format!(r#"{{"access_token":"token-{name}","token_type":"Bearer","expires_in":{lifetime}}}"#)
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
