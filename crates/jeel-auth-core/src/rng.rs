//! The one source of chance: a seed.

use std::time::Duration;

/// SplitMix64 (Steele, Lea, Flood 2014), kept here so that a seed means the same for ever: same
/// inputs, same seed, same outputs, for any release of a random-number crate.
///
/// It spreads clients out and picks boundaries. Nothing here needs to be unpredictable.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in `[0, bound]`, to the nanosecond.
    pub(crate) fn up_to(&mut self, bound: Duration) -> Duration {
        let nanos = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
        // The high half of a 64×64-bit product (Lemire 2019): no division, and a bias below 2^-20
        // for any bound under an hour.
        let scaled = (u128::from(self.next_u64()) * (u128::from(nanos) + 1)) >> 64;
        Duration::from_nanos(u64::try_from(scaled).unwrap_or(nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_published_sequence() {
        // Reference values of SplitMix64 for seed 1234567.
        let mut rng = Rng::new(1_234_567);
        assert_eq!(rng.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(rng.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn up_to_stays_within_its_bound_and_reaches_both_ends() {
        let mut rng = Rng::new(7);
        let draws: Vec<_> = (0..200).map(|_| rng.up_to(Duration::from_nanos(3))).collect();
        assert!(draws.iter().all(|d| *d <= Duration::from_nanos(3)));
        for end in [0, 3] {
            assert!(draws.contains(&Duration::from_nanos(end)));
        }
        assert_eq!(rng.up_to(Duration::ZERO), Duration::ZERO);
        let _ = rng.up_to(Duration::MAX);
    }
}
