//! Several kinds of events on one topic: an enum with a variant for each, see
//! [`Events`](derive@Events).
//!
//! [`FramedEvents`] writes each variant in a frame of its own schema; [`Reader`](crate::Reader)
//! with an [`EventCodec`] reads them all, by the name of the record that the writer schema has.
#![doc = include_str!("events/example.md")]

use std::fmt;
use std::sync::Arc;

use wireform_registry::ResolvedSchema;

use crate::error::{Error, ErrorKind, Result};
use crate::frame::MessageIndex;
use crate::language;
use crate::reader::ReadCodec;
use crate::schema_codec::SchemaCodec;

mod framed;
mod read;
#[cfg(test)]
#[cfg(all(feature = "avro", feature = "derive"))]
mod tests;
mod variant;

pub use self::framed::FramedEvents;
use self::variant::{EventVariant, Variant};
#[cfg(feature = "derive")]
#[cfg_attr(docsrs, doc(cfg(feature = "derive")))]
pub use wireform_derive::Events;

/// **A type that implements `Events` is an enum whose variants are the events of a topic, each
/// with a schema of its own; it says which variant a value is, and gives the codecs.**
///
/// Implemented by `#[derive(Events)]` (feature `derive`); by hand, it is this much:
///
/// ```
/// # #[cfg(all(feature = "avro", feature = "derive"))] {
/// use wireform::events::EventList;
/// use wireform::{Avro, Events};
///
/// #[derive(Avro)]
/// struct Placed {
///     total: f64,
/// }
///
/// enum OrderEvent {
///     Placed(Placed),
/// }
///
/// impl Events for OrderEvent {
///     fn variant(&self) -> Option<usize> {
///         Some(0)
///     }
///
///     fn events(list: &mut EventList<Self>) -> wireform::Result<()> {
///         list.add(
///             Avro::<Placed>::try_new()?,
///             |event| match event {
///                 Self::Placed(placed) => Some(placed),
///             },
///             Self::Placed,
///         )
///     }
/// }
/// # }
/// ```
///
/// # Contract
/// `variant` is the place in the order in which `events` adds them.
#[diagnostic::on_unimplemented(
    note = "derive it: `#[derive(wireform::Events)]` (feature `derive`) on an enum whose variants \
            hold one record each"
)]
pub trait Events: Sized + 'static {
    /// Which variant this is; `None` for the one that holds events that the program does not know.
    fn variant(&self) -> Option<usize>;

    /// Adds every variant.
    ///
    /// # Errors
    /// As the codecs, where they are built; as [`EventList::add`].
    fn events(list: &mut EventList<Self>) -> Result<()>;
}

/// The variants of an enum of events, while they are collected.
#[derive(Debug)]
pub struct EventList<E> {
    members: Vec<Member<E>>,
    other: Option<fn(UnknownEvent) -> E>,
}

impl<E: 'static> EventList<E> {
    /// Adds the next variant: the codec of what is in it, and the ways in and out.
    ///
    /// # Errors
    /// `Config` if the codec's schema has no name, or one that another variant has already.
    pub fn add<P, C>(&mut self, codec: C, get: fn(&E) -> Option<&P>, make: fn(P) -> E) -> Result<()>
    where
        P: 'static,
        C: SchemaCodec<P> + ReadCodec<P> + 'static,
    {
        let names = language::names(codec.source())?;
        if names.is_empty() {
            let message =
                "an event's schema needs a name: a record in Avro, a title in JSON Schema";
            return Err(Error::new(ErrorKind::Config, message));
        }
        let kind = codec.source().kind;
        let known = self.members.iter().find(|member| {
            let is_same = |name| names.first() == Some(name);
            member.codec.source().kind == kind && member.names.first().is_some_and(is_same)
        });
        if known.is_some() {
            let name = names.first().map_or("", |name| name.as_str());
            let message = format!("two variants have the name {name:?}");
            return Err(Error::new(ErrorKind::Config, message));
        }
        let codec = Arc::new(Variant { codec, get, make });
        self.members.push(Member { codec, names });
        Ok(())
    }

    /// Says how events that no variant is for are kept.
    pub fn other(&mut self, make: fn(UnknownEvent) -> E) {
        self.other = Some(make);
    }
}

/// One variant.
struct Member<E> {
    codec: Arc<dyn EventVariant<E>>,
    /// The record's full name, and its aliases.
    names: Vec<String>,
}

impl<E: 'static> Member<E> {
    fn writer(&self) -> Arc<dyn SchemaCodec<E>> {
        Arc::<dyn EventVariant<E>>::clone(&self.codec)
    }
}

impl<E> fmt::Debug for Member<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.codec.fmt(f)
    }
}

/// An event that the program has no variant for, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEvent {
    record: Option<String>,
    writer: Arc<ResolvedSchema>,
    message: MessageIndex,
    body: Box<[u8]>,
}

impl UnknownEvent {
    /// The full name of the record or message, where its schema has one.
    #[must_use]
    pub fn record(&self) -> Option<&str> {
        self.record.as_deref()
    }

    /// The schema that it was written with.
    #[must_use]
    pub fn writer(&self) -> &ResolvedSchema {
        &self.writer
    }

    /// Which message of the schema it is, for Protobuf.
    #[must_use]
    pub fn message_index(&self) -> MessageIndex {
        self.message
    }

    /// Returns the bytes of the event, without the frame. In an Avro union, they start with the
    /// branch's number.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// The codecs of all variants of `E`: reads events with a [`Reader`](crate::Reader), and becomes
/// [`FramedEvents`] to write them.
///
/// Avro records are recognised by full name or alias, Protobuf messages by full name, JSON Schemas
/// by `title`; a union, or `oneOf`, by its branches. Where a `oneOf` leaves it open, the body must
/// be readable as one variant only. Nothing else is guessed: a record without a schema is refused.
pub struct EventCodec<E> {
    inner: Arc<Inner<E>>,
}

struct Inner<E> {
    members: Vec<Member<E>>,
    other: Option<fn(UnknownEvent) -> E>,
    /// The names of the variants, for errors.
    expected: Arc<str>,
}

impl<E: Events> EventCodec<E> {
    /// The codecs of all variants.
    ///
    /// # Errors
    /// As [`Events::events`].
    pub fn new() -> Result<Self> {
        let mut list = EventList {
            members: Vec::new(),
            other: None,
        };
        E::events(&mut list)?;
        let names = list
            .members
            .iter()
            .filter_map(|member| member.names.first());
        let names: Vec<String> = names.map(|name| format!("{name:?}")).collect();
        Ok(Self {
            inner: Arc::new(Inner {
                expected: names.join(", ").into(),
                members: list.members,
                other: list.other,
            }),
        })
    }
}

impl<E> Clone for EventCodec<E> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<E> fmt::Debug for EventCodec<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventCodec")
            .field("members", &self.inner.members)
            .field("has_other", &self.inner.other.is_some())
            .finish()
    }
}
