use super::{FieldStep, RecordStep, Step, StepId};
use crate::avro::schema::{Kind, Schema};

/// For each step, whether the writer's bytes are just as the reader would write them, so that they
/// can be read without the plan.
///
/// The greatest answer that holds everywhere: types that hold each other are the same unless
/// something in them differs. What differs makes whatever holds it differ, each once.
pub(super) fn same_bytes(steps: &[Step], reader: &Schema) -> Box<[bool]> {
    let mut same = vec![true; steps.len()];
    let mut holders: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    let mut different = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let Some(parts) = parts(step, steps, reader) else {
            different.push(index);
            continue;
        };
        for part in parts {
            if let Some(holders) = holders.get_mut(part.0) {
                holders.push(index);
            }
        }
    }
    while let Some(index) = different.pop() {
        if let Some(same) = same.get_mut(index)
            && std::mem::replace(same, false)
            && let Some(holders) = holders.get_mut(index)
        {
            different.append(holders);
        }
    }
    same.into_boxed_slice()
}

/// The steps that must be the same for this one to be; `None` if it differs by itself.
fn parts(step: &Step, steps: &[Step], reader: &Schema) -> Option<Vec<StepId>> {
    match step {
        Step::Boolean
        | Step::Bytes
        | Step::Double
        | Step::Fixed { .. }
        | Step::Float
        | Step::Int
        | Step::Long
        | Step::Null
        | Step::String => Some(Vec::new()),
        Step::Array { items, .. } => Some(vec![*items]),
        Step::Map { values, .. } => Some(vec![*values]),
        Step::Enum {
            symbols,
            reader: id,
        } => {
            let Kind::Enum(enumeration) = reader.kind(*id) else {
                return None;
            };
            let is_same = enumeration.symbols.len() == symbols.len()
                && symbols.iter().enumerate().all(|(i, s)| *s == Some(i));
            is_same.then(Vec::new)
        }
        Step::Record(record) if record.defaults.is_empty() => record_parts(record),
        Step::Branches(branches) => branch_parts(branches, steps, reader),
        // A branch alone has no index in the data; within `Branches` it is judged there.
        _ => None,
    }
}

/// The values of the fields, if they are the reader's, in its order.
fn record_parts(record: &RecordStep) -> Option<Vec<StepId>> {
    let fields = record.fields.iter().enumerate();
    fields
        .map(|(index, step)| match step {
            FieldStep::Read { field, value } if *field == index => Some(*value),
            _ => None,
        })
        .collect()
}

/// The values of the branches, if they are the reader's, in its order.
fn branch_parts(branches: &[StepId], steps: &[Step], reader: &Schema) -> Option<Vec<StepId>> {
    let count = branches.len();
    let branches = branches.iter().enumerate();
    branches
        .map(|(position, branch)| match steps.get(branch.0)? {
            Step::Branch {
                union,
                index,
                value,
            } if *index == position
                && matches!(reader.kind(*union), Kind::Union(all) if all.len() == count) =>
            {
                Some(*value)
            }
            _ => None,
        })
        .collect()
}
