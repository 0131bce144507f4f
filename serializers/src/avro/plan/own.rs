//! Steps that read the reader's own data: its defaults.

use super::leaf::{mismatch, scalar};
use super::planner::Planner;
use super::{FieldStep, RecordStep, Step, StepId};
use crate::avro::schema::{Kind, NodeId, Record};
use crate::error::Result;

impl Planner<'_> {
    /// The step that reads the reader's own data; worked out by [`own_types`](Self::own_types).
    pub(super) fn own_type(&mut self, id: NodeId) -> StepId {
        if let Some(&step) = self.known_own.get(&id) {
            return step;
        }
        let step = self.reserve();
        self.known_own.insert(id, step);
        self.own_to_come.push((id, step));
        step
    }

    pub(super) fn own_types(&mut self) -> Result<()> {
        while let Some((id, step)) = self.own_to_come.pop() {
            let own = self.own_kind(id)?;
            self.set(step, own);
        }
        Ok(())
    }

    fn own_kind(&mut self, id: NodeId) -> Result<Step> {
        Ok(match self.reader.kind(id) {
            Kind::Array(items) => Step::Array {
                items: self.own_type(*items),
                min_size: self.reader_sizes.of(*items),
            },
            Kind::Map(values) => Step::Map {
                values: self.own_type(*values),
                min_size: self.reader_sizes.of(*values) + 1,
            },
            Kind::Union(branches) => self.own_union(id, branches),
            Kind::Record(record) => Step::Record(self.own_record(record, id)),
            Kind::Fixed(fixed) => Step::Fixed {
                size: fixed.size,
                reader: id,
            },
            Kind::Enum(enumeration) => Step::Enum {
                symbols: (0..enumeration.symbols.len()).map(Some).collect(),
                reader: id,
            },
            kind => scalar(kind, kind).ok_or_else(|| mismatch(kind, kind))?,
        })
    }

    fn own_union(&mut self, union: NodeId, branches: &[NodeId]) -> Step {
        let mut ids = Vec::with_capacity(branches.len());
        for (index, branch) in branches.iter().enumerate() {
            let value = self.own_type(*branch);
            let id = self.reserve();
            self.set(
                id,
                Step::Branch {
                    union,
                    index,
                    value,
                },
            );
            ids.push(id);
        }
        Step::Branches(ids.into_boxed_slice())
    }

    fn own_record(&mut self, record: &Record, id: NodeId) -> RecordStep {
        let mut fields = Vec::with_capacity(record.fields.len());
        for (field, source) in record.fields.iter().enumerate() {
            fields.push(FieldStep::Read {
                field,
                value: self.own_type(source.schema),
            });
        }
        RecordStep {
            reader: id,
            fields: fields.into_boxed_slice(),
            defaults: Box::default(),
            straight: None,
        }
    }
}
