use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::fault::Fault;
use super::policy::{DatetimeFormat, DatetimePolicy};
use super::write::{Context, Value};
use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::format::{Format, unframed_format, version_and_limits};
use crate::json::{json_error, reads_json};
use crate::limits::Limits;
use crate::serializer::{Deserializer, Serializer, append_or_restore};

/// JSON whose datetimes follow one [`DatetimePolicy`], for any serde type, without changes to the
/// type.
///
/// The body is what serde_json writes for the value, except for the datetimes in it. The module
/// [`datetime`](crate::datetime) describes which ones are recognised.
///
/// It reads what it writes where the types do: serde_json's reading, in which chrono and jiff read
/// any RFC 3339 text and `SystemTime` reads nothing but serde's own struct. An epoch format is for
/// writing only.
///
/// ```
/// use wireform::datetime::{DatetimePolicy, Precision};
/// use wireform::{DatetimeJson, Deserializer, SerializerExt};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Order {
///     id: u64,
///     placed_at: chrono::DateTime<chrono::FixedOffset>,
/// }
///
/// let json = DatetimeJson::<Order>::new(DatetimePolicy::rfc3339(Precision::Millis)).version("1");
/// let order = Order { id: 7, placed_at: "2024-01-02T04:04:05.5+01:00".parse()? };
/// let body = json.to_vec(&order)?;
/// assert_eq!(body, br#"{"id":7,"placed_at":"2024-01-02T03:04:05.500Z"}"#);
/// assert_eq!(json.deserialize(&body)?.placed_at, order.placed_at);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct DatetimeJson<T: ?Sized> {
    policy: DatetimePolicy,
    version: Option<Box<str>>,
    limits: Limits,
    value: PhantomData<fn(&T)>,
}

impl<T: ?Sized> DatetimeJson<T> {
    /// A codec for `T` with this policy that declares no version.
    #[must_use]
    pub fn new(policy: DatetimePolicy) -> Self {
        Self {
            policy,
            version: None,
            limits: Limits::default(),
            value: PhantomData,
        }
    }

    version_and_limits! {
        /// Sets the longest payload that is read. (Nesting is limited to 128 by serde_json.)
    }

    /// How datetimes are written.
    #[must_use]
    pub fn policy(&self) -> DatetimePolicy {
        self.policy
    }
}

unframed_format!([T: ?Sized] DatetimeJson<T>, ContentType::JSON);

impl<T: Serialize + ?Sized> Serializer<T> for DatetimeJson<T> {
    fn format(&self, _value: &T) -> &dyn Format {
        self
    }

    fn serialize(&self, value: &T, out: &mut Vec<u8>) -> Result<()> {
        let context = Context::new(self.policy);
        append_or_restore(out, |out| {
            serde_json::to_writer(out, &Value::new(value, &context)).map_err(|error| {
                context.into_error(|| {
                    Fault::told_in(&error.to_string()).map_or_else(
                        || json_error(ErrorKind::Encode, &error),
                        |fault| fault.error(ErrorKind::Encode),
                    )
                })
            })
        })
    }
}

impl<T: DeserializeOwned> Deserializer<T> for DatetimeJson<T> {
    /// # Errors
    /// `Config` under an epoch format: chrono and jiff read strings.
    fn deserialize(&self, bytes: &[u8]) -> Result<T> {
        if self.policy.format != DatetimeFormat::Rfc3339 {
            return Err(Error::new(ErrorKind::Config, EPOCH_IS_FOR_WRITING));
        }
        self.limits.check_payload(bytes)?;
        serde_json::from_slice(bytes).map_err(|error| decode_error(&error))
    }
}

reads_json!(DatetimeJson);

impl<T: ?Sized> Clone for DatetimeJson<T> {
    fn clone(&self) -> Self {
        Self {
            policy: self.policy,
            version: self.version.clone(),
            limits: self.limits,
            value: PhantomData,
        }
    }
}

impl<T: ?Sized> Default for DatetimeJson<T> {
    fn default() -> Self {
        Self::new(DatetimePolicy::default())
    }
}

impl<T: ?Sized> fmt::Debug for DatetimeJson<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatetimeJson")
            .field("policy", &self.policy)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// Says what is wrong with a datetime; of everything else only where it is, as [`json_error`].
fn decode_error(error: &serde_json::Error) -> Error {
    match Fault::told_in(&error.to_string()) {
        Some(fault) => {
            let (line, column) = (error.line(), error.column());
            let message = format!("{fault}, line {line} column {column}");
            Error::new(ErrorKind::Decode, message)
        }
        None => json_error(ErrorKind::Decode, error),
    }
}

const EPOCH_IS_FOR_WRITING: &str = "a `DatetimeJson` with an epoch format only writes, as chrono \
    and jiff read strings; to read integers, annotate the fields with \
    `#[serde(with = \"wireform::datetime::epoch::millis\")]` or give them the type \
    `wireform::datetime::Epoch<T, Millis>`, and use `Json`";
