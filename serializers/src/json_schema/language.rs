use wireform_registry::ResolvedSchema;

#[cfg(feature = "dynamic")]
use super::dynamic::{DynamicJson, annotate};
use super::rules::JsonSchemaRules;
use super::texts::{parse_text, title};
use super::union::{branches, union_source};
#[cfg(feature = "dynamic")]
use crate::dynamic::{Annotations, DynamicBodies, DynamicOptions};
use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "dynamic")]
use crate::frame::MessageIndex;
use crate::language::{Language, Records, Unions};
use crate::schema_codec::SchemaSource;

impl Language for JsonSchemaRules {
    fn records(&self, writer: &ResolvedSchema) -> Result<Records> {
        // Without the references: names are read although the schema cannot validate.
        let root = parse_text(&writer.text, None)?;
        if let Some(title) = title(&root) {
            return Ok(Records::One(title.to_owned()));
        }
        let branches = branches(&root, writer);
        if branches.is_empty() {
            let message = "the JSON Schema has no title: events need a named record";
            return Err(Error::new(ErrorKind::UnsupportedContent, message));
        }
        Ok(Records::AnyOf(branches))
    }

    #[cfg(feature = "dynamic")]
    fn dynamic(
        &self,
        writer: &ResolvedSchema,
        reader: Option<&ResolvedSchema>,
        _options: &DynamicOptions,
    ) -> Result<Box<dyn DynamicBodies>> {
        Ok(Box::new(DynamicJson::new(writer, reader)?))
    }

    #[cfg(feature = "dynamic")]
    fn annotate(
        &self,
        _schema: &ResolvedSchema,
        _message: Option<&str>,
        _index: Option<&MessageIndex>,
        body: &[u8],
    ) -> Result<Annotations> {
        Ok(annotate(body))
    }

    fn unions(&self) -> Option<&'static dyn Unions> {
        Some(&Self)
    }
}

impl Unions for JsonSchemaRules {
    fn source(&self, records: &[&SchemaSource]) -> Result<SchemaSource> {
        union_source(records)
    }

    fn prefix(&self, _index: usize) -> Vec<u8> {
        Vec::new()
    }

    fn check_branches(&self, _own: &SchemaSource, _schema: &ResolvedSchema) -> Result<bool> {
        Ok(false)
    }
}
