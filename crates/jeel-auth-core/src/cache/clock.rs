//! The cache's own time.

use crate::moment::Moment;
use std::time::Duration;

/// Time as the machine counts it, from readings that may step, stop or lie.
///
/// Each clock advances by the difference from its previous reading. A step back adds nothing, and
/// one reading adds a year at most, so no absurd reading is remembered for ever. Every deadline
/// inside the machine is in this time; [`outward`](Self::outward) translates one for the driver.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    reading: Option<Moment>,
    now: Moment,
}

/// The most that one reading adds.
const LONGEST_STEP: Duration = Duration::from_secs(365 * 24 * 3600);

impl Clock {
    pub(super) const fn new() -> Self {
        Self { reading: None, now: Moment::new(Duration::ZERO, Duration::ZERO) }
    }

    /// Takes a reading of both clocks, and returns the machine's time.
    pub(super) fn read(&mut self, reading: Moment) -> Moment {
        if let Some(previous) = self.reading.replace(reading) {
            let step = |now: Duration, previous: Duration, reading: Duration| {
                now.saturating_add(reading.saturating_sub(previous).min(LONGEST_STEP))
            };
            self.now = Moment::new(
                step(self.now.monotonic(), previous.monotonic(), reading.monotonic()),
                step(self.now.wall(), previous.wall(), reading.wall()),
            );
        }
        self.now
    }

    /// The machine's time at the last reading.
    pub(super) const fn now(&self) -> Moment {
        self.now
    }

    /// Whether `reading` is the last reading.
    pub(super) fn has_read(&self, reading: Moment) -> bool {
        self.reading == Some(reading)
    }

    /// A deadline of the machine's as the driver's clocks will show it.
    pub(super) fn outward(&self, deadline: Moment) -> Moment {
        let reading = self.reading.unwrap_or(self.now);
        let shift = |deadline: Duration, now: Duration, reading: Duration| match deadline
            .checked_sub(now)
        {
            Some(ahead) => reading.saturating_add(ahead),
            None => reading.saturating_sub(now.saturating_sub(deadline)),
        };
        Moment::new(
            shift(deadline.monotonic(), self.now.monotonic(), reading.monotonic()),
            shift(deadline.wall(), self.now.wall(), reading.wall()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(monotonic: u64, wall: u64) -> Moment {
        Moment::new(Duration::from_secs(monotonic), Duration::from_secs(wall))
    }

    #[test]
    fn it_advances_by_differences_and_never_goes_back() {
        let mut clock = Clock::new();
        assert_eq!(clock.read(at(500, 9000)), at(0, 0));
        assert_eq!(clock.read(at(510, 9020)), at(10, 20));
        assert_eq!(clock.read(at(400, 8000)), at(10, 20));
        assert_eq!(clock.read(at(401, 8001)), at(11, 21));
    }

    #[test]
    fn one_absurd_reading_adds_a_year_and_is_forgotten() {
        let year = LONGEST_STEP.as_secs();
        let mut clock = Clock::new();
        clock.read(at(1, 1));
        assert_eq!(clock.read(Moment::new(Duration::MAX, Duration::MAX)), at(year, year));
        assert_eq!(clock.read(at(2, 2)), at(year, year));
        assert_eq!(clock.read(at(12, 12)), at(year + 10, year + 10));
    }

    #[test]
    fn a_deadline_is_translated_to_the_drivers_clocks() {
        let mut clock = Clock::new();
        clock.read(at(500, 9000));
        let now = clock.read(at(510, 8000));
        assert_eq!(clock.outward(now.after(Duration::from_secs(5))), at(515, 8005));
        assert_eq!(clock.outward(at(4, 0)), at(504, 8000));
    }
}
