//! HTTP dates (RFC 9110 §5.6.7) in their three forms, by the time crate.

use std::time::Duration;
use time::format_description::BorrowedFormatItem::{
    self, Component as Part, StringLiteral as Text,
};
use time::format_description::Component;
use time::format_description::modifier::{
    CalendarYearFullStandardRange, CalendarYearLastTwo, Day, Hour24, Minute, MonthShort, Padding,
    Second, WeekdayLong, WeekdayShort,
};
use time::parsing::Parsed;
use time::{Date, PrimitiveDateTime};

/// The time since the Unix epoch that a date names; `None` if it is not an HTTP date or
/// lies before the epoch. `now`, since the same epoch, settles the century of a two-digit year.
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

/// The whole of `value` in one format. No date has a sign, with which the crate would take a year.
fn read(value: &[u8], format: &[BorrowedFormatItem<'_>]) -> Option<Parsed> {
    let mut parsed = Parsed::new();
    let rest = parsed.parse_items(value, format).ok()?;
    (rest.is_empty() && !value.contains(&b'+')).then_some(parsed)
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
const IMF_FIXDATE: &[Item] =
    &[DAY_NAME, Text(", "), DAY, SP, MONTH, SP, YEAR, SP, TIME_OF_DAY, GMT];

/// `Sunday, 06-Nov-94 08:49:37 GMT`
const RFC850: &[Item] = &[
    DAY_NAME_LONG,
    Text(", "),
    DAY,
    Text("-"),
    MONTH,
    Text("-"),
    YEAR_OF_CENTURY,
    SP,
    TIME_OF_DAY,
    GMT,
];

/// `Sun Nov  6 08:49:37 1994`
const ASCTIME: &[Item] =
    &[DAY_NAME, SP, MONTH, SP, DAY_PADDED_WITH_SPACE, SP, TIME_OF_DAY, SP, YEAR];

type Item = BorrowedFormatItem<'static>;

// By their names in RFC 9110 §5.6.7. Written out, because the crate's macro for formats is one more
// crate in every build.
const DAY_NAME: Item = Part(Component::WeekdayShort(WeekdayShort::default()));
const DAY_NAME_LONG: Item = Part(Component::WeekdayLong(WeekdayLong::default()));
const DAY: Item = Part(Component::Day(Day::default()));
const DAY_PADDED_WITH_SPACE: Item =
    Part(Component::Day(Day::default().with_padding(Padding::Space)));
const MONTH: Item = Part(Component::MonthShort(MonthShort::default()));
const YEAR: Item =
    Part(Component::CalendarYearFullStandardRange(CalendarYearFullStandardRange::default()));
const YEAR_OF_CENTURY: Item = Part(Component::CalendarYearLastTwo(CalendarYearLastTwo::default()));
const TIME_OF_DAY: Item = Item::Compound(&[HOUR, Text(":"), MINUTE, Text(":"), SECOND]);
const HOUR: Item = Part(Component::Hour24(Hour24::default()));
const MINUTE: Item = Part(Component::Minute(Minute::default()));
const SECOND: Item = Part(Component::Second(Second::default()));
const SP: Item = Text(" ");
const GMT: Item = Text(" GMT");

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
    fn another_text_is_none() {
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
            "Sun, 06 Nov +1994 08:49:37 GMT",
            "Sun, 06 Nov -1994 08:49:37 GMT",
            "Sun, 06 Nov 19940 08:49:37 GMT",
            "sun, 06 nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(seconds(bad), None, "{bad:?}");
        }
    }
}
