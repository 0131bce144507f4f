//! Schema resolution: how a reader takes what a writer wrote, worked out once per writer schema.
//!
//! <https://avro.apache.org/docs/1.12.0/specification/#schema-resolution>; where the
//! specification leaves room, as Java 1.12 (`org.apache.avro.Resolver`) does. Where it differs from
//! Java, and why, is listed in `docs/evolution.md`.

use std::collections::HashMap;
use std::sync::Arc;

use super::compatibility::WriterFields;
use super::read::MinSizes;
use super::schema::name::short_name;
use super::schema::{Enum, Fixed, Kind, LogicalType, NodeId, Record, Schema};
use crate::error::{Error, ErrorKind, Result};

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
        let mut planner = Planner {
            writer,
            reader,
            sizes: MinSizes::new(writer),
            reader_sizes: MinSizes::new(reader),
            steps: Vec::new(),
            known: HashMap::new(),
            known_own: HashMap::new(),
            own_to_come: Vec::new(),
            depth: 0,
        };
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

struct Planner<'s> {
    writer: &'s Schema,
    reader: &'s Schema,
    sizes: MinSizes,
    reader_sizes: MinSizes,
    steps: Vec<Step>,
    known: HashMap<(NodeId, NodeId), StepId>,
    /// Steps that read the reader's own data: its defaults.
    known_own: HashMap<NodeId, StepId>,
    /// Those of them that are named and not worked out.
    own_to_come: Vec<(NodeId, StepId)>,
    depth: usize,
}

impl<'s> Planner<'s> {
    fn types(&mut self, writer: NodeId, reader: NodeId) -> Result<StepId> {
        if let Some(&id) = self.known.get(&(writer, reader)) {
            return match self.steps.get(id.0) {
                Some(Step::Impossible(why)) if !why.is_empty() => Err(incompatible(why)),
                _ => Ok(id),
            };
        }
        self.check_limits()?;
        let id = self.reserve();
        self.known.insert((writer, reader), id);
        self.depth += 1;
        let step = self.kinds(writer, reader);
        self.depth -= 1;
        match step {
            Ok(step) => {
                self.set(id, step);
                Ok(id)
            }
            Err(error) => {
                self.set(id, Step::Impossible(error.to_string().into()));
                Err(error)
            }
        }
    }

    fn check_limits(&self) -> Result<()> {
        if self.depth < MAX_DEPTH && self.known.len() < MAX_PAIRS {
            return Ok(());
        }
        let message = format!(
            "the schemas meet in over {MAX_PAIRS} pairs of types, or {MAX_DEPTH} types deep"
        );
        Err(Error::new(ErrorKind::LimitExceeded, message))
    }

    /// Small, as what calls itself should be: its locals are on the stack once for each level.
    fn kinds(&mut self, writer: NodeId, reader: NodeId) -> Result<Step> {
        match (self.writer.kind(writer), self.reader.kind(reader)) {
            (Kind::Union(branches), _) => self.branches(branches, reader),
            (_, Kind::Union(branches)) => self.branch(writer, reader, branches, ANY),
            (Kind::Array(w), Kind::Array(r)) => self.array(*w, *r),
            (Kind::Map(w), Kind::Map(r)) => self.map(*w, *r),
            (Kind::Record(w), Kind::Record(r)) => self.record(w, r, reader),
            _ => self.leaf(writer, reader),
        }
    }

    fn leaf(&self, writer: NodeId, reader: NodeId) -> Result<Step> {
        let (w, r) = (self.writer.node(writer), self.reader.node(reader));
        same_meaning(w.logical, r.logical)?;
        match (&w.kind, &r.kind) {
            (Kind::Fixed(w), Kind::Fixed(r)) => fixed(w, r, reader),
            (Kind::Enum(w), Kind::Enum(r)) => enumeration(w, r, reader),
            (w, r) => scalar(w, r).ok_or_else(|| mismatch(w, r)),
        }
    }

    fn array(&mut self, writer: NodeId, reader: NodeId) -> Result<Step> {
        let items = self.types(writer, reader).map_err(|error| error.at("[]"))?;
        Ok(Step::Array {
            items,
            min_size: self.sizes.of(writer),
        })
    }

    fn map(&mut self, writer: NodeId, reader: NodeId) -> Result<Step> {
        let values = self
            .types(writer, reader)
            .map_err(|error| error.at("[\"\"]"))?;
        Ok(Step::Map {
            values,
            min_size: self.sizes.of(writer) + 1,
        })
    }

    /// Every branch that the writer may choose; those that cannot be read are errors in the data.
    fn branches(&mut self, branches: &[NodeId], reader: NodeId) -> Result<Step> {
        let by_name = self.holds_several_records(branches);
        let mut first_error = None;
        let mut any_fits = branches.is_empty();
        let mut ids = Vec::with_capacity(branches.len());
        for &branch in branches {
            let planned = match by_name {
                true => self.named_branch(branch, reader),
                false => self.types(branch, reader),
            };
            let id = match planned {
                Ok(id) => {
                    any_fits = true;
                    id
                }
                Err(error) => {
                    let id = self.reserve();
                    self.set(id, Step::Impossible(error.to_string().into()));
                    first_error.get_or_insert(error);
                    id
                }
            };
            ids.push(id);
        }
        match first_error {
            Some(error) if !any_fits => Err(error),
            _ => Ok(Step::Branches(ids.into_boxed_slice())),
        }
    }

    /// Whether a union of the writer tells records apart. Their names are all that does: records of
    /// the same fields are not the same thing.
    fn holds_several_records(&self, branches: &[NodeId]) -> bool {
        let is_record = |id: &&NodeId| matches!(self.writer.kind(**id), Kind::Record(_));
        branches.iter().filter(is_record).count() > 1
    }

    /// A branch of a writer's union that holds several records: a record is read only as one of its
    /// name, or as one that has its name as an alias.
    fn named_branch(&mut self, writer: NodeId, reader: NodeId) -> Result<StepId> {
        let step = match (self.writer.kind(writer), self.reader.kind(reader)) {
            (Kind::Record(w), Kind::Record(r)) if !is_named(&r.name, &r.aliases, &w.name) => {
                return Err(names(&w.name, &r.name));
            }
            (Kind::Record(_), Kind::Union(branches)) => {
                self.branch(writer, reader, branches, BY_ALIAS_OR_SHORT_NAME)?
            }
            _ => return self.types(writer, reader),
        };
        let id = self.reserve();
        self.set(id, step);
        Ok(id)
    }

    /// The branch of the reader's union that takes a value of the writer; its rank among the
    /// [candidates](Self::candidates) is at most `worst`.
    fn branch(
        &mut self,
        writer: NodeId,
        union: NodeId,
        branches: &[NodeId],
        worst: u8,
    ) -> Result<Step> {
        let kind = self.writer.kind(writer);
        for (rank, index) in self.candidates(kind, branches) {
            if rank > worst {
                break;
            }
            let Some(&branch) = branches.get(index) else {
                continue;
            };
            match self.types(writer, branch) {
                Ok(value) => {
                    return Ok(Step::Branch {
                        union,
                        index,
                        value,
                    });
                }
                // What has the very name is meant: another record would take the data and lose it.
                Err(error) if rank == 0 => return Err(error),
                Err(_) => {}
            }
        }
        let message = format!(
            "no branch of the reader's union takes {}",
            kind.branch_name()
        );
        Err(incompatible(&message))
    }

    /// Branches to try, best first, each with its rank: a named type by its full name, an alias, its
    /// short name; any record; other types by their kind, then by a promotion.
    fn candidates(&self, writer: &Kind, branches: &[NodeId]) -> Vec<(u8, usize)> {
        let rank = |id: &NodeId| {
            let reader = self.reader.kind(*id);
            if std::mem::discriminant(reader) != std::mem::discriminant(writer) {
                return scalar(writer, reader).map(|_| ANY);
            }
            let (Some(reader_name), Some(name)) = (reader.full_name(), writer.full_name()) else {
                return Some(0);
            };
            Some(match () {
                () if reader_name == name => 0,
                () if reader.aliases().iter().any(|alias| alias == name) => 1,
                () if short_name(reader_name) == short_name(name) => BY_ALIAS_OR_SHORT_NAME,
                () => 3,
            })
        };
        let mut ranked: Vec<(u8, usize)> = (branches.iter().enumerate())
            .filter_map(|(index, id)| rank(id).map(|rank| (rank, index)))
            .collect();
        ranked.sort_unstable();
        ranked
    }

    fn record(&mut self, writer: &Record, reader: &Record, id: NodeId) -> Result<Step> {
        let (targets, missing) = targets(writer, reader)?;
        let mut fields = Vec::with_capacity(writer.fields.len());
        for (index, source) in writer.fields.iter().enumerate() {
            let target = targets
                .get(&index)
                .and_then(|&i| Some((i, reader.fields.get(i)?)));
            fields.push(match target {
                None => FieldStep::Skip(source.schema),
                Some((field, target)) => {
                    let value = self.types(source.schema, target.schema);
                    let value = value.map_err(|error| error.at(target.name.to_string()))?;
                    FieldStep::Read { field, value }
                }
            });
        }
        let defaults = self.defaults(reader, &missing)?;
        Ok(Step::Record(RecordStep {
            reader: id,
            fields: fields.into_boxed_slice(),
            defaults,
            straight: None,
        }))
    }

    fn defaults(&mut self, reader: &Record, missing: &[usize]) -> Result<Box<[DefaultStep]>> {
        let mut steps = Vec::with_capacity(missing.len());
        for &index in missing {
            let Some(field) = reader.fields.get(index) else {
                continue;
            };
            let Some(default) = &field.default else {
                let message = "the writer has no such field, and it has no default";
                return Err(incompatible(message).at(field.name.to_string()));
            };
            let datum = default.datum().map_err(|error| {
                let message = format!("the writer has no such field, and {error}");
                incompatible(&message).at(field.name.to_string())
            })?;
            let datum = datum.into();
            let value = self.own_type(field.schema);
            steps.push(DefaultStep {
                field: index,
                datum,
                value,
            });
        }
        Ok(steps.into_boxed_slice())
    }

    /// The step that reads the reader's own data; worked out by [`own_types`](Self::own_types).
    fn own_type(&mut self, id: NodeId) -> StepId {
        if let Some(&step) = self.known_own.get(&id) {
            return step;
        }
        let step = self.reserve();
        self.known_own.insert(id, step);
        self.own_to_come.push((id, step));
        step
    }

    fn own_types(&mut self) -> Result<()> {
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

    fn reserve(&mut self) -> StepId {
        self.steps.push(Step::Impossible("".into()));
        StepId(self.steps.len() - 1)
    }

    fn set(&mut self, id: StepId, step: Step) {
        if let Some(place) = self.steps.get_mut(id.0) {
            *place = step;
        }
    }
}

fn scalar(writer: &Kind, reader: &Kind) -> Option<Step> {
    Some(match (writer, reader) {
        (Kind::Null, Kind::Null) => Step::Null,
        (Kind::Boolean, Kind::Boolean) => Step::Boolean,
        (Kind::Int, Kind::Int) => Step::Int,
        (Kind::Int, Kind::Long) => Step::IntToLong,
        (Kind::Int, Kind::Float) => Step::IntToFloat,
        (Kind::Int, Kind::Double) => Step::IntToDouble,
        (Kind::Long, Kind::Long) => Step::Long,
        (Kind::Long, Kind::Float) => Step::LongToFloat,
        (Kind::Long, Kind::Double) => Step::LongToDouble,
        (Kind::Float, Kind::Float) => Step::Float,
        (Kind::Float, Kind::Double) => Step::FloatToDouble,
        (Kind::Double, Kind::Double) => Step::Double,
        (Kind::Bytes, Kind::Bytes) => Step::Bytes,
        (Kind::Bytes, Kind::String) => Step::BytesToString,
        (Kind::String, Kind::String) => Step::String,
        (Kind::String, Kind::Bytes) => Step::StringToBytes,
        _ => return None,
    })
}

/// Refuses numbers that would be read in another unit than they were written in.
///
/// The specification says that decimals match if their scales do; for times it says nothing, and
/// a thousandfold error is never what a reader wants.
fn same_meaning(writer: Option<LogicalType>, reader: Option<LogicalType>) -> Result<()> {
    use LogicalType as L;
    let (Some(writer), Some(reader)) = (writer, reader) else {
        return Ok(());
    };
    let is_same = match (writer, reader) {
        (L::Decimal { scale: w, .. }, L::Decimal { scale: r, .. }) => w == r,
        (w, r) => w == r,
    };
    if is_same {
        return Ok(());
    }
    Err(incompatible(&format!(
        "expected {}, found {}",
        described(reader),
        described(writer)
    )))
}

fn described(logical: LogicalType) -> String {
    match logical {
        LogicalType::Decimal { scale, .. } => format!("decimal with scale {scale}"),
        other => other.as_str().to_owned(),
    }
}

/// For writer's fields, by number, the reader's that they are read as; and the reader's that the
/// writer has not.
fn targets(writer: &Record, reader: &Record) -> Result<(HashMap<usize, usize>, Vec<usize>)> {
    let writer_fields = WriterFields::new(writer);
    let mut targets = HashMap::with_capacity(reader.fields.len());
    let mut missing = Vec::new();
    for (index, field) in reader.fields.iter().enumerate() {
        match *writer_fields.read_by(field) {
            [] => missing.push(index),
            [source] => drop(targets.insert(source, index)),
            _ => {
                let message = "the name and aliases match several of the writer's fields";
                return Err(incompatible(message).at(field.name.to_string()));
            }
        }
    }
    Ok((targets, missing))
}

/// Names are compared without their namespace, as the specification has it.
fn is_named(reader: &str, aliases: &[String], writer: &str) -> bool {
    short_name(reader) == short_name(writer) || aliases.iter().any(|alias| alias == writer)
}

fn fixed(writer: &Fixed, reader: &Fixed, id: NodeId) -> Result<Step> {
    if !is_named(&reader.name, &reader.aliases, &writer.name) {
        return Err(names(&writer.name, &reader.name));
    }
    if writer.size != reader.size {
        let message = format!("fixed of {} bytes, expected {}", writer.size, reader.size);
        return Err(incompatible(&message));
    }
    Ok(Step::Fixed {
        size: reader.size,
        reader: id,
    })
}

fn enumeration(writer: &Enum, reader: &Enum, id: NodeId) -> Result<Step> {
    if !is_named(&reader.name, &reader.aliases, &writer.name) {
        return Err(names(&writer.name, &reader.name));
    }
    let places: HashMap<&Arc<str>, usize> = reader.symbols.iter().zip(0..).collect();
    let symbols =
        (writer.symbols.iter()).map(|symbol| places.get(symbol).copied().or(reader.default));
    Ok(Step::Enum {
        symbols: symbols.collect(),
        reader: id,
    })
}

fn names(writer: &str, reader: &str) -> Error {
    incompatible(&format!(
        "the writer's type is {writer}, the reader's {reader}"
    ))
}

fn mismatch(writer: &Kind, reader: &Kind) -> Error {
    let (writer, reader) = (writer.branch_name(), reader.branch_name());
    incompatible(&format!("expected {reader}, found {writer}"))
}

fn incompatible(message: &str) -> Error {
    Error::new(ErrorKind::Incompatible, message.to_owned())
}

/// The worst rank of a branch that has the writer's name.
const BY_ALIAS_OR_SHORT_NAME: u8 = 2;
/// The worst rank of all.
const ANY: u8 = 5;
const MAX_DEPTH: usize = 128;
const MAX_PAIRS: usize = 1 << 17;

#[cfg(test)]
mod tests;
