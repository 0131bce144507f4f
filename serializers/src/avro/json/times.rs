//! Dates and times of Avro's logical types as text, RFC 3339, and back; exact, or not at all.

use std::str::FromStr;

use crate::calendar::Date;

/// How many digits a second's fraction has: 3, 6 or 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Micros,
    Millis,
    Nanos,
}

impl Unit {
    const fn digits(self) -> u32 {
        match self {
            Self::Millis => 3,
            Self::Micros => 6,
            Self::Nanos => 9,
        }
    }

    const fn per_second(self) -> i64 {
        10_i64.pow(self.digits())
    }
}

/// `2026-11-23` of the days since 1970; `None` outside of the years 0 to 9999.
pub(super) fn date(days: i64) -> Option<String> {
    let Date { year, month, day } = Date::from_days(days)?;
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// `16:44:49.123` of the units since midnight; `None` outside of a day.
pub(super) fn time_of_day(since_midnight: i64, unit: Unit) -> Option<String> {
    let seconds = since_midnight.div_euclid(unit.per_second());
    let fraction = since_midnight.rem_euclid(unit.per_second());
    (0..DAY).contains(&seconds).then(|| {
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let width = unit.digits() as usize;
        format!("{hour:02}:{minute:02}:{second:02}.{fraction:0width$}")
    })
}

/// `2026-11-23T16:44:49.123` of the units since 1970, without an offset.
pub(super) fn date_time(since_epoch: i64, unit: Unit) -> Option<String> {
    let per_day = i128::from(unit.per_second()) * i128::from(DAY);
    let days = i128::from(since_epoch).div_euclid(per_day);
    let rest = i128::from(since_epoch).rem_euclid(per_day);
    let date = date(i64::try_from(days).ok()?)?;
    let time = time_of_day(i64::try_from(rest).ok()?, unit)?;
    Some(format!("{date}T{time}"))
}

/// The days since 1970 of `2026-11-23`.
pub(super) fn parse_date(text: &str) -> Option<i64> {
    let (date, rest) = take_date(text)?;
    rest.is_empty().then_some(date)
}

/// The units since midnight of `16:44`, `16:44:49` or `16:44:49.123`.
pub(super) fn parse_time_of_day(text: &str, unit: Unit) -> Option<i64> {
    let (time, rest) = take_time(text, unit)?;
    rest.is_empty().then_some(time)
}

/// The units since 1970 of a date and a time without an offset.
pub(super) fn parse_local_date_time(text: &str, unit: Unit) -> Option<i64> {
    let (value, rest) = take_date_time(text, unit)?;
    rest.is_empty().then(|| i64::try_from(value).ok()).flatten()
}

/// The units since 1970Z of an RFC 3339 date and time.
pub(super) fn parse_date_time(text: &str, unit: Unit) -> Option<i64> {
    let (local, rest) = take_date_time(text, unit)?;
    let offset = match rest {
        "Z" | "z" => 0,
        _ => {
            let minutes = take_minutes(rest.get(1..)?)?;
            match rest.as_bytes().first() {
                Some(b'+') => minutes,
                Some(b'-') => -minutes,
                _ => return None,
            }
        }
    };
    i64::try_from(local - i128::from(offset) * 60 * i128::from(unit.per_second())).ok()
}

fn take_date_time(text: &str, unit: Unit) -> Option<(i128, &str)> {
    let (days, rest) = take_date(text)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (time, rest) = take_time(rest, unit)?;
    let per_day = i128::from(DAY) * i128::from(unit.per_second());
    Some((i128::from(days) * per_day + i128::from(time), rest))
}

fn take_date(text: &str) -> Option<(i64, &str)> {
    let (year, rest) = take_number(text, 4)?;
    let (month, rest) = take_number(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = take_number(rest.strip_prefix('-')?, 2)?;
    Some((Date::checked(year, month, day)?.to_days(), rest))
}

fn take_time(text: &str, unit: Unit) -> Option<(i64, &str)> {
    let (hour, rest) = take_number::<i64>(text, 2)?;
    let (minute, rest) = take_number::<i64>(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => take_number(rest, 2)?,
        None => (0_i64, rest),
    };
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => take_fraction(rest, unit)?,
        None => (0, rest),
    };
    let is_time = hour < 24 && minute < 60 && second < 60;
    let seconds = hour * 3600 + minute * 60 + second;
    is_time.then(|| (seconds * unit.per_second() + fraction, rest))
}

/// Digits behind the point; those that the unit has no place for must be zeros.
fn take_fraction(text: &str, unit: Unit) -> Option<(i64, &str)> {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(len)?;
    let width = unit.digits() as usize;
    let (kept, cut) = digits.split_at(len.min(width));
    if len == 0 || cut.bytes().any(|digit| digit != b'0') {
        return None;
    }
    Some((format!("{kept:0<width$}").parse().ok()?, rest))
}

/// An offset's hours and minutes, as minutes.
fn take_minutes(text: &str) -> Option<i64> {
    let (hours, rest) = take_number::<i64>(text, 2)?;
    let (minutes, rest) = take_number::<i64>(rest.strip_prefix(':')?, 2)?;
    (rest.is_empty() && hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

fn take_number<N: FromStr>(text: &str, len: usize) -> Option<(N, &str)> {
    let (digits, rest) = text.split_at_checked(len)?;
    let is_number = digits.bytes().all(|b| b.is_ascii_digit());
    Some((digits.parse().ok().filter(|_| is_number)?, rest))
}

const DAY: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_jiff_s() {
        let epoch = jiff::civil::date(1970, 1, 1);
        for days in (-719_528..2_932_897)
            .step_by(17)
            .chain([-719_528, 2_932_896, -1, 0, 59, 60])
        {
            let expected = epoch + jiff::SignedDuration::from_hours(24 * days);
            let text = date(days).unwrap();
            assert_eq!(text, expected.to_string());
            assert_eq!(parse_date(&text), Some(days));
        }
        assert_eq!(date(-719_529), None);
        assert_eq!(date(2_932_897), None);
    }

    #[track_caller]
    fn check(value: i64, unit: Unit, text: &str) {
        assert_eq!(date_time(value, unit).unwrap(), text);
        assert_eq!(parse_local_date_time(text, unit), Some(value));
        assert_eq!(parse_date_time(&format!("{text}Z"), unit), Some(value));
    }

    #[test]
    fn date_times_keep_every_digit() {
        check(0, Unit::Millis, "1970-01-01T00:00:00.000");
        check(-1, Unit::Millis, "1969-12-31T23:59:59.999");
        check(1_795_000_000_123, Unit::Millis, "2026-11-18T11:06:40.123");
        check(1, Unit::Micros, "1970-01-01T00:00:00.000001");
        check(i64::MIN, Unit::Nanos, "1677-09-21T00:12:43.145224192");
        check(i64::MAX, Unit::Nanos, "2262-04-11T23:47:16.854775807");
        assert_eq!(date_time(i64::MAX, Unit::Millis), None);
        assert_eq!(date_time(i64::MIN, Unit::Micros), None);
    }

    #[test]
    fn offsets_and_fractions_are_taken_into_account() {
        let parse = |text| parse_date_time(text, Unit::Millis);
        assert_eq!(parse("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(parse("1969-12-31T19:00:00.5-05:00"), Some(500));
        assert_eq!(parse("1970-01-01T00:00Z"), Some(0));
        assert_eq!(parse("1970-01-01T00:00:00.123000Z"), Some(123));
        assert_eq!(parse("1970-01-01 00:00:00z"), Some(0));
    }

    #[test]
    fn other_texts_are_none() {
        for text in [
            "",
            "1970-01-01",
            "1970-01-01T00:00:00",
            "1970-13-01T00:00:00Z",
            "1970-02-30T00:00:00Z",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:60:00Z",
            "1970-01-01T00:00:60Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00.1234Z",
            "1970-01-01T00:00:00ZZ",
            "1970-01-01T00:00:00+1",
            "1970-01-01T00:00:00+01:0é",
            "+970-01-01T00:00:00Z",
            "1970-01-01T00:00:00é1:00",
            "1970-00-01T00:00:00Z",
        ] {
            assert_eq!(parse_date_time(text, Unit::Millis), None, "{text:?}");
        }
        assert_eq!(parse_date_time("9999-01-01T00:00:00Z", Unit::Nanos), None);
        assert_eq!(
            parse_time_of_day("23:59:59.999", Unit::Millis),
            Some(86_399_999)
        );
        assert_eq!(time_of_day(86_400_000, Unit::Millis), None);
        assert_eq!(time_of_day(-1, Unit::Millis), None);
    }
}
