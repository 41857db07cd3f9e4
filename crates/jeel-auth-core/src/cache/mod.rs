//! The cache machine.
//!
//! The state is derived from the token at hand and the time; it is never stored. Every transition is
//! in this table. An input without a line changes nothing. "Asks" means that the next
//! [`Cache::poll_action`] sends a request, unless something blocks it.
//!
//! | state | input | then |
//! |---|---|---|
//! | `NoToken` | a caller | asks; the caller waits, or is refused by what blocks the request |
//! | `Valid` | a caller | the token |
//! | `Valid` | a caller who wants a longer life | asks; that caller waits |
//! | `Valid` | the renewal time | `NearExpiry` |
//! | `NearExpiry` | a caller | the token; asks |
//! | `Valid`, `NearExpiry` | the first rejection of a streak | `NoToken` |
//! | `Valid`, `NearExpiry` | a later one | the same token; `NearExpiry` after a minute, doubling |
//! | `Valid`, `NearExpiry` | the end of the token | `Expired` |
//! | `Expired` | a caller | asks; the caller waits, or is refused by what blocks the request |
//! | any | a new token | `Valid` |
//! | any | the token at hand again | the same, to its first expiry |
//! | any | a failure | the same; a hold-off. From `NoToken` back to the rejected token, if it is usable |
//! | any | other credentials of the client | the same; no hold-off |
//! | any | credentials of another client | `NoToken`; no hold-off |
//!
//! What blocks a request, in this order, is one enum (`Blocker`): a flight, a hold-off, a pause, a
//! token that would come back, the budget. Each ends by itself.

mod answer;
mod blocker;
mod budget;
mod callers;
mod clock;
mod current_token;
mod encoding;
mod event;
mod failures;
mod flight;
mod hold_off;
mod outcome;
mod rejection;
mod renewal;
mod rotation;
mod send_failure;
mod status;
mod tokens;
mod view;
mod waiters;

use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::request::{Bounds, FlightId, Scope, TokenRequest};
use crate::rng::Rng;
use crate::token::Generation;
use budget::Budget;
use clock::Clock;
use encoding::Encoding;
use event::Events;
use failures::Failures;
use flight::Flight;
use tokens::Tokens;
use waiters::Waiters;

pub use answer::{Acquire, Action, Lease, Ticket};
pub use encoding::EncodingChoice;
pub use event::Event;
pub use send_failure::SendFailure;
pub use status::{Counters, State, Status};

/// The token cache of one client at one token endpoint.
///
/// A pure machine: inputs by `acquire`, `resume`, `give_up`, `set_credentials` and `handle_*`,
/// outputs by `poll_*`, and the time always the first argument. It does nothing by itself and waits
/// for nothing; the [crate page](crate) shows the loop that drives it. Getters change nothing. Misuse
/// is harmless: an unknown or stale flight is ignored, a spurious poll changes nothing.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub struct Cache {
    endpoint: Endpoint,
    credentials: Credentials,
    scope: Option<Scope>,
    policy: Policy,
    rng: Rng,
    clock: Clock,
    tokens: Tokens,
    flight: Option<Flight>,
    next_flight: u64,
    failures: Failures,
    /// Until when nothing is sent although nothing failed.
    pause: Option<Moment>,
    waiters: Waiters,
    budget: Budget,
    encoding: Encoding,
    counters: Counters,
    events: Events,
}

impl Cache {
    /// An empty cache. The same seed and the same inputs give the same outputs, bit for bit; give
    /// each cache of a fleet another seed.
    pub fn new(endpoint: Endpoint, credentials: Credentials, seed: u64) -> Self {
        let policy = Policy::default();
        let mut rng = Rng::new(seed);
        Self {
            endpoint,
            credentials,
            scope: None,
            budget: Budget::new(&policy),
            policy,
            clock: Clock::new(),
            tokens: Tokens::none(Generation(rng.next_u64())),
            rng,
            flight: None,
            next_flight: 0,
            failures: Failures::default(),
            pause: None,
            waiters: Waiters::default(),
            encoding: Encoding::new(EncodingChoice::Auto),
            counters: Counters::default(),
            events: Events::none(),
        }
    }

    /// The same cache, still empty, with another policy. Durations beyond a year count as a year.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy.clamped();
        self.budget = Budget::new(&self.policy);
        self
    }

    /// The same cache, still empty, with another choice of body encoding.
    #[must_use]
    pub fn with_encoding(mut self, choice: EncodingChoice) -> Self {
        self.encoding = Encoding::new(choice);
        self
    }

    /// The same cache, still empty, whose requests ask for this scope (RFC 6749 §3.3). Without it
    /// no scope is sent, and the server chooses.
    #[must_use]
    pub fn with_scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// The policy it decides by.
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The time that [`next_wakeup`](Self::next_wakeup) named has come. Every other input does the
    /// same first; too early or too often does no harm.
    pub fn handle_timeout(&mut self, now: Moment) {
        let _ = self.advance(now);
    }

    /// What there is to do now; poll until `None` after every input, at the same time.
    pub fn poll_action(&mut self, now: Moment) -> Option<Action> {
        let now = self.advance(now);
        let is_sent =
            self.waiters.request_wanted && self.blocker(now).is_none() && self.budget.draw();
        is_sent.then(|| Action::Send(self.send(now)))
    }

    /// The oldest event not yet polled. At most 64 are kept.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop()
    }

    /// Brings the machine to `now`, and returns its own time.
    fn advance(&mut self, now: Moment) -> Moment {
        let now = self.follow(now);
        if self.flight.take_if(|flight| flight.is_over(now)).is_some() {
            self.give_up_flight(now);
        }
        self.failures.handle_timeout(now);
        self.pause.take_if(|until| until.reached(now));
        now
    }

    /// The clocks and the budget alone.
    fn follow(&mut self, now: Moment) -> Moment {
        let now = self.clock.read(now);
        self.credit(now);
        now
    }

    /// Credits the budget with what the token at hand has reached, and with the time that passed.
    fn credit(&mut self, now: Moment) {
        if let Some(current) = &mut self.tokens.current {
            current.credit(&mut self.budget, now);
        }
        self.budget.advance(now.monotonic());
    }

    fn send(&mut self, now: Moment) -> TokenRequest {
        self.waiters.request_wanted = false;
        let id = FlightId(self.next_flight);
        self.next_flight += 1;
        self.counters.requests += 1;
        let encoding = self.encoding.next();
        self.events.push(Event::Requested { flight: id, encoding });
        let transport = &self.policy.transport;
        let transport_deadline = now.monotonic().saturating_add(transport.request_timeout);
        self.flight = Some(Flight {
            id,
            sent: now,
            deadline: transport_deadline.saturating_add(flight::grace(transport.request_timeout)),
            transport_deadline,
            encoding,
            credentials: self.credentials.clone(),
            superseded: false,
            foreign: false,
            uncounted: self.failures.take_uncounted(),
        });
        let bounds = Bounds {
            timeout: transport.request_timeout,
            connect_timeout: transport.connect_timeout,
            response: transport.limits,
        };
        let endpoint = self.endpoint.clone();
        let form = (&self.credentials, self.scope.as_ref());
        TokenRequest::new(id, endpoint, form, encoding, bounds, &mut self.rng)
    }

    /// A copy to look into the future with. Not `Clone`: two caches would have two budgets.
    fn snapshot(&self) -> Self {
        Self {
            endpoint: self.endpoint.clone(),
            credentials: self.credentials.clone(),
            scope: self.scope.clone(),
            policy: self.policy.clone(),
            rng: self.rng.clone(),
            clock: self.clock,
            tokens: self.tokens.clone(),
            flight: self.flight.clone(),
            next_flight: self.next_flight,
            failures: self.failures.clone(),
            pause: self.pause,
            waiters: self.waiters.clone(),
            budget: self.budget.clone(),
            encoding: self.encoding.clone(),
            counters: self.counters,
            events: Events::none(),
        }
    }
}

#[cfg(test)]
mod exploration;
#[cfg(test)]
mod tests;
