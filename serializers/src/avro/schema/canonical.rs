//! Parsing Canonical Form,
//! <https://avro.apache.org/docs/1.12.0/specification/#parsing-canonical-form-for-schemas>.

use std::collections::HashSet;
use std::fmt::Write;

use super::Schema;
use super::node::{Kind, NodeId, Record};

pub(super) fn canonical_form(schema: &Schema) -> String {
    let mut writer = Writer {
        schema,
        seen: HashSet::new(),
        out: String::new(),
    };
    writer.write(schema.root());
    writer.out
}

struct Writer<'s> {
    schema: &'s Schema,
    seen: HashSet<&'s str>,
    out: String,
}

impl<'s> Writer<'s> {
    fn write(&mut self, id: NodeId) {
        let kind = self.schema.kind(id);
        if let Some(name) = kind.full_name()
            && !self.seen.insert(name)
        {
            return self.string(name);
        }
        match kind {
            Kind::Array(items) => self.container("array", "items", *items),
            Kind::Map(values) => self.container("map", "values", *values),
            Kind::Union(branches) => self.list('[', branches, ']', |w, &branch| w.write(branch)),
            Kind::Record(record) => self.record(record),
            Kind::Enum(enumeration) => {
                self.named(&enumeration.name, "enum", "symbols");
                self.list('[', &enumeration.symbols, ']', |w, symbol| w.string(symbol));
                self.out.push('}');
            }
            Kind::Fixed(fixed) => {
                self.named(&fixed.name, "fixed", "size");
                // Writing to a string cannot fail.
                let _ = write!(self.out, "{}}}", fixed.size);
            }
            primitive => self.string(primitive.type_name()),
        }
    }

    fn record(&mut self, record: &'s Record) {
        // Java: an error type is a record in canonical form too (`Schema.Type.RECORD`).
        self.named(&record.name, "record", "fields");
        self.list('[', &record.fields, ']', |w, field| {
            w.out.push_str("{\"name\":");
            w.string(&field.name);
            w.out.push_str(",\"type\":");
            w.write(field.schema);
            w.out.push('}');
        });
        self.out.push('}');
    }

    fn named(&mut self, name: &str, type_name: &str, last: &str) {
        self.out.push_str("{\"name\":");
        self.string(name);
        self.out.push_str(",\"type\":");
        self.string(type_name);
        self.out.push(',');
        self.string(last);
        self.out.push(':');
    }

    fn container(&mut self, type_name: &str, inner: &str, id: NodeId) {
        self.out.push_str("{\"type\":");
        self.string(type_name);
        self.out.push(',');
        self.string(inner);
        self.out.push(':');
        self.write(id);
        self.out.push('}');
    }

    fn list<T>(&mut self, open: char, items: &'s [T], close: char, write: fn(&mut Self, &'s T)) {
        self.out.push(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            write(self, item);
        }
        self.out.push(close);
    }

    /// Names and symbols hold letters, digits, `_` and dots: nothing to escape.
    fn string(&mut self, text: &str) {
        self.out.push('"');
        self.out.push_str(text);
        self.out.push('"');
    }
}
