//! Kafka's timestamps as RFC 3339 text, and back: in the form of Avro's `timestamp-millis`.

use std::sync::LazyLock;

use wireform::__private::varint;
use wireform::avro::Schema;
use wireform::avro::json::AvroJson;

#[allow(clippy::expect_used, reason = "the schema is of this file")]
static MILLIS: LazyLock<AvroJson> = LazyLock::new(|| {
    let schema = Schema::parse(r#"{"type":"long","logicalType":"timestamp-millis"}"#);
    AvroJson::new(&schema.expect("a schema that the specification has")).readable()
});

/// Returns the milliseconds since 1970-01-01T00:00:00Z of a time such as `2026-11-23T16:45:00Z`, or
/// of the start of a day such as `2026-11-23` in UTC.
pub(super) fn parse(text: &str) -> Option<i64> {
    let is_day = text.len() == 10;
    let text = match is_day {
        true => format!("{text}T00:00:00Z"),
        false => text.to_owned(),
    };
    let is_time = text
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~') && byte != b'"');
    if !is_time || text.contains('\\') {
        return None;
    }
    let datum = MILLIS.to_datum(&format!("\"{text}\"")).ok()?;
    let (zigzag, _) = varint::split(&datum).ok()?;
    Some(varint::unzigzag(zigzag))
}

/// Returns `2026-11-23T16:45:00.000Z`; the number itself if the time has no such form.
pub(super) fn show(millis: i64) -> String {
    let mut datum = Vec::new();
    varint::write(varint::zigzag(millis), &mut datum);
    let mut text = String::new();
    match MILLIS.write_text(&datum, &mut text) {
        Ok(()) => text.trim_matches('"').to_owned(),
        Err(_) => millis.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read() {
        for millis in [0, 1, -1, 1_700_000_000_123, -62_135_596_800_000] {
            assert_eq!(parse(&show(millis)), Some(millis), "{}", show(millis));
        }
        assert_eq!(show(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(show(i64::MAX), i64::MAX.to_string());
        assert_eq!(parse("2023-11-14\",\"x"), None);
    }
}
