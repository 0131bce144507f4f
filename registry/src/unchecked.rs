use crate::error::Result;
use crate::rules::{Incompatibility, ParsedSchema, SchemaRules};
use crate::schema::{ResolvedSchema, SchemaKind};

/// Placeholder rules for a schema type that a program has no rules for: any text is a schema, and
/// no text is known to be compatible with another.
///
/// With it, an [`InMemoryRegistry`](crate::InMemoryRegistry) takes schemas of that type as the
/// first version of a subject, and as a later one where the level is `NONE`; everything else is
/// refused, because a schema that cannot be checked is not reported as compatible.
/// ```
/// use wireform_registry::{InMemoryRegistry, SchemaKind, Unchecked};
///
/// let registry = InMemoryRegistry::builder().rules(Unchecked(SchemaKind::Protobuf)).build();
/// # let _ = registry;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unchecked(pub SchemaKind);

#[deny(clippy::missing_trait_methods)]
impl SchemaRules for Unchecked {
    fn kind(&self) -> SchemaKind {
        self.0
    }

    /// Always a schema, whose names are not known.
    fn parse(&self, schema: &ResolvedSchema) -> Result<ParsedSchema> {
        Ok(ParsedSchema {
            names: Vec::new(),
            canonical: schema.text.to_string(),
        })
    }

    fn normalize(&self, schema: &ResolvedSchema) -> Result<String> {
        Ok(schema.text.to_string())
    }

    fn format(&self, _schema: &ResolvedSchema, _format: &str) -> Result<Option<String>> {
        Ok(None)
    }

    /// One finding, always: it cannot be decided.
    fn check(
        &self,
        _reader: &ResolvedSchema,
        _writer: &ResolvedSchema,
    ) -> Result<Vec<Incompatibility>> {
        let message = format!("cannot be decided: no rules for {} schemas", self.0);
        Ok(vec![Incompatibility::new("/", "NO_RULES", message)])
    }
}
