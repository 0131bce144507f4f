//! The texts of all schema files.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static FILES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/avsc");
    let mut files = HashMap::new();
    let mut open: Vec<PathBuf> = vec![root.clone()];
    while let Some(path) = open.pop() {
        match path.is_dir() {
            true => open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            ),
            false => {
                let text = fs::read_to_string(&path).unwrap();
                let text = text.trim_start_matches('\u{feff}').to_owned();
                let name = path.strip_prefix(&root).unwrap().components();
                let parts: Vec<_> = name
                    .map(|part| part.as_os_str().to_str().unwrap())
                    .collect();
                files.insert(text, parts.join("/"));
            }
        }
    }
    files
});

/// The file that has a schema letter by letter.
#[track_caller]
pub(crate) fn file_of(text: &str) -> &'static str {
    FILES.get(text).unwrap_or_else(|| panic!("no file: {text}"))
}
