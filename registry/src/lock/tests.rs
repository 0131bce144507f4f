use std::cell::Cell;

use super::*;
use crate::memory::InMemoryRegistry;
use crate::schema::Reference;
use crate::unchecked::Unchecked;

thread_local! {
    /// How many schemas were compared with another on this thread.
    pub(super) static COMPARISONS: Cell<usize> = const { Cell::new(0) };
}

const EXAMPLE: &str = r#"# Schemas with the ids their registry gave them. Written by `wireform lock`; do not edit.
format 1

subject "base" version 1
id 1
type AVRO
text
|"string"

subject "orders-value" version 2
id 7
guid 0190f1a0-0000-8000-8000-000000000001
type AVRO
reference "shop.Base" subject "base" version 1
text
|{
|	"a | b": "é"
|
|}
|

subject "orders-value" version 10
id 9
type PROTOBUF
text "// a\r\nb \"c\""
"#;

fn example() -> LockFile {
    EXAMPLE.parse().unwrap()
}

fn orders() -> Subject {
    Subject::value("orders")
}

fn v(number: u32) -> VersionRef {
    Version::new(number).unwrap().into()
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let marked = format!("\u{feff}{EXAMPLE}");
    assert_eq!(marked.parse::<LockFile>().unwrap(), example());
    let name = format!("wireform-lock-mark-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    fs::write(&path, marked).unwrap();
    let read = LockFile::read(&path);
    fs::remove_file(&path).unwrap();
    assert_eq!(read.unwrap(), example());
}

#[test]
fn the_text_is_stable() {
    assert_eq!(example().to_string(), EXAMPLE);
    let empty = LockFile::new();
    assert_eq!(empty.to_string().parse::<LockFile>().unwrap(), empty);
    let windows = EXAMPLE.replace('\n', "\r\n");
    assert_eq!(windows.parse::<LockFile>().unwrap(), example());
}

#[test]
fn what_is_locked_is_found_every_way() {
    let lock = example();
    let newest = lock.version(&orders(), VersionRef::Latest).unwrap();
    assert_eq!((newest.version.as_u32(), newest.id.as_u32()), (10, 9));
    assert_eq!(&*newest.def.text, "// a\r\nb \"c\"");
    let second = lock.version(&orders(), v(2)).unwrap();
    assert_eq!(&*second.def.text, "{\n\t\"a | b\": \"é\"\n\n}\n");
    let guid = second.guid.unwrap();
    assert_eq!(lock.schema(guid).unwrap().def, second.def);
    assert_eq!(lock.schema(SchemaId::new(7)).unwrap().def, second.def);
    let resolved = lock.resolve(&second.def).unwrap();
    assert_eq!(resolved.references.len(), 1);
    assert_eq!(&*resolved.references[0].text, "\"string\"");
}

#[test]
fn what_is_not_locked_says_what_to_run() {
    let lock = example();
    let check = |error: Error, kind| {
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains("`wireform lock`"), "{error}");
    };
    let other = Subject::value("others");
    check(
        lock.version(&other, v(1)).unwrap_err(),
        ErrorKind::SubjectNotFound,
    );
    check(
        lock.version(&orders(), v(3)).unwrap_err(),
        ErrorKind::VersionNotFound,
    );
    check(
        lock.schema(SchemaId::new(3)).unwrap_err(),
        ErrorKind::SchemaNotFound,
    );
    let schema = SchemaDef::new(SchemaKind::Avro, "\"int\"");
    check(
        lock.lookup(&orders(), &schema).unwrap_err(),
        ErrorKind::SchemaNotFound,
    );
    let options = RegisterOptions::default();
    let error = at_once(lock.register(&orders(), &schema, options)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[track_caller]
fn check_same(kind: SchemaKind, a: &str, b: &str, expected: bool) {
    assert_eq!(same_text(kind, a, b), expected, "{a} {b}");
}

#[test]
fn white_space_counts_within_strings_only() {
    let avro = SchemaKind::Avro;
    check_same(avro, "{\"a\": 1}", "{ \"a\"\n:1 }", true);
    check_same(avro, r#"{"a b": 1}"#, r#"{"ab": 1}"#, false);
    check_same(avro, r#"{"a\" b": 1}"#, r#"{"a\"b": 1}"#, false);
    check_same(avro, r#"{"a\\": " "}"#, r#"{"a\\":" "}"#, true);
    check_same(SchemaKind::Protobuf, "a b", "a  b", false);
}

#[track_caller]
fn check_refused(text: &str, line: usize) {
    let error = text.parse::<LockFile>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    let expected = format!("line {line}:");
    assert!(
        error.to_string().contains(&expected),
        "{error} for {text:?}"
    );
}

#[test]
fn what_is_no_lock_file_is_refused_by_line() {
    check_refused("", 1);
    check_refused("format 2\n", 1);
    check_refused("format 1\nsubject x version 1\n", 2);
    check_refused(
        "format 1\nsubject \"x\" version 0\nid 1\ntype AVRO\ntext\n|a\n",
        2,
    );
    check_refused("format 1\nsubject \"x\" version 1 2\n", 2);
    check_refused("format 1\nsubject \"x\"version 1\n", 2);
    check_refused("format 1\n\nsubject \"x\" version 1\nid x\n", 4);
    check_refused("format 1\nsubject \"x\" version 1\nid 1\n", 4);
    check_refused(
        "format 1\nsubject \"x\" version 1\nid 1\ntype AVRO\ntext\n",
        5,
    );
    check_refused(
        "format 1\nsubject \"x\" version 1\nid 1\nmore 1\ntype AVRO\n",
        4,
    );
    check_refused(
        "format 1\nsubject \"x\" version 1\nid 1\ntype AVRO\ntext \"a\n",
        5,
    );
    check_refused("<<<<<<< ours\nformat 1\n", 1);
}

#[test]
fn contradictions_are_refused() {
    let block = |subject: &str, version: u32, id: u32, text: &str| {
        format!("subject \"{subject}\" version {version}\nid {id}\ntype AVRO\ntext\n|{text}\n")
    };
    let parse = |blocks: &[String]| {
        let parsed = format!("format 1\n{}", blocks.concat()).parse::<LockFile>();
        parsed
            .map(|lock| lock.schemas.len())
            .map_err(|error| error.kind())
    };
    let no = Err(ErrorKind::Config);
    assert_eq!(parse(&[block("a", 1, 1, "x"), block("a", 1, 1, "x")]), no);
    assert_eq!(parse(&[block("a", 1, 1, "x"), block("b", 1, 1, "y")]), no);
    assert_eq!(
        parse(&[block("a", 1, 1, "x"), block("b", 1, 1, "x")]),
        Ok(2)
    );
    let blue = block(":.blue:a", 1, 1, "y");
    assert_eq!(parse(&[block("a", 1, 1, "x"), blue]), Ok(2));
}

#[test]
fn there_are_limits() {
    let too_long = format!("format 1\n#{}", "x".repeat(16 * 1024 * 1024));
    let error = too_long.parse::<LockFile>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    let mut many = "format 1\nsubject \"x\" version 1\nid 1\ntype AVRO\n".to_owned();
    many.push_str(&"reference \"x\" subject \"x\" version 1\n".repeat(257));
    let error = many.parse::<LockFile>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
}

#[test]
fn every_prefix_is_read_or_refused() {
    for end in 0..EXAMPLE.len() {
        if let Some(text) = EXAMPLE.get(..end) {
            drop(text.parse::<LockFile>());
        }
    }
}

#[test]
fn a_registry_is_locked_with_what_it_refers_to() {
    let registry = InMemoryRegistry::builder()
        .rules(Unchecked(SchemaKind::Avro))
        .build();
    let options = RegisterOptions::default();
    let reference = |name: &str| Reference {
        name: name.to_owned(),
        subject: Subject::new(name).unwrap(),
        version: Version::new(1).unwrap(),
    };
    let mut references = Vec::new();
    for name in ["base", "middle", "top"] {
        let schema = SchemaDef::new(SchemaKind::Avro, name).with_references(references);
        let subject = Subject::new(name).unwrap();
        at_once(registry.register(&subject, &schema, options)).unwrap();
        references = vec![reference(name)];
    }
    let mut lock = LockFile::new();
    let top = Subject::new("top").unwrap();
    let locked = at_once(lock.lock(&registry, &top, VersionRef::Latest)).unwrap();
    assert_eq!(lock.schemas().count(), 3);
    let known = at_once(registry.by_id(locked.id)).unwrap();
    assert_eq!(lock.schema(locked.id).unwrap(), known);
    assert_eq!(lock.to_string().parse::<LockFile>().unwrap(), lock);
}

#[test]
fn a_long_lock_file_is_read_without_comparing_each_schema_with_each() {
    let mut text = "format 1\n".to_owned();
    for number in 1..=10_000 {
        text.push_str(&format!(
            "subject \"s{number}\" version 1\nid {number}\ntype AVRO\ntext \"{number:05}\"\n"
        ));
    }
    COMPARISONS.set(0);
    let lock: LockFile = text.parse().unwrap();
    assert_eq!(lock.schemas().count(), 10_000);
    assert!(COMPARISONS.get() <= 20_000, "{}", COMPARISONS.get());
}

#[test]
fn one_id_or_guid_has_one_schema() {
    let guid: SchemaGuid = "0190f1a0-0000-8000-8000-000000000001".parse().unwrap();
    let schema = |subject: &str, version, id, guid, text: &str| RegisteredSchema {
        subject: Subject::new(subject).unwrap(),
        version: Version::new(version).unwrap(),
        id: SchemaId::new(id),
        guid,
        def: SchemaDef::new(SchemaKind::Avro, text),
    };
    let mut lock = LockFile::new();
    lock.insert(schema("a", 1, 1, Some(guid), "x")).unwrap();
    lock.insert(schema("b", 1, 1, None, "x")).unwrap();
    lock.insert(schema(":.blue:a", 1, 1, None, "y")).unwrap();
    for wrong in [
        schema("c", 1, 1, None, "y"),
        schema("c", 1, 2, Some(guid), "y"),
        schema(":.blue:c", 1, 1, None, "x"),
        schema(":.blue:c", 1, 2, Some(guid), "z"),
        schema("a", 1, 1, None, "y"),
    ] {
        let error = lock.insert(wrong.clone()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{wrong:?}");
    }
    assert_eq!(lock.schemas().count(), 3);
    // A version may change alone: nothing else has its id or GUID afterwards.
    lock.insert(schema("b", 1, 2, None, "y")).unwrap();
    lock.insert(schema("a", 1, 1, None, "y")).unwrap();
    lock.insert(schema("c", 1, 3, Some(guid), "z")).unwrap();
    assert_eq!(lock.schema(guid).unwrap().id, Some(SchemaId::new(3)));
    assert_eq!(&*lock.schema(SchemaId::new(1)).unwrap().def.text, "y");
}

#[test]
fn references_are_locked_from_the_context_of_their_referrer() {
    let registry = InMemoryRegistry::builder()
        .rules(Unchecked(SchemaKind::Avro))
        .build();
    let options = RegisterOptions::default();
    let subject = |name: &str| Subject::new(name).unwrap();
    let reference = |name: &str| Reference {
        name: name.to_owned(),
        subject: subject(name),
        version: Version::new(1).unwrap(),
    };
    let add = |name: &str, text: &str, references| {
        let schema = SchemaDef::new(SchemaKind::Avro, text).with_references(references);
        at_once(registry.register(&subject(name), &schema, options)).unwrap();
    };
    add("base", "default base", Vec::new());
    add(":.blue:base", "blue base", Vec::new());
    add(":.blue:middle", "blue middle", vec![reference("base")]);
    let both = vec![reference("middle"), reference(":.:base")];
    add(":.blue:top", "blue top", both);
    let mut lock = LockFile::new();
    let top = subject(":.blue:top");
    at_once(lock.lock(&registry, &top, VersionRef::Latest)).unwrap();
    let text = |name: &str| {
        let found = lock.version(&subject(name), v(1)).cloned();
        found.unwrap().def.text
    };
    assert_eq!(&*text(":.blue:base"), "blue base");
    assert_eq!(&*text(":.blue:middle"), "blue middle");
    assert_eq!(&*text("base"), "default base");
    assert_eq!(lock.to_string().parse::<LockFile>().unwrap(), lock);
}
