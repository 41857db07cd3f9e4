//! The callers who wait for a token.

use super::answer::Ticket;
use crate::error::Failure;
use crate::moment::Moment;
use std::sync::Arc;
use std::time::Duration;

/// What the waiting callers want, and what answers them.
///
/// Callers are not listed: each holds a [`Ticket`], which says what had happened when it came.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiters {
    /// Whether a caller wants a request that nothing blocks.
    pub(super) request_wanted: bool,
    /// The last failure that answered the callers who waited, and how many such failures there were.
    refusal: Option<Arc<Failure>>,
    refusals: u64,
}

impl Waiters {
    pub(super) fn ticket(&self, now: Moment, at_least: Duration, issued: u64) -> Ticket {
        Ticket { at_least, came: now.monotonic(), refusals: self.refusals, issued }
    }

    /// A failure answers all callers who wait now.
    pub(super) fn refuse_all(&mut self, failure: Arc<Failure>) {
        self.refusals += 1;
        self.refusal = Some(failure);
    }

    /// The failure that answers the holder of this ticket.
    pub(super) fn refusal_of(&self, ticket: Ticket) -> Option<Arc<Failure>> {
        self.refusal.clone().filter(|_| self.refusals > ticket.refusals)
    }
}
