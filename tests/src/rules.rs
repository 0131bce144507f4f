//! The rules of every format, which the registry crate itself knows none of.

use wireform::avro::AvroRules;
use wireform::json_schema::JsonSchemaRules;
use wireform::protobuf::ProtobufRules;
use wireform_registry::{InMemoryRegistry, InMemoryRegistryBuilder};

/// An empty registry in memory that checks schemas of every type there are rules for.
#[must_use]
pub fn registry() -> InMemoryRegistry {
    with_rules(InMemoryRegistry::builder()).build()
}

/// Adds the rules of every format: this is the one place to add another's.
fn with_rules(builder: InMemoryRegistryBuilder) -> InMemoryRegistryBuilder {
    builder
        .rules(AvroRules)
        .rules(JsonSchemaRules)
        .rules(ProtobufRules)
}
