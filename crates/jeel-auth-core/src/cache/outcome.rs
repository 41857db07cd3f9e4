//! How a flight ends, and what follows from it.

use super::current_token::{CurrentToken, Reissue};
use super::encoding::Refusal;
use super::event::Event;
use super::flight::Flight;
use super::hold_off;
use super::rejection::CameBack;
use super::send_failure::SendFailure;
use super::{Cache, State};
use crate::error::{Detail, ErrorKind, Failure, ResponseFacts, Retry, TransportKind};
use crate::moment::Moment;
use crate::request::FlightId;
use crate::response::{self, Class, MalformedResponse, Redactor, Response, Verdict};
use crate::token::{AccessToken, BearerValue, Generation};
use std::sync::Arc;
use std::time::Duration;

impl Cache {
    /// The whole response to a flight. Its class decides what follows. A response to an unknown or
    /// ended flight is ignored.
    pub fn handle_response(&mut self, now: Moment, flight: FlightId, response: &Response) {
        let reading = now;
        // The flight is taken before its deadline is looked at: a response that came late still came.
        let now = self.follow(now);
        let Some(flight) = self.finish(flight) else { return };
        let trusts_date = self.tokens.trusts_date();
        let Verdict { class, after, about } =
            response::classify(response, reading, &self.policy, trusts_date);
        let at_hand = self.tokens.current.as_ref().map(|current| current.token.clone());
        let encoding = (flight.encoding, self.encoding.is_fixed());
        let facts = || about.facts(encoding, &Redactor::new(&flight.credentials, at_hand.as_ref()));
        match class {
            Class::Issued { bearer, lifetime, aged_by_date } => {
                self.tokens.note_age(&bearer, aged_by_date);
                self.issued(&flight, now, bearer, lifetime, facts);
            }
            Class::Denied => self.denied(&flight, now, after, facts()),
            Class::Blocked => self.blocked(now, after, facts()),
            Class::Redirected => self.redirected(now, after, facts()),
            Class::RateLimited => self.rate_limited(now, after, facts()),
            Class::Transient => self.transient(now, after, ErrorKind::Server, responded(facts())),
            Class::Malformed(why) => {
                self.transient(now, after, ErrorKind::Malformed(why), responded(facts()));
            }
        }
        // A token may arrive after its renewal time.
        self.credit(now);
    }

    /// A flight brought no whole response. An unknown or ended flight is ignored.
    pub fn handle_send_failed(&mut self, now: Moment, flight: FlightId, failure: &SendFailure) {
        let now = self.follow(now);
        let Some(flight) = self.finish(flight) else { return };
        if failure.is_nothing_sent() {
            self.budget.give_back();
        }
        let at_hand = self.tokens.current.as_ref().map(|current| &current.token);
        let redactor = Redactor::new(&flight.credentials, at_hand);
        let detail = redactor.keep_up_to(200, failure.words()).unwrap_or_default();
        let kind = ErrorKind::Transport(failure.kind());
        if kind.passes_soon() {
            self.transient(now, None, kind, Detail::Transport(detail));
        } else {
            self.encoding.on_failure(false, self.permits_are_scarce());
            let wait = self.failures.not_soon(&self.policy);
            self.fail(now, Failed::not_soon(Failure::new(kind, Detail::Transport(detail)), wait));
        }
        self.credit(now);
    }

    /// A flight is past its deadline, and its thread or task reported nothing.
    pub(super) fn give_up_flight(&mut self, now: Moment) {
        let kind = ErrorKind::Transport(TransportKind::TimedOut);
        self.transient(now, None, kind, Detail::None);
        self.credit(now);
    }

    /// The flight of this number, if it is the one under way and its outcome matters.
    fn finish(&mut self, id: FlightId) -> Option<Flight> {
        let flight = self.flight.take_if(|flight| flight.id == id)?;
        if flight.foreign {
            self.waiters.request_wanted = true;
            return None;
        }
        Some(flight)
    }

    // The server answers with a token.

    fn issued(
        &mut self,
        flight: &Flight,
        now: Moment,
        bearer: BearerValue,
        lifetime: Option<Duration>,
        facts: impl FnOnce() -> ResponseFacts,
    ) {
        self.encoding.on_token(flight.encoding);
        let times = (flight.sent, now);
        let same = self.tokens.current.as_mut().filter(|current| current.token.is(&bearer));
        let came_back = match same {
            Some(current) => {
                let reissue = current.on_reissue(flight.sent, now);
                let generation = current.token.generation();
                self.handed_out_again(now, generation, reissue)
            }
            None => self.came_back(times, &bearer),
        };
        if let CameBack::Settled = came_back {
            return;
        }
        match lifetime {
            Some(lifetime) => self.store(times, bearer, lifetime, facts),
            None => {
                let kind = ErrorKind::Malformed(MalformedResponse::Lifetime);
                self.transient(now, None, kind, responded(facts()));
            }
        }
    }

    /// The server handed out the token at hand again.
    fn handed_out_again(
        &mut self,
        now: Moment,
        generation: Generation,
        reissue: Reissue,
    ) -> CameBack {
        match reissue {
            Reissue::Renewed => return CameBack::AsNew,
            Reissue::TooEarly => self.ask_again(now),
            Reissue::Kept => {
                self.tokens.keep_rejected(now, &self.policy);
                self.reissued(generation);
            }
        }
        CameBack::Settled
    }

    pub(super) fn reissued(&mut self, generation: Generation) {
        self.counters.reissued += 1;
        self.settle();
        self.events.push(Event::Reissued { generation });
    }

    fn store(
        &mut self,
        (sent, now): (Moment, Moment),
        bearer: BearerValue,
        lifetime: Duration,
        facts: impl FnOnce() -> ResponseFacts,
    ) {
        let generation = self.tokens.next_generation();
        let token = AccessToken::new(bearer, generation);
        let token = CurrentToken::new(token, (sent, now), lifetime, &self.policy, &mut self.rng);
        if token.state(now) == State::Expired {
            return self.transient(now, None, ErrorKind::ExpiredOnArrival, responded(facts()));
        }
        let is_credited = self.budget.admits_token();
        let token = if is_credited { token } else { token.without_credit() };
        self.counters.issued += 1;
        let renew_in = token.due_at().remaining(now);
        self.events.push(Event::Issued { generation, lifetime, renew_in });
        self.tokens.replace(token);
        self.settle();
    }

    /// The server answered with a token: what went wrong before is over.
    fn settle(&mut self) {
        self.waiters.request_wanted = false;
        self.failures.settle();
    }

    // The server refuses.

    fn denied(
        &mut self,
        flight: &Flight,
        now: Moment,
        after: Option<Duration>,
        facts: ResponseFacts,
    ) {
        if flight.superseded {
            // The old credentials were denied, which says nothing about the new.
            self.waiters.request_wanted = true;
            return;
        }
        match self.encoding.on_refusal(facts.clone(), flight.uncounted) {
            Refusal::TryOther => self.try_other(now, after, ErrorKind::Denied, facts),
            Refusal::OffTurn => self.off_turn(now, facts),
            Refusal::Denial { number, first } => {
                let detail = Detail::Response { last: facts, first };
                let wait = hold_off::denied(&self.policy, number);
                self.fail(now, Failed { after, ..Failed::denied(detail, wait) });
            }
        }
    }

    fn blocked(&mut self, now: Moment, after: Option<Duration>, facts: ResponseFacts) {
        let first = match self.encoding.on_blocked(facts.clone(), self.permits_are_scarce()) {
            Refusal::TryOther => return self.try_other(now, after, ErrorKind::Blocked, facts),
            Refusal::Denial { first, .. } => first,
            Refusal::OffTurn => None,
        };
        let wait = self.failures.not_soon(&self.policy);
        let failure = Failure::new(ErrorKind::Blocked, Detail::Response { last: facts, first });
        self.fail(now, Failed { after, ..Failed::not_soon(failure, wait) });
    }

    /// The refusal may be the encoding's: the other one is tried at once, or when the server allows.
    fn try_other(
        &mut self,
        now: Moment,
        after: Option<Duration>,
        kind: ErrorKind,
        facts: ResponseFacts,
    ) {
        let failure = Failure::new(kind, responded(facts.clone()));
        self.events.push(Event::TryingOtherEncoding { refused: facts });
        if after.is_some_and(|after| !after.is_zero()) {
            return self.fail(now, Failed { after, ..Failed::new(failure, Duration::ZERO) });
        }
        self.waiters.request_wanted = true;
        self.failures.last = Some(Arc::new(failure));
    }

    /// The encoding that was tried on suspicion is refused: what was wrong before still is.
    fn off_turn(&mut self, now: Moment, facts: ResponseFacts) {
        let failure = self.failures.last.clone();
        let failure =
            failure.unwrap_or_else(|| Arc::new(Failure::new(ErrorKind::Denied, responded(facts))));
        let wait = self.backoff(now);
        self.fail(now, Failed { failure, ours: wait, after: None, answers_at_once: false });
    }

    fn redirected(&mut self, now: Moment, after: Option<Duration>, facts: ResponseFacts) {
        self.encoding.on_failure(true, self.permits_are_scarce());
        let wait = self.failures.not_soon(&self.policy);
        let failure = Failure::new(ErrorKind::Redirected, responded(facts));
        self.fail(now, Failed { after, ..Failed::not_soon(failure, wait) });
    }

    fn rate_limited(&mut self, now: Moment, after: Option<Duration>, facts: ResponseFacts) {
        let ours = match after {
            Some(after) if !after.is_zero() => Duration::ZERO,
            _ => self.failures.rate_limited(&self.policy, &mut self.rng),
        };
        let failure = Failure::new(ErrorKind::RateLimited, responded(facts));
        self.fail(now, Failed { after, ..Failed::new(failure, ours) });
    }

    /// A failure that time may cure: back off.
    fn transient(&mut self, now: Moment, after: Option<Duration>, kind: ErrorKind, detail: Detail) {
        let may_be_the_encoding = may_be_the_encoding(kind, &detail);
        self.encoding.on_failure(may_be_the_encoding, self.permits_are_scarce());
        let wait = self.backoff(now);
        self.fail(now, Failed { after, ..Failed::new(Failure::new(kind, detail), wait) });
    }

    fn backoff(&mut self, now: Moment) -> Duration {
        let usable = self.has_token_to_fall_back_on(now);
        self.failures.transient(&self.policy, usable, &mut self.rng)
    }

    /// Holds off, and answers the callers who wait if that takes longer than their patience.
    fn fail(&mut self, now: Moment, failed: Failed) {
        let Failed { failure, ours, after, answers_at_once } = failed;
        if failure.kind != ErrorKind::Denied {
            self.tokens.fall_back(now);
        }
        let usable = self.tokens.usable(now).is_some();
        let wait = self.failures.wait(ours, after, &self.policy, usable, &mut self.rng);
        let wait = if answers_at_once { wait.answering_at_once() } else { wait };
        let timeout = self.policy.transport.request_timeout;
        let current = self.tokens.current.as_mut();
        let wait = self.failures.hold(now, wait, &failure, current, timeout);
        self.waiters.request_wanted = false;
        self.counters.failures += 1;
        if answers_at_once || wait > self.policy.patience {
            self.waiters.refuse_all(Arc::clone(&failure));
        }
        let usable_for = self.tokens.usable(now).map(|token| token.unusable_at().remaining(now));
        let error = self.error(failure, Retry::after(Some(wait)));
        self.events.push(Event::Failed { error, usable_for });
    }

    fn has_token_to_fall_back_on(&self, now: Moment) -> bool {
        self.tokens.usable(now).is_some() || self.tokens.has_fallback(now)
    }

    fn permits_are_scarce(&self) -> bool {
        self.budget.permits() < 2
    }
}

/// A failed request: why, how long to hold off, and when callers are answered.
struct Failed {
    failure: Arc<Failure>,
    /// The hold-off on our own account.
    ours: Duration,
    /// What the server asked for.
    after: Option<Duration>,
    /// Whether callers are answered at once, however short the hold-off.
    answers_at_once: bool,
}

impl Failed {
    fn new(failure: Failure, ours: Duration) -> Self {
        Self { failure: Arc::new(failure), ours, after: None, answers_at_once: false }
    }

    fn denied(detail: Detail, ours: Duration) -> Self {
        Self::new(Failure::new(ErrorKind::Denied, detail), ours)
    }

    fn not_soon(failure: Failure, ours: Duration) -> Self {
        Self { answers_at_once: true, ..Self::new(failure, ours) }
    }
}

/// Some servers answer 500, or with a page, to an encoding that they do not read. Gateways and the
/// network say nothing about it.
fn may_be_the_encoding(kind: ErrorKind, detail: &Detail) -> bool {
    let status = match detail {
        Detail::Response { last, .. } => last.status,
        Detail::None | Detail::Transport(_) => return false,
    };
    match kind {
        ErrorKind::Malformed(_) => true,
        ErrorKind::Server => !matches!(status, 408 | 503 | 504),
        _ => false,
    }
}

fn responded(last: ResponseFacts) -> Detail {
    Detail::Response { last, first: None }
}
