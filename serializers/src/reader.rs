use std::fmt;

use wireform_registry::{
    LockFile, Registry, ResolvedSchema, Role, SchemaId, SchemaKey, SchemaKind, StoredSchema,
    resolve,
};

use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::{Bodies, ForeignFrame, ForeignId, ForeignSchemas, Names};
use crate::format::SchemaRef;
use crate::frame::{Frame, MessageIndex};
use crate::header::{HeaderList, Telling};
use crate::limits::Limits;

mod plans;

use plans::Plans;

/// **A type that implements `ReadCodec<T>` is a codec that a [`Reader`] may use; it makes a plan
/// for each writer schema and says which unframed content it reads.**
///
/// # Contract
/// Plans are kept and shared between threads. Bytes and schemas come from outside: every input
/// gives a value or a typed error, and never a panic.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not read `{T}`",
    note = "codecs live behind cargo features of `wireform` (`json`, `datetime`, `avro`, \
            `protobuf`); serde codecs need `#[derive(serde::Deserialize)]` on the value"
)]
pub trait ReadCodec<T>: fmt::Debug + Send + Sync {
    /// Whether it reads what was written with schemas of this type.
    fn reads_schema(&self, kind: SchemaKind) -> bool;

    /// Whether it reads unframed payloads of this content type.
    fn reads_content(&self, content_type: &ContentType) -> bool;

    /// How to read what was written with `writer`.
    ///
    /// # Errors
    /// `InvalidSchema` if it does not parse; `Incompatible` with the path if nothing written with
    /// it can ever be read as `T`.
    fn plan(&self, writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<T>>>;

    /// Reads an unframed payload.
    ///
    /// # Errors
    /// As [`Deserializer::deserialize`](crate::Deserializer::deserialize).
    fn decode_unframed(&self, payload: &[u8]) -> Result<T>;
}

/// **A type that implements `ReadPlan<T>` is a way to read the bodies of one writer schema.**
pub trait ReadPlan<T>: fmt::Debug + Send + Sync {
    /// Reads one body.
    ///
    /// # Errors
    /// `Decode` with the place, `LimitExceeded`, or `WrongType` if `message` is not the one that
    /// `T` is.
    fn decode(&self, message: &MessageIndex, body: &[u8]) -> Result<T>;
}

/// A value that was read, and the schema it was written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<T> {
    /// The value.
    pub value: T,
    /// The writer schema; `None` where the record names none.
    pub schema: Option<SchemaRef>,
}

/// Reads records whoever wrote them: by the schema id in a header, else by the one in front of the
/// payload, else by the content type.
///
/// Only codecs that were given decode. Decoding is pure and never waits: an id that was not met
/// before is [`ErrorKind::UnknownSchema`], and [`fetch`](Self::fetch) is the caller's choice.
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
    foreign: Option<Box<dyn ForeignSchemas>>,
    foreign_plans: Plans<ForeignId, ForeignPlan<T>>,
}

/// What is known of a writer schema; a plan that cannot be made is kept as its reason.
struct Planned<T> {
    kind: SchemaKind,
    schema: SchemaRef,
    plan: Box<dyn ReadPlan<T>>,
    names: Names,
}

/// The same of a schema of another registry.
struct ForeignPlan<T> {
    plan: Box<dyn ReadPlan<T>>,
    bodies: Bodies,
}

/// What [`Reader::decode`] returns, made where the value is: each step on the way that wraps it
/// once more would move it, and values are large.
type Read<T> = Result<Option<Decoded<T>>>;

/// Builds a [`Reader`].
pub struct ReaderBuilder<T> {
    foreign: Option<Box<dyn ForeignSchemas>>,
    registry: Option<Box<dyn Registry>>,
    lock: Option<LockFile>,
    codecs: Vec<Box<dyn ReadCodec<T>>>,
    role: Role,
    limits: Limits,
}

impl<T> Reader<T> {
    /// Starts a reader that fetches writer schemas from `registry`.
    pub fn builder(registry: impl Registry + 'static) -> ReaderBuilder<T> {
        ReaderBuilder {
            registry: Some(Box::new(registry)),
            ..Self::offline()
        }
    }

    /// Starts a reader that has no registry: it reads what its codecs read without a frame, and
    /// schemas that were [added](Self::add) by hand.
    #[must_use]
    pub fn offline() -> ReaderBuilder<T> {
        ReaderBuilder {
            foreign: None,
            registry: None,
            lock: None,
            codecs: Vec::new(),
            role: Role::Value,
            limits: Limits::default(),
        }
    }

    /// Starts a reader that has no registry and knows the schemas of a lock file, `wireform.lock`.
    #[must_use]
    pub fn locked(lock: LockFile) -> ReaderBuilder<T> {
        ReaderBuilder {
            lock: Some(lock),
            ..Self::offline()
        }
    }

    /// Reads a record's value (or key, see [`ReaderBuilder::role`]). `Ok(None)` is a tombstone.
    ///
    /// # Errors
    /// - `UnknownSchema(key)` if the writer schema was not met before: [`fetch`](Self::fetch) it
    ///   (or lock it, with [`locked`](Self::locked)).
    /// - `UnknownForeignSchema(id)` for the frames of Apicurio and AWS Glue, likewise:
    ///   [`fetch_foreign`](Self::fetch_foreign) it.
    /// - `Framing` if the payload has no frame and nothing says what it is.
    /// - `UnsupportedContent` if no codec of this reader reads it.
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
        let telling = Telling::find(headers, self.role);
        if let Some(id) = telling.schema_id {
            return self.decode_frame(&Frame::from_header(id, payload)?);
        }
        if telling.has_apicurio
            && let Some(frame) = ForeignFrame::from_headers(headers, self.role, payload)?
        {
            return self.decode_foreign(&frame);
        }
        self.decode_payload(&telling, payload)
    }

    /// Fetches a writer schema and makes the plan for it; does nothing if that was done before.
    ///
    /// # Errors
    /// `Registry` if the registry fails or does not know the schema; `Config` without a registry;
    /// `InvalidSchema`, `Incompatible` or `UnsupportedContent` if no plan can be made.
    pub async fn fetch(&self, key: impl Into<SchemaKey>) -> Result<()> {
        let key = key.into();
        if self.plans.with(key, |_| ()).is_some() {
            return Ok(());
        }
        let Some(registry) = &self.registry else {
            let message = format!("{key} is unknown, and this reader has no registry");
            return Err(Error::new(ErrorKind::Config, message));
        };
        let stored = match key {
            SchemaKey::Id(id) => registry.by_id(id).await?,
            SchemaKey::Guid(guid) => registry.by_guid(guid).await?,
        };
        let writer = resolve(registry, &stored.def).await?;
        self.add_stored(key, &stored, &writer)
    }

    /// Fetches a schema of another registry and makes the plan for it; does nothing if that was
    /// done before.
    ///
    /// # Errors
    /// As the resolver; `Config` without one; `InvalidSchema`, `Incompatible` or
    /// `UnsupportedContent` if no plan can be made.
    pub async fn fetch_foreign(&self, id: ForeignId) -> Result<()> {
        if self.foreign_plans.with(id, |_| ()).is_some() {
            return Ok(());
        }
        let Some(foreign) = &self.foreign else {
            let message = format!("{id} is unknown, and this reader has nobody to ask for it");
            return Err(Error::new(ErrorKind::Config, message));
        };
        self.add_foreign(id, &foreign.schema(id).await?)
    }

    /// Makes a schema of another registry known, as [`add`](Self::add).
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn add_foreign(&self, id: ForeignId, writer: &ResolvedSchema) -> Result<()> {
        let codec = self.codec_for(&id, writer.kind)?;
        let plan = ForeignPlan {
            plan: codec.plan(writer)?,
            bodies: Bodies::new(id, writer)?,
        };
        self.foreign_plans.insert(id, plan);
        Ok(())
    }

    /// Decodes, fetching the writer schema first where it is not known.
    ///
    /// # Errors
    /// As [`decode`](Self::decode) and [`fetch`](Self::fetch).
    pub async fn decode_or_fetch<H: HeaderList + ?Sized>(
        &self,
        headers: &H,
        payload: Option<&[u8]>,
    ) -> Result<Option<Decoded<T>>> {
        match self.decode(headers, payload) {
            Err(error) => match error.kind() {
                ErrorKind::UnknownSchema(key) => {
                    self.fetch(key).await?;
                    self.decode(headers, payload)
                }
                ErrorKind::UnknownForeignSchema(id) if self.foreign.is_some() => {
                    self.fetch_foreign(id).await?;
                    self.decode(headers, payload)
                }
                _ => Err(error),
            },
            decoded => decoded,
        }
    }

    /// Makes `writer` known under `key`, for readers without a registry; what is known by then
    /// stays, as ids never change their meaning.
    ///
    /// # Errors
    /// `InvalidSchema`, `Incompatible` or `UnsupportedContent` if no plan can be made.
    pub fn add(&self, key: impl Into<SchemaKey>, writer: &ResolvedSchema) -> Result<()> {
        let key = key.into();
        let schema = match key {
            SchemaKey::Id(id) => SchemaRef::with_id(id),
            SchemaKey::Guid(guid) => SchemaRef::with_guid(guid),
        };
        self.insert(key, schema, writer)
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
        }
        self.insert(key, schema, writer)
    }

    /// Makes the plan for a schema of the lock file that is met for the first time.
    fn plan_locked(&self, key: SchemaKey) -> Result<()> {
        let lock = self.lock.as_ref().ok_or_else(|| unknown(key))?;
        let locked = lock.registered(key).map_err(|_| {
            let message = format!("{key} is not in the lock file; `wireform lock` writes it anew");
            Error::new(ErrorKind::UnknownSchema(key), message)
        })?;
        let writer = lock.resolve_for(&locked.subject, &locked.def)?;
        self.add_stored(key, &lock.schema(key)?, &writer)
    }

    fn insert(&self, key: SchemaKey, schema: SchemaRef, writer: &ResolvedSchema) -> Result<()> {
        let kind = writer.kind;
        let codec = self.codec_for(&key, kind)?;
        let planned = Planned {
            kind,
            schema,
            plan: codec.plan(writer)?,
            names: Names::new(writer)?,
        };
        self.plans.insert(key, planned);
        Ok(())
    }

    fn codec_for(&self, key: &dyn fmt::Display, kind: SchemaKind) -> Result<&dyn ReadCodec<T>> {
        let codec = self.codecs.iter().find(|codec| codec.reads_schema(kind));
        codec.map(|codec| &**codec).ok_or_else(|| {
            let message = format!("{key} is of type {kind}, which no codec of this reader reads");
            Error::new(ErrorKind::UnsupportedContent, message)
        })
    }

    /// Without a schema id header: a frame where there is one, else what the content type says.
    ///
    /// A known schema id is stronger than a content type: framed JSON names both.
    #[inline(always)]
    fn decode_payload(&self, telling: &Telling<'_>, payload: &[u8]) -> Read<T> {
        if let [0, 0, 0, 0, 0, ..] | [3, 0 | 5, ..] = payload
            && let Some(decoded) = self.decode_if_foreign(telling, payload)
        {
            return decoded;
        }
        let Some(frame) = Frame::find(payload) else {
            return self.decode_unframed(telling, None, payload);
        };
        let key = frame.schema();
        if let Some(planned) = self.plans.first(key) {
            return planned.decode(&frame);
        }
        match self.decode_rarer(key, &frame) {
            Err(error) if self.is_unframed(&error) => {
                self.decode_unframed(telling, Some(error), payload)
            }
            decoded => decoded,
        }
    }

    /// By what the content type says; `unknown` is the error of the frame, where there is one.
    #[inline(never)]
    fn decode_unframed(
        &self,
        telling: &Telling<'_>,
        unknown: Option<Error>,
        payload: &[u8],
    ) -> Read<T> {
        let content_type = telling.content_type();
        let codec = content_type.as_ref().and_then(|name| self.reads(name));
        if let Some(codec) = codec {
            return Ok(Some(Decoded {
                value: codec.decode_unframed(payload)?,
                schema: None,
            }));
        }
        match (unknown, content_type) {
            (Some(unknown), _) => Err(unknown),
            (None, Some(content_type)) => {
                let message = format!("no codec of this reader reads {:?}", content_type.as_str());
                Err(Error::new(ErrorKind::UnsupportedContent, message))
            }
            // Says what the payload looks like.
            (None, None) => self.decode_frame(&Frame::from_payload(payload)?),
        }
    }

    fn reads(&self, content_type: &ContentType) -> Option<&dyn ReadCodec<T>> {
        let codec = self
            .codecs
            .iter()
            .find(|codec| codec.reads_content(content_type));
        codec.map(|codec| &**codec)
    }

    /// A payload that starts as those of Apicurio and Glue do, unless it is something else: data of
    /// a known schema 0, or unframed data where nobody can be asked.
    #[inline(never)]
    fn decode_if_foreign(&self, telling: &Telling<'_>, payload: &[u8]) -> Option<Read<T>> {
        let frame = ForeignFrame::from_payload(payload)?;
        let zero = SchemaKey::from(SchemaId::new(0));
        let is_ours = payload.first() == Some(&0)
            && (self.plans.with(zero, |_| ()).is_some() || self.plan_locked(zero).is_ok());
        if is_ours {
            return None;
        }
        let is_known = self.foreign_plans.with(frame.id, |_| ()).is_some();
        let content_type = telling.content_type();
        let is_unframed = content_type.is_some_and(|name| self.reads(&name).is_some());
        if !is_known && self.foreign.is_none() && is_unframed {
            return None;
        }
        Some(self.decode_foreign(&frame))
    }

    fn decode_foreign(&self, frame: &ForeignFrame<'_>) -> Read<T> {
        let decode = |planned: &ForeignPlan<T>| {
            let body = frame.body(&self.limits)?;
            let (message, body) = planned.bodies.split(frame.message, &body)?;
            planned.plan.decode(&message, body)
        };
        match self.foreign_plans.with(frame.id, decode) {
            Some(value) => Ok(Some(Decoded {
                value: value?,
                schema: None,
            })),
            None => Err(frame.unknown(self.foreign.is_some())),
        }
    }

    /// Whether a payload that starts like a frame is better taken as unframed: there is nobody to
    /// ask for its schema.
    fn is_unframed(&self, error: &Error) -> bool {
        self.registry.is_none() && matches!(error.kind(), ErrorKind::UnknownSchema(_))
    }

    #[inline(always)]
    fn decode_frame(&self, frame: &Frame<'_>) -> Read<T> {
        let key = frame.schema();
        match self.plans.first(key) {
            Some(planned) => planned.decode(frame),
            None => self.decode_rarer(key, frame),
        }
    }

    /// What is not among the first plans.
    #[inline(never)]
    fn decode_rarer(&self, key: SchemaKey, frame: &Frame<'_>) -> Read<T> {
        if let Some(decoded) = self.plans.with(key, |planned| planned.decode(frame)) {
            return decoded;
        }
        self.plan_locked(key)?;
        let decoded = self.plans.with(key, |planned| planned.decode(frame));
        decoded.unwrap_or_else(|| Err(unknown(key)))
    }
}

impl<T> Planned<T> {
    #[inline(never)]
    fn decode(&self, frame: &Frame<'_>) -> Read<T> {
        // An index is large, and nearly always the same.
        static FIRST: MessageIndex = MessageIndex::FIRST;
        let other;
        let (message, body) = match (frame.first_body(self.kind), frame.prefixed()) {
            (Some(body), _) => (&FIRST, body),
            (None, tail) => {
                other = match tail {
                    Some(tail) if self.kind == SchemaKind::Protobuf => self.names.split(tail)?,
                    _ => frame.body(self.kind)?,
                };
                (&other.0, other.1)
            }
        };
        Ok(Some(Decoded {
            // Before the value, which then is moved once.
            schema: Some(self.schema.clone()),
            value: self.plan.decode(message, body)?,
        }))
    }
}

#[cold]
fn unknown(key: SchemaKey) -> Error {
    let message = format!("{key} was not met before");
    Error::new(ErrorKind::UnknownSchema(key), message)
}

impl<T> ReaderBuilder<T> {
    /// Adds a codec that may be used. Where several read the same, the first one does.
    #[must_use]
    pub fn with(mut self, codec: impl ReadCodec<T> + 'static) -> Self {
        self.codecs.push(Box::new(codec));
        self
    }

    /// Whom to ask for schemas that frames of Apicurio or AWS Glue name, see
    /// [`foreign`](crate::foreign).
    #[must_use]
    pub fn foreign(mut self, schemas: impl ForeignSchemas + 'static) -> Self {
        self.foreign = Some(Box::new(schemas));
        self
    }

    /// Which side of the record is read; the value by default.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Sets the longest payload; codecs have limits of their own.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The reader.
    #[must_use]
    pub fn build(self) -> Reader<T> {
        Reader {
            registry: self.registry,
            lock: self.lock,
            codecs: self.codecs,
            role: self.role,
            limits: self.limits,
            plans: Plans::default(),
            foreign: self.foreign,
            foreign_plans: Plans::default(),
        }
    }
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

impl<T> fmt::Debug for ReaderBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReaderBuilder")
            .field("registry", &self.registry)
            .field("codecs", &self.codecs)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
