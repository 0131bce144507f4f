use std::collections::HashSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserialize, MapAccess, Visitor};
use serde_json::value::RawValue;
use wireform_registry::{ResolvedSchema, SchemaKind};

use super::EventAttributes;
use super::attributes::is_known;
use crate::content_type::ContentType;
use crate::error::{Error, ErrorKind, Result};
use crate::format::{Format, SchemaRef};
use crate::json_error::json_error;
use crate::limits::Limits;
use crate::reader::{ReadCodec, ReadPlan};
use crate::serializer::{Deserializer, Serializer, append_or_restore};

/// An event and its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudEvent<T> {
    /// The attributes of the event.
    pub attributes: EventAttributes,
    /// The data of the event, if any.
    pub data: Option<T>,
}

/// Events in structured mode: JSON, with the data as another codec writes it. JSON stays JSON
/// inside, text is a string, anything else is base64.
///
/// The codec inside should be a bare one, without a registry's frame: no reader looks for a
/// schema id in there.
///
/// ```
/// use wireform::cloudevents::{CloudEvent, EventAttributes, StructuredEvents};
/// use wireform::{Deserializer, Json, SerializerExt};
///
/// let codec = StructuredEvents::new(Json::<f64>::new());
/// let event = CloudEvent {
///     attributes: EventAttributes::new("A-1", "/shop", "total")?,
///     data: Some(9.5),
/// };
/// let bytes = codec.to_vec(&event)?;
/// assert_eq!(
///     String::from_utf8_lossy(&bytes),
///     r#"{"specversion":"1.0","id":"A-1","source":"/shop","type":"total","datacontenttype":"application/json","data":9.5}"#
/// );
/// assert_eq!(codec.deserialize(&bytes)?, event);
///
/// // Among records of other kinds, by their content type.
/// let reader = wireform::Reader::offline().with(codec).build();
/// let headers = [("content-type", "application/cloudevents+json; charset=UTF-8")];
/// assert_eq!(reader.decode(&headers, Some(&bytes))?.map(|read| read.value), Some(event));
/// # Ok::<(), wireform::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct StructuredEvents<C> {
    data: C,
    limits: Limits,
}

impl<C> StructuredEvents<C> {
    /// Events whose data `codec` writes and reads.
    #[must_use]
    pub fn new(codec: C) -> Self {
        Self {
            data: codec,
            limits: Limits::default(),
        }
    }

    /// Sets the longest event that is read.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl<C: Format> Format for StructuredEvents<C> {
    /// Section 3.3.1 of the Kafka binding.
    fn content_type(&self) -> ContentType {
        ContentType::new("application/cloudevents+json; charset=UTF-8")
    }

    fn version(&self) -> Option<&str> {
        self.data.version()
    }

    /// Always `None`: a schema would describe the data, not the payload.
    fn schema(&self) -> Option<&SchemaRef> {
        None
    }
}

impl<T, C: Serializer<T> + Format> Serializer<CloudEvent<T>> for StructuredEvents<C> {
    fn format(&self, _value: &CloudEvent<T>) -> &dyn Format {
        self
    }

    fn serialize(&self, event: &CloudEvent<T>, out: &mut Vec<u8>) -> Result<()> {
        append_or_restore(out, |out| {
            let mut before = b'{';
            for (name, value) in event.attributes.iter() {
                out.push(before);
                before = b',';
                member(out, name, value)?;
            }
            if let Some(data) = &event.data {
                self.serialize_data(data, out)?;
            }
            out.push(b'}');
            Ok(())
        })
    }
}

impl<C> StructuredEvents<C> {
    fn serialize_data<T>(&self, data: &T, out: &mut Vec<u8>) -> Result<()>
    where
        C: Serializer<T>,
    {
        let content = self.data.format(data).content_type();
        out.push(b',');
        member(out, "datacontenttype", content.as_str())?;
        if content.is_json() {
            out.extend_from_slice(b",\"data\":");
            return self.data.serialize(data, out);
        }
        let mut bytes = Vec::new();
        self.data.serialize(data, &mut bytes)?;
        out.push(b',');
        match std::str::from_utf8(&bytes) {
            Ok(text) if is_text(&content) => member(out, "data", text),
            _ => member(out, "data_base64", &STANDARD.encode(&bytes)),
        }
    }
}

impl<T, C: Deserializer<T> + Format> Deserializer<CloudEvent<T>> for StructuredEvents<C> {
    fn deserialize(&self, bytes: &[u8]) -> Result<CloudEvent<T>> {
        self.limits.check_payload(bytes)?;
        let Members(members) =
            serde_json::from_slice(bytes).map_err(|error| json_error(ErrorKind::Decode, &error))?;
        let Parts {
            pairs,
            content,
            data,
        } = Parts::of(members)?;
        let attributes = EventAttributes::from_pairs(pairs)?;
        // The JSON format's default.
        let content = content.unwrap_or(ContentType::JSON);
        let data = data
            .map(|data| self.deserialize_data(&content, &data))
            .transpose()?;
        Ok(CloudEvent { attributes, data })
    }
}

impl<T, C: Deserializer<T> + Format> ReadCodec<CloudEvent<T>> for StructuredEvents<C> {
    /// Always `false`: events in structured mode have no frame.
    fn reads_schema(&self, _kind: SchemaKind) -> bool {
        false
    }

    fn reads_content(&self, content_type: &ContentType) -> bool {
        let own = "application/cloudevents+json";
        content_type.essence().eq_ignore_ascii_case(own)
    }

    fn plan(&self, _writer: &ResolvedSchema) -> Result<Box<dyn ReadPlan<CloudEvent<T>>>> {
        let message = "events in structured mode have no schema of their own";
        Err(Error::new(ErrorKind::Incompatible, message))
    }

    fn decode_unframed(&self, payload: &[u8]) -> Result<CloudEvent<T>> {
        self.deserialize(payload)
    }
}

/// The members of an event in the order of the text; a map would hide that one is there twice.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

/// What the members of an event say.
#[derive(Default)]
struct Parts<'a> {
    pairs: Vec<(String, String)>,
    content: Option<ContentType>,
    data: Option<Data<'a>>,
}

impl<'a> Parts<'a> {
    fn of(members: Vec<(String, &'a RawValue)>) -> Result<Self> {
        let names: HashSet<_> = members.iter().map(|(name, _)| name).collect();
        if members.len() != names.len() {
            let message = "the event has a member twice";
            return Err(Error::new(ErrorKind::Decode, message));
        }
        let mut parts = Self::default();
        for (name, value) in members {
            parts.add(name, value)?;
        }
        Ok(parts)
    }

    fn add(&mut self, name: String, value: &'a RawValue) -> Result<()> {
        let data = match &*name {
            // A null means that the attribute is missing.
            _ if value.get() == "null" && name != "data" => return Ok(()),
            "data" => Data::Json(value),
            "data_base64" => Data::Base64(text(&name, value)?),
            "datacontenttype" => {
                self.content = ContentType::from_header(text(&name, value)?.as_bytes());
                return Ok(());
            }
            _ => {
                let value = scalar(&name, value)?;
                self.pairs.push((name, value));
                return Ok(());
            }
        };
        match self.data.replace(data) {
            None => Ok(()),
            Some(_) => {
                let message = "the event has \"data\" and \"data_base64\": only one is allowed";
                Err(Error::new(ErrorKind::Decode, message))
            }
        }
    }
}

enum Data<'a> {
    Json(&'a RawValue),
    Base64(String),
}

impl<C> StructuredEvents<C> {
    fn deserialize_data<T>(&self, content: &ContentType, data: &Data<'_>) -> Result<T>
    where
        C: Deserializer<T> + Format,
    {
        let own = self.data.content_type();
        let is_same = match own.is_json() {
            true => content.is_json(),
            false => content.essence().eq_ignore_ascii_case(own.essence()),
        };
        if !is_same {
            let message = format!(
                "the event's data is {:?}, and {:?} was expected",
                content.as_str(),
                own.as_str()
            );
            return Err(Error::new(ErrorKind::UnsupportedContent, message));
        }
        let decoded = match data {
            Data::Json(value) if content.is_json() => self.data.deserialize(value.get().as_bytes()),
            Data::Json(value) => self.data.deserialize(text("data", value)?.as_bytes()),
            Data::Base64(encoded) => {
                let bytes = STANDARD
                    .decode(encoded)
                    .map_err(|_| Error::new(ErrorKind::Decode, "not base64").at("data_base64"))?;
                self.data.deserialize(&bytes)
            }
        };
        decoded.map_err(|error| error.at("data"))
    }
}

fn member(out: &mut Vec<u8>, name: &str, value: &str) -> Result<()> {
    let wrong = |error: serde_json::Error| json_error(ErrorKind::Encode, &error);
    serde_json::to_writer(&mut *out, name).map_err(wrong)?;
    out.push(b':');
    serde_json::to_writer(out, value).map_err(wrong)
}

fn text(name: &str, value: &RawValue) -> Result<String> {
    serde_json::from_str(value.get()).map_err(|_| {
        let error = Error::new(ErrorKind::Decode, "expected a string");
        match is_known(name) {
            true => error.at(name.to_owned()),
            false => error.at("[\"\"]"),
        }
    })
}

/// Attributes may be JSON's booleans and integers, too: section 2.2 of the JSON format.
fn scalar(name: &str, value: &RawValue) -> Result<String> {
    let json = value.get();
    let is_number = json.parse::<i32>().is_ok();
    match is_number || matches!(json, "true" | "false") {
        true => Ok(json.to_owned()),
        false => text(name, value),
    }
}

fn is_text(content: &ContentType) -> bool {
    content
        .essence()
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("text/"))
}

#[cfg(test)]
mod tests;
