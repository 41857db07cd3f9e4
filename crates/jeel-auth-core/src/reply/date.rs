//! HTTP dates (RFC 9110 §5.6.7) in their three forms, by the time crate.

use std::time::Duration;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::parsing::Parsed;
use time::{Date, PrimitiveDateTime};

/// The time since the Unix epoch that a date names; `None` for what is no HTTP date or lies before
/// the epoch. `now`, since the same epoch, settles the century of a two-digit year.
pub(super) fn parse(value: &[u8], now: Duration) -> Option<Duration> {
    let moment = [IMF_FIXDATE, ASCTIME]
        .into_iter()
        .find_map(|format| read(value, format)?.try_into().ok())
        .or_else(|| rfc850(value, now))?;
    since_epoch(moment)
}

fn since_epoch(moment: PrimitiveDateTime) -> Option<Duration> {
    u64::try_from(moment.assume_utc().unix_timestamp()).ok().map(Duration::from_secs)
}

/// The whole of `value` in one format.
fn read(value: &[u8], format: &[BorrowedFormatItem<'_>]) -> Option<Parsed> {
    let mut parsed = Parsed::new();
    let rest = parsed.parse_items(value, format).ok()?;
    rest.is_empty().then_some(parsed)
}

/// RFC 9110 §5.6.7: a two-digit year that appears to be more than 50 years in the future is the
/// most recent past year with the same last digits.
fn rfc850(value: &[u8], now: Duration) -> Option<PrimitiveDateTime> {
    let parsed = read(value, RFC850)?;
    let digits = i32::from(parsed.year_last_two()?);
    let this_year = time::UtcDateTime::from_unix_timestamp(i64::try_from(now.as_secs()).ok()?);
    let this_year = this_year.ok()?.year();
    let same_century = this_year - this_year % 100 + digits;
    let year = if same_century > this_year + 50 {
        same_century - 100
    } else if same_century + 50 < this_year {
        same_century + 100
    } else {
        same_century
    };
    let date = Date::from_calendar_date(year, parsed.month()?, parsed.day()?.get()).ok()?;
    let time = time::Time::from_hms(parsed.hour_24()?, parsed.minute()?, parsed.second()?).ok()?;
    Some(PrimitiveDateTime::new(date, time))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
const IMF_FIXDATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);
/// `Sunday, 06-Nov-94 08:49:37 GMT`
const RFC850: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday], [day]-[month repr:short]-[year repr:last_two] [hour]:[minute]:[second] GMT"
);
/// `Sun Nov  6 08:49:37 1994`
const ASCTIME: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short] [month repr:short] [day padding:space] [hour]:[minute]:[second] [year]"
);

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_795_000_000); // November 2026

    fn seconds(value: &str) -> Option<u64> {
        parse(value.as_bytes(), NOW).map(|since| since.as_secs())
    }

    #[test]
    fn the_three_forms_of_rfc_9110_name_one_moment() {
        for form in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(seconds(form), Some(784_111_777), "{form}");
        }
        assert_eq!(seconds("Wed Nov 16 08:49:37 1994"), Some(784_975_777));
    }

    #[test]
    fn two_digit_years_are_at_most_fifty_years_ahead() {
        // 2076 is fifty years ahead of 2026, 2077 is more: then it was 1977.
        assert_eq!(seconds("Sunday, 01-Nov-76 00:00:00 GMT"), Some(3_371_414_400));
        assert_eq!(seconds("Tuesday, 01-Nov-77 00:00:00 GMT"), Some(247_190_400));
        // Seen from 2080, 20 means 2120 and 76 means 2076.
        let from_2080 = Duration::from_secs(3_471_292_800);
        let year = |value: &str| parse(value.as_bytes(), from_2080).map(|d| d.as_secs());
        assert_eq!(year("Friday, 01-Nov-20 00:00:00 GMT"), Some(4_759_862_400));
        assert_eq!(year("Sunday, 01-Nov-76 00:00:00 GMT"), Some(3_371_414_400));
        // 2030 and 2130 are equally far: the century stays.
        assert_eq!(year("Friday, 01-Nov-30 00:00:00 GMT"), Some(1_919_721_600));
    }

    #[test]
    fn what_is_no_http_date_is_none() {
        for bad in [
            "",
            "30",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1969 08:49:37 GMT",
            "1994-11-06T08:49:37Z",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "Sun, 06 Nov 1994",
            "\u{661}\u{662}",
        ] {
            assert_eq!(seconds(bad), None, "{bad:?}");
        }
    }
}
