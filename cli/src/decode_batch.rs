//! `decode --batch`: one case a line.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use wireform::dynamic::{DynamicCodec, DynamicOptions, DynamicValue};
use wireform::registry::{ResolvedSchema, SchemaGuid};

use crate::check_batch::{Referenced, name_of, named};
use crate::exit::Outcome;
use crate::framing::{self, Framing};
use crate::schema::Format;
use crate::{Result, hex, input};

#[derive(Deserialize)]
struct Case {
    name: String,
    format: Format,
    schema: String,
    references: Option<Vec<Referenced>>,
    id: Option<u32>,
    guid: Option<String>,
    message: Option<String>,
    role: Option<Role>,
    reader: Option<String>,
    framing: Option<Framing>,
    hex: String,
    headers: Option<BTreeMap<String, Option<String>>>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Role {
    #[default]
    Value,
    Key,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'a> {
    Value {
        name: &'a str,
        value: Box<RawValue>,
        hex: String,
    },
    Error {
        name: Option<Cow<'a, str>>,
        error: String,
    },
}

pub(crate) fn run(path: &Path) -> Result {
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut outcome = Outcome::Fine;
    input::each_line(path, |number, line| {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let case: std::result::Result<Case, _> = serde_json::from_slice(line);
        let answer = match &case {
            Ok(case) => answer(case),
            Err(error) => Answer::Error {
                name: name_of(line),
                error: format!("line {number}: {error}"),
            },
        };
        if matches!(answer, Answer::Error { .. }) {
            outcome = Outcome::Findings;
        }
        writeln!(out, "{}", input::json(&answer))?;
        Ok(())
    })?;
    out.flush()?;
    Ok(outcome)
}

fn answer(case: &Case) -> Answer<'_> {
    let name = &*case.name;
    let read = read(case).and_then(|read| {
        let value = RawValue::from_string(read.json).map_err(|error| error.to_string())?;
        Ok((value, read.body))
    });
    match read {
        Ok((value, body)) => {
            let hex = hex::text(&body);
            Answer::Value { name, value, hex }
        }
        Err(error) => Answer::Error {
            name: Some(name.into()),
            error,
        },
    }
}

fn read(case: &Case) -> std::result::Result<DynamicValue, String> {
    let references = named(case.references.as_deref().unwrap_or_default());
    let schema = |text: &str| {
        let mut schema = ResolvedSchema::new(case.format.kind(), text);
        schema.references.clone_from(&references);
        schema
    };
    let writer = schema(&case.schema);
    let reader = case.reader.as_deref().map(schema);
    let options = DynamicOptions::default().with_message(case.message.as_deref());
    let codec = match &reader {
        Some(reader) => DynamicCodec::with_reader(&writer, reader, &options),
        None => DynamicCodec::new(&writer, &options),
    };
    let codec = codec.map_err(|error| error.to_string())?;
    let payload = hex::parse(case.hex.as_bytes()).ok_or("\"hex\": expected hex digits")?;
    let header = header(case)?;
    let framing = case.framing.unwrap_or_default();
    let keys = keys(case)?;
    let record = framing::take_apart(framing, codec.kind(), header.as_deref(), &payload, &keys)
        .map_err(|error| error.to_string())?;
    let read = codec.decode(record.index.as_ref(), record.body);
    let is_guess =
        framing == Framing::Auto && header.is_none() && record.key.is_some() && keys.is_empty();
    match read {
        Err(error) if is_guess => codec.decode(None, &payload).map_err(|_| error.to_string()),
        read => read.map_err(|error| error.to_string()),
    }
}

fn keys(case: &Case) -> std::result::Result<Vec<wireform::registry::SchemaKey>, String> {
    let guid: Option<SchemaGuid> = match &case.guid {
        Some(guid) => Some(guid.parse().map_err(|_| "\"guid\": invalid GUID")?),
        None => None,
    };
    Ok(framing::keys(case.id, guid))
}

/// Returns the value of the schema id header.
fn header(case: &Case) -> std::result::Result<Option<Vec<u8>>, String> {
    let name = match case.role.unwrap_or_default() {
        Role::Value => "__value_schema_id",
        Role::Key => "__key_schema_id",
    };
    let headers = case.headers.iter().flatten();
    let mut found = headers.filter(|(known, _)| known.as_str() == name);
    let Some((_, Some(hex))) = found.next() else {
        return Ok(None);
    };
    hex::parse(hex.as_bytes())
        .map(Some)
        .ok_or_else(|| format!("header {name}: expected hex digits"))
}
