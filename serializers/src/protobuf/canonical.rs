//! The bytes of a `FileDescriptorProto` without what differs between equal files: the file's name,
//! source locations, `proto2` (the default), and JSON names that are derived from field names. They
//! are rewritten as bytes: custom options have no place in prost's types.

use prost::encoding::{WireType, decode_key, decode_varint, encode_key, encode_varint};

/// A message of `descriptor.proto` that is rewritten.
#[derive(Clone, Copy)]
enum Part {
    Field,
    File,
    Message,
}

/// The rewritten `file`; `None` if it is not a descriptor.
pub(super) fn canonical(file: &[u8]) -> Option<Vec<u8>> {
    rewritten(file, Part::File)
}

fn rewritten(bytes: &[u8], part: Part) -> Option<Vec<u8>> {
    let mut fields = fields(bytes)?;
    if matches!(part, Part::Field) {
        let text = |number| {
            let value = fields
                .iter()
                .rev()
                .find(|field| field.number == number)?
                .value;
            std::str::from_utf8(value).ok()
        };
        let derived = text(FIELD_NAME).map(json_name);
        if derived.as_deref() == text(FIELD_JSON_NAME) {
            fields.retain(|field| field.number != FIELD_JSON_NAME);
        }
    }
    // Of a field that is there more than once the order counts, of others it does not.
    fields.sort_by_key(|field| field.number);
    let mut out = Vec::with_capacity(bytes.len());
    for field in fields {
        let inner = match (part, field.number) {
            (Part::File, 1 | 9) => continue,
            (Part::File, 12) if field.value == b"proto2" => continue,
            (Part::File, 4) | (Part::Message, 3) => Some(Part::Message),
            (Part::File, 7) | (Part::Message, 2 | 6) => Some(Part::Field),
            _ => None,
        };
        encode_key(field.number, field.wire_type, &mut out);
        let inner = inner.map(|inner| rewritten(field.value, inner));
        let value = match &inner {
            Some(inner) => inner.as_deref()?,
            None => field.value,
        };
        if field.wire_type == WireType::LengthDelimited {
            encode_varint(u64::try_from(value.len()).ok()?, &mut out);
        }
        out.extend_from_slice(value);
    }
    Some(out)
}

struct Field<'b> {
    number: u32,
    wire_type: WireType,
    /// Without the length in front.
    value: &'b [u8],
}

fn fields(mut bytes: &[u8]) -> Option<Vec<Field<'_>>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let (number, wire_type) = decode_key(&mut bytes).ok()?;
        let length = match wire_type {
            WireType::Varint => bytes.iter().position(|byte| *byte < 0x80)? + 1,
            WireType::SixtyFourBit => 8,
            WireType::ThirtyTwoBit => 4,
            WireType::LengthDelimited => usize::try_from(decode_varint(&mut bytes).ok()?).ok()?,
            // No field of a descriptor is a group.
            WireType::StartGroup | WireType::EndGroup => return None,
        };
        let (value, rest) = bytes.split_at_checked(length)?;
        bytes = rest;
        fields.push(Field {
            number,
            wire_type,
            value,
        });
    }
    Some(fields)
}

/// As `protoc` derives it: the letter after an underscore is a capital one.
fn json_name(name: &str) -> String {
    let mut is_next_upper = false;
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '_' => is_next_upper = true,
            c if is_next_upper => {
                out.push(c.to_ascii_uppercase());
                is_next_upper = false;
            }
            c => out.push(c),
        }
    }
    out
}

/// `FieldDescriptorProto.name` and `json_name`.
const FIELD_NAME: u32 = 1;
const FIELD_JSON_NAME: u32 = 10;
