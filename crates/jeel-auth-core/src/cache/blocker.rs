//! What blocks a token request and until when, and which callers wait for that.

use super::failures::HoldOff;
use super::{Cache, State};
use crate::error::{Error, ErrorKind, Failure, Retry};
use crate::moment::Moment;
use std::sync::Arc;
use std::time::Duration;

/// What blocks a token request.
#[derive(Debug)]
pub(super) enum Blocker {
    /// A request is under way.
    Flight { until: Moment },
    /// The server is left alone after a failure.
    HoldOff(HoldOff),
    /// The server is asked once more a second after it handed out a young token again.
    Pause { until: Moment },
    /// The server would hand out the token at hand again.
    Reissue { until: Moment },
    /// The request budget is used up.
    Budget { until: Moment },
}

impl Blocker {
    pub(super) const fn until(&self) -> Moment {
        match self {
            Self::Flight { until }
            | Self::Pause { until }
            | Self::Reissue { until }
            | Self::Budget { until } => *until,
            Self::HoldOff(hold_off) => hold_off.until,
        }
    }
}

impl Cache {
    pub(super) fn blocker(&self, now: Moment) -> Option<Blocker> {
        if let Some(flight) = &self.flight {
            return Some(Blocker::Flight { until: Moment::on_monotonic(flight.deadline) });
        }
        if let Some(hold_off) = &self.failures.hold_off {
            return Some(Blocker::HoldOff(hold_off.clone()));
        }
        if let Some(until) = self.pause {
            return Some(Blocker::Pause { until });
        }
        let current = self.tokens.current.as_ref();
        if let Some(until) = current.and_then(|current| current.comes_back_until(now)) {
            return Some(Blocker::Reissue { until });
        }
        let until = self.budget.next_permit().map(Moment::on_monotonic)?;
        Some(Blocker::Budget { until })
    }

    /// The error to answer a caller with at once; `None` if the caller waits for the blocker's end.
    pub(super) fn refusal_by(&self, blocker: Blocker, now: Moment) -> Option<Error> {
        let wait = blocker.until().remaining(now);
        let patient = wait <= self.policy.patience;
        match blocker {
            Blocker::Flight { .. } | Blocker::Pause { .. } => None,
            // Between our expiry and the server's lies one round trip; nobody gets an error for it.
            Blocker::Reissue { .. } if self.tokens.state(now) == State::Expired => None,
            Blocker::HoldOff(hold_off) if hold_off.answers_at_once => {
                Some(self.error(hold_off.failure, Retry::after(Some(wait))))
            }
            _ if patient => None,
            Blocker::Reissue { .. } => Some(self.too_short(Retry::after(Some(wait)))),
            Blocker::HoldOff(hold_off) => {
                Some(self.error(hold_off.failure, Retry::after(Some(wait))))
            }
            Blocker::Budget { .. } => {
                let failure =
                    Failure::because(ErrorKind::BudgetExhausted, self.failures.last.clone());
                Some(self.error(Arc::new(failure), Retry::after(Some(wait))))
            }
        }
    }

    /// How long until a request may be made; `None` if it may be made now or is under way.
    pub(super) fn retry_in(&self, now: Moment) -> Option<Duration> {
        match self.blocker(now)? {
            Blocker::Flight { .. } => None,
            blocker => Some(blocker.until().remaining(now)),
        }
    }

    pub(super) fn too_short(&self, retry: Retry) -> Error {
        self.error(Arc::new(Failure::because(ErrorKind::LifetimeTooShort, None)), retry)
    }

    pub(super) fn error(&self, failure: Arc<Failure>, retry: Retry) -> Error {
        Error::new(&self.endpoint, failure, retry)
    }
}
