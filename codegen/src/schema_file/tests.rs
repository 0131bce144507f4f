use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// A folder of its own, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("wireform-schema-file-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Größe: "a {quoted} [text]", with a \ and ünïcode.
#[derive(wireform::Avro)]
#[avro(namespace = "shop")]
#[allow(dead_code)]
struct Order {
    id: String,
    note: Option<String>,
    lines: Vec<Line>,
}

#[derive(wireform::Avro)]
#[allow(dead_code)]
struct Line {
    sku: String,
}

#[test]
fn a_schema_is_laid_out_and_says_the_same() {
    let folder = Folder::new();
    let path = folder.0.join("orders-value/v1.avsc");
    assert!(write_schema::<Order>(&path).unwrap());
    let written = fs::read_to_string(&path).unwrap();
    let parsed = wireform::avro::Schema::parse(&written).unwrap();
    let own = wireform::avro::schema_of::<Order>().unwrap();
    assert_eq!(compact(&written), compact(own.text()));
    assert_eq!(parsed.fingerprint(), own.fingerprint());
    assert!(
        written.contains("\n    {\"name\": \"id\", \"type\": \"string\"},\n"),
        "{written}"
    );
    assert!(
        written.ends_with("}\n") && written.lines().all(|line| line.len() <= 100),
        "{written}"
    );
}

#[test]
fn what_says_the_same_is_left_alone() {
    let folder = Folder::new();
    let path = folder.0.join("order.avsc");
    write_schema::<Order>(&path).unwrap();
    let loose = fs::read_to_string(&path).unwrap().replace('\n', "\n\n");
    fs::write(&path, &loose).unwrap();
    assert!(!write_schema::<Order>(&path).unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), loose);
    check_schema::<Order>(&path).unwrap();
}

#[test]
fn what_moved_is_told_with_its_line() {
    let folder = Folder::new();
    let path = folder.0.join("order.avsc");
    write_schema::<Order>(&path).unwrap();
    let old = fs::read_to_string(&path)
        .unwrap()
        .replace("\"sku\"", "\"article\"");
    fs::write(&path, old).unwrap();
    let error = check_schema::<Order>(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stale);
    let text = error.to_string();
    for part in [
        "order.avsc",
        "\"article\"",
        "\"sku\"",
        "WIREFORM_UPDATE_SCHEMAS=1",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(write_schema::<Order>(&path).unwrap());
    check_schema::<Order>(&path).unwrap();
}

#[test]
fn files_that_cannot_be_used_are_errors_with_their_path() {
    let folder = Folder::new();
    let missing = folder.0.join("missing.avsc");
    let error = check_schema::<Order>(&missing).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("missing.avsc"), "{error}");
    // A folder is in the place of the file.
    let error = write_schema::<Order>(&folder.0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
}

#[test]
fn layout_keeps_every_text() {
    for text in [
        r#"{"a":"\\\" { [ , : ","b":[],"c":{},"d":[1,2.5e3,null,true]}"#,
        "\"string\"",
        "[]",
        r#"{"very":{"deeply":{"nested":[[{"x":"y"}]]}}}"#,
    ] {
        assert_eq!(compact(&pretty(text)), text);
        assert_eq!(pretty(&pretty(text)), pretty(text));
    }
}
