//! Dates, times of day, and both, without a time zone, as text for one field:
//! `#[serde(with = "wireform::datetime::civil::millis")]`.
//!
//! [`date`](mod@date) is for dates, and there is a module for each number of digits of a second for
//! times of day and for datetimes; in each an `option` for `Option<T>`. They write and read every
//! [`CivilDatetime`], the same under any serde format; in Avro they are `date`, `time-millis`,
//! `local-timestamp-millis` and their like.
//!
//! **Writing.** `2024-01-02`, `03:04:05.006` and `2024-01-02T03:04:05.006`, as ISO 8601 and the parts
//! of RFC 3339 §5.6 have them, and as Java's `LocalDate`, `LocalTime` and `LocalDateTime` and Python's
//! `fromisoformat` read them. Digits that do not fit are cut off. Years are 0000 to 9999, a leap second
//! is an error.
//!
//! **Reading** takes exactly that, with `T` in either case and any number of digits up to what a
//! nanosecond holds. A zone is an error, for it would be lost; so are hour 24 and second 60.
#![cfg_attr(
    feature = "chrono",
    doc = "
```
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Shift {
    #[serde(with = \"wireform::datetime::civil::date\")]
    day: NaiveDate,
    #[serde(with = \"wireform::datetime::civil::seconds\")]
    begin: NaiveTime,
    #[serde(with = \"wireform::datetime::civil::millis::option\")]
    end: Option<NaiveDateTime>,
}

let json = r#\"{\"day\":\"2024-01-02\",\"begin\":\"22:00:00\",\"end\":\"2024-01-03T06:00:00.000\"}\"#;
let shift: Shift = serde_json::from_str(json)?;
assert_eq!(serde_json::to_string(&shift)?, json);
# Ok::<(), serde_json::Error>(())
```
"
)]

use std::fmt;
use std::marker::PhantomData;

use serde::de::Visitor;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize};

use super::moment::Moment;
use super::newtype::Civil;
use super::unit::{Auto, Micros, Millis, Nanos, Seconds, TextPrecision};
use super::with::{field_modules, serde_as_text};
use super::{render, scan};
use crate::error::Result as ResultOf;

/// The parts that a [`CivilDatetime`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CivilKind {
    /// A date: `2024-01-02`.
    Date,
    /// A time of day: `03:04:05`.
    Time,
    /// Both: `2024-01-02T03:04:05`.
    Datetime,
}

/// **A type that implements `CivilDatetime` is a date, a time of day or both; it is not an instant,
/// because it has no zone; the modules of [`civil`](self) and the newtype [`Civil`] write and read
/// it.**
///
/// | type | cargo feature | kind |
/// |---|---|---|
/// | `chrono::NaiveDate`, `NaiveTime`, `NaiveDateTime` | `chrono` | date, time, datetime |
/// | `jiff::civil::Date`, `Time`, `DateTime` | `jiff` | date, time, datetime |
/// | `time::Date`, `Time`, `PrimitiveDateTime` | `time` | date, time, datetime |
///
/// # Contract
/// `from_clock` gives back what `to_clock` was called on. A date is given as its midnight, a time
/// as that time on 1970-01-01. A value that the type cannot hold is an error, never the nearest
/// value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no date, time or datetime without a zone that `wireform` knows",
    note = "chrono's, jiff's and time's types need the cargo feature `chrono`, `jiff` or `time` of \
            `wireform`; an instant is a `Datetime`: take `rfc3339`, `epoch`, `Rfc3339` or `Epoch`"
)]
pub trait CivilDatetime: Sized {
    /// The parts that the type has.
    const KIND: CivilKind;

    /// Returns the date and time of day, as if they were in UTC.
    ///
    /// # Errors
    /// `Encode` for a leap second.
    fn to_clock(&self) -> ResultOf<Moment>;

    /// Returns the value for the date and time of day of `clock`.
    ///
    /// # Errors
    /// `Decode` if the type cannot hold it.
    fn from_clock(clock: Moment) -> ResultOf<Self>;
}

/// **A type that implements `CivilDate` is a [`CivilDatetime`] that has a date alone.**
pub trait CivilDate: CivilDatetime {}

mod days {
    use super::{Borrowed as BorrowedWith, CivilDate, PhantomData, Serialize};
    use super::{Civil, Seconds, field_modules, write};

    field_modules! { Civil of CivilDate;
        /// A date: `2024-01-02`.
        date: Seconds, avro_civil;
    }

    impl<T: CivilDate> Serialize for Borrowed<'_, T, Seconds> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            BorrowedWith::<T, Seconds>(self.0, PhantomData).serialize(serializer)
        }
    }
}

pub use days::date;

field_modules! { Civil of CivilDatetime;
    /// No digits of a second: `03:04:05`.
    seconds: Seconds;
    /// Three digits of a second: `03:04:05.006`.
    millis: Millis, avro_civil;
    /// Six digits of a second: `03:04:05.006007`.
    micros: Micros, avro_civil;
    /// Nine digits of a second: `03:04:05.006007008`. Avro has datetimes of these, and no times.
    nanos: Nanos, avro_civil;
    /// As few of 0, 3, 6 and 9 digits of a second as lose nothing.
    auto: Auto;
}

fn write<T, P, S>(value: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: CivilDatetime,
    P: TextPrecision,
    S: serde::Serializer,
{
    let clock = value.to_clock().map_err(S::Error::custom)?;
    let text = render::without_zone(clock.seconds(), clock.nanos(), P::PRECISION);
    let text = text.map_err(S::Error::custom)?;
    serializer.serialize_str(match T::KIND {
        CivilKind::Date => text.date(),
        CivilKind::Time => text.time(),
        CivilKind::Datetime => text.as_str(),
    })
}

serde_as_text!(Civil of CivilDatetime);

struct Text<T>(PhantomData<T>);

impl<T: CivilDatetime> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match T::KIND {
            CivilKind::Date => "a date",
            CivilKind::Time => "a time of day",
            CivilKind::Datetime => "a date and time without a zone",
        })
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        let clock = scan::civil(text, T::KIND).map_err(E::custom)?;
        T::from_clock(clock).map_err(E::custom)
    }
}
