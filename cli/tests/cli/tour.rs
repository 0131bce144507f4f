//! Pages with commands: each is run, and what it shows is what the page says. `docs/tour.md` is for
//! users; `cli/tests/data/diagnostics.md` has what each verb says when something is wrong.
//!
//! `UPDATE_GOLDEN=1 cargo test -p wireform-cli tour` writes down what is seen today.

use std::path::Path;
use std::process::Command;

use wireform_limits::{LIMIT, output};

#[cfg(feature = "kafka")]
use super::data;
use super::folder;

#[test]
fn the_tour_is_what_is_seen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let place = folder("tour");
    for version in ["v1.avsc", "v2.avsc"] {
        let schema = root.join("schemas/orders-value").join(version);
        std::fs::copy(schema, place.join(version)).unwrap();
    }
    // Annotations name files from the folder of the repository, which is this one for the reader.
    std::fs::create_dir(place.join(".git")).unwrap();
    check(&root.join("docs/tour.md"), &place, "");
}

#[cfg(feature = "kafka")]
#[test]
fn the_diagnostics_are_what_is_seen() {
    let place = folder("diagnostics");
    for name in ["order_v1.avsc", "order_v2.avsc", "nested.proto"] {
        std::fs::copy(data(name), place.join(name)).unwrap();
    }
    let served = super::registry::Served::start();
    check(Path::new(&data("diagnostics.md")), &place, served.url());
}

#[track_caller]
fn check(page: &Path, place: &Path, registry: &str) {
    let text = std::fs::read_to_string(page).unwrap();
    let seen = replayed(&text, place, registry);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(page, &seen).unwrap();
    }
    assert!(seen.matches("\n$ ").count() > 10, "there is no tour");
    if let Some((seen, text)) = seen.lines().zip(text.lines()).find(|(a, b)| a != b) {
        panic!("{}: seen {seen:?}, expected {text:?}", page.display());
    }
    assert_eq!(seen.len(), text.len(), "{}", page.display());
}

/// The page, with what its commands show now.
fn replayed(text: &str, place: &Path, registry: &str) -> String {
    let mut out = String::new();
    let mut is_console = false;
    for line in text.lines() {
        match line {
            "```console" => is_console = true,
            "```" => is_console = false,
            _ => {}
        }
        let command = line.strip_prefix("$ ").filter(|_| is_console);
        if !is_console || command.is_some() || line == "```console" {
            out.push_str(line);
            out.push('\n');
        }
        if let Some(command) = command {
            out.push_str(&shown(command, place, registry));
        }
    }
    out
}

/// What a terminal shows: both outputs.
fn shown(command: &str, place: &Path, registry: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_wireform")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .current_dir(place)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("GIT_DIR")
        .env("PATH", format!("{}:{path}", binary.display()))
        .env("REGISTRY", registry)
        .env_remove("WIREFORM_BROKERS")
        .env_remove("WIREFORM_REGISTRY_URL");
    let output = output(&mut shell, LIMIT);
    let shown = String::from_utf8(output.stdout).unwrap();
    match registry {
        "" => shown,
        url => shown.replace(url, "$REGISTRY"),
    }
}
