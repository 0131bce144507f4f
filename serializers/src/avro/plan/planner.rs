//! Works out a plan: pair by pair of a type of the writer and one of the reader.

use std::collections::HashMap;

use super::leaf::{
    enumeration, fixed, incompatible, is_named, mismatch, names, same_meaning, scalar,
};
use super::{DefaultStep, FieldStep, RecordStep, Step, StepId};
use crate::avro::fields_by_name::{FieldMatch, match_fields};
use crate::avro::read::MinSizes;
use crate::avro::schema::name::short_name;
use crate::avro::schema::{Field, Kind, NodeId, Record, Schema};
use crate::error::{Error, ErrorKind, Result};

/// What is known while a plan is worked out.
pub(super) struct Planner<'s> {
    writer: &'s Schema,
    pub(super) reader: &'s Schema,
    /// Whether a record is read only as one of its name, wherever it is.
    is_by_name: bool,
    pub(super) sizes: MinSizes,
    pub(super) reader_sizes: MinSizes,
    pub(super) steps: Vec<Step>,
    known: HashMap<(NodeId, NodeId), StepId>,
    /// The known pairs that fit, in the order in which that was found.
    fitting: Vec<(NodeId, NodeId)>,
    /// How many pairs were planned, with those that were forgotten.
    planned: usize,
    /// Steps that read the reader's own data: its defaults.
    pub(super) known_own: HashMap<NodeId, StepId>,
    /// Those of them that are named and not worked out.
    pub(super) own_to_come: Vec<(NodeId, StepId)>,
    depth: usize,
}

impl<'s> Planner<'s> {
    pub(super) fn new(writer: &'s Schema, reader: &'s Schema, is_by_name: bool) -> Self {
        Self {
            writer,
            reader,
            is_by_name,
            sizes: MinSizes::new(writer),
            reader_sizes: MinSizes::new(reader),
            steps: Vec::new(),
            known: HashMap::new(),
            fitting: Vec::new(),
            planned: 0,
            known_own: HashMap::new(),
            own_to_come: Vec::new(),
            depth: 0,
        }
    }

    /// The step that reads data of `writer` as `reader`. Small, as all that call themselves are:
    /// their locals are on the stack once for each level.
    pub(super) fn types(&mut self, writer: NodeId, reader: NodeId) -> Result<StepId> {
        let id = match self.begin(writer, reader)? {
            Begun::Known(id) => return Ok(id),
            Begun::New(id) => id,
        };
        let before = self.fitting.len();
        match self.kinds(writer, reader) {
            Ok(step) => {
                self.set(id, step);
                self.fitting.push((writer, reader));
                self.depth -= 1;
                Ok(id)
            }
            Err(error) => Err(self.give_up(id, before, error)),
        }
    }

    fn begin(&mut self, writer: NodeId, reader: NodeId) -> Result<Begun> {
        if let Some(&id) = self.known.get(&(writer, reader)) {
            return match self.steps.get(id.0) {
                Some(Step::Impossible(why)) if !why.is_empty() => Err(incompatible(why)),
                _ => Ok(Begun::Known(id)),
            };
        }
        self.check_limits()?;
        let id = self.reserve();
        self.known.insert((writer, reader), id);
        self.planned += 1;
        self.depth += 1;
        Ok(Begun::New(id))
    }

    /// Ends a pair that does not fit. While it was planned, it counted as one that fits: what was
    /// found to fit meanwhile may rest on that.
    fn give_up(&mut self, id: StepId, before: usize, error: Error) -> Error {
        self.depth -= 1;
        for pair in self.fitting.drain(before..) {
            self.known.remove(&pair);
        }
        self.set(id, Step::Impossible(error.to_string().into()));
        error
    }

    /// As [`types`](Self::types), where the data may hold no value of them: that they do not fit is
    /// an error where a value is met.
    fn types_if_met(&mut self, writer: NodeId, reader: NodeId) -> Result<StepId> {
        match self.types(writer, reader) {
            Err(error) if error.kind() != ErrorKind::LimitExceeded => Ok(self.impossible(&error)),
            planned => planned,
        }
    }

    fn impossible(&mut self, error: &Error) -> StepId {
        let id = self.reserve();
        self.set(id, Step::Impossible(error.to_string().into()));
        id
    }

    fn check_limits(&self) -> Result<()> {
        if self.depth < MAX_DEPTH && self.planned < MAX_PAIRS {
            return Ok(());
        }
        let message = format!(
            "the schemas meet in over {MAX_PAIRS} pairs of types, or {MAX_DEPTH} types deep"
        );
        Err(Error::new(ErrorKind::LimitExceeded, message))
    }

    fn kinds(&mut self, writer: NodeId, reader: NodeId) -> Result<Step> {
        match (self.writer.kind(writer), self.reader.kind(reader)) {
            (Kind::Union(branches), _) => self.branches(branches, reader),
            (_, Kind::Union(branches)) => self.branch(writer, reader, branches, ANY, &[]),
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
        let items = self.types_if_met(writer, reader)?;
        Ok(Step::Array {
            items,
            min_size: self.sizes.of(writer),
        })
    }

    fn map(&mut self, writer: NodeId, reader: NodeId) -> Result<Step> {
        let values = self.types_if_met(writer, reader)?;
        Ok(Step::Map {
            values,
            min_size: self.sizes.of(writer) + 1,
        })
    }

    /// Every branch that the writer may choose; those that cannot be read are errors in the data.
    fn branches(&mut self, branches: &[NodeId], reader: NodeId) -> Result<Step> {
        let by_name = self.holds_several_records(branches);
        let mut first_error = None;
        let mut ids = Vec::with_capacity(branches.len());
        for &branch in branches {
            let id = self.writer_branch(branch, reader, branches, by_name);
            ids.push(self.branch_if_met(id, &mut first_error)?);
        }
        match first_error {
            Some((error, failed)) if failed == branches.len() => Err(error),
            _ => Ok(Step::Branches(ids.into_boxed_slice())),
        }
    }

    /// Keeps the first error of a union's branches, and how many have one.
    fn branch_if_met(
        &mut self,
        planned: Result<StepId>,
        first_error: &mut Option<(Error, usize)>,
    ) -> Result<StepId> {
        match planned {
            Err(error) if error.kind() != ErrorKind::LimitExceeded => {
                let id = self.impossible(&error);
                first_error.get_or_insert((error, 0)).1 += 1;
                Ok(id)
            }
            planned => planned,
        }
    }

    /// Whether a union of the writer tells records apart. Their names are all that does: records of
    /// the same fields are not the same thing.
    fn holds_several_records(&self, branches: &[NodeId]) -> bool {
        let is_record = |id: &&NodeId| matches!(self.writer.kind(**id), Kind::Record(_));
        branches.iter().filter(is_record).count() > 1
    }

    /// A branch of a writer's union, whose branches are `all`. In a union with several records
    /// (`by_name`), a record is read only as one of its name, or as one that has its name as an alias.
    fn writer_branch(
        &mut self,
        writer: NodeId,
        reader: NodeId,
        all: &[NodeId],
        by_name: bool,
    ) -> Result<StepId> {
        let (w, r) = (self.writer.kind(writer), self.reader.kind(reader));
        if let (Some(writer_name), Some(reader_name)) = (w.full_name(), r.full_name())
            && self.is_another(w, r, all)
        {
            return Err(names(writer_name, reader_name));
        }
        let step = match (w, r) {
            (Kind::Record(w), Kind::Record(r))
                if by_name && !is_named(&r.name, &r.aliases, &w.name) =>
            {
                return Err(names(&w.name, &r.name));
            }
            (Kind::Record(_), Kind::Union(branches)) if by_name => {
                self.branch(writer, reader, branches, BY_ALIAS_OR_SHORT_NAME, all)?
            }
            (Kind::Record(_) | Kind::Enum(_) | Kind::Fixed(_), Kind::Union(branches)) => {
                self.branch(writer, reader, branches, ANY, all)?
            }
            _ => return self.types(writer, reader),
        };
        let id = self.reserve();
        self.set(id, step);
        Ok(id)
    }

    /// Whether `reader` has the short name of `writer` alone, and so has, or is, another type of the
    /// writer's union `all`: a short name is enough where it is the only one.
    fn is_another(&self, writer: &Kind, reader: &Kind, all: &[NodeId]) -> bool {
        let is_same_kind =
            |kind: &Kind| std::mem::discriminant(kind) == std::mem::discriminant(reader);
        let (Some(name), Some(reader_name)) = (writer.full_name(), reader.full_name()) else {
            return false;
        };
        let is_meant =
            |name: &str| reader_name == name || reader.aliases().iter().any(|alias| alias == name);
        if !is_same_kind(writer) || is_meant(name) {
            return false;
        }
        let kinds = all.iter().map(|id| self.writer.kind(*id));
        let mut others = kinds
            .filter(|kind| is_same_kind(kind))
            .filter_map(Kind::full_name);
        others.any(|other| {
            other != name && (is_meant(other) || short_name(other) == short_name(reader_name))
        })
    }

    /// The branch of the reader's union that takes a value of the writer; its rank among the
    /// [candidates](Self::candidates) is at most `worst`. `all` are the branches of the writer's union,
    /// if the value is of one.
    fn branch(
        &mut self,
        writer: NodeId,
        union: NodeId,
        branches: &[NodeId],
        worst: u8,
        all: &[NodeId],
    ) -> Result<Step> {
        let kind = self.writer.kind(writer);
        for (rank, index) in self.candidates(kind, branches) {
            if rank > worst {
                break;
            }
            let Some(&branch) = branches.get(index) else {
                continue;
            };
            if self.is_another(kind, self.reader.kind(branch), all) {
                continue;
            }
            match self.types(writer, branch) {
                Ok(value) => {
                    return Ok(Step::Branch {
                        union,
                        index,
                        value,
                    });
                }
                // What has the very name is meant: another record would take the data and lose it.
                Err(error) if rank == 0 || error.kind() == ErrorKind::LimitExceeded => {
                    return Err(error);
                }
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
        if self.is_by_name && !is_named(&reader.name, &reader.aliases, &writer.name) {
            return Err(names(&writer.name, &reader.name));
        }
        let (targets, missing) = targets(writer, reader)?;
        let mut fields = Vec::with_capacity(writer.fields.len());
        for (source, target) in writer.fields.iter().zip(targets) {
            fields.push(self.field(source, target, reader)?);
        }
        let defaults = self.defaults(reader, &missing)?;
        Ok(Step::Record(RecordStep {
            reader: id,
            fields: fields.into_boxed_slice(),
            defaults,
            straight: None,
        }))
    }

    /// How the writer's field `source` is read: as the reader's field of the number `target`.
    fn field(
        &mut self,
        source: &Field,
        target: Option<usize>,
        reader: &Record,
    ) -> Result<FieldStep> {
        let Some((field, target)) = target.and_then(|i| Some((i, reader.fields.get(i)?))) else {
            return Ok(FieldStep::Skip(source.schema));
        };
        match self.types(source.schema, target.schema) {
            Ok(value) => Ok(FieldStep::Read { field, value }),
            Err(error) => Err(error.at(target.name.to_string())),
        }
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

    pub(super) fn reserve(&mut self) -> StepId {
        self.steps.push(Step::Impossible("".into()));
        StepId(self.steps.len() - 1)
    }

    pub(super) fn set(&mut self, id: StepId, step: Step) {
        if let Some(place) = self.steps.get_mut(id.0) {
            *place = step;
        }
    }
}

/// A pair of types that is to be planned.
enum Begun {
    Known(StepId),
    New(StepId),
}

/// For each of the writer's fields, the number of the reader's that it is read as; and the reader's
/// fields that the writer does not have.
fn targets(writer: &Record, reader: &Record) -> Result<(Vec<Option<usize>>, Vec<usize>)> {
    let mut targets = vec![None; writer.fields.len()];
    let mut missing = Vec::new();
    let matches = match_fields(writer, reader);
    for ((index, field), found) in reader.fields.iter().enumerate().zip(matches) {
        match found {
            FieldMatch::Missing => missing.push(index),
            FieldMatch::One(source) => {
                if let Some(target) = targets.get_mut(source) {
                    *target = Some(index);
                }
            }
            FieldMatch::Several => {
                let message = "the aliases match several of the writer's fields";
                return Err(incompatible(message).at(field.name.to_string()));
            }
        }
    }
    Ok((targets, missing))
}

/// The worst rank of a branch that has the writer's name.
const BY_ALIAS_OR_SHORT_NAME: u8 = 2;
/// The worst rank of all.
const ANY: u8 = 5;
/// Types nest up to 128 deep, at most every second of them a union; and a union takes two levels
/// here, one for each of the two schemas.
const MAX_DEPTH: usize = 128 + 64 + 2;
const MAX_PAIRS: usize = 1 << 17;
