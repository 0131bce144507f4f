//! `docs/tour.md`: every command in it is run, and what it shows is what the page says.
//!
//! `WIREFORM_BLESS=1 cargo test -p wireform-cli tour` writes down what is seen today.

use std::path::Path;
use std::process::Command;

use super::folder;

#[test]
fn the_tour_is_what_is_seen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = root.join("docs/tour.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let place = folder("tour");
    for version in ["v1.avsc", "v2.avsc"] {
        let schema = root.join("schemas/orders-value").join(version);
        std::fs::copy(schema, place.join(version)).unwrap();
    }
    let seen = replayed(&text, &place);
    if std::env::var_os("WIREFORM_BLESS").is_some() {
        std::fs::write(&page, &seen).unwrap();
    }
    assert!(seen.matches("\n$ ").count() > 10, "there is no tour");
    assert_eq!(seen, text);
}

/// The page, with what its commands show now.
fn replayed(text: &str, place: &Path) -> String {
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
            out.push_str(&shown(command, place));
        }
    }
    out
}

/// What a terminal shows: both outputs.
fn shown(command: &str, place: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_wireform")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .current_dir(place)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("GIT_DIR")
        .env("PATH", format!("{}:{path}", binary.display()))
        .env_remove("WIREFORM_REGISTRY_URL")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}
