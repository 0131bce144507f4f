//! Every program of the README and of `docs/`, built from exactly the manifest printed above it.
//!
//! A manifest is a `toml` block with `[dependencies]`. The `rust` blocks after it belong to it, up to
//! the next manifest: a block that begins with `// build.rs` is the build script, a block with
//! `fn main` is a program, a block with `#[test]` is a test, and any other block is the inside of
//! `main`. Programs and tests are run, unless their block says `no_run`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use wireform_limits::{BUILD_LIMIT, output};
use wireform_tests::workspace::root;

/// A manifest, and the Rust blocks that belong to it.
struct Package {
    name: String,
    manifest: String,
    blocks: Vec<Block>,
}

struct Block {
    info: String,
    code: String,
}

#[test]
fn programs_of_the_readme_build_from_their_manifests() {
    check("readme", &[root().join("README.md")]);
}

#[test]
fn programs_of_the_docs_build_from_their_manifests() {
    let docs = fs::read_dir(root().join("docs")).unwrap();
    let mut pages: Vec<_> = docs.map(|entry| entry.unwrap().path()).collect();
    pages.retain(|page| page.extension().is_some_and(|name| name == "md"));
    pages.sort();
    check("docs", &pages);
}

#[track_caller]
fn check(name: &str, pages: &[PathBuf]) {
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("programs-{name}"));
    let _ = fs::remove_dir_all(&home);
    let schemas = root().join("schemas");
    copy_folder(&schemas, &home.join("schemas"));
    let packages: Vec<_> = pages.iter().flat_map(|page| packages(page)).collect();
    assert!(!packages.is_empty(), "no programs in {pages:?}");
    for package in packages {
        let folder = home.join(&package.name);
        copy_folder(&schemas, &folder.join("schemas"));
        run(&package, &folder);
    }
}

fn packages(page: &Path) -> Vec<Package> {
    let text = fs::read_to_string(page).unwrap();
    let stem = page.file_stem().unwrap().to_string_lossy().to_lowercase();
    let mut packages: Vec<Package> = Vec::new();
    for block in blocks(&text) {
        if block.info == "toml" && block.code.contains("[dependencies]") {
            packages.push(Package {
                name: format!("page-{stem}-{}", packages.len() + 1),
                manifest: block.code,
                blocks: Vec::new(),
            });
        } else if block.info.split(',').next() == Some("rust") {
            let place = format!("{}: {}", page.display(), first_line(&block.code));
            assert!(!block.info.contains("ignore"), "not checked: {place}");
            let package = packages.last_mut();
            let package = package.unwrap_or_else(|| panic!("no manifest above {place}"));
            package.blocks.push(block);
        }
    }
    packages.retain(|package| !package.blocks.is_empty());
    packages
}

/// The fenced blocks of a page.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let code: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            let info = info.to_owned();
            let code = code.join("\n") + "\n";
            blocks.push(Block { info, code });
        }
    }
    blocks
}

fn first_line(code: &str) -> &str {
    code.lines().next().unwrap_or_default()
}

/// Writes the package as a user would, and builds and runs it.
#[track_caller]
fn run(package: &Package, folder: &Path) {
    write(&folder.join("Cargo.toml"), &manifest(package));
    // The versions that the workspace is tested with.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let mut runs = Vec::new();
    for (number, block) in package.blocks.iter().enumerate() {
        let name = format!("{}-{number}", package.name);
        let code = without_hidden_marks(&block.code);
        let is_run = !block.info.contains("no_run");
        if first_line(&code) == "// build.rs" {
            write(&folder.join("build.rs"), &code);
        } else if code.contains("#[test]") {
            write(&folder.join(format!("tests/{name}.rs")), &code);
            runs.extend(is_run.then_some(["test", "--test", &name].map(str::to_owned)));
        } else {
            let code = with_main(&code);
            write(&folder.join(format!("src/bin/{name}.rs")), &code);
            runs.extend(is_run.then_some(["run", "--bin", &name].map(str::to_owned)));
        }
    }
    // A package needs a target even where every block is a test.
    write(&folder.join("src/lib.rs"), "");
    cargo(folder, &["build", "--all-targets"]);
    for run in runs {
        cargo(folder, &run.each_ref().map(String::as_str));
    }
}

/// The printed manifest, in a package of its own whose wireform is the one in this repository.
fn manifest(package: &Package) -> String {
    let mut text = format!(
        "[package]\nname = {:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n{}\n[workspace]\n\n[patch.crates-io]\n",
        package.name, package.manifest
    );
    let crates = [
        ("wireform", "serializers"),
        ("wireform-build", "codegen"),
        ("wireform-derive", "serializers/derive"),
        ("wireform-producer", "producer"),
        ("wireform-registry", "registry"),
    ];
    for (name, folder) in crates {
        writeln!(text, "{name} = {{ path = {:?} }}", root().join(folder)).unwrap();
    }
    text
}

/// Lines that rustdoc hides begin with `# `.
fn without_hidden_marks(code: &str) -> String {
    let visible = |line: &str| match line.strip_prefix("# ") {
        Some(hidden) => format!("{hidden}\n"),
        None if line == "#" => "\n".to_owned(),
        None => format!("{line}\n"),
    };
    code.lines().map(visible).collect()
}

/// The code with a `main` around it, as rustdoc puts one around an example.
fn with_main(code: &str) -> String {
    if code.contains("fn main()") {
        return code.to_owned();
    }
    let returns = if code.trim_end().ends_with("(())") {
        " -> Result<(), impl std::fmt::Debug>"
    } else {
        ""
    };
    format!("fn main(){returns} {{\n{code}}}\n")
}

#[track_caller]
fn cargo(folder: &Path, args: &[&str]) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(args)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        // As in the workspace, so that what both use is built once.
        .env("CARGO_PROFILE_DEV_DEBUG", "line-tables-only")
        .env_remove("WIREFORM_REGISTRY_URL");
    let output = output(&mut cargo, BUILD_LIMIT);
    assert!(
        output.status.success(),
        "cargo {} for {}:\n{}",
        args.join(" "),
        folder.file_name().unwrap().display(),
        shown(&output)
    );
}

fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stderr) + &text(&output.stdout)
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
