use std::fmt;

use crate::content_type::ContentType;
use crate::error::Result;
use crate::format::{Format, SchemaRef};
use crate::serializer::{Serializer, append_or_restore};

/// A serializer made of a closure that appends to a buffer.
///
/// ```
/// use wireform::{ContentType, SerializerExt, from_fn};
///
/// let csv = from_fn(ContentType::new("text/csv"), |value: &(String, u32), out: &mut Vec<u8>| {
///     out.extend_from_slice(format!("{},{}", value.0, value.1).as_bytes());
///     Ok(())
/// });
/// assert_eq!(csv.to_vec(&("ORD-001".to_owned(), 3))?, b"ORD-001,3");
/// # Ok::<(), wireform::Error>(())
/// ```
pub fn from_fn<F>(content_type: ContentType, write: F) -> FromFn<F> {
    FromFn {
        content_type,
        version: None,
        write,
    }
}

/// See [`from_fn`].
#[derive(Clone)]
pub struct FromFn<F> {
    content_type: ContentType,
    version: Option<String>,
    write: F,
}

impl<F> FromFn<F> {
    /// Declares the version of the format, for the `version` header.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }
}

impl<F: Send + Sync> Format for FromFn<F> {
    fn content_type(&self) -> ContentType {
        self.content_type.clone()
    }

    fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    fn schema(&self) -> Option<&SchemaRef> {
        None
    }
}

impl<T: ?Sized, F> Serializer<T> for FromFn<F>
where
    F: Fn(&T, &mut Vec<u8>) -> Result<()> + Send + Sync,
{
    fn format(&self, _value: &T) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        append_or_restore(out, |out| (self.write)(value, out))
    }
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FromFn")
            .field("content_type", &self.content_type)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
