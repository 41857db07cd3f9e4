//! `Retry-After` (RFC 9110 §10.2.3): a number of seconds, or a date.

use super::date;
use std::time::Duration;

/// How long to stay away, or `None` for what is neither form. A date is measured from
/// `server_now`, since the Unix epoch; one that has passed means no time at all.
pub(super) fn parse(value: &[u8], server_now: Duration) -> Option<Duration> {
    let value = value.trim_ascii();
    if !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
        // More digits than fit are still a number, and a long time.
        let seconds = std::str::from_utf8(value).ok()?.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds));
    }
    Some(date::parse(value, server_now)?.saturating_sub(server_now))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT
    const THEN: Duration = Duration::from_secs(784_111_777);

    #[test]
    fn seconds_and_the_three_date_forms() {
        for (value, seconds) in [
            ("0", 0),
            (" 120 ", 120),
            ("007", 7),
            ("99999999999999999999999", u64::MAX),
            ("Sun, 06 Nov 1994 08:50:07 GMT", 30),
            ("Sunday, 06-Nov-94 08:50:07 GMT", 30),
            ("Sun Nov  6 08:50:07 1994", 30),
            ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
        ] {
            assert_eq!(
                parse(value.as_bytes(), THEN),
                Some(Duration::from_secs(seconds)),
                "{value}"
            );
        }
    }

    #[test]
    fn anything_else_is_no_retry_after() {
        for bad in ["", "-1", "1.5", "+1", "soon", "1 2", "0x10", "\u{0661}"] {
            assert_eq!(parse(bad.as_bytes(), THEN), None, "{bad}");
        }
        assert_eq!(parse(b"\xff\xfe", THEN), None);
    }
}
