//! JSON text with positions: serde_json parses, and lends each value's own text, whose address
//! tells where it stands.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON value that has been checked to be well-formed, not yet taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'a>(&'a RawValue);

/// The members of a JSON object, in order; of duplicate keys the last counts, as for Java.
#[derive(Debug)]
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

/// What a JSON value is.
#[derive(Debug)]
pub(super) enum Shape<'a> {
    Array(Vec<Json<'a>>),
    Object(Object<'a>),
    Other,
    String(String),
}

impl<'a> Json<'a> {
    /// Parses `text`; on error returns the byte offset and what is wrong.
    pub(super) fn parse(text: &'a str) -> Result<Self, (usize, String)> {
        serde_json::from_str(text).map(Self).map_err(|error| {
            let what = error.to_string();
            let what = what
                .split_once(" at line")
                .map_or(&*what, |(what, _)| what)
                .to_owned();
            (offset(text, error.line(), error.column()), what)
        })
    }

    /// The value's own text.
    pub(super) fn text(self) -> &'a str {
        self.0.get()
    }

    /// Where the value stands in `whole`, the text it was parsed from.
    pub(super) fn offset_in(self, whole: &str) -> usize {
        (self.text().as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
    }

    /// Takes the value apart, one level.
    pub(super) fn shape(self) -> Shape<'a> {
        let shape = match self.text().as_bytes().first() {
            Some(b'[') => serde_json::from_str::<Vec<&RawValue>>(self.text())
                .map(|items| Shape::Array(items.into_iter().map(Json).collect())),
            Some(b'{') => serde_json::from_str(self.text()).map(Shape::Object),
            Some(b'"') => serde_json::from_str(self.text()).map(Shape::String),
            _ => Ok(Shape::Other),
        };
        // A lone surrogate is the one thing that is found only here.
        shape.unwrap_or(Shape::Other)
    }

    pub(super) fn as_string(self) -> Option<String> {
        match self.shape() {
            Shape::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_u32(self) -> Option<u32> {
        self.text().parse().ok()
    }

    pub(super) fn as_usize(self) -> Option<usize> {
        self.text().parse().ok()
    }

    pub(super) fn as_object(self) -> Option<Object<'a>> {
        match self.shape() {
            Shape::Object(object) => Some(object),
            _ => None,
        }
    }

    pub(super) fn as_array(self) -> Option<Vec<Self>> {
        match self.shape() {
            Shape::Array(items) => Some(items),
            _ => None,
        }
    }
}

impl<'a> Object<'a> {
    pub(super) fn get(&self, key: &str) -> Option<Json<'a>> {
        self.0
            .iter()
            .rev()
            .find(|(name, _)| name == key)
            .map(|(_, value)| *value)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Json<'a>)> {
        self.0.iter().map(|(name, value)| (&**name, *value))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push((Cow::Owned(name), Json(value)));
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// The JSON pointer to the value at `offset` of a JSON text; `/` for all of it.
pub(super) fn pointer_to(text: &str, offset: usize) -> String {
    let mut pointer = String::new();
    let mut here = Json::parse(text).ok();
    while let Some((step, inner)) = here.and_then(|json| json.step_to(text, offset)) {
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        here = Some(inner);
    }
    match pointer.is_empty() {
        true => "/".to_owned(),
        false => pointer,
    }
}

impl<'a> Json<'a> {
    /// The value directly inside that holds what stands at `offset` of the whole text.
    fn step_to(self, whole: &str, offset: usize) -> Option<(String, Self)> {
        let holds = |inner: Json<'a>| {
            let start = inner.offset_in(whole);
            (start..start + inner.text().len()).contains(&offset)
        };
        match self.shape() {
            Shape::Array(items) => {
                let mut items = items.into_iter().enumerate();
                let found = items.find(|(_, inner)| holds(*inner))?;
                Some((found.0.to_string(), found.1))
            }
            Shape::Object(object) => {
                let found = object.iter().find(|(_, inner)| holds(*inner))?;
                Some((found.0.to_owned(), found.1))
            }
            _ => None,
        }
    }
}

/// Line and column, both from 1, of a byte offset in `text`.
pub(crate) fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        line,
        before.get(start..).map_or(0, |line| line.chars().count()) + 1,
    )
}

fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (start + column.saturating_sub(1)).min(text.len())
}
