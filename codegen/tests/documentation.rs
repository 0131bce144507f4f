//! Comments and descriptions from elsewhere become documentation in which nothing is code: rustdoc
//! finds no doctests in it, and nothing to warn of.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Text in every form that Markdown or rustdoc could take for more.
const NASTY: &str = r#"An order.

```
panic!("fenced");
```

~~~rust
panic!("tildes");
~~~~~

    panic!("indented");

	panic!("tab");

- a list

      panic!("indented in a list");

-     panic!("code in an item");
  1. nested
     ```rust
     panic!("fenced in a list")
     ```
     - deeper

             panic!("indented deep in a list")
> ```
> panic!("quoted");
> ```
>     panic!("quoted and indented");
<pre><code class="language-rust">panic!()</code></pre>
<script>alert(1)</script> <b>unclosed <Vec<String>>
[link](javascript:alert) [Foo] [`Bar`] [Vec::nothing] [a][b] ![image](x.png)
[x]: http://example.com
[`crate::nothing`] [^1]
See https://example.com/a_b?c=d and <https://example.com>, or mail a@example.com. */ /* // \
`one` ``two`` ` alone and `[x]` and \`<script>` &lt; &#60;b>
| a | b |
|---|---|
| ``` | [y] |
# heading
Setext
======
end \[z\] `open
over lines` <i>"#;

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn rustdoc(arguments: &[&str], file: &Path) -> String {
    let program = std::env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into());
    let mut rustdoc = Command::new(program);
    rustdoc
        .args(["--edition", "2024", "--crate-name", "documented"])
        .args(arguments)
        .arg(file);
    let output = wireform_limits::output(&mut rustdoc, wireform_limits::LIMIT);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let text = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success(), "{text}");
    text
}

/// Puts all documentation of the code on items of their own, without the attributes that silence
/// lints, and shows it to rustdoc.
#[track_caller]
fn check(name: &str, code: &str) {
    let mut docs = Docs::default();
    docs.collect(&syn::parse_file(code).unwrap());
    assert!(
        docs.all.iter().any(|doc| doc.contains("An order.")),
        "{code}"
    );
    let mut out = String::from("//! Documentation.\n");
    for (number, doc) in docs.all.iter().enumerate() {
        let _ = writeln!(out, "{doc}pub struct Item{number};");
    }
    let folder = folder(name);
    let file = folder.join("lib.rs");
    std::fs::write(&file, out).unwrap();
    let tests = rustdoc(&["--test", "--test-args", "--list"], &file);
    assert!(tests.contains("0 tests"), "{tests}");
    let target = folder.join("doc").display().to_string();
    let warnings = rustdoc(
        &["-D", "warnings", "-W", "rustdoc::all", "--out-dir", &target],
        &file,
    );
    assert_eq!(warnings, "");
    let page = std::fs::read_to_string(folder.join("doc/documented/struct.Item0.html")).unwrap();
    let page = page.split("docblock").nth(1).unwrap();
    for markup in [
        "<script",
        "<b>",
        "<i>",
        "<img",
        "<pre",
        "javascript:alert\"",
    ] {
        assert!(!page.contains(markup), "{markup}: {page}");
    }
}

/// The `doc` attributes of each item, field and variant, as code.
#[derive(Default)]
struct Docs {
    all: Vec<String>,
}

impl Docs {
    fn collect(&mut self, file: &syn::File) {
        for item in &file.items {
            self.item(item);
        }
    }

    fn item(&mut self, item: &syn::Item) {
        match item {
            syn::Item::Enum(item) => {
                self.push(&item.attrs);
                for variant in &item.variants {
                    self.push(&variant.attrs);
                }
            }
            syn::Item::Mod(item) => {
                for item in item.content.iter().flat_map(|(_, items)| items) {
                    self.item(item);
                }
            }
            syn::Item::Struct(item) => {
                self.push(&item.attrs);
                for field in &item.fields {
                    self.push(&field.attrs);
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, attributes: &[syn::Attribute]) {
        let mut docs = String::new();
        for attribute in attributes
            .iter()
            .filter(|found| found.path().is_ident("doc"))
        {
            if let syn::Meta::NameValue(found) = &attribute.meta
                && let syn::Expr::Lit(text) = &found.value
                && let syn::Lit::Str(text) = &text.lit
            {
                let _ = writeln!(docs, "#[doc = {:?}]", text.value());
            }
        }
        self.all.extend((!docs.is_empty()).then_some(docs));
    }
}

/// A JSON string.
fn json(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n").replace('\t', "\\t"))
}

#[test]
fn documentation_of_avro_is_never_code() {
    let text = format!(
        r#"{{"type": "record", "name": "Order", "doc": {doc}, "fields": [
            {{"name": "id", "type": "string", "doc": {doc}}},
            {{"name": "status", "type": {{"type": "enum", "name": "Status", "symbols": ["A"], "doc": {doc}}}}}]}}"#,
        doc = json(NASTY),
    );
    let texts = [("order.avsc".to_owned(), text)];
    check(
        "avro",
        wireform_build::avsc()
            .generate_texts(&texts)
            .unwrap()
            .text(),
    );
}

#[test]
fn comments_of_protobuf_are_never_code() {
    let comment: String = NASTY.lines().map(|line| format!("//{line}\n")).collect();
    let spaced: String = NASTY.lines().map(|line| format!("// {line}\n")).collect();
    let block = format!(
        "/*\n{}\n*/",
        NASTY.replace("*/", "* /").replace("/*", "/ *")
    );
    let starred: String = NASTY
        .replace("*/", "* /")
        .replace("/*", "/ *")
        .lines()
        .map(|line| format!(" * {line}\n"))
        .collect();
    let text = format!(
        "syntax = \"proto3\";\npackage shop;\n{spaced}message Order {{\n{comment}string id = 1;\n\
         {block}\nstring name = 2;\n/**\n{starred} */\nstring other = 3; // {}\n}}\n\
         {spaced}enum Status {{\n{comment}UNKNOWN = 0;\n}}\n",
        "``` trailing [x]",
    );
    let folder = folder("proto_source");
    std::fs::write(folder.join("order.proto"), text).unwrap();
    let protos = wireform_build::protos().include(&folder);
    check(
        "protobuf",
        protos.generate(&["order.proto"]).unwrap().text(),
    );
}

#[test]
fn descriptions_of_json_schema_are_never_code() {
    let text = format!(
        r#"{{"title": "Order", "type": "object", "description": {doc}, "properties": {{
            "id": {{"type": "string", "description": {doc}}},
            "status": {{"enum": ["A"], "description": {doc}}},
            "other": {{"oneOf": [{{"type": "string", "description": {doc}}}, {{"type": "number", "title": {doc}}}]}}}}}}"#,
        doc = json(NASTY),
    );
    let texts = [("order.json".to_owned(), text)];
    let generated = wireform_build::json_schema()
        .generate_texts(&texts)
        .unwrap();
    check("json_schema", generated.text());
}
