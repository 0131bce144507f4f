//! The modules that `#[serde(with = "…")]` names.

/// A module for each unit, with `serialize`, `deserialize`, and the same in `option`. The
/// surrounding module has `write`, `Borrowed`'s `Serialize`, the newtype and the trait of what it wraps.
macro_rules! field_modules {
    (@avro $unit:ident) => {
        #[cfg(feature = "avro")]
        #[doc(hidden)]
        pub use crate::datetime::avro::$unit::{MIN_SIZE, decode, decode_with, encode, write_schema};
    };
    (@avro_civil $unit:ident) => {
        #[cfg(feature = "avro")]
        #[doc(hidden)]
        pub use crate::datetime::avro::civil::$unit::{
            MIN_SIZE, decode, decode_with, encode, write_schema,
        };
    };
    ($newtype:ident of $type:ident; $($(#[$doc:meta])+ $module:ident: $unit:ident $(, $avro:ident)?;)+) => {$(
        $(#[$doc])+
        pub mod $module {
            $(crate::datetime::with::field_modules!(@$avro $module);)?

            use serde::Deserialize;

            use super::$type;

            /// Writes the datetime.
            ///
            /// # Errors
            /// If the datetime does not fit the format, or the serializer fails.
            pub fn serialize<T, S>(value: &T, serializer: S) -> Result<S::Ok, S::Error>
            where
                T: $type,
                S: serde::Serializer,
            {
                super::write::<T, super::$unit, S>(value, serializer)
            }

            /// Reads the datetime.
            ///
            /// # Errors
            /// If the input is not such a datetime, or `T` cannot hold it.
            pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
            where
                T: $type,
                D: serde::Deserializer<'de>,
            {
                super::$newtype::<T, super::$unit>::deserialize(deserializer)
                    .map(super::$newtype::into_inner)
            }

            /// Reads and writes an `Option<T>`. Add `#[serde(default)]` for a field that may be
            /// missing.
            pub mod option {
                use serde::{Deserialize, Serialize};

                use super::super::$type;

                /// Writes the datetime, or none.
                ///
                /// # Errors
                /// If the datetime does not fit the format, or the serializer fails.
                pub fn serialize<T, S>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error>
                where
                    T: $type,
                    S: serde::Serializer,
                {
                    let borrowed = super::super::Borrowed::<T, super::super::$unit>::new;
                    value.as_ref().map(borrowed).serialize(serializer)
                }

                /// Reads the datetime, or none.
                ///
                /// # Errors
                /// If the input is not such a datetime, or `T` cannot hold it.
                pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
                where
                    T: $type,
                    D: serde::Deserializer<'de>,
                {
                    let read = Option::<super::super::$newtype<T, super::super::$unit>>::deserialize(
                        deserializer,
                    )?;
                    Ok(read.map(super::super::$newtype::into_inner))
                }
            }
        }
    )+

        struct Borrowed<'a, T, P>(&'a T, std::marker::PhantomData<P>);

        impl<'a, T, P> Borrowed<'a, T, P> {
            fn new(value: &'a T) -> Self {
                Self(value, std::marker::PhantomData)
            }
        }
    };
}

pub(super) use field_modules;

/// Implements serde's traits for a newtype of a text, by the module's `write` and `Text`.
macro_rules! serde_as_text {
    ($newtype:ident of $type:ident) => {
        impl<T: $type, P: TextPrecision> Serialize for Borrowed<'_, T, P> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                write::<T, P, S>(self.0, serializer)
            }
        }

        impl<T: $type, P: TextPrecision> Serialize for $newtype<T, P> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                write::<T, P, S>(self, serializer)
            }
        }

        impl<'de, T: $type, P: TextPrecision> Deserialize<'de> for $newtype<T, P> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer
                    .deserialize_str(Text(PhantomData))
                    .map(Self::new)
            }
        }
    };
}
pub(super) use serde_as_text;
