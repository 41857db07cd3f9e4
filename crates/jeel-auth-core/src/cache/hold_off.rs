//! How long the server is left alone, after what.

use crate::policy::Policy;
use std::time::Duration;

/// The bound of the exponential back-off after `earlier` failures in a row before this one.
///
/// While no token is usable it is lower: an outage that ends should be noticed soon.
pub(super) fn backoff_bound(policy: &Policy, earlier: u32, token_usable: bool) -> Duration {
    let ceiling =
        if token_usable { policy.backoff_ceiling } else { policy.backoff_ceiling_without_token };
    doubled(policy.backoff_floor, earlier).min(ceiling).min(policy.backoff_ceiling)
}

/// The hold-off after the `number`th denial in a row, counted from one. Replacements of rejected
/// tokens are as far apart.
pub(super) fn denied(policy: &Policy, number: u32) -> Duration {
    doubled(policy.denied_floor, number.saturating_sub(1)).min(policy.denied_ceiling)
}

/// The hold-off after the `number`th failure in a row that time does not cure soon.
pub(super) fn not_soon(policy: &Policy, number: u32) -> Duration {
    doubled(policy.not_soon_floor, number.saturating_sub(1)).min(policy.not_soon_ceiling)
}

/// The least hold-off after a rate limit without a time, after `earlier` ones in a row.
pub(super) fn rate_limited(policy: &Policy, earlier: u32) -> Duration {
    doubled(policy.rate_limited_floor, earlier).min(policy.rate_limited_ceiling)
}

/// The longest `Retry-After` that is honoured.
pub(super) fn retry_after_ceiling(policy: &Policy, token_usable: bool) -> Duration {
    if token_usable {
        policy.retry_after_ceiling
    } else {
        policy.retry_after_ceiling.min(policy.retry_after_ceiling_without_token)
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

    const TIMES: [u32; 7] = [1, 2, 3, 4, 5, 6, u32::MAX];

    #[test]
    fn denials_double_from_a_minute_to_a_quarter_of_an_hour() {
        let lengths = TIMES.map(|number| denied(&Policy::default(), number));
        assert_eq!(lengths, [60, 120, 240, 480, 900, 900, 900].map(s));
    }

    #[test]
    fn failures_that_last_double_from_ten_seconds_to_a_minute() {
        let lengths = TIMES.map(|number| not_soon(&Policy::default(), number));
        assert_eq!(lengths, [10, 20, 40, 60, 60, 60, 60].map(s));
    }

    #[test]
    fn rate_limits_double_from_five_seconds_to_a_minute() {
        let lengths = TIMES.map(|number| rate_limited(&Policy::default(), number - 1));
        assert_eq!(lengths, [5, 10, 20, 40, 60, 60, 60].map(s));
    }

    #[test]
    fn back_off_doubles_to_a_bound_that_is_lower_without_a_token() {
        let bound =
            |usable| TIMES.map(|n| backoff_bound(&Policy::default(), n.saturating_add(1), usable));
        assert_eq!(bound(true), [2, 4, 8, 16, 32, 60, 60].map(s));
        assert_eq!(bound(false), [2, 4, 8, 16, 20, 20, 20].map(s));
    }
}
