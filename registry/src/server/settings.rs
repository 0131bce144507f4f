use axum::http::Method;
use serde::Serialize;
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
        let is_deletion = self.method == Method::DELETE;
        let inherit = match self.method {
            Method::PUT => return self.set_config(scope).await,
            Method::DELETE => scope.is_none(),
            _ => self.inherit(),
        };
        let normalize = self.registry.normalizes(scope, inherit).await?;
        let mut level = self.registry.compatibility_level(scope, inherit).await;
        if is_deletion {
            let cleared = self.registry.clear_compatibility_level(scope).await?;
            level = level.map(|_| cleared);
        }
        let level = match level {
            Err(error) if normalize.is_none() => return Err(error.into()),
            level => level.ok(),
        };
        Ok(Answer::json(&ConfigAnswer {
            normalize,
            level: level.map(Level::as_str),
        }))
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

    /// Settings that the request does not name stay unchanged.
    async fn set_config(&self, scope: Option<&Subject>) -> Result<Answer, Refusal> {
        let fields = self.body.fields()?;
        for name in UNSUPPORTED {
            fields.refuse(name)?;
        }
        let normalize = fields.truth("normalize")?;
        let text = fields.text("compatibility")?;
        let level = text.as_deref().map(str::parse::<Level>).transpose();
        let level = level.map_err(|_| invalid_level())?;
        if level.is_none() && normalize.is_none() {
            return Err(invalid_level());
        }
        if let Some(level) = level {
            self.registry.set_compatibility_level(scope, level).await?;
        }
        if let Some(normalize) = normalize {
            self.registry.set_normalizes(scope, normalize).await?;
        }
        Ok(Answer::json(&ConfigRequest {
            normalize,
            compatibility: text.as_deref(),
        }))
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

/// As Confluent's `Config`.
#[derive(Serialize)]
struct ConfigAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    normalize: Option<bool>,
    #[serde(rename = "compatibilityLevel", skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
}

/// As Confluent's `ConfigUpdateRequest`, which is also its answer.
#[derive(Serialize)]
struct ConfigRequest<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    normalize: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compatibility: Option<&'a str>,
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
const UNSUPPORTED: [&str; 8] = [
    "alias",
    "validateFields",
    "compatibilityPolicy",
    "compatibilityGroup",
    "defaultMetadata",
    "overrideMetadata",
    "defaultRuleSet",
    "overrideRuleSet",
];
