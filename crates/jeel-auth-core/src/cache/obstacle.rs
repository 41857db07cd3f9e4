//! What stands in the way of a token request, and who waits for it to go away.

use super::hold_off::HoldOff;
use super::{Cache, State};
use crate::error::{Error, ErrorKind, Failure};
use crate::moment::Moment;
use std::sync::Arc;
use std::time::Duration;

/// What stands in the way of a token request.
pub(super) enum Obstacle {
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
    pub(super) fn obstacle(&self, now: Moment) -> Option<Obstacle> {
        if self.flight.is_some() {
            return Some(Obstacle::Flight);
        }
        if let Some(HoldOff { until, failure }) = self.hold_off.clone() {
            return Some(Obstacle::HoldOff { until, failure });
        }
        if let Some(until) = self.held.as_ref().and_then(|held| held.comes_back_until(now)) {
            return Some(Obstacle::ComesBack { until });
        }
        self.budget.next_permit().map(|at| Obstacle::Budget { until: Moment::on_monotonic(at) })
    }

    pub(super) fn obstacle_end(&self, obstacle: &Obstacle) -> Moment {
        match obstacle {
            Obstacle::Flight => Moment::on_monotonic(
                self.flight.as_ref().map_or(Duration::ZERO, |flight| flight.deadline),
            ),
            Obstacle::HoldOff { until, .. }
            | Obstacle::ComesBack { until }
            | Obstacle::Budget { until } => *until,
        }
    }

    /// The error to answer at once, unless the obstacle is to be waited out.
    pub(super) fn refusal_by(&self, obstacle: Obstacle, now: Moment) -> Option<Error> {
        let wait = self.obstacle_end(&obstacle).remaining(now);
        let expired = self.held.as_ref().is_some_and(|held| held.state(now) == State::Expired);
        let patient = wait <= self.policy.patience;
        match obstacle {
            Obstacle::Flight => None,
            // Between our expiry and the server's lies one round trip; nobody gets an error for it.
            Obstacle::ComesBack { .. } if expired => None,
            _ if patient => None,
            Obstacle::ComesBack { .. } => Some(self.too_short(Some(wait))),
            Obstacle::HoldOff { failure, .. } => Some(Error::new(failure, Some(wait))),
            Obstacle::Budget { .. } => {
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
        match self.obstacle(now)? {
            Obstacle::Flight => None,
            obstacle => Some(self.obstacle_end(&obstacle).remaining(now)),
        }
    }
}
