//! Staying away from the server for a while.

use crate::error::Failure;
use crate::moment::Moment;
use crate::policy::Policy;
use crate::rng::Rng;
use std::sync::Arc;
use std::time::Duration;

/// No request before `until`, and why. Every hold-off ends by itself.
#[derive(Clone, Debug)]
pub(crate) struct HoldOff {
    pub(crate) until: Moment,
    pub(crate) failure: Arc<Failure>,
}

/// Exponential back-off with full jitter, after `earlier` failures in a row before this one.
pub(crate) fn backoff(policy: &Policy, earlier: u32, rng: &mut Rng) -> Duration {
    rng.up_to(backoff_bound(policy, earlier))
}

fn backoff_bound(policy: &Policy, earlier: u32) -> Duration {
    doubled(policy.backoff_floor, earlier).min(policy.backoff_ceiling)
}

/// The hold-off after the `number`th denial in a row, counted from one.
pub(crate) fn denied(policy: &Policy, number: u32) -> Duration {
    doubled(policy.denied_floor, number.saturating_sub(1)).min(policy.denied_ceiling)
}

/// What the server asked for, and a little more, so that a fleet turned away together does not come
/// back together: up to a tenth or, where that is short, up to the back-off's bound, but no more than
/// as much again. Without a time of the server's, or with none at all, the back-off.
pub(crate) fn rate_limited(
    policy: &Policy,
    after: Option<Duration>,
    earlier: u32,
    rng: &mut Rng,
) -> Duration {
    match after {
        Some(after) if !after.is_zero() => {
            let spread = (after / 10).max(backoff_bound(policy, earlier).min(after));
            after.saturating_add(rng.up_to(spread)).min(policy.retry_after_ceiling)
        }
        _ => backoff(policy, earlier, rng),
    }
}

fn doubled(floor: Duration, times: u32) -> Duration {
    floor.saturating_mul(2_u32.saturating_pow(times))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn denials_double_from_a_minute_to_a_quarter_of_an_hour() {
        let policy = Policy::default();
        let lengths = [1, 2, 3, 4, 5, 6, u32::MAX].map(|number| denied(&policy, number));
        assert_eq!(lengths, [60, 120, 240, 480, 900, 900, 900].map(s));
    }

    #[test]
    fn back_off_is_jittered_below_a_doubling_bound() {
        let policy = Policy::default();
        let mut rng = Rng::new(3);
        for (earlier, bound) in [(0, 500), (1, 1000), (2, 2000), (7, 60_000), (u32::MAX, 60_000)] {
            let draws: Vec<_> = (0..200).map(|_| backoff(&policy, earlier, &mut rng)).collect();
            let bound = Duration::from_millis(bound);
            assert!(draws.iter().all(|draw| *draw <= bound), "{earlier}");
            assert!(draws.iter().any(|draw| *draw > bound / 2), "{earlier}");
            assert!(draws.iter().any(|draw| *draw < bound / 2), "{earlier}");
        }
    }

    #[test]
    fn retry_after_is_kept_never_shortened_and_bounded() {
        let policy = Policy::default();
        let mut rng = Rng::new(3);
        for _ in 0..100 {
            let wait = rate_limited(&policy, Some(s(100)), 0, &mut rng);
            assert!((s(100)..=s(110)).contains(&wait));
        }
        assert_eq!(rate_limited(&policy, Some(s(3600)), 0, &mut rng), s(3600));
        // A tenth of a second would not take a fleet apart.
        for (earlier, longest) in [(0, 1500), (1, 2000), (u32::MAX, 2000)] {
            let waits = (0..200).map(|_| rate_limited(&policy, Some(s(1)), earlier, &mut rng));
            let waits: Vec<_> = waits.map(|wait| wait.as_millis()).collect();
            assert!(waits.iter().all(|wait| (1000..=longest).contains(wait)), "{earlier}");
            assert!(waits.iter().any(|wait| *wait > 1000 + (longest - 1000) / 2), "{earlier}");
        }
        for none in [None, Some(Duration::ZERO)] {
            assert!(rate_limited(&policy, none, 0, &mut rng) <= policy.backoff_floor);
        }
    }
}
