use super::{FieldStep, Step, StepId};
use crate::avro::schema::{Kind, Schema};

/// For each step, whether the writer's bytes are just as the reader would write them, so that they
/// can be read without the plan.
///
/// The greatest answer that holds everywhere: types that hold each other are the same unless
/// something in them differs.
pub(super) fn same_bytes(steps: &[Step], reader: &Schema) -> Box<[bool]> {
    let mut same = vec![true; steps.len()];
    loop {
        let next: Vec<bool> = steps
            .iter()
            .zip(&same)
            .map(|(step, &so_far)| so_far && is_same(step, steps, &same, reader))
            .collect();
        if next == same {
            return same.into_boxed_slice();
        }
        same = next;
    }
}

fn is_same(step: &Step, steps: &[Step], same: &[bool], reader: &Schema) -> bool {
    let holds = |id: &StepId| same.get(id.0).copied().unwrap_or(false);
    match step {
        Step::Boolean
        | Step::Bytes
        | Step::Double
        | Step::Fixed { .. }
        | Step::Float
        | Step::Int
        | Step::Long
        | Step::Null
        | Step::String => true,
        Step::Array { items, .. } => holds(items),
        Step::Map { values, .. } => holds(values),
        Step::Enum {
            symbols,
            reader: id,
        } => match reader.kind(*id) {
            Kind::Enum(enumeration) => {
                enumeration.symbols.len() == symbols.len()
                    && symbols.iter().enumerate().all(|(i, s)| *s == Some(i))
            }
            _ => false,
        },
        Step::Record(record) => {
            record.defaults.is_empty()
                && record.fields.iter().enumerate().all(|(index, step)| {
                    matches!(step, FieldStep::Read { field, value } if *field == index && holds(value))
                })
        }
        Step::Branches(branches) => branches
            .iter()
            .enumerate()
            .all(|(position, branch)| match steps.get(branch.0) {
                Some(Step::Branch {
                    union,
                    index,
                    value,
                }) => {
                    *index == position
                        && holds(value)
                        && matches!(reader.kind(*union), Kind::Union(all) if all.len() == branches.len())
                }
                _ => false,
            }),
        // A branch alone has no index in the data; within `Branches` it is judged there.
        _ => false,
    }
}
