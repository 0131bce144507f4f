//! Decodes keys and values with the schemas that they name.

use std::rc::Rc;

use serde_json::value::RawValue;
use wireform::Role;
use wireform::dynamic::{DynamicCodec, DynamicOptions, compact_json};
use wireform::frame::Frame;
use wireform::registry::{Include, RegistryAdmin as _, SchemaKey, Subject, Version};

use crate::framing::{self, Framing};
use crate::input;
use crate::registry::Open;
use crate::source::{Asked, Missing, Source, place_of};

/// The name of a schema in the output.
#[derive(Debug)]
pub(super) struct SchemaName {
    /// Its id or GUID.
    pub(super) key: String,
    /// The subjects and versions of the schema; those of the topic first.
    pub(super) places: Vec<String>,
}

/// A decoded value as JSON text, and its schema.
pub(super) type Decoded = (Option<Rc<SchemaName>>, String);

type Outcome<T> = Result<T, String>;

struct Known {
    codec: Outcome<DynamicCodec>,
    as_value: Rc<SchemaName>,
    as_key: Rc<SchemaName>,
    /// True if the schema is registered for the keys of the topic.
    is_of_keys: bool,
}

/// Creates the name of a schema, with the versions of `subject` first.
fn name(
    key: SchemaKey,
    places: &[(Subject, Version)],
    subject: Option<&Subject>,
) -> Rc<SchemaName> {
    let (mut own, others): (Vec<_>, Vec<_>) =
        places.iter().partition(|(place, _)| Some(place) == subject);
    own.extend(others);
    let shown = |(subject, version): &(Subject, Version)| format!("{subject} version {version}");
    Rc::new(SchemaName {
        key: key.to_string(),
        places: own.into_iter().map(shown).collect(),
    })
}

/// Decodes the records of a topic.
pub(super) struct Values<'a> {
    topic: &'a str,
    registry: Option<Open>,
    /// The codec of --schema, for values without a schema id.
    given: Option<DynamicCodec>,
    known: Asked<Known>,
    /// True if a record could not be decoded because the registry did not answer.
    lacks_answer: bool,
}

impl<'a> Values<'a> {
    pub(super) fn new(topic: &'a str, registry: Option<Open>, given: Option<DynamicCodec>) -> Self {
        Self {
            topic,
            registry,
            given,
            known: Asked::new(),
            lacks_answer: false,
        }
    }

    /// Returns whether a record could not be decoded because the registry did not answer.
    pub(super) fn lacks_answer(&self) -> bool {
        self.lacks_answer
    }

    /// Decodes a value; `id` is the schema id header.
    pub(super) fn value(&mut self, id: Option<&[u8]>, payload: &[u8]) -> Outcome<Decoded> {
        let key = match id {
            Some(id) => Frame::from_header(id, payload),
            None => Frame::from_payload(payload),
        };
        match (key, &self.registry, &self.given) {
            (Ok(frame), Some(_), _) => self.named(frame.schema(), Role::Value, id, payload),
            (_, _, Some(codec)) => read(codec, &[], id, payload).map(|json| (None, json)),
            (Ok(frame), None, None) => Err(format!(
                "the value names {}, but no registry is configured: give --registry or --schema",
                frame.schema()
            )),
            _ => unframed(payload),
        }
    }

    /// Decodes a key that names its schema, in its header or in a prefix, if that schema is
    /// registered for keys of this topic. Returns `None` for other keys: many keys without a schema
    /// id begin with zeros.
    pub(super) fn key(&mut self, id: Option<&[u8]>, payload: &[u8]) -> Option<Outcome<Decoded>> {
        let frame = match id {
            Some(id) => Frame::from_header(id, payload),
            None => Frame::from_payload(payload),
        };
        let key = frame.ok()?.schema();
        let is_framed = id.is_some() || may_be_framed(key, payload);
        if self.registry.is_none() {
            let error =
                format!("the key names {key}, but no registry is configured: give --registry");
            return is_framed.then_some(Err(error));
        }
        let is_named = match self.known(key) {
            Ok(known) => known.is_of_keys || id.is_some(),
            Err(_) => is_framed,
        };
        is_named.then(|| self.named(key, Role::Key, id, payload))
    }

    /// Returns the topic's subject as the registry spells it; `None` if it is not a valid subject.
    fn subject(&self, registry: &Open, role: Role) -> Option<Subject> {
        let name = match role {
            Role::Key => format!("{}-key", self.topic),
            _ => format!("{}-value", self.topic),
        };
        let subject = Subject::new(name).ok()?;
        Some(registry.inner().qualify(&subject))
    }

    fn named(
        &mut self,
        key: SchemaKey,
        role: Role,
        id: Option<&[u8]>,
        payload: &[u8],
    ) -> Outcome<Decoded> {
        let known = match self.known(key) {
            Ok(known) => known,
            Err(Missing::Unknown) => {
                return Err(format!("unknown {key}: not found in the registry"));
            }
            Err(Missing::Faulty(reason)) => return Err(reason.clone()),
            Err(Missing::NoAnswer(reason)) => {
                let reason = reason.clone();
                self.lacks_answer = true;
                return Err(reason);
            }
        };
        let name = match role {
            Role::Key => &known.as_key,
            _ => &known.as_value,
        };
        let json = match &known.codec {
            Ok(codec) => read(codec, &[key], id, payload),
            Err(error) => Err(error.clone()),
        };
        json.map(|json| (Some(Rc::clone(name)), json))
    }

    fn known(&mut self, key: SchemaKey) -> Result<&Known, &Missing> {
        if self.known.is_due(key) {
            let found = self.ask(key);
            self.known.put(key, found);
        }
        self.known.get(key)
    }

    fn ask(&self, key: SchemaKey) -> Result<Known, Missing> {
        let registry = self.registry.as_ref().ok_or(Missing::Unknown)?;
        let schema = Source::of(registry, key)?;
        let options = DynamicOptions::default().with_readable(true);
        let mut places = places(registry, key).unwrap_or_default();
        for (place, _) in &mut places {
            *place = registry.inner().qualify(place);
        }
        let of_topic = |role| self.subject(registry, role);
        let (keys, values) = (of_topic(Role::Key), of_topic(Role::Value));
        Ok(Known {
            codec: DynamicCodec::new(&schema, &options).map_err(|error| error.to_string()),
            as_value: name(key, &places, values.as_ref()),
            as_key: name(key, &places, keys.as_ref()),
            is_of_keys: places.iter().any(|(place, _)| keys.as_ref() == Some(place)),
        })
    }
}

/// Returns whether a key that looks like a frame is one, rather than a number or a UUID.
fn may_be_framed(key: SchemaKey, payload: &[u8]) -> bool {
    let is_id = matches!(key, SchemaKey::Id(id) if id.as_u32() > 0);
    is_id && !matches!(payload.len(), 8 | 16)
}

/// Returns the subjects and versions of a schema; `None` if the registry does not list them.
fn places(registry: &Open, key: SchemaKey) -> Option<Vec<(Subject, Version)>> {
    let inner = registry.inner();
    let (scope, id) = match key {
        SchemaKey::Id(id) => (None, id),
        SchemaKey::Guid(guid) => {
            let (context, id) = place_of(registry, guid)?;
            (context.subject("").ok(), id)
        }
        _ => return None,
    };
    let places = registry.wait(inner.places_of(id, scope.as_ref(), Include::Live));
    places.ok()?.ok()
}

fn read(
    codec: &DynamicCodec,
    expected: &[SchemaKey],
    id: Option<&[u8]>,
    payload: &[u8],
) -> Outcome<String> {
    let record = framing::take_apart(Framing::Auto, codec.kind(), id, payload, expected);
    let json = record.and_then(|record| {
        let mut json = String::new();
        codec.decode_json(record.index.as_ref(), record.body, &mut json)?;
        Ok(json)
    });
    json.map_err(|error| error.to_string())
}

/// Decodes a value without a schema: JSON if it is valid JSON, otherwise text.
fn unframed(payload: &[u8]) -> Outcome<Decoded> {
    let text = std::str::from_utf8(payload)
        .map_err(|_| "the payload has no schema id and is not UTF-8 text".to_owned())?;
    match serde_json::from_str::<&RawValue>(text) {
        Ok(_) => Ok((None, compact_json(text))),
        Err(_) => Ok((None, input::json(&text))),
    }
}
