//! What of the text is the same for every datum: names of fields and symbols, as they stand there.

use super::text::write_string;
use crate::avro::schema::{Kind, NodeId, Schema};

/// For each record and enum of a schema, its names as JSON text.
#[derive(Clone, Debug)]
pub(super) struct Names(Box<[Texts]>);

type Texts = Box<[Box<[u8]>]>;

impl Names {
    pub(super) fn new(schema: &Schema) -> Self {
        let nodes = (0..schema.len()).map(|index| of(schema.kind(NodeId::at(index))));
        Self(nodes.collect())
    }

    /// Of a record, what stands in front of each value: `{"first":`, `,"second":` and so on. Of an
    /// enum, its symbols.
    #[inline]
    pub(super) fn of(&self, id: NodeId) -> &[Box<[u8]>] {
        self.0.get(id.index()).map_or(&[], |names| names)
    }
}

fn of(kind: &Kind) -> Texts {
    match kind {
        Kind::Record(record) => {
            let names = record.fields.iter().map(|field| &*field.name);
            let starts = std::iter::once("{").chain(std::iter::repeat(","));
            starts
                .zip(names)
                .map(|(start, name)| text(start, name, ":"))
                .collect()
        }
        Kind::Enum(enumeration) => {
            let symbols = enumeration.symbols.iter();
            symbols.map(|symbol| text("", symbol, "")).collect()
        }
        _ => Box::default(),
    }
}

fn text(start: &str, name: &str, end: &str) -> Box<[u8]> {
    let mut out = start.as_bytes().to_vec();
    write_string(name, &mut out);
    out.extend_from_slice(end.as_bytes());
    out.into_boxed_slice()
}
