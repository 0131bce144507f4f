//! Datetimes of other crates as Avro's timestamps: `Rfc3339<T, Millis>` and `Epoch<T, Millis>` are
//! `timestamp-millis`, and the modules that `#[serde(with = "…")]` names are good for
//! `#[avro(with = "…")]`, too.

pub(super) mod civil;

use super::{AvroUnit, Datetime, Epoch, Moment, Rfc3339};
use crate::avro::typed::{
    AvroBorrow, AvroDecode, AvroEncode, AvroType, Cursor, Encoder, Resolution, SchemaWriter,
};
use crate::error::{Error, ErrorKind, Result};

/// The number of an instant; digits that do not fit are cut off, towards the past.
#[inline]
fn write<T: Datetime, U: AvroUnit>(value: &T, encoder: &mut Encoder) -> Result<()> {
    units_of::<U>(value.to_moment()?)?.encode(encoder)
}

#[inline]
fn units_of<U: AvroUnit>(moment: Moment) -> Result<i64> {
    let units = moment.in_units(U::PER_SECOND);
    units.ok_or_else(|| outside(ErrorKind::Encode))
}

#[inline]
fn read<T: Datetime, U: AvroUnit>(units: i64) -> Result<T> {
    let moment = Moment::from_units(units, U::PER_SECOND);
    T::from_moment(moment.ok_or_else(|| outside(ErrorKind::Decode))?)
}

#[cold]
fn outside(kind: ErrorKind) -> Error {
    Error::new(
        kind,
        "the datetime is outside of what its type or format holds",
    )
}

/// Implements [`AvroEncode`] by the module's `write`, and [`AvroBorrow`].
macro_rules! encodes {
    ($newtype:ident of $type:ident) => {
        #[cfg_attr(docsrs, doc(cfg(feature = "avro")))]
        impl<T: $type, U: AvroUnit> AvroEncode for $newtype<T, U> {
            #[inline]
            fn encode(&self, encoder: &mut Encoder) -> Result<()> {
                write::<T, U>(self, encoder)
            }
        }

        #[cfg_attr(docsrs, doc(cfg(feature = "avro")))]
        impl<T: $type, U: AvroUnit> AvroBorrow for $newtype<T, U> {
            type For<'a> = Self;
        }
    };
}

macro_rules! timestamps {
    ($($newtype:ident),+) => {$(
        /// A `timestamp-millis`, `timestamp-micros` or `timestamp-nanos`.
        #[cfg_attr(docsrs, doc(cfg(feature = "avro")))]
        impl<T, U: AvroUnit> AvroType for $newtype<T, U> {
            const MIN_SIZE: usize = 1;
            const EMPTY: Option<&'static str> = <i64 as AvroType>::EMPTY;
            const IS_UNION: bool = false;

            fn write_schema(schema: &mut SchemaWriter) {
                schema.logical("long", U::LOGICAL_TYPE);
            }
        }

        #[cfg_attr(docsrs, doc(cfg(feature = "avro")))]
        impl<'de, T: Datetime, U: AvroUnit> AvroDecode<'de> for $newtype<T, U> {
            #[inline]
            fn decode(cursor: &mut Cursor<'de>) -> Result<Self> {
                read::<T, U>(i64::decode(cursor)?).map(Self::new)
            }

            fn decode_with(cursor: &mut Cursor<'de>, resolution: Resolution<'de>) -> Result<Self> {
                read::<T, U>(i64::decode_with(cursor, resolution)?).map(Self::new)
            }
        }

        encodes!($newtype of Datetime);
    )+};
}

timestamps!(Epoch, Rfc3339);

/// The functions of a `with` module, for each unit.
macro_rules! modules {
    ($newtype:ident of $type:ident; $($module:ident: $unit:ident;)+) => {$(
        pub(in crate::datetime) mod $module {
            use crate::avro::typed::{AvroDecode, AvroType, Cursor, Encoder, Resolution, SchemaWriter};
            use crate::datetime::{$newtype, $type, $unit};
            use crate::error::Result;

            /// See [`AvroType::MIN_SIZE`].
            pub const MIN_SIZE: usize = 1;

            /// See [`AvroType::write_schema`].
            pub fn write_schema<T: $type>(schema: &mut SchemaWriter) {
                $newtype::<T, $unit>::write_schema(schema);
            }

            /// See [`AvroEncode::encode`](crate::avro::AvroEncode::encode).
            ///
            /// # Errors
            /// `Encode` if the number does not fit 64 bits, or the value is a leap second.
            #[inline]
            pub fn encode<T: $type>(value: &T, encoder: &mut Encoder) -> Result<()> {
                super::write::<T, $unit>(value, encoder)
            }

            /// See [`AvroDecode::decode`].
            ///
            /// # Errors
            /// `Decode` if `T` cannot hold what the number means.
            #[inline]
            pub fn decode<T: $type>(cursor: &mut Cursor<'_>) -> Result<T> {
                $newtype::<T, $unit>::decode(cursor).map($newtype::into_inner)
            }

            /// See [`AvroDecode::decode_with`].
            ///
            /// # Errors
            /// As [`decode`].
            pub fn decode_with<'de, T: $type>(
                cursor: &mut Cursor<'de>,
                resolution: Resolution<'de>,
            ) -> Result<T> {
                $newtype::<T, $unit>::decode_with(cursor, resolution).map($newtype::into_inner)
            }
        }
    )+};
}

use {encodes, modules};

modules! { Epoch of Datetime;
    millis: Millis;
    micros: Micros;
    nanos: Nanos;
}

#[cfg(test)]
#[cfg(all(
    feature = "chrono",
    feature = "derive",
    feature = "jiff",
    feature = "schemars"
))]
mod tests {
    use std::time::{Duration, SystemTime};

    use crate::avro::{Avro, TimestampMicros, TimestampMillis, TimestampNanos};
    use crate::datetime::{Epoch, Micros, Millis, Nanos, Rfc3339};
    use crate::{Deserializer, ErrorKind, SerializerExt};

    // One type, one annotation: in JSON, its schema, and Avro.
    #[derive(
        Debug, PartialEq, Avro, serde::Deserialize, serde::Serialize, schemars::JsonSchema,
    )]
    #[avro(rename = "Times")]
    struct Times {
        at: Rfc3339<jiff::Timestamp, Millis>,
        #[serde(with = "wireform::datetime::rfc3339::micros")]
        #[schemars(with = "Rfc3339<SystemTime, Micros>")]
        #[avro(with = "wireform::datetime::rfc3339::micros")]
        paid: SystemTime,
        counted: Option<Epoch<chrono::DateTime<chrono::Utc>, Nanos>>,
    }

    #[derive(Debug, PartialEq, Avro)]
    #[avro(rename = "Times")]
    struct Plain {
        at: TimestampMillis,
        paid: TimestampMicros,
        counted: Option<TimestampNanos>,
    }

    fn times() -> Times {
        let at: jiff::Timestamp = "1969-12-31T23:59:59.999Z".parse().unwrap();
        let counted: chrono::DateTime<chrono::Utc> =
            "2024-01-02T03:04:05.000000006Z".parse().unwrap();
        Times {
            at: at.into(),
            paid: SystemTime::UNIX_EPOCH + Duration::from_micros(7),
            counted: Some(counted.into()),
        }
    }

    #[test]
    fn datetimes_are_avros_timestamps() {
        let (codec, plain) = (Avro::<Times>::new(), Avro::<Plain>::new());
        assert_eq!(codec.avro_schema().text(), plain.avro_schema().text());
        let datum = codec.to_vec(&times()).unwrap();
        let expected = Plain {
            at: TimestampMillis(-1),
            paid: TimestampMicros(7),
            counted: Some(TimestampNanos(1_704_164_645_000_000_006)),
        };
        assert_eq!(plain.deserialize(&datum).unwrap(), expected);
        assert_eq!(codec.deserialize(&datum).unwrap(), times());
    }

    #[test]
    fn the_same_type_is_text_in_json() {
        let json = serde_json::to_value(times()).unwrap();
        assert_eq!(json["at"], "1969-12-31T23:59:59.999Z");
        assert_eq!(json["paid"], "1970-01-01T00:00:00.000007Z");
        let schema = serde_json::to_value(schemars::schema_for!(Times)).unwrap();
        assert_eq!(schema["properties"]["paid"]["format"], "date-time");
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        #[derive(Debug, Avro)]
        #[avro(rename = "Late")]
        struct Late {
            at: Epoch<chrono::DateTime<chrono::Utc>, Nanos>,
        }
        #[derive(Avro)]
        #[avro(rename = "Late")]
        struct Number {
            at: TimestampNanos,
        }
        #[derive(Debug, Avro)]
        #[avro(rename = "Far")]
        struct Far {
            #[allow(dead_code)]
            at: Rfc3339<jiff::Timestamp, Millis>,
        }
        #[derive(Avro)]
        #[avro(rename = "Far")]
        struct FarNumber {
            at: TimestampMillis,
        }
        let late = Late {
            at: "2300-01-01T00:00:00Z"
                .parse::<chrono::DateTime<chrono::Utc>>()
                .unwrap()
                .into(),
        };
        let error = Avro::<Late>::new().to_vec(&late).unwrap_err();
        assert_eq!(
            (error.kind(), error.path()),
            (ErrorKind::Encode, "at".to_owned())
        );
        let most = Avro::<Number>::new()
            .to_vec(&Number {
                at: TimestampNanos(i64::MAX),
            })
            .unwrap();
        assert!(Avro::<Late>::new().deserialize(&most).is_ok());
        let far = Avro::<FarNumber>::new()
            .to_vec(&FarNumber {
                at: TimestampMillis(i64::MAX),
            })
            .unwrap();
        let error = Avro::<Far>::new().deserialize(&far).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
    }
}
