//! Values that do not say all: which branch of a union takes them, and as what.

use super::compound::{FieldsWriter, ItemsWriter};
use super::{ValueWriter, WriteError, fail, is_called};
use crate::avro::schema::{Kind, LogicalType, NodeId};
use crate::avro::write;

impl<'s, 'o> ValueWriter<'s, 'o> {
    /// Enters the one branch of a union that takes the value best, by what it *is*, never by what
    /// it holds; lower ranks are better.
    #[inline(always)]
    fn choose(
        self,
        what: &str,
        rank: impl Fn(&Kind, Option<LogicalType>) -> Option<u8>,
    ) -> Result<Self, WriteError> {
        let schema = self.context.schema;
        let rank_of = |id: &NodeId| {
            let node = schema.node(*id);
            rank(&node.kind, node.logical)
        };
        let Kind::Union(branches) = self.kind() else {
            return match rank(self.kind(), self.node.logical) {
                Some(_) => Ok(self),
                None => Err(self.mismatch(what)),
            };
        };
        // The most common union, of null and something else.
        if let [first, second] = &**branches {
            match (rank_of(first), rank_of(second)) {
                (Some(_), None) => return self.branch(0, *first),
                (None, Some(_)) => return self.branch(1, *second),
                _ => {}
            }
        }
        let (index, id) = self.best(what, branches, rank_of)?;
        self.branch(index, id)
    }

    fn best(
        &self,
        what: &str,
        branches: &[NodeId],
        rank_of: impl Fn(&NodeId) -> Option<u8>,
    ) -> Result<(usize, NodeId), WriteError> {
        let ranked = branches
            .iter()
            .enumerate()
            .filter_map(|(i, id)| Some((rank_of(id)?, i, *id)));
        let mut best: Option<(u8, usize, NodeId)> = None;
        let mut is_tie = false;
        for candidate in ranked {
            match best {
                Some(found) if found.0 < candidate.0 => {}
                Some(found) if found.0 == candidate.0 => is_tie = true,
                _ => (best, is_tie) = (Some(candidate), false),
            }
        }
        match best {
            Some((_, index, id)) if !is_tie => Ok((index, id)),
            Some(_) => Err(fail(format!(
                "{what} fits several branches of the union: use an enum whose variants are called \
                 like the branches"
            ))),
            None => Err(self.mismatch(what)),
        }
    }

    /// The branch of a union that is called like an enum's variant.
    pub(super) fn choose_variant(self, variant: &str) -> Result<Self, WriteError> {
        let Kind::Union(branches) = self.kind() else {
            return Err(self.mismatch("an enum with data"));
        };
        let schema = self.context.schema;
        let named = branches
            .iter()
            .position(|id| is_called(schema.kind(*id), variant));
        match named.and_then(|index| Some((index, *branches.get(index)?))) {
            Some((index, id)) => self.branch(index, id),
            None => Err(fail(format!("the union has no branch called {variant:?}"))),
        }
    }

    /// Writes the number of a union's branch.
    fn branch(self, index: usize, id: NodeId) -> Result<Self, WriteError> {
        write::count(index, &mut self.context.out);
        Ok(Self {
            node: self.context.schema.node(id),
            context: self.context,
        })
    }

    #[inline(never)]
    pub(super) fn chosen_boolean(self, value: bool) -> Result<(), WriteError> {
        let writer = self.choose("a boolean", |kind, _| {
            matches!(kind, Kind::Boolean).then_some(0)
        })?;
        writer.context.out.push(u8::from(value));
        Ok(())
    }

    /// An integer in a union, or in less than it may need.
    #[inline(never)]
    pub(super) fn chosen_integer(self, value: i64, is_narrow: bool) -> Result<(), WriteError> {
        let writer = self.choose("an integer", |kind, _| match kind {
            Kind::Int => Some(u8::from(!is_narrow)),
            Kind::Long => Some(u8::from(is_narrow)),
            _ => None,
        })?;
        if matches!(writer.kind(), Kind::Int) && i32::try_from(value).is_err() {
            return Err(fail("the number is out of the range of int"));
        }
        write::long(value, &mut writer.context.out);
        Ok(())
    }

    #[inline(never)]
    pub(super) fn chosen_double(self, value: f64) -> Result<(), WriteError> {
        let writer = self.choose("a double", |kind, _| {
            matches!(kind, Kind::Double).then_some(0)
        })?;
        writer.context.out.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    #[inline(never)]
    pub(super) fn chosen_float(self, value: f32) -> Result<(), WriteError> {
        let writer = self.choose("a float", |kind, _| match kind {
            Kind::Float => Some(0),
            Kind::Double => Some(1),
            _ => None,
        })?;
        let out = &mut writer.context.out;
        match &writer.node.kind {
            Kind::Float => out.extend_from_slice(&value.to_le_bytes()),
            _ => out.extend_from_slice(&f64::from(value).to_le_bytes()),
        }
        Ok(())
    }

    /// A string in a union, or one that is not written as such.
    #[inline(never)]
    pub(super) fn chosen_string(self, value: &str) -> Result<(), WriteError> {
        let writer = self.choose("a string", |kind, logical| match (kind, logical) {
            (Kind::String, _) => Some(0),
            (Kind::Enum(_), _) => Some(1),
            (Kind::Fixed(_), Some(LogicalType::Uuid)) => Some(2),
            _ => None,
        })?;
        match writer.kind() {
            Kind::String => write::bytes(value.as_bytes(), &mut writer.context.out),
            Kind::Enum(_) => return writer.symbol(value),
            _ => {
                let uuid = uuid::Uuid::try_parse(value).map_err(|_| fail("expected a UUID"))?;
                writer.context.out.extend_from_slice(uuid.as_bytes());
            }
        }
        Ok(())
    }

    #[inline(never)]
    pub(super) fn chosen_bytes(self, value: &[u8]) -> Result<(), WriteError> {
        let writer = self.choose("bytes", |kind, _| match kind {
            Kind::Bytes => Some(0),
            Kind::Fixed(fixed) if fixed.size == value.len() => Some(1),
            _ => None,
        })?;
        match writer.kind() {
            Kind::Bytes => write::bytes(value, &mut writer.context.out),
            _ => writer.context.out.extend_from_slice(value),
        }
        Ok(())
    }

    #[inline(never)]
    pub(super) fn chosen_null(self) -> Result<(), WriteError> {
        self.choose("null", |kind, _| matches!(kind, Kind::Null).then_some(0))
            .map(drop)
    }

    /// A variant without data in a union, or whose number is not the symbol's.
    #[inline(never)]
    pub(super) fn chosen_variant(self, variant: &'static str) -> Result<(), WriteError> {
        let is_symbol = |symbols: &[std::sync::Arc<str>]| symbols.iter().any(|s| &**s == variant);
        let writer = self.choose("an enum", |kind, _| match kind {
            Kind::Enum(enumeration) if is_symbol(&enumeration.symbols) => Some(0),
            Kind::Null if is_called(kind, variant) => Some(1),
            Kind::Record(record) if record.fields.is_empty() && is_called(kind, variant) => Some(1),
            Kind::String => Some(2),
            _ => None,
        })?;
        match writer.kind() {
            Kind::Enum(_) => writer.symbol(variant),
            Kind::String => {
                write::bytes(variant.as_bytes(), &mut writer.context.out);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A struct in a union, or a map.
    #[inline(never)]
    pub(super) fn chosen_struct(
        self,
        name: &'static str,
    ) -> Result<FieldsWriter<'s, 'o>, WriteError> {
        let writer = self.choose("a struct", |kind, _| match kind {
            Kind::Record(_) if is_called(kind, name) => Some(0),
            Kind::Record(_) => Some(1),
            Kind::Map(_) => Some(2),
            _ => None,
        })?;
        writer.fields(None)
    }

    /// A map in a union, or a record.
    #[inline(never)]
    pub(super) fn chosen_map(self, len: Option<usize>) -> Result<FieldsWriter<'s, 'o>, WriteError> {
        let writer = self.choose("a map", |kind, _| match kind {
            Kind::Map(_) => Some(0),
            Kind::Record(_) => Some(1),
            _ => None,
        })?;
        writer.fields(len)
    }

    /// A sequence in a union, or of bytes.
    #[inline(never)]
    pub(super) fn chosen_items(
        self,
        len: Option<usize>,
    ) -> Result<ItemsWriter<'s, 'o>, WriteError> {
        let writer = self.choose("a sequence", rank_items)?;
        writer.items(len)
    }

    #[inline(never)]
    pub(super) fn chosen_struct_variant(
        self,
        variant: &str,
    ) -> Result<FieldsWriter<'s, 'o>, WriteError> {
        self.choose_variant(variant)?.fields(None)
    }

    fn symbol(self, symbol: &str) -> Result<(), WriteError> {
        if let Kind::Enum(enumeration) = self.kind() {
            let found = enumeration
                .symbols
                .iter()
                .position(|known| &**known == symbol);
            let index = found
                .ok_or_else(|| fail(format!("the enum {} has no such symbol", enumeration.name)))?;
            write::count(index, &mut self.context.out);
        }
        Ok(())
    }
}

fn rank_items(kind: &Kind, _: Option<LogicalType>) -> Option<u8> {
    match kind {
        Kind::Array(_) => Some(0),
        Kind::Bytes => Some(1),
        Kind::Fixed(_) => Some(2),
        _ => None,
    }
}
