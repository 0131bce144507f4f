//! Generates a module for each schema in the folder that `SCHEMAS` names, with documents in the
//! folder that `DOCUMENTS` names. Each `ONE_IN`th module is compiled.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let folder = |name: &str| PathBuf::from(env::var_os(name).expect("a folder"));
    println!("cargo:rerun-if-env-changed=SCHEMAS");
    println!("cargo:rerun-if-env-changed=DOCUMENTS");
    println!("cargo:rerun-if-env-changed=ONE_IN");
    let one_in = env::var("ONE_IN").map_or(1, |n| n.parse().expect("ONE_IN is a number"));
    let (schemas, documents) = (folder("SCHEMAS"), folder("DOCUMENTS"));
    let out = folder("OUT_DIR");
    let mut names: Vec<String> = fs::read_dir(&documents)
        .expect("a folder of documents")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".jsonl")?.to_owned()))
        .collect();
    names.sort();
    let mut modules = String::new();
    let mut calls = String::new();
    for (number, name) in names.iter().enumerate() {
        let file = schemas.join(format!("{name}.json"));
        println!("cargo:rerun-if-changed={}", file.display());
        let text = match generate(&file) {
            Ok(text) => text,
            Err(why) => {
                let _ = writeln!(calls, "(run.refused)({name:?}, {why:?});");
                continue;
            }
        };
        let root = root(&text).expect("a type with the schema");
        let header: String = text
            .lines()
            .take_while(|line| line.starts_with("//"))
            .collect();
        if number % one_in != 0 {
            let _ = writeln!(calls, "(run.generated)({header:?});");
            continue;
        }
        let target = out.join(format!("m{number}.rs"));
        fs::write(&target, &text).expect("OUT_DIR");
        let _ = writeln!(modules, "mod m{number} {{ include!({target:?}); }}");
        let _ = writeln!(
            calls,
            "(run.typed)({name:?}, {header:?}, through::<m{number}::{root}>);"
        );
    }
    let code = format!("{modules}\npub fn all(run: &mut Run<'_>) {{ {calls} }}");
    fs::write(out.join("all.rs"), code).expect("OUT_DIR");
}

/// A panic is a refusal too: of this schema only.
fn generate(file: &Path) -> Result<String, String> {
    let run = || wireform_build::json_schema().generate(&[file]);
    match std::panic::catch_unwind(run) {
        Ok(Ok(generated)) => Ok(generated.text().to_owned()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("panic".to_owned()),
    }
}

/// The type with the constant `SCHEMA`.
fn root(text: &str) -> Option<&str> {
    let end = text.find("    pub const SCHEMA:")?;
    let start = text[..end].rfind("impl ")? + "impl ".len();
    text[start..end].split(' ').next()
}
