//! How files of text are read and written: byte order marks, other encodings, full disks.

use std::path::Path;

use super::registry::Served;
use super::{folder, run};

const MARK: &str = "\u{feff}";

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn every_verb_skips_a_byte_order_mark() {
    let place = folder("texts-mark");
    let avro =
        r#"{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":"int"}]}"#;
    let proto = "syntax = \"proto3\";\npackage n;\nmessage R { int32 a = 1; }\n";
    let json = r#"{"title":"R","type":"object","properties":{"a":{"type":"integer"}}}"#;
    let value = format!("{MARK}{{\"a\":1}}\n");
    let files = [("r.avsc", avro), ("r.proto", proto), ("r.json", json)]
        .map(|(name, text)| write(&place, name, format!("{MARK}{text}")));
    for file in &files {
        let out = place.join("out").display().to_string();
        for arguments in [
            &["lint", file][..],
            &["check", "--reader", file, "--writer", file],
            &["check", "--level", "full", file, file],
            &["encode", "--schema", file, "--framing", "none"],
            &["generate", "--out", &out, file],
        ] {
            let ran = run(arguments, &value);
            assert_eq!(ran.code, Some(0), "{arguments:?}: {}{}", ran.out, ran.talk);
        }
    }
    for verb in ["canonical", "fingerprint"] {
        assert_eq!(run(&[verb, &files[0]], "").code, Some(0), "{verb}");
    }
    let case = r#"{"name":"a","format":"avro","reader":"\"int\"","writer":"\"int\""}"#;
    let batch = run(&["check", "--batch", "-"], format!("{MARK}{case}\n"));
    assert_eq!(batch.code, Some(0), "{}", batch.out);
    let main = write(
        &place,
        "uses.proto",
        "syntax = \"proto3\"; import \"r.proto\"; message U { n.R r = 1; }",
    );
    let out = place.join("imported").display().to_string();
    let imported = run(&["generate", "--out", &out, &main], "");
    assert_eq!(imported.code, Some(0), "{}", imported.talk);
}

#[test]
fn a_file_that_is_not_utf8_is_reported_and_the_others_are_done() {
    let place = folder("texts-encoding");
    let latin = write(&place, "latin.avsc", b"\"caf\xe9\"");
    let wide: Vec<u8> = "\u{feff}\"int\""
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let wide = write(&place, "wide.avsc", wide);
    let bad = write(&place, "bad.avsc", "{\"type\":\"recor\"}");
    for arguments in [
        &["lint", "--output", "json"][..],
        &["check", "--level", "none", "--output", "json"],
    ] {
        let ran = run(&[arguments, &[&latin, &wide, &bad]].concat(), "");
        assert_eq!(ran.code, Some(1), "{arguments:?}: {}", ran.talk);
        let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let findings = report["findings"].as_array().unwrap();
        for file in [&latin, &wide] {
            let found = findings.iter().find(|finding| finding["file"] == **file);
            let message = found.unwrap()["message"].as_str().unwrap();
            assert!(message.contains("UTF-8"), "{message}");
        }
    }
    let linted = run(&["lint", &latin, &bad], "");
    assert!(
        linted.out.contains("bad.avsc"),
        "the others are linted: {}",
        linted.out
    );
}

/// Runs a command that can write nothing to a file, as on a full disk.
#[cfg(unix)]
fn on_a_full_disk(arguments: &[&str]) -> std::process::Output {
    // Without the signal, writing fails with an error.
    let script = "trap '' 25; ulimit -f 0; exec \"$0\" \"$@\"";
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", script, env!("CARGO_BIN_EXE_wireform")])
        .args(arguments)
        .env_remove("WIREFORM_REGISTRY_URL");
    wireform_limits::output(&mut shell, wireform_limits::LIMIT)
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_files() {
    let served = Served::start();
    let place = folder("texts-full");
    let schema = |kind: &str| {
        let text = format!(
            r#"{{"type":"record","name":"R","namespace":"n","fields":[{{"name":"a","type":"{kind}"}}]}}"#
        );
        write(&place, "in/r-value/v1.avsc", text)
    };
    let file = schema("int");
    let lock = place.join("wireform.lock").display().to_string();
    let out = place.join("out").display().to_string();
    let dir = place.join("dl").display().to_string();
    let url = served.url();
    let register = ["registry", "--registry", url, "register", "r-value", &file];
    let verbs = [
        &["lock", "--registry", url, "--file", &lock, "r-value"][..],
        &["generate", "--out", &out, &file],
        &["registry", "--registry", url, "download", &dir],
    ];
    assert_eq!(run(&register, "").code, Some(0));
    for arguments in verbs {
        let ran = run(arguments, "");
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.talk);
    }
    let files = [
        place.join("wireform.lock"),
        place.join("out/avro.rs"),
        place.join("dl/r-value/v1.avsc"),
    ];
    let texts = || {
        files
            .each_ref()
            .map(|path| std::fs::read_to_string(path).unwrap())
    };
    let before = texts();
    schema("long");
    assert_eq!(run(&register, "").code, Some(0));
    std::fs::write(&files[2], "an older text").unwrap();
    for arguments in verbs {
        let full = on_a_full_disk(arguments);
        assert!(!full.status.success(), "{arguments:?}");
    }
    let [lock, code, _] = before;
    assert_eq!(texts(), [lock, code, "an older text".to_owned()]);
    let names = std::fs::read_dir(&place).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 4, "no temporary file stays: {names:?}");
}
