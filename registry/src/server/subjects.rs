use serde_json::json;

use crate::admin::{Deletion, Include, LookupOptions, SubjectFilter};
use crate::id::{Version, VersionRef};
use crate::registry::{Compatibility, RegisterOptions};
use crate::schema::RegisteredSchema;
use crate::server::Call;
use crate::server::answer::{Answer, Refusal};
use crate::server::body::SchemaBody;
use crate::server::resource::{subject, version};
use crate::server::schemas::SchemaAnswer;
use crate::subject::Subject;

impl Call<'_> {
    pub(super) async fn subjects(&self) -> Result<Answer, Refusal> {
        let mut filter = SubjectFilter::default().include(self.query.include());
        filter.prefix = self.query.value("subjectPrefix").map(str::to_owned);
        let found = self.registry.subjects(&filter).await?;
        let found = self.query.page(found);
        let names: Vec<&str> = found.iter().map(Subject::as_str).collect();
        Ok(Answer::json(&json!(names)))
    }

    pub(super) async fn lookup(&self, name: &str) -> Result<Answer, Refusal> {
        let asked = self.body.schema()?;
        let options = LookupOptions::default()
            .normalize(self.query.flag("normalize"))
            .include(self.query.include());
        let subject = subject(name)?;
        let found = self.registry.lookup_with(&subject, &asked.schema, options);
        let found = self.in_form(found.await?).await?;
        Ok(Answer::json(&SchemaAnswer::registered(&found)))
    }

    pub(super) async fn delete_subject(&self, name: &str) -> Result<Answer, Refusal> {
        let subject = subject(name)?;
        let deletion = self.registry.delete_subject(&subject, self.deletion());
        Ok(numbers(&deletion.await?))
    }

    pub(super) async fn versions(&self, name: &str) -> Result<Answer, Refusal> {
        let subject = subject(name)?;
        let found = self.registry.versions(&subject, self.query.include());
        let found = self.query.page(found.await?);
        Ok(numbers(&found))
    }

    pub(super) async fn version(&self, name: &str, number: &str) -> Result<Answer, Refusal> {
        Ok(Answer::json(&SchemaAnswer::registered(
            &self.one(name, number).await?,
        )))
    }

    pub(super) async fn version_text(&self, name: &str, number: &str) -> Result<Answer, Refusal> {
        let found = self.one(name, number).await?;
        Ok(Answer::text(found.def.text.to_string()))
    }

    pub(super) async fn referenced_by(&self, name: &str, number: &str) -> Result<Answer, Refusal> {
        let (subject, version) = (subject(name)?, version(number)?);
        let ids = self.registry.referenced_by(&subject, version).await?;
        let ids: Vec<u32> = ids.iter().map(|id| id.as_u32()).collect();
        Ok(Answer::json(&json!(ids)))
    }

    pub(super) async fn delete_version(&self, name: &str, number: &str) -> Result<Answer, Refusal> {
        let (subject, version) = (subject(name)?, version(number)?);
        let deletion = self
            .registry
            .delete_version(&subject, version, self.deletion());
        Ok(Answer::json(&json!(deletion.await?.as_u32())))
    }

    pub(super) async fn register(&self, name: &str) -> Result<Answer, Refusal> {
        let asked = self.body.schema()?;
        let subject = subject(name)?;
        let found = match asked.place() {
            Some(place) => self.registry.import(&subject, &asked.schema, place).await?,
            None => {
                self.check_next(&subject, &asked).await?;
                let normalize = self.query.flag("normalize");
                let options = RegisterOptions { normalize };
                self.registry
                    .register(&subject, &asked.schema, options)
                    .await?
            }
        };
        let found = self.in_form(found).await?;
        Ok(Answer::json(&SchemaAnswer::new_version(&found)))
    }

    pub(super) async fn check(
        &self,
        name: &str,
        number: Option<&String>,
    ) -> Result<Answer, Refusal> {
        let asked = self.body.schema()?;
        let subject = subject(name)?;
        let found = match number {
            None => self.registry.check_all(&subject, &asked.schema).await?,
            Some(number) => {
                let version = version(number)?;
                self.registry
                    .check(&subject, version, &asked.schema)
                    .await?
            }
        };
        let Compatibility {
            is_compatible,
            messages,
        } = found;
        if self.query.flag("verbose") {
            let answer = json!({"is_compatible": is_compatible, "messages": messages});
            return Ok(Answer::json(&answer));
        }
        Ok(Answer::json(&json!({"is_compatible": is_compatible})))
    }

    async fn one(&self, name: &str, number: &str) -> Result<RegisteredSchema, Refusal> {
        let (subject, version) = (subject(name)?, version(number)?);
        let include = self.query.include();
        let found = self.registry.version(&subject, version, include);
        self.in_form(found.await?).await
    }

    async fn in_form(&self, mut schema: RegisteredSchema) -> Result<RegisteredSchema, Refusal> {
        let (id, scope) = (schema.id, Some(&schema.subject));
        self.put_into_form(id, scope, &mut schema.def).await?;
        Ok(schema)
    }

    /// Fails if the request wants a version that is not the next one.
    async fn check_next(&self, subject: &Subject, asked: &SchemaBody) -> Result<(), Refusal> {
        let Some(wanted) = asked.version else {
            return Ok(());
        };
        let known = self
            .registry
            .version(subject, VersionRef::Latest, Include::All)
            .await;
        let newest = match known {
            Ok(found) => found.version.as_u32(),
            Err(error) if error.is_not_found() => 0,
            Err(error) => return Err(error.into()),
        };
        if wanted.as_u32() == newest + 1 {
            return Ok(());
        }
        Err(Refusal::code(
            42201,
            "Version is not one more than previous version",
        ))
    }

    fn deletion(&self) -> Deletion {
        if self.query.flag("permanent") {
            Deletion::Permanent
        } else {
            Deletion::Soft
        }
    }
}

fn numbers(versions: &[Version]) -> Answer {
    let numbers: Vec<u32> = versions.iter().map(|version| version.as_u32()).collect();
    Answer::json(&json!(numbers))
}
