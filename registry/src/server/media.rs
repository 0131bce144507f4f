use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};

use crate::server::answer::Refusal;

/// The types an answer may have, all JSON. Source:
/// <https://docs.confluent.io/platform/current/schema-registry/develop/api.html#content-types>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum MediaType {
    #[default]
    VersionOne,
    AnyVersion,
    Json,
}

impl MediaType {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::VersionOne => "application/vnd.schemaregistry.v1+json",
            Self::AnyVersion => "application/vnd.schemaregistry+json",
            Self::Json => "application/json",
        }
    }

    /// The one that the client likes best; of those, the one that the server does. `None` if it
    /// takes none.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut ranges = Vec::new();
        for header in headers.get_all(ACCEPT) {
            ranges.extend(header.to_str().unwrap_or_default().split(','));
        }
        if ranges.iter().all(|range| range.trim().is_empty()) {
            return Some(Self::default());
        }
        let mut best = None;
        for media in [Self::VersionOne, Self::AnyVersion, Self::Json] {
            let quality = ranges.iter().filter_map(|range| quality(range, media));
            let quality = quality.fold(0.0, f32::max);
            if quality > best.map_or(0.0, |(_, quality)| quality) {
                best = Some((media, quality));
            }
        }
        best.map(|(media, _)| media)
    }
}

/// How much the range of an `Accept` header likes `media`, if it covers it.
fn quality(range: &str, media: MediaType) -> Option<f32> {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next()?;
    let covers = name == "*/*"
        || name.eq_ignore_ascii_case("application/*")
        || name.eq_ignore_ascii_case(media.as_str());
    let quality = parts.find_map(|part| part.strip_prefix("q="));
    covers.then(|| quality.map_or(1.0, |text| text.parse().unwrap_or(0.0)))
}

/// Fails with 415 for a body of another type than the API takes. A request that names none
/// passes.
pub(super) fn check_sent(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(header) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let text = header.to_str().unwrap_or_default();
    let name = text.split(';').next().unwrap_or_default().trim();
    let taken = [
        MediaType::VersionOne.as_str(),
        MediaType::AnyVersion.as_str(),
        MediaType::Json.as_str(),
        "application/octet-stream",
    ];
    if taken.iter().any(|taken| taken.eq_ignore_ascii_case(name)) {
        Ok(())
    } else {
        Err(Refusal::status(415))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &str, expected: Option<MediaType>) {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        assert_eq!(MediaType::accepted(&headers), expected, "{accept}");
    }

    #[test]
    fn the_client_chooses_among_the_servers_types() {
        use MediaType::{AnyVersion, Json, VersionOne};

        check("*/*", Some(VersionOne));
        check("", Some(VersionOne));
        check("application/json", Some(Json));
        check("application/*", Some(VersionOne));
        check("application/vnd.schemaregistry+json", Some(AnyVersion));
        check(
            "application/vnd.schemaregistry.v1+json;q=0.5, application/json",
            Some(Json),
        );
        check(
            "application/vnd.schemaregistry.v1+json, application/json; q=0.9",
            Some(VersionOne),
        );
        check("text/html", None);
        check("application/json;q=0", None);
        check("text/html, image/gif, */*; q=.2", Some(VersionOne));
    }
}
