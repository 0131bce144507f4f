//! Values with parts: records and maps, arrays and bytes given item by item.

use serde::Serialize;
use serde::ser::{self, SerializeMap, SerializeSeq, SerializeStruct};

use super::key::{ByteWriter, EntryKeyWriter, KeyWriter};
use super::{Context, WriteError, fail};
use crate::avro::schema::{Field, NodeId, Record};
use crate::avro::write;

/// Writes the fields of a record, or a struct's as the entries of a map.
pub(super) struct FieldsWriter<'s, 'o> {
    context: &'o mut Context<'s>,
    target: Target<'s>,
}

enum Target<'s> {
    Map(BlockHead, NodeId),
    Record {
        record: &'s Record,
        /// The fields that come next in the bytes.
        rest: &'s [Field],
        /// Fields that came too early; `None` mostly.
        early: Option<Box<Early>>,
    },
}

/// Fields that came before their turn, and their bytes.
type Early = Vec<(usize, Vec<u8>)>;

impl<'s, 'o> FieldsWriter<'s, 'o> {
    #[inline(always)]
    pub(super) fn map(context: &'o mut Context<'s>, values: NodeId, len: Option<usize>) -> Self {
        let target = Target::Map(BlockHead::new(&mut context.out, len), values);
        Self { context, target }
    }

    #[inline(always)]
    pub(super) fn record(context: &'o mut Context<'s>, record: &'s Record) -> Self {
        let target = Target::Record {
            record,
            rest: &record.fields,
            early: None,
        };
        Self { context, target }
    }

    #[inline(always)]
    fn entry<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), WriteError> {
        if let Target::Record {
            rest, early: None, ..
        } = &mut self.target
            && let [field, then @ ..] = *rest
            && *field.name == *key
        {
            *rest = then;
            return match self.context.value(field.schema, value) {
                Ok(()) => Ok(()),
                Err(error) => Err(error.at_field(key)),
            };
        }
        self.other_entry(key, value)
    }

    /// An entry of a map, or a field where fields do not come in their order.
    #[inline(never)]
    fn other_entry<T: Serialize + ?Sized>(
        &mut self,
        key: &str,
        value: &T,
    ) -> Result<(), WriteError> {
        let (record, rest) = match &mut self.target {
            Target::Map(..) => {
                write::bytes(key.as_bytes(), &mut self.context.out);
                return self.map_value(value);
            }
            Target::Record { record, rest, .. } => (*record, rest),
        };
        match *rest {
            [field, then @ ..] if *field.name == *key => {
                *rest = then;
                if let Err(error) = self.context.value(field.schema, value) {
                    return Err(error.at(key));
                }
                self.early_fields();
                Ok(())
            }
            _ => self.other_field(record, key, value),
        }
    }

    /// The value of an entry whose key was written.
    #[inline(always)]
    fn map_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        let Target::Map(head, values) = &mut self.target else {
            return Ok(());
        };
        head.count += 1;
        match self.context.value(*values, value) {
            Ok(()) => Ok(()),
            Err(error) => Err(error.at_field("[\"\"]")),
        }
    }

    /// A field that is not the next one: kept until its turn.
    fn other_field<T: Serialize + ?Sized>(
        &mut self,
        record: &'s Record,
        key: &str,
        value: &T,
    ) -> Result<(), WriteError> {
        let Some((index, field)) = record.field(key) else {
            return Err(fail(format!("the record {} has no such field", record.name)).at(key));
        };
        let out = std::mem::take(&mut self.context.out);
        let result = self.context.value(field.schema, value);
        let bytes = std::mem::replace(&mut self.context.out, out);
        result.map_err(|error| error.at(key))?;
        if let Target::Record { rest, early, .. } = &mut self.target {
            let next = record.fields.len() - rest.len();
            let early = early.get_or_insert_default();
            if index < next || early.iter().any(|(known, _)| *known == index) {
                return Err(fail("the field is given twice").at(key));
            }
            early.push((index, bytes));
        }
        Ok(())
    }

    /// Writes what came early and is next now.
    fn early_fields(&mut self) {
        let Target::Record {
            record,
            rest,
            early,
        } = &mut self.target
        else {
            return;
        };
        let Some(waiting) = early else { return };
        let is_next = |index: usize, rest: &[Field]| index == record.fields.len() - rest.len();
        while let Some(place) = waiting.iter().position(|(index, _)| is_next(*index, rest)) {
            let (_, bytes) = waiting.swap_remove(place);
            self.context.out.extend_from_slice(&bytes);
            *rest = rest.get(1..).unwrap_or_default();
        }
        if waiting.is_empty() {
            *early = None;
        }
    }

    #[inline(always)]
    fn finish(self) -> Result<(), WriteError> {
        match self.target {
            Target::Record {
                rest: [],
                early: None,
                ..
            } => {
                self.context.depth += 1;
                Ok(())
            }
            Target::Map(head, _) => {
                self.context.depth += 1;
                head.finish(&mut self.context.out)
            }
            Target::Record { .. } => self.finish_other(),
        }
    }

    /// Ends a record some of whose fields did not come, or early.
    #[cold]
    #[inline(never)]
    fn finish_other(mut self) -> Result<(), WriteError> {
        self.context.depth += 1;
        loop {
            self.early_fields();
            let Target::Record { rest, .. } = &mut self.target else {
                return Ok(());
            };
            let [field, then @ ..] = *rest else {
                return Ok(());
            };
            let Some(default) = &field.default else {
                let message = "the value leaves the field out, and the schema has no default";
                return Err(fail(message).at(field.name.to_string()));
            };
            let datum = default.datum();
            let datum =
                datum.map_err(|error| fail(error.to_string()).at(field.name.to_string()))?;
            self.context.out.extend_from_slice(datum);
            *rest = then;
        }
    }
}

impl SerializeStruct for FieldsWriter<'_, '_> {
    type Ok = ();
    type Error = WriteError;

    // In line the name is a constant, and compared as one.
    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), WriteError> {
        self.entry(key, value)
    }

    #[inline]
    fn end(self) -> Result<(), WriteError> {
        self.finish()
    }
}

impl ser::SerializeStructVariant for FieldsWriter<'_, '_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), WriteError> {
        self.entry(key, value)
    }

    fn end(self) -> Result<(), WriteError> {
        self.finish()
    }
}

/// Writes the entries of a map, or a map's as the fields of a record.
pub(super) struct MapWriter<'s, 'o> {
    fields: FieldsWriter<'s, 'o>,
    /// The name of the field whose value comes next; of a map's entry, the bytes have it already.
    key: Option<String>,
}

impl<'s, 'o> MapWriter<'s, 'o> {
    #[inline(always)]
    pub(super) fn new(fields: FieldsWriter<'s, 'o>) -> Self {
        Self { fields, key: None }
    }
}

impl SerializeMap for MapWriter<'_, '_> {
    type Ok = ();
    type Error = WriteError;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), WriteError> {
        self.key = match &self.fields.target {
            Target::Map(..) => {
                key.serialize(EntryKeyWriter(&mut self.fields.context.out))?;
                // An empty text allocates nothing.
                Some(String::new())
            }
            Target::Record { .. } => Some(key.serialize(KeyWriter)?),
        };
        Ok(())
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        let key = self
            .key
            .take()
            .ok_or_else(|| fail("a map value without its key"))?;
        match self.fields.target {
            Target::Map(..) => self.fields.map_value(value),
            Target::Record { .. } => self.fields.other_entry(&key, value),
        }
    }

    #[inline]
    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), WriteError> {
        if let Target::Map(..) = &self.fields.target {
            key.serialize(EntryKeyWriter(&mut self.fields.context.out))?;
            return self.fields.map_value(value);
        }
        self.serialize_key(key)?;
        self.serialize_value(value)
    }

    #[inline(always)]
    fn end(self) -> Result<(), WriteError> {
        self.fields.finish()
    }
}

/// Writes the items of an array, or bytes that come one by one.
pub(super) struct ItemsWriter<'s, 'o> {
    context: &'o mut Context<'s>,
    head: BlockHead,
    target: Items,
}

enum Items {
    Array(NodeId),
    /// With the size of a fixed.
    Bytes(Option<usize>),
}

impl<'s, 'o> ItemsWriter<'s, 'o> {
    #[inline(always)]
    pub(super) fn array(context: &'o mut Context<'s>, items: NodeId, len: Option<usize>) -> Self {
        let head = BlockHead::new(&mut context.out, len);
        Self {
            context,
            head,
            target: Items::Array(items),
        }
    }

    pub(super) fn bytes(context: &'o mut Context<'s>, size: Option<usize>) -> Self {
        let head = BlockHead::new(&mut context.out, None);
        Self {
            context,
            head,
            target: Items::Bytes(size),
        }
    }

    #[inline(always)]
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        let index = self.head.count;
        self.head.count += 1;
        match self.target {
            Items::Array(items) => match self.context.value(items, value) {
                Ok(()) => Ok(()),
                Err(error) => Err(error.at_item(index)),
            },
            Items::Bytes(_) => {
                self.context.out.push(value.serialize(ByteWriter)?);
                Ok(())
            }
        }
    }

    #[inline(always)]
    fn finish(self) -> Result<(), WriteError> {
        self.context.depth += 1;
        let out = &mut self.context.out;
        match self.target {
            Items::Array(_) => self.head.finish(out),
            Items::Bytes(size) => finish_bytes(size, &self.head, out),
        }
    }
}

#[cold]
#[inline(never)]
fn finish_bytes(
    size: Option<usize>,
    head: &BlockHead,
    out: &mut Vec<u8>,
) -> Result<(), WriteError> {
    match size {
        None => {
            head.insert_count(out);
            Ok(())
        }
        Some(size) if head.count == size => Ok(()),
        Some(size) => Err(fail(format!(
            "expected a fixed of {size} bytes, found {}",
            head.count
        ))),
    }
}

macro_rules! items {
    ($($item:ident: $($name:ident)::+),+ $(,)?) => {$(
        impl $($name)::+ for ItemsWriter<'_, '_> {
            type Ok = ();
            type Error = WriteError;

            #[inline]
            fn $item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
                self.item(value)
            }

            #[inline(always)]
            fn end(self) -> Result<(), WriteError> {
                self.finish()
            }
        }
    )+};
}

items! {
    serialize_element: SerializeSeq,
    serialize_element: ser::SerializeTuple,
    serialize_field: ser::SerializeTupleStruct,
}

/// The count in front of the only block of an array or map.
struct BlockHead {
    /// Where the count belongs, unless it was written already.
    place: usize,
    written: Option<usize>,
    count: usize,
}

impl BlockHead {
    /// Writes the count where it is known before.
    #[inline(always)]
    fn new(out: &mut Vec<u8>, len: Option<usize>) -> Self {
        let place = out.len();
        let written = len.filter(|&len| len > 0);
        if let Some(len) = written {
            write::count(len, out);
        }
        Self {
            place,
            written,
            count: 0,
        }
    }

    fn insert_count(&self, out: &mut Vec<u8>) {
        let mut count = Vec::with_capacity(10);
        write::count(self.count, &mut count);
        out.splice(self.place..self.place, count);
    }

    #[inline(always)]
    fn finish(self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        if self.written.unwrap_or(0) != self.count {
            self.correct(out)?;
        }
        out.push(0);
        Ok(())
    }

    /// Writes the count where it was not known before.
    #[cold]
    #[inline(never)]
    fn correct(&self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        match self.written {
            Some(len) => Err(fail(format!("{len} items announced, {} given", self.count))),
            None => {
                self.insert_count(out);
                Ok(())
            }
        }
    }
}
