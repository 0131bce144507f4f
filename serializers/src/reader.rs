use std::fmt;

use wireform_registry::{
    LockFile, Registry, ResolvedSchema, Role, SchemaId, SchemaKey, SchemaKind, StoredSchema,
    resolve,
};

use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::{ForeignFrame, ForeignSchemas};
use crate::format::SchemaRef;
use crate::frame::{Frame, Identified, identify};
use crate::header::{HeaderList, SchemaHeaders};
use crate::language;
use crate::limits::Limits;

mod builder;
mod codec;
mod loads;
mod planned;
mod plans;

pub use self::builder::ReaderBuilder;
#[cfg(any(
    feature = "avro",
    feature = "json",
    feature = "json-schema",
    feature = "protobuf"
))]
pub(crate) use self::codec::reads;
pub use self::codec::{ReadCodec, ReadPlan};
use self::loads::Loads;
use self::planned::Planned;
use self::plans::Plans;

/// A decoded value, and the schema that it was written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<T> {
    /// The value.
    pub value: T,
    /// The key of the writer schema, as in the record; `None` if the record has none.
    /// [`Reader::schema`] returns more about the schema.
    pub schema: Option<SchemaKey>,
}

/// Reads records of any writer, by the schema that they name or by their content type.
///
/// The first of these that a record has is used:
///
/// 1. the header `__value_schema_id` (of keys: `__key_schema_id`): an id or a GUID;
/// 2. a header of Apicurio: `apicurio.value.globalId` or `apicurio.value.contentId`;
/// 3. the first bytes of the payload: an id, a GUID, an id of Apicurio or AWS Glue, or the
///    fingerprint of an Avro single object;
/// 4. the header `content-type`.
///
/// A payload without a frame may start with the same bytes as a frame. If this reader has no
/// registry or resolver for the key that they name, and a codec reads the content type without a
/// frame, then the payload is read without a frame. This does not apply to JSON, which never starts
/// with these bytes.
///
/// The reader uses only the codecs that were added. Decoding is pure and never waits: a schema that
/// is not loaded is the error [`ErrorKind::UnknownSchema`], and the caller decides whether to
/// [`fetch`](Self::fetch) it. Concurrent calls share the request for a schema, and each schema is
/// planned once. If a plan cannot be made, its error is remembered; if the registry failed, it is
/// asked again after a second.
///
/// ```
/// use wireform::{Json, Reader};
///
/// #[derive(serde::Deserialize)]
/// struct Ping {
///     n: u32,
/// }
///
/// let reader = Reader::<Ping>::offline().with(Json::<Ping>::new()).build();
/// let headers = [("content-type", "application/json")];
/// let ping = reader.decode(&headers, Some(b"{\"n\":7}"))?.expect("not a tombstone");
/// assert_eq!(ping.value.n, 7);
/// assert!(reader.decode(&headers, None)?.is_none());
/// # Ok::<(), wireform::Error>(())
/// ```
pub struct Reader<T> {
    registry: Option<Box<dyn Registry>>,
    lock: Option<LockFile>,
    codecs: Vec<Box<dyn ReadCodec<T>>>,
    role: Role,
    limits: Limits,
    plans: Plans<SchemaKey, Planned<T>>,
    loads: Loads<SchemaKey>,
    foreign: Option<Box<dyn ForeignSchemas>>,
}

/// The result of [`Reader::decode`]. It is built next to the value, because values are large and
/// each further wrapping would move them.
type Read<T> = Result<Option<Decoded<T>>>;

impl<T> Reader<T> {
    /// Reads a record's value (or key, see [`ReaderBuilder::role`]). `Ok(None)` is a tombstone; an
    /// empty payload is a value.
    ///
    /// # Errors
    /// - `UnknownSchema(key)` if the writer schema is not loaded: [`fetch`](Self::fetch) it (or,
    ///   with [`locked`](Self::locked), add it to the lock file).
    /// - `Framing` if the payload has no frame and no content type.
    /// - `UnsupportedContent` if no codec of this reader reads the content.
    /// - `Decode`, `WrongType`, `Incompatible` and `LimitExceeded` from the codec.
    pub fn decode<H: HeaderList + ?Sized>(
        &self,
        headers: &H,
        payload: Option<&[u8]>,
    ) -> Result<Option<Decoded<T>>> {
        let Some(payload) = payload else {
            return Ok(None);
        };
        self.limits.check_payload(payload)?;
        let named = SchemaHeaders::find(headers, self.role);
        match identify(&named, headers, self.role, payload)? {
            Identified::Confluent(frame) => match self.plans.first(frame.schema()) {
                Some(planned) => planned.decode(&frame),
                None => self.decode_rarer(&named, &frame, payload),
            },
            Identified::Foreign(frame) => self.decode_foreign(&named, &frame, payload),
            Identified::Unframed => self.decode_unframed(&named, payload),
        }
    }

    /// Loads a writer schema and makes the plan for it. Does nothing if the schema is already
    /// loaded.
    ///
    /// Concurrent calls for one key make one plan. They share the request to the registry, as in
    /// [`Cached`](wireform_registry::Cached): each call drives it, so none depends on another one being polled.
    ///
    /// # Errors
    /// - `Registry` if the registry fails or does not know the schema.
    /// - `UnknownSchema` if this reader has no registry or resolver for `key`.
    /// - `InvalidSchema`, `Incompatible`, `LimitExceeded` or `UnsupportedContent` if no plan can be
    ///   made.
    /// - `Io` if a thread that a plan needs cannot be started.
    ///
    /// Errors are remembered. `Incompatible`, `LimitExceeded`, `UnsupportedContent` and `WrongType`
    /// are permanent; other errors are returned again for one second, then the call is repeated.
    pub async fn fetch(&self, key: impl Into<SchemaKey>) -> Result<()> {
        let key = key.into();
        if let Some(outcome) = self.outcome(key) {
            return outcome;
        }
        if !self.can_ask(key) {
            return self.plan_locked(key);
        }
        let writer = self.request(key).await;
        let _alone = self.loads.plan_alone();
        if let Some(outcome) = self.outcome(key) {
            return outcome;
        }
        let planned = writer.and_then(|(stored, writer)| match stored {
            Some(stored) => self.add_stored(key, &stored, &writer),
            None => self.add(key, &writer),
        });
        if let Err(error) = &planned {
            self.loads.fail(key, error);
        }
        planned
    }

    /// Decodes a record, and first fetches the writer schema if it is not loaded.
    ///
    /// # Errors
    /// The errors of [`decode`](Self::decode) and [`fetch`](Self::fetch).
    pub async fn decode_or_fetch<H: HeaderList + ?Sized>(
        &self,
        headers: &H,
        payload: Option<&[u8]>,
    ) -> Result<Option<Decoded<T>>> {
        let error = match self.decode(headers, payload) {
            Err(error) => error,
            decoded => return decoded,
        };
        match error.kind() {
            ErrorKind::UnknownSchema(key) if self.can_ask(key) => {
                self.fetch(key).await?;
                self.decode(headers, payload)
            }
            _ => Err(error),
        }
    }

    /// Adds the writer schema of `key`, for readers that have no registry or resolver for it. A
    /// schema that was loaded before stays, because a key always names the same schema.
    ///
    /// # Errors
    /// `InvalidSchema`, `Incompatible` or `UnsupportedContent` if no plan can be made.
    pub fn add(&self, key: impl Into<SchemaKey>, writer: &ResolvedSchema) -> Result<()> {
        let key = key.into();
        let schema = match key {
            SchemaKey::Id(id) => Some(SchemaRef::with_id(id)),
            SchemaKey::Guid(guid) => Some(SchemaRef::with_guid(guid)),
            SchemaKey::Fingerprint(fingerprint) => {
                let mut schema = SchemaRef::unknown();
                schema.set_fingerprint(Some(fingerprint));
                Some(schema)
            }
            _ => None,
        };
        self.insert(key, schema, writer)
    }

    /// Returns what this reader knows of a writer schema that is loaded: its id and its GUID,
    /// whichever of them the record has. `None` if it is not loaded, or if it is a schema of
    /// Apicurio or AWS Glue.
    #[must_use]
    pub fn schema(&self, key: SchemaKey) -> Option<SchemaRef> {
        self.plans
            .with(key, |planned| planned.schema.clone())
            .flatten()
    }

    /// Returns `Ok` if `key` is loaded, or the error why it cannot be; `None` if neither is known.
    fn outcome(&self, key: SchemaKey) -> Option<Result<()>> {
        match self.plans.with(key, |_| ()) {
            Some(()) => Some(Ok(())),
            None => self.loads.failure(key).map(Err),
        }
    }

    /// Returns whether a registry or resolver for `key` is configured.
    fn can_ask(&self, key: SchemaKey) -> bool {
        match key {
            SchemaKey::Id(_) | SchemaKey::Guid(_) => self.registry.is_some(),
            SchemaKey::Fingerprint(_) => false,
            _ => self.foreign.is_some(),
        }
    }

    /// Requests the writer schema of `key`, and its entry if it is from the registry.
    async fn request(&self, key: SchemaKey) -> Result<(Option<StoredSchema>, ResolvedSchema)> {
        let stored = match (key, &self.registry, &self.foreign) {
            (SchemaKey::Id(id), Some(registry), _) => registry.by_id(id).await?,
            (SchemaKey::Guid(guid), Some(registry), _) => registry.by_guid(guid).await?,
            (_, _, Some(foreign)) => return Ok((None, foreign.schema(key).await?)),
            _ => return Err(self.unknown(key)),
        };
        let Some(registry) = &self.registry else {
            return Err(self.unknown(key));
        };
        let writer = resolve(registry, &stored.def).await?;
        Ok((Some(stored), writer))
    }

    fn add_stored(
        &self,
        key: SchemaKey,
        stored: &StoredSchema,
        writer: &ResolvedSchema,
    ) -> Result<()> {
        let mut schema = SchemaRef::unknown();
        schema.set_id(stored.id);
        schema.set_guid(stored.guid);
        match key {
            SchemaKey::Id(id) => schema.set_id(Some(id)),
            SchemaKey::Guid(guid) => schema.set_guid(Some(guid)),
            _ => {}
        }
        self.insert(key, Some(schema), writer)
    }

    /// Makes the plan for a schema of the lock file that is needed for the first time.
    fn plan_locked(&self, key: SchemaKey) -> Result<()> {
        let lock = self.lock.as_ref().ok_or_else(|| self.unknown(key))?;
        let locked = lock.registered(key).map_err(|_| self.unknown(key))?;
        let _alone = self.loads.plan_alone();
        if let Some(outcome) = self.outcome(key) {
            return outcome;
        }
        let plan = || {
            let writer = lock.resolve_for(&locked.subject, &locked.def)?;
            self.add_stored(key, &lock.schema(key)?, &writer)
        };
        let planned = plan();
        if let Err(error) = &planned {
            self.loads.fail_locked(key, error);
        }
        planned
    }

    fn insert(
        &self,
        key: SchemaKey,
        schema: Option<SchemaRef>,
        writer: &ResolvedSchema,
    ) -> Result<()> {
        let kind = writer.kind;
        let codec = self.codec_for(key, kind)?;
        let planned = Planned {
            key,
            kind,
            schema,
            plan: codec.plan(writer)?,
            tail: match language::find(kind) {
                Some(language) => language.frame_tail(key, writer)?,
                None => None,
            },
        };
        self.plans.insert(key, planned);
        self.loads.forget(key);
        Ok(())
    }

    fn codec_for(&self, key: SchemaKey, kind: SchemaKind) -> Result<&dyn ReadCodec<T>> {
        let codec = self.codecs.iter().find(|codec| codec.reads_schema(kind));
        codec.map(|codec| &**codec).ok_or_else(|| {
            let message = format!("{key} is of type {kind}, which no codec of this reader reads");
            Error::new(ErrorKind::UnsupportedContent, message)
        })
    }

    /// Decodes a payload without a frame, by its content type.
    #[inline(never)]
    fn decode_unframed(&self, named: &SchemaHeaders<'_>, payload: &[u8]) -> Read<T> {
        let content_type = named.content_type();
        if let Some(codec) = content_type.as_ref().and_then(|name| self.reads(name)) {
            return unframed(codec, payload);
        }
        match content_type {
            Some(content_type) => {
                let message = format!("no codec of this reader reads {:?}", content_type.as_str());
                Err(Error::new(ErrorKind::UnsupportedContent, message))
            }
            // Says what the payload looks like.
            None => Err(match Frame::from_payload(payload) {
                Err(error) => error,
                Ok(frame) => self.unknown(frame.schema()),
            }),
        }
    }

    fn reads(&self, content_type: &ContentType) -> Option<&dyn ReadCodec<T>> {
        let codec = self
            .codecs
            .iter()
            .find(|codec| codec.reads_content(content_type));
        codec.map(|codec| &**codec)
    }

    /// Reads a record whose schema is not loaded. The payload is read without a frame if its key
    /// comes from its first bytes, this reader has no registry or resolver for the key, and a codec
    /// reads the content type, which is not JSON. Otherwise the result is the error `unknown`.
    fn decode_unknown(
        &self,
        named: &SchemaHeaders<'_>,
        unknown: Error,
        is_in_header: bool,
        payload: &[u8],
    ) -> Read<T> {
        let may_ask = match unknown.kind() {
            ErrorKind::UnknownSchema(key) => self.can_ask(key),
            _ => true,
        };
        if is_in_header || may_ask {
            return Err(unknown);
        }
        let content_type = named.content_type().filter(|name| !name.is_json());
        match content_type.and_then(|name| self.reads(&name)) {
            Some(codec) => unframed(codec, payload),
            None => Err(unknown),
        }
    }

    /// Decodes a record of Apicurio or AWS Glue, or a single object, unless it is data of a known
    /// schema 0.
    #[inline(never)]
    fn decode_foreign(
        &self,
        named: &SchemaHeaders<'_>,
        frame: &ForeignFrame<'_>,
        payload: &[u8],
    ) -> Read<T> {
        if !frame.is_in_header
            && let [0, ..] = payload
            && self.knows(SchemaId::new(0).into())
            && let Some(frame) = Frame::find(payload)
        {
            return self.decode_rarer(named, &frame, payload);
        }
        let key = frame.key;
        let decode = |planned: &Planned<T>| planned.decode_foreign(frame, &self.limits);
        if let Some(decoded) = self.plans.with(key, decode) {
            return decoded;
        }
        if let Some(error) = self.loads.lasting_failure(key) {
            return Err(error);
        }
        self.decode_unknown(named, self.unknown(key), frame.is_in_header, payload)
    }

    fn knows(&self, key: SchemaKey) -> bool {
        self.plans.with(key, |_| ()).is_some()
            || (self.lock.is_some() && self.plan_locked(key).is_ok())
    }

    /// Decodes a record whose schema is not among the first plans.
    #[inline(never)]
    fn decode_rarer(
        &self,
        named: &SchemaHeaders<'_>,
        frame: &Frame<'_>,
        payload: &[u8],
    ) -> Read<T> {
        let key = frame.schema();
        let decode = || self.plans.with(key, |planned| planned.decode(frame));
        if let Some(decoded) = decode() {
            return decoded;
        }
        if let Some(error) = self.loads.lasting_failure(key) {
            return Err(error);
        }
        let unknown = match self.plan_locked(key) {
            Err(error) => error,
            Ok(()) => match decode() {
                Some(decoded) => return decoded,
                None => self.unknown(key),
            },
        };
        self.decode_unknown(named, unknown, frame.is_in_header(), payload)
    }

    /// Says why `key` is unknown and what to do.
    #[cold]
    fn unknown(&self, key: SchemaKey) -> Error {
        let message = match key {
            _ if self.can_ask(key) => format!("{key} is not loaded: call Reader::fetch"),
            SchemaKey::Id(_) | SchemaKey::Guid(_) if self.lock.is_some() => {
                format!("{key} is not in wireform.lock: run `wireform lock`")
            }
            SchemaKey::Id(_) | SchemaKey::Guid(_) => {
                format!("{key} is unknown and this reader has no registry: call Reader::add")
            }
            SchemaKey::Fingerprint(_) => format!("{key} is unknown: call Reader::add"),
            _ => format!(
                "{key} is unknown and no resolver is configured: see `ReaderBuilder::foreign`"
            ),
        };
        Error::new(ErrorKind::UnknownSchema(key), message)
    }
}

fn unframed<T>(codec: &dyn ReadCodec<T>, payload: &[u8]) -> Read<T> {
    Ok(Some(Decoded {
        value: codec.decode_unframed(payload)?,
        schema: None,
    }))
}

impl<T> fmt::Debug for Reader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("registry", &self.registry)
            .field("codecs", &self.codecs)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
