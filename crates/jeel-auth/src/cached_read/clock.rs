//! The clocks. Nothing else in this crate reads one, except a caller's own deadline.

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

    /// Whether neither clock has reached the deadline, told cheaply: never later than
    /// [`now`](Self::now) would tell.
    #[inline]
    pub(crate) fn is_before(self, deadline: &RoughDeadline) -> bool {
        self.0.is_before(&deadline.0)
    }
}

/// A deadline for cheap clocks, which lag behind precise ones: sooner by as much, and in the
/// platform's own units, so that to compare costs no conversion.
#[derive(Clone, Debug)]
pub(crate) struct RoughDeadline(platform::Deadline);

impl RoughDeadline {
    pub(crate) fn new(deadline: Moment) -> Self {
        Self(platform::Deadline::new(deadline.before(slack())))
    }
}

/// The allowance for how far a cheap clock lags behind a precise one: three times its resolution, as
/// the system states it.
///
/// A coarse clock should be as old as the last timer tick. With a tick of 4 ms it was seen to lag by
/// 7.5 ms, on a machine whose host was busy.
pub(crate) fn slack() -> Duration {
    platform::resolution() * 3
}

#[cfg(all(target_os = "linux", target_has_atomic = "64"))]
mod platform {
    use super::{Duration, Moment};
    use rustix::time::{ClockId, Timespec, clock_getres, clock_gettime};
    use std::sync::atomic::{AtomicU64, Ordering};

    /// The coarser of the two coarse clocks.
    pub(super) fn resolution() -> Duration {
        let clocks = [ClockId::MonotonicCoarse, ClockId::RealtimeCoarse];
        clocks.map(|clock| since_origin(clock_getres(clock))).into_iter().max().unwrap_or_default()
    }

    #[derive(Clone, Copy, Debug)]
    pub(super) struct Clock;

    impl Clock {
        pub(super) fn start() -> Self {
            Self
        }

        pub(super) fn precise(self) -> Moment {
            let monotonic = clock_gettime(ClockId::Monotonic);
            let wall = clock_gettime(ClockId::Realtime);
            Moment::new(since_origin(monotonic), since_origin(wall))
        }

        /// The coarse clocks move together, at a tick or when the wall clock is set: what they said
        /// is good until the monotonic one has moved.
        #[inline]
        pub(super) fn is_before(self, deadline: &Deadline) -> bool {
            let monotonic = clock_gettime(ClockId::MonotonicCoarse);
            deadline.ahead_at.load(Ordering::Relaxed) == Tick::of(monotonic).0
                || deadline.is_ahead(monotonic)
        }
    }

    #[derive(Debug)]
    pub(super) struct Deadline {
        monotonic: Timespec,
        wall: Timespec,
        /// The last tick at which neither clock had reached it.
        ahead_at: AtomicU64,
    }

    impl Clone for Deadline {
        fn clone(&self) -> Self {
            let ahead_at = AtomicU64::new(self.ahead_at.load(Ordering::Relaxed));
            Self { ahead_at, ..*self }
        }
    }

    impl Deadline {
        pub(super) fn new(deadline: Moment) -> Self {
            Self {
                monotonic: timespec(deadline.monotonic()),
                wall: timespec(deadline.wall()),
                ahead_at: AtomicU64::new(Tick::NEVER.0),
            }
        }

        #[cold]
        #[inline(never)]
        fn is_ahead(&self, monotonic: Timespec) -> bool {
            let is_ahead =
                monotonic < self.monotonic && clock_gettime(ClockId::RealtimeCoarse) < self.wall;
            if is_ahead {
                self.ahead_at.store(Tick::of(monotonic).0, Ordering::Relaxed);
            }
            is_ahead
        }
    }

    /// A reading of the coarse monotonic clock, as one word.
    #[derive(Clone, Copy)]
    struct Tick(u64);

    impl Tick {
        /// No clock reads so: its nanoseconds would be more than a second.
        const NEVER: Self = Self(u64::MAX);

        #[inline]
        const fn of(time: Timespec) -> Self {
            Self(time.tv_sec.cast_unsigned() << 30 | time.tv_nsec.cast_unsigned())
        }
    }

    /// A wall clock before 1970 reads as 1970: the monotonic clock still bounds every token.
    fn since_origin(time: Timespec) -> Duration {
        match (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec)) {
            (Ok(seconds), Ok(nanos)) => Duration::new(seconds, nanos),
            _ => Duration::ZERO,
        }
    }

    /// A deadline that no clock can tell is never reached.
    fn timespec(since_origin: Duration) -> Timespec {
        Timespec {
            tv_sec: since_origin.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: since_origin.subsec_nanos().into(),
        }
    }
}

#[cfg(not(all(target_os = "linux", target_has_atomic = "64")))]
mod platform {
    use super::{Duration, Moment};
    use std::time::{Instant, SystemTime};

    pub(super) const fn resolution() -> Duration {
        Duration::ZERO
    }

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
        pub(super) fn is_before(self, deadline: &Deadline) -> bool {
            !deadline.0.reached(self.precise())
        }
    }

    #[derive(Clone, Debug)]
    pub(super) struct Deadline(Moment);

    impl Deadline {
        pub(super) fn new(deadline: Moment) -> Self {
            Self(deadline)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A deadline to come on both clocks, by which of them comes first.
    fn deadlines(now: Moment, soon: Duration) -> [Moment; 2] {
        let far = Duration::from_secs(3600);
        [
            Moment::new(now.monotonic() + soon, now.wall() + far),
            Moment::new(now.monotonic() + far, now.wall() + soon),
        ]
    }

    #[test]
    fn a_deadline_is_told_on_either_clock_and_never_late() {
        let clock = Clock::start();
        for _ in 0..10_000 {
            for deadline in deadlines(clock.now(), slack() + Duration::from_millis(2)) {
                let rough = RoughDeadline::new(deadline);
                let before = clock.now();
                let is_before = clock.is_before(&rough);
                assert!(!is_before || !deadline.reached(before), "told late");
            }
        }
    }

    #[test]
    fn a_deadline_further_off_than_the_slack_is_not_told_early() {
        let clock = Clock::start();
        for _ in 0..10_000 {
            for deadline in deadlines(clock.now(), 2 * slack() + Duration::from_millis(1)) {
                let is_before = clock.is_before(&RoughDeadline::new(deadline));
                // Unless this thread was kept from running meanwhile.
                let after = clock.now();
                assert!(is_before || deadline.before(slack()).reached(after), "told early");
            }
        }
    }

    /// What was found out at one tick must not be believed at the next.
    #[test]
    fn a_deadline_is_told_in_time_however_often_it_was_asked_about() {
        let clock = Clock::start();
        for clock_that_ends_it in 0..2 {
            let deadline = deadlines(clock.now(), Duration::from_millis(50))[clock_that_ends_it];
            let rough = RoughDeadline::new(deadline);
            let mut asked = clock.now();
            while clock.is_before(&rough) {
                assert!(!deadline.reached(asked), "told late");
                asked = clock.now();
            }
        }
    }

    /// A kernel ticks 100 to 1000 times a second.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_slack_is_three_ticks() {
        let slack = slack();
        assert!(
            (Duration::from_millis(3)..=Duration::from_millis(30)).contains(&slack),
            "{slack:?}"
        );
    }

    #[test]
    fn what_no_clock_can_tell_is_never_reached() {
        let never = Moment::new(Duration::MAX, Duration::MAX);
        assert!(Clock::start().is_before(&RoughDeadline::new(never)));
    }
}
