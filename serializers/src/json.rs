use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::content_type::ContentType;
use crate::error::{ErrorKind, Result};
use crate::format::{Format, unframed_format, version_and_limits};
pub(crate) use crate::json_error::json_error;
use crate::limits::Limits;
use crate::serializer::{Deserializer, Serializer, append_or_restore};

/// JSON by serde_json: the body is what serde_json writes for the value.
///
/// ```
/// use wireform::{Json, SerializerExt};
///
/// #[derive(serde::Serialize)]
/// struct Ping {
///     n: u32,
/// }
///
/// let json = Json::<Ping>::new().version("1.0");
/// assert_eq!(json.to_vec(&Ping { n: 7 })?, b"{\"n\":7}");
/// # Ok::<(), wireform::Error>(())
/// ```
pub struct Json<T: ?Sized> {
    version: Option<Box<str>>,
    limits: Limits,
    value: PhantomData<fn(&T)>,
}

impl<T: ?Sized> Json<T> {
    /// A codec for `T` that declares no version.
    #[must_use]
    pub fn new() -> Self {
        Self {
            version: None,
            limits: Limits::default(),
            value: PhantomData,
        }
    }

    version_and_limits! {
        /// Sets the longest payload that is read. (Nesting is limited to 128 by serde_json.)
    }
}

unframed_format!([T: ?Sized] Json<T>, ContentType::JSON);

impl<T: Serialize + ?Sized> Serializer<T> for Json<T> {
    fn format(&self, _value: &T) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        append_or_restore(out, |out| {
            serde_json::to_writer(out, value).map_err(|error| json_error(ErrorKind::Encode, &error))
        })
    }
}

impl<T: DeserializeOwned> Deserializer<T> for Json<T> {
    fn deserialize(&self, bytes: &[u8]) -> Result<T> {
        self.limits.check_payload(bytes)?;
        serde_json::from_slice(bytes).map_err(|error| json_error(ErrorKind::Decode, &error))
    }
}

/// Implements [`ReadCodec`] and [`ReadPlan`] for a codec that reads every JSON as it reads its own.
macro_rules! reads_json {
    ($codec:ident) => {
        impl<T: DeserializeOwned + 'static> $crate::ReadCodec<T> for $codec<T> {
            // Bodies of JSON Schema are JSON too. They are not validated here.
            $crate::reader::reads!(T, Json, is_json);

            fn plan(
                &self,
                _writer: &$crate::registry::ResolvedSchema,
            ) -> Result<Box<dyn $crate::ReadPlan<T>>> {
                Ok(Box::new(self.clone()))
            }
        }

        impl<T: DeserializeOwned> $crate::ReadPlan<T> for $codec<T> {
            fn decode(&self, _message: &$crate::frame::MessageIndex, body: &[u8]) -> Result<T> {
                self.deserialize(body)
            }
        }
    };
}
#[cfg(feature = "datetime")]
pub(crate) use reads_json;

reads_json!(Json);

impl<T: ?Sized> Clone for Json<T> {
    fn clone(&self) -> Self {
        Self {
            version: self.version.clone(),
            limits: self.limits,
            value: PhantomData,
        }
    }
}

impl<T: ?Sized> Default for Json<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: ?Sized> fmt::Debug for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Json")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
