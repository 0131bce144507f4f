//! Values that are read over, and the fewest bytes that they take.

use super::Cursor;
use crate::avro::schema::{Kind, NodeId, Schema};
use crate::error::Result;

impl Cursor<'_> {
    /// Reads over a value of type `id` of `schema`.
    ///
    /// # Errors
    /// `Decode` if there is no such value; `LimitExceeded` if it is nested too deeply.
    pub(crate) fn skip(&mut self, schema: &Schema, id: NodeId, sizes: &MinSizes) -> Result<()> {
        match schema.kind(id) {
            Kind::Null => {}
            Kind::Boolean => drop(self.boolean()?),
            Kind::Int => drop(self.int()?),
            Kind::Long => drop(self.long()?),
            Kind::Float => drop(self.fixed(4)?),
            Kind::Double => drop(self.fixed(8)?),
            Kind::Bytes | Kind::String => drop(self.bytes()?),
            Kind::Fixed(fixed) => drop(self.fixed(fixed.size)?),
            Kind::Enum(enumeration) => drop(self.index(enumeration.symbols.len())?),
            _ => {
                match schema.kind(id) {
                    Kind::Record(record) => self.enter_record(record.fields.len())?,
                    // No union holds a union: it cannot nest by itself.
                    Kind::Union(_) => return self.skip_nested(schema, id, sizes),
                    _ => self.enter()?,
                }
                self.skip_nested(schema, id, sizes)?;
                self.leave();
            }
        }
        Ok(())
    }

    fn skip_nested(&mut self, schema: &Schema, id: NodeId, sizes: &MinSizes) -> Result<()> {
        match schema.kind(id) {
            Kind::Array(items) => self.skip_blocks(schema, *items, sizes, false),
            Kind::Map(values) => self.skip_blocks(schema, *values, sizes, true),
            Kind::Record(record) => record.fields.iter().try_for_each(|field| {
                self.skip(schema, field.schema, sizes)
                    .map_err(|error| error.at(field.name.to_string()))
            }),
            Kind::Union(branches) => {
                let index = self.index(branches.len())?;
                match branches.get(index) {
                    Some(branch) => self.skip(schema, *branch, sizes),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn skip_blocks(
        &mut self,
        schema: &Schema,
        item: NodeId,
        sizes: &MinSizes,
        is_map: bool,
    ) -> Result<()> {
        let min_size = sizes.of(item) + usize::from(is_map);
        while let Some(block) = self.block(min_size)? {
            if let Some(bytes) = block.bytes {
                self.fixed(bytes)?;
                continue;
            }
            for _ in 0..block.items {
                if is_map {
                    self.bytes()?;
                }
                self.skip(schema, item, sizes)?;
            }
        }
        Ok(())
    }
}

/// The fewest bytes that a value of each type of a schema takes.
#[derive(Clone, Debug)]
pub(crate) struct MinSizes(Box<[usize]>);

impl MinSizes {
    /// Computes them all, from below: recursion through unions, arrays and maps ends, and other
    /// recursion has no values.
    pub(crate) fn new(schema: &Schema) -> Self {
        let count = schema.len();
        let mut sizes = vec![0; count];
        // Every round settles at least one level; 64 levels are more than a schema has between
        // recursions, and too small a size is only less strict.
        for _ in 0..64 {
            let next: Vec<usize> = (0..count)
                .map(|index| min_size(schema.kind(NodeId::at(index)), &sizes))
                .collect();
            if next == sizes {
                break;
            }
            sizes = next;
        }
        Self(sizes.into_boxed_slice())
    }

    pub(crate) fn of(&self, id: NodeId) -> usize {
        self.0.get(id.index()).copied().unwrap_or(0)
    }
}

fn min_size(kind: &Kind, sizes: &[usize]) -> usize {
    let size_of = |id: &NodeId| sizes.get(id.index()).copied().unwrap_or(0);
    match kind {
        Kind::Null => 0,
        Kind::Float => 4,
        Kind::Double => 8,
        Kind::Fixed(fixed) => fixed.size,
        Kind::Union(branches) => branches
            .iter()
            .map(size_of)
            .min()
            .map_or(1, |s| s.saturating_add(1)),
        Kind::Record(record) => record.fields.iter().fold(0_usize, |sum, field| {
            sum.saturating_add(size_of(&field.schema)).min(MAX_SIZE)
        }),
        _ => 1,
    }
}

/// Where sizes stop growing: recursion without an end has no values at all. No datum is longer, and
/// `usize` may have 32 bits.
const MAX_SIZE: usize = i32::MAX as usize;
