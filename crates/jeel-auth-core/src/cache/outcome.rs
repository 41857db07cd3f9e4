//! How a flight ends, and what follows from it.

use super::current_token::{CurrentToken, Reissue};
use super::encoding::Refusal;
use super::event::Event;
use super::hold_off::{self, HoldOff};
use super::{Cache, Flight, Rejected, State};
use crate::error::{Detail, Error, ErrorKind, Failure, ResponseFacts, TransportKind};
use crate::moment::Moment;
use crate::request::FlightId;
use crate::response::{self, Class, MalformedResponse, Redactor, Response};
use crate::secret_buffer::SecretBuffer;
use crate::token::{AccessToken, BearerValue, Generation};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// That no whole response came, and why.
///
/// ```
/// use jeel_auth_core::{SendFailure, TransportKind};
///
/// let failure = SendFailure::new(TransportKind::Connect, "connection refused");
/// assert_eq!(failure.kind(), TransportKind::Connect);
/// ```
#[derive(Clone)]
pub struct SendFailure {
    kind: TransportKind,
    /// Wiped, for a library may put what it was sent into its words.
    detail: SecretBuffer,
}

impl SendFailure {
    /// A failure of this kind, with the cause in words for people: of the text 200 printable ASCII
    /// characters are kept, and none if the client secret stands in it.
    pub fn new(kind: TransportKind, detail: impl fmt::Display) -> Self {
        let mut words = SecretBuffer::with_capacity(LONGEST_WORDS);
        // It stops where the room ends, which is far beyond what is kept.
        let _ = fmt::write(&mut words, format_args!("{detail}"));
        Self { kind, detail: words }
    }

    /// What kind of failure it is.
    pub const fn kind(&self) -> TransportKind {
        self.kind
    }

    #[cfg(test)]
    pub(super) fn words(&self) -> &str {
        self.detail.as_str()
    }
}

const LONGEST_WORDS: usize = 1024;

/// Only the kind: the words have not been searched for the secret yet.
impl fmt::Debug for SendFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendFailure").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Cache {
    /// The whole response to a flight. Its class decides what follows; a response to an unknown or ended
    /// flight is ignored.
    pub fn handle_response(&mut self, now: Moment, flight: FlightId, response: &Response) {
        // The flight is taken before its deadline is looked at: a response that came late still came.
        let now = self.follow(now);
        let Some(flight) = self.finish(flight) else { return };
        let (class, about) = response::classify(response, now, &self.policy);
        let at_hand = self.held.as_ref().map(|held| held.token.clone());
        let facts = || {
            let redactor = Redactor::new(&flight.credentials, at_hand.as_ref());
            about.facts(flight.encoding, &redactor)
        };
        match class {
            Class::Issued { bearer, lifetime } => {
                self.issued(&flight, now, bearer, lifetime, facts)
            }
            Class::Denied => self.denied(&flight, now, facts()),
            Class::Redirected => self.redirected(now, facts()),
            Class::RateLimited { after } => self.rate_limited(now, after, facts()),
            Class::Transient => self.passing(now, ErrorKind::Server, responded(facts())),
            Class::Malformed(why) => {
                self.passing(now, ErrorKind::Malformed(why), responded(facts()));
            }
        }
    }

    /// A flight brought no whole response. An unknown or ended flight is ignored.
    pub fn handle_send_failed(&mut self, now: Moment, flight: FlightId, failure: &SendFailure) {
        let now = self.follow(now);
        let Some(flight) = self.finish(flight) else { return };
        let redactor = Redactor::new(&flight.credentials, self.held.as_ref().map(|h| &h.token));
        let detail = redactor.keep_up_to(200, failure.detail.as_str()).unwrap_or_default();
        self.passing(now, ErrorKind::Transport(failure.kind), Detail::Transport(detail));
    }

    /// A flight past its deadline, whose carrier reported nothing: a thread or task that is gone.
    pub(super) fn give_up_flight(&mut self, now: Moment) {
        if self.flight.take().is_some() {
            let kind = ErrorKind::Transport(TransportKind::TimedOut);
            self.passing(now, kind, Detail::None);
        }
    }

    /// The API refused a fresh replacement, or the server handed back what the API had refused.
    pub(super) fn cool_down(&mut self, now: Moment, at_most: Duration) {
        self.streaks.fresh_rejections = self.streaks.fresh_rejections.saturating_add(1);
        let wait = hold_off::denied(&self.policy, self.streaks.fresh_rejections).min(at_most);
        self.fail(now, wait, Failure::new(ErrorKind::TokenRejected, Detail::None));
    }

    fn finish(&mut self, id: FlightId) -> Option<Flight> {
        self.flight.take_if(|flight| flight.id == id)
    }

    fn issued(
        &mut self,
        flight: &Flight,
        now: Moment,
        bearer: BearerValue,
        lifetime: Option<Duration>,
        facts: impl FnOnce() -> ResponseFacts,
    ) {
        self.encoding.on_token(flight.encoding);
        if let Some(held) = self.held.as_mut().filter(|held| held.token.is(&bearer)) {
            let generation = held.token.generation();
            if held.on_reissue(flight.sent, now) == Reissue::Kept {
                return self.reissued(generation);
            }
        } else if let Some(rejected) =
            self.rejected.take_if(|rejected| rejected.held.token.is(&bearer))
            && !self.came_back(rejected, (flight.sent, now), &bearer)
        {
            return;
        }
        let Some(lifetime) = lifetime else {
            let kind = ErrorKind::Malformed(MalformedResponse::Lifetime);
            return self.passing(now, kind, responded(facts()));
        };
        self.store(flight.sent, now, bearer, lifetime, facts);
    }

    /// The server handed out again what the API had refused: a cool-down, at most until the server
    /// drops it; and if it still does so after that, another chance, for the API may have been
    /// wrong. Says whether the token is to be taken for a new one.
    fn came_back(
        &mut self,
        rejected: Rejected,
        (sent, now): (Moment, Moment),
        bearer: &BearerValue,
    ) -> bool {
        let Rejected { mut held, cooled_down } = rejected;
        if held.on_reissue(sent, now) == Reissue::Renewed {
            return true;
        }
        if !cooled_down {
            self.cool_down(now, held.dropped_in(now));
            self.rejected = Some(Rejected { held, cooled_down: true });
            return false;
        }
        let generation = self.next_generation();
        let token = AccessToken::new(bearer.clone(), generation);
        self.held = Some(held.second_chance(token, now));
        self.replacing_rejected = false;
        self.reissued(generation);
        false
    }

    fn next_generation(&mut self) -> Generation {
        self.generation = Generation(self.generation.0.wrapping_add(1));
        self.generation
    }

    fn reissued(&mut self, generation: Generation) {
        self.counters.reissued += 1;
        self.settled();
        self.events.push(Event::Reissued { generation });
    }

    fn store(
        &mut self,
        sent: Moment,
        now: Moment,
        bearer: BearerValue,
        lifetime: Duration,
        facts: impl FnOnce() -> ResponseFacts,
    ) {
        let generation = self.next_generation();
        let token = AccessToken::new(bearer, generation);
        let (policy, rng) = (&self.policy, &mut self.rng);
        let held =
            CurrentToken::new(token, (sent, now), lifetime, self.replacing_rejected, policy, rng);
        if held.state(now) == State::Expired {
            return self.passing(now, ErrorKind::ExpiredOnArrival, responded(facts()));
        }
        self.replacing_rejected = false;
        self.counters.issued += 1;
        let renew_in = held.renew_at().remaining(now);
        self.events.push(Event::Issued { generation, lifetime, renew_in });
        self.held = Some(held);
        self.settled();
    }

    /// The server answered with a token: what went wrong before is over.
    fn settled(&mut self) {
        self.wanted = false;
        self.hold_off = None;
        self.last_failure = None;
        self.streaks.passing = 0;
        self.streaks.redirects = 0;
    }

    fn denied(&mut self, flight: &Flight, now: Moment, facts: ResponseFacts) {
        if flight.superseded {
            // The old credentials were denied, which says nothing about the new.
            self.wanted = true;
            return;
        }
        match self.encoding.on_refusal(facts.clone()) {
            Refusal::TryOther => {
                self.wanted = true;
                let detail = responded(facts.clone());
                self.last_failure = Some(Arc::new(Failure::new(ErrorKind::Denied, detail)));
                self.events.push(Event::TryingOtherEncoding { refused: facts });
            }
            Refusal::Denial { number, first } => {
                let detail = Detail::Response { last: facts, first };
                let wait = hold_off::denied(&self.policy, number);
                self.fail(now, wait, Failure::new(ErrorKind::Denied, detail));
            }
        }
    }

    fn redirected(&mut self, now: Moment, facts: ResponseFacts) {
        self.encoding.on_passing_failure();
        self.streaks.redirects = self.streaks.redirects.saturating_add(1);
        let wait = hold_off::denied(&self.policy, self.streaks.redirects);
        self.fail(now, wait, Failure::new(ErrorKind::Redirected, responded(facts)));
    }

    fn rate_limited(&mut self, now: Moment, after: Option<Duration>, facts: ResponseFacts) {
        let wait = hold_off::rate_limited(&self.policy, after, self.streaks.passing, &mut self.rng);
        self.streaks.passing = self.streaks.passing.saturating_add(1);
        self.fail(now, wait, Failure::new(ErrorKind::RateLimited, responded(facts)));
    }

    /// A failure that time may cure: back off.
    fn passing(&mut self, now: Moment, kind: ErrorKind, detail: Detail) {
        self.encoding.on_passing_failure();
        let wait = hold_off::backoff(&self.policy, self.streaks.passing, &mut self.rng);
        self.streaks.passing = self.streaks.passing.saturating_add(1);
        self.fail(now, wait, Failure::new(kind, detail));
    }

    /// Holds off, and answers those who wait if that takes longer than their patience.
    fn fail(&mut self, now: Moment, wait: Duration, failure: Failure) {
        let failure = Arc::new(failure);
        self.wanted = false;
        self.counters.failures += 1;
        // A cool-down is not shortened by what a flight that was under way comes to.
        let earlier = self.hold_off.take_if(|earlier| earlier.until.remaining(now) > wait);
        let hold_off = HoldOff { until: now.after(wait), failure: failure.clone() };
        self.hold_off = Some(earlier.unwrap_or(hold_off));
        if wait > self.policy.patience {
            self.refusals += 1;
            self.refusal = Some(failure.clone());
        }
        let usable = self.held.as_ref().is_some_and(|held| held.state(now) != State::Expired);
        let error = Error::new(failure.clone(), Some(wait));
        self.events.push(Event::Failed { error, token_usable: usable });
        self.last_failure = Some(failure);
    }
}

fn responded(last: ResponseFacts) -> Detail {
    Detail::Response { last, first: None }
}
