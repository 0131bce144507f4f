//! RFC 3339 text for one field: `#[serde(with = "wireform::datetime::rfc3339::millis")]`.
//!
//! A module for each number of digits, and in each an `option` for `Option<T>`. They write and
//! read every [`Datetime`], the same under any serde format.
//!
//! **Writing.** `2024-01-02T03:04:05.006Z`; digits that do not fit are cut off, towards the past.
//! A type that holds an offset keeps it, `+01:00`; zero is `Z`. Years are 0000 to 9999, a leap
//! second is an error.
//!
//! **Reading** takes exactly the grammar of RFC 3339 §5.6, with any number of digits up to what a
//! nanosecond holds, whichever module reads:
//!
//! | text | |
//! |---|---|
//! | `t` and `z` in lower case | read: the grammar has no case |
//! | a space for the `T`, no zone, `+0100`, `+01` | error: not in the grammar |
//! | `-00:00` | read as UTC |
//! | offsets up to `±23:59` | read; a type without an offset takes the instant |
//! | years before 1970, from 0000 on | read |
//! | years of five digits or with a sign | error |
//! | `23:59:60` | error: it would have to become another instant |
//! | `24:00:00` | error |
//! | digits after the ninth | error, unless they are zeros |
//!
//! ```
//! use std::time::SystemTime;
//!
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct Order {
//!     #[serde(with = "wireform::datetime::rfc3339::millis")]
//!     placed_at: SystemTime,
//!     #[serde(with = "wireform::datetime::rfc3339::seconds::option", default)]
//!     paid_at: Option<SystemTime>,
//! }
//!
//! let json = r#"{"placed_at":"2024-01-02T03:04:05.006Z","paid_at":null}"#;
//! let order: Order = serde_json::from_str(json)?;
//! assert_eq!(serde_json::to_string(&order)?, json);
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::fmt;
use std::marker::PhantomData;

use serde::de::Visitor;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize};

use super::newtype::Rfc3339;
use super::types::Datetime;
use super::unit::{Auto, Micros, Millis, Nanos, Seconds, TextPrecision};
use super::with::{field_modules, serde_as_text};
use super::{render, scan};

field_modules! { Rfc3339 of Datetime;
    /// No digits of a second: `03:04:05Z`.
    seconds: Seconds;
    /// Three digits of a second: `03:04:05.006Z`.
    millis: Millis, avro;
    /// Six digits of a second: `03:04:05.006007Z`.
    micros: Micros, avro;
    /// Nine digits of a second: `03:04:05.006007008Z`.
    nanos: Nanos, avro;
    /// As few of 0, 3, 6 and 9 digits of a second as lose nothing.
    auto: Auto;
}

#[inline]
fn write<T, P, S>(value: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Datetime,
    P: TextPrecision,
    S: serde::Serializer,
{
    let moment = value.to_moment().map_err(S::Error::custom)?;
    let text = render::rfc3339(moment, P::PRECISION).map_err(S::Error::custom)?;
    serializer.serialize_str(text.as_str())
}

serde_as_text!(Rfc3339 of Datetime);

struct Text<T>(PhantomData<T>);

impl<T: Datetime> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an RFC 3339 datetime")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        let moment = scan::rfc3339(text).map_err(E::custom)?;
        T::from_moment(moment).map_err(E::custom)
    }
}
