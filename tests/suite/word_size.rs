//! The libraries compile where `usize` has 32 bits. No such target is installed here, so their
//! constants are read: one that needs more bits is an error there, and none elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use wireform_tests::workspace::root;

const CRATES: [&str; 4] = ["codegen", "producer", "registry", "serializers"];

#[test]
fn constants_fit_into_32_bits() {
    let mut checked = 0;
    let mut wrong = Vec::new();
    for folder in CRATES {
        for path in sources(&root().join(folder).join("src")) {
            let text = fs::read_to_string(&path).unwrap();
            for (line, value) in constants(&text) {
                checked += 1;
                if value > u128::from(u32::MAX) {
                    wrong.push(format!("{}: {line}", path.display()));
                }
            }
        }
    }
    assert!(checked > 40, "only {checked} constants were found");
    assert_eq!(wrong, Vec::<String>::new());
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Lines that give a number to a constant of the type `usize`, with the number.
fn constants(text: &str) -> impl Iterator<Item = (&str, u128)> {
    text.lines().filter_map(|line| {
        let line = line.trim();
        let (_, value) = line.split_once(": usize = ")?;
        let is_constant = line.contains("const ") || line.contains("static ");
        let value = number(value.strip_suffix(';')?)?;
        is_constant.then_some((line, value))
    })
}

/// The value of a number, of a shift or of a product.
fn number(expression: &str) -> Option<u128> {
    if let Some((left, right)) = expression.split_once("<<") {
        let places = u32::try_from(number(right)?).ok()?;
        return number(left)?.checked_mul(2_u128.checked_pow(places)?);
    }
    if let Some((left, right)) = expression.split_once('*') {
        return number(left)?.checked_mul(number(right)?);
    }
    let digits = expression.trim().replace('_', "");
    match digits.strip_prefix("0x") {
        Some(digits) => u128::from_str_radix(digits, 16).ok(),
        None => digits.parse().ok(),
    }
}

#[test]
fn numbers_are_read_as_the_compiler_reads_them() {
    assert_eq!(number("1 << 40"), Some(1 << 40));
    assert_eq!(number("64 * 1_024"), Some(65_536));
    assert_eq!(number("0xff"), Some(255));
    assert_eq!(number("u32::MAX as usize"), None);
}
