//! Replaces `cached_read::clock`.

use crate::time;
use jeel_auth_core::Moment;
use std::time::Duration;

/// As rough as a clock with a tick of this length.
const SLACK: Duration = Duration::from_millis(10);

pub(crate) fn slack() -> Duration {
    SLACK
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock;

impl Clock {
    pub(crate) fn start() -> Self {
        Self
    }

    pub(crate) fn now(self) -> Moment {
        moment(time::now())
    }

    /// By the time of the last tick.
    pub(crate) fn is_before(self, deadline: &RoughDeadline) -> bool {
        let now = time::now();
        let since_tick = now.as_nanos() % SLACK.as_nanos();
        let tick = now.saturating_sub(Duration::from_nanos(u64::try_from(since_tick).unwrap_or(0)));
        !deadline.0.reached(moment(tick))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct RoughDeadline(Moment);

impl RoughDeadline {
    pub(crate) fn new(deadline: Moment) -> Self {
        Self(deadline.before(SLACK))
    }
}

/// Both clocks agree. Core's own tests cover clocks that do not.
fn moment(now: Duration) -> Moment {
    Moment::new(now, now)
}
