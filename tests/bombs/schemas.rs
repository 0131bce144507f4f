//! Texts of schemas.

use std::fmt::Write;

use wireform::avro::{Schema, SerdeAvro, Transcoder, check_compatibility};
use wireform::{Deserializer, Error, ErrorKind};

use crate::{Bomb, End};

pub(super) fn bombs() -> Vec<Bomb> {
    let mut bombs = texts();
    bombs.extend(pairs());
    bombs
}

fn texts() -> Vec<Bomb> {
    use End::{Refused, Taken};
    let million = 1_000_000;
    vec![
        text("a million brackets", Refused, "[".repeat(million)),
        text(
            "a million closed brackets",
            Refused,
            around("[", "", "]", million),
        ),
        text("a million braces", Refused, "{\"a\":".repeat(700_000)),
        text(
            "100,000 wrapped types",
            Refused,
            around("{\"type\":", "\"int\"", "}", 100_000),
        ),
        text(
            "arrays of arrays, 100,000 deep",
            Refused,
            around("{\"type\":\"array\",\"items\":", "\"int\"", "}", 100_000),
        ),
        text(
            "arrays of arrays, 60 deep",
            Taken,
            around("{\"type\":\"array\",\"items\":", "\"int\"", "}", 60),
        ),
        text(
            "records in records, 1,000 deep",
            Refused,
            nested_records(1000),
        ),
        text(
            "a deep attribute",
            Taken,
            format!(
                "{{\"type\":\"int\",\"x\":{}}}",
                around("[", "", "]", million)
            ),
        ),
        text(
            "a deep default",
            Refused,
            record(&field("\"int\"", Some(&around("[", "", "]", million)))),
        ),
        text(
            "a deep default of a list",
            Refused,
            deep_list_default(5_000),
        ),
        text(
            "a deep doc",
            Taken,
            format!(
                "{{\"type\":\"int\",\"doc\":{}}}",
                around("[", "", "]", 100_000)
            ),
        ),
        text("100,000 names", Refused, many_names(100_000)),
        text("30,000 names", Taken, many_names(30_000)),
        text("100,000 unknown names", Refused, unknown_names(100_000)),
        text("60,000 unknown names", Refused, unknown_names(60_000)),
        text("a name of a megabyte", Refused, fixed(&"n".repeat(million))),
        text(
            "a namespace of a megabyte",
            Refused,
            fixed(&"n.".repeat(million / 2)),
        ),
        text(
            "an unknown name of a megabyte",
            Refused,
            format!("\"{}\"", "n".repeat(million)),
        ),
        text(
            "1,000 names with long namespaces",
            Taken,
            long_namespaces(1000),
        ),
        text("100,000 aliases", Taken, aliases(100_000)),
        text(
            "long aliases in a long namespace",
            Taken,
            relative_aliases(2_000),
        ),
        text("400,000 symbols", Taken, symbols(400_000)),
        text(
            "50,000 fields",
            Taken,
            record(
                &(0..50_000)
                    .map(|i| named_field(i, "\"int\""))
                    .collect::<Vec<_>>()
                    .join(","),
            ),
        ),
        text(
            "a union of 60,000 branches",
            Refused,
            format!("[{}\"int\"]", "\"int\",".repeat(60_000)),
        ),
        text(
            "a doc of 3 MiB",
            Taken,
            format!("{{\"type\":\"int\",\"doc\":\"{}\"}}", "x".repeat(3 << 20)),
        ),
        text(
            "a text of 5 MiB",
            Refused,
            format!("{{\"type\":\"int\",\"doc\":\"{}\"}}", "x".repeat(5 << 20)),
        ),
        text(
            "a default of a million items",
            Taken,
            record(&field(
                "{\"type\":\"array\",\"items\":\"int\"}",
                Some(&format!("[{}1]", "1,".repeat(million))),
            )),
        ),
        text(
            "defaults that double 50 times",
            Refused,
            doubling_defaults("int", 50),
        ),
        text(
            "defaults that double 50 times, with nothing in them",
            Refused,
            doubling_defaults("null", 50),
        ),
        text(
            "1,000 defaults of half a megabyte in all",
            Taken,
            many_defaults(1000),
        ),
        text(
            "references that double 60 times",
            Taken,
            doubling("int", 60),
        ),
        text(
            "references that double 60 times, with nothing in it",
            Taken,
            doubling("null", 60),
        ),
        text("a chain of 10,000 records", Refused, chain(10_000)),
        text(
            "a million digits",
            Refused,
            format!(
                "{{\"type\":\"fixed\",\"name\":\"F\",\"size\":{}}}",
                "9".repeat(million)
            ),
        ),
        text(
            "a precision of a million digits",
            Taken,
            format!(
                "{{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":{}}}",
                "9".repeat(million)
            ),
        ),
        text(
            "100,000 escapes",
            Refused,
            format!("\"{}\"", "\\u006e".repeat(100_000)),
        ),
        text(
            "one key 100,000 times",
            Taken,
            format!(
                "{{{}\"type\":\"int\"}}",
                "\"type\":\"long\",".repeat(100_000)
            ),
        ),
    ]
}

/// Two schemas each: what a plan and a check take.
fn pairs() -> Vec<Bomb> {
    use End::{Refused, Taken};
    let doubled = doubling("int", 60);
    let longer = doubling("long", 60);
    let records = |prefix: &str, count: usize| {
        let records = (0..count).map(|i| {
            format!(
                "{{\"type\":\"record\",\"name\":\"{prefix}{i}\",\"fields\":[{}]}}",
                named_field(0, "\"int\"")
            )
        });
        format!("[{}]", records.collect::<Vec<_>>().join(","))
    };
    let tangle = |leaf: &str| tangle(40, leaf);
    vec![
        plan(
            "a plan over references that double",
            Taken,
            &doubled,
            &longer,
        ),
        check("a check over references that double", &longer, &doubled),
        check(
            "a check over references that double, in vain",
            &doubled,
            &longer,
        ),
        plan(
            "a plan over 300 by 300 records of other names",
            Refused,
            &records("A", 300),
            &records("B", 300),
        ),
        plan(
            "a plan over 300 by 300 records",
            Taken,
            &records("A", 300),
            &records("A", 300),
        ),
        plan(
            "a plan over 3,000 by 3,000 records that do not fit",
            Refused,
            &records("A", 3_000),
            &format!(
                "[{}]",
                (0..3_000)
                    .map(|i| format!(
                        "{{\"type\":\"record\",\"name\":\"B{i}\",\"fields\":[{}]}}",
                        named_field(1, "\"int\"")
                    ))
                    .collect::<Vec<_>>()
                    .join(",")
            ),
        ),
        plan(
            "a plan over cycles of 50 and 51 records",
            Refused,
            &cycle(50),
            &cycle(51),
        ),
        check(
            "a check of cycles of 50 and 51 records",
            &cycle(50),
            &cycle(51),
        ),
        check(
            "a check of 3,000 by 3,000 records that do not fit",
            &records("A", 3_000),
            &records("B", 3_000).replace("\"f0\"", "\"f1\""),
        ),
        check(
            "a check of 100,000 symbols by others",
            &symbols(100_000),
            &symbols(100_000)
                .replace("\"s", "\"t")
                .replace("\"tymbols", "\"symbols"),
        ),
        plan(
            "a plan over 20,000 fields by as many",
            Taken,
            &wide(20_000),
            &wide(20_000),
        ),
        check(
            "a check of 300 by 300 records",
            &records("B", 300),
            &records("A", 300),
        ),
        plan(
            "a plan over unions that hold each other",
            Taken,
            &tangle("int"),
            &tangle("long"),
        ),
        check(
            "a check of unions that hold each other",
            &tangle("long"),
            &tangle("int"),
        ),
        check(
            "a check of unions that hold each other, in vain",
            &tangle("int"),
            &tangle("long"),
        ),
    ]
}

fn text(name: &str, end: End, text: String) -> Bomb {
    Bomb::new(format!("schema, {name}"), text.len(), end, move || {
        let schema = Schema::parse(&text)?;
        let again = Schema::parse(&schema.canonical_form());
        match again.map(|again| again.fingerprint()) {
            Ok(fingerprint) if fingerprint == schema.fingerprint() => Ok(()),
            Ok(_) => Err(Error::new(ErrorKind::InvalidSchema, "another fingerprint")),
            Err(error) => Err(error),
        }
    })
}

fn plan(name: &str, end: End, writer: &str, reader: &str) -> Bomb {
    let (writer, reader) = (writer.to_owned(), reader.to_owned());
    Bomb::new(
        format!("schemas, {name}"),
        writer.len() + reader.len(),
        end,
        move || {
            let (writer, reader) = (Schema::parse(&writer)?, Schema::parse(&reader)?);
            Transcoder::new(&writer, &reader).map(drop)
        },
    )
}

fn check(name: &str, reader: &str, writer: &str) -> Bomb {
    let (writer, reader) = (writer.to_owned(), reader.to_owned());
    Bomb::new(
        format!("schemas, {name}"),
        writer.len() + reader.len(),
        End::Taken,
        move || {
            let (writer, reader) = (Schema::parse(&writer)?, Schema::parse(&reader)?);
            let _ = check_compatibility(&reader, &writer);
            Ok(())
        },
    )
}

fn around(open: &str, inner: &str, close: &str, times: usize) -> String {
    format!("{}{inner}{}", open.repeat(times), close.repeat(times))
}

fn record(fields: &str) -> String {
    format!("{{\"type\":\"record\",\"name\":\"R\",\"fields\":[{fields}]}}")
}

fn field(type_: &str, default: Option<&str>) -> String {
    match default {
        Some(default) => format!("{{\"name\":\"f\",\"type\":{type_},\"default\":{default}}}"),
        None => format!("{{\"name\":\"f\",\"type\":{type_}}}"),
    }
}

fn named_field(index: usize, type_: &str) -> String {
    format!("{{\"name\":\"f{index}\",\"type\":{type_}}}")
}

fn fixed(name: &str) -> String {
    format!("{{\"type\":\"fixed\",\"name\":\"{name}\",\"size\":1}}")
}

fn nested_records(depth: usize) -> String {
    (0..depth).fold("\"int\"".to_owned(), |inner, i| {
        let field = field(&inner, None);
        format!("{{\"type\":\"record\",\"name\":\"R{i}\",\"fields\":[{field}]}}")
    })
}

fn deep_list_default(depth: usize) -> String {
    let default = around("{\"f\":", "null", "}", depth);
    format!(
        "{{\"type\":\"record\",\"name\":\"R\",\"fields\":[{{\"name\":\"f\",\"type\":[\"null\",\"R\"],\"default\":{default}}}]}}"
    )
}

fn many_names(count: usize) -> String {
    let types = (0..count).map(|i| fixed(&format!("F{i}")));
    format!("[{}]", types.collect::<Vec<_>>().join(","))
}

fn unknown_names(count: usize) -> String {
    let names = (0..count).map(|i| format!("\"n.F{i}\""));
    format!("[{}]", names.collect::<Vec<_>>().join(","))
}

fn long_namespaces(count: usize) -> String {
    let namespace = "n".repeat(1000);
    let types = (0..count).map(|i| fixed(&format!("{namespace}.F{i}")));
    format!("[{}]", types.collect::<Vec<_>>().join(","))
}

fn aliases(count: usize) -> String {
    let aliases: Vec<String> = (0..count).map(|i| format!("\"a{i}\"")).collect();
    format!(
        "{{\"type\":\"fixed\",\"name\":\"F\",\"size\":1,\"aliases\":[{}]}}",
        aliases.join(",")
    )
}

/// Each takes the whole namespace.
fn relative_aliases(count: usize) -> String {
    let namespace = format!("{}n", "n.".repeat(500));
    let aliases: Vec<String> = (0..count).map(|i| format!("\"a{i}\"")).collect();
    format!(
        "{{\"type\":\"fixed\",\"name\":\"F\",\"namespace\":\"{namespace}\",\"size\":1,\"aliases\":[{}]}}",
        aliases.join(",")
    )
}

fn symbols(count: usize) -> String {
    let symbols: Vec<String> = (0..count).map(|i| format!("\"s{i}\"")).collect();
    format!(
        "{{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[{}]}}",
        symbols.join(",")
    )
}

/// A record that may hold the next one, and so on, until the last may hold the first.
fn cycle(length: usize) -> String {
    let types = (0..length).map(|i| {
        let next = (i + 1) % length;
        format!(
            "{{\"type\":\"record\",\"name\":\"n{i}.R\",\"fields\":[{}]}}",
            named_field(
                0,
                &format!("{{\"type\":\"array\",\"items\":\"n{next}.R\"}}")
            )
        )
    });
    format!("[{}]", types.collect::<Vec<_>>().join(","))
}

fn wide(count: usize) -> String {
    let fields = (0..count).map(|i| named_field(i, "\"int\""));
    record(&fields.collect::<Vec<_>>().join(","))
}

/// A record that holds two of the one before it, which holds two of the one before it, …
fn doubling(leaf: &str, times: usize) -> String {
    let mut fields = String::new();
    let mut type_ = format!("\"{leaf}\"");
    for i in 0..times {
        let (name, a, b) = (
            format!("D{i}"),
            named_field(0, &type_),
            "{\"name\":\"f1\",\"type\":",
        );
        let again = match i {
            0 => type_.clone(),
            _ => format!("\"D{}\"", i - 1),
        };
        type_ =
            format!("{{\"type\":\"record\",\"name\":\"{name}\",\"fields\":[{a},{b}{again}}}]}}");
    }
    let _ = write!(fields, "{}", named_field(0, &type_));
    record(&fields)
}

/// As [`doubling`], in the values that are filled in.
fn doubling_defaults(leaf: &str, times: usize) -> String {
    let mut type_ = format!("\"{leaf}\"");
    let first = if leaf == "null" { "null" } else { "1" };
    for i in 0..times {
        let again = match i {
            0 => type_.clone(),
            _ => format!("\"D{}\"", i - 1),
        };
        let default = if i == 0 { first } else { "{}" };
        type_ = format!(
            "{{\"type\":\"record\",\"name\":\"D{i}\",\"fields\":[{{\"name\":\"a\",\"type\":{type_},\"default\":{default}}},{{\"name\":\"b\",\"type\":{again},\"default\":{default}}}]}}"
        );
    }
    record(&field(&type_, Some("{}")))
}

fn many_defaults(count: usize) -> String {
    let fields: Vec<String> = (0..count)
        .map(|i| {
            format!(
                "{{\"name\":\"f{i}\",\"type\":\"string\",\"default\":\"{}\"}}",
                "d".repeat(500)
            )
        })
        .collect();
    record(&fields.join(","))
}

/// No text is deep, but the types are.
fn chain(len: usize) -> String {
    let records: Vec<String> = (0..len)
        .map(|i| {
            let next = if i + 1 < len {
                format!("\"C{}\"", i + 1)
            } else {
                "\"int\"".to_owned()
            };
            let field = field(&next, None);
            format!("{{\"type\":\"record\",\"name\":\"C{i}\",\"fields\":[{field}]}}")
        })
        .collect();
    format!("[{}]", records.join(","))
}

/// Records, each of which holds a union of all of them.
fn tangle(count: usize, leaf: &str) -> String {
    let all: Vec<String> = (0..count).map(|i| format!("\"T{i}\"")).collect();
    let all = format!("[\"null\",{}]", all.join(","));
    let records: Vec<String> = (0..count)
        .map(|i| {
            let leaf = named_field(0, &format!("\"{leaf}\""));
            format!(
                "{{\"type\":\"record\",\"name\":\"T{i}\",\"fields\":[{},{leaf}]}}",
                named_field(1, &all)
            )
        })
        .collect();
    format!("[{}]", records.join(","))
}

/// Used by the bombs in data.
pub(super) fn doubled_nothing() -> String {
    doubling("null", 60)
}

/// A codec of `schema` reads `datum`.
pub(super) fn read<T: serde::de::DeserializeOwned>(
    schema: &str,
    datum: &[u8],
) -> wireform::Result<()> {
    SerdeAvro::<T>::new(schema)?.deserialize(datum).map(drop)
}
