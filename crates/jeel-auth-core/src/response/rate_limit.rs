//! When a rate limit is reset, in the fields that servers send beside or instead of `Retry-After`.

use super::{Response, retry_after};
use std::time::Duration;

/// How long until the latest reset of a limit of which nothing is left.
///
/// Responses carry these fields also while requests remain; then another limit was met, and its reset
/// is not this one.
pub(super) fn reset_after(response: &Response, server_now: Duration) -> Option<Duration> {
    let items = response.values("ratelimit").filter_map(|value| item_reset(value, server_now));
    let fields = FAMILIES.iter().filter_map(|(remaining, resets)| {
        let remains = response.values(remaining).any(is_positive);
        let values = resets.iter().flat_map(|name| response.values(name));
        retry_after::longest(values.filter(|_| !remains), server_now)
    });
    items.chain(fields).max()
}

/// What remains, and when it is reset, by what one server calls them.
const FAMILIES: [(&str, [&str; 2]); 3] = [
    ("ratelimit-remaining", ["ratelimit-reset", "ratelimit-reset-after"]),
    ("x-ratelimit-remaining", ["x-ratelimit-reset", "x-ratelimit-reset-after"]),
    ("x-rate-limit-remaining", ["x-rate-limit-reset", "x-rate-limit-reset-after"]),
];

/// `RateLimit` as the IETF's drafts have it: a list such as `"burst";r=0;t=30`, or the older
/// `limit=5, remaining=0, reset=30`.
fn item_reset(value: &[u8], server_now: Duration) -> Option<Duration> {
    let reset = |part: &[u8], remaining: &str, reset: &str| {
        if parameter(part, remaining).is_some_and(is_positive) {
            return None;
        }
        retry_after::parse(parameter(part, reset)?, server_now)
    };
    let items = value.split(|byte| *byte == b',').filter_map(|item| reset(item, "r", "t"));
    items.chain(reset(value, "remaining", "reset")).max()
}

/// The value of `name=value` among the parts of a list.
fn parameter<'a>(list: &'a [u8], name: &str) -> Option<&'a [u8]> {
    list.split(|byte| matches!(byte, b',' | b';')).find_map(|part| {
        let part = part.trim_ascii();
        let (found, value) = part.split_at_checked(name.len())?;
        let value = value.trim_ascii_start().strip_prefix(b"=")?;
        found.eq_ignore_ascii_case(name.as_bytes()).then_some(value)
    })
}

fn is_positive(number: &[u8]) -> bool {
    number.iter().any(|byte| matches!(byte, b'1'..=b'9')) && !number.trim_ascii().starts_with(b"-")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fri, 15 Jan 2027 08:00:00 GMT
    const NOW: Duration = Duration::from_secs(1_800_000_000);

    fn seconds(fields: &[(&str, &str)]) -> Option<u64> {
        let fields = fields.iter().map(|(name, value)| (*name, value.as_bytes()));
        reset_after(&Response::new(429, fields, b""), NOW).map(|after| after.as_secs())
    }

    #[test]
    fn each_spelling_of_a_reset_is_read() {
        for field in [
            ("RateLimit", r#""default";r=0;t=30"#),
            ("RateLimit", r#""default"; r=0; t=30"#),
            ("RateLimit", r#""default";t=30"#),
            ("RateLimit", r#""hour";r=0;t=30, "burst";r=3;t=900"#),
            ("RateLimit", "limit=5, remaining=0, reset=30"),
            ("RateLimit-Reset", "30"),
            ("X-RateLimit-Reset", "1800000030"),
            ("X-RateLimit-Reset", "1800000030000"),
            ("X-Rate-Limit-Reset", "2027-01-15T08:00:30Z"),
            ("X-RateLimit-Reset-After", "30.5"),
        ] {
            assert_eq!(seconds(&[field]), Some(30), "{field:?}");
        }
        assert_eq!(seconds(&[("RateLimit-Reset", "5"), ("X-RateLimit-Reset", "30")]), Some(30));
    }

    #[test]
    fn a_limit_with_something_left_does_not_count() {
        for fields in [
            &[("RateLimit", r#""default";r=1;t=30"#)][..],
            &[("RateLimit", "limit=5, remaining=10, reset=30")],
            &[("RateLimit-Reset", "30"), ("RateLimit-Remaining", "2")],
            &[("X-RateLimit-Remaining", "99"), ("X-RateLimit-Reset", "1800000030")],
        ] {
            assert_eq!(seconds(fields), None, "{fields:?}");
        }
        let other = [("X-RateLimit-Remaining", "9"), ("X-Rate-Limit-Reset", "30")];
        assert_eq!(seconds(&other), Some(30), "another server's name for it");
        let none = [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "30")];
        assert_eq!(seconds(&none), Some(30));
    }

    #[test]
    fn anything_else_names_no_reset() {
        for field in [
            ("RateLimit", ""),
            ("RateLimit", ";;,,=;t"),
            ("RateLimit", r#""default";r=0"#),
            ("RateLimit", "\u{e9}=3;tt=3"),
            ("RateLimit-Reset", "soon"),
            ("X-RateLimit-Limit", "30"),
        ] {
            assert_eq!(seconds(&[field]), None, "{field:?}");
        }
    }
}
