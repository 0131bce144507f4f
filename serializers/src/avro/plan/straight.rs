use super::{DefaultStep, FieldStep, RecordStep, Step, StepId};
use crate::avro::schema::{Kind, NodeId, Schema};

/// A record whose fields the writer has in the reader's order, apart from those that one of them
/// lacks: it can be read in a straight line.
#[derive(Debug)]
pub(crate) struct Straight {
    /// Where each of the reader's fields comes from.
    pub(crate) fields: Box<[FieldSource]>,
    /// What the writer has behind them.
    pub(crate) rest: Box<[NodeId]>,
}

/// Where a field of the reader comes from.
#[derive(Debug)]
pub(crate) enum FieldSource {
    /// The data, which is as the reader would write it.
    Own,
    /// The data, by a step.
    Step(StepId),
    /// Its default, as a datum.
    Default(Box<[u8]>),
    /// Its default, which is `null`, or without text, bytes, items or entries; also as a datum.
    Empty(Box<[u8]>),
    /// Behind what the reader has not.
    Behind(Box<[NodeId]>, Box<FieldSource>),
}

/// Works out, for each record of the plan, whether it can be read in a straight line.
pub(super) fn straighten(steps: &mut [Step], same: &[bool], reader: &Schema) {
    for step in steps {
        if let Step::Record(record) = step {
            record.straight = straight(record, same, reader);
        }
    }
}

fn straight(record: &RecordStep, same: &[bool], reader: &Schema) -> Option<Straight> {
    let default = |default: &DefaultStep| default_source(record.reader, default, reader);
    let mut defaults = record.defaults.iter().peekable();
    let mut fields = Vec::with_capacity(record.fields.len());
    let mut skipped = Vec::new();
    for step in &record.fields {
        let (field, value) = match step {
            FieldStep::Skip(id) => {
                skipped.push(*id);
                continue;
            }
            FieldStep::Read { field, value } => (*field, *value),
        };
        while let Some(before) = defaults.next_if(|default| default.field < field) {
            fields.push(default(before));
        }
        if field != fields.len() {
            return None;
        }
        let source = match same.get(value.0) {
            Some(true) => FieldSource::Own,
            _ => FieldSource::Step(value),
        };
        fields.push(match skipped.is_empty() {
            true => source,
            false => FieldSource::Behind(std::mem::take(&mut skipped).into(), Box::new(source)),
        });
    }
    fields.extend(defaults.map(default));
    Some(Straight {
        fields: fields.into(),
        rest: skipped.into(),
    })
}

fn default_source(record: NodeId, default: &DefaultStep, reader: &Schema) -> FieldSource {
    let field = match reader.kind(record) {
        Kind::Record(record) => record.fields.get(default.field),
        _ => None,
    };
    let datum = default.datum.clone();
    match field {
        Some(field) if is_empty(reader, field.schema, &datum) => FieldSource::Empty(datum),
        _ => FieldSource::Default(datum),
    }
}

fn is_empty(reader: &Schema, id: NodeId, datum: &[u8]) -> bool {
    let [byte] = datum else { return false };
    match reader.kind(id) {
        Kind::Array(_) | Kind::Bytes | Kind::Map(_) | Kind::String => *byte == 0,
        Kind::Union(branches) => branches
            .get(usize::from(byte >> 1))
            .is_some_and(|branch| matches!(reader.kind(*branch), Kind::Null)),
        _ => false,
    }
}
