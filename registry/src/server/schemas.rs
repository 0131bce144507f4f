use serde::Serialize;

use crate::admin::SchemaFilter;
use crate::id::{SchemaGuid, SchemaId};
use crate::schema::{RegisteredSchema, SchemaDef, StoredSchema};
use crate::server::Call;
use crate::server::answer::{Answer, Refusal};
use crate::server::resource::guid;
use crate::subject::Subject;

impl Call<'_> {
    pub(super) async fn schemas(&self) -> Result<Answer, Refusal> {
        let mut filter = SchemaFilter::default().include(self.query.include());
        filter.prefix = self.query.value("subjectPrefix").map(str::to_owned);
        filter.latest_only = self.query.flag("latestOnly");
        let found = self.query.page(self.registry.schemas(&filter).await?);
        let found: Vec<_> = found.iter().map(SchemaAnswer::registered).collect();
        Ok(Answer::json(&found))
    }

    pub(super) async fn schema_types(&self) -> Result<Answer, Refusal> {
        let types = self.registry.schema_types().await?;
        let names: Vec<&str> = types.iter().map(|kind| kind.as_str()).collect();
        Ok(Answer::json(&names))
    }

    pub(super) async fn id(&self, id: SchemaId) -> Result<Answer, Refusal> {
        let found = self.stored_by(id).await?;
        Ok(Answer::json(&SchemaAnswer::stored(&found)))
    }

    pub(super) async fn id_text(&self, id: SchemaId) -> Result<Answer, Refusal> {
        let found = self.stored_by(id).await?;
        Ok(Answer::text(found.def.text.to_string()))
    }

    pub(super) async fn id_subjects(&self, id: SchemaId) -> Result<Answer, Refusal> {
        let scope = self.query.scope()?;
        let include = self.query.include();
        let places = self.registry.places_of(id, scope.as_ref(), include).await?;
        let mut names: Vec<&str> = places.iter().map(|(subject, _)| subject.as_str()).collect();
        names.dedup();
        Ok(Answer::json(&self.query.page(names)))
    }

    pub(super) async fn id_versions(&self, id: SchemaId) -> Result<Answer, Refusal> {
        let scope = self.query.scope()?;
        let include = self.query.include();
        let places = self.registry.places_of(id, scope.as_ref(), include).await?;
        let places = places.iter().map(|(subject, version)| Place {
            subject: subject.as_str(),
            version: version.as_u32(),
        });
        Ok(Answer::json(&self.query.page(places.collect())))
    }

    pub(super) async fn guid(&self, text: &str) -> Result<Answer, Refusal> {
        let guid = guid(text)?;
        let mut found = self.registry.by_guid(guid).await?;
        if self.format().is_some()
            && let Some((context, id)) = self.registry.ids_of(guid).await?.first()
        {
            let scope = context.scope();
            self.put_into_form(*id, scope.as_ref(), &mut found.def)
                .await?;
        }
        Ok(Answer::json(&SchemaAnswer::stored(&found)))
    }

    pub(super) async fn guid_ids(&self, text: &str) -> Result<Answer, Refusal> {
        let found = self.registry.ids_of(guid(text)?).await?;
        let ids = found.iter().map(|(context, id)| ContextId {
            context: context.as_str(),
            id: id.as_u32(),
        });
        Ok(Answer::json(&ids.collect::<Vec<_>>()))
    }

    async fn stored_by(&self, id: SchemaId) -> Result<StoredSchema, Refusal> {
        let scope = self.query.scope()?;
        let mut found = self.registry.by_id_in(id, scope.as_ref()).await?;
        self.put_into_form(id, scope.as_ref(), &mut found.def)
            .await?;
        Ok(found)
    }

    /// Puts the text of a schema into the form that the request asks for, if it asks for one.
    pub(super) async fn put_into_form(
        &self,
        id: SchemaId,
        scope: Option<&Subject>,
        schema: &mut SchemaDef,
    ) -> Result<(), Refusal> {
        if let Some(format) = self.format() {
            schema.text = self.registry.formatted(id, scope, format).await?.into();
        }
        Ok(())
    }

    fn format(&self) -> Option<&str> {
        let format = self.query.value("format");
        format.filter(|format| !format.trim().is_empty())
    }
}

/// A schema as Confluent 8 writes it: its `Schema` (a version of a subject), its
/// `RegisterSchemaResponse` (the same without the subject) and its `SchemaString` (without subject,
/// version and id), in their order of fields. What is empty is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SchemaAnswer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guid: Option<String>,
    schema_type: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<ReferenceAnswer<'a>>,
    schema: &'a str,
}

#[derive(Serialize)]
struct ReferenceAnswer<'a> {
    name: &'a str,
    subject: &'a str,
    version: u32,
}

#[derive(Serialize)]
struct Place<'a> {
    subject: &'a str,
    version: u32,
}

#[derive(Serialize)]
struct ContextId<'a> {
    context: &'a str,
    id: u32,
}

impl<'a> SchemaAnswer<'a> {
    pub(super) fn registered(schema: &'a RegisteredSchema) -> Self {
        Self {
            subject: Some(schema.subject.as_str()),
            version: Some(schema.version.as_u32()),
            id: Some(schema.id.as_u32()),
            ..Self::new(schema.guid, &schema.def)
        }
    }

    /// The answer to registering it.
    pub(super) fn new_version(schema: &'a RegisteredSchema) -> Self {
        Self {
            subject: None,
            ..Self::registered(schema)
        }
    }

    fn stored(schema: &'a StoredSchema) -> Self {
        Self::new(schema.guid, &schema.def)
    }

    fn new(guid: Option<SchemaGuid>, def: &'a SchemaDef) -> Self {
        let references = def.references.iter().map(|reference| ReferenceAnswer {
            name: &reference.name,
            subject: reference.subject.as_str(),
            version: reference.version.as_u32(),
        });
        Self {
            subject: None,
            version: None,
            id: None,
            guid: guid.map(|guid| guid.to_string()),
            schema_type: def.kind.as_str(),
            references: references.collect(),
            schema: &def.text,
        }
    }
}
