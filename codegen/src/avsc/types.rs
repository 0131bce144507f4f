//! The Rust type of every Avro type, and its attributes in a field.

use std::collections::{BTreeMap, BTreeSet};

use wireform::avro::schema::{Kind, LogicalType, NodeId, Schema};

use super::shape::{borrows, endless, holds_by_value};
use super::{Avsc, Bytes, Maps, Strings};
use crate::error::{Error, ErrorKind, Result};
use crate::names::{escape, field_ident, module_ident, type_ident, unique, unique_all};

/// A named type in Rust.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// The modules that it is in, outermost first.
    pub(crate) module: Vec<String>,
    pub(crate) ident: String,
    /// The type that borrows, if there is one.
    pub(crate) ref_ident: Option<String>,
}

/// The ownership of the fields of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Flavour {
    Borrowed,
    Owned,
}

/// A Rust type, and the arguments of `#[avro(…)]` that make it the right Avro type.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub(crate) text: String,
    pub(crate) attributes: Vec<&'static str>,
}

/// The place of a type, from which unnamed types get their names.
#[derive(Clone, Debug)]
pub(crate) struct Place<'p> {
    /// The record that is being written.
    pub(crate) record: &'p str,
    /// The module that the record is in.
    pub(crate) module: &'p [String],
    /// The module of the code that names the type.
    pub(crate) seen_from: &'p [String],
    /// `OrderTags`
    pub(crate) ident: String,
    /// `shop.orders.Order.tags`
    pub(crate) path: String,
    /// True if only structs and enums are between the value and its record.
    pub(crate) is_by_value: bool,
    pub(crate) flavour: Flavour,
}

impl Place<'_> {
    /// Returns the place of a variant of the enum at this place.
    pub(crate) fn variant(&self, name: &str) -> Self {
        Self {
            ident: format!("{}{name}", self.ident),
            path: format!("{}.{name}", self.path),
            ..self.clone()
        }
    }

    /// Returns the place inside a container that is on the heap.
    pub(crate) fn inside(&self, step: &str) -> Self {
        Self {
            ident: format!("{}{step}", self.ident),
            path: format!("{}.{}", self.path, step.to_lowercase()),
            is_by_value: false,
            ..self.clone()
        }
    }
}

/// All names, and the unnamed types so far.
#[derive(Debug)]
pub(crate) struct Types<'s> {
    pub(crate) settings: &'s Avsc,
    named: BTreeMap<String, Named>,
    /// Full names of the records that have no values.
    endless: BTreeSet<String>,
    /// The names that are used in each module.
    taken: BTreeMap<Vec<String>, BTreeSet<String>>,
    /// Types without a name of their own, by record, path and flavour.
    unnamed: BTreeMap<(String, String, Flavour), String>,
    /// Types without a name whose code is still to be written.
    pub(crate) pending: Vec<Unnamed>,
}

/// A type without a name in Avro that needs one in Rust.
#[derive(Clone, Debug)]
pub(crate) struct Unnamed {
    pub(crate) ident: String,
    pub(crate) path: String,
    pub(crate) shape: Shape,
    pub(crate) borrows: bool,
    /// The static that holds its file, if it is the outermost type there.
    pub(crate) file: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// A struct around one value, so that it can have attributes.
    Newtype(Typed),
    /// An enum.
    Union {
        /// The name and the type of every branch but null.
        variants: Vec<(String, Typed)>,
        /// The position of null, if the enum is in an `Option`.
        null: Option<usize>,
    },
}

impl<'s> Types<'s> {
    pub(crate) fn new<'f>(settings: &'s Avsc, schemas: impl Iterator<Item = &'f Schema>) -> Self {
        let mut types = Self {
            settings,
            named: BTreeMap::new(),
            endless: BTreeSet::new(),
            taken: BTreeMap::new(),
            unnamed: BTreeMap::new(),
            pending: Vec::new(),
        };
        let mut all: BTreeMap<&str, (&Schema, NodeId)> = BTreeMap::new();
        for schema in schemas {
            let names = endless(schema).into_iter().map(str::to_owned);
            types.endless.extend(names);
            for name in schema.own_names() {
                if let Some(id) = schema.named(name) {
                    all.entry(name).or_insert((schema, id));
                }
            }
        }
        for name in all.keys() {
            types.reserve_modules(&module_of(name));
        }
        types.name_all(&all);
        types
    }

    /// Chooses the names. A name that is in Rust's form already is kept, whatever the others
    /// become.
    fn name_all(&mut self, all: &BTreeMap<&str, (&Schema, NodeId)>) {
        let is_kept = |name: &str| type_ident(simple(name)) == simple(name);
        for round in [true, false] {
            for name in all.keys() {
                if is_kept(name) == round {
                    self.name(name);
                }
            }
        }
        for (name, (schema, id)) in all {
            self.name_ref(name, schema, *id);
        }
    }

    /// Reserves the name of a module: a module and a type cannot have the same name.
    fn reserve_modules(&mut self, module: &[String]) {
        for (depth, part) in module.iter().enumerate() {
            let parent = module.get(..depth).unwrap_or_default().to_vec();
            self.taken.entry(parent).or_default().insert(part.clone());
        }
    }

    fn name(&mut self, full_name: &str) {
        let module = module_of(full_name);
        let ident = escape(&self.free(&module, &type_ident(simple(full_name))));
        let named = Named {
            module,
            ident,
            ref_ident: None,
        };
        self.named.insert(full_name.to_owned(), named);
    }

    /// The name of the type that borrows, if the record `id` needs one.
    fn name_ref(&mut self, full_name: &str, schema: &Schema, id: NodeId) {
        let is_record = matches!(schema.node(id).kind, Kind::Record(_));
        if !self.settings.borrowed || !is_record || !borrows(schema, id) {
            return;
        }
        let Some(Named { module, ident, .. }) = self.named.get(full_name).cloned() else {
            return;
        };
        let ref_ident = self.free(&module, &format!("{ident}Ref"));
        if let Some(named) = self.named.get_mut(full_name) {
            named.ref_ident = Some(ref_ident);
        }
    }

    fn free(&mut self, module: &[String], wanted: &str) -> String {
        unique(wanted, self.taken.entry(module.to_vec()).or_default())
    }

    pub(crate) fn named(&self, full_name: &str) -> Result<&Named> {
        self.named.get(full_name).ok_or_else(|| {
            let message = format!("{full_name}: unknown type, defined in none of the files");
            Error::new(ErrorKind::InvalidSchema, message)
        })
    }

    /// Returns the path from `module` to a named type.
    pub(crate) fn path(&self, full_name: &str, place: &Place<'_>) -> Result<String> {
        let named = self.named(full_name)?;
        let (ident, lifetime) = match (&named.ref_ident, place.flavour) {
            (Some(ident), Flavour::Borrowed) => (ident, "<'a>"),
            _ => (&named.ident, ""),
        };
        let way = way(place.seen_from, &named.module);
        Ok(format!("{way}{ident}{lifetime}"))
    }

    /// Returns the type of a field or a variant, which may have attributes.
    pub(crate) fn of(&mut self, schema: &Schema, id: NodeId, place: &Place<'_>) -> Result<Typed> {
        let node = schema.node(id);
        let text = match &node.kind {
            Kind::Null => "()".to_owned(),
            Kind::Boolean => "bool".to_owned(),
            Kind::Int | Kind::Long => number(&node.kind, node.logical),
            Kind::Float => "f32".to_owned(),
            Kind::Double => "f64".to_owned(),
            Kind::Bytes => self.bytes(node.logical, place.flavour),
            Kind::String if node.logical == Some(LogicalType::Uuid) => UUID.to_owned(),
            Kind::String => self.string(place.flavour),
            Kind::Array(items) => {
                let items = self.nested(schema, *items, &place.inside("Item"))?;
                format!("::std::vec::Vec<{items}>")
            }
            Kind::Map(values) => return self.map(schema, *values, place),
            Kind::Union(branches) => return self.union(schema, branches, place),
            Kind::Record(_) => {
                let name = node.kind.full_name().unwrap_or_default();
                let path = self.path(name, place)?;
                let text = match place.is_by_value && holds_by_value(schema, id, place.record) {
                    true => format!("::std::boxed::Box<{path}>"),
                    false => path,
                };
                let is_endless = [name, place.record]
                    .iter()
                    .all(|name| self.endless.contains(*name));
                let attributes = match place.is_by_value && is_endless {
                    true => vec!["endless"],
                    false => vec![],
                };
                return Ok(Typed { text, attributes });
            }
            Kind::Enum(_) | Kind::Fixed(_) => {
                self.path(node.kind.full_name().unwrap_or_default(), place)?
            }
        };
        Ok(Typed::plain(text))
    }

    /// Returns the type where no attributes can be: a struct of its own, if it needs some.
    pub(crate) fn nested(
        &mut self,
        schema: &Schema,
        id: NodeId,
        place: &Place<'_>,
    ) -> Result<String> {
        let typed = self.of(schema, id, place)?;
        if typed.attributes.is_empty() {
            return Ok(typed.text);
        }
        let has_lifetime = place.flavour == Flavour::Borrowed && borrows(schema, id);
        Ok(self.unnamed(place, Shape::Newtype(typed), has_lifetime))
    }

    fn map(&mut self, schema: &Schema, values: NodeId, place: &Place<'_>) -> Result<Typed> {
        let values = self.nested(schema, values, &place.inside("Value"))?;
        let keys = self.string(place.flavour);
        let maps = match place.flavour {
            Flavour::Borrowed => &Maps::Pairs,
            Flavour::Owned => &self.settings.maps,
        };
        let text = match maps {
            Maps::BTreeMap => format!("::std::collections::BTreeMap<{keys}, {values}>"),
            Maps::HashMap => format!("::std::collections::HashMap<{keys}, {values}>"),
            Maps::HashMapWith(hasher) => {
                format!("::std::collections::HashMap<{keys}, {values}, {hasher}>")
            }
            Maps::Pairs => {
                return Ok(Typed {
                    text: format!("::std::vec::Vec<({keys}, {values})>"),
                    attributes: vec!["map"],
                });
            }
        };
        Ok(Typed::plain(text))
    }

    pub(crate) fn union(
        &mut self,
        schema: &Schema,
        branches: &[NodeId],
        place: &Place<'_>,
    ) -> Result<Typed> {
        let is_null = |id: &NodeId| matches!(schema.node(*id).kind, Kind::Null);
        let null = branches.iter().position(is_null);
        let others: Vec<NodeId> = branches.iter().copied().filter(|id| !is_null(id)).collect();
        match (null, others.as_slice()) {
            (None, []) => {
                let message = format!("{}: a union without branches has no values", place.path);
                Err(Error::new(ErrorKind::Unsupported, message))
            }
            (Some(null), [other]) => {
                let inner = self.nested(schema, *other, place)?;
                Ok(Typed {
                    text: format!("::core::option::Option<{inner}>"),
                    attributes: if null == 0 { vec![] } else { vec!["null_last"] },
                })
            }
            (Some(_), []) => {
                let shape = Shape::Union {
                    variants: Vec::new(),
                    null: None,
                };
                Ok(Typed::plain(self.unnamed(place, shape, false)))
            }
            (null, others) => {
                let shape = self.variants(schema, others, null, place)?;
                let has_lifetime = place.flavour == Flavour::Borrowed
                    && others.iter().any(|id| borrows(schema, *id));
                let ident = self.unnamed(place, shape, has_lifetime);
                Ok(Typed::plain(match null {
                    Some(_) => format!("::core::option::Option<{ident}>"),
                    None => ident,
                }))
            }
        }
    }

    fn variants(
        &mut self,
        schema: &Schema,
        branches: &[NodeId],
        null: Option<usize>,
        place: &Place<'_>,
    ) -> Result<Shape> {
        let mut variants = Vec::with_capacity(branches.len());
        for (name, id) in variant_names(schema, branches).into_iter().zip(branches) {
            let place = place.variant(&name);
            variants.push((escape(&name), self.of(schema, *id, &place)?));
        }
        Ok(Shape::Union { variants, null })
    }

    /// Returns the name of a type that has none in Avro; its code is written later.
    pub(crate) fn unnamed(
        &mut self,
        place: &Place<'_>,
        shape: Shape,
        has_lifetime: bool,
    ) -> String {
        let flavour = match has_lifetime {
            true => Flavour::Borrowed,
            false => Flavour::Owned,
        };
        let key = (place.record.to_owned(), place.path.clone(), flavour);
        let lifetime = if has_lifetime { "<'a>" } else { "" };
        let way = way(place.seen_from, place.module);
        if let Some(ident) = self.unnamed.get(&key) {
            return format!("{way}{ident}{lifetime}");
        }
        let wanted = match has_lifetime {
            true => format!("{}Ref", place.ident),
            false => place.ident.clone(),
        };
        let ident = self.free(place.module, &wanted);
        self.unnamed.insert(key, ident.clone());
        self.pending.push(Unnamed {
            ident: ident.clone(),
            path: place.path.clone(),
            shape,
            borrows: has_lifetime,
            file: None,
        });
        format!("{way}{ident}{lifetime}")
    }

    fn string(&self, flavour: Flavour) -> String {
        let text = match (flavour, self.settings.strings) {
            (Flavour::Borrowed, _) => "&'a str",
            (Flavour::Owned, Strings::ArcStr) => "::std::sync::Arc<str>",
            (Flavour::Owned, Strings::CompactString) => "::wireform::avro::CompactString",
            (Flavour::Owned, Strings::String) => "::std::string::String",
        };
        text.to_owned()
    }

    fn bytes(&self, logical: Option<LogicalType>, flavour: Flavour) -> String {
        if let Some(decimal) = decimal(logical) {
            return decimal;
        }
        let text = match (flavour, self.settings.bytes) {
            (Flavour::Borrowed, _) => "&'a [u8]",
            (Flavour::Owned, Bytes::Bytes) => "::wireform::avro::Bytes",
            (Flavour::Owned, Bytes::Vec) => "::std::vec::Vec<u8>",
        };
        text.to_owned()
    }
}

impl Typed {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            attributes: Vec::new(),
        }
    }
}

/// Returns the path from one module to what is in another.
fn way(from: &[String], to: &[String]) -> String {
    if from == to {
        return String::new();
    }
    let down = to.iter().map(|module| format!("{}::", escape(module)));
    "super::".repeat(from.len()) + &down.collect::<String>()
}

/// Returns the modules of a full name.
fn module_of(full_name: &str) -> Vec<String> {
    match full_name.rsplit_once('.') {
        Some((namespace, _)) => namespace.split('.').map(module_ident).collect(),
        None => Vec::new(),
    }
}

/// Returns a name without its namespace.
fn simple(full_name: &str) -> &str {
    full_name.rsplit('.').next().unwrap_or(full_name)
}

/// Returns a name for each branch: that of its type, with a number if two are equal.
pub(crate) fn variant_names(schema: &Schema, branches: &[NodeId]) -> Vec<String> {
    let name = |id: &NodeId| {
        let branch = schema.node(*id).kind.branch_name();
        simple(branch)
    };
    unique_all(branches.iter().map(name), type_ident, &mut BTreeSet::new())
}

/// Returns the type for the meaning of a number.
fn number(kind: &Kind, logical: Option<LogicalType>) -> String {
    let name = match (logical, kind) {
        (Some(LogicalType::Date), _) => "Date",
        (Some(LogicalType::LocalTimestampMicros), _) => "LocalTimestampMicros",
        (Some(LogicalType::LocalTimestampMillis), _) => "LocalTimestampMillis",
        (Some(LogicalType::LocalTimestampNanos), _) => "LocalTimestampNanos",
        (Some(LogicalType::TimeMicros), _) => "TimeMicros",
        (Some(LogicalType::TimeMillis), _) => "TimeMillis",
        (Some(LogicalType::TimestampMicros), _) => "TimestampMicros",
        (Some(LogicalType::TimestampMillis), _) => "TimestampMillis",
        (Some(LogicalType::TimestampNanos), _) => "TimestampNanos",
        (_, Kind::Int) => return "i32".to_owned(),
        _ => return "i64".to_owned(),
    };
    format!("::wireform::avro::{name}")
}

/// Returns the digits of a decimal; longer ones than an `i128` holds stay bytes.
pub(crate) fn decimal(logical: Option<LogicalType>) -> Option<String> {
    match logical {
        Some(LogicalType::Decimal { precision, scale }) if precision <= MAX_PRECISION => {
            Some(format!("::wireform::avro::Decimal<{precision}, {scale}>"))
        }
        _ => None,
    }
}

/// Returns the name of the type of a record's field.
pub(crate) fn field_type_ident(record: &str, field: &str) -> String {
    format!("{record}{}", type_ident(&field_ident(field)))
}

pub(crate) const UUID: &str = "::wireform::Uuid";
const MAX_PRECISION: u32 = 38;
