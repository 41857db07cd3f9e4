//! The store's clock, and how its times become local ones.

use crate::moment::Moment;
use std::time::Duration;

/// A reading of a store's clock.
///
/// All members compare the times in a record on this one clock. Their own clocks may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "two readings, as `Moment` has two")]
pub struct StoreTime {
    /// Names the clock's origin. Readings of different epochs are not comparable. A wall clock has
    /// epoch 0; a clock that starts again at each boot has another epoch after each boot.
    pub epoch: u64,
    /// The time since that origin.
    pub at: Duration,
}

/// What one store call says about the store's clock: it read `now` somewhere between `asked` and
/// `received`.
///
/// No conversion is ever late. A local time is converted as if the store had read its clock just
/// before it answered, a store time as if it had read it when it was asked. A slow call makes tokens
/// and leases shorter, never longer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoreClock {
    asked: Moment,
    received: Moment,
    now: StoreTime,
}

impl StoreClock {
    /// A sample of the store's clock. Without a reading the member's wall clock stands in for it.
    pub(crate) fn new(asked: Moment, received: Moment, now: Option<StoreTime>) -> Self {
        let own = StoreTime { epoch: 0, at: asked.wall() };
        Self { asked, received, now: now.unwrap_or(own) }
    }

    pub(crate) const fn epoch(&self) -> u64 {
        self.now.epoch
    }

    /// The store's reading itself.
    pub(crate) const fn read(&self) -> Duration {
        self.now.at
    }

    /// A local time on the store's clock, never late. A deadline is over as soon as either local
    /// clock reaches it, so the nearer one counts.
    pub(crate) fn there(&self, local: Moment) -> Duration {
        let ahead = local.remaining(self.received);
        let behind = self.received.monotonic().saturating_sub(local.monotonic());
        self.now.at.saturating_add(ahead).saturating_sub(behind)
    }

    /// A store time on the local clocks, never late.
    pub(crate) const fn local(&self, there: Duration) -> Moment {
        self.asked.after(there.saturating_sub(self.now.at))
    }

    /// A store time on the local clocks, never early: for a time that must have passed, such as when
    /// the authorization server has dropped a token.
    pub(crate) const fn local_late(&self, there: Duration) -> Moment {
        self.received.after(there.saturating_sub(self.now.at))
    }

    /// A store time that may lie in the past, on the local clocks.
    pub(crate) const fn local_past(&self, there: Duration) -> Moment {
        self.local(there).before(self.now.at.saturating_sub(there))
    }
}

/// A time in a record that blocks something: on the store's clock, and on the wall clock of the
/// member that wrote it.
///
/// The second bounds what a store can do that lies about its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Until {
    pub(crate) there: Duration,
    pub(crate) wall: Duration,
}

impl Until {
    /// A local deadline, as it stands in a record.
    pub(crate) fn from_local(clock: &StoreClock, now: Moment, local: Moment) -> Self {
        let wall = now.wall().saturating_add(local.remaining(now));
        Self { there: clock.there(local), wall }
    }

    /// How long it lasts still; zero if it is over.
    pub(crate) fn remaining(
        self,
        clock: &StoreClock,
        now: Moment,
        allowance: Duration,
    ) -> Duration {
        let by_wall = self.wall.saturating_add(allowance).saturating_sub(now.wall());
        clock.local(self.there).remaining(now).min(by_wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    const fn at(seconds: u64) -> Moment {
        Moment::new(s(seconds), s(1_000_000 + seconds))
    }

    fn clock() -> StoreClock {
        StoreClock::new(at(100), at(104), Some(StoreTime { epoch: 0, at: s(5000) }))
    }

    #[test]
    fn no_conversion_is_late_for_any_moment_at_which_the_store_may_have_read_its_clock() {
        for read in 100..=104 {
            let truth = |local: u64| 5000 + local - read;
            for local in [90, 100, 104, 160] {
                assert!(clock().there(at(local)) <= s((5000 + local) - read), "{read} {local}");
            }
            for there in [5001, 5060] {
                let local = clock().local(s(there)).monotonic();
                assert!(local <= s(there - 5000 + read), "{read} {there}");
                assert!(clock().local_late(s(there)).monotonic() >= s(there - 5000 + read));
            }
            assert!(truth(104) >= 5000);
        }
    }

    #[test]
    fn there_and_back_a_deadline_is_never_longer() {
        for local in [105, 200, 4000] {
            let back = clock().local(clock().there(at(local)));
            assert!(back.monotonic() <= s(local) && back.wall() <= s(1_000_000 + local));
        }
    }

    #[test]
    fn the_nearer_of_the_two_local_clocks_counts() {
        let stepped = Moment::new(s(200), s(1_000_000 + 110));
        assert_eq!(clock().there(stepped), s(5006));
    }

    #[test]
    fn without_a_clock_the_wall_clock_stands_in() {
        let clock = StoreClock::new(at(100), at(104), None);
        assert_eq!((clock.epoch(), clock.read()), (0, s(1_000_100)));
    }

    #[test]
    fn a_store_that_stops_its_clock_blocks_no_longer_than_the_allowance() {
        let until = Until::from_local(&clock(), at(104), at(164));
        assert_eq!(until.remaining(&clock(), at(104), s(300)), s(56));
        let stopped =
            |now| StoreClock::new(at(now), at(now), Some(StoreTime { epoch: 0, at: s(5000) }));
        assert!(!until.remaining(&stopped(400), at(400), s(300)).is_zero());
        assert!(until.remaining(&stopped(464), at(464), s(300)).is_zero());
    }

    #[test]
    fn absurd_times_saturate() {
        let clock = StoreClock::new(at(1), at(2), Some(StoreTime { epoch: 0, at: Duration::MAX }));
        assert_eq!(clock.there(at(99)), Duration::MAX);
        assert_eq!(clock.local(Duration::MAX), at(1));
        let clock = StoreClock::new(at(1), at(2), Some(StoreTime { epoch: 0, at: s(0) }));
        assert_eq!(clock.there(at(0)), s(0));
        let _ = clock.local(Duration::MAX);
    }
}
