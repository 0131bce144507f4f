//! Map entries put in an order: prost-reflect writes them in one of its own each time.

use prost::encoding::{WireType, decode_key, decode_varint};
use prost_reflect::{DynamicMessage, Kind, MapKey, MessageDescriptor};

use super::walk::Order;

/// Puts the entries of every map in `bytes`, which prost-reflect wrote, in the order in which they
/// came; where that is not known, in the order of their keys. Lengths stay as they are.
pub(super) fn settle(message: &MessageDescriptor, bytes: &mut [u8], order: Option<&Order>) {
    Settle { with_any: false }.message(message, bytes, order);
}

/// Does the same, also in messages within each `google.protobuf.Any`, with entries in the order of
/// their keys.
pub(super) fn settle_all(message: &MessageDescriptor, bytes: &mut [u8]) {
    Settle { with_any: true }.message(message, bytes, None);
}

/// Returns whether the message, or one in it, has a map.
pub(super) fn has_maps(message: &MessageDescriptor) -> bool {
    // What extends it may come with any schema.
    any_within(message, |message| {
        message.fields().any(|field| field.is_map()) || message.extensions().len() > 0
    })
}

/// Returns whether `holds` is true for the message or for one in it.
pub(super) fn any_within(
    message: &MessageDescriptor,
    holds: impl Fn(&MessageDescriptor) -> bool,
) -> bool {
    let mut seen = std::collections::HashSet::new();
    let mut pending = vec![message.clone()];
    while let Some(message) = pending.pop() {
        if !seen.insert(message.full_name().to_owned()) {
            continue;
        }
        if holds(&message) {
            return true;
        }
        pending.extend(message.fields().filter_map(|field| match field.kind() {
            Kind::Message(inner) => Some(inner),
            _ => None,
        }));
    }
    false
}

struct Settle {
    with_any: bool,
}

/// A run of bytes: an entry of a map with what it is sorted by.
struct Entry {
    place: (usize, MapKey),
    start: usize,
    end: usize,
}

impl Settle {
    fn message(&self, message: &MessageDescriptor, bytes: &mut [u8], order: Option<&Order>) {
        let mut at = 0;
        let mut entries: Vec<Entry> = Vec::new();
        let mut map = 0;
        let mut index = (0, 0);
        while let Some((number, start, body, end)) = next(bytes, at) {
            if number != map {
                sort(bytes, &mut entries);
                map = number;
            }
            index = if index.0 == number {
                (number, index.1 + 1)
            } else {
                (number, 0)
            };
            let kind = message
                .get_field(number)
                .map(|field| (field.kind(), field.is_map()));
            let extension = || message.get_extension(number);
            let kind = kind.or_else(|| extension().map(|field| (field.kind(), field.is_map())));
            match kind {
                Some((Kind::Message(entry), true)) => {
                    if let Some(place) = self.entry(&entry, bytes.get_mut(body..end), order, number)
                    {
                        entries.push(Entry { place, start, end });
                    }
                }
                Some((Kind::Message(inner), false)) => {
                    let order = order.and_then(|order| order.message(number, index.1));
                    if let Some(bytes) = bytes.get_mut(body..end) {
                        self.inner(&inner, bytes, order);
                    }
                }
                _ => {}
            }
            at = end;
        }
        sort(bytes, &mut entries);
    }

    fn inner(&self, message: &MessageDescriptor, bytes: &mut [u8], order: Option<&Order>) {
        if self.with_any && message.full_name() == "google.protobuf.Any" {
            self.any(message, bytes);
        }
        self.message(message, bytes, order);
    }

    fn any(&self, message: &MessageDescriptor, bytes: &mut [u8]) {
        let mut inner = None;
        let mut at = 0;
        while let Some((number, _, body, end)) = next(bytes, at) {
            let part = bytes.get_mut(body..end).unwrap_or_default();
            match (number, &inner) {
                (1, _) => {
                    let name = std::str::from_utf8(part).unwrap_or_default();
                    let name = name.rsplit('/').next().unwrap_or_default();
                    inner = message.parent_pool().get_message_by_name(name);
                }
                (2, Some(inner)) => self.inner(inner, part, None),
                _ => {}
            }
            at = end;
        }
    }

    /// Settles the value of an entry; returns its sort key.
    fn entry(
        &self,
        entry: &MessageDescriptor,
        bytes: Option<&mut [u8]>,
        order: Option<&Order>,
        number: u32,
    ) -> Option<(usize, MapKey)> {
        let bytes = bytes?;
        let decoded = DynamicMessage::decode(entry.clone(), &*bytes).ok()?;
        let key = decoded.get_field(&entry.map_entry_key_field()).into_owned();
        let key = key.into_map_key()?;
        let found = order.and_then(|order| order.entry(number, &key));
        let value = next(bytes, 0).and_then(|first| match first.0 {
            2 => Some(first),
            _ => next(bytes, first.3).filter(|second| second.0 == 2),
        });
        if let (Kind::Message(inner), Some((_, _, body, end))) =
            (entry.map_entry_value_field().kind(), value)
        {
            let value = bytes.get_mut(body..end)?;
            self.inner(&inner, value, found.map(|(_, order)| order));
        }
        Some((found.map_or(usize::MAX, |(place, _)| place), key))
    }
}

/// Writes a run of entries in their order, over themselves.
fn sort(bytes: &mut [u8], entries: &mut Vec<Entry>) {
    let range = entries
        .first()
        .map(|e| e.start)
        .zip(entries.last().map(|e| e.end));
    if let Some((start, end)) = range {
        entries.sort_by(|a, b| a.place.cmp(&b.place));
        let sorted: Vec<u8> = entries
            .iter()
            .flat_map(|entry| bytes.get(entry.start..entry.end).unwrap_or_default())
            .copied()
            .collect();
        if let Some(run) = bytes.get_mut(start..end)
            && run.len() == sorted.len()
        {
            run.copy_from_slice(&sorted);
        }
    }
    entries.clear();
}

/// The field at `at`: its number, and where it, its body and what follows begin.
fn next(bytes: &[u8], at: usize) -> Option<(u32, usize, usize, usize)> {
    let mut rest = bytes.get(at..)?;
    let (number, wire_type) = decode_key(&mut rest).ok()?;
    let mut body = bytes.len() - rest.len();
    let end = match wire_type {
        WireType::LengthDelimited => {
            let len = decode_varint(&mut rest).ok()?;
            body = bytes.len() - rest.len();
            body.checked_add(usize::try_from(len).ok()?)?
        }
        WireType::Varint => {
            decode_varint(&mut rest).ok()?;
            bytes.len() - rest.len()
        }
        WireType::SixtyFourBit => body + 8,
        WireType::ThirtyTwoBit => body + 4,
        WireType::StartGroup => return group(bytes, number, at, body),
        WireType::EndGroup => return None,
    };
    (end <= bytes.len()).then_some((number, at, body, end))
}

/// A group: its body is all fields up to its end.
fn group(bytes: &[u8], number: u32, at: usize, body: usize) -> Option<(u32, usize, usize, usize)> {
    let mut inner = body;
    loop {
        match next(bytes, inner) {
            Some((_, _, _, end)) => inner = end,
            None => {
                let mut rest = bytes.get(inner..)?;
                let (found, wire_type) = decode_key(&mut rest).ok()?;
                let is_end = found == number && wire_type == WireType::EndGroup;
                return is_end.then_some((number, at, body, bytes.len() - rest.len()));
            }
        }
    }
}
