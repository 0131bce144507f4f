//! Protobuf's wire format: <https://protobuf.dev/programming-guides/encoding/>.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use wireform_registry::ResolvedSchema;

use super::schema::ProtobufSchema;
use crate::dynamic::{Annotations, Step, Walk, quoted};
use crate::error::Result;
use crate::frame::MessageIndex;
use crate::varint::unzigzag;

/// The parts of a message: the one of that `name`, else at `index`, else the first of the file.
pub(in crate::protobuf) fn annotate(
    schema: &ResolvedSchema,
    name: Option<&str>,
    index: Option<&MessageIndex>,
    body: &[u8],
) -> Result<Annotations> {
    let schema = ProtobufSchema::parse(schema)?;
    let (message, _) = match name {
        Some(_) => schema.find(name)?,
        None => schema.choose(index, None)?,
    };
    let mut walk = Walk::new(body);
    let end = walk.message(&message, body.len(), message.name());
    Ok(walk.finish(message.full_name(), &end))
}

impl Walk<'_> {
    fn message(&mut self, message: &MessageDescriptor, end: usize, path: &str) -> Step {
        self.enter()?;
        while self.at < end {
            let start = self.at;
            let tag = self.varint(path)?;
            let number = u32::try_from(tag >> 3)
                .ok()
                .filter(|n| *n > 0 && *n < 1 << 29);
            let Some(number) = number else {
                return self.stop(start, &format!("{path}: a field without a number"));
            };
            let field = message.get_field(number);
            let name = match &field {
                Some(field) => format!("{path}.{}", field.name()),
                None => format!("{path}.{number}, which the schema does not know"),
            };
            self.field(field.as_ref(), tag & 7, start, &name)?;
        }
        self.depth -= 1;
        match self.at == end {
            true => Ok(()),
            false => self.stop(end, &format!("{path}: a field reaches over its end")),
        }
    }

    fn field(
        &mut self,
        field: Option<&FieldDescriptor>,
        wire: u64,
        start: usize,
        name: &str,
    ) -> Step {
        let kind = field.map(FieldDescriptor::kind);
        let shown = match wire {
            0 => varint(kind.as_ref(), self.varint(name)?),
            1 => match self.take(8, name)?.first_chunk() {
                Some(bytes) => eight(kind.as_ref(), *bytes),
                None => return Ok(()),
            },
            5 => match self.take(4, name)?.first_chunk() {
                Some(bytes) => four(kind.as_ref(), *bytes),
                None => return Ok(()),
            },
            2 => return self.delimited(kind.as_ref(), start, name),
            3 => "group, start".to_owned(),
            4 => "group, end".to_owned(),
            wire => return self.stop(start, &format!("{name}: there is no wire type {wire}")),
        };
        self.say(start, format!("{name}: {shown}"))
    }

    fn delimited(&mut self, kind: Option<&Kind>, start: usize, name: &str) -> Step {
        let length = self.varint(name)?;
        let left = self.bytes.len() - self.at;
        let inner = usize::try_from(length)
            .ok()
            .filter(|length| *length <= left);
        match (kind, inner) {
            (Some(Kind::Message(message)), Some(length)) => {
                let what = format!("{name}: message {}, {length} bytes", message.full_name());
                self.say(start, what)?;
                self.message(message, self.at + length, name)
            }
            (Some(Kind::String), _) => {
                let text = quoted(self.take(length, name)?);
                self.say(start, format!("{name}: string {text}"))
            }
            (Some(Kind::Bytes) | None, _) => {
                self.take(length, name)?;
                self.say(start, format!("{name}: {length} bytes"))
            }
            (Some(kind), _) => {
                self.take(length, name)?;
                self.say(start, format!("{name}: {kind:?}, packed in {length} bytes"))
            }
        }
    }
}

fn varint(kind: Option<&Kind>, value: u64) -> String {
    match kind {
        Some(Kind::Bool) => format!("bool {}", value != 0),
        Some(Kind::Sint32 | Kind::Sint64) => format!("sint {}", unzigzag(value)),
        Some(Kind::Int32 | Kind::Int64) => format!("int {}", value.cast_signed()),
        Some(Kind::Enum(of)) => {
            let number = i32::try_from(value.cast_signed()).unwrap_or(i32::MIN);
            match of.get_value(number) {
                Some(symbol) => format!("enum {value}: {}", symbol.name()),
                None => format!("enum {value}, which {} does not have", of.name()),
            }
        }
        Some(_) => format!("uint {value}"),
        None => format!("varint {value}"),
    }
}

fn eight(kind: Option<&Kind>, bytes: [u8; 8]) -> String {
    match kind {
        Some(Kind::Double) => format!("double {}", f64::from_le_bytes(bytes)),
        Some(Kind::Sfixed64) => format!("sfixed64 {}", i64::from_le_bytes(bytes)),
        _ => format!("fixed64 {}", u64::from_le_bytes(bytes)),
    }
}

fn four(kind: Option<&Kind>, bytes: [u8; 4]) -> String {
    match kind {
        Some(Kind::Float) => format!("float {}", f32::from_le_bytes(bytes)),
        Some(Kind::Sfixed32) => format!("sfixed32 {}", i32::from_le_bytes(bytes)),
        _ => format!("fixed32 {}", u32::from_le_bytes(bytes)),
    }
}
