use super::{FieldStep, RecordStep, Step, StepId};
use crate::avro::schema::NodeId;

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
    /// Behind what the reader has not.
    Behind(Box<[NodeId]>, Box<FieldSource>),
}

/// Works out, for each record of the plan, whether it can be read in a straight line.
pub(super) fn straighten(steps: &mut [Step], same: &[bool]) {
    for step in steps {
        if let Step::Record(record) = step {
            record.straight = straight(record, same);
        }
    }
}

fn straight(record: &RecordStep, same: &[bool]) -> Option<Straight> {
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
        while let Some(default) = defaults.next_if(|default| default.field < field) {
            fields.push(FieldSource::Default(default.datum.clone()));
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
    fields.extend(defaults.map(|default| FieldSource::Default(default.datum.clone())));
    Some(Straight {
        fields: fields.into(),
        rest: skipped.into(),
    })
}
