use std::fmt;
use std::sync::Arc;

use wireform_registry::{LockFile, Registry, ResolvedSchema, Role, Subject, SubjectNaming};

use super::{EventCodec, Events};
use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::format::{Format, SchemaRef};
use crate::frame::MessageIndex;
use crate::framed::Framed;
use crate::language::{self, Language, Unions};
use crate::schema_codec::{SchemaCodec, SchemaFormat, SchemaSource};
use crate::serializer::Serializer;

/// Writes the events of one topic, each in a frame of its own schema.
///
/// The schemas are found once, when this is built; writing is pure and never waits. The naming
/// strategy decides their subjects:
///
/// | naming | subjects |
/// |---|---|
/// | [`RecordName`](crate::RecordName) | one for each variant, whatever the topic: `shop.OrderPlaced` |
/// | [`TopicRecordName`](crate::TopicRecordName) | one for each variant and topic: `orders-shop.OrderPlaced` |
/// | [`TopicName`](crate::TopicName) | one, `orders-value`, whose schema is the union of all (Avro), or `oneOf` them (JSON Schema) |
///
/// With a union, types that the records share are defined in it once. Variants are added at the
/// end: the number of a branch is part of the bytes that `latest` writes.
pub struct FramedEvents<E> {
    variants: Box<[Framed<Arc<dyn SchemaCodec<E>>>]>,
}

/// How the schemas of the variants are found.
#[derive(Clone, Copy)]
enum How {
    Latest,
    Lookup,
    Register,
}

impl<E: Events> FramedEvents<E> {
    /// Registers every variant's schema, or finds it, as [`Framed::register`].
    ///
    /// # Errors
    /// As [`Framed::register`]; `Config` if the variants cannot share the subject that `naming`
    /// gives them. Variants before the one that failed stay registered.
    pub async fn register(
        codec: &EventCodec<E>,
        registry: &(impl Registry + ?Sized),
        naming: &dyn SubjectNaming,
        topic: &str,
    ) -> Result<Self> {
        Self::find(codec, registry, naming, topic, How::Register).await
    }

    /// Finds every variant's schema and never registers one: the production default.
    ///
    /// # Errors
    /// As [`Framed::lookup`]; `Config` as [`register`](Self::register).
    pub async fn lookup(
        codec: &EventCodec<E>,
        registry: &(impl Registry + ?Sized),
        naming: &dyn SubjectNaming,
        topic: &str,
    ) -> Result<Self> {
        Self::find(codec, registry, naming, topic, How::Lookup).await
    }

    /// Uses the newest version of each subject, after checking that the variant's bytes are bytes
    /// of it. A union may have more branches at its end.
    ///
    /// # Errors
    /// As [`Framed::latest`]; `Config` as [`register`](Self::register).
    pub async fn latest(
        codec: &EventCodec<E>,
        registry: &(impl Registry + ?Sized),
        naming: &dyn SubjectNaming,
        topic: &str,
    ) -> Result<Self> {
        Self::find(codec, registry, naming, topic, How::Latest).await
    }

    async fn find(
        codec: &EventCodec<E>,
        registry: &(impl Registry + ?Sized),
        naming: &dyn SubjectNaming,
        topic: &str,
        how: How,
    ) -> Result<Self> {
        let mut variants = Vec::new();
        for (subject, codec) in branches(codec, naming, topic)? {
            variants.push(match how {
                How::Latest => Framed::latest(codec, registry, subject).await?,
                How::Lookup => Framed::lookup(codec, registry, subject).await?,
                How::Register => Framed::register(codec, registry, subject).await?,
            });
        }
        Ok(Self::of(variants))
    }

    /// Finds every variant's schema in a lock file, `wireform.lock`: offline, and at once.
    ///
    /// # Errors
    /// As [`Framed::locked`]; `Config` as [`register`](Self::register).
    pub fn locked(
        codec: &EventCodec<E>,
        lock: &LockFile,
        naming: &dyn SubjectNaming,
        topic: &str,
    ) -> Result<Self> {
        let mut variants = Vec::new();
        for (subject, codec) in branches(codec, naming, topic)? {
            variants.push(Framed::locked(codec, lock, subject)?);
        }
        Ok(Self::of(variants))
    }

    /// Names the schemas in the record's header, as [`Framed::in_headers`].
    ///
    /// # Errors
    /// `Config` if a schema has no GUID.
    pub fn in_headers(self) -> Result<Self> {
        let variants = self.variants.into_iter().map(Framed::in_headers);
        Ok(Self {
            variants: variants.collect::<Result<_>>()?,
        })
    }

    /// The schema of each variant, in their order.
    pub fn schemas(&self) -> impl Iterator<Item = &SchemaRef> {
        self.variants.iter().filter_map(Format::schema)
    }

    fn of(variants: Vec<Framed<Arc<dyn SchemaCodec<E>>>>) -> Self {
        Self {
            variants: variants.into_boxed_slice(),
        }
    }

    fn variant(&self, event: &E) -> Option<&Framed<Arc<dyn SchemaCodec<E>>>> {
        self.variants.get(event.variant()?)
    }
}

impl<E: Events> Serializer<E> for FramedEvents<E> {
    fn format(&self, event: &E) -> &dyn Format {
        match self.variant(event) {
            Some(variant) => variant,
            None => &NoFormat,
        }
    }

    /// # Errors
    /// As the variant's codec; `Encode` for the variant of other events, which cannot be written.
    fn serialize(&self, event: &E, out: &mut Vec<u8>) -> Result<()> {
        match self.variant(event) {
            Some(variant) => variant.serialize(event, out),
            None => Err(Error::new(
                ErrorKind::Encode,
                "an event that this program does not know cannot be written: it has no codec",
            )),
        }
    }
}

impl<E> Clone for FramedEvents<E> {
    fn clone(&self) -> Self {
        Self {
            variants: self.variants.clone(),
        }
    }
}

impl<E> fmt::Debug for FramedEvents<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.variants).finish()
    }
}

type Named<E> = (Subject, Arc<dyn SchemaCodec<E>>);

/// The variants' subjects and codecs; those that share a subject, as branches of its union.
fn branches<E: Events>(
    codec: &EventCodec<E>,
    naming: &dyn SubjectNaming,
    topic: &str,
) -> Result<Vec<Named<E>>> {
    let members = &codec.inner.members;
    let mut named: Vec<Named<E>> = Vec::new();
    for member in members {
        let record = member.codec.source().record.as_deref();
        let subject = naming.subject(topic, Role::Value, record)?;
        named.push((subject, member.writer()));
    }
    let subjects: Vec<Subject> = named.iter().map(|(subject, _)| subject.clone()).collect();
    for (place, subject) in subjects.iter().enumerate() {
        let sharing = subjects.iter().enumerate().filter(|(_, s)| *s == subject);
        let sharing: Vec<usize> = sharing.map(|(place, _)| place).collect();
        if sharing.len() > 1
            && let Some(index) = sharing.iter().position(|&p| p == place)
            && let Some((_, codec)) = named.get_mut(place)
        {
            let all = sharing.iter().filter_map(|&place| members.get(place));
            let all: Vec<&SchemaSource> = all.map(|member| member.codec.source()).collect();
            let unions = unions_of(&all).map_err(|error| error.for_subject(subject))?;
            let source = unions
                .source(&all)
                .map_err(|error| error.for_subject(subject))?;
            *codec = Arc::new(Branch {
                prefix: unions.prefix(index),
                codec: Arc::clone(codec),
                source,
                unions,
            });
        }
    }
    Ok(named)
}

/// How the language of `records` makes one schema of them.
///
/// # Errors
/// `Config` if their languages differ, or theirs has no unions.
fn unions_of(records: &[&SchemaSource]) -> Result<&'static dyn Unions> {
    let mut kinds = records.iter().map(|record| record.kind);
    let first = kinds.next();
    if kinds.any(|kind| Some(kind) != first) {
        let message = "events of several schema types cannot share a subject: name the subjects \
                       by record";
        return Err(Error::new(ErrorKind::Config, message));
    }
    let language = first.and_then(language::find);
    language.and_then(Language::unions).ok_or_else(|| {
        let message = "only Avro and JSON Schema have unions: name the subjects by record, or put \
                       the messages into a oneof";
        Error::new(ErrorKind::Config, message)
    })
}

/// A codec whose records are one branch of a union.
struct Branch<E> {
    codec: Arc<dyn SchemaCodec<E>>,
    source: SchemaSource,
    unions: &'static dyn Unions,
    /// Precedes the body.
    prefix: Vec<u8>,
}

impl<E> Format for Branch<E> {
    fn content_type(&self) -> ContentType {
        self.codec.content_type()
    }

    fn version(&self) -> Option<&str> {
        self.codec.version()
    }

    /// The union has no fingerprint that anybody knows.
    fn schema(&self) -> Option<&SchemaRef> {
        None
    }
}

impl<E> SchemaFormat for Branch<E> {
    fn source(&self) -> &SchemaSource {
        &self.source
    }

    fn message_index(&self) -> MessageIndex {
        MessageIndex::default()
    }

    fn check_writes(&self, schema: &ResolvedSchema) -> Result<()> {
        match self.unions.check_branches(&self.source, schema)? {
            true => Ok(()),
            // JSON has no branches in its bytes: what fits one fits the whole.
            false => self.codec.check_writes(schema),
        }
    }
}

impl<E> Serializer<E> for Branch<E> {
    fn format(&self, _event: &E) -> &dyn Format {
        self
    }

    fn serialize(&self, event: &E, out: &mut Vec<u8>) -> Result<()> {
        self.serialize_body(event, out)
    }
}

impl<E> SchemaCodec<E> for Branch<E> {
    fn serialize_body(&self, event: &E, out: &mut Vec<u8>) -> Result<()> {
        crate::serializer::append_or_restore(out, |out| {
            out.extend_from_slice(&self.prefix);
            self.codec.serialize_body(event, out)
        })
    }
}

impl<E> fmt::Debug for Branch<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Branch")
            .field("codec", &self.codec)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// Of events that cannot be written.
#[derive(Debug)]
struct NoFormat;

impl Format for NoFormat {
    fn content_type(&self) -> ContentType {
        ContentType::OCTET_STREAM
    }

    fn version(&self) -> Option<&str> {
        None
    }

    fn schema(&self) -> Option<&SchemaRef> {
        None
    }
}
