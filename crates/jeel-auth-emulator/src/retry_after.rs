//! The forms in which servers state when a refused client may retry.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::Response;

/// The form in which a refusal states the wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RetryAfter {
    /// `Retry-After: 12`. (D: RFC 9110 §10.2.3)
    #[default]
    Seconds,
    /// `Retry-After: Fri, 31 Dec 1999 23:59:59 GMT`. (D: RFC 9110 §5.6.7)
    HttpDate,
    /// `Retry-After: Friday, 31-Dec-99 23:59:59 GMT`, an obsolete form. (D: RFC 9110 §5.6.7)
    Rfc850Date,
    /// `Retry-After: Fri Dec 31 23:59:59 1999`, an obsolete form. (D: RFC 9110 §5.6.7)
    AsctimeDate,
    /// `Retry-After: Fri, 31 Dec 1999 23:59:59 UTC`. (G)
    UtcDate,
    /// `Retry-After: Fri, 31 Dec 1999 23:59:59 +0000`. (G)
    OffsetDate,
    /// `Retry-After: Sat, 1 Jan 2000 23:59:59 GMT`, without a leading zero. (G)
    OneDigitDay,
    /// `Retry-After: 1999-12-31T23:59:59Z`. (G)
    Iso8601Date,
    /// `Retry-After: 12.0`. (G)
    Fraction,
    /// `Retry-After: 12s`. (G)
    Unit,
    /// `Retry-After: "12"`. (G)
    Quoted,
    /// Two fields `Retry-After: 12`. (G)
    Repeated,
    /// `RateLimit: "default";r=0;t=12`, as in the draft of the IETF's HTTPAPI group. (G)
    RateLimit,
    /// `RateLimit-Remaining: 0` and `RateLimit-Reset: 12`, as in earlier drafts. (G)
    RateLimitReset,
    /// `X-RateLimit-Remaining: 0` and `X-RateLimit-Reset: 12`. (G)
    XRateLimitSeconds,
    /// `X-RateLimit-Remaining: 0` and `X-RateLimit-Reset: 946684799`, in epoch seconds. (G)
    XRateLimitEpoch,
    /// `X-RateLimit-Remaining: 0` and `X-RateLimit-Reset: 946684799000`, in epoch milliseconds. (G)
    XRateLimitEpochMillis,
    /// The refusal does not state the wait. (G)
    Absent,
}

impl RetryAfter {
    /// Adds the fields to a refusal that ends after `seconds`, with a clock that shows `wall`.
    pub(crate) fn add_to(self, response: Response, seconds: u64, wall: SystemTime) -> Response {
        // One second more, because the date drops the fraction of the current second.
        let end = wall.checked_add(Duration::from_secs(seconds.saturating_add(1))).unwrap_or(wall);
        let epoch = end.duration_since(UNIX_EPOCH).unwrap_or_default();
        let retry_after = |value: String| response.clone().header("Retry-After", value);
        let reset = |prefix: &str, value: String| {
            let response = response.clone().header(format!("{prefix}-Remaining"), "0");
            response.header(format!("{prefix}-Reset"), value)
        };
        match self {
            Self::Seconds => retry_after(seconds.to_string()),
            Self::Fraction => retry_after(format!("{seconds}.0")),
            Self::Unit => retry_after(format!("{seconds}s")),
            Self::Quoted => retry_after(format!("\"{seconds}\"")),
            Self::Repeated => {
                retry_after(seconds.to_string()).header("Retry-After", seconds.to_string())
            }
            Self::RateLimit => response.header("RateLimit", format!("\"default\";r=0;t={seconds}")),
            Self::RateLimitReset => reset("RateLimit", seconds.to_string()),
            Self::XRateLimitSeconds => reset("X-RateLimit", seconds.to_string()),
            Self::XRateLimitEpoch => reset("X-RateLimit", epoch.as_secs().to_string()),
            Self::XRateLimitEpochMillis => reset("X-RateLimit", epoch.as_millis().to_string()),
            Self::Absent => response,
            date => retry_after(date.date(end)),
        }
    }

    /// A date in this form.
    fn date(self, at: SystemTime) -> String {
        let date = httpdate::fmt_http_date(at);
        let mut parts = date.split(' ');
        let mut part = || parts.next().unwrap_or_default();
        let (name, day, month, year, time) = (part(), part(), part(), part(), part());
        let name = name.trim_end_matches(',');
        let short_day = day.trim_start_matches('0');
        match self {
            Self::Rfc850Date => {
                let long = DAYS.iter().find(|day| day.starts_with(name)).unwrap_or(&name);
                let short_year = year.get(2..).unwrap_or_default();
                format!("{long}, {day}-{month}-{short_year} {time} GMT")
            }
            Self::AsctimeDate => format!("{name} {month} {short_day:>2} {time} {year}"),
            Self::UtcDate => format!("{name}, {day} {month} {year} {time} UTC"),
            Self::OffsetDate => format!("{name}, {day} {month} {year} {time} +0000"),
            Self::OneDigitDay => format!("{name}, {short_day} {month} {year} {time} GMT"),
            Self::Iso8601Date => {
                let number = MONTHS.iter().position(|m| *m == month).unwrap_or_default() + 1;
                format!("{year}-{number:02}-{day}T{time}Z")
            }
            _ => date,
        }
    }
}

const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields of a refusal for 12 seconds, at 12 seconds before the end of 1 January 2000.
    fn fields(form: RetryAfter) -> String {
        let wall = UNIX_EPOCH + Duration::from_secs(946_771_200 - 14);
        let head = form.add_to(Response::new(204), 12, wall).open_head();
        let head = String::from_utf8(head).unwrap();
        head.split_once("\r\n").unwrap().1.trim_end().replace("\r\n", " | ")
    }

    #[test]
    fn each_form_has_its_fields() {
        use RetryAfter::*;
        for (form, expected) in [
            (Seconds, "Retry-After: 12"),
            (HttpDate, "Retry-After: Sat, 01 Jan 2000 23:59:59 GMT"),
            (Rfc850Date, "Retry-After: Saturday, 01-Jan-00 23:59:59 GMT"),
            (AsctimeDate, "Retry-After: Sat Jan  1 23:59:59 2000"),
            (UtcDate, "Retry-After: Sat, 01 Jan 2000 23:59:59 UTC"),
            (OffsetDate, "Retry-After: Sat, 01 Jan 2000 23:59:59 +0000"),
            (OneDigitDay, "Retry-After: Sat, 1 Jan 2000 23:59:59 GMT"),
            (Iso8601Date, "Retry-After: 2000-01-01T23:59:59Z"),
            (Fraction, "Retry-After: 12.0"),
            (Unit, "Retry-After: 12s"),
            (Quoted, "Retry-After: \"12\""),
            (Repeated, "Retry-After: 12 | Retry-After: 12"),
            (RateLimit, "RateLimit: \"default\";r=0;t=12"),
            (RateLimitReset, "RateLimit-Remaining: 0 | RateLimit-Reset: 12"),
            (XRateLimitSeconds, "X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 12"),
            (XRateLimitEpoch, "X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 946771199"),
            (XRateLimitEpochMillis, "X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 946771199000"),
            (Absent, ""),
        ] {
            assert_eq!(fields(form), expected, "{form:?}");
        }
    }
}
