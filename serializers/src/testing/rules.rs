use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use wireform_registry::{InMemoryRegistry, Level, SchemaKind, SchemaRules};

use crate::language;
use crate::schema_codec::SchemaSource;

/// Returns the registry in memory with the name `name`: the same one for the same name, in the
/// whole process. The registry has the rules of every schema type whose feature is on, and is empty
/// at first.
///
/// Tests of one process run at the same time: give each a name of its own.
/// ```
/// use wireform::testing::registry;
///
/// let orders = registry("orders are framed");
/// assert_eq!(registry("orders are framed").call_counts(), orders.call_counts());
/// ```
#[must_use]
pub fn registry(name: &str) -> InMemoryRegistry {
    let mut registries = REGISTRIES.lock().unwrap_or_else(PoisonError::into_inner);
    let registry = registries.entry(name.to_owned());
    registry.or_insert_with(in_memory).clone()
}

/// A version of an Avro schema, without references.
#[must_use]
pub fn avro(text: impl Into<Arc<str>>) -> SchemaSource {
    SchemaSource::new(SchemaKind::Avro, text)
}

/// A version of a JSON Schema, without references.
#[must_use]
pub fn json_schema(text: impl Into<Arc<str>>) -> SchemaSource {
    SchemaSource::new(SchemaKind::Json, text)
}

/// A version of a `.proto` file, without imports of its own.
#[must_use]
pub fn protobuf(text: impl Into<Arc<str>>) -> SchemaSource {
    SchemaSource::new(SchemaKind::Protobuf, text)
}

/// An empty registry with the rules of all languages.
pub(super) fn in_memory() -> InMemoryRegistry {
    let builder = InMemoryRegistry::builder();
    let builder = language::all().fold(builder, |builder, language| {
        let rules: &'static dyn SchemaRules = language;
        builder.rules(rules)
    });
    builder.build()
}

/// An empty registry that takes any version after any other.
pub(super) fn unchecked() -> InMemoryRegistry {
    let registry = in_memory();
    registry.set_level(None, Level::None);
    registry
}

static REGISTRIES: Mutex<BTreeMap<String, InMemoryRegistry>> = Mutex::new(BTreeMap::new());
