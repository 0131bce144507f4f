use serde_json::{Map, Value, json};

use crate::admin::SchemaFilter;
use crate::context::Context;
use crate::id::{SchemaGuid, SchemaId};
use crate::schema::{Reference, RegisteredSchema, SchemaDef, SchemaKind, StoredSchema};
use crate::server::Call;
use crate::server::answer::{Answer, Refusal};
use crate::server::resource::guid;

impl Call<'_> {
    pub(super) async fn schemas(&self) -> Result<Answer, Refusal> {
        let mut filter = SchemaFilter::default().include(self.query.include());
        filter.prefix = self.query.value("subjectPrefix").map(str::to_owned);
        filter.latest_only = self.query.flag("latestOnly");
        let found = self.query.page(self.registry.schemas(&filter).await?);
        Ok(Answer::json(&found.iter().map(registered).collect()))
    }

    pub(super) async fn schema_types(&self) -> Result<Answer, Refusal> {
        let types = self.registry.schema_types().await?;
        let names: Vec<&str> = types.iter().map(|kind| kind.as_str()).collect();
        Ok(Answer::json(&json!(names)))
    }

    pub(super) async fn id(&self, id: SchemaId) -> Result<Answer, Refusal> {
        Ok(Answer::json(&stored(&self.stored_by(id).await?)))
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
        Ok(Answer::json(&json!(self.query.page(names))))
    }

    pub(super) async fn id_versions(&self, id: SchemaId) -> Result<Answer, Refusal> {
        let scope = self.query.scope()?;
        let include = self.query.include();
        let places = self.registry.places_of(id, scope.as_ref(), include).await?;
        let places = places.iter().map(
            |(subject, version)| json!({"subject": subject.as_str(), "version": version.as_u32()}),
        );
        Ok(Answer::json(&json!(self.query.page(places.collect()))))
    }

    pub(super) async fn guid(&self, text: &str) -> Result<Answer, Refusal> {
        let found = self.registry.by_guid(guid(text)?).await?;
        Ok(Answer::json(&stored(&found)))
    }

    pub(super) async fn guid_ids(&self, text: &str) -> Result<Answer, Refusal> {
        let found = self.registry.ids_of(guid(text)?).await?;
        let id = |(context, id): &(Context, SchemaId)| json!({"context": context.as_str(), "id": id.as_u32()});
        Ok(Answer::json(&found.iter().map(id).collect()))
    }

    async fn stored_by(&self, id: SchemaId) -> Result<StoredSchema, Refusal> {
        let scope = self.query.scope()?;
        Ok(self.registry.by_id_in(id, scope.as_ref()).await?)
    }
}

/// Confluent's `Schema`.
pub(super) fn registered(schema: &RegisteredSchema) -> Value {
    let mut fields = Map::new();
    fields.insert("subject".to_owned(), json!(schema.subject.as_str()));
    fields.insert("version".to_owned(), json!(schema.version.as_u32()));
    fields.insert("id".to_owned(), json!(schema.id.as_u32()));
    insert_def(&mut fields, schema.guid, &schema.def);
    Value::Object(fields)
}

/// Confluent's `SchemaString`.
fn stored(schema: &StoredSchema) -> Value {
    let mut fields = Map::new();
    insert_def(&mut fields, schema.guid, &schema.def);
    Value::Object(fields)
}

/// The type of an Avro schema is left out, as Confluent does, and so is what is empty.
fn insert_def(fields: &mut Map<String, Value>, guid: Option<SchemaGuid>, def: &SchemaDef) {
    if let Some(guid) = guid {
        fields.insert("guid".to_owned(), json!(guid.to_string()));
    }
    if def.kind != SchemaKind::Avro {
        fields.insert("schemaType".to_owned(), json!(def.kind.as_str()));
    }
    if !def.references.is_empty() {
        let references = def.references.iter().map(reference).collect();
        fields.insert("references".to_owned(), references);
    }
    fields.insert("schema".to_owned(), json!(&*def.text));
}

fn reference(reference: &Reference) -> Value {
    let Reference {
        name,
        subject,
        version,
    } = reference;
    json!({"name": name, "subject": subject.as_str(), "version": version.as_u32()})
}
