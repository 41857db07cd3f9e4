//! The only place that reads a clock.

use jeel_auth_core::Moment;
use std::time::Duration;

/// The monotonic and the wall clock, read together: precisely behind the lock, and as cheaply as the
/// platform allows in the cached read, which happens for every API call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(platform::Clock);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(platform::Clock::start())
    }

    /// Both clocks, precisely.
    pub(crate) fn now(self) -> Moment {
        self.0.precise()
    }

    /// Both clocks, cheaply: never ahead of [`now`](Self::now), and behind by less than
    /// [`SLACK`](Self::SLACK).
    #[inline]
    pub(crate) fn roughly_now(self) -> Moment {
        self.0.rough()
    }

    /// How much sooner a deadline must be for a rough clock than for a precise one.
    pub(crate) const SLACK: Duration = platform::SLACK;
}

#[cfg(target_os = "linux")]
mod platform {
    use super::{Duration, Moment};
    use rustix::time::{ClockId, Timespec, clock_gettime};

    /// A coarse clock is as old as the last timer tick, and no kernel ticks less than 100 times a
    /// second.
    pub(super) const SLACK: Duration = Duration::from_millis(10);

    #[derive(Clone, Copy, Debug)]
    pub(super) struct Clock;

    impl Clock {
        pub(super) fn start() -> Self {
            Self
        }

        pub(super) fn precise(self) -> Moment {
            read(ClockId::Monotonic, ClockId::Realtime)
        }

        #[inline]
        pub(super) fn rough(self) -> Moment {
            read(ClockId::MonotonicCoarse, ClockId::RealtimeCoarse)
        }
    }

    #[inline]
    fn read(monotonic: ClockId, wall: ClockId) -> Moment {
        Moment::new(since_origin(clock_gettime(monotonic)), since_origin(clock_gettime(wall)))
    }

    /// A wall clock before 1970 reads as 1970: the monotonic clock still bounds every token.
    #[inline]
    fn since_origin(time: Timespec) -> Duration {
        match (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec)) {
            (Ok(seconds), Ok(nanos)) => Duration::new(seconds, nanos),
            _ => Duration::ZERO,
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use super::{Duration, Moment};
    use std::time::{Instant, SystemTime};

    pub(super) const SLACK: Duration = Duration::ZERO;

    #[derive(Clone, Copy, Debug)]
    pub(super) struct Clock {
        origin: Instant,
    }

    impl Clock {
        pub(super) fn start() -> Self {
            Self { origin: Instant::now() }
        }

        /// A wall clock before 1970 reads as 1970: the monotonic clock still bounds every token.
        pub(super) fn precise(self) -> Moment {
            let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            Moment::new(self.origin.elapsed(), wall)
        }

        #[inline]
        pub(super) fn rough(self) -> Moment {
            self.precise()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rough_clock_is_never_ahead_and_within_its_slack_behind() {
        let clock = Clock::start();
        for _ in 0..10_000 {
            let before = clock.now();
            let rough = clock.roughly_now();
            let after = clock.now();
            for (before, rough, after) in [
                (before.monotonic(), rough.monotonic(), after.monotonic()),
                (before.wall(), rough.wall(), after.wall()),
            ] {
                assert!(rough <= after);
                assert!(rough + Clock::SLACK >= before);
            }
        }
    }
}
