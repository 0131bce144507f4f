use crate::admin::Include;
use crate::rest::query_value;
use crate::subject::Subject;

/// The parameters after the `?` of a URL.
#[derive(Default)]
pub(super) struct Query(pub(super) String);

impl Query {
    pub(super) fn flag(self, name: &str, is_set: bool) -> Self {
        if is_set {
            self.value(name, Some("true"))
        } else {
            self
        }
    }

    pub(super) fn value(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.0.push(if self.0.is_empty() { '?' } else { '&' });
            self.0.push_str(name);
            self.0.push('=');
            self.0.push_str(&query_value(value));
        }
        self
    }

    pub(super) fn include(self, include: Include) -> Self {
        self.flag("deleted", include == Include::All)
            .flag("deletedOnly", include == Include::DeletedOnly)
    }

    pub(super) fn scope(self, scope: Option<&Subject>) -> Self {
        self.value("subject", scope.map(Subject::as_str))
    }
}
