//! What is generated from the files in `avsc/` stands in `golden_avsc/`, and is compiled in
//! `avsc_round_trip.rs`. `UPDATE_GOLDEN=1` rewrites it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

use std::path::{Path, PathBuf};

use wireform_build::{Avsc, Bytes, Maps, Strings, avsc};

#[path = "avsc_golden/errors.rs"]
mod errors;

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// Every golden file, the folder of what it is generated from, and how.
fn cases() -> Vec<(&'static str, &'static str, Avsc)> {
    let same = [
        "aliases",
        "byte_order_mark",
        "case_clash",
        "containers",
        "cross_default",
        "dead_branch",
        "debezium",
        "decimal_defaults",
        "decimals",
        "deep",
        "defaults",
        "docs",
        "durations",
        "empty_record",
        "empty_records",
        "endless",
        "enums",
        "error_type",
        "expression",
        "fixed",
        "hostile_text",
        "keywords",
        "list",
        "locals",
        "logical",
        "long_names",
        "many_branches",
        "many_symbols",
        "multi_file",
        "mutual",
        "namespaces",
        "nan",
        "nested_unions",
        "null_everywhere",
        "nulls",
        "odd_logical",
        "orders",
        "path_clash",
        "primitive_modules",
        "primitives",
        "recursive_defaults",
        "root_containers",
        "root_fixed",
        "root_null_union",
        "root_union",
        "root_uuid",
        "same_definition",
        "same_simple",
        "same_stem",
        "single_branch",
        "std_names",
        "tree",
        "underscores",
        "unicode",
        "union_defaults",
        "unknown_attributes",
        "uuids",
        "wide",
        "wide_union",
        "windows_lines",
    ];
    let mut cases: Vec<_> = same.map(|case| (case, case, avsc())).into();
    let attributes = avsc()
        .type_attribute("shop.orders.Order", "#[derive(PartialOrd)]")
        .type_attribute("Line", "#[derive(PartialOrd)]")
        .type_attribute("Order.payment", "#[derive(PartialOrd)]")
        .type_attribute("Card", "#[derive(PartialOrd)]")
        .type_attribute("Last4", "#[derive(PartialOrd)]")
        .type_attribute("Invoice", "#[derive(PartialOrd)]")
        .type_attribute(".", "#[must_use]")
        .field_attribute("Order.signature", "#[doc(hidden)]")
        .maps(Maps::BTreeMap);
    let lean = avsc()
        .borrowed(true)
        .bytes(Bytes::Bytes)
        .maps(Maps::Pairs)
        .strings(Strings::CompactString);
    let hasher = "::std::hash::BuildHasherDefault<::std::hash::DefaultHasher>";
    cases.extend([
        ("attributes", "orders", attributes),
        ("settings", "settings", avsc()),
        ("arc_str", "settings", avsc().strings(Strings::ArcStr)),
        ("btree_maps", "settings", avsc().maps(Maps::BTreeMap)),
        ("bytes", "settings", avsc().bytes(Bytes::Bytes)),
        (
            "compact",
            "settings",
            avsc().strings(Strings::CompactString),
        ),
        (
            "hasher",
            "settings",
            avsc().maps(Maps::HashMapWith(hasher.to_owned())),
        ),
        ("lean", "settings", lean.clone()),
        ("lean_clash", "case_clash", lean.clone()),
        ("lean_containers", "containers", lean.clone()),
        ("lean_deep", "deep", lean.clone()),
        ("lean_endless", "endless", lean.clone()),
        ("lean_mutual", "mutual", lean.clone()),
        ("lean_locals", "locals", lean.clone()),
        ("lean_names", "std_names", lean.clone()),
        ("lean_nested", "nested_unions", lean.clone()),
        ("lean_nulls", "null_everywhere", lean.clone()),
        ("lean_orders", "orders", lean.clone()),
        ("lean_recursive", "recursive_defaults", lean.clone()),
        ("lean_roots", "root_containers", lean.clone()),
        ("lean_unions", "root_null_union", lean.clone()),
        ("lean_wide_union", "wide_union", lean),
        ("pairs", "settings", avsc().maps(Maps::Pairs)),
        ("ref_clash", "case_clash", avsc().borrowed(true)),
        ("ref_files", "multi_file", avsc().borrowed(true)),
        ("ref_tree", "tree", avsc().borrowed(true)),
    ]);
    cases
}

/// All files of a case, sorted.
fn files(case: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![here().join("avsc").join(case)];
    while let Some(path) = open.pop() {
        match path.is_dir() {
            true => open.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            ),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

#[test]
fn golden_files_are_fresh() {
    let mut stale = Vec::new();
    for (golden, folder, settings) in cases() {
        let generated = settings
            .generate(&files(folder))
            .unwrap_or_else(|error| panic!("{golden}: {error}"));
        let path = here().join("golden_avsc").join(format!("{golden}.rs"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, generated.text()).unwrap();
        }
        if std::fs::read_to_string(&path).unwrap_or_default() != generated.text() {
            stale.push(golden);
        }
    }
    assert!(
        stale.is_empty(),
        "{stale:?}: run again with UPDATE_GOLDEN=1 and read the diff"
    );
}

/// Whatever order a folder lists them in, and whatever the paths to them.
#[test]
fn the_order_of_files_changes_nothing() {
    for case in [
        "multi_file",
        "root_containers",
        "same_definition",
        "same_stem",
    ] {
        let files = files(case);
        let expected = avsc().generate(&files).unwrap();
        for start in 0..files.len() {
            let (first, last) = files.split_at(start);
            let turned: Vec<&PathBuf> = last.iter().chain(first).collect();
            assert_eq!(avsc().generate(&turned).unwrap().text(), expected.text());
            let reversed: Vec<&PathBuf> = turned.into_iter().rev().collect();
            assert_eq!(avsc().generate(&reversed).unwrap().text(), expected.text());
        }
    }
}

/// No path of a machine, and nothing but what rustfmt would leave alone.
#[test]
fn the_text_is_parsed_and_printed() {
    for (golden, folder, settings) in cases() {
        let generated = settings.generate(&files(folder)).unwrap();
        assert!(
            !generated.text().contains(env!("CARGO_MANIFEST_DIR")),
            "{golden}"
        );
        assert!(generated.text().ends_with("}\n"), "{golden}");
    }
}
