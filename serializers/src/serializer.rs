use std::fmt::Debug;
use std::sync::Arc;

use wireform_registry::ResolvedSchema;

use crate::content_type::ContentType;
use crate::error::Result;
use crate::format::{Format, SchemaRef};
use crate::frame::MessageIndex;
use crate::schema_codec::{SchemaCodec, SchemaFormat, SchemaSource};

/// **A type that implements `Serializer<T>` is a way to write values of `T` as bytes; it also
/// describes those bytes, so that the record's headers can be set from it.**
///
/// # Contract
/// - `serialize` only appends to `out`; on error `out` is as it was before.
/// - The same value gives the same bytes, whatever is in `out` already. (Hash maps iterate in an
///   order of their own: that order is part of the value.)
/// - It does no I/O, never blocks and never panics. All lookups were done when the serializer was
///   built.
/// - `serialize` writes what `format` describes, for the same value.
///
/// The trait is also implemented for `Arc<S>`, `Box<S>` and `&S`, including `dyn Serializer<T>`.
/// [`from_fn`](crate::from_fn) makes a serializer from a closure.
///
/// ```
/// use wireform::{Serializer, SerializerExt, Utf8};
///
/// assert_eq!(Utf8.to_vec("hello")?, b"hello");
/// assert_eq!(Utf8.format("hello").content_type().as_str(), "text/plain; charset=utf-8");
/// # Ok::<(), wireform::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not serialize `{T}`",
    note = "codecs live behind cargo features of `wireform` (`json`, `datetime`, `avro`, \
            `protobuf`); `wireform::from_fn` makes a serializer of a closure; serde codecs need \
            `#[derive(serde::Serialize)]` on the value, `Protobuf` a generated message"
)]
pub trait Serializer<T: ?Sized>: Debug + Send + Sync {
    /// Returns the format in which `value` will be written. Codecs of one schema return themselves.
    fn format(&self, value: &T) -> &dyn Format;

    /// Appends the encoded value to `out`.
    ///
    /// # Errors
    /// `Encode` if the value cannot be written in this format; `LimitExceeded` if it is nested too
    /// deeply.
    fn serialize(&self, value: &T, out: &mut Vec<u8>) -> Result<()>;
}

/// **A type that implements `Deserializer<T>` is a way to read a `T` from the bytes that the
/// matching serializer writes; it takes all of them or fails.**
///
/// # Contract
/// Bytes are untrusted: every input gives a value or a typed error, within the limits of the
/// deserializer, and never a panic. Bytes left over are an error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not deserialize `{T}`",
    note = "codecs live behind cargo features of `wireform` (`json`, `datetime`, `avro`, \
            `protobuf`); serde codecs need `#[derive(serde::Deserialize)]` on the value"
)]
pub trait Deserializer<T>: Debug + Send + Sync {
    /// Reads one value from the whole of `bytes`.
    ///
    /// # Errors
    /// `Decode` with the place if the bytes are not such a value; `LimitExceeded` if they would
    /// take more memory than allowed.
    fn deserialize(&self, bytes: &[u8]) -> Result<T>;
}

/// Convenience methods of every [`Serializer`].
pub trait SerializerExt<T: ?Sized>: Serializer<T> {
    /// Returns the encoded value in a new vector.
    ///
    /// # Errors
    /// As [`Serializer::serialize`].
    fn to_vec(&self, value: &T) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.serialize(value, &mut out)?;
        Ok(out)
    }
}

impl<T: ?Sized, S: Serializer<T> + ?Sized> SerializerExt<T> for S {}

/// Runs `write`, and cuts `out` back to where it was if that fails.
pub(crate) fn append_or_restore(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<()>,
) -> Result<()> {
    let start = out.len();
    write(out).inspect_err(|_| out.truncate(start))
}

macro_rules! forward {
    ($($pointer:ty),+) => {$(
        #[deny(clippy::missing_trait_methods)]
        impl<S: Format + ?Sized> Format for $pointer {
            fn content_type(&self) -> ContentType {
                (**self).content_type()
            }

            fn version(&self) -> Option<&str> {
                (**self).version()
            }

            fn schema(&self) -> Option<&SchemaRef> {
                (**self).schema()
            }
        }

        #[deny(clippy::missing_trait_methods)]
        impl<T: ?Sized, S: Serializer<T> + ?Sized> Serializer<T> for $pointer {
            fn format(&self, value: &T) -> &dyn Format {
                (**self).format(value)
            }

            fn serialize(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
                (**self).serialize(value, out)
            }
        }

        #[deny(clippy::missing_trait_methods)]
        impl<S: SchemaFormat + ?Sized> SchemaFormat for $pointer {
            fn source(&self) -> &SchemaSource {
                (**self).source()
            }

            fn message_index(&self) -> MessageIndex {
                (**self).message_index()
            }

            fn check_writes(&self, schema: &ResolvedSchema) -> Result<()> {
                (**self).check_writes(schema)
            }
        }

        #[deny(clippy::missing_trait_methods)]
        impl<T: ?Sized, S: SchemaCodec<T> + ?Sized> SchemaCodec<T> for $pointer {
            fn serialize_body(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
                (**self).serialize_body(value, out)
            }
        }

        #[deny(clippy::missing_trait_methods)]
        impl<T, S: Deserializer<T> + ?Sized> Deserializer<T> for $pointer {
            fn deserialize(&self, bytes: &[u8]) -> Result<T> {
                (**self).deserialize(bytes)
            }
        }
    )+};
}

forward!(Arc<S>, Box<S>, &S);
