//! How long the server asks to be left alone: `Retry-After` (RFC 9110 §10.2.3) as servers send it.

use super::{date, near_date};
use std::time::Duration;

/// The longest time that a readable value names; `None` if there is none.
///
/// A gateway may add its field to the server's. The longest time suits both.
pub(super) fn longest<'a>(
    values: impl Iterator<Item = &'a [u8]>,
    server_now: Duration,
) -> Option<Duration> {
    values.filter_map(|value| parse(value, server_now)).max()
}

/// A number of seconds, with a fraction, a unit or quotes; or a date, as RFC 9110 writes it or
/// nearly so. A date is measured from `server_now`, since the Unix epoch, and one that has passed
/// means no time at all.
pub(super) fn parse(value: &[u8], server_now: Duration) -> Option<Duration> {
    let value = unquoted(std::str::from_utf8(value).ok()?.trim_ascii());
    if let Some(number) = number(value) {
        return Some(since(number, server_now));
    }
    let date = date::parse(value.as_bytes(), server_now).or_else(|| near_date::parse(value))?;
    Some(date.saturating_sub(server_now))
}

fn unquoted(value: &str) -> &str {
    let between = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    between('"').or_else(|| between('\'')).unwrap_or(value).trim_ascii()
}

/// Some servers send a moment since the epoch where a number of seconds belongs. No server means a
/// wait of 31 years.
fn since(number: Duration, server_now: Duration) -> Duration {
    match number.as_secs() {
        0..EPOCH_SECONDS => number,
        EPOCH_SECONDS..EPOCH_MILLISECONDS => number.saturating_sub(server_now),
        EPOCH_MILLISECONDS.. => (number / 1000).saturating_sub(server_now),
    }
}

/// From here on a number is seconds since the epoch.
const EPOCH_SECONDS: u64 = 1_000_000_000;
/// From here on a number is milliseconds since the epoch.
const EPOCH_MILLISECONDS: u64 = 1_000_000_000_000;

/// Digits, perhaps a fraction, perhaps a unit.
fn number(value: &str) -> Option<Duration> {
    let end = value.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(value.len());
    let (whole, rest) = value.split_at_checked(end)?;
    if whole.is_empty() {
        return None;
    }
    // More digits than fit are still a number, and a long time.
    let seconds = Duration::from_secs(whole.parse().unwrap_or(u64::MAX));
    let (fraction, unit) = match rest.strip_prefix('.') {
        Some(rest) => fraction(rest)?,
        None => (Duration::ZERO, rest),
    };
    in_unit(seconds.saturating_add(fraction), unit.trim_ascii())
}

/// The fraction of a second that digits after the point say, and what follows them.
fn fraction(digits: &str) -> Option<(Duration, &str)> {
    let end = digits.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let (digits, rest) = digits.split_at_checked(end)?;
    let places = digits.bytes().chain(std::iter::repeat(b'0')).take(9);
    let nanoseconds = places.fold(0_u32, |nanos, digit| nanos * 10 + u32::from(digit - b'0'));
    Some((Duration::from_nanos(nanoseconds.into()), rest))
}

fn in_unit(number: Duration, unit: &str) -> Option<Duration> {
    let is = |names: &[&str]| names.iter().any(|name| unit.eq_ignore_ascii_case(name));
    if is(&["", "s", "sec", "secs", "second", "seconds"]) {
        Some(number)
    } else if is(&["ms", "millis", "millisecond", "milliseconds"]) {
        Some(number / 1000)
    } else if is(&["m", "min", "mins", "minute", "minutes"]) {
        Some(number.saturating_mul(60))
    } else if is(&["h", "hr", "hrs", "hour", "hours"]) {
        Some(number.saturating_mul(3600))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT
    const THEN: Duration = Duration::from_secs(784_111_777);
    /// Fri, 15 Jan 2027 08:00:00 GMT
    const NOW: Duration = Duration::from_secs(1_800_000_000);

    fn seconds(value: &str) -> Option<f64> {
        parse(value.as_bytes(), THEN).map(|after| after.as_secs_f64())
    }

    #[test]
    fn seconds_and_the_three_date_forms() {
        for (value, expected) in [
            ("0", 0.0),
            (" 120 ", 120.0),
            ("007", 7.0),
            ("999999999", 999_999_999.0),
            ("Sun, 06 Nov 1994 08:50:07 GMT", 30.0),
            ("Sunday, 06-Nov-94 08:50:07 GMT", 30.0),
            ("Sun Nov  6 08:50:07 1994", 30.0),
            ("Sun, 06 Nov 1994 08:00:00 GMT", 0.0),
        ] {
            assert_eq!(seconds(value), Some(expected), "{value}");
        }
    }

    #[test]
    fn fractions_units_and_quotes() {
        for (value, expected) in [
            ("1.5", 1.5),
            ("30.", 30.0),
            ("0.0000000019", 0.000_000_001),
            ("30s", 30.0),
            ("30 S", 30.0),
            ("30 seconds", 30.0),
            ("1 Second", 1.0),
            ("90sec", 90.0),
            ("1500ms", 1.5),
            ("1.5 m", 90.0),
            ("2 minutes", 120.0),
            ("1h", 3600.0),
            ("\"30\"", 30.0),
            ("'30'", 30.0),
            ("\" 30 s \"", 30.0),
            ("\"Sun, 06 Nov 1994 08:50:07 GMT\"", 30.0),
            ("Sun, 6 Nov 1994 08:50:07 UTC", 30.0),
            ("1994-11-06T08:50:07Z", 30.0),
        ] {
            assert_eq!(seconds(value), Some(expected), "{value}");
        }
    }

    #[test]
    fn a_number_that_is_too_large_for_a_wait_is_a_moment() {
        for (value, expected) in [
            ("1800000030", Some(30)),
            ("1800000030.5", Some(30)),
            ("1799999999", Some(0)),
            ("1800000030000", Some(30)),
            ("1000000000", Some(0)),
            ("1000000000000", Some(0)),
            ("999999999", Some(999_999_999)),
        ] {
            let after = parse(value.as_bytes(), NOW).map(|after| after.as_secs());
            assert_eq!(after, expected, "{value}");
        }
        for huge in ["99999999999999999999999", "18446744073709551615h"] {
            assert!(parse(huge.as_bytes(), NOW).unwrap() > Duration::from_secs(1 << 50), "{huge}");
        }
    }

    #[test]
    fn anything_else_is_no_retry_after() {
        for bad in [
            "",
            "-1",
            "+1",
            "soon",
            "1 2",
            "0x10",
            "\u{0661}",
            "1,5",
            ".5",
            "1e3",
            "30 days",
            "\"",
            "\"\"",
            "30ss",
            "s",
            "30\u{a0}s",
            "1.5.5",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
        assert_eq!(parse(b"\xff\xfe", THEN), None);
    }

    #[test]
    fn the_longest_of_repeated_values_counts() {
        let seconds = |values: &[&str]| {
            longest(values.iter().map(|value| value.as_bytes()), THEN).map(|after| after.as_secs())
        };
        assert_eq!(seconds(&["30", "60", "x"]), Some(60));
        assert_eq!(seconds(&["x", "60", "30"]), Some(60));
        assert_eq!(seconds(&["x"]), None);
        assert_eq!(seconds(&[]), None);
    }
}
