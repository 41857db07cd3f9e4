//! Callers come for a token, wait and leave.

use super::answer::{Acquire, Ticket};
use super::{Cache, State};
use crate::error::{Error, Failure, Retry};
use crate::moment::Moment;
use crate::token::AccessToken;
use std::sync::Arc;
use std::time::Duration;

impl Cache {
    /// A caller wants a token that is usable for at least `at_least`, which may be zero. Poll the
    /// action afterwards, for any answer.
    ///
    /// A caller who wants a longer life than the token has left causes an early renewal, paid from
    /// the budget. A duration that no token of this server can meet is
    /// [`ErrorKind::LifetimeTooShort`](crate::ErrorKind::LifetimeTooShort), after at most one request.
    pub fn acquire(&mut self, now: Moment, at_least: Duration) -> Acquire {
        let now = self.advance(now);
        let ticket = self.waiters.ticket(now, at_least, self.counters.issued);
        self.answer(now, ticket)
    }

    /// A waiting caller asks again: a flight has ended, or the wake-up has come. The outcome that
    /// answers one waiting caller answers all.
    pub fn resume(&mut self, now: Moment, ticket: Ticket) -> Acquire {
        let now = self.advance(now);
        if let Some(token) = self.ready(now, ticket.at_least) {
            return Acquire::Ready(token);
        }
        if let Some(failure) = self.waiters.refusal_of(ticket) {
            return Acquire::Refused(self.error(failure, Retry::after(self.retry_in(now))));
        }
        if !ticket.at_least.is_zero() && self.counters.issued > ticket.issued {
            return Acquire::Refused(self.too_short(Retry::Useless));
        }
        self.answer(now, ticket)
    }

    /// A waiting caller's own time ran out: the error to leave with. The flight goes on.
    pub fn give_up(&mut self, now: Moment, ticket: Ticket) -> Error {
        let now = self.advance(now);
        let waited = now.monotonic().saturating_sub(ticket.came);
        let failure = Failure::wait_timed_out(waited, self.failures.last.clone());
        self.error(Arc::new(failure), Retry::after(self.retry_in(now)))
    }

    fn answer(&mut self, now: Moment, ticket: Ticket) -> Acquire {
        if let Some(token) = self.ready(now, ticket.at_least) {
            return Acquire::Ready(token);
        }
        if let Some(current) = self.tokens.usable(now)
            && current.usable_on_receipt() < ticket.at_least
        {
            let over = current.unusable_at().remaining(now);
            return Acquire::Refused(self.too_short(Retry::after(Some(over))));
        }
        let Some(blocker) = self.blocker(now) else {
            self.waiters.request_wanted = true;
            return Acquire::Wait(ticket);
        };
        match self.refusal_by(blocker, now) {
            Some(error) => Acquire::Refused(error),
            None => Acquire::Wait(ticket),
        }
    }

    /// The token at hand if it will do. Notes that a request is wanted when a renewal is due.
    fn ready(&mut self, now: Moment, at_least: Duration) -> Option<AccessToken> {
        let current = self.tokens.current.as_ref()?;
        if current.state(now) == State::Expired {
            return None;
        }
        let (token, usable_for) = (current.token.clone(), current.unusable_at().remaining(now));
        if self.renewal_is_due(now) {
            self.waiters.request_wanted |= self.blocker(now).is_none();
        }
        (usable_for >= at_least).then_some(token)
    }
}
