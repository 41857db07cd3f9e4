//! In place of the driver's `clock`.

use crate::time;
use jeel_auth_core::Moment;
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock;

impl Clock {
    /// As on the platform with the roughest clock.
    pub(crate) const SLACK: Duration = Duration::from_millis(10);

    pub(crate) fn start() -> Self {
        Self
    }

    pub(crate) fn now(self) -> Moment {
        moment(time::now())
    }

    /// The time at the last tick.
    pub(crate) fn roughly_now(self) -> Moment {
        let now = time::now();
        let since_tick = now.as_nanos() % Self::SLACK.as_nanos();
        moment(now.saturating_sub(Duration::from_nanos(u64::try_from(since_tick).unwrap_or(0))))
    }
}

/// Both clocks agree: what clocks do that do not is a matter of core's own tests.
fn moment(now: Duration) -> Moment {
    Moment::new(now, now)
}
