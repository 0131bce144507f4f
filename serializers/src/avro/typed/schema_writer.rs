use std::collections::HashMap;
use std::fmt::{self, Write as _};

use super::AvroType;
use crate::error::{Error, ErrorKind, Result};

/// Writes the schema text of a Rust type: each named type once, and by its name from then on.
///
/// A mistake is remembered and returned by [`schema_text`](super::schema_text); nothing here
/// fails at once. A `with` module passes it on; its methods are for generated code.
#[derive(Debug, Default)]
pub struct SchemaWriter {
    out: String,
    /// Which Rust type defines each full name.
    defined: HashMap<String, Definer>,
    namespace: String,
    /// The logical type that the field at hand asked for, until a type takes it.
    logical: Option<&'static str>,
    /// The name that the field at hand gave to its `fixed`, until it takes it.
    fixed_name: Option<&'static str>,
    depth: usize,
    error: Option<Error>,
}

/// What a named type says of itself.
#[derive(Clone, Copy, Debug)]
pub struct TypeHead<'a> {
    /// Name without namespace.
    pub name: &'a str,
    /// Namespace; without one, that of the enclosing type.
    pub namespace: Option<&'a str>,
    /// Names by which readers also know it.
    pub aliases: &'a [&'a str],
    /// Documentation.
    pub doc: Option<&'a str>,
}

/// What a field says of itself.
#[derive(Clone, Copy, Debug)]
pub struct FieldHead<'a> {
    /// Name.
    pub name: &'a str,
    /// Names by which readers also know it.
    pub aliases: &'a [&'a str],
    /// Documentation.
    pub doc: Option<&'a str>,
    /// What readers take where a writer has no such field, as JSON.
    pub default: Option<&'a str>,
    /// The logical type that the field's numbers stand for.
    pub logical: Option<&'static str>,
    /// The name of the field's `fixed`.
    pub fixed: Option<&'static str>,
}

#[doc(hidden)]
impl SchemaWriter {
    pub(super) fn finish(self) -> Result<String> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.out),
        }
    }

    /// Writes what `write_type` writes, whose numbers stand for `logical`, or whose `fixed` is
    /// called `fixed`.
    pub fn annotated(
        &mut self,
        logical: Option<&'static str>,
        fixed: Option<&'static str>,
        write_type: fn(&mut Self),
    ) {
        // What a field outside says is of its own type, and this type says something else.
        if logical.is_some() || fixed.is_some() {
            self.refuse_annotations(&"a type that has such an attribute itself");
        }
        self.logical = logical.or(self.logical);
        self.fixed_name = fixed.or(self.fixed_name);
        self.nested(write_type);
        self.refuse_annotations(&"the type of its field");
    }

    /// Fails if the field at hand has an attribute that only a number, a text or a byte array takes:
    /// none of it is for what `what` holds inside.
    fn refuse_annotations(&mut self, what: &dyn fmt::Display) {
        let logical = self.logical.take().map(|name| ("logical", name));
        let fixed = self.fixed_name.take().map(|name| ("fixed", name));
        if let Some((attribute, name)) = logical.or(fixed) {
            self.fail(format!(
                "#[avro({attribute} = {name:?})] does not fit {what}: put it on the field that is \
                 the number, text or byte array"
            ));
        }
    }

    /// Writes a type that has no name and no logical type of its own: `"string"`.
    pub fn primitive(&mut self, name: &str) {
        match self.logical.take() {
            None => self.string(name),
            Some(logical) => self.logical(name, logical),
        }
    }

    /// Writes a type and what its values stand for.
    pub fn logical(&mut self, name: &str, logical: &str) {
        if !is_logical_of(logical, name) {
            self.fail(format!("the logical type {logical:?} does not fit {name}"));
        }
        self.out.push_str("{\"type\":");
        self.string(name);
        self.out.push_str(",\"logicalType\":");
        self.string(logical);
        self.out.push('}');
    }

    /// Writes `bytes` that hold a decimal.
    pub fn decimal(&mut self, precision: u32, scale: u32) {
        let _ = write!(
            self.out,
            "{{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":{precision},\"scale\":{scale}}}"
        );
    }

    /// Writes a `fixed`; its name is the one that the field gave, else `name`.
    pub fn fixed(&mut self, name: Option<&'static str>, size: usize, logical: Option<&str>) {
        let Some(name) = self.fixed_name.take().or(name) else {
            self.fail("a byte array needs a name for its fixed: #[avro(fixed = \"Name\")]");
            return self.out.push_str("null");
        };
        let owner = match logical {
            Some("duration") => "fixed duration",
            Some("uuid") => "fixed uuid",
            _ => "fixed",
        };
        let logical = logical.map(str::to_owned);
        let (namespace, name) = match name.rsplit_once('.') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, name),
        };
        let head = TypeHead {
            name,
            namespace,
            aliases: &[],
            doc: None,
        };
        self.named(&head, "fixed", Definer { owner, size }, |schema| {
            let _ = write!(schema.out, ",\"size\":{size}");
            if let Some(logical) = logical {
                schema.out.push_str(",\"logicalType\":");
                schema.string(&logical);
            }
        });
    }

    /// Writes an array of `T`.
    pub fn array<T: AvroType + ?Sized>(&mut self) {
        self.out.push_str("{\"type\":\"array\",\"items\":");
        self.nested(T::write_schema);
        self.out.push('}');
    }

    /// Writes a map of `T`.
    pub fn map<T: AvroType + ?Sized>(&mut self) {
        self.out.push_str("{\"type\":\"map\",\"values\":");
        self.nested(T::write_schema);
        self.out.push('}');
    }

    /// Writes the union that a type of its own is; attributes of a field are not for its branches.
    pub fn union(&mut self, branches: &[fn(&mut Self)]) {
        self.refuse_annotations(&"an enum with data");
        self.branches(branches);
    }

    /// Writes `null` and `T`, in the order of the functions; `T` takes the attributes of the field.
    pub(super) fn nullable(&mut self, branches: [fn(&mut Self); 2]) {
        self.branches(&branches);
    }

    fn branches(&mut self, branches: &[fn(&mut Self)]) {
        for (position, branch) in branches.iter().enumerate() {
            self.out.push(if position == 0 { '[' } else { ',' });
            self.nested(*branch);
        }
        self.out.push(']');
    }

    /// Writes `null`, which takes no logical type.
    pub fn null(&mut self) {
        self.string("null");
    }

    /// Writes a record, or its name if it was written before; `T` is what defines it.
    pub fn record<T: ?Sized>(&mut self, head: &TypeHead<'_>, fields: impl FnOnce(&mut Fields<'_>)) {
        self.refuse_annotations(&format_args!("the record {}", head.name));
        self.named(head, "record", Definer::of::<T>(), |schema| {
            schema.out.push_str(",\"fields\":[");
            fields(&mut Fields {
                schema,
                is_first: true,
            });
            schema.out.push(']');
        });
    }

    /// Writes an enum, or its name if it was written before; `T` is what defines it.
    pub fn enumeration<T: ?Sized>(
        &mut self,
        head: &TypeHead<'_>,
        symbols: &[&str],
        default: Option<&str>,
    ) {
        self.refuse_annotations(&format_args!("the enum {}", head.name));
        self.named(head, "enum", Definer::of::<T>(), |schema| {
            schema.out.push_str(",\"symbols\":");
            schema.strings(symbols);
            if let Some(default) = default {
                schema.out.push_str(",\"default\":");
                schema.string(default);
            }
        });
    }

    fn named(
        &mut self,
        head: &TypeHead<'_>,
        kind: &str,
        definer: Definer,
        body: impl FnOnce(&mut Self),
    ) {
        let namespace = head.namespace.unwrap_or(&self.namespace).to_owned();
        let full = match namespace.is_empty() {
            true => head.name.to_owned(),
            false => format!("{namespace}.{}", head.name),
        };
        match self.defined.get(&full) {
            Some(other) if *other == definer => return self.string(&full),
            Some(other) => {
                self.fail(format!("{definer} and {other} are both called {full}"));
                return self.string(&full);
            }
            None => drop(self.defined.insert(full, definer)),
        }
        self.out.push_str("{\"type\":");
        self.string(kind);
        self.attribute("name", head.name);
        if head.namespace.is_some() {
            self.attribute("namespace", &namespace);
        }
        if let Some(doc) = head.doc {
            self.attribute("doc", doc);
        }
        self.aliases(head.aliases);
        let outer = std::mem::replace(&mut self.namespace, namespace);
        self.nested(body);
        self.namespace = outer;
        self.out.push('}');
    }

    /// Types without a name that hold themselves would never end.
    fn nested(&mut self, write: impl FnOnce(&mut Self)) {
        if self.depth == MAX_DEPTH {
            self.fail("a type without a name holds itself, or types are nested deeper than 128");
            return self.null();
        }
        if self.error.is_some() {
            return self.null();
        }
        self.depth += 1;
        write(self);
        self.depth -= 1;
    }

    fn attribute(&mut self, name: &str, value: &str) {
        let _ = write!(self.out, ",\"{name}\":");
        self.string(value);
    }

    fn aliases(&mut self, aliases: &[&str]) {
        if !aliases.is_empty() {
            self.out.push_str(",\"aliases\":");
            self.strings(aliases);
        }
    }

    fn strings(&mut self, texts: &[&str]) {
        self.out.push('[');
        for (position, text) in texts.iter().enumerate() {
            if position > 0 {
                self.out.push(',');
            }
            self.string(text);
        }
        self.out.push(']');
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => self.out.extend(['\\', c]),
                '\n' => self.out.push_str("\\n"),
                c if c.is_control() => {
                    let _ = write!(self.out, "\\u{:04x}", u32::from(c));
                }
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    fn fail(&mut self, message: impl Into<String>) {
        let error = || Error::new(ErrorKind::InvalidSchema, message.into());
        self.error.get_or_insert_with(error);
    }
}

/// What gave a name its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Definer {
    /// The Rust type, or the kind of `fixed`.
    owner: &'static str,
    /// Of a `fixed`.
    size: usize,
}

impl Definer {
    fn of<T: ?Sized>() -> Self {
        Self {
            owner: std::any::type_name::<T>(),
            size: 0,
        }
    }
}

impl fmt::Display for Definer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.size {
            0 => f.write_str(self.owner),
            size => write!(f, "a {} of {size} bytes", self.owner),
        }
    }
}

/// Writes the fields of a record.
#[derive(Debug)]
pub struct Fields<'w> {
    schema: &'w mut SchemaWriter,
    is_first: bool,
}

impl Fields<'_> {
    /// Writes a field, whose type `write_type` writes.
    pub fn field(&mut self, head: &FieldHead<'_>, write_type: fn(&mut SchemaWriter)) {
        let schema = &mut *self.schema;
        if !std::mem::take(&mut self.is_first) {
            schema.out.push(',');
        }
        schema.out.push_str("{\"name\":");
        schema.string(head.name);
        if let Some(doc) = head.doc {
            schema.attribute("doc", doc);
        }
        schema.aliases(head.aliases);
        schema.out.push_str(",\"type\":");
        schema.annotated(head.logical, head.fixed, write_type);
        if let Some(default) = head.default {
            schema.out.push_str(",\"default\":");
            schema.out.push_str(default);
        }
        schema.out.push('}');
    }
}

/// <https://avro.apache.org/docs/1.12.0/specification/#logical-types>
fn is_logical_of(logical: &str, primitive: &str) -> bool {
    match primitive {
        "int" => matches!(logical, "date" | "time-millis"),
        "long" => matches!(
            logical,
            "local-timestamp-micros"
                | "local-timestamp-millis"
                | "local-timestamp-nanos"
                | "time-micros"
                | "timestamp-micros"
                | "timestamp-millis"
                | "timestamp-nanos"
        ),
        "string" => logical == "uuid",
        _ => false,
    }
}

const MAX_DEPTH: usize = 128;
