//! The journal: a file that records which lines of an input were delivered. Lines are only
//! appended. It holds the topic and the hash of the lines that were read.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::exit::Error;
use crate::{Result, hex, input};

/// A line of the journal.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    /// The first line: the topic of the records.
    Journal {
        format: u32,
        topic: String,
        cluster: Option<String>,
    },
    /// All lines up to this one are delivered, except those of `Refused`. The hash covers these
    /// lines.
    Line { number: u64, hash: String },
    /// A line that was refused, or whose record was not written or may not have been.
    Refused { line: u64, reason: String },
    /// A line that an earlier run refused, and that is delivered now.
    Delivered { line: u64 },
}

/// The format of the journal. Format 1 held only the number of lines.
const FORMAT: u32 = 2;

/// A hash of all lines up to one.
type Hash = [u8; 32];

/// The action for a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// An earlier run delivered the line: skip it.
    Skip,
    /// An earlier run refused the line: keep it until the input is known to be that of the journal.
    Keep,
    /// The last line that an earlier run read: send the lines that were kept.
    Resume { is_kept: bool },
    /// A new line: send it.
    Send,
}

/// The journal of one input and one topic, locked for this process.
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<Target>,
    /// Topic and cluster of the earlier runs.
    place: Option<(String, Option<String>)>,
    /// Number of the last line of the earlier runs.
    done: u64,
    hash: Hash,
    /// Lines up to `done` that were refused.
    refused: BTreeSet<u64>,
    lines: Mutex<Lines>,
}

/// The open file, which is locked.
struct Target {
    file: File,
    /// The error after which the file is not written any more.
    failure: Option<String>,
}

/// The lines of this run.
#[derive(Default)]
struct Lines {
    /// The number and the hash of the last line that was read.
    read: u64,
    hash: Hash,
    /// The lines after `noted`.
    under_way: VecDeque<(Hash, State)>,
    noted: u64,
    /// Entries to write before the next `Line`: lines that the next run sends again.
    refused: BTreeMap<u64, String>,
    delivered: BTreeSet<u64>,
}

/// The state of a line in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Sending,
    /// Delivered, refused or empty.
    Done,
    /// Not written, or perhaps not.
    Lost,
}

impl Journal {
    /// Opens or creates a journal, and locks it.
    ///
    /// # Errors
    /// `Io` if it cannot be read and written, or is in use by another process; `Usage` if the file
    /// is not a journal.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let failed = |error| Error::file(path.display(), &error);
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path);
        let mut file = file.map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(Error::Io(format!("{}: not a regular file", path.display())));
        }
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => {}
            Err(fs4::TryLockError::WouldBlock) => {
                let text = format!("{}: in use by another run", path.display());
                return Err(Error::Io(text));
            }
            Err(fs4::TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(failed)?;
        let mut journal = Self {
            path: path.to_owned(),
            file: Mutex::new(Target {
                file,
                failure: None,
            }),
            place: None,
            done: 0,
            hash: Hash::default(),
            refused: BTreeSet::new(),
            lines: Mutex::default(),
        };
        let whole = journal.load(&text)?;
        if whole < text.len() {
            let length = u64::try_from(whole).unwrap_or_default();
            journal.target().file.set_len(length).map_err(failed)?;
        }
        journal.lines().noted = journal.done;
        Ok(journal)
    }

    /// Reads the entries of earlier runs. Returns the length of the complete entries: a run that
    /// was killed may have left `Refused` entries without their `Line`.
    fn load(&mut self, text: &[u8]) -> Result<usize> {
        let end = memchr::memrchr(b'\n', text).map_or(0, |last| last + 1);
        let (text, half) = text.split_at(end);
        if text.is_empty() && !half.is_empty() && !b"{\"journal\":{".starts_with(half) {
            let is_half = half.starts_with(b"{\"journal\":{");
            return if is_half {
                Ok(0)
            } else {
                Err(self.is_something_else(half))
            };
        }
        let (mut read, mut whole) = (0, 0);
        let mut refused = BTreeSet::new();
        for (number, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let entry = serde_json::from_slice::<Entry>(line);
            read += line.len();
            match (number, entry) {
                (
                    0,
                    Ok(Entry::Journal {
                        format,
                        topic,
                        cluster,
                    }),
                ) if format == FORMAT => {
                    self.place = Some((topic, cluster));
                }
                (0, _) => return Err(self.is_something_else(line)),
                (_, Ok(Entry::Line { number, hash })) => {
                    self.load_line(number, &hash, &mut refused)?;
                }
                (_, Ok(Entry::Refused { line, .. })) => {
                    refused.insert(line);
                    continue;
                }
                (_, Ok(Entry::Delivered { line })) => drop(self.refused.remove(&line)),
                (_, Ok(Entry::Journal { .. }) | Err(_)) => {
                    let number = u64::try_from(number).unwrap_or_default();
                    return Err(self.is_damaged(number + 1));
                }
            }
            whole = read;
        }
        Ok(whole)
    }

    /// Applies a `Line` entry and the `Refused` entries before it. An entry that is not after an
    /// earlier one is ignored.
    fn load_line(&mut self, number: u64, hash: &str, refused: &mut BTreeSet<u64>) -> Result<()> {
        let hash = hex::parse(hash.as_bytes());
        let hash = hash.and_then(|hash| hash.try_into().ok());
        let hash = hash.ok_or_else(|| self.is_damaged(number))?;
        let refused = std::mem::take(refused).into_iter();
        if number > self.done {
            let is_new = |line: &u64| *line > self.done && *line <= number;
            self.refused.extend(refused.filter(is_new));
            (self.done, self.hash) = (number, hash);
        }
        Ok(())
    }

    fn is_damaged(&self, line: u64) -> Error {
        let path = self.path.display();
        Error::Io(format!("{path}, line {line}: the journal is damaged"))
    }

    fn is_something_else(&self, line: &[u8]) -> Error {
        let path = self.path.display();
        let text = String::from_utf8_lossy(line);
        match text.trim().parse::<u64>() {
            Ok(done) => Error::Usage(format!(
                "{path}: a journal of an earlier version, which does not say the topic and the \
                 input: {done} lines were delivered; send the rest (tail -n +{}) with a new journal",
                done.saturating_add(1)
            )),
            Err(_) => Error::Usage(format!("{path}: not a journal of this version")),
        }
    }

    /// Binds the journal to a topic, or checks that it belongs to it.
    pub(super) fn bind(&self, topic: &str, cluster: Option<&str>) -> Result<()> {
        let path = self.path.display();
        match &self.place {
            None => {
                let entry = input::json(&Entry::Journal {
                    format: FORMAT,
                    topic: topic.to_owned(),
                    cluster: cluster.map(str::to_owned),
                });
                self.target().append(&self.path, &format!("{entry}\n"))
            }
            Some((own, _)) if own != topic => Err(Error::Usage(format!(
                "{path}: the journal of topic {own:?}, not of {topic:?}: give another --journal"
            ))),
            Some((_, Some(own))) if cluster.is_some_and(|cluster| cluster != own) => {
                Err(Error::Usage(format!(
                    "{path}: the journal of another Kafka cluster, {own:?}: give another --journal"
                )))
            }
            Some(_) => Ok(()),
        }
    }

    /// Returns the number of lines that earlier runs processed, and the refused ones among them.
    pub(super) fn earlier(&self) -> (u64, &BTreeSet<u64>) {
        (self.done, &self.refused)
    }

    /// Takes the next line of the input; `None` if the line is too long.
    pub(super) fn read(&self, number: u64, line: Option<&[u8]>) -> Result<Step> {
        let mut lines = self.lines();
        let mut hasher = Sha256::new();
        hasher.update(lines.hash);
        // Lines contain no line end, so that it can separate them in the hash.
        hasher.update(line.unwrap_or(b"\n"));
        lines.hash = hasher.finalize().into();
        lines.read = number;
        if number > self.done {
            let hash = lines.hash;
            lines.under_way.push_back((hash, State::Sending));
            return Ok(Step::Send);
        }
        let is_kept = self.refused.contains(&number);
        match number == self.done {
            true if lines.hash != self.hash => Err(Error::Usage(format!(
                "{}: the journal belongs to another input: the first {} lines differ: give the same \
                 input, or another --journal",
                self.path.display(),
                self.done
            ))),
            true => Ok(Step::Resume { is_kept }),
            false if is_kept => Ok(Step::Keep),
            false => Ok(Step::Skip),
        }
    }

    /// Checks that the input is not shorter than the lines that an earlier run read.
    pub(super) fn end(&self) -> Result<()> {
        match self.lines().read {
            read if read < self.done => Err(Error::Usage(format!(
                "{}: the journal is ahead of the input: it has {} lines, the input {read}",
                self.path.display(),
                self.done
            ))),
            _ => Ok(()),
        }
    }

    /// Marks a line that was delivered, or that is empty.
    pub(super) fn is_done(&self, number: u64) {
        let mut lines = self.lines();
        if number <= self.done {
            lines.delivered.insert(number);
        } else {
            lines.set(number, State::Done);
        }
    }

    /// Marks a line that was refused: the next run sends it again.
    pub(super) fn is_refused(&self, number: u64, reason: &str) {
        self.try_again(number, State::Done, reason);
    }

    /// Marks a line whose record was not written, or may not have been: the next run sends it
    /// again.
    pub(super) fn is_lost(&self, number: u64, reason: &str) {
        self.try_again(number, State::Lost, reason);
    }

    /// Marks a line for the next run. Lines of an earlier run are in the file already.
    fn try_again(&self, number: u64, state: State, reason: &str) {
        let mut lines = self.lines();
        if number > self.done && lines.set(number, state) {
            lines.refused.insert(number, reason.to_owned());
        }
    }

    /// Writes the progress of this run to the file.
    ///
    /// # Errors
    /// `Io` if the file cannot be written, now or at an earlier call.
    pub(super) fn note(&self) -> Result<()> {
        // Locked first, so that two threads write in the order in which they take the lines.
        let mut target = self.target();
        target.check(&self.path)?;
        let text = self.lines().take_new();
        target.append(&self.path, &text)
    }

    fn target(&self) -> MutexGuard<'_, Target> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Target {
    /// Returns the error of an earlier call.
    fn check(&self, path: &Path) -> Result<()> {
        let failed = |reason| Err(Error::Io(format!("{}: {reason}", path.display())));
        self.failure.as_ref().map_or(Ok(()), failed)
    }

    /// Appends lines; after an error nothing is appended.
    fn append(&mut self, path: &Path, text: &str) -> Result<()> {
        if self.failure.is_none() && !text.is_empty() {
            let written = self.file.write_all(text.as_bytes());
            let written = written.and_then(|()| self.file.sync_data());
            self.failure = written.err().map(|error| error.to_string());
        }
        self.check(path)
    }
}

impl Lines {
    /// Sets the state of a line; returns `false` if the line is not in progress.
    fn set(&mut self, number: u64, state: State) -> bool {
        let place = number.checked_sub(self.noted + 1);
        let place = place.and_then(|place| usize::try_from(place).ok());
        let line = place.and_then(|place| self.under_way.get_mut(place));
        line.map(|line| line.1 = state).is_some()
    }

    /// Returns the number of lines that can be written: up to the last one that is done and has
    /// only done and lost lines before it. Lost lines at the end are left to the next run, without
    /// an entry.
    fn settled(&self) -> usize {
        let states = self.under_way.iter().map(|(_, state)| *state);
        let settled = states.take_while(|state| *state != State::Sending);
        let done = settled
            .enumerate()
            .filter(|(_, state)| *state == State::Done);
        done.last().map_or(0, |(place, _)| place + 1)
    }

    /// Returns the new entries since the last call.
    fn take_new(&mut self) -> String {
        let mut text = String::new();
        let mut put = |entry: &Entry| {
            text.push_str(&input::json(entry));
            text.push('\n');
        };
        for line in std::mem::take(&mut self.delivered) {
            put(&Entry::Delivered { line });
        }
        let before = self.noted;
        let mut last = Hash::default();
        let settled = self.settled();
        for (hash, _) in self.under_way.drain(..settled) {
            last = hash;
            self.noted += 1;
            if let Some(reason) = self.refused.remove(&self.noted) {
                let line = self.noted;
                put(&Entry::Refused { line, reason });
            }
        }
        if self.noted > before {
            put(&Entry::Line {
                number: self.noted,
                hash: hex::text(&last),
            });
        }
        text
    }
}

#[cfg(test)]
mod tests;
