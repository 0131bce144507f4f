//! A record to look at.

use std::io::{self, Write};

use serde_json::Value;

/// Writes a record, and an empty line behind it.
pub(super) fn write(record: &Value, out: &mut impl Write) -> io::Result<()> {
    let text = |name: &str| shown(record.get(name));
    writeln!(
        out,
        "{} partition {} offset {}, {}",
        text("topic"),
        text("partition"),
        text("offset"),
        time(record.get("timestamp")),
    )?;
    line("key", &text("key"), out)?;
    let headers = record.get("headers").and_then(Value::as_array);
    for header in headers.into_iter().flatten() {
        let (name, value) = (header.get(0), header.get(1));
        line("header", &format!("{}: {}", shown(name), shown(value)), out)?;
    }
    if record.get("schema").is_some() {
        let places = record.get("registered").and_then(Value::as_array);
        let places = places.into_iter().flatten().map(|place| shown(Some(place)));
        let all: Vec<String> = std::iter::once(text("schema")).chain(places).collect();
        line("schema", &all.join(", "), out)?;
    }
    if record.get("error").is_some() {
        line("error", &text("error"), out)?;
    } else {
        let value = record.get("value").unwrap_or(&Value::Null);
        let pretty = serde_json::to_string_pretty(value).unwrap_or_default();
        let is_tombstone = value.is_null() && record.get("schema").is_none();
        line(
            "value",
            if is_tombstone {
                "none: a tombstone"
            } else {
                &pretty
            },
            out,
        )?;
    }
    if record.get("hex").is_some() {
        line("hex", &text("hex"), out)?;
    }
    writeln!(out)
}

/// A name, and what it is; further lines stand under the first.
fn line(name: &str, value: &str, out: &mut impl Write) -> io::Result<()> {
    let mut lines = value.lines();
    writeln!(out, "  {name:<8}{}", lines.next().unwrap_or_default())?;
    lines.try_for_each(|line| writeln!(out, "          {line}"))
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "none".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn time(millis: Option<&Value>) -> String {
    use std::time::{Duration, UNIX_EPOCH};
    use wireform::datetime::{Millis, Rfc3339};
    let at = millis
        .and_then(Value::as_u64)
        .and_then(|millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
    let text = at.and_then(|at| serde_json::to_value(Rfc3339::<_, Millis>::new(at)).ok());
    text.map_or_else(|| "no time".to_owned(), |text| shown(Some(&text)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn block(record: &Value) -> String {
        let mut out = Vec::new();
        write(record, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_record_is_laid_out() {
        let record = json!({
            "topic": "orders", "partition": 2, "offset": 17, "timestamp": 1_704_164_645_006_u64,
            "key": "o-1", "headers": [["source", "test"], ["empty", null]],
            "schema": "schema id 7", "registered": ["orders-value version 2"],
            "value": {"id": "o-1", "lines": [1]}, "hex": "00ff",
        });
        let expected = "\
orders partition 2 offset 17, 2024-01-02T03:04:05.006Z
  key     o-1
  header  source: test
  header  empty: none
  schema  schema id 7, orders-value version 2
  value   {
            \"id\": \"o-1\",
            \"lines\": [
              1
            ]
          }
  hex     00ff

";
        assert_eq!(block(&record), expected);
    }

    #[test]
    fn tombstones_and_poison_are_told() {
        let place =
            json!({"topic": "t", "partition": 0, "offset": 0, "headers": [], "value": null});
        let told =
            "t partition 0 offset 0, no time\n  key     none\n  value   none: a tombstone\n\n";
        assert_eq!(block(&place), told);
        let poison = json!({"topic": "t", "partition": 0, "offset": 0, "key": "k", "error": "cut short", "hex": "00"});
        assert!(block(&poison).ends_with("  error   cut short\n  hex     00\n\n"));
    }
}
