//! Schema resolution: how a reader takes what a writer wrote, worked out once per writer schema.
//!
//! <https://avro.apache.org/docs/1.12.0/specification/#schema-resolution>; where the
//! specification leaves room, as Java 1.12 (`org.apache.avro.Resolver`) does. Where it differs from
//! Java, and why, is listed in `docs/evolution.md`.

use self::planner::Planner;
use super::read::MinSizes;
use super::schema::{Kind, NodeId, Schema};
use crate::error::Result;

mod leaf;
mod own;
mod planner;
mod same;
mod straight;

pub(crate) use self::straight::{FieldSource, Straight};

/// How to read data of one schema as another.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) writer: Schema,
    pub(crate) reader: Schema,
    pub(crate) min_sizes: MinSizes,
    steps: Box<[Step]>,
    /// For each step, whether the writer's bytes are just as the reader would write them.
    same: Box<[bool]>,
    root: StepId,
}

/// Names one step of a [`Plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StepId(usize);

/// How to read one value.
#[derive(Debug)]
pub(crate) enum Step {
    Null,
    Boolean,
    Int,
    IntToLong,
    IntToFloat,
    IntToDouble,
    Long,
    LongToFloat,
    LongToDouble,
    Float,
    FloatToDouble,
    Double,
    Bytes,
    BytesToString,
    String,
    StringToBytes,
    Fixed {
        size: usize,
        reader: NodeId,
    },
    /// For each of the writer's symbols, the reader's.
    Enum {
        symbols: Box<[Option<usize>]>,
        reader: NodeId,
    },
    Array {
        items: StepId,
        min_size: usize,
    },
    Map {
        values: StepId,
        min_size: usize,
    },
    Record(RecordStep),
    /// The writer's union: an index in the data, then one of these.
    Branches(Box<[StepId]>),
    /// The reader's union: what follows is of its branch `index`.
    Branch {
        union: NodeId,
        index: usize,
        value: StepId,
    },
    /// Data that leads here cannot be read.
    Impossible(Box<str>),
}

/// How to read a record.
#[derive(Debug)]
pub(crate) struct RecordStep {
    pub(crate) reader: NodeId,
    /// What to do with each of the writer's fields, in their order.
    pub(crate) fields: Box<[FieldStep]>,
    /// The reader's fields that the writer has not.
    pub(crate) defaults: Box<[DefaultStep]>,
    /// The same in the reader's order, if that is the writer's too.
    pub(crate) straight: Option<Straight>,
}

/// What to do with a field of the writer.
#[derive(Debug)]
pub(crate) enum FieldStep {
    /// Read it as the reader's field of this number.
    Read { field: usize, value: StepId },
    /// Read over it; it is of this type of the writer's schema.
    Skip(NodeId),
}

/// A reader's field that takes its default, as a datum of its type.
#[derive(Debug)]
pub(crate) struct DefaultStep {
    pub(crate) field: usize,
    pub(crate) datum: Box<[u8]>,
    pub(crate) value: StepId,
}

impl Plan {
    /// Plans to read data of `writer` as `reader`.
    ///
    /// # Errors
    /// `Incompatible` with the path if no data can be read, whatever it holds.
    pub(crate) fn new(writer: &Schema, reader: &Schema) -> Result<Self> {
        Self::build(writer, reader, false)
    }

    /// As [`new`](Self::new), but for records of another name, which are not read anywhere: what the
    /// compatibility rules judge.
    #[cfg(test)]
    fn by_name(writer: &Schema, reader: &Schema) -> Result<Self> {
        Self::build(writer, reader, true)
    }

    fn build(writer: &Schema, reader: &Schema, is_by_name: bool) -> Result<Self> {
        let mut planner = Planner::new(writer, reader, is_by_name);
        let root = planner.types(writer.root(), reader.root())?;
        planner.own_types()?;
        let same = same::same_bytes(&planner.steps, reader);
        straight::straighten(&mut planner.steps, &same, reader);
        Ok(Self {
            writer: writer.clone(),
            reader: reader.clone(),
            min_sizes: planner.sizes,
            steps: planner.steps.into_boxed_slice(),
            same,
            root,
        })
    }

    pub(crate) fn root(&self) -> StepId {
        self.root
    }

    #[allow(
        clippy::indexing_slicing,
        reason = "ids are made by this plan's own planner"
    )]
    pub(crate) fn step(&self, id: StepId) -> &Step {
        &self.steps[id.0]
    }

    /// What the reader calls its field of the number `field`.
    pub(crate) fn field_name(&self, record: &RecordStep, field: usize) -> String {
        match self.reader.kind(record.reader) {
            Kind::Record(record) => record.fields.get(field).map(|field| field.name.to_string()),
            _ => None,
        }
        .unwrap_or_default()
    }

    /// Why the writer's bytes do not mean to the reader what they mean to the writer; `None` if they
    /// do. Of a union at the top, the reader may have more branches at its end.
    pub(crate) fn difference(&self) -> Option<String> {
        let is_same = match self.step(self.root) {
            Step::Branches(branches) => (branches.iter().enumerate()).all(|(position, id)| {
                matches!(self.step(*id), Step::Branch { index, value, .. }
                    if *index == position && self.is_same(*value))
            }),
            _ => self.is_same(self.root),
        };
        if is_same {
            return None;
        }
        let reason = self.steps.iter().find_map(|step| match step {
            Step::Impossible(why) if !why.is_empty() => Some(why.to_string()),
            _ => None,
        });
        Some(reason.unwrap_or_else(|| "the schemas differ in what their data means".to_owned()))
    }

    /// Whether what this step reads can be read without it, as the reader's own data.
    pub(crate) fn is_same(&self, id: StepId) -> bool {
        self.same.get(id.0).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests;
