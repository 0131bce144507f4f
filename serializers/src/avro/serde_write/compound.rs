//! Values with parts: records and maps, arrays and bytes given item by item.

use serde::Serialize;
use serde::ser::{self, SerializeMap, SerializeSeq, SerializeStruct};

use super::{ValueWriter, WriteError, fail};
use crate::avro::schema::{NodeId, Record, Schema};
use crate::avro::write;

/// Writes the fields of a record, or the entries of a map.
pub(super) struct FieldsWriter<'s, 'o> {
    schema: &'s Schema,
    target: Target<'s>,
    out: &'o mut Vec<u8>,
    depth: usize,
    key: Option<String>,
}

enum Target<'s> {
    Map(BlockHead, NodeId),
    Record {
        record: &'s Record,
        /// The field that comes next in the bytes.
        next: usize,
        /// Fields that came too early.
        early: Vec<(usize, Vec<u8>)>,
    },
}

impl<'s, 'o> FieldsWriter<'s, 'o> {
    pub(super) fn map(
        schema: &'s Schema,
        values: NodeId,
        out: &'o mut Vec<u8>,
        depth: usize,
        len: Option<usize>,
    ) -> Self {
        let target = Target::Map(BlockHead::new(out, len), values);
        Self {
            schema,
            target,
            out,
            depth,
            key: None,
        }
    }

    pub(super) fn record(
        schema: &'s Schema,
        record: &'s Record,
        out: &'o mut Vec<u8>,
        depth: usize,
    ) -> Self {
        let target = Target::Record {
            record,
            next: 0,
            early: Vec::new(),
        };
        Self {
            schema,
            target,
            out,
            depth,
            key: None,
        }
    }

    fn entry<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), WriteError> {
        match &mut self.target {
            Target::Map(..) => {
                write::bytes(key.as_bytes(), self.out);
                self.map_value(value)
            }
            Target::Record {
                record,
                next,
                early,
            } => {
                let record = *record;
                match record.fields.get(*next) {
                    Some(field) if *field.name == *key => {
                        *next += 1;
                        let is_early = !early.is_empty();
                        if let Err(error) = self.value(field.schema, value) {
                            return Err(error.at(key));
                        }
                        if is_early {
                            self.early_fields();
                        }
                        Ok(())
                    }
                    _ => self.other_field(record, key, value),
                }
            }
        }
    }

    /// The value of an entry whose key was written.
    fn map_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        let Target::Map(head, values) = &mut self.target else {
            return Ok(());
        };
        head.count += 1;
        let id = *values;
        self.value(id, value).map_err(|error| error.at("[\"\"]"))
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
        let mut bytes = Vec::new();
        let writer = ValueWriter {
            schema: self.schema,
            id: field.schema,
            out: &mut bytes,
            depth: self.depth,
        };
        value.serialize(writer).map_err(|error| error.at(key))?;
        if let Target::Record { next, early, .. } = &mut self.target {
            if index < *next || early.iter().any(|(known, _)| *known == index) {
                return Err(fail("the field is given twice").at(key));
            }
            early.push((index, bytes));
        }
        Ok(())
    }

    /// Writes what came early and is next now.
    fn early_fields(&mut self) {
        if let Target::Record { next, early, .. } = &mut self.target {
            while let Some(place) = early.iter().position(|(index, _)| index == next) {
                let (_, bytes) = early.swap_remove(place);
                self.out.extend_from_slice(&bytes);
                *next += 1;
            }
        }
    }

    fn value<T: Serialize + ?Sized>(&mut self, id: NodeId, value: &T) -> Result<(), WriteError> {
        let writer = ValueWriter {
            schema: self.schema,
            id,
            out: self.out,
            depth: self.depth,
        };
        value.serialize(writer)
    }

    fn finish(mut self) -> Result<(), WriteError> {
        let record = match self.target {
            Target::Map(head, _) => return head.finish(self.out),
            Target::Record { record, next, .. } if next == record.fields.len() => return Ok(()),
            Target::Record { record, .. } => record,
        };
        loop {
            self.early_fields();
            let Target::Record { next, .. } = &mut self.target else {
                return Ok(());
            };
            let Some(field) = record.fields.get(*next) else {
                return Ok(());
            };
            let Some(default) = &field.default else {
                let message = "the value leaves the field out, and the schema has no default";
                return Err(fail(message).at(field.name.to_string()));
            };
            self.out.extend_from_slice(&default.datum);
            *next += 1;
        }
    }
}

impl SerializeStruct for FieldsWriter<'_, '_> {
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

impl SerializeMap for FieldsWriter<'_, '_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), WriteError> {
        self.key = match &self.target {
            // The bytes have it here already; an empty text allocates nothing.
            Target::Map(..) => {
                key.serialize(EntryKeyWriter(self.out))?;
                Some(String::new())
            }
            Target::Record { .. } => Some(key.serialize(KeyWriter)?),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        let key = self
            .key
            .take()
            .ok_or_else(|| fail("a map value without its key"))?;
        match self.target {
            Target::Map(..) => self.map_value(value),
            Target::Record { .. } => self.entry(&key, value),
        }
    }

    fn end(self) -> Result<(), WriteError> {
        self.finish()
    }
}

/// Writes the items of an array, or bytes that come one by one.
pub(super) struct ItemsWriter<'s, 'o> {
    out: &'o mut Vec<u8>,
    head: BlockHead,
    target: Items<'s>,
}

enum Items<'s> {
    Array {
        schema: &'s Schema,
        items: NodeId,
        depth: usize,
    },
    /// With the size of a fixed.
    Bytes(Option<usize>),
}

impl<'s, 'o> ItemsWriter<'s, 'o> {
    pub(super) fn array(
        schema: &'s Schema,
        items: NodeId,
        out: &'o mut Vec<u8>,
        depth: usize,
        len: Option<usize>,
    ) -> Self {
        let head = BlockHead::new(out, len);
        Self {
            out,
            head,
            target: Items::Array {
                schema,
                items,
                depth,
            },
        }
    }

    pub(super) fn bytes(out: &'o mut Vec<u8>, size: Option<usize>) -> Self {
        let head = BlockHead::new(out, None);
        Self {
            out,
            head,
            target: Items::Bytes(size),
        }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        let index = self.head.count;
        self.head.count += 1;
        match self.target {
            Items::Array {
                schema,
                items,
                depth,
            } => {
                let writer = ValueWriter {
                    schema,
                    id: items,
                    out: self.out,
                    depth,
                };
                value
                    .serialize(writer)
                    .map_err(|error| error.at(format!("[{index}]")))
            }
            Items::Bytes(_) => {
                self.out.push(value.serialize(ByteWriter)?);
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<(), WriteError> {
        match self.target {
            Items::Array { .. } => self.head.finish(self.out),
            Items::Bytes(None) => {
                self.head.insert_count(self.out);
                Ok(())
            }
            Items::Bytes(Some(size)) if self.head.count == size => Ok(()),
            Items::Bytes(Some(size)) => Err(fail(format!(
                "expected a fixed of {size} bytes, found {}",
                self.head.count
            ))),
        }
    }
}

macro_rules! items {
    ($($item:ident: $($name:ident)::+),+ $(,)?) => {$(
        impl $($name)::+ for ItemsWriter<'_, '_> {
            type Ok = ();
            type Error = WriteError;

            fn $item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
                self.item(value)
            }

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

    fn finish(self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        match self.written {
            Some(len) if len != self.count => {
                return Err(fail(format!("{len} items announced, {} given", self.count)));
            }
            None if self.count > 0 => self.insert_count(out),
            _ => {}
        }
        out.push(0);
        Ok(())
    }
}

/// A field's name as text.
struct KeyWriter;

/// A map's key, appended.
struct EntryKeyWriter<'o>(&'o mut Vec<u8>);

/// One byte of a sequence.
struct ByteWriter;

macro_rules! only {
    ($writer:ty, $ok:ty, $what:literal, { $($accept:item)* }, [$($refuse:ident: $from:ty),* $(,)?]) => {
        impl ser::Serializer for $writer {
            type Ok = $ok;
            type Error = WriteError;
            type SerializeSeq = ser::Impossible<$ok, WriteError>;
            type SerializeTuple = ser::Impossible<$ok, WriteError>;
            type SerializeTupleStruct = ser::Impossible<$ok, WriteError>;
            type SerializeTupleVariant = ser::Impossible<$ok, WriteError>;
            type SerializeMap = ser::Impossible<$ok, WriteError>;
            type SerializeStruct = ser::Impossible<$ok, WriteError>;
            type SerializeStructVariant = ser::Impossible<$ok, WriteError>;

            $($accept)*

            $(fn $refuse(self, _: $from) -> Result<$ok, WriteError> { Err(fail($what)) })*

            fn serialize_none(self) -> Result<$ok, WriteError> { Err(fail($what)) }

            fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<$ok, WriteError> {
                Err(fail($what))
            }

            fn serialize_unit(self) -> Result<$ok, WriteError> { Err(fail($what)) }

            fn serialize_unit_struct(self, _: &'static str) -> Result<$ok, WriteError> {
                Err(fail($what))
            }

            fn serialize_newtype_struct<T: Serialize + ?Sized>(
                self,
                _: &'static str,
                value: &T,
            ) -> Result<$ok, WriteError> {
                value.serialize(self)
            }

            fn serialize_newtype_variant<T: Serialize + ?Sized>(
                self,
                _: &'static str,
                _: u32,
                _: &'static str,
                _: &T,
            ) -> Result<$ok, WriteError> {
                Err(fail($what))
            }

            fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, WriteError> {
                Err(fail($what))
            }

            fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, WriteError> {
                Err(fail($what))
            }

            fn serialize_tuple_struct(
                self,
                _: &'static str,
                _: usize,
            ) -> Result<Self::SerializeTupleStruct, WriteError> {
                Err(fail($what))
            }

            fn serialize_tuple_variant(
                self,
                _: &'static str,
                _: u32,
                _: &'static str,
                _: usize,
            ) -> Result<Self::SerializeTupleVariant, WriteError> {
                Err(fail($what))
            }

            fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, WriteError> {
                Err(fail($what))
            }

            fn serialize_struct(
                self,
                _: &'static str,
                _: usize,
            ) -> Result<Self::SerializeStruct, WriteError> {
                Err(fail($what))
            }

            fn serialize_struct_variant(
                self,
                _: &'static str,
                _: u32,
                _: &'static str,
                _: usize,
            ) -> Result<Self::SerializeStructVariant, WriteError> {
                Err(fail($what))
            }
        }
    };
}

only!(KeyWriter, String, "expected a string as the key of a map", {
    fn serialize_str(self, value: &str) -> Result<String, WriteError> {
        Ok(value.to_owned())
    }

    fn serialize_char(self, value: char) -> Result<String, WriteError> {
        Ok(value.into())
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<String, WriteError> {
        Ok(variant.to_owned())
    }
}, [
    serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
    serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
    serialize_u64: u64, serialize_f32: f32, serialize_f64: f64, serialize_bytes: &[u8],
]);

only!(EntryKeyWriter<'_>, (), "expected a string as the key of a map", {
    fn serialize_str(self, value: &str) -> Result<(), WriteError> {
        write::bytes(value.as_bytes(), self.0);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), WriteError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), WriteError> {
        self.serialize_str(variant)
    }
}, [
    serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
    serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
    serialize_u64: u64, serialize_f32: f32, serialize_f64: f64, serialize_bytes: &[u8],
]);

only!(ByteWriter, u8, "expected bytes, found a sequence of something else", {
    fn serialize_u8(self, value: u8) -> Result<u8, WriteError> {
        Ok(value)
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
    ) -> Result<u8, WriteError> {
        Err(fail("expected bytes, found a sequence of something else"))
    }
}, [
    serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
    serialize_i64: i64, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
    serialize_f32: f32, serialize_f64: f64, serialize_bytes: &[u8], serialize_str: &str,
    serialize_char: char,
]);
