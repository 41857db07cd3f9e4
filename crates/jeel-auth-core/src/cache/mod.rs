//! The cache machine.

mod answer;
mod blocker;
mod budget;
mod current_token;
mod encoding;
mod event;
mod hold_off;
mod outcome;
mod status;

use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Failure};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::request::{Bounds, FlightId, TokenRequest};
use crate::rng::Rng;
use crate::token::{AccessToken, Generation};
use budget::Budget;
use current_token::CurrentToken;
use encoding::Encoding;
use event::Events;
use hold_off::HoldOff;
use std::sync::Arc;
use std::time::Duration;

pub use answer::{Acquire, Action, Lease, Ticket};
pub use encoding::EncodingChoice;
pub use event::Event;
pub use outcome::SendFailure;
pub use status::{Counters, State, Status};

/// The token cache of one client at one token endpoint.
///
/// A pure machine: inputs by `acquire` and `handle_*`, outputs by `poll_*`, and the time always
/// passed in. It does nothing by itself and waits for nothing; the [crate page](crate) shows the
/// loop that drives it. Misuse is harmless: an unknown or stale flight is ignored, a spurious poll
/// changes nothing.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub struct Cache {
    endpoint: Endpoint,
    credentials: Credentials,
    policy: Policy,
    rng: Rng,
    /// The latest reading of each clock: backward steps are clamped to it.
    now: Moment,
    held: Option<CurrentToken>,
    flight: Option<Flight>,
    hold_off: Option<HoldOff>,
    budget: Budget,
    encoding: Encoding,
    /// Somebody needs a request that nothing stands in the way of.
    wanted: bool,
    /// The token that was rejected last, to know it should the server hand it back.
    rejected: Option<Rejected>,
    /// Whether the next token replaces a rejected one.
    replacing_rejected: bool,
    /// Failures of each sort in a row; what ends the row is where they are reset.
    streaks: Streaks,
    last_failure: Option<Arc<Failure>>,
    /// The last failure that was the answer to those who waited, and how many there were.
    refusal: Option<Arc<Failure>>,
    refusals: u64,
    next_flight: u64,
    generation: Generation,
    counters: Counters,
    events: Events,
}

/// The token request under way.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
struct Flight {
    id: FlightId,
    sent: Moment,
    /// On the monotonic clock alone: a stepped wall clock must not cost a token that is on its way.
    deadline: Duration,
    encoding: crate::request::BodyEncoding,
    credentials: Credentials,
    /// Whether newer credentials were given since.
    superseded: bool,
}

#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
struct Rejected {
    held: CurrentToken,
    /// Whether the server handed it back, for which there was a cool-down.
    cooled_down: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Streaks {
    passing: u32,
    redirects: u32,
    fresh_rejections: u32,
}

impl Cache {
    /// An empty cache. The same seed and the same inputs give the same outputs, bit for bit; give
    /// each cache of a fleet its own.
    pub fn new(endpoint: Endpoint, credentials: Credentials, seed: u64) -> Self {
        let policy = Policy::default();
        let mut rng = Rng::new(seed);
        Self {
            endpoint,
            credentials,
            budget: Budget::new(&policy),
            policy,
            generation: Generation(rng.next_u64()),
            rng,
            now: Moment::new(Duration::ZERO, Duration::ZERO),
            held: None,
            flight: None,
            hold_off: None,
            encoding: Encoding::new(EncodingChoice::Auto),
            wanted: false,
            rejected: None,
            replacing_rejected: false,
            streaks: Streaks::default(),
            last_failure: None,
            refusal: None,
            refusals: 0,
            next_flight: 0,
            counters: Counters::default(),
            events: Events::none(),
        }
    }

    /// The same cache, still empty, with another policy.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.budget = Budget::new(&policy);
        self.policy = policy;
        self
    }

    /// The same cache, still empty, with another choice of body encoding.
    #[must_use]
    pub fn with_encoding(mut self, choice: EncodingChoice) -> Self {
        self.encoding = Encoding::new(choice);
        self
    }

    /// The policy it decides by.
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// A caller wants a token that is usable for at least `at_least`, which may be zero. Poll the
    /// action afterwards, whatever the answer.
    ///
    /// A caller who wants a longer life than the token has left causes an early renewal, paid from the
    /// budget. A duration that no token of this server can meet is
    /// [`ErrorKind::LifetimeTooShort`], after at most one request.
    pub fn acquire(&mut self, now: Moment, at_least: Duration) -> Acquire {
        let now = self.advance(now);
        let ticket = Ticket { at_least, refusals: self.refusals, issued: self.counters.issued };
        self.answer(ticket, now)
    }

    /// A waiting caller asks again: a flight has ended, or the wake-up has come. The outcome that
    /// answers one who waited answers all.
    pub fn resume(&mut self, now: Moment, ticket: Ticket) -> Acquire {
        let now = self.advance(now);
        if let Some(token) = self.ready(ticket.at_least, now) {
            return Acquire::Ready(token);
        }
        if self.refusals > ticket.refusals
            && let Some(failure) = self.refusal.clone()
        {
            return Acquire::Refused(Error::new(failure, self.retry_in(now)));
        }
        if !ticket.at_least.is_zero() && self.counters.issued > ticket.issued {
            return Acquire::Refused(self.too_short(self.retry_in(now)));
        }
        self.answer(ticket, now)
    }

    /// A waiting caller's own time ran out: the error to leave with. The flight goes on.
    pub fn give_up(&mut self, now: Moment) -> Error {
        let now = self.advance(now);
        let cause = self.last_failure.clone();
        let failure = Failure::because(ErrorKind::WaitTimedOut, cause);
        Error::new(Arc::new(failure), self.retry_in(now))
    }

    /// What there is to do now; poll until `None` after every input.
    pub fn poll_action(&mut self, now: Moment) -> Option<Action> {
        let now = self.advance(now);
        if !self.wanted || self.blocker(now).is_some() || !self.budget.draw() {
            return None;
        }
        self.wanted = false;
        Some(Action::Send(self.send(now)))
    }

    /// A resource server refused the token of this generation (RFC 6750 §3.1 `invalid_token`).
    ///
    /// Only the token at hand can be invalidated, only once, and only while it is handed out: that
    /// an expired one is refused says nothing new. A fresh replacement that is refused as well means
    /// that asking for another does not help: a cool-down, and a clear error.
    pub fn handle_rejected(&mut self, now: Moment, generation: Generation) {
        let now = self.advance(now);
        let rejected = |held: &mut CurrentToken| {
            held.token.generation() == generation && held.state(now) != State::Expired
        };
        let Some(held) = self.held.take_if(rejected) else { return };
        self.counters.rejections += 1;
        self.events.push(Event::Rejected { generation });
        self.replacing_rejected = true;
        let fresh = held.is_fresh_replacement(now, &self.policy);
        self.rejected = Some(Rejected { held, cooled_down: false });
        if fresh {
            self.cool_down(now, Duration::MAX);
        } else {
            self.streaks.fresh_rejections = 0;
        }
    }

    /// New credentials, for a secret that was rotated. They end a hold-off; the token at hand stays
    /// good, and so does a token that is on its way.
    pub fn set_credentials(&mut self, now: Moment, credentials: Credentials) {
        self.advance(now);
        self.credentials = credentials;
        self.hold_off = None;
        self.streaks = Streaks::default();
        self.encoding.on_new_credentials();
        self.budget.credit();
        if let Some(flight) = &mut self.flight {
            flight.superseded = true;
        }
        self.events.push(Event::CredentialsReplaced);
    }

    /// What may be handed out without asking, and how long; `None` when a call would start
    /// something or there is no usable token.
    pub fn lease(&mut self, now: Moment) -> Option<Lease> {
        let now = self.advance(now);
        let held = self.held.as_ref()?;
        let usable_until = held.unusable_at();
        let until = match (held.state(now), self.blocker(now)) {
            (State::Valid, _) => held.renew_at(),
            (State::NearExpiry, Some(blocker)) => self.blocker_end(&blocker),
            _ => return None,
        };
        let until = until.earlier(usable_until);
        let lease = Lease { token: held.token.clone(), until, usable_until };
        (!until.reached(now)).then_some(lease)
    }

    /// When waiting callers should resume although nothing was reported: the end of a hold-off, or
    /// the deadline of a flight. `None` when only an input changes anything.
    pub fn next_wakeup(&self) -> Option<Moment> {
        self.blocker(self.now).map(|blocker| self.blocker_end(&blocker))
    }

    /// The cache at a glance.
    pub fn status(&mut self, now: Moment) -> Status {
        let now = self.advance(now);
        let held = self.held.as_ref();
        let state = held.map_or(State::NoToken, |held| held.state(now));
        let usable = held.filter(|_| matches!(state, State::Valid | State::NearExpiry));
        Status {
            state,
            generation: held.map(|held| held.token.generation()),
            usable_for: usable.map(|held| held.unusable_at().remaining(now)),
            renew_in: usable.map(|held| held.renew_at().remaining(now)).filter(|d| !d.is_zero()),
            in_flight: self.flight.is_some(),
            retry_in: self.retry_in(now),
            last_error: self.last_failure.clone().map(|f| Error::new(f, self.retry_in(now))),
            proven_encoding: self.encoding.proven(),
            permits: self.budget.permits(),
            counters: self.counters,
        }
    }

    /// The oldest event not yet polled. At most 64 are kept.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop()
    }

    /// Brings the machine to `now`, and returns it clamped.
    fn advance(&mut self, now: Moment) -> Moment {
        let now = self.follow(now);
        if self.flight.as_ref().is_some_and(|flight| now.monotonic() >= flight.deadline) {
            self.give_up_flight(now);
        }
        self.hold_off.take_if(|hold_off| hold_off.until.reached(now));
        now
    }

    /// The clocks and the budget alone.
    fn follow(&mut self, now: Moment) -> Moment {
        self.now = now.clamped(self.now);
        if let Some(held) = &mut self.held {
            held.credit(&mut self.budget, self.now);
        }
        self.budget.advance(self.now.monotonic());
        self.now
    }

    fn answer(&mut self, ticket: Ticket, now: Moment) -> Acquire {
        if let Some(token) = self.ready(ticket.at_least, now) {
            return Acquire::Ready(token);
        }
        if let Some(held) = self.held.as_ref().filter(|held| held.state(now) != State::Expired)
            && held.usable_on_receipt() < ticket.at_least
        {
            let over = held.unusable_at().remaining(now);
            return Acquire::Refused(self.too_short(Some(over)));
        }
        match self.blocker(now) {
            None => {
                self.wanted = true;
                Acquire::Wait(ticket)
            }
            Some(blocker) => match self.refusal_by(blocker, now) {
                Some(error) => Acquire::Refused(error),
                None => Acquire::Wait(ticket),
            },
        }
    }

    /// The token at hand if it will do; notes that it should be renewed when that time has come.
    fn ready(&mut self, at_least: Duration, now: Moment) -> Option<AccessToken> {
        let held = self.held.as_ref()?;
        let (token, usable_for) = (held.token.clone(), held.unusable_at().remaining(now));
        match held.state(now) {
            State::Valid => {}
            State::NearExpiry => self.wanted |= self.blocker(now).is_none(),
            State::NoToken | State::Expired => return None,
        }
        (usable_for >= at_least).then_some(token)
    }

    fn send(&mut self, now: Moment) -> TokenRequest {
        let id = FlightId(self.next_flight);
        self.next_flight += 1;
        self.counters.requests += 1;
        let encoding = self.encoding.next();
        self.events.push(Event::Requested { flight: id, encoding });
        self.flight = Some(Flight {
            id,
            sent: now,
            deadline: now.monotonic().saturating_add(self.policy.request_timeout),
            encoding,
            credentials: self.credentials.clone(),
            superseded: false,
        });
        TokenRequest::new(
            id,
            self.endpoint.clone(),
            &self.credentials,
            encoding,
            Bounds {
                timeout: self.policy.request_timeout,
                connect_timeout: self.policy.connect_timeout,
                response: self.policy.limits,
            },
            &mut self.rng,
        )
    }
}

#[cfg(test)]
mod exploration;
#[cfg(test)]
mod tests;
