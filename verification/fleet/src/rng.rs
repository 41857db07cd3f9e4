//! A seeded random number generator.

use std::time::Duration;

/// Xorshift64* (Vigna 2016), which is not the generator of the code under test.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) const fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A uniform duration from `least` up to, but not including, `bound`, in whole microseconds.
    pub(crate) fn between(&mut self, least: Duration, bound: Duration) -> Duration {
        let micros = (bound - least).as_micros().max(1);
        let drawn = (u128::from(self.number()) * micros) >> 64;
        least + Duration::from_micros(u64::try_from(drawn).unwrap_or(0))
    }
}
