//! The workspace as Cargo sees it.

use std::path::{Path, PathBuf};
use std::process::Command;

use wireform_limits::{LIMIT, output};

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_owned)
        .unwrap_or_default()
}

/// What `cargo ARGS` prints.
///
/// # Panics
/// If it fails; with what it said.
#[must_use]
pub fn cargo(args: &[&str]) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    let output = output(cargo.args(args).current_dir(root()), LIMIT);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {args:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Names of the packages that `package` with `features` is built of, itself first.
#[must_use]
pub fn tree(package: &str, features: &str) -> Vec<String> {
    let args = [
        "tree",
        "--locked",
        "--package",
        package,
        "--no-default-features",
        "--features",
        features,
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ];
    let mut names: Vec<String> = cargo(&args)
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    names.dedup();
    let first = names.first().cloned().unwrap_or_default();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| *name != first);
    names.insert(0, first);
    names
}
