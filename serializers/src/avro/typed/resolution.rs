use crate::avro::plan::{FieldSource, FieldStep, Plan, RecordStep, Step, StepId, Straight};
use crate::avro::read::Cursor;
use crate::avro::schema::NodeId;
use crate::error::{Error, ErrorKind, Result};

/// How a value of another writer's schema is read: one step of a plan.
///
/// A `with` module passes it on; its methods are for generated code.
#[derive(Clone, Copy, Debug)]
pub struct Resolution<'p> {
    plan: &'p Plan,
    step: &'p Step,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'p> {
    /// The data, which is as the reader would write it.
    Own,
    /// The data, by a step.
    Resolved(Resolution<'p>),
    /// The default of the reader's field.
    Default(&'p [u8]),
}

/// The fields of a record that another schema wrote: those in the data, in the writer's order,
/// then those that take their defaults.
#[derive(Debug)]
pub struct RecordFields<'p> {
    plan: &'p Plan,
    steps: std::slice::Iter<'p, FieldStep>,
    record: &'p RecordStep,
    next_default: usize,
}

/// The fields of a record that another schema wrote, in the reader's order, which is the
/// writer's too.
#[derive(Debug)]
pub struct StraightFields<'p, const FIELDS: usize> {
    plan: &'p Plan,
    sources: &'p [FieldSource; FIELDS],
    /// What the writer has behind them.
    rest: &'p [NodeId],
}

/// A field of a record that another schema wrote, still to be read.
#[derive(Clone, Copy, Debug)]
pub struct FieldValue<'p> {
    /// The number of the reader's field.
    pub field: usize,
    /// Where its value comes from.
    pub source: Source<'p>,
}

impl<'p> Source<'p> {
    pub(crate) fn of(plan: &'p Plan, id: StepId) -> Self {
        match plan.is_same(id) {
            true => Self::Own,
            false => Self::Resolved(Resolution::new(plan, id)),
        }
    }

    /// Reads the value: by `decode` if it is as the reader would write it, else by `decode_with`.
    ///
    /// # Errors
    /// What the functions return.
    #[inline]
    pub fn read<T>(
        self,
        cursor: &mut Cursor<'p>,
        decode: impl FnOnce(&mut Cursor<'p>) -> Result<T>,
        decode_with: impl FnOnce(&mut Cursor<'p>, Resolution<'p>) -> Result<T>,
    ) -> Result<T> {
        match self {
            Self::Own => decode(cursor),
            Self::Resolved(resolution) => decode_with(cursor, resolution),
            Self::Default(datum) => cursor.over_default(datum, decode),
        }
    }
}

#[doc(hidden)]
impl<'p> Resolution<'p> {
    #[inline(always)]
    fn new(plan: &'p Plan, id: StepId) -> Self {
        let step = plan.step(id);
        Self { plan, step }
    }

    /// Starts a record of so many fields that the writer has in the reader's order; if it has not,
    /// nothing is started, and `Err` says how to read it.
    ///
    /// # Errors
    /// `Decode` if the data ends; `LimitExceeded` if it is nested too deeply.
    #[inline(always)]
    pub fn straight<const FIELDS: usize>(
        self,
        cursor: &mut Cursor<'p>,
    ) -> Result<std::result::Result<StraightFields<'p, FIELDS>, Self>> {
        match self.straight_fields() {
            Some(fields) => fields.start(cursor).map(Ok),
            None => self.straight_behind_unions(cursor),
        }
    }

    #[cold]
    #[inline(never)]
    fn straight_behind_unions<const FIELDS: usize>(
        self,
        cursor: &mut Cursor<'p>,
    ) -> Result<std::result::Result<StraightFields<'p, FIELDS>, Self>> {
        let value = self.value(cursor)?;
        match value.straight_fields() {
            Some(fields) => fields.start(cursor).map(Ok),
            None => Ok(Err(value)),
        }
    }

    #[inline(always)]
    fn straight_fields<const FIELDS: usize>(self) -> Option<StraightFields<'p, FIELDS>> {
        let Step::Record(record) = self.step else {
            return None;
        };
        let Straight { fields, rest } = record.straight.as_ref()?;
        Some(StraightFields {
            plan: self.plan,
            sources: (**fields).try_into().ok()?,
            rest,
        })
    }

    /// Reads a record whose fields the writer has in another order than the reader.
    ///
    /// # Errors
    /// `Incompatible` if the data holds something else; `LimitExceeded` if it is nested too deeply;
    /// what `read` returns.
    #[cold]
    #[inline(never)]
    pub fn reordered<T>(
        self,
        cursor: &mut Cursor<'p>,
        read: impl FnOnce(&mut Cursor<'p>, RecordFields<'p>) -> Result<T>,
    ) -> Result<T> {
        let fields = self.record(cursor)?;
        read(cursor, fields)
    }

    fn record(self, cursor: &mut Cursor<'p>) -> Result<RecordFields<'p>> {
        match self.value(cursor)?.step() {
            Step::Record(record) => {
                cursor.enter_record(record.fields.len())?;
                Ok(RecordFields {
                    plan: self.plan,
                    steps: record.fields.iter(),
                    record,
                    next_default: 0,
                })
            }
            other => Err(unexpected(cursor, other)),
        }
    }

    /// Reads an enum's symbol: its number in the reader's schema.
    ///
    /// # Errors
    /// `Decode` if the reader has no such symbol, and no default.
    pub fn symbol(self, cursor: &mut Cursor<'p>) -> Result<usize> {
        match self.value(cursor)?.step() {
            Step::Enum { symbols, .. } => {
                let index = cursor.index(symbols.len())?;
                symbols.get(index).copied().flatten().ok_or_else(|| {
                    let message = format!(
                        "the reader has no symbol for the writer's number {index}, and no default"
                    );
                    cursor.error(&message)
                })
            }
            other => Err(unexpected(cursor, other)),
        }
    }

    /// Reads which branch of the reader's union follows, and how to read it.
    ///
    /// # Errors
    /// `Decode` if the data ends; `Incompatible` if the reader has no branch for it.
    pub fn branch(self, cursor: &mut Cursor<'p>) -> Result<(usize, Self)> {
        let settled = self.settle(cursor)?;
        match settled.step() {
            Step::Branch { index, value, .. } => Ok((*index, settled.at(*value))),
            other => Err(unexpected(cursor, other)),
        }
    }

    /// The error for a `null` in a union whose Rust type has no variant for it: an `Option`
    /// around the type is missing.
    #[cold]
    #[must_use]
    pub fn null_without_place() -> Error {
        let message = "null, for which the type has no variant: it belongs in an `Option`";
        Error::new(ErrorKind::Decode, message)
    }

    /// Reads over a `null` of the reader's union, if that is what follows; else gives the step
    /// that reads the branch.
    pub(crate) fn null_or_branch(self, cursor: &mut Cursor<'p>) -> Result<Option<Self>> {
        let settled = self.settle(cursor)?;
        let is_null = match settled.step() {
            Step::Branch { value, .. } => matches!(settled.at(*value).step(), Step::Null),
            step => matches!(step, Step::Null),
        };
        Ok((!is_null).then_some(settled))
    }

    /// Reads over a `null`, if that is what follows; else says how to read the value.
    pub(crate) fn nullable(self, cursor: &mut Cursor<'p>) -> Result<Option<Source<'p>>> {
        let settled = self.settle(cursor)?;
        Ok(match settled.step() {
            Step::Null => None,
            Step::Branch { value, .. } => match settled.plan.step(*value) {
                Step::Null => None,
                _ => Some(Source::of(settled.plan, *value)),
            },
            _ => Some(Source::Resolved(settled)),
        })
    }

    /// How to read the items of an array, or the values of a map, and the fewest bytes of each.
    pub(crate) fn items(self, cursor: &mut Cursor<'p>) -> Result<(Source<'p>, usize)> {
        match self.value(cursor)?.step() {
            Step::Array { items, min_size } => Ok((Source::of(self.plan, *items), *min_size)),
            Step::Map { values, min_size } => Ok((Source::of(self.plan, *values), *min_size)),
            other => Err(unexpected(cursor, other)),
        }
    }

    /// Behind the unions of writer and reader: what is there to read.
    #[inline(always)]
    pub(crate) fn value(self, cursor: &mut Cursor<'p>) -> Result<Self> {
        match self.step() {
            Step::Branch { .. } | Step::Branches(_) => self.behind_unions(cursor),
            _ => Ok(self),
        }
    }

    #[inline(never)]
    fn behind_unions(self, cursor: &mut Cursor<'p>) -> Result<Self> {
        let settled = self.settle(cursor)?;
        match settled.step() {
            Step::Branch { value, .. } => settled.at(*value).behind_unions(cursor),
            _ => Ok(settled),
        }
    }

    #[inline(always)]
    pub(crate) fn step(self) -> &'p Step {
        self.step
    }

    /// Reads the index of the writer's union, where there is one.
    fn settle(mut self, cursor: &mut Cursor<'p>) -> Result<Self> {
        while let Step::Branches(branches) = self.step() {
            let index = cursor.index(branches.len())?;
            if let Some(branch) = branches.get(index) {
                self = self.at(*branch);
            }
        }
        Ok(self)
    }

    fn at(self, id: StepId) -> Self {
        Self::new(self.plan, id)
    }
}

impl<'p> RecordFields<'p> {
    /// The error for a field that was not read, or is not of the type.
    #[cold]
    #[must_use]
    pub fn misfit() -> Error {
        Error::new(ErrorKind::Decode, "the plan is for another type")
    }

    /// The next field; reads over those of the writer that the reader has not.
    ///
    /// # Errors
    /// `Decode` if what is read over is broken.
    #[inline]
    pub fn next(&mut self, cursor: &mut Cursor<'p>) -> Result<Option<FieldValue<'p>>> {
        for step in &mut self.steps {
            match step {
                FieldStep::Read { field, value } => {
                    return Ok(Some(FieldValue {
                        field: *field,
                        source: Source::of(self.plan, *value),
                    }));
                }
                FieldStep::Skip(id) => {
                    cursor.skip(&self.plan.writer, *id, &self.plan.min_sizes)?;
                }
            }
        }
        let Some(default) = self.record.defaults.get(self.next_default) else {
            cursor.leave();
            return Ok(None);
        };
        self.next_default += 1;
        Ok(Some(FieldValue {
            field: default.field,
            source: Source::Default(&default.datum),
        }))
    }
}

impl<'p, const FIELDS: usize> StraightFields<'p, FIELDS> {
    #[inline(always)]
    fn start(self, cursor: &mut Cursor<'p>) -> Result<Self> {
        cursor.enter_record(FIELDS)?;
        Ok(self)
    }

    /// Reads the reader's field of this number, each after the one before: by `decode` if it is as the reader would write it, else by
    /// `decode_with`; `empty` is the value of an empty default, if there is a quicker way to it.
    ///
    /// # Errors
    /// What the functions return; `Decode` if what is read over is broken.
    #[inline(always)]
    pub fn read<T>(
        &self,
        field: usize,
        cursor: &mut Cursor<'p>,
        empty: impl FnOnce() -> Option<T>,
        decode: impl FnOnce(&mut Cursor<'p>) -> Result<T>,
        decode_with: impl FnOnce(&mut Cursor<'p>, Resolution<'p>) -> Result<T>,
    ) -> Result<T> {
        match self.sources.get(field) {
            Some(FieldSource::Own) => decode(cursor),
            Some(FieldSource::Step(id)) => decode_with(cursor, Resolution::new(self.plan, *id)),
            Some(FieldSource::Empty(datum)) => match empty() {
                Some(value) => Ok(value),
                None => read_default(datum, cursor, decode),
            },
            Some(other) => other.read(self.plan, cursor, decode, decode_with),
            None => Err(RecordFields::misfit()),
        }
    }

    /// Ends the record: reads over what the writer has behind the reader's fields.
    ///
    /// # Errors
    /// `Decode` if that is broken.
    #[inline]
    pub fn finish(self, cursor: &mut Cursor<'p>) -> Result<()> {
        skip_all(self.plan, self.rest, cursor)?;
        cursor.leave();
        Ok(())
    }
}

impl FieldSource {
    /// The rarer ones, out of line.
    #[cold]
    #[inline(never)]
    fn read<'p, T>(
        &'p self,
        plan: &'p Plan,
        cursor: &mut Cursor<'p>,
        decode: impl FnOnce(&mut Cursor<'p>) -> Result<T>,
        decode_with: impl FnOnce(&mut Cursor<'p>, Resolution<'p>) -> Result<T>,
    ) -> Result<T> {
        let mut source = self;
        if let Self::Behind(skipped, then) = source {
            skip_all(plan, skipped, cursor)?;
            source = then;
        }
        match source {
            Self::Default(datum) | Self::Empty(datum) => cursor.over_default(datum, decode),
            Self::Step(id) => decode_with(cursor, Resolution::new(plan, *id)),
            // Nothing is behind what is behind.
            Self::Own | Self::Behind(..) => decode(cursor),
        }
    }
}

#[cold]
#[inline(never)]
fn read_default<'p, T>(
    datum: &'p [u8],
    cursor: &mut Cursor<'p>,
    decode: impl FnOnce(&mut Cursor<'p>) -> Result<T>,
) -> Result<T> {
    cursor.over_default(datum, decode)
}

#[inline]
fn skip_all<'p>(plan: &'p Plan, skipped: &[NodeId], cursor: &mut Cursor<'p>) -> Result<()> {
    for id in skipped {
        cursor.skip(&plan.writer, *id, &plan.min_sizes)?;
    }
    Ok(())
}

/// The error for data that the type has no place for.
#[cold]
pub(crate) fn unexpected(cursor: &Cursor<'_>, step: &Step) -> Error {
    match step {
        Step::Impossible(why) => Error::new(ErrorKind::Incompatible, why.to_string()),
        _ => cursor.error("the schema does not fit the type"),
    }
}
