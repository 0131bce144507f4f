//! The texts of all schema files.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static TEXTS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut texts = HashSet::new();
    let mut open: Vec<PathBuf> = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/avsc")];
    while let Some(path) = open.pop() {
        match path.is_dir() {
            true => open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            ),
            false => {
                let text = fs::read_to_string(&path).unwrap();
                texts.insert(text.trim_start_matches('\u{feff}').to_owned());
            }
        }
    }
    texts
});

/// Whether a schema is, letter by letter, as a file has it.
pub(crate) fn is_of_a_file(text: &str) -> bool {
    TEXTS.contains(text)
}
