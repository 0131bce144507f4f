//! Integers since 1970-01-01T00:00:00Z for one field:
//! `#[serde(with = "wireform::datetime::epoch::millis")]`.
//!
//! A module for each unit, and in each an `option` for `Option<T>`. They write and read every
//! [`Datetime`], the same under any serde format; days have 86,400 seconds, as POSIX counts.
//!
//! **Writing.** Parts of a unit are cut off, towards the past; negative before 1970. An offset is
//! not written. What does not fit 64 bits is an error (nanoseconds end in April 2262).
//!
//! **Reading** takes integers only: no fraction, no text. The offset is zero.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct Order {
//!     #[serde(with = "wireform::datetime::epoch::millis")]
//!     placed_at: SystemTime,
//! }
//!
//! let order = Order { placed_at: SystemTime::UNIX_EPOCH + Duration::from_micros(1_704_164_645_006_007) };
//! let json = serde_json::to_string(&order)?;
//! assert_eq!(json, r#"{"placed_at":1704164645006}"#);
//! let order: Order = serde_json::from_str(&json)?;
//! assert_eq!(order.placed_at, SystemTime::UNIX_EPOCH + Duration::from_millis(1_704_164_645_006));
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::fmt;
use std::marker::PhantomData;

use serde::de::Visitor;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::moment::Moment;
use super::newtype::Epoch;
use super::types::Datetime;
use super::unit::{EpochUnit, Micros, Millis, Nanos, Seconds};
use super::with::field_modules;

field_modules! { Epoch of Datetime;
    /// Whole seconds.
    seconds: Seconds;
    /// Milliseconds.
    millis: Millis, avro;
    /// Microseconds.
    micros: Micros, avro;
    /// Nanoseconds, from 1677 to 2262.
    nanos: Nanos, avro;
}

fn write<T, U, S>(value: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Datetime,
    U: EpochUnit,
    S: serde::Serializer,
{
    let moment = value.to_moment().map_err(S::Error::custom)?;
    let units = moment.in_units(U::PER_SECOND);
    serializer.serialize_i64(units.ok_or_else(|| S::Error::custom(Fault::Range))?)
}

impl<T: Datetime, U: EpochUnit> Serialize for Borrowed<'_, T, U> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write::<T, U, S>(self.0, serializer)
    }
}

impl<T: Datetime, U: EpochUnit> Serialize for Epoch<T, U> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write::<T, U, S>(self, serializer)
    }
}

impl<'de, T: Datetime, U: EpochUnit> Deserialize<'de> for Epoch<T, U> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_i64(Units::<T, U>(PhantomData))
            .map(Self::new)
    }
}

struct Units<T, U>(PhantomData<(T, U)>);

impl<T: Datetime, U: EpochUnit> Visitor<'_> for Units<T, U> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer since the epoch")
    }

    fn visit_i64<E: serde::de::Error>(self, units: i64) -> Result<T, E> {
        let moment = Moment::from_units(units, U::PER_SECOND);
        let moment = moment.ok_or_else(|| E::custom(Fault::Range))?;
        T::from_moment(moment).map_err(E::custom)
    }

    fn visit_u64<E: serde::de::Error>(self, units: u64) -> Result<T, E> {
        self.visit_i64(i64::try_from(units).map_err(|_| E::custom(Fault::Range))?)
    }
}
