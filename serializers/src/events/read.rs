use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use wireform_registry::{ResolvedSchema, SchemaKind};

use super::{EventCodec, Events, Member, UnknownEvent};
use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::frame::MessageIndex;
use crate::language::{Records, language};
use crate::reader::{ReadCodec, ReadPlan};

impl<E: Events> ReadCodec<E> for EventCodec<E> {
    /// Every type that a variant has; all of them if there is a variant for other events.
    fn reads_schema(&self, kind: SchemaKind) -> bool {
        self.inner.other.is_some() || self.reader_of(kind).is_some()
    }

    fn reads_content(&self, _content_type: &ContentType) -> bool {
        false
    }

    fn plan(&self, writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<E>>> {
        Ok(Box::new(EventPlan::new(self, writer)?))
    }

    fn decode_unframed(&self, _payload: &[u8]) -> Result<E> {
        let message = "events are told apart by their schemas, and this record names none";
        Err(Error::new(ErrorKind::UnsupportedContent, message))
    }
}

impl<E: Events> EventCodec<E> {
    fn reader_of(&self, kind: SchemaKind) -> Option<&Member<E>> {
        let mut members = self.inner.members.iter();
        members.find(|member| member.codec.reads_schema(kind))
    }

    /// The variant for a record of that name, and its place.
    fn member(&self, name: &str, kind: SchemaKind) -> Option<(usize, &Member<E>)> {
        let mut members = self.inner.members.iter().enumerate();
        members.find(|(_, member)| {
            member.codec.reads_schema(kind) && member.names.iter().any(|known| known == name)
        })
    }
}

/// How the bodies of one writer schema are read.
struct EventPlan<E> {
    /// Of the variants that the writer schema has; what cannot be read is kept as its reason.
    plans: Vec<Option<Result<Box<dyn ReadPlan<E>>>>>,
    dispatch: Dispatch,
    other: Option<fn(UnknownEvent) -> E>,
    writer: Arc<ResolvedSchema>,
    expected: Arc<str>,
}

/// How a body says what it is.
enum Dispatch {
    One(Target),
    Branches {
        targets: Vec<Target>,
        /// See [`Records::Branches`].
        index: fn(&[u8], usize) -> Result<usize>,
    },
    Messages(HashMap<MessageIndex, Target>),
    AnyOf(Vec<Target>),
}

struct Target {
    name: Option<String>,
    /// The place of the variant; `None` for events that have none.
    place: Option<usize>,
}

/// How a record of `writer` finds its target, which `target_in` makes of a name and a schema.
fn dispatch<E: Events>(
    codec: &EventCodec<E>,
    writer: &ResolvedSchema,
    target_in: &mut impl FnMut(Option<String>, &ResolvedSchema) -> Target,
) -> Result<Dispatch> {
    let mut target = |name| target_in(name, writer);
    Ok(
        match language(writer.kind).and_then(|language| language.records(writer)) {
            Ok(Records::One(name)) => Dispatch::One(target(Some(name))),
            Ok(Records::Branches { names, index }) => Dispatch::Branches {
                targets: names.into_iter().map(target).collect(),
                index,
            },
            Ok(Records::Messages(names)) => {
                let names = names.into_iter();
                Dispatch::Messages(names.map(|(index, n)| (index, target(Some(n)))).collect())
            }
            Ok(Records::AnyOf(branches)) => {
                let targets = branches
                    .into_iter()
                    .map(|(name, schema)| target_in(Some(name), schema.as_ref().unwrap_or(writer)));
                Dispatch::AnyOf(targets.collect())
            }
            // Nothing has a name: only a variant for others can take it.
            Err(error) if error.kind() != ErrorKind::UnsupportedContent => return Err(error),
            Err(error) if codec.inner.other.is_none() => return Err(error),
            Err(_) => Dispatch::One(target(None)),
        },
    )
}

impl<E: Events> EventPlan<E> {
    fn new(codec: &EventCodec<E>, writer: &ResolvedSchema) -> Result<Self> {
        let members = codec.inner.members.len();
        let mut plans: Vec<_> = std::iter::repeat_with(|| None).take(members).collect();
        let mut target_in = |name: Option<String>, schema: &ResolvedSchema| {
            let known = name.as_deref().and_then(|n| codec.member(n, writer.kind));
            if let Some((place, member)) = known
                && let Some(plan @ None) = plans.get_mut(place)
            {
                *plan = Some(member.codec.plan(schema));
            }
            Target {
                place: known.map(|(place, _)| place),
                name,
            }
        };
        let dispatch = dispatch(codec, writer, &mut target_in)?;
        let mut plan = Self {
            plans,
            dispatch,
            other: codec.inner.other,
            writer: Arc::new(writer.clone()),
            expected: codec.inner.expected.clone(),
        };
        plan.fail_early()?;
        Ok(plan)
    }

    /// A schema of a single record that cannot be read fails where its plan is made.
    fn fail_early(&mut self) -> Result<()> {
        if let Dispatch::One(Target {
            place: Some(place), ..
        }) = self.dispatch
            && let Some(plan) = self.plans.get_mut(place)
            && let Some(Err(_)) = plan
        {
            return plan.take().map_or(Ok(()), |plan| plan.map(drop));
        }
        Ok(())
    }

    fn read(&self, target: &Target, message: &MessageIndex, body: &[u8]) -> Result<E> {
        let plan = target.place.and_then(|place| self.plans.get(place));
        match (plan, self.other) {
            (Some(Some(Ok(plan))), _) => plan.decode(message, body),
            (Some(Some(Err(error))), _) => {
                let error = Error::new(error.kind(), error.to_string());
                Err(of_record(error, target))
            }
            (_, Some(other)) => Ok(other(UnknownEvent {
                record: target.name.clone(),
                writer: Arc::clone(&self.writer),
                message: *message,
                body: body.into(),
            })),
            (_, None) => Err(self.unexpected(target)),
        }
    }

    fn unexpected(&self, target: &Target) -> Error {
        let found = match &target.name {
            Some(name) => format!("a {name:?}"),
            None => "without a name".to_owned(),
        };
        let message = format!("the record is {found}, expected one of {}", self.expected);
        of_record(Error::new(ErrorKind::WrongType, message), target)
    }

    /// Reads an event that fits one of several schemas, and only one.
    fn any_of(&self, targets: &[Target], message: &MessageIndex, body: &[u8]) -> Result<E> {
        let mut found: Option<(&Target, E)> = None;
        let mut reason = None;
        let known = targets.iter().filter(|target| target.place.is_some());
        for target in known {
            match (self.read(target, message, body), &found) {
                (Ok(event), None) => found = Some((target, event)),
                (Ok(_), Some((first, _))) => return Err(ambiguous(first, target)),
                (Err(error), _) => reason = Some(error),
            }
        }
        if let Some((_, event)) = found {
            return Ok(event);
        }
        let unknown = targets.iter().find(|target| target.place.is_none());
        match (unknown, reason) {
            (Some(_), _) if self.other.is_some() => {
                let target = Target {
                    name: None,
                    place: None,
                };
                self.read(&target, message, body)
            }
            (_, Some(error)) => Err(error),
            (Some(target), None) => Err(self.unexpected(target)),
            (None, None) => Err(Error::new(ErrorKind::WrongType, "the schema has no events")),
        }
    }
}

fn ambiguous(first: &Target, second: &Target) -> Error {
    let name = |target: &Target| target.name.clone().unwrap_or_default();
    let message = format!(
        "the record can be read as {:?} and as {:?}: validate on read, with schemas that \
         exclude each other",
        name(first),
        name(second)
    );
    Error::new(ErrorKind::Decode, message)
}

fn of_record(error: Error, target: &Target) -> Error {
    match &target.name {
        Some(name) => error.for_record(name.as_str()),
        None => error,
    }
}

impl<E: Events> ReadPlan<E> for EventPlan<E> {
    fn decode(&self, message: &MessageIndex, body: &[u8]) -> Result<E> {
        match &self.dispatch {
            Dispatch::One(target) => self.read(target, message, body),
            Dispatch::Branches { targets, index } => {
                let branch = index(body, targets.len())?;
                let target = targets.get(branch).ok_or_else(|| {
                    let message = format!("the union has no branch {branch}");
                    Error::new(ErrorKind::Decode, message)
                })?;
                self.read(target, message, body)
            }
            Dispatch::Messages(targets) => {
                let target = targets.get(message).ok_or_else(|| {
                    let path = message.path();
                    let message = format!("the writer schema has no message {path:?}");
                    Error::new(ErrorKind::Framing, message)
                })?;
                self.read(target, message, body)
            }
            Dispatch::AnyOf(targets) => self.any_of(targets, message, body),
        }
    }
}

impl<E> fmt::Debug for EventPlan<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventPlan")
            .field("plans", &self.plans)
            .field("has_other", &self.other.is_some())
            .finish_non_exhaustive()
    }
}
