//! Time as an argument.

use std::time::Duration;

/// A reading of two clocks at one instant: a monotonic one and the wall clock.
///
/// Core reads no clock. Its driver reads both and passes them in. `monotonic` counts from
/// any fixed origin of the caller's; `wall` counts from the Unix epoch.
///
/// Two clocks, because each fails in its own way: a suspended machine may stop the monotonic one,
/// and NTP or an administrator may step the wall clock. A deadline is over as soon as *either*
/// clock has reached it, so a token is never used past its expiry on any of the two.
///
/// ```
/// use jeel_auth_core::Moment;
/// use std::time::Duration;
///
/// let now = Moment::new(Duration::from_secs(10), Duration::from_secs(1_800_000_000));
/// let deadline = now.after(Duration::from_secs(60));
/// assert_eq!(deadline.remaining(now), Duration::from_secs(60));
///
/// // Eight hours of suspend: the monotonic clock stood still, the wall clock did not.
/// let woken = Moment::new(now.monotonic(), now.wall() + Duration::from_secs(8 * 3600));
/// assert!(deadline.reached(woken));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    monotonic: Duration,
    wall: Duration,
}

impl Moment {
    /// A moment from a monotonic reading (since any fixed origin) and a wall reading (since the
    /// Unix epoch).
    #[inline]
    pub const fn new(monotonic: Duration, wall: Duration) -> Self {
        Self { monotonic, wall }
    }

    /// The monotonic reading, since the caller's origin.
    pub const fn monotonic(self) -> Duration {
        self.monotonic
    }

    /// The wall reading, since the Unix epoch.
    pub const fn wall(self) -> Duration {
        self.wall
    }

    /// This moment `by` later on both clocks; saturates instead of overflowing.
    #[must_use]
    pub const fn after(self, by: Duration) -> Self {
        Self { monotonic: self.monotonic.saturating_add(by), wall: self.wall.saturating_add(by) }
    }

    /// This moment `by` earlier on both clocks; stops at their origins.
    #[must_use]
    pub const fn before(self, by: Duration) -> Self {
        Self { monotonic: self.monotonic.saturating_sub(by), wall: self.wall.saturating_sub(by) }
    }

    /// Whether either clock of `now` has reached this deadline.
    #[inline]
    pub fn reached(self, now: Self) -> bool {
        now.monotonic >= self.monotonic || now.wall >= self.wall
    }

    /// How long from `now` until the first of the two clocks reaches this deadline; zero when one
    /// already has.
    #[inline]
    pub fn remaining(self, now: Self) -> Duration {
        let monotonic = self.monotonic.saturating_sub(now.monotonic);
        monotonic.min(self.wall.saturating_sub(now.wall))
    }

    /// The deadline that is over as soon as this one or `other` is.
    #[must_use]
    pub fn earlier(self, other: Self) -> Self {
        Self { monotonic: self.monotonic.min(other.monotonic), wall: self.wall.min(other.wall) }
    }

    /// A deadline on the monotonic clock alone: what the wall clock does cannot end it.
    pub(crate) const fn on_monotonic(monotonic: Duration) -> Self {
        Self { monotonic, wall: Duration::MAX }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(monotonic: u64, wall: u64) -> Moment {
        Moment::new(Duration::from_secs(monotonic), Duration::from_secs(wall))
    }

    #[test]
    fn either_clock_ends_a_deadline() {
        let deadline = at(10, 100);
        assert!(!deadline.reached(at(9, 99)));
        assert!(deadline.reached(at(10, 0)));
        assert!(deadline.reached(at(0, 100)));
    }

    #[test]
    fn remaining_is_the_nearer_clock_and_never_negative() {
        assert_eq!(at(10, 100).remaining(at(4, 99)), Duration::from_secs(1));
        assert_eq!(at(10, 100).remaining(at(11, 0)), Duration::ZERO);
    }

    #[test]
    fn the_far_future_saturates() {
        let end = Moment::new(Duration::MAX, Duration::MAX);
        assert_eq!(end.after(Duration::MAX), end);
    }

    #[test]
    fn a_monotonic_deadline_ignores_the_wall() {
        let deadline = Moment::on_monotonic(Duration::from_secs(5));
        assert!(!deadline.reached(at(4, u64::MAX / 2)));
        assert!(deadline.reached(at(5, 0)));
    }
}
