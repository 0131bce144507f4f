//! Avro values of any schema, read and written through the public serde codec, for witnesses who
//! speak Avro's JSON encoding.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::{LazyLock, Mutex};

use serde::de::{self, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;
use wireform::avro::SerdeAvro;
use wireform::avro::schema::{Kind, NodeId, Record, Schema};
use wireform::frame::MessageIndex;
use wireform::{Deserializer as _, ErrorKind, ReadCodec, Result, SchemaKind, SerializerExt};
use wireform_registry::ResolvedSchema;

/// A value of any Avro type.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Value {
    Null,
    Boolean(bool),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    /// Bytes or a fixed.
    Bytes(Vec<u8>),
    /// A string or an enum's symbol.
    String(String),
    Array(Vec<Self>),
    Map(Vec<(String, Self)>),
    Record(Vec<(String, Self)>),
    /// The branch's name, and its value.
    Union(&'static str, Box<Self>),
}

/// A codec for any value of one schema.
#[derive(Debug)]
pub struct GenericCodec(SerdeAvro<Value>);

impl GenericCodec {
    /// A codec of the schema `text`.
    ///
    /// # Errors
    /// As [`SerdeAvro::new`].
    pub fn new(text: &str) -> Result<Self> {
        SerdeAvro::new(text).map(Self)
    }

    /// The schema.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        self.0.avro_schema()
    }

    /// The datum of `value`.
    ///
    /// # Errors
    /// If it is of another schema.
    pub fn encode(&self, value: &Value) -> Result<Vec<u8>> {
        self.0.to_vec(value)
    }

    /// The value of `datum`.
    ///
    /// # Errors
    /// If there is none.
    pub fn decode(&self, datum: &[u8]) -> Result<Value> {
        self.expect(|| self.0.deserialize(datum))
    }

    /// The value of a datum that was written with the schema `writer`.
    ///
    /// # Errors
    /// If there is none.
    pub fn decode_from(&self, writer: &str, datum: &[u8]) -> Result<Value> {
        let schema = Schema::parse(writer)?;
        let plan = ReadCodec::plan(&self.0, &ResolvedSchema::new(SchemaKind::Avro, writer))?;
        let decode = |body: &[u8]| self.expect(|| plan.decode(&MessageIndex::default(), body));
        if !matches!(schema.node(schema.root()).kind, Kind::Bytes) {
            return decode(datum);
        }
        // In a record, top-level bytes go without their length.
        match Self::new(writer)?.decode(datum)? {
            Value::Bytes(body) => decode(&body),
            other => unreachable!("bytes, not {other:?}"),
        }
    }

    fn expect<T>(&self, read: impl FnOnce() -> Result<T>) -> Result<T> {
        READER.with(|reader| *reader.borrow_mut() = Some(self.schema().clone()));
        read()
    }
}

thread_local! {
    /// The schema that the next value is of: serde hands a type nothing but the data.
    static READER: RefCell<Option<Schema>> = const { RefCell::new(None) };
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let schema = READER.with(|reader| reader.borrow().clone());
        let schema = schema.ok_or_else(|| de::Error::custom("no schema"))?;
        let id = schema.root();
        Seed {
            schema: &schema,
            id,
        }
        .deserialize(deserializer)
    }
}

/// Reads a value of one type, and nothing that is like it.
#[derive(Clone, Copy)]
struct Seed<'s> {
    schema: &'s Schema,
    id: NodeId,
}

impl<'s> Seed<'s> {
    fn kind(self) -> &'s Kind {
        &self.schema.node(self.id).kind
    }

    fn at(self, id: NodeId) -> Self {
        Self { id, ..self }
    }

    fn field(self, name: &str) -> Option<Self> {
        match self.kind() {
            Kind::Map(values) => Some(self.at(*values)),
            Kind::Record(record) => record.field(name).map(|(_, field)| self.at(field.schema)),
            _ => None,
        }
    }

    fn branch(self, name: &str) -> Option<Self> {
        let Kind::Union(branches) = self.kind() else {
            return None;
        };
        let is_called = |id: &&NodeId| self.schema.node(**id).kind.branch_name() == name;
        branches.iter().find(is_called).map(|id| self.at(*id))
    }

    fn scalar<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.kind() {
            Kind::Null => deserializer.deserialize_unit(self),
            Kind::Boolean => deserializer.deserialize_bool(self),
            Kind::Int => deserializer.deserialize_i32(self),
            Kind::Long => deserializer.deserialize_i64(self),
            Kind::Float => deserializer.deserialize_f32(self),
            Kind::Double => deserializer.deserialize_f64(self),
            Kind::String => deserializer.deserialize_str(self),
            Kind::Enum(_) => deserializer.deserialize_identifier(self),
            _ => deserializer.deserialize_bytes(self),
        }
    }

    fn union<'de, D: Deserializer<'de>>(
        self,
        branches: &[NodeId],
        deserializer: D,
    ) -> Result<Value, D::Error> {
        let names = branches
            .iter()
            .map(|id| self.schema.node(*id).kind.branch_name());
        let names = kept_list(names.collect());
        deserializer.deserialize_enum("", names, self)
    }

    fn record(self) -> Option<&'s Record> {
        match self.kind() {
            Kind::Record(record) => Some(record),
            _ => None,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        // Small frames: bombs nest on a small stack.
        match self.kind() {
            Kind::Array(_) => deserializer.deserialize_seq(self),
            Kind::Map(_) | Kind::Record(_) => deserializer.deserialize_map(self),
            Kind::Union(branches) => self.union(branches, deserializer),
            _ => self.scalar(deserializer),
        }
    }
}

macro_rules! visit {
    ($method:ident, $of:ty, $kind:pat, $value:ident, $made:expr) => {
        fn $method<E: de::Error>(self, $value: $of) -> Result<Value, E> {
            match self.kind() {
                $kind => Ok($made),
                kind => Err(E::custom(format!("{} for {kind:?}", stringify!($method)))),
            }
        }
    };
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().branch_name())
    }

    visit!(visit_bool, bool, Kind::Boolean, v, Value::Boolean(v));
    visit!(visit_i32, i32, Kind::Int, v, Value::Int(v));
    visit!(visit_i64, i64, Kind::Long, v, Value::Long(v));
    visit!(visit_f32, f32, Kind::Float, v, Value::Float(v));
    visit!(visit_f64, f64, Kind::Double, v, Value::Double(v));
    visit!(
        visit_str,
        &str,
        Kind::String | Kind::Enum(_),
        v,
        Value::String(v.to_owned())
    );
    visit!(
        visit_bytes,
        &[u8],
        Kind::Bytes | Kind::Fixed(_),
        v,
        Value::Bytes(v.to_vec())
    );

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        match self.kind() {
            Kind::Null => Ok(Value::Null),
            kind => Err(E::custom(format!("null for {kind:?}"))),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let Kind::Array(items) = self.kind() else {
            return Err(de::Error::custom("an array for something else"));
        };
        let mut found = Vec::new();
        while let Some(item) = seq.next_element_seed(self.at(*items))? {
            found.push(item);
        }
        Ok(Value::Array(found))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut found = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let seed = self.field(&key);
            let seed = seed.ok_or_else(|| de::Error::custom("a field that is not there"))?;
            found.push((key, map.next_value_seed(seed)?));
        }
        match self.record() {
            Some(record) => in_order(record, found).map_err(de::Error::custom),
            None => Ok(Value::Map(found)),
        }
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Value, A::Error> {
        let (name, value) = data.variant::<String>()?;
        let branch = self.branch(&name);
        let branch = branch.ok_or_else(|| de::Error::custom("a branch that is not there"))?;
        let value = value.newtype_variant_seed(branch)?;
        Ok(Value::Union(kept(&name), Box::new(value)))
    }
}

/// Every field once, in the reader's order.
fn in_order(record: &Record, mut found: Vec<(String, Value)>) -> Result<Value, String> {
    let place = |name: &str| record.field(name).map(|(index, _)| index);
    found.sort_by_key(|(name, _)| place(name));
    let names = found.iter().map(|(name, _)| &**name);
    match names.eq(record.fields.iter().map(|field| &*field.name)) {
        true => Ok(Value::Record(found)),
        false => Err(format!("fields of {} are missing or double", record.name)),
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Boolean(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i32(*value),
            Self::Long(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f32(*value),
            Self::Double(value) => serializer.serialize_f64(*value),
            Self::Bytes(value) => serializer.serialize_bytes(value),
            Self::String(value) => serializer.serialize_str(value),
            Self::Array(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items
                    .iter()
                    .try_for_each(|item| seq.serialize_element(item))?;
                seq.end()
            }
            Self::Map(entries) | Self::Record(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Self::Union(branch, value) => {
                serializer.serialize_newtype_variant("", 0, branch, &**value)
            }
        }
    }
}

impl Value {
    /// Avro's JSON encoding, <https://avro.apache.org/docs/1.12.0/specification/#json-encoding>;
    /// what JSON has no number for is a string, as in Java.
    #[must_use]
    pub fn to_json(&self) -> Json {
        self.render(true)
    }

    /// As [`to_json`](Self::to_json), but for the names of unions' branches.
    #[must_use]
    pub fn to_plain_json(&self) -> Json {
        self.render(false)
    }

    fn render(&self, names_branches: bool) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Boolean(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Long(value) => (*value).into(),
            Self::Float(value) => number((*value).into()),
            Self::Double(value) => number(*value),
            Self::Bytes(bytes) => Json::String(bytes.iter().copied().map(char::from).collect()),
            Self::String(text) => text.as_str().into(),
            Self::Array(items) => items
                .iter()
                .map(|item| item.render(names_branches))
                .collect(),
            Self::Map(entries) | Self::Record(entries) => entries
                .iter()
                .map(|(key, value)| (key.clone(), value.render(names_branches)))
                .collect(),
            Self::Union(branch, value) if names_branches && !matches!(**value, Self::Null) => {
                let pair = ((*branch).to_owned(), value.render(true));
                Json::Object([pair].into_iter().collect())
            }
            Self::Union(_, value) => value.render(names_branches),
        }
    }

    /// Whether both are the same, bit by bit, but for the order of maps.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.is_like(other, |left, right| match (left, right) {
            (Self::Float(l), Self::Float(r)) => l.to_bits() == r.to_bits(),
            (Self::Double(l), Self::Double(r)) => l.to_bits() == r.to_bits(),
            (Self::Union(l, _), Self::Union(r, _)) => l == r,
            _ => true,
        })
    }

    /// Whether both are the same, but for the bits of NaN.
    #[must_use]
    pub fn is_same_but_nan(&self, other: &Self) -> bool {
        self.is_like(other, |left, right| match (left, right) {
            (Self::Float(l), Self::Float(r)) => {
                (l.is_nan() && r.is_nan()) || l.to_bits() == r.to_bits()
            }
            (Self::Double(l), Self::Double(r)) => {
                (l.is_nan() && r.is_nan()) || l.to_bits() == r.to_bits()
            }
            (Self::Union(l, _), Self::Union(r, _)) => l == r,
            _ => true,
        })
    }

    /// Whether both have the same shape and scalars; floating-point numbers and branches by
    /// `agree`.
    fn is_like(&self, other: &Self, agree: fn(&Self, &Self) -> bool) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(l), Self::Boolean(r)) => l == r,
            (Self::Int(l), Self::Int(r)) => l == r,
            (Self::Long(l), Self::Long(r)) => l == r,
            (Self::Float(_), Self::Float(_)) | (Self::Double(_), Self::Double(_)) => {
                agree(self, other)
            }
            (Self::Bytes(l), Self::Bytes(r)) => l == r,
            (Self::String(l), Self::String(r)) => l == r,
            (Self::Array(l), Self::Array(r)) => {
                l.len() == r.len() && l.iter().zip(r).all(|(l, r)| l.is_like(r, agree))
            }
            (Self::Map(l), Self::Map(r)) => {
                let same = |key: &str, l: &Self| {
                    let mut found = r.iter().filter(|(other, _)| other == key);
                    matches!((found.next(), found.next()), (Some((_, r)), None) if l.is_like(r, agree))
                };
                l.len() == r.len() && l.iter().all(|(key, l)| same(key, l))
            }
            (Self::Record(l), Self::Record(r)) => {
                l.len() == r.len()
                    && l.iter()
                        .zip(r)
                        .all(|((n, l), (m, r))| n == m && l.is_like(r, agree))
            }
            (Self::Union(_, l), Self::Union(_, r)) => agree(self, other) && l.is_like(r, agree),
            _ => false,
        }
    }
}

fn number(value: f64) -> Json {
    let text = match value {
        v if v.is_nan() => "NaN",
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        v => return v.into(),
    };
    text.into()
}

/// Whether two JSON values are the same, floating-point numbers but for the last bit: `serde_json`
/// does not always find the nearest one.
#[must_use]
#[allow(clippy::float_cmp, reason = "infinities and zeros are equal or not")]
pub fn same_json(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(l), Json::Number(r)) => match (l.as_i64(), r.as_i64()) {
            (Some(l), Some(r)) => l == r,
            _ => {
                let (l, r) = (l.as_f64().unwrap_or(0.0), r.as_f64().unwrap_or(0.0));
                l == r || (l - r).abs() <= l.abs() * 4e-16
            }
        },
        (Json::Array(l), Json::Array(r)) => {
            l.len() == r.len() && l.iter().zip(r).all(|(l, r)| same_json(l, r))
        }
        (Json::Object(l), Json::Object(r)) => {
            l.len() == r.len()
                && l.iter()
                    .all(|(key, l)| r.get(key).is_some_and(|r| same_json(l, r)))
        }
        (l, r) => l == r,
    }
}

/// Hex digits of `bytes`.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether an error says that bytes or schemas are at fault, and not the program.
#[must_use]
pub const fn is_expected(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Decode
            | ErrorKind::Incompatible
            | ErrorKind::InvalidSchema
            | ErrorKind::LimitExceeded
    )
}

/// serde wants names that live for ever; there are few.
static KEPT: LazyLock<Mutex<HashMap<String, &'static str>>> = LazyLock::new(Mutex::default);
type Lists = HashMap<Vec<String>, &'static [&'static str]>;
static KEPT_LISTS: LazyLock<Mutex<Lists>> = LazyLock::new(Mutex::default);

/// A copy of `name` that lives for ever, one for each name.
///
/// # Panics
/// If a thread panicked here.
pub fn kept(name: &str) -> &'static str {
    let mut names = KEPT.lock().unwrap();
    if let Some(name) = names.get(name) {
        return name;
    }
    let leaked: &'static str = Box::leak(name.into());
    names.insert(name.to_owned(), leaked);
    leaked
}

fn kept_list(names: Vec<&str>) -> &'static [&'static str] {
    let key: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut lists = KEPT_LISTS.lock().unwrap();
    lists
        .entry(key)
        .or_insert_with(|| Box::leak(names.into_iter().map(kept).collect()))
}
