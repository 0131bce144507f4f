use wireform_registry::ResolvedSchema;

#[cfg(feature = "dynamic")]
use super::annotate;
use super::codec_schema::{check_first_branches, parse_source};
#[cfg(feature = "dynamic")]
use super::dynamic::DynamicAvro;
use super::read::Cursor;
use super::rules::{AvroRules, parse_resolved};
use super::schema::{Kind, Schema};
use super::union_source::union_source;
use super::write;
#[cfg(feature = "dynamic")]
use crate::dynamic::{Annotations, DynamicBodies, DynamicOptions};
use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "dynamic")]
use crate::frame::MessageIndex;
use crate::language::{Language, Records, Unions};
use crate::limits::Limits;
use crate::schema_codec::SchemaSource;

impl Language for AvroRules {
    fn records(&self, writer: &ResolvedSchema) -> Result<Records> {
        let schema = parse_resolved(writer)?;
        let name = |kind: &Kind| match kind {
            Kind::Record(record) => Some(record.name.to_string()),
            _ => None,
        };
        match schema.kind(schema.root()) {
            Kind::Union(branches) => Ok(Records::Branches {
                names: branches.iter().map(|&id| name(schema.kind(id))).collect(),
                index: |body, count| Cursor::new(body, &Limits::default())?.index(count),
            }),
            kind => name(kind).map(Records::One).ok_or_else(|| {
                let message = "the Avro schema is not a record: events need a named record";
                Error::new(ErrorKind::UnsupportedContent, message)
            }),
        }
    }

    fn names(&self, source: &SchemaSource) -> Result<Vec<String>> {
        let schema = parse_source(source)?;
        Ok(match schema.kind(schema.root()) {
            Kind::Record(record) => {
                let own = std::iter::once(record.name.to_string());
                own.chain(record.aliases.iter().cloned()).collect()
            }
            _ => source.record.iter().cloned().collect(),
        })
    }

    fn unions(&self) -> Option<&'static dyn Unions> {
        Some(&Self)
    }

    #[cfg(feature = "dynamic")]
    fn dynamic(
        &self,
        writer: &ResolvedSchema,
        reader: Option<&ResolvedSchema>,
        options: &DynamicOptions,
    ) -> Result<Box<dyn DynamicBodies>> {
        Ok(Box::new(DynamicAvro::new(writer, reader, options)?))
    }

    #[cfg(feature = "dynamic")]
    fn annotate(
        &self,
        schema: &ResolvedSchema,
        _message: Option<&str>,
        _index: Option<&MessageIndex>,
        body: &[u8],
    ) -> Result<Annotations> {
        annotate::annotate(schema, body)
    }

    #[cfg(feature = "testing")]
    fn check_strictly(&self, source: &SchemaSource) -> Result<()> {
        parse_source(source).map(drop)
    }
}

impl Unions for AvroRules {
    fn source(&self, records: &[&SchemaSource]) -> Result<SchemaSource> {
        union_source(records)
    }

    fn prefix(&self, index: usize) -> Vec<u8> {
        let mut prefix = Vec::new();
        write::long(i64::try_from(index).unwrap_or(i64::MAX), &mut prefix);
        prefix
    }

    fn check_branches(&self, own: &SchemaSource, schema: &ResolvedSchema) -> Result<bool> {
        let own = Schema::parse(&own.text)?;
        check_first_branches(&own, &parse_resolved(schema)?)?;
        Ok(true)
    }
}
