//! How long the server asks to be left alone.

use super::*;

#[test]
fn retry_after_counts_on_any_status_but_a_success() {
    let later = "Fri, 15 Jan 2027 08:01:30 GMT";
    for (value, seconds) in [
        ("30", Some(30)),
        (later, Some(90)),
        (DATE, Some(0)),
        ("x", None),
        ("999999", Some(999_999)),
    ] {
        let fields = [("retry-after", value)];
        for status in [301, 302, 400, 401, 403, 408, 413, 429, 500, 502, 503, 504] {
            assert_eq!(after(status, &fields), seconds, "{status} {value}");
        }
        for status in [200, 204, 299] {
            assert_eq!(after(status, &fields), None, "{status}");
        }
        let limited = if seconds.is_some() { "limited" } else { "transient" };
        for (status, class) in
            [(503, limited), (429, "limited"), (500, "transient"), (401, "denied"), (302, "to ")]
        {
            assert_eq!(with(status, &fields, ""), class, "{status}");
        }
    }
    let dated = [
        ("Retry-After", "Fri, 15 Jan 2027 05:00:30 GMT"),
        ("Date", "Fri, 15 Jan 2027 05:00:00 GMT"),
    ];
    assert_eq!(after(429, &dated), Some(30));
    let twice = [("Retry-After", "30"), ("Retry-After", "60")];
    assert_eq!(after(429, &twice), Some(60), "both are kept to");
}

#[test]
fn the_reset_of_a_rate_limit_counts_on_a_429_without_retry_after() {
    let reset = ("X-RateLimit-Reset", "1800000030");
    assert_eq!(after(429, &[reset]), Some(30));
    assert_eq!(after(429, &[reset, ("Retry-After", "soon")]), Some(30));
    assert_eq!(after(429, &[reset, ("Retry-After", "5")]), Some(5));
    assert_eq!(after(429, &[reset, ("X-RateLimit-Remaining", "3")]), None);
    for status in [200, 403, 500, 503] {
        assert_eq!(after(status, &[reset]), None, "{status}");
    }
}
