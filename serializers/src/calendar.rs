//! Days and the proleptic Gregorian calendar, as ISO 8601 and RFC 3339 count it.
//!
//! Our own, because rendering an instant is the hot path and these few lines are all it takes; the
//! tests hold them against chrono and jiff. Years are counted from March on, so that the leap day
//! is the last day of one, and in eras of 400 years, which are all of the same length.

/// A day by its calendar date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    pub(crate) year: i32,
    pub(crate) month: u32,
    pub(crate) day: u32,
}

impl Date {
    /// The date, where there is such a day.
    #[inline]
    pub(crate) fn checked(year: i32, month: u32, day: u32) -> Option<Self> {
        let real = (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month);
        real.then_some(Self { year, month, day })
    }

    /// Days since 1970-01-01.
    #[inline]
    pub(crate) fn to_days(self) -> i64 {
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

    /// The date so many days after 1970-01-01; `None` outside of the years 0000 to 9999.
    ///
    /// Divisions are multiplications of which one half is the quotient and the other the
    /// remainder, which is the quickest way known: C. Neri and L. Schneider, "Euclidean affine
    /// functions and their application to calendar algorithms", 2022,
    /// <https://doi.org/10.1002/spe.3172>, figure 12.
    #[inline]
    pub(crate) fn from_days(days: i64) -> Option<Self> {
        // Years start in March, and one era earlier, so that every number is positive.
        let days = u32::try_from(days.checked_add(DAYS_TO_1970 + DAYS_PER_ERA)?).ok()?;
        if !(FIRST_DAY..=LAST_DAY).contains(&days) {
            return None;
        }
        let quarters = 4 * days + 3;
        let (century, in_century) = (quarters / 146_097, quarters % 146_097 / 4);
        let years = 2_939_745 * u64::from(4 * in_century + 3);
        #[allow(clippy::cast_possible_truncation, reason = "the halves of a product")]
        let (year, rest) = ((years >> 32) as u32, years as u32);
        let in_year = rest / 2_939_745 / 4;
        let months = 2_141 * in_year + 197_913;
        let (month, day) = (months >> 16, (months & 0xffff) / 2_141 + 1);
        let early = in_year >= 306;
        let year = 100 * century + year + u32::from(early) - 400;
        Some(Self {
            year: i32::try_from(year).ok()?,
            month: if early { month - 12 } else { month },
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
/// 0000-01-01 and 9999-12-31, from -0400-03-01 on.
const FIRST_DAY: u32 = 146_037;
const LAST_DAY: u32 = 3_798_461;

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
