//! The arrows between the crates, and between the modules of one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use wireform_tests::workspace::{cargo, root};

/// What each crate may depend on among ours, in what is published.
const ARROWS: [(&str, &[&str]); 7] = [
    ("wireform-registry", &[]),
    ("wireform-derive", &[]),
    ("wireform", &["wireform-registry", "wireform-derive"]),
    ("wireform-producer", &["wireform", "wireform-registry"]),
    ("wireform-consumer", &["wireform", "wireform-producer"]),
    ("wireform-build", &["wireform", "wireform-registry"]),
    (
        "wireform-cli",
        &[
            "wireform",
            "wireform-build",
            "wireform-consumer",
            "wireform-producer",
            "wireform-registry",
        ],
    ),
];

/// Modules of `wireform` that are codecs, and the other codecs that they may name.
const CODECS: [(&str, &[&str]); 5] = [
    ("avro", &[]),
    // An annotated datetime is one of Avro's timestamps, too.
    ("datetime", &["avro", "json"]),
    ("json", &[]),
    ("json_schema", &[]),
    // A `google.protobuf.Timestamp` is a datetime.
    ("protobuf", &["datetime"]),
];

#[test]
fn crates_depend_downwards_only() {
    for (name, dependencies) in dependencies() {
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name) else {
            continue;
        };
        for dependency in dependencies.iter().filter(|d| d.starts_with("wireform")) {
            assert!(
                allowed.contains(&&**dependency),
                "{name} depends on {dependency}"
            );
        }
    }
}

#[test]
fn only_producer_and_consumer_know_rdkafka() {
    for (name, dependencies) in dependencies() {
        let knows = dependencies
            .iter()
            .any(|dependency| dependency.starts_with("rdkafka"));
        // The last three read topics, too.
        let may = [
            "wireform-producer",
            "wireform-consumer",
            "wireform-cli",
            "wireform-tests",
            "orders",
        ];
        let may = may.contains(&&*name);
        assert!(!knows || may, "{name} depends on rdkafka");
    }
}

#[test]
fn published_crates_do_not_read_contracts() {
    for folder in ["registry", "serializers", "producer", "consumer", "codegen"] {
        for (path, text) in sources(&root().join(folder).join("src")) {
            let code = without_comments(&text);
            for contracts in ["schemas/orders", "proto/shop"] {
                assert!(!code.contains(contracts), "{path} reads {contracts}");
            }
        }
        let is_build = folder == "producer" && root().join("producer/build.rs").exists();
        assert!(!is_build, "producer has a build.rs");
    }
}

#[test]
fn a_codec_names_no_other_codec() {
    let source = root().join("serializers/src");
    for (codec, allowed) in CODECS {
        let mut files = sources(&source.join(codec));
        let single = source.join(format!("{codec}.rs"));
        if let Ok(text) = fs::read_to_string(&single) {
            files.push((single.display().to_string(), text));
        }
        assert!(!files.is_empty(), "no codec {codec}");
        for (path, text) in files {
            for (other, _) in CODECS.iter().filter(|(other, _)| *other != codec) {
                let names = without_comments(&text).contains(&format!("crate::{other}::"));
                assert!(!names || allowed.contains(other), "{path} names {other}");
            }
        }
    }
}

/// A new schema language is a folder, a feature and a line in `language.rs`: nothing else in the core
/// names the languages.
#[test]
fn the_core_names_schema_languages_in_one_file() {
    let source = root().join("serializers/src");
    let mut checked = 0;
    for (path, text) in sources(&source) {
        let inside = Path::new(&path).strip_prefix(&source).unwrap();
        let inside = inside.to_str().unwrap().replace('\\', "/");
        let room = inside.split('/').next().unwrap().trim_end_matches(".rs");
        let is_codec = CODECS.iter().any(|(codec, _)| *codec == room);
        let is_test = inside.ends_with("tests.rs") || inside.contains("/tests/");
        if is_codec || is_test || MAY_NAME_LANGUAGES.contains(&&*inside) {
            continue;
        }
        let code = without_comments(&text);
        let code = code.split("#[cfg(test)]").next().unwrap();
        for language in ["avro", "json_schema", "protobuf"] {
            let names = code.contains(&format!("crate::{language}"));
            assert!(!names, "{inside} names crate::{language}");
        }
        for kind in ["Avro", "Json", "Protobuf"] {
            let names = code.contains(&format!("SchemaKind::{kind}"));
            assert!(!names, "{inside} names SchemaKind::{kind}");
        }
        checked += 1;
    }
    assert!(checked > 20, "{checked} files");
}

/// The front page, the list of languages, and the functions that make a schema of each language for
/// tests.
const MAY_NAME_LANGUAGES: [&str; 3] = ["lib.rs", "language.rs", "testing/rules.rs"];

#[test]
fn registry_knows_no_format_and_no_kafka() {
    for (path, text) in sources(&root().join("registry/src")) {
        let code = without_comments(&text);
        for word in ["rdkafka", "apache_avro::", "prost::", "jsonschema::"] {
            assert!(!code.contains(word), "{path} names {word}");
        }
    }
}

/// The rooms of `producer/src`, each after those that it may name. `native` alone calls librdkafka's C
/// functions; `observe` knows what became of records, not the engine. The files beside the rooms
/// (`error.rs`, `outcome.rs`, …) name no room.
const ROOMS: [(&str, &[&str]); 5] = [
    ("native", &[]),
    ("observe", &[]),
    ("engine", &["native", "observe"]),
    ("api", &["engine", "observe"]),
    // What the crate wireform-consumer uses.
    ("internal", &["api", "native"]),
];

#[test]
fn producer_rooms_have_no_cycle() {
    for (index, (room, allowed)) in ROOMS.iter().enumerate() {
        let is_before = |name: &&str| ROOMS.iter().take(index).any(|(room, _)| room == name);
        assert!(allowed.iter().all(is_before), "{room}");
    }
    let mut checked = 0;
    for (file, names) in producer_files() {
        let room = file.split('/').next().unwrap();
        let found = ROOMS.iter().find(|(known, _)| *known == room);
        let allowed = found.map_or(&[][..], |(_, allowed)| allowed);
        for name in names {
            let other = name.split('/').next().unwrap();
            let is_room = ROOMS.iter().any(|(known, _)| *known == other);
            let is_allowed = !is_room || other == room || allowed.contains(&other);
            assert!(is_allowed, "{file} names {name}");
            assert!(is_room || room != "native", "{file} names {name}");
        }
        checked += usize::from(found.is_some());
    }
    assert!(checked > 30, "{checked} files");
}

/// Files are told apart by room and name: those of `engine/transactions/` are one with
/// `engine/transactions.rs`.
#[test]
fn producer_files_have_no_cycle() {
    let mut files = BTreeMap::<_, BTreeSet<_>>::new();
    for (file, mut names) in producer_files() {
        names.remove(&file);
        files.entry(file).or_default().extend(names);
    }
    loop {
        let left: Vec<_> = files.keys().cloned().collect();
        files.retain(|_, names| names.iter().any(|name| left.contains(name)));
        if files.len() == left.len() {
            break;
        }
    }
    assert!(files.is_empty(), "in a cycle, or above one: {files:?}");
}

/// The files of the producer but for its front page and its tests, as `room/name`, with those that
/// they name.
fn producer_files() -> Vec<(String, BTreeSet<String>)> {
    let source = root().join("producer/src");
    let mut files = Vec::new();
    for (path, text) in sources(&source) {
        let inside = Path::new(&path).strip_prefix(&source).unwrap();
        let inside = inside.to_str().unwrap().replace('\\', "/");
        let is_test = inside.ends_with("tests.rs") || inside.contains("/tests/");
        if is_test || inside == "lib.rs" {
            continue;
        }
        let code = without_comments(&text);
        let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let named = code.split("crate::").skip(1).map(|rest| place(rest, "::"));
        files.push((place(&inside, "/"), named.collect()));
    }
    files
}

/// The room and the module that a path starts with; the module alone where it is in no room.
fn place(path: &str, separator: &str) -> String {
    let is_of_name = |char: char| char.is_ascii_lowercase() || char == '_';
    let mut parts = path.split(separator).map(|part| {
        let end = part.find(|char| !is_of_name(char));
        &part[..end.unwrap_or(part.len())]
    });
    let first = parts.next().unwrap_or_default();
    let second = parts.next().unwrap_or_default();
    let is_room = ROOMS.iter().any(|(room, _)| *room == first);
    match is_room && !second.is_empty() {
        true => format!("{first}/{second}"),
        false => first.to_owned(),
    }
}

/// Normal and build dependencies of every member.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().unwrap();
    let found: BTreeMap<String, Vec<String>> = packages
        .iter()
        .map(|package| {
            let list = package["dependencies"].as_array().unwrap();
            let shipped = list.iter().filter(|dependency| dependency["kind"] != "dev");
            (
                text(&package["name"]),
                shipped.map(|d| text(&d["name"])).collect(),
            )
        })
        .collect();
    assert!(found.len() >= 6, "members are missing: {found:?}");
    found
}

fn sources(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((
                path.display().to_string(),
                fs::read_to_string(&path).unwrap(),
            ));
        }
    }
    found
}

fn without_comments(text: &str) -> String {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}
