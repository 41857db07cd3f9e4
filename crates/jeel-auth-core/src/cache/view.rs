//! What is seen of the cache from outside. Nothing here changes it.

use super::answer::Lease;
use super::{Cache, Status};
use crate::error::Retry;
use crate::moment::Moment;
use crate::request::FlightId;
use std::ops::Deref;
use std::time::Duration;

impl Cache {
    /// The token that may be handed out without asking, and until when; `None` when a call would
    /// start something or there is no usable token.
    ///
    /// Answers as if [`handle_timeout`](Self::handle_timeout) had just run.
    pub fn lease(&self, now: Moment) -> Option<Lease> {
        let view = self.at(now);
        let now = view.clock.now();
        let current = view.tokens.usable(now)?;
        let usable_until = current.unusable_at();
        let until = match (view.renewal_is_due(now), view.blocker(now)) {
            (false, _) => current.due_at(),
            (true, Some(blocker)) => blocker.until(),
            (true, None) => return None,
        };
        let until = until.earlier(usable_until);
        let lease = Lease {
            token: current.token.clone(),
            until: view.clock.outward(until),
            usable_until: view.clock.outward(usable_until),
            leeway: current.leeway(),
        };
        (!until.reached(now)).then_some(lease)
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called and waiting callers should
    /// resume although nothing was reported: the end of a hold-off, or the deadline of a flight.
    /// `None` when only an input changes anything.
    pub fn next_wakeup(&self) -> Option<Moment> {
        let blocker = self.blocker(self.clock.now())?;
        Some(self.clock.outward(blocker.until()))
    }

    /// How long the transport may still take for this flight. `None` if it is not under way (any
    /// more): it must not be sent then, and what was sent of it must be dropped.
    pub fn time_left(&self, now: Moment, flight: FlightId) -> Option<Duration> {
        let view = self.at(now);
        let under_way = view.flight.as_ref().filter(|under_way| under_way.id == flight)?;
        let left = under_way.transport_deadline.saturating_sub(view.clock.now().monotonic());
        (!left.is_zero()).then_some(left)
    }

    /// The cache at a glance. Answers as if [`handle_timeout`](Self::handle_timeout) had just run.
    pub fn status(&self, now: Moment) -> Status {
        let view = self.at(now);
        let now = view.clock.now();
        let usable = view.tokens.usable(now);
        let retry_in = view.retry_in(now);
        let last = view.failures.last.clone();
        Status {
            state: view.tokens.state(now),
            generation: view.tokens.current.as_ref().map(|current| current.token.generation()),
            usable_for: usable.map(|current| current.unusable_at().remaining(now)),
            renew_in: usable.map(|c| c.due_at().remaining(now)).filter(|left| !left.is_zero()),
            in_flight: view.flight.is_some(),
            retry_in,
            last_error: last.map(|failure| view.error(failure, Retry::after(retry_in))),
            rejections_in_a_row: view.tokens.rejections(),
            proven_encoding: view.encoding.proven(),
            permits: view.budget.permits(),
            counters: view.counters,
        }
    }

    /// The cache as it is after [`handle_timeout`](Self::handle_timeout) at `now`. A driver that has
    /// just given an input at the same time pays nothing for it.
    fn at(&self, now: Moment) -> View<'_> {
        if self.clock.has_read(now) {
            return View::Now(self);
        }
        let mut later = Box::new(self.snapshot());
        later.handle_timeout(now);
        View::Later(later)
    }
}

/// The cache at the time of a look.
enum View<'a> {
    Now(&'a Cache),
    Later(Box<Cache>),
}

impl Deref for View<'_> {
    type Target = Cache;

    fn deref(&self) -> &Cache {
        match self {
            Self::Now(cache) => cache,
            Self::Later(cache) => cache,
        }
    }
}
