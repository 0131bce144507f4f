//! A message's bytes, checked before prost-reflect builds anything of them: depth, memory, wire
//! types and lengths, with the field's path in every error.

use std::collections::HashMap;

use prost::encoding::{WireType, decode_key, decode_varint};
use prost_reflect::{Cardinality, DynamicMessage, Kind, MapKey, MessageDescriptor, Value};

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;

/// In which order the entries of maps stood in the bytes.
#[derive(Debug, Default)]
pub(super) struct Order {
    maps: HashMap<u32, HashMap<MapKey, (usize, Order)>>,
    messages: HashMap<u32, Vec<Order>>,
    /// That of the message in a `google.protobuf.Any`.
    pub(super) any: Option<Box<Order>>,
}

impl Order {
    /// Where an entry stood, and the order within its value.
    pub(super) fn entry(&self, field: u32, key: &MapKey) -> Option<(usize, &Self)> {
        let (place, inner) = self.maps.get(&field)?.get(key)?;
        Some((*place, inner))
    }

    /// The order within a message, the `index`th of a repeated field.
    pub(super) fn message(&self, field: u32, index: usize) -> Option<&Self> {
        self.messages.get(&field)?.get(index)
    }
}

/// Checks the bytes of a message.
///
/// # Errors
/// `Decode` with the path; `LimitExceeded`.
pub(super) fn check(message: &MessageDescriptor, bytes: &[u8], limits: &Limits) -> Result<()> {
    Walk::new(bytes, limits, false)
        .run(message, bytes)
        .map(drop)
}

/// Checks the bytes of a message, those within each `google.protobuf.Any` of a known type too, and
/// returns the order of its maps.
///
/// # Errors
/// As [`check`].
pub(super) fn order(message: &MessageDescriptor, bytes: &[u8], limits: &Limits) -> Result<Order> {
    Walk::new(bytes, limits, true).run(message, bytes)
}

struct Walk {
    heap: usize,
    depth: usize,
    keeps_order: bool,
}

/// The content of a `google.protobuf.Any`; the last of each field is used.
#[derive(Default)]
struct AnyParts<'b> {
    type_url: &'b [u8],
    value: &'b [u8],
}

impl Walk {
    fn new(bytes: &[u8], limits: &Limits, keeps_order: bool) -> Self {
        Self {
            heap: limits.heap_for(bytes.len()),
            depth: limits.depth.min(MAX_DEPTH),
            keeps_order,
        }
    }

    fn run(mut self, message: &MessageDescriptor, bytes: &[u8]) -> Result<Order> {
        limits_check(bytes)?;
        let mut order = Order::default();
        self.message(message, bytes, 0, &mut order)?;
        Ok(order)
    }

    fn message(
        &mut self,
        message: &MessageDescriptor,
        mut rest: &[u8],
        depth: usize,
        order: &mut Order,
    ) -> Result<()> {
        self.enter(depth)?;
        let mut any = AnyParts::default();
        let is_any = self.keeps_order && message.full_name() == ANY;
        while !rest.is_empty() {
            let (number, wire_type) = key(&mut rest)?;
            if is_any && wire_type == WireType::LengthDelimited {
                let mut peek = rest;
                let part = delimited(&mut peek)?;
                match number {
                    1 => any.type_url = part,
                    2 => any.value = part,
                    _ => {}
                }
            }
            self.field(message, number, wire_type, &mut rest, depth, order)?;
        }
        match is_any {
            true => self.any(message, &any, depth, order),
            false => Ok(()),
        }
    }

    /// The message in an `Any` is read for JSON, so it is checked like one in a field.
    fn any(
        &mut self,
        message: &MessageDescriptor,
        any: &AnyParts<'_>,
        depth: usize,
        order: &mut Order,
    ) -> Result<()> {
        let name = std::str::from_utf8(any.type_url).unwrap_or_default();
        let name = name.rsplit('/').next().unwrap_or_default();
        let Some(inner) = message.parent_pool().get_message_by_name(name) else {
            return Ok(());
        };
        let inner_order = order.any.insert(Box::default());
        self.charge(any.value.len())?;
        self.message(&inner, any.value, depth + 1, inner_order)
            .map_err(|error| error.at("value"))
    }

    fn field(
        &mut self,
        message: &MessageDescriptor,
        number: u32,
        wire_type: WireType,
        rest: &mut &[u8],
        depth: usize,
        order: &mut Order,
    ) -> Result<()> {
        let field = message.get_field(number).map(Known::Field);
        let known = field.or_else(|| message.get_extension(number).map(Known::Extension));
        let Some(known) = known else {
            self.charge(UNKNOWN)?;
            return self.unknown(number, wire_type, rest, depth);
        };
        let result = self.known(&known, wire_type, rest, depth, order);
        result.map_err(|error| error.at(known.name().to_owned()))
    }

    fn known(
        &mut self,
        field: &Known,
        wire_type: WireType,
        rest: &mut &[u8],
        depth: usize,
        order: &mut Order,
    ) -> Result<()> {
        let kind = field.kind();
        let number = field.number();
        match (&kind, wire_type) {
            (Kind::Message(entry), WireType::LengthDelimited) if field.is_map() => {
                // An entry is a message of its own on the wire.
                self.entry(entry, delimited(rest)?, number, depth + 1, order)
            }
            (Kind::Message(inner), WireType::LengthDelimited) if !field.is_group() => {
                let bytes = delimited(rest)?;
                self.inner(field, order, |walk, order| {
                    walk.message(inner, bytes, depth + 1, order)
                })
            }
            (Kind::Message(inner), WireType::StartGroup) if field.is_group() => {
                self.inner(field, order, |walk, order| {
                    walk.group(inner, number, rest, depth + 1, order)
                })
            }
            (kind, WireType::LengthDelimited) if field.is_list() && is_packable(kind) => {
                let mut packed = delimited(rest)?;
                while !packed.is_empty() {
                    self.charge(ITEM)?;
                    skip_scalar(kind.wire_type(), &mut packed)?;
                }
                Ok(())
            }
            (kind, found) if found == kind.wire_type() && !matches!(kind, Kind::Message(_)) => {
                self.charge(if field.is_list() { ITEM } else { 0 })?;
                self.scalar(kind, found, rest)
            }
            (_, found) => Err(decode(format!("unexpected wire type {found:?}"))),
        }
    }

    /// Reads a message within `order`: singular ones merge, repeated ones follow each other.
    fn inner(
        &mut self,
        field: &Known,
        order: &mut Order,
        read: impl FnOnce(&mut Self, &mut Order) -> Result<()>,
    ) -> Result<()> {
        if field.is_list() {
            self.charge(ITEM)?;
        }
        if !self.keeps_order {
            return read(self, order);
        }
        self.charge(ORDER)?;
        let orders = order.messages.entry(field.number()).or_default();
        if orders.is_empty() || field.is_list() {
            orders.push(Order::default());
        }
        match orders.last_mut() {
            Some(order) => read(self, order),
            None => Ok(()),
        }
    }

    /// Reads an entry of a map; the last one of a key counts, its place is the first one's.
    fn entry(
        &mut self,
        entry: &MessageDescriptor,
        mut rest: &[u8],
        number: u32,
        depth: usize,
        order: &mut Order,
    ) -> Result<()> {
        self.charge(ENTRY)?;
        let mut key_value = MapKey::default_value(&entry.map_entry_key_field().kind());
        let mut inner = Order::default();
        while !rest.is_empty() {
            let (field, wire_type) = key(&mut rest)?;
            let start = rest;
            match field {
                1 | 2 => self.field(entry, field, wire_type, &mut rest, depth, &mut inner)?,
                // prost skips what else is in there.
                _ => self.unknown(field, wire_type, &mut rest, depth)?,
            }
            if field == 1 && self.keeps_order {
                key_value = map_key(entry, start)?;
            }
        }
        if self.keeps_order {
            self.charge(ENTRY)?;
            let inner = inner.messages.remove(&2).and_then(|mut found| found.pop());
            let entries = order.maps.entry(number).or_default();
            let place = entries
                .get(&key_value)
                .map_or(entries.len(), |(place, _)| *place);
            entries.insert(key_value, (place, inner.unwrap_or_default()));
        }
        Ok(())
    }

    fn group(
        &mut self,
        message: &MessageDescriptor,
        number: u32,
        rest: &mut &[u8],
        depth: usize,
        order: &mut Order,
    ) -> Result<()> {
        self.enter(depth)?;
        loop {
            let (field, wire_type) = key(rest)?;
            match wire_type {
                WireType::EndGroup if field == number => return Ok(()),
                WireType::EndGroup => return Err(decode("unexpected end of a group")),
                _ => self.field(message, field, wire_type, rest, depth, order)?,
            }
        }
    }

    fn unknown(
        &mut self,
        number: u32,
        wire_type: WireType,
        rest: &mut &[u8],
        depth: usize,
    ) -> Result<()> {
        match wire_type {
            WireType::LengthDelimited => self.charge(delimited(rest)?.len()),
            WireType::EndGroup => Err(decode("unexpected end of a group")),
            WireType::StartGroup => {
                self.enter(depth + 1)?;
                loop {
                    let (field, wire_type) = key(rest)?;
                    if wire_type == WireType::EndGroup && field == number {
                        return Ok(());
                    }
                    self.charge(UNKNOWN)?;
                    self.unknown(field, wire_type, rest, depth + 1)?;
                }
            }
            _ => skip_scalar(wire_type, rest),
        }
    }

    fn scalar(&mut self, kind: &Kind, wire_type: WireType, rest: &mut &[u8]) -> Result<()> {
        match kind {
            Kind::String => {
                let text = delimited(rest)?;
                std::str::from_utf8(text).map_err(|error| {
                    decode(format!("invalid UTF-8 after {} bytes", error.valid_up_to()))
                })?;
                self.charge(text.len())
            }
            Kind::Bytes => self.charge(delimited(rest)?.len()),
            _ => skip_scalar(wire_type, rest),
        }
    }

    fn enter(&mut self, depth: usize) -> Result<()> {
        if depth > self.depth {
            let message = format!("messages nest deeper than {}", self.depth);
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        self.charge(MESSAGE)
    }

    fn charge(&mut self, bytes: usize) -> Result<()> {
        let left = self.heap.checked_sub(bytes);
        self.heap = left.ok_or_else(|| {
            let message = "the message takes too much memory for its length";
            Error::new(ErrorKind::LimitExceeded, message)
        })?;
        Ok(())
    }
}

enum Known {
    Extension(prost_reflect::ExtensionDescriptor),
    Field(prost_reflect::FieldDescriptor),
}

impl Known {
    fn name(&self) -> &str {
        match self {
            Self::Extension(field) => field.full_name(),
            Self::Field(field) => field.name(),
        }
    }

    fn number(&self) -> u32 {
        match self {
            Self::Extension(field) => field.number(),
            Self::Field(field) => field.number(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Extension(field) => field.kind(),
            Self::Field(field) => field.kind(),
        }
    }

    fn is_group(&self) -> bool {
        match self {
            Self::Extension(field) => field.is_group(),
            Self::Field(field) => field.is_group(),
        }
    }

    fn is_list(&self) -> bool {
        match self {
            Self::Extension(field) => {
                field.cardinality() == Cardinality::Repeated && !field.is_map()
            }
            Self::Field(field) => field.is_list(),
        }
    }

    fn is_map(&self) -> bool {
        match self {
            Self::Extension(field) => field.is_map(),
            Self::Field(field) => field.is_map(),
        }
    }
}

/// Returns whether many values of the type may be in one packed field.
fn is_packable(kind: &Kind) -> bool {
    !matches!(kind, Kind::Bytes | Kind::Message(_) | Kind::String)
}

fn key(rest: &mut &[u8]) -> Result<(u32, WireType)> {
    decode_key(rest).map_err(|error| decode(error.to_string()))
}

fn delimited<'b>(rest: &mut &'b [u8]) -> Result<&'b [u8]> {
    let len = decode_varint(rest).map_err(|error| decode(error.to_string()))?;
    let split = usize::try_from(len)
        .ok()
        .and_then(|len| rest.split_at_checked(len));
    let (bytes, tail) = split.ok_or_else(|| decode("cut short"))?;
    *rest = tail;
    Ok(bytes)
}

fn skip_scalar(wire_type: WireType, rest: &mut &[u8]) -> Result<()> {
    let len = match wire_type {
        WireType::Varint => {
            return decode_varint(rest)
                .map(drop)
                .map_err(|error| decode(error.to_string()));
        }
        WireType::SixtyFourBit => 8,
        WireType::ThirtyTwoBit => 4,
        other => return Err(decode(format!("unexpected wire type {other:?}"))),
    };
    *rest = rest.get(len..).ok_or_else(|| decode("cut short"))?;
    Ok(())
}

/// Returns the key at the start of `bytes`, which were found valid before.
fn map_key(entry: &MessageDescriptor, bytes: &[u8]) -> Result<MapKey> {
    let field = entry.map_entry_key_field();
    let mut one = Vec::new();
    prost::encoding::encode_key(1, field.kind().wire_type(), &mut one);
    let mut rest = bytes;
    match field.kind().wire_type() {
        WireType::LengthDelimited => drop(delimited(&mut rest)?),
        wire_type => skip_scalar(wire_type, &mut rest)?,
    }
    one.extend_from_slice(bytes.get(..bytes.len() - rest.len()).unwrap_or_default());
    let decoded = DynamicMessage::decode(entry.clone(), &*one);
    let decoded = decoded.map_err(|error| decode(error.to_string()))?;
    let value = decoded.get_field(&field).into_owned();
    value.into_map_key().ok_or_else(|| decode("not a map key"))
}

fn decode(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Decode, message)
}

fn limits_check(bytes: &[u8]) -> Result<()> {
    // A longer message cannot be written either.
    match i32::try_from(bytes.len()) {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::new(ErrorKind::LimitExceeded, "over 2 GiB")),
    }
}

const ANY: &str = "google.protobuf.Any";
/// prost reads a hundred levels.
const MAX_DEPTH: usize = 99;
/// A message, and the first node of the tree of its fields: eleven keys and values.
const MESSAGE: usize = size_of::<DynamicMessage>() + 11 * (size_of::<Value>() + 4) + 16;
/// A place in a list that doubles as it grows: the old and the new one are there at once.
const ITEM: usize = 3 * size_of::<Value>();
/// A place in a map, which is never more than seven eighths full.
const ENTRY: usize = 3 * (size_of::<MapKey>() + size_of::<Value>() + 8);
/// An unknown field: a place in a list of at least four, in the tree of fields.
const UNKNOWN: usize = 4 * 48 + size_of::<Value>() + 4;
const ORDER: usize = 3 * size_of::<Order>();
