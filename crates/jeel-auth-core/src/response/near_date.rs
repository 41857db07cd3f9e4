//! Dates that servers send in place of an HTTP date.

use std::time::Duration;
use time::{Date, Month, PrimitiveDateTime, Time};

/// The time since the Unix epoch that a near miss of an HTTP date names: another name for GMT, an
/// offset, a day with one digit, no day of the week, or a date of RFC 3339. Without a zone it is UTC.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let colon = text.find(':')?;
    let start = text.get(..colon)?.rfind([' ', 'T', 't'])?;
    let (date, rest) = (text.get(..start)?, text.get(start + 1..)?);
    let end = rest.find(|c: char| !matches!(c, '0'..='9' | ':' | '.')).unwrap_or(rest.len());
    let (time, zone) = rest.split_at_checked(end)?;
    let date = year_first(date).or_else(|| day_first(date))?;
    let moment = PrimitiveDateTime::new(date, time_of_day(time)?).assume_utc().unix_timestamp();
    u64::try_from(moment.checked_sub(offset(zone.trim_ascii())?)?).ok().map(Duration::from_secs)
}

/// `1994-11-06`
fn year_first(date: &str) -> Option<Date> {
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = Month::try_from(u8::try_from(number(month, 2)?).ok()?).ok()?;
    parts.next().is_none().then(|| calendar_date(year, month, day))?
}

/// `Sun, 6 Nov 1994`, `6-Nov-1994`
fn day_first(date: &str) -> Option<Date> {
    let mut words = date.split([' ', ',', '-', '\t']).filter(|word| !word.is_empty());
    let first = words.next()?;
    let is_weekday = first.starts_with(|c: char| c.is_ascii_alphabetic());
    let day = if is_weekday { words.next()? } else { first };
    let month = month(words.next()?)?;
    let year = words.next()?;
    words.next().is_none().then(|| calendar_date(year, month, day))?
}

fn calendar_date(year: &str, month: Month, day: &str) -> Option<Date> {
    if year.len() != 4 {
        return None;
    }
    let year = i32::try_from(number(year, 4)?).ok()?;
    Date::from_calendar_date(year, month, u8::try_from(number(day, 2)?).ok()?).ok()
}

/// A name of at least three letters, in any case.
fn month(name: &str) -> Option<Month> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let begins = |full: &&str| full.get(..name.len()).is_some_and(|s| s.eq_ignore_ascii_case(name));
    let number = NAMES.iter().position(|full| name.len() >= 3 && begins(full))? + 1;
    Month::try_from(u8::try_from(number).ok()?).ok()
}

/// `8:49:37`, `08:49`, and `08:49:37.5`, whose fraction is cut off.
fn time_of_day(time: &str) -> Option<Time> {
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    number(fraction, 12)?;
    let mut parts = time.split(':').map(|part| u8::try_from(number(part, 2)?).ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    parts.next().is_none().then(|| Time::from_hms(hour, minute, second).ok())?
}

/// The zone's offset in seconds.
fn offset(zone: &str) -> Option<i64> {
    if ["", "z", "gmt", "utc", "ut"].iter().any(|name| zone.eq_ignore_ascii_case(name)) {
        return Some(0);
    }
    // `GMT+0000`, as JavaScript writes it.
    let zone = zone.strip_prefix("GMT").or_else(|| zone.strip_prefix("UTC")).unwrap_or(zone);
    let (sign, digits) = zone.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
    let minutes = if minutes.is_empty() { 0 } else { number(minutes, 2)? };
    let hours = number(hours, 2).filter(|hours| *hours <= 14)?;
    Some(sign * i64::try_from(hours * 3600 + minutes * 60).ok()?)
}

/// Digits, at least one and at most `most`.
fn number(digits: &str, most: usize) -> Option<u64> {
    let is_number = digits.len() <= most && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_name_the_moment_they_mean() {
        for form in [
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 06 Nov 1994 08:49:37 -0000",
            "Sun, 06 Nov 1994 11:49:37 +0300",
            "Sun, 06 Nov 1994 03:19:37 -05:30",
            "Sun, 06 Nov 1994 08:49:37 GMT+0000",
            "Sun, 06 Nov 1994 08:49:37Z",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 8:49:37 GMT",
            "sun,06 nov 1994 08:49:37 gmt",
            "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sunday, 6 November 1994 08:49:37 GMT",
            "06 Nov 1994 08:49:37 GMT",
            "1994-11-06T08:49:37Z",
            "1994-11-06t08:49:37z",
            "1994-11-06T08:49:37.999Z",
            "1994-11-06T08:49:37+00:00",
            "1994-11-06T11:49:37+03:00",
            "1994-11-06T11:49:37+03",
            "1994-11-06 08:49:37",
            "1994-11-06 08:49:37 UTC",
        ] {
            assert_eq!(parse(form), Some(Duration::from_secs(784_111_777)), "{form}");
        }
        assert_eq!(parse("1994-11-06T08:49Z"), Some(Duration::from_secs(784_111_740)));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for bad in [
            "",
            ":",
            "T:",
            " :",
            "08:49:37",
            "1994-11-06",
            "1994-11-06T",
            "94-11-06T08:49:37Z",
            "1994-13-06T08:49:37Z",
            "1994-02-30T08:49:37Z",
            "1994-11-06T24:00:00Z",
            "1994-11-06T08:49:37:00Z",
            "1994-11-06-01T08:49:37Z",
            "1994-11-06T08:49:37+99:00",
            "1994-11-06T08:49:37 EST",
            "1994-11-06T+8:49:37Z",
            "1969-12-31T23:59:59Z",
            "Sun, 06 No 1994 08:49:37 GMT",
            "Sun, 06 Novx 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 1 08:49:37 GMT",
            "Sun, 06 Nov -1994 +8:49:37 GMT",
            "Sun, \u{661} Nov 1994 08:49:37 GMT",
            "1994-11-06T08:49:37+\u{e9}0",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}
