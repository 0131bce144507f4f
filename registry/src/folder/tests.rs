use std::path::PathBuf;

use super::*;
use crate::id::SchemaId;
use crate::rules::{Incompatibility, ParsedSchema};
use crate::schema::ResolvedSchema;

/// A folder that goes when the test ends.
struct Temporary(PathBuf);

impl Temporary {
    fn new(files: &[(&str, &str)]) -> Self {
        let thread = std::thread::current().id();
        let name = format!("wireform-folder-{}-{thread:?}", std::process::id());
        let folder = Self(std::env::temp_dir().join(name));
        fs::create_dir_all(&folder.0).unwrap();
        for (name, text) in files {
            let path = folder.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn version(number: u32) -> Version {
    Version::new(number).unwrap()
}

fn reference(name: &str, subject: &str, number: u32) -> Reference {
    Reference {
        name: name.to_owned(),
        subject: Subject::new(subject).unwrap(),
        version: version(number),
    }
}

#[test]
fn what_is_written_is_read_again() {
    let folder = Temporary::new(&[]);
    let mut schema = RegisteredSchema {
        subject: Subject::new("shop/v1/../order.proto").unwrap(),
        version: version(3),
        id: SchemaId::new(1),
        guid: None,
        def: SchemaDef::new(SchemaKind::Protobuf, "syntax = \"proto3\";\n")
            .with_references(vec![reference("a/b.proto", "a/b.proto", 2)]),
    };
    let path = SchemaFolder::write(&folder.0, &schema).unwrap();
    assert_eq!(path, folder.0.join("shop%2Fv1%2F..%2Forder.proto/v3.proto"));
    let read = SchemaFolder::read(&folder.0).unwrap();
    let [found] = read.versions() else {
        panic!("{read:?}")
    };
    assert_eq!(found.subject, schema.subject);
    assert_eq!(found.version, schema.version);
    assert_eq!(found.schema.as_ref().unwrap(), &schema.def);
    // References and types of an older download do not stay.
    schema.def = SchemaDef::new(SchemaKind::Json, "{}");
    SchemaFolder::write(&folder.0, &schema).unwrap();
    let read = SchemaFolder::read(&folder.0).unwrap();
    assert_eq!(read.versions().len(), 1);
    assert_eq!(read.versions()[0].schema.as_ref().unwrap(), &schema.def);
}

#[test]
fn a_folder_without_encoding_stays_in_use() {
    let folder = Temporary::new(&[("a b/v1.avsc", "x")]);
    let schema = RegisteredSchema {
        subject: Subject::new("a b").unwrap(),
        version: version(2),
        id: SchemaId::new(1),
        guid: None,
        def: SchemaDef::new(SchemaKind::Avro, "y"),
    };
    let path = SchemaFolder::write(&folder.0, &schema).unwrap();
    assert_eq!(path, folder.0.join("a b/v2.avsc"));
    assert_eq!(SchemaFolder::read(&folder.0).unwrap().versions().len(), 2);
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_of_its_version() {
    let folder = Temporary::new(&[
        ("a/v1.avsc", "\u{feff}x"),
        ("b/v1.avsc", "x"),
        ("b/v1.references", "{}"),
        ("c/v1.avsc", "x"),
        ("c/v1.json", "x"),
    ]);
    fs::write(folder.0.join("a/v2.avsc"), b"\xff\xfex\0").unwrap();
    let read = SchemaFolder::read(&folder.0).unwrap();
    let said: Vec<String> = read
        .versions()
        .iter()
        .map(|version| match &version.schema {
            Ok(schema) => schema.text.to_string(),
            Err(error) => error.to_string(),
        })
        .collect();
    assert_eq!(said.len(), 4, "{said:?}");
    assert_eq!(said[0], "x");
    assert!(
        said[1].contains("v2.avsc") && said[1].contains("UTF-8"),
        "{said:?}"
    );
    assert!(said[2].contains("v1.references"), "{said:?}");
    assert!(said[3].contains("two files of version 1"), "{said:?}");
}

#[test]
fn schemas_in_other_places_are_skipped_and_listed() {
    let folder = Temporary::new(&[
        ("a/v1.avsc", "x"),
        ("a/v1.metadata.json", "{}"),
        ("a/v1.rules.json", "{}"),
        ("a/1.avsc", "x"),
        ("a/deep/v1.proto", "x"),
        ("flat.json", "{}"),
        ("README.md", "notes"),
        (".git/x/y.json", "{}"),
    ]);
    let read = SchemaFolder::read(&folder.0).unwrap();
    assert_eq!(read.versions().len(), 1);
    let mut skipped: Vec<_> = read
        .skipped()
        .iter()
        .map(|path| path.strip_prefix(&folder.0).unwrap().to_owned())
        .collect();
    skipped.sort();
    let expected = ["a/1.avsc", "a/deep/v1.proto", "flat.json"];
    assert_eq!(skipped, expected.map(PathBuf::from));
}

fn skipped(folder: &Temporary) -> Vec<PathBuf> {
    let read = SchemaFolder::read(&folder.0).unwrap();
    let skipped = read.skipped().iter();
    skipped
        .map(|path| path.strip_prefix(&folder.0).unwrap().to_owned())
        .collect()
}

#[test]
fn a_subject_folder_without_a_version_is_skipped_and_listed() {
    let folder = Temporary::new(&[
        ("a/v1.avsc", "x"),
        ("a/notes.txt", "x"),
        ("b/v1.avro", "x"),
        ("c/v1.AVSC", "x"),
        ("d/v1.references", "[]"),
        (".git/config", "x"),
    ]);
    fs::create_dir_all(folder.0.join("e")).unwrap();
    let expected = ["b", "c/v1.AVSC", "d", "e"];
    assert_eq!(skipped(&folder), expected.map(PathBuf::from));
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_are_skipped_and_listed() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let folder = Temporary::new(&[("a/v1.avsc", "x")]);
    let name = |bytes: &'static [u8]| PathBuf::from(OsStr::from_bytes(bytes));
    let (hidden, subject, version) = (name(b".\xff"), name(b"b\xff"), name(b"a/v2\xff"));
    for file in [&hidden, &version] {
        fs::write(folder.0.join(file), "x").unwrap();
    }
    fs::create_dir_all(folder.0.join(&subject)).unwrap();
    assert_eq!(skipped(&folder), [version, subject]);
}

#[cfg(unix)]
#[test]
fn a_dangling_link_is_skipped_and_listed() {
    let folder = Temporary::new(&[("a/v1.avsc", "x")]);
    std::os::unix::fs::symlink("elsewhere", folder.0.join("b")).unwrap();
    assert_eq!(skipped(&folder), [PathBuf::from("b")]);
}

#[test]
fn files_that_are_not_on_the_disk_are_read() {
    let files = [
        ("s/a%2Fb/v1.avsc", "x"),
        (
            "s/a%2Fb/v1.references",
            r#"[{"name":"C","subject":"c","version":4}]"#,
        ),
        ("s/c/v4.avsc", "y"),
        ("s/c/v5.avsc", ""),
        ("s/c/notes.txt", "x"),
    ];
    let text = |path: &Path| {
        let found = files.iter().find(|(name, _)| path == Path::new(name));
        match found {
            Some((_, text)) if !text.is_empty() => Ok((*text).to_owned()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    };
    let read = SchemaFolder::from_files(files.map(|(name, _)| name.into()), text);
    let first = read.version_at("s/a%2Fb/v1.avsc").unwrap();
    assert_eq!(first.subject.as_str(), "a/b");
    let schema = first.schema.as_ref().unwrap();
    let resolved = read.texts().resolve(&first.subject, schema).unwrap();
    assert_eq!(&*resolved.references[0].text, "y");
    let missing = read.version_at("s/c/v5.avsc").unwrap();
    assert!(missing.schema.is_err());
    assert_eq!(read.versions().len(), 3);
}

/// `type NAME uses "A" "B"`: valid where texts of all that it uses are given.
#[derive(Debug)]
struct Uses;

impl SchemaRules for Uses {
    fn kind(&self) -> SchemaKind {
        SchemaKind::Avro
    }

    fn parse(&self, schema: &ResolvedSchema) -> Result<ParsedSchema> {
        let name = |text: &str| text.split(' ').nth(1).unwrap().to_owned();
        let mut known = Vec::new();
        let texts = schema.references.iter().map(|reference| &reference.text);
        for text in texts.chain([&schema.text]) {
            let mut used = text.split('"').skip(1).step_by(2);
            if let Some(missing) = used.find(|used| !known.iter().any(|name| name == used)) {
                let message = format!("unknown type {missing}");
                return Err(Error::new(ErrorKind::InvalidSchema, message));
            }
            known.push(name(text));
        }
        Ok(ParsedSchema {
            names: vec![name(&schema.text)],
            canonical: schema.text.to_string(),
        })
    }

    fn normalize(&self, schema: &ResolvedSchema) -> Result<String> {
        Ok(schema.text.to_string())
    }

    fn format(&self, _: &ResolvedSchema, _: &str) -> Result<Option<String>> {
        Ok(None)
    }

    fn check(&self, _: &ResolvedSchema, _: &ResolvedSchema) -> Result<Vec<Incompatibility>> {
        Ok(Vec::new())
    }
}

fn found(files: &[(&str, &str)]) -> Vec<Vec<Reference>> {
    let folder = Temporary::new(files);
    let mut read = SchemaFolder::read(&folder.0).unwrap();
    read.find_references(|_| Some(&Uses));
    let versions = read.into_versions().into_iter();
    versions
        .map(|version| version.schema.unwrap().references)
        .collect()
}

#[test]
fn references_are_found_by_name_where_one_schema_has_it() {
    let files = [
        ("a/v1.avsc", "type A uses \"B\" \"C\""),
        ("b-value/v1.avsc", "type B uses \"C\""),
        ("c-value/v1.avsc", "type C"),
        ("d/v1.avsc", "type D"),
    ];
    let [c, b] = [reference("C", "c-value", 1), reference("B", "b-value", 1)];
    assert_eq!(found(&files), [vec![b], vec![c], vec![], vec![]]);
}

#[test]
fn a_name_of_several_versions_is_not_chosen_from() {
    let files = [
        ("a/v1.avsc", "type A uses \"B\""),
        ("b/v1.avsc", "type B"),
        ("b/v2.avsc", "type B "),
    ];
    assert_eq!(found(&files), [vec![], vec![], vec![]]);
    let folder = Temporary::new(&files);
    let read = SchemaFolder::read(&folder.0).unwrap();
    let hint = read.hint(&read.versions()[0]).unwrap();
    assert!(hint.contains("v1.references"), "{hint}");
}

#[test]
fn a_file_of_references_is_taken_as_it_is() {
    let files = [
        ("a/v1.avsc", "type A uses \"B\""),
        ("a/v1.references", "[]"),
        ("b/v1.avsc", "type B"),
    ];
    assert_eq!(found(&files), [vec![], vec![]]);
}
