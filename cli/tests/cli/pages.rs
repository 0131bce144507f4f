use std::path::Path;

use super::{folder, run};

#[test]
fn the_page_says_what_the_command_says() {
    let page = run(&["markdown"], "");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &page.out).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page.out,
        "docs/cli.md is stale: run again with UPDATE_GOLDEN=1"
    );
}

#[test]
fn every_verb_has_help_with_an_example() {
    let page = run(&["markdown"], "").out;
    for section in page.split("\n## ").skip(2) {
        let name = section.lines().next().unwrap();
        let is_deeper = name.matches(' ').count() > 1;
        assert!(
            is_deeper || section.contains("Example"),
            "{name} has no example"
        );
    }
}

#[test]
fn completions_and_man_pages_are_made() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&["completions", shell], "");
        assert_eq!(script.code, Some(0));
        assert!(script.out.contains("fingerprint"), "{shell}");
    }
    let folder = folder("man");
    assert_eq!(
        run(&["man", &folder.display().to_string()], "").code,
        Some(0)
    );
    let page = std::fs::read_to_string(folder.join("wireform-check.1")).unwrap();
    assert!(page.contains("\\-\\-reader"));
}
