use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use wireform_registry::{ResolvedSchema, SchemaKind};

use crate::content_type::ContentType;
use crate::error::{ErrorKind, Result};
use crate::format::{Format, SchemaRef};
use crate::frame::MessageIndex;
pub(crate) use crate::json_error::json_error;
use crate::limits::Limits;
use crate::reader::{ReadCodec, ReadPlan};
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

    /// Declares the version of the format, for the `version` header.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into().into_boxed_str());
        self
    }

    /// Sets the longest payload that is read. (Nesting is limited to 128 by serde_json.)
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl<T: ?Sized> Format for Json<T> {
    fn content_type(&self) -> ContentType {
        ContentType::JSON
    }

    fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    fn schema(&self) -> Option<&SchemaRef> {
        None
    }
}

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

impl<T: DeserializeOwned + 'static> ReadCodec<T> for Json<T> {
    /// Returns `true` for JSON Schema: those bodies are JSON too. They are not validated here.
    fn reads_schema(&self, kind: SchemaKind) -> bool {
        kind == SchemaKind::Json
    }

    fn reads_content(&self, content_type: &ContentType) -> bool {
        content_type.is_json()
    }

    fn plan(&self, _writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<T>>> {
        Ok(Box::new(self.clone()))
    }

    fn decode_unframed(&self, payload: &[u8]) -> Result<T> {
        self.deserialize(payload)
    }
}

impl<T: DeserializeOwned> ReadPlan<T> for Json<T> {
    fn decode(&self, _message: &MessageIndex, body: &[u8]) -> Result<T> {
        self.deserialize(body)
    }
}

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
