//! Every command line of the README and of `docs/` that calls `wireform`, run in a folder with the
//! files that it names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use wireform_limits::{LIMIT, kill, output};

use super::{folder, lines as output_lines};

/// `cargo` and `tests/servers/with` are run by CI itself; see `lines_of_others_are_run_by_ci`.
const OTHERS: [&str; 3] = ["cargo ", "tests/servers/with ", "bash .ci/run"];

#[test]
fn command_lines_of_the_pages_work() {
    let place = place();
    let lines = lines();
    let mine: Vec<_> = lines.iter().filter(|line| !is_others(line)).collect();
    assert!(mine.len() > 3, "the README has command lines: {lines:?}");
    for line in mine {
        if line.contains("registry serve") {
            serve(&place, line);
        } else {
            let output = output(&mut shell(&place, line), LIMIT);
            let talk = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(0), "{line}\n{talk}");
        }
    }
}

#[test]
fn lines_of_others_are_run_by_ci() {
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    for line in lines().iter().filter(|line| is_others(line)) {
        // CI takes a line from the README by its first words, or has it as it is printed.
        let taken = ci.lines().filter_map(|step| {
            let (_, rest) = step.split_once("readme_command '")?;
            rest.split_once('\'').map(|(words, _)| words)
        });
        let is_run = ci.contains(line) || taken.into_iter().any(|words| line.starts_with(words));
        assert!(is_run, "CI does not run {line:?}");
    }
}

fn is_others(line: &str) -> bool {
    OTHERS.iter().any(|words| line.starts_with(words))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The lines of all `sh` blocks.
fn lines() -> Vec<String> {
    let docs = fs::read_dir(root().join("docs")).unwrap();
    let mut pages: Vec<_> = docs.map(|entry| entry.unwrap().path()).collect();
    pages.retain(|page| page.extension().is_some_and(|name| name == "md"));
    pages.push(root().join("README.md"));
    pages.sort();
    let mut lines = Vec::new();
    for page in pages {
        let text = fs::read_to_string(page).unwrap();
        let mut is_shell = false;
        for line in text.lines() {
            match line {
                "```sh" => is_shell = true,
                "```" => is_shell = false,
                _ if is_shell && !line.trim().is_empty() => lines.push(line.to_owned()),
                _ => {}
            }
        }
    }
    lines
}

/// A folder with `schemas/` of this repository, three versions of a schema, and a Git repository.
fn place() -> PathBuf {
    let place = folder("readme");
    let subject = place.join("schemas/orders-value");
    fs::create_dir_all(&subject).unwrap();
    for entry in fs::read_dir(root().join("schemas/orders-value")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), subject.join(entry.file_name())).unwrap();
    }
    let order = |more: &str| {
        format!(
            r#"{{"type": "record", "name": "Order", "namespace": "shop", "fields": [
    {{"name": "id", "type": "string"}},
    {{"name": "quantity", "type": "long"}}{more}]}}"#
        )
    };
    let field = |name: &str| {
        format!(r#", {{"name": "{name}", "type": ["null", "string"], "default": null}}"#)
    };
    let write = |name: &str, text: &str| fs::write(place.join(name), text).unwrap();
    write("order.avsc", &order(""));
    write("v1.avsc", &order(""));
    write("v2.avsc", &order(&field("note")));
    write("v3.avsc", &order(&(field("note") + &field("channel"))));
    git(&place);
    place
}

/// `main` has what is in the folder.
fn git(place: &Path) {
    let steps = [
        "git init -q -b main",
        "git add .",
        "git -c user.name=test -c user.email=test@example.com commit -q -m first",
    ];
    for step in steps {
        let done = output(&mut shell(place, step), LIMIT);
        assert!(done.status.success(), "{step}: {done:?}");
    }
}

fn shell(place: &Path, line: &str) -> Command {
    let binary = Path::new(env!("CARGO_BIN_EXE_wireform")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .current_dir(place)
        .env("PATH", format!("{}:{path}", binary.display()))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("WIREFORM_BROKERS")
        .env_remove("WIREFORM_REGISTRY_URL");
    command
}

/// A server is right when it says where it listens; the port is any that is free.
fn serve(place: &Path, line: &str) {
    let line = format!("exec {line} --listen 127.0.0.1:0");
    let mut server = Server(shell(place, &line).stdout(Stdio::piped()).spawn().unwrap());
    let said = output_lines(server.0.stdout.take().unwrap()).recv_timeout(LIMIT);
    let said = said.unwrap_or_default();
    assert!(said.starts_with("listening on "), "{line}: {said:?}");
}

/// A server that ends with its test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        kill(&mut self.0);
    }
}
