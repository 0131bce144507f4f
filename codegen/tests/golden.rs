//! What is generated from the files in `protos/` stands in `golden/`, and is compiled in
//! `round_trip.rs`. `UPDATE_GOLDEN=1` rewrites it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

use std::path::{Path, PathBuf};

use wireform_build::{ErrorKind, Generated, Protos, protos};

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

#[track_caller]
fn check_golden(case: &str, files: &[&str]) {
    check_with(protos(), case, files);
}

#[track_caller]
fn check_with(settings: Protos, case: &str, files: &[&str]) {
    let settings = settings.include(here().join("protos").join(case));
    let generated = settings.generate(files).unwrap();
    assert_eq!(
        generated,
        settings.generate(files).unwrap(),
        "not deterministic"
    );
    check_file(
        &here().join("golden").join(format!("{case}.rs")),
        &generated,
    );
}

/// Published crates cannot build with this one, so what their own tests use is checked in.
#[test]
fn fixtures_of_wireform_are_fresh() {
    let cases = [
        ("imports", "shop/sales/v1/sale.proto"),
        ("orders", "shop/orders/v1/order.proto"),
    ];
    for (case, file) in cases {
        let settings = protos().include(here().join("protos").join(case));
        let fixtures = here().join("../../serializers/src/protobuf/fixtures");
        let generated = settings.generate(&[file]).unwrap();
        check_file(&fixtures.join(format!("{case}.rs")), &generated);
    }
}

#[track_caller]
fn check_file(path: &Path, generated: &Generated) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, generated.text()).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        generated.text() == expected,
        "{}: run again with UPDATE_GOLDEN=1 and read the diff",
        path.display()
    );
}

/// `broken` is the text of a.proto; the message must hold all of `expected`.
#[track_caller]
fn check_error(broken: &str, kind: ErrorKind, expected: &[&str]) {
    let directory = tempfile();
    std::fs::write(directory.join("a.proto"), broken).unwrap();
    let error = protos()
        .include(&directory)
        .generate(&["a.proto"])
        .unwrap_err();
    std::fs::remove_dir_all(&directory).unwrap();
    assert_eq!(error.kind(), kind, "{error}");
    for part in expected {
        assert!(error.to_string().contains(part), "{error}");
    }
}

fn tempfile() -> PathBuf {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let unique = format!(
        "{}-{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(unique);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

#[test]
fn alias() {
    check_golden("alias", &["alias.proto"]);
}

#[test]
fn clash() {
    check_golden("clash", &["inner.proto"]);
}

#[test]
fn comments() {
    check_golden("comments", &["comments.proto"]);
}

#[test]
fn empty() {
    check_golden("empty", &["empty.proto"]);
}

#[test]
fn groups() {
    check_golden("groups", &["groups.proto"]);
}

#[test]
fn imports() {
    check_golden("imports", &["shop/sales/v1/sale.proto"]);
}

#[test]
fn keywords() {
    check_golden("keywords", &["keywords.proto"]);
}

#[test]
fn maps() {
    check_golden("maps", &["maps.proto"]);
}

#[test]
fn nested() {
    check_golden("nested", &["nested.proto"]);
}

#[test]
fn no_package() {
    check_golden("no_package", &["no_package.proto"]);
}

#[test]
fn oneof() {
    check_golden("oneof", &["oneof.proto"]);
}

#[test]
fn optional() {
    check_golden("optional", &["optional.proto"]);
}

#[test]
fn orders() {
    check_golden("orders", &["shop/orders/v1/order.proto"]);
}

#[test]
fn packages() {
    let settings = protos()
        .bytes(&["."])
        .type_attribute(".one.two.A", "#[derive(PartialOrd)]");
    check_with(settings, "packages", &["c.proto", "b.proto"]);
}

#[test]
fn proto2() {
    check_golden("proto2", &["legacy.proto"]);
}

#[test]
fn well_known() {
    check_golden("well_known", &["well_known.proto"]);
}

#[test]
fn more_kinds_of_files() {
    for (case, files) in [
        ("choices", &["choices.proto"][..]),
        ("deep", &["deep.proto"]),
        ("defaults", &["defaults.proto"]),
        ("deprecated", &["deprecated.proto"]),
        ("diamond", &["top.proto"]),
        ("enums", &["enums.proto"]),
        ("extensions", &["extensions.proto"]),
        ("far_numbers", &["far_numbers.proto"]),
        ("fences", &["fences.proto"]),
        ("json_names", &["json_names.proto"]),
        ("map_kinds", &["map_kinds.proto"]),
        ("mutual", &["mutual.proto"]),
        ("name_clashes", &["name_clashes.proto", "fields.proto"]),
        ("nested_groups", &["nested_groups.proto"]),
        ("oneof_keywords", &["oneof_keywords.proto"]),
        ("options", &["options.proto"]),
        ("packing", &["packing.proto"]),
        ("public_import", &["main.proto"]),
        ("required", &["required.proto"]),
        ("reserved", &["reserved.proto"]),
        ("same_names", &["a.proto"]),
        ("service", &["service.proto"]),
        ("short", &["short.proto"]),
        ("structs", &["structs.proto"]),
        ("times", &["times.proto"]),
        ("unicode", &["unicode.proto"]),
        ("wrappers", &["wrappers.proto"]),
    ] {
        check_golden(case, files);
    }
}

#[test]
fn attributes() {
    let settings = protos()
        .type_attribute(".attributes.Inner", "#[derive(PartialOrd)]")
        .message_attribute("Outer", "#[must_use]")
        .enum_attribute("Kind", "#[allow(clippy::exhaustive_enums)]")
        .field_attribute("Inner.secret", "#[doc(hidden)]")
        .boxed(&["Outer.inner", ".attributes.Outer.pick.one"])
        .retain_enum_prefix();
    check_with(settings, "attributes", &["attributes.proto"]);
}

#[test]
fn renamed() {
    let settings = protos()
        .rename_field(".renamed.Event.type", "kind")
        .rename_field(".renamed.Event.value", "payload")
        .rename_field(".renamed.Event.Inner.ref", "r#match")
        .disable_comments(&["."]);
    check_with(settings, "renamed", &["renamed.proto"]);
}

#[test]
fn a_field_that_is_not_there_cannot_be_renamed() {
    for (path, name) in [
        (".renamed.Event.gone", "kind"),
        (".renamed.Gone.type", "kind"),
        ("Event.type", "kind"),
        (".renamed.Event.type", "not a name"),
        (".renamed.Event.type", ""),
    ] {
        let settings = protos().include(here().join("protos/renamed"));
        let error = settings
            .rename_field(path, name)
            .generate(&["renamed.proto"])
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    }
}

#[test]
fn hash_maps() {
    let settings = protos()
        .btree_map(&[".hash_maps.Mixed.sorted"])
        .bytes(&[".hash_maps.Mixed.fast"]);
    check_with(settings, "hash_maps", &["hash_maps.proto"]);
}

/// What rustdoc would compile and run: fences, and lines indented by four columns and more.
#[test]
fn comments_give_no_doctests() {
    for entry in std::fs::read_dir(here().join("golden")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let docs = text
            .lines()
            .map(str::trim_start)
            .filter_map(|line| line.strip_prefix("///"));
        for doc in docs {
            let is_code = doc.contains("```") || doc.contains("~~~") || doc.starts_with("     ");
            assert!(!is_code && !doc.contains('\t'), "{}: {doc}", path.display());
        }
    }
}

#[test]
fn imports_are_inputs_too() {
    let directory = here().join("protos/imports");
    let generated = protos().include(&directory);
    let generated = generated.generate(&["shop/sales/v1/sale.proto"]).unwrap();
    let expected = [
        "money/v1/money.proto",
        "common/v1/customer.proto",
        "sales/v1/sale.proto",
    ];
    let expected = expected.map(|path| directory.join("shop").join(path));
    assert_eq!(generated.inputs(), expected);
}

#[test]
fn errors_name_file_line_and_column() {
    check_error(
        "syntax = \"proto3\";\nmessage A {\n  strin b = 1;\n}\n",
        ErrorKind::InvalidProto,
        &["a.proto:3:3", "strin"],
    );
    check_error(
        "message A {\n  oops\n",
        ErrorKind::InvalidProto,
        &["a.proto:"],
    );
    check_error(
        "import \"no.proto\";",
        ErrorKind::InvalidProto,
        &["a.proto:1:1", "no.proto"],
    );
}

#[test]
fn two_messages_of_one_rust_name_get_two() {
    let directory = tempfile();
    std::fs::write(
        directory.join("a.proto"),
        "message AbC {}\nmessage abC {}\n",
    )
    .unwrap();
    let generated = protos().include(&directory).generate(&["a.proto"]).unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
    for name in ["pub struct AbC {}", "pub struct AbC2 {}", "\"abC\""] {
        assert!(generated.text().contains(name), "{name}");
    }
}

#[test]
fn enum_values_of_one_variant_are_refused() {
    check_error(
        "enum Kind { KIND_A = 0; A = 1; }",
        ErrorKind::Unsupported,
        &["Kind", "\"KIND_A\" and \"A\"", "variant \"A\""],
    );
}

#[test]
fn messages_without_values_are_refused() {
    for broken in [
        "message Endless { required Endless again = 1; }",
        "message Endless { required B b = 1; } message B { required Endless back = 1; }",
        "message Endless { required group G = 1 { required Endless again = 1; } }",
    ] {
        check_error(
            broken,
            ErrorKind::Unsupported,
            &["\"Endless\"", "requires", "no finite value"],
        );
    }
}

#[test]
fn public_imports_are_followed_through_several_files() {
    let directory = tempfile();
    let files = [
        ("c.proto", "package x; message C { optional int32 a = 1; }"),
        ("b.proto", "package x; import public \"c.proto\";"),
        ("a.proto", "package x; import public \"b.proto\";"),
        (
            "user.proto",
            "package x; import \"a.proto\"; message U { optional C c = 1; }",
        ),
    ];
    for (name, text) in files {
        std::fs::write(directory.join(name), text).unwrap();
    }
    let generated = protos()
        .include(&directory)
        .generate(&["user.proto"])
        .unwrap();
    let inputs = generated.inputs().len();
    let again = protos()
        .include(&directory)
        .generate(&["user.proto"])
        .unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
    assert_eq!(inputs, files.len());
    assert_eq!(generated, again);
    // What is registered is the file as it is: its one import, and no other.
    let registered = generated
        .text()
        .lines()
        .skip_while(|line| !line.contains("pub static USER_PROTO"))
        .take_while(|line| !line.contains("pub static C_PROTO"))
        .collect::<String>();
    assert!(registered.contains("&[&A_PROTO]"), "{registered}");
}

/// What is generated, without the embedded descriptors: protoc writes the same messages in other
/// bytes.
fn types(generated: &Generated) -> String {
    let (types, _) = generated.text().split_once("pub mod __wireform").unwrap();
    types.to_owned()
}

#[test]
#[ignore = "needs PROTOC, the path of protoc"]
fn protoc_and_protox_give_the_same_types() {
    let protoc = std::env::var("PROTOC").unwrap();
    for (case, file) in [
        ("comments", "comments.proto"),
        ("groups", "groups.proto"),
        ("imports", "shop/sales/v1/sale.proto"),
        ("name_clashes", "name_clashes.proto"),
        ("options", "options.proto"),
        ("optional", "optional.proto"),
        ("orders", "shop/orders/v1/order.proto"),
        ("proto2", "legacy.proto"),
        ("well_known", "well_known.proto"),
    ] {
        let settings = protos().include(here().join("protos").join(case));
        let own = settings.generate(&[file]).unwrap();
        let real = settings.protoc(&protoc).generate(&[file]).unwrap();
        assert_eq!(types(&real), types(&own), "{case}");
        assert_eq!(real.inputs(), own.inputs(), "{case}");
    }
}

/// An option whose extension has a relative name, and a oneof with the name that `optional` makes
/// up.
#[test]
#[ignore = "needs PROTOC, the path of protoc"]
fn protoc_takes_what_protox_refuses() {
    let protoc = std::env::var("PROTOC").unwrap();
    let directory = tempfile();
    let options = "syntax = \"proto2\"; package foo.bar;
        import \"google/protobuf/descriptor.proto\";
        message Opt { extensions 100 to 200; }
        extend Opt { optional string ext = 100; }
        extend google.protobuf.MessageOptions { optional Opt opt = 50001; }
        message A { option (opt) = { [ext]: \"x\" }; optional int32 a = 1; }";
    let oneof = "syntax = \"proto3\"; message Foo { optional string oo = 1; oneof _oo { string X_oo = 2; } }";
    for text in [options, oneof] {
        std::fs::write(directory.join("a.proto"), text).unwrap();
        let settings = protos().include(&directory);
        settings.protoc(&protoc).generate(&["a.proto"]).unwrap();
    }
    std::fs::write(directory.join("a.proto"), "message A { oops }").unwrap();
    let settings = protos().include(&directory).protoc(&protoc);
    let error = settings.generate(&["a.proto"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidProto);
    assert!(error.to_string().contains("a.proto:1:"), "{error}");
    let settings = settings.protoc("no-such-program");
    let error = settings.generate(&["a.proto"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn editions_are_refused_by_name() {
    check_error(
        "// A comment.\nedition = \"2023\";\nmessage A {}\n",
        ErrorKind::Unsupported,
        &["a.proto", "edition \"2023\" is not supported"],
    );
}

#[test]
fn malformed_attribute_is_an_error() {
    let settings = protos()
        .include(here().join("protos/empty"))
        .type_attribute(".", "#[derive(");
    let error = settings.generate(&["empty.proto"]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
}

#[test]
fn missing_file_is_named() {
    let error = protos()
        .include(here())
        .generate(&["gone.proto"])
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidProto);
    assert!(error.to_string().contains("gone.proto"), "{error}");
}

#[test]
fn carriage_returns_stay_in_the_text() {
    let directory = tempfile();
    std::fs::write(directory.join("a.proto"), "// a\r\nmessage A {}\r\n").unwrap();
    let generated = protos().include(&directory).generate(&["a.proto"]).unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
    assert!(generated.text().contains(r#""// a\r\nmessage A {}\r\n""#));
}
