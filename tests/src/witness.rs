//! Clients in other languages, which tell what is really in a log.

use std::collections::BTreeMap;
use std::process::Command;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wireform_limits::{BUILD_LIMIT, ended, output};

use crate::golden::from_hex;
use crate::servers::{brokers, registry_url};
use crate::workspace::root;

/// A record as the Java client reads it from the log.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
#[serde(rename_all = "camelCase")]
pub struct Logged {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    pub timestamp: i64,
    pub timestamp_type: String,
    /// In hex.
    key: Option<String>,
    value: Option<String>,
    headers: Vec<(String, Option<String>)>,
}

/// A record as Python's deserializers read it.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Understood {
    pub partition: i32,
    pub offset: i64,
    pub key: Option<String>,
    pub headers: Vec<(String, Option<String>)>,
    pub value: Value,
}

impl Logged {
    /// The bytes of the key.
    #[must_use]
    pub fn key(&self) -> Option<Vec<u8>> {
        self.key.as_deref().map(from_hex)
    }

    /// The bytes of the value.
    #[must_use]
    pub fn value(&self) -> Option<Vec<u8>> {
        self.value.as_deref().map(from_hex)
    }

    /// Names and values of the headers, in order.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, Option<Vec<u8>>)> {
        self.headers
            .iter()
            .map(|(name, value)| (name.clone(), value.as_deref().map(from_hex)))
            .collect()
    }
}

/// Everything in a topic, by partition and offset, as the Java client reads it.
///
/// # Panics
/// If it fails.
#[must_use]
pub fn java_log(topic: &str) -> BTreeMap<(i32, i64), Logged> {
    let records: Vec<Logged> =
        lines(Command::new("log-dump").args(["--brokers", &brokers(), "--topic", topic]));
    records
        .into_iter()
        .map(|record| ((record.partition, record.offset), record))
        .collect()
}

/// Everything in a topic, decoded by Python's `confluent_kafka` against the registry.
///
/// # Panics
/// If it fails.
#[must_use]
pub fn python_values(topic: &str, format: &[&str]) -> BTreeMap<(i32, i64), Understood> {
    let mut command = Command::new("python");
    command.args([
        "read_topic.py",
        "--brokers",
        &brokers(),
        "--registry",
        &registry_url(),
    ]);
    command.args(["--topic", topic, "--format"]).args(format);
    let records: Vec<Understood> = lines(&mut command);
    records
        .into_iter()
        .map(|record| ((record.partition, record.offset), record))
        .collect()
}

/// Has Python's `confluent_kafka` produce values, one JSON text a line.
///
/// # Panics
/// If it fails.
pub fn python_writes(topic: &str, format: &[&str], values: &[Value]) {
    use std::io::Write;
    let folder = root().join("tests/interop");
    let mut child = Command::new(folder.join("python"))
        .current_dir(&folder)
        .args([
            "write_topic.py",
            "--brokers",
            &brokers(),
            "--registry",
            &registry_url(),
        ])
        .args(["--topic", topic, "--format"])
        .args(format)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for value in values {
        writeln!(input, "{value}").unwrap();
    }
    drop(input);
    assert!(ended(child, BUILD_LIMIT).status.success());
}

/// Runs a script of `tests/interop`, and reads its JSON lines.
fn lines<T: DeserializeOwned>(command: &mut Command) -> Vec<T> {
    let folder = root().join("tests/interop");
    let program = folder.join(command.get_program());
    let mut script = Command::new(&program);
    script.current_dir(&folder).args(command.get_args());
    let output = output(&mut script, BUILD_LIMIT);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", program.display());
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}
