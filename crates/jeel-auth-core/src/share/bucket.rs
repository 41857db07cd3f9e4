//! The request budget of a fleet.

use super::time::{StoreClock, Until};
use crate::moment::Moment;
use crate::policy::Policy;
use std::time::Duration;

/// The bucket of [`crate::Cache`]'s request budget, as it stands in a record.
///
/// It grows with the store's time and is drawn by the swap that takes the lease. In any window `W`
/// of store time a fleet sends at most `burst + W / interval + 2T` cleared requests, `T` being the
/// tokens whose renewal time or expiry fell in the window. A new record starts with a full bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// What it holds, in time: a permit is one `interval`.
    pub(crate) held: Duration,
    /// When growth was last added.
    pub(crate) at: Until,
    /// When the last token was received that may credit the bucket.
    pub(crate) counted: Option<Duration>,
}

impl Bucket {
    /// A full bucket: as much as a record can say. The burst of the member that draws from it bounds it.
    pub(crate) const FULL: Self = Self {
        held: Duration::from_nanos(u64::MAX),
        at: Until { there: Duration::ZERO, wall: Duration::ZERO },
        counted: None,
    };

    /// Adds the growth up to the present. A store whose clock stands still for longer than
    /// `allowance` fills the bucket: it must not starve a fleet.
    pub(crate) fn advance(
        &mut self,
        clock: &StoreClock,
        now: Moment,
        policy: &Policy,
        allowance: Duration,
    ) {
        self.grow(clock.there(now), policy);
        let most = policy.interval.saturating_mul(policy.burst.get());
        let stopped = self.at.wall.saturating_add(most).saturating_add(allowance) < now.wall();
        if stopped {
            self.held = most;
        }
        self.at.wall = now.wall();
    }

    /// Adds one permit, at its own time if growth has not passed it.
    pub(crate) fn credit(&mut self, there: Duration, policy: &Policy) {
        self.grow(there, policy);
        self.add(policy.interval, policy);
    }

    /// Takes one permit, if there is one.
    pub(crate) fn draw(&mut self, policy: &Policy) -> bool {
        let rest = self.held.checked_sub(policy.interval);
        self.held = rest.unwrap_or(self.held);
        rest.is_some()
    }

    /// How long until there is a permit.
    pub(crate) const fn wait(&self, policy: &Policy) -> Duration {
        policy.interval.saturating_sub(self.held)
    }

    fn grow(&mut self, there: Duration, policy: &Policy) {
        self.add(there.saturating_sub(self.at.there), policy);
        self.at.there = self.at.there.max(there);
    }

    fn add(&mut self, time: Duration, policy: &Policy) {
        let most = policy.interval.saturating_mul(policy.burst.get());
        self.held = self.held.saturating_add(time).min(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::StoreTime;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Both clocks agree, unless the store's stands still at `there`.
    fn reading(there: u64, local: u64) -> (StoreClock, Moment) {
        let now = Moment::new(s(local), s(local));
        (StoreClock::new(now, now, Some(StoreTime { epoch: 0, at: s(there) })), now)
    }

    fn advance(bucket: &mut Bucket, (clock, now): (StoreClock, Moment)) {
        bucket.advance(&clock, now, &Policy::default(), s(300));
    }

    #[test]
    fn a_new_bucket_gives_a_burst_and_then_one_per_interval() {
        let policy = Policy::default();
        let mut bucket = Bucket::FULL;
        advance(&mut bucket, reading(1000, 1000));
        assert!((0..5).all(|_| bucket.draw(&policy)));
        assert!(!bucket.draw(&policy));
        assert_eq!(bucket.wait(&policy), s(12));
        advance(&mut bucket, reading(1011, 1011));
        assert!(!bucket.draw(&policy));
        advance(&mut bucket, reading(1012, 1012));
        assert!(bucket.draw(&policy));
    }

    #[test]
    fn a_credit_gives_one_permit_and_never_more_than_the_burst() {
        let policy = Policy::default();
        let mut bucket = Bucket::FULL;
        bucket.credit(s(1000), &policy);
        assert!((0..5).all(|_| bucket.draw(&policy)) && !bucket.draw(&policy));
        bucket.credit(s(1000), &policy);
        assert!(bucket.draw(&policy) && !bucket.draw(&policy));
    }

    #[test]
    fn a_step_back_of_the_stores_clock_mints_nothing() {
        let policy = Policy::default();
        let mut bucket = Bucket::FULL;
        advance(&mut bucket, reading(1000, 1000));
        while bucket.draw(&policy) {}
        advance(&mut bucket, reading(500, 1001));
        advance(&mut bucket, reading(1000, 1002));
        assert_eq!(bucket.wait(&policy), s(12));
    }

    #[test]
    fn a_store_whose_clock_stands_still_starves_nobody_for_ever() {
        let policy = Policy::default();
        let mut bucket = Bucket::FULL;
        advance(&mut bucket, reading(1000, 1000));
        while bucket.draw(&policy) {}
        let mut later = bucket;
        advance(&mut later, reading(1000, 1360));
        assert!(!later.draw(&policy));
        advance(&mut bucket, reading(1000, 1361));
        assert!(bucket.draw(&policy));
    }

    #[test]
    fn an_interval_of_zero_switches_the_budget_off() {
        let policy = Policy { interval: Duration::ZERO, ..Policy::default() };
        let mut bucket = Bucket { held: Duration::ZERO, ..Bucket::FULL };
        assert!((0..100).all(|_| bucket.draw(&policy)));
    }
}
