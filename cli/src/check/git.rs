//! `check --against git:REV`: files at a git revision.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;

use wireform::registry::{ResolvedSchema, SchemaFolder, decode_text};

use crate::Result;
use crate::exit::Error;
use crate::folder;
use crate::input::version_number;

/// A commit, and how the working tree differs from it.
pub(super) struct Revision {
    /// The revision as it was given on the command line.
    pub(super) name: String,
    commit: String,
    /// The root folder of the repository.
    root: PathBuf,
    /// Old paths, by new paths.
    renames: BTreeMap<String, String>,
    removed: Vec<String>,
    objects: Objects,
    /// Schemas folders at the revision, each read once.
    folders: BTreeMap<String, Rc<SchemaFolder>>,
}

impl Revision {
    /// Opens the revision `name` of the repository that `file` is in.
    pub(super) fn open(name: &str, file: &Path) -> Result<Self> {
        let folder = here(folder_of(file));
        let found = git(folder, &["rev-parse", "--show-toplevel"])?;
        let Some(root) = found else {
            return Err(Error::Usage(format!(
                "{} is not in a git repository, which --against git:{name} needs",
                folder.display()
            )));
        };
        let root = canonical(Path::new(root.trim_end_matches(['\r', '\n'])))?;
        let commit = commit(&root, name)?;
        let (renames, removed) = changes(&root, &commit)?;
        Ok(Self {
            name: name.to_owned(),
            objects: Objects::open(&root)?,
            commit,
            root,
            renames,
            removed,
            folders: BTreeMap::new(),
        })
    }

    /// Returns the path of a file in the repository; `None` if it is outside of the repository.
    pub(super) fn path(&self, file: &Path) -> Option<String> {
        // A removed file has no canonical path: use the nearest folder that exists.
        let folder = folder_of(file);
        let rest = file.strip_prefix(folder).ok()?;
        let file = canonical(here(folder)).ok()?.join(rest);
        let inside = file.strip_prefix(&self.root).ok()?;
        let parts = inside.components().map(|part| match part {
            Component::Normal(part) => part.to_str(),
            _ => None,
        });
        Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
    }

    /// Returns the path that a file had at the revision, if it was renamed since.
    pub(super) fn old_path<'p>(&'p self, path: &'p str) -> &'p str {
        self.renames.get(path).map_or(path, String::as_str)
    }

    /// Reads a file at the revision; `None` if it did not exist.
    pub(super) fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>> {
        self.objects.read(&format!("{}:{path}", self.commit))
    }

    /// Adds the references that the schemas folder of a file had at the revision, if it is in one.
    pub(super) fn add_references(
        &mut self,
        file: &Path,
        schema: &mut ResolvedSchema,
    ) -> Result<()> {
        let path = self.path(file).unwrap_or_default();
        let path = PathBuf::from(self.old_path(&path));
        let Some(folder) = folder::folder_of(&path) else {
            return Ok(());
        };
        let references = path.with_extension("references");
        let is_explicit = self.read(&references.to_string_lossy())?.is_some();
        if !is_explicit && folder::is_valid(schema) {
            return Ok(());
        }
        let folder = self.schema_folder(&folder.to_string_lossy())?;
        folder::add_references(&folder, &path, schema)
    }

    /// Returns a schemas folder at the revision.
    fn schema_folder(&mut self, folder: &str) -> Result<Rc<SchemaFolder>> {
        if let Some(known) = self.folders.get(folder) {
            return Ok(Rc::clone(known));
        }
        let tree = format!("{}:{folder}", self.commit);
        let arguments = ["ls-tree", "-r", "-z", "--name-only", &tree];
        let listed = git(&self.root, &arguments)?.unwrap_or_default();
        let is_version = |name: &&str| name.matches('/').count() == 1;
        let names = listed.split_terminator('\0').filter(is_version);
        let paths = names.map(|name| match folder {
            "" => PathBuf::from(name),
            folder => PathBuf::from(format!("{folder}/{name}")),
        });
        let read = |path: &Path| {
            let object = format!("{}:{}", self.commit, path.display());
            let found = self
                .objects
                .read(&object)
                .map_err(|error| io::Error::other(error.to_string()))?;
            decode_text(found.ok_or(io::ErrorKind::NotFound)?)
        };
        let read = folder::with_references(SchemaFolder::from_files(paths, read));
        let read = Rc::new(read);
        self.folders.insert(folder.to_owned(), Rc::clone(&read));
        Ok(read)
    }

    /// Returns the names of the files in a folder of the repository at the revision.
    fn names_in(&self, folder: &str) -> Result<Vec<String>> {
        let tree = format!("{}:{folder}", self.commit);
        // git fails if the folder did not exist.
        let listed = git(&self.root, &["ls-tree", "-z", "--name-only", &tree])?;
        let listed = listed.unwrap_or_default();
        Ok(listed.split_terminator('\0').map(str::to_owned).collect())
    }

    /// Returns the versions older than `v<number>.<extension>`, in the working tree or at the
    /// revision, the newest first.
    pub(super) fn older_versions(&self, file: &Path) -> Result<Vec<PathBuf>> {
        let Some(number) = version_number(file) else {
            return Ok(Vec::new());
        };
        let path = self.path(file).unwrap_or_default();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let then = self.names_in(folder)?.into_iter();
        let now = std::fs::read_dir(here(folder_of(file)))
            .map_err(|error| Error::file(file.display(), &error))?;
        let now = now.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let found: BTreeMap<u32, PathBuf> = then
            .chain(now)
            .map(|name| file.with_file_name(name))
            .filter(|older| older.extension() == file.extension())
            .filter_map(|older| Some((version_number(&older)?, older)))
            .filter(|(older, _)| *older < number)
            .collect();
        Ok(found.into_values().rev().collect())
    }

    /// Returns the paths of removed files in a folder of the repository or below it.
    pub(super) fn removed_in(&self, folder: &str) -> impl Iterator<Item = &str> {
        let prefix = match folder {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let removed = self.removed.iter().map(String::as_str);
        removed.filter(move |path| path.starts_with(&prefix))
    }
}

/// Returns the nearest existing folder of a file; empty for the current folder.
fn folder_of(file: &Path) -> &Path {
    let mut folders = file.ancestors();
    let found = folders.find(|folder| folder.as_os_str().is_empty() || folder.is_dir());
    found.unwrap_or(Path::new(""))
}

fn here(folder: &Path) -> &Path {
    match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    }
}

fn canonical(path: &Path) -> Result<PathBuf> {
    path.canonicalize()
        .map_err(|error| Error::file(path.display(), &error))
}

fn commit(root: &Path, name: &str) -> Result<String> {
    let object = format!("{name}^{{commit}}");
    let arguments = [
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &object,
    ];
    if let Some(found) = git(root, &arguments)? {
        return Ok(found.trim().to_owned());
    }
    let is_shallow = git(root, &["rev-parse", "--is-shallow-repository"])?;
    let advice = match is_shallow.as_deref().map(str::trim) {
        Some("true") => {
            ": this clone is shallow, fetch the revision first (actions/checkout: fetch-depth: 0)"
        }
        _ => "",
    };
    Err(Error::Usage(format!(
        "unknown git revision {name:?}{advice}"
    )))
}

/// Returns the renamed and the removed files since a commit.
fn changes(root: &Path, commit: &str) -> Result<(BTreeMap<String, String>, Vec<String>)> {
    let arguments = [
        "diff",
        "--no-ext-diff",
        "--no-relative",
        "--name-status",
        "-z",
        "--find-renames",
        "--diff-filter=DR",
        commit,
        "--",
    ];
    let listed = git(root, &arguments)?
        .ok_or_else(|| Error::Io("git diff failed, see `git status`".to_owned()))?;
    let (mut renames, mut removed) = (BTreeMap::new(), Vec::new());
    let mut fields = listed.split('\0');
    while let Some(status) = fields.next().filter(|status| !status.is_empty()) {
        let Some(path) = fields.next() else { break };
        if !status.starts_with('R') {
            removed.push(path.to_owned());
        } else if let Some(new) = fields.next() {
            renames.insert(new.to_owned(), path.to_owned());
        }
    }
    Ok((renames, removed))
}

/// Returns the output of git; `None` if git fails.
fn git(folder: &Path, arguments: &[&str]) -> Result<Option<String>> {
    let output = Command::new("git")
        .current_dir(folder)
        .args(arguments)
        .output()
        .map_err(|error| failed(&error))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(output.status.success().then_some(text))
}

fn failed(error: &io::Error) -> Error {
    Error::Io(format!("git: {error}"))
}

/// `git cat-file --batch`: one process for all files.
struct Objects {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Objects {
    fn open(root: &Path) -> Result<Self> {
        let mut child = Command::new("git")
            .current_dir(root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| failed(&error))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (requests, answers) =
            pipes.ok_or_else(|| Error::Io("git cat-file has no pipes".to_owned()))?;
        Ok(Self {
            child,
            requests,
            answers: BufReader::new(answers),
        })
    }

    fn read(&mut self, object: &str) -> Result<Option<Vec<u8>>> {
        if object.contains('\n') {
            // A request is a line.
            return Ok(None);
        }
        self.ask(object).map_err(|error| failed(&error))
    }

    fn ask(&mut self, object: &str) -> io::Result<Option<Vec<u8>>> {
        writeln!(self.requests, "{object}")?;
        self.requests.flush()?;
        let mut header = String::new();
        self.answers.read_line(&mut header)?;
        // `<id> <type> <size>`, or `<object> missing`.
        let mut words = header.trim_end().rsplit(' ');
        let size: Option<u64> = words.next().and_then(|size| size.parse().ok());
        let Some(size) = size else {
            return match header.trim_end().ends_with("missing") {
                true => Ok(None),
                false => Err(io::Error::other(format!("cat-file: {header:?}"))),
            };
        };
        let mut contents = Vec::new();
        (&mut self.answers)
            .take(size.saturating_add(1))
            .read_to_end(&mut contents)?;
        contents.pop();
        Ok((words.next() == Some("blob")).then_some(contents))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
