//! Datetimes held against Java's `java.time` and Python's `datetime` and `orjson`, whose answers
//! `tests/interop/datetimes.py` wrote down.

mod reading;
mod writing;

use std::fs;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use wireform::datetime::{Datetime, Moment};
use wireform_tests::workspace::root;

/// Whatever instant and offset a text tells.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Any(Moment);

impl Datetime for Any {
    fn to_moment(&self) -> wireform::Result<Moment> {
        Ok(self.0)
    }

    fn from_moment(moment: Moment) -> wireform::Result<Self> {
        Ok(Self(moment))
    }
}

/// What the witnesses make of a text; see `datetimes.py`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    text: String,
    instant: Option<String>,
    offset: Option<String>,
    local: Option<String>,
    date: Option<String>,
    time: Option<String>,
    python: Option<String>,
    python_naive: Option<String>,
}

/// As Java's `Instant` is told in the golden files.
fn instant(moment: Moment) -> String {
    format!("{}.{:09}", moment.seconds(), moment.nanos())
}

/// As Java's `OffsetDateTime` and Python's `datetime` are, the offset in seconds.
fn with_offset(moment: Moment) -> String {
    let offset = i32::from(moment.offset_minutes()) * 60;
    format!("{} {offset:+}", instant(moment))
}

fn lines<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let text = golden(file);
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect()
}

fn golden(file: &str) -> String {
    let folder = root().join("tests/data/golden/datetime");
    fs::read_to_string(folder.join(file)).unwrap()
}
