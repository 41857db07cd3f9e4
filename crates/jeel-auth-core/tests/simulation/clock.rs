//! Two clocks that fail, each in its own way.

use crate::dice::Dice;
use jeel_auth_core::Moment;
use std::time::Duration;

const TEN_HOURS: u64 = 36_000;

/// What the two clocks show, and the time that counts: each clock's readings added up, steps back
/// left out.
pub(crate) struct Clock {
    shown: Moment,
    last: Option<Moment>,
    counted: Moment,
}

impl Clock {
    pub(crate) const fn new() -> Self {
        let start = Moment::new(Duration::from_secs(1000), Duration::from_secs(1_800_000_000));
        Self { shown: start, last: None, counted: start }
    }

    pub(crate) const fn pass(&mut self, by: Duration) {
        self.shown = self.shown.after(by);
    }

    /// A suspend, or a step of the wall clock by hours either way.
    pub(crate) fn fault(&mut self, dice: &mut Dice) {
        let by = dice.seconds(TEN_HOURS);
        let wall = self.shown.wall();
        let wall = if dice.one_in(2) { wall + by } else { wall.saturating_sub(by) };
        self.shown = Moment::new(self.shown.monotonic(), wall);
    }

    /// A reading, now and then one that another thread took a little earlier.
    pub(crate) fn read(&mut self, dice: &mut Dice) -> Moment {
        let read = if dice.one_in(20) { self.shown.before(dice.millis(5000)) } else { self.shown };
        let last = self.last.replace(read).unwrap_or(read);
        let counted = self.counted;
        self.counted = Moment::new(
            counted.monotonic() + read.monotonic().saturating_sub(last.monotonic()),
            counted.wall() + read.wall().saturating_sub(last.wall()),
        );
        read
    }

    pub(crate) const fn shown(&self) -> Moment {
        self.shown
    }

    pub(crate) const fn counted(&self) -> Moment {
        self.counted
    }

    /// The last reading.
    pub(crate) fn last(&self) -> Moment {
        self.last.unwrap_or(self.shown)
    }
}
