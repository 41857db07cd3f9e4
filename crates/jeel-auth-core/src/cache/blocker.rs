//! What stands in the way of a token request, and who waits for it to go away.

use super::hold_off::HoldOff;
use super::{Cache, State};
use crate::error::{Error, ErrorKind, Failure};
use crate::moment::Moment;
use std::sync::Arc;
use std::time::Duration;

/// What stands in the way of a token request.
pub(super) enum Blocker {
    Flight,
    HoldOff {
        until: Moment,
        failure: Arc<Failure>,
    },
    /// The server would hand back the token at hand.
    ComesBack {
        until: Moment,
    },
    Budget {
        until: Moment,
    },
}

impl Cache {
    pub(super) fn blocker(&self, now: Moment) -> Option<Blocker> {
        if self.flight.is_some() {
            return Some(Blocker::Flight);
        }
        if let Some(HoldOff { until, failure }) = self.hold_off.clone() {
            return Some(Blocker::HoldOff { until, failure });
        }
        if let Some(until) = self.held.as_ref().and_then(|held| held.comes_back_until(now)) {
            return Some(Blocker::ComesBack { until });
        }
        self.budget.next_permit().map(|at| Blocker::Budget { until: Moment::on_monotonic(at) })
    }

    pub(super) fn blocker_end(&self, blocker: &Blocker) -> Moment {
        match blocker {
            Blocker::Flight => Moment::on_monotonic(
                self.flight.as_ref().map_or(Duration::ZERO, |flight| flight.deadline),
            ),
            Blocker::HoldOff { until, .. }
            | Blocker::ComesBack { until }
            | Blocker::Budget { until } => *until,
        }
    }

    /// The error to answer at once, unless the blocker is to be waited out.
    pub(super) fn refusal_by(&self, blocker: Blocker, now: Moment) -> Option<Error> {
        let wait = self.blocker_end(&blocker).remaining(now);
        let expired = self.held.as_ref().is_some_and(|held| held.state(now) == State::Expired);
        let patient = wait <= self.policy.patience;
        match blocker {
            Blocker::Flight => None,
            // Between our expiry and the server's lies one round trip; nobody gets an error for it.
            Blocker::ComesBack { .. } if expired => None,
            _ if patient => None,
            Blocker::ComesBack { .. } => Some(self.too_short(Some(wait))),
            Blocker::HoldOff { failure, .. } => Some(Error::new(failure, Some(wait))),
            Blocker::Budget { .. } => {
                let cause = self.last_failure.clone();
                let failure = Failure::because(ErrorKind::BudgetExhausted, cause);
                Some(Error::new(Arc::new(failure), Some(wait)))
            }
        }
    }

    pub(super) fn too_short(&self, retry_in: Option<Duration>) -> Error {
        Error::new(Arc::new(Failure::because(ErrorKind::LifetimeTooShort, None)), retry_in)
    }

    /// How long until a request may be made; `None` if it may be made now or is under way.
    pub(super) fn retry_in(&self, now: Moment) -> Option<Duration> {
        match self.blocker(now)? {
            Blocker::Flight => None,
            blocker => Some(self.blocker_end(&blocker).remaining(now)),
        }
    }
}
