//! Days and the proleptic Gregorian calendar, as ISO 8601 and RFC 3339 count it.
//!
//! Our own, because rendering an instant is the hot path and these few lines are all it takes; the
//! tests hold them against chrono and jiff. Years are counted from March on, so that the leap day
//! is the last day of one, and in eras of 400 years, which are all of the same length.

/// A day by its calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Date {
    pub(super) year: i32,
    pub(super) month: u32,
    pub(super) day: u32,
}

impl Date {
    /// The date, where there is such a day.
    #[inline]
    pub(super) fn checked(year: i32, month: u32, day: u32) -> Option<Self> {
        let real = (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month);
        real.then_some(Self { year, month, day })
    }

    /// Days since 1970-01-01.
    #[inline]
    pub(super) fn to_days(self) -> i64 {
        let early = self.month <= 2;
        let year = i64::from(self.year) - i64::from(early);
        let (era, year) = (
            year.div_euclid(YEARS_PER_ERA),
            year.rem_euclid(YEARS_PER_ERA),
        );
        let month = i64::from(self.month) + if early { 9 } else { -3 };
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year * 365 + year / 4 - year / 100 + day_of_year;
        era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970
    }

    /// The date `days` after 1970-01-01. `None` where the year does not fit.
    #[inline]
    pub(super) fn from_days(days: i64) -> Option<Self> {
        let days = days.checked_add(DAYS_TO_1970)?;
        let era = days.div_euclid(DAYS_PER_ERA);
        let day_of_era = u32::try_from(days.rem_euclid(DAYS_PER_ERA)).ok()?;
        // Take the leap days out, then years are all of 365 days.
        let leaps = day_of_era / 1_460 + day_of_era / 146_096 - day_of_era / 36_524;
        let year = (day_of_era - leaps) / 365;
        let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let early = month >= 10;
        let month = if early { month - 9 } else { month + 3 };
        let year = i64::from(year) + era * YEARS_PER_ERA + i64::from(early);
        Some(Self {
            year: i32::try_from(year).ok()?,
            month,
            day,
        })
    }
}

fn days_in(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const YEARS_PER_ERA: i64 = 400;
const DAYS_PER_ERA: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::Date;

    #[track_caller]
    fn check(days: i64, year: i32, month: u32, day: u32) {
        let date = Date::checked(year, month, day).unwrap();
        assert_eq!(date.to_days(), days);
        assert_eq!(Date::from_days(days), Some(date));
    }

    #[test]
    fn days_that_are_known() {
        check(0, 1970, 1, 1);
        check(-1, 1969, 12, 31);
        check(19_782, 2024, 2, 29);
        check(19_783, 2024, 3, 1);
        check(11_016, 2000, 2, 29);
        check(-719_528, 0, 1, 1);
        check(2_932_896, 9999, 12, 31);
    }

    #[test]
    fn days_that_are_not() {
        for (year, month, day) in [
            (2023, 2, 29),
            (1900, 2, 29),
            (2024, 0, 1),
            (2024, 13, 1),
            (2024, 4, 31),
            (2024, 1, 0),
        ] {
            assert_eq!(Date::checked(year, month, day), None);
        }
    }

    #[test]
    fn every_day_of_ten_thousand_years_as_jiff_counts() {
        let mut date = jiff::civil::date(0, 1, 1);
        for days in -719_528..=2_932_896 {
            let ours = Date::from_days(days).unwrap();
            let [year, month, day] =
                [date.year(), date.month().into(), date.day().into()].map(i32::from);
            let (month, day) = (month.unsigned_abs(), day.unsigned_abs());
            assert_eq!((ours.year, ours.month, ours.day), (year, month, day));
            assert_eq!(ours.to_days(), days);
            if days < 2_932_896 {
                date = date.tomorrow().unwrap();
            }
        }
    }
}
