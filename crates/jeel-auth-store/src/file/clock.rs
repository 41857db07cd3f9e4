//! The boot clock.

use crate::record_store::StoreError;
use jeel_auth_core::share::StoreTime;
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Time since the boot, suspend included, and which boot that was.
#[derive(Clone, Copy, Debug)]
pub(super) struct BootClock {
    epoch: u64,
}

impl BootClock {
    pub(super) fn of_this_boot() -> Result<Self, StoreError> {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map_err(|error| StoreError::because("the id of this boot cannot be read", error))?;
        Self::of_boot(&id).ok_or(StoreError::new("the id of this boot is not a UUID"))
    }

    fn of_boot(id: &str) -> Option<Self> {
        let digits: String = id.chars().filter(char::is_ascii_hexdigit).take(16).collect();
        let epoch = u64::from_str_radix(&digits, 16).ok()?;
        // Epoch 0 is that of wall clocks.
        (digits.len() == 16).then_some(Self { epoch: epoch | 1 })
    }

    pub(super) fn now(self) -> StoreTime {
        let time = clock_gettime(ClockId::Boottime);
        let seconds = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or_default());
        let nanos = Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or_default());
        StoreTime { epoch: self.epoch, at: seconds.saturating_add(nanos) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_boot_is_an_epoch_of_its_own_and_none_is_that_of_wall_clocks() {
        let one = BootClock::of_boot("6c7a9e1e-0b4f-4f0e-9d0b-0123456789ab\n").unwrap();
        let two = BootClock::of_boot("00000000-0000-0000-0000-000000000000").unwrap();
        assert_ne!(one.epoch, two.epoch);
        assert_ne!(two.epoch, 0);
        assert!(BootClock::of_boot("unknown").is_none());
    }

    #[test]
    fn the_clock_advances_within_an_epoch() {
        let clock = BootClock::of_this_boot().unwrap();
        let (one, two) = (clock.now(), clock.now());
        assert!(one.epoch == two.epoch && one.at <= two.at && !one.at.is_zero());
    }
}
