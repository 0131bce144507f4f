use axum::http::Method;
use serde_json::json;

use crate::level::Level;
use crate::mode::Mode;
use crate::server::Call;
use crate::server::answer::{Answer, Refusal};
use crate::server::resource::subject;
use crate::subject::Subject;

impl Call<'_> {
    pub(super) async fn config(&self, name: Option<&str>) -> Result<Answer, Refusal> {
        let scope = name.map(subject).transpose()?;
        let scope = scope.as_ref();
        let level = match self.method {
            Method::PUT => return self.set_level(scope).await,
            Method::DELETE => self.registry.clear_compatibility_level(scope).await?,
            _ => {
                self.registry
                    .compatibility_level(scope, self.inherit())
                    .await?
            }
        };
        Ok(Answer::json(&json!({"compatibilityLevel": level.as_str()})))
    }

    pub(super) async fn mode(&self, name: Option<&str>) -> Result<Answer, Refusal> {
        let scope = name.map(subject).transpose()?;
        let scope = scope.as_ref();
        let mode = match (&self.method, scope) {
            (&Method::PUT, _) => return self.set_mode(scope).await,
            (&Method::DELETE, Some(scope)) => self.registry.clear_mode(scope).await?,
            _ => self.registry.mode(scope, self.inherit()).await?,
        };
        Ok(Answer::json(&json!({"mode": mode.as_str()})))
    }

    pub(super) async fn contexts(&self) -> Result<Answer, Refusal> {
        let found = self.query.page(self.registry.contexts().await?);
        let names: Vec<&str> = found
            .iter()
            .map(super::super::context::Context::as_str)
            .collect();
        Ok(Answer::json(&json!(names)))
    }

    async fn set_level(&self, scope: Option<&Subject>) -> Result<Answer, Refusal> {
        let fields = self.body.fields()?;
        for name in UNSUPPORTED {
            fields.refuse(name)?;
        }
        let text = fields.text("compatibility")?.unwrap_or_default();
        let level: Level = text.parse().map_err(|_| invalid_level())?;
        self.registry.set_compatibility_level(scope, level).await?;
        Ok(Answer::json(&json!({"compatibility": text})))
    }

    async fn set_mode(&self, scope: Option<&Subject>) -> Result<Answer, Refusal> {
        let text = self.body.fields()?.text("mode")?.unwrap_or_default();
        let mode: Mode = text.parse().map_err(|_| invalid_mode())?;
        let force = self.query.flag("force");
        self.registry.set_mode(scope, mode, force).await?;
        Ok(Answer::json(&json!({"mode": text})))
    }

    fn inherit(&self) -> bool {
        self.query.flag("defaultToGlobal")
    }
}

fn invalid_level() -> Refusal {
    let message = "Invalid compatibility level. Valid values are none, backward, forward, full, \
                   backward_transitive, forward_transitive, and full_transitive";
    Refusal::code(42203, message)
}

fn invalid_mode() -> Refusal {
    let message =
        "Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE, and IMPORT";
    Refusal::code(42204, message)
}

/// Of Confluent's `ConfigUpdateRequest`; refused if they say anything.
const UNSUPPORTED: [&str; 9] = [
    "alias",
    "normalize",
    "validateFields",
    "compatibilityPolicy",
    "compatibilityGroup",
    "defaultMetadata",
    "overrideMetadata",
    "defaultRuleSet",
    "overrideRuleSet",
];
