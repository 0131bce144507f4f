//! Which lines of an input were delivered: a file that only grows, with the topic and the hash of
//! what was read.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::exit::Error;
use crate::{Result, framing, input};

/// A line of the journal.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    /// The first one: where the records go.
    Journal {
        format: u32,
        topic: String,
        cluster: Option<String>,
    },
    /// All lines up to this one are delivered, but for those that were refused. The hash is of them.
    Line { number: u64, hash: String },
    /// A line that the schema, the client or a broker refused.
    Refused { line: u64, reason: String },
    /// A line that was refused before.
    Delivered { line: u64 },
}

/// The format of the journal. Format 1 was the number of lines.
const FORMAT: u32 = 2;

/// A hash of all lines up to one.
type Hash = [u8; 32];

/// What is to be done with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It was delivered before.
    Skip,
    /// It was refused before, and is sent when the input is known to be the journal's.
    Keep,
    /// It is the last line that was read before: the lines that were kept are to be sent.
    Resume { is_kept: bool },
    /// It is new.
    Send,
}

/// The journal of one input and one topic, locked for this process.
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<Target>,
    /// Where the records of an earlier run went.
    place: Option<(String, Option<String>)>,
    /// How far an earlier run came.
    done: u64,
    hash: Hash,
    /// The lines up to there that were refused.
    refused: BTreeSet<u64>,
    lines: Mutex<Lines>,
}

/// The file, which is locked for as long as it is open.
struct Target {
    file: File,
    /// Why it can no longer be written.
    failure: Option<String>,
}

/// The lines of this run.
#[derive(Default)]
struct Lines {
    /// The number and the hash of the last line that was read.
    read: u64,
    hash: Hash,
    /// The lines after `noted`, and whether they are done.
    under_way: VecDeque<(Hash, bool)>,
    noted: u64,
    /// Whether a line is neither delivered nor refused, so that the next run goes on before it.
    is_stuck: bool,
    /// What is to be written before the next `Line`.
    refused: BTreeMap<u64, String>,
    delivered: BTreeSet<u64>,
}

impl Journal {
    /// Opens a journal or begins one, and locks it.
    ///
    /// # Errors
    /// `Io` if it cannot be read and written, or another process has it; `Usage` if the file is
    /// something else.
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
        let whole = memchr::memrchr(b'\n', &text).map_or(0, |last| last + 1);
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
        journal.load(&text, whole)?;
        if whole < text.len() {
            let length = u64::try_from(whole).unwrap_or_default();
            journal.target().file.set_len(length).map_err(failed)?;
        }
        journal.lines().noted = journal.done;
        Ok(journal)
    }

    /// Reads what an earlier run wrote; after `whole` there may be half a line.
    fn load(&mut self, text: &[u8], whole: usize) -> Result<()> {
        let (text, half) = text.split_at(whole);
        if text.is_empty() && !half.is_empty() && !b"{\"journal\":{".starts_with(half) {
            let is_half = half.starts_with(b"{\"journal\":{");
            return if is_half {
                Ok(())
            } else {
                Err(self.is_something_else(half))
            };
        }
        for (number, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let entry = serde_json::from_slice::<Entry>(line);
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
                    let hash = framing::from_hex(hash.as_bytes());
                    let hash = hash.and_then(|hash| hash.try_into().ok());
                    self.hash = hash.ok_or_else(|| self.is_damaged(number))?;
                    self.done = number;
                }
                (_, Ok(Entry::Refused { line, .. })) => drop(self.refused.insert(line)),
                (_, Ok(Entry::Delivered { line })) => drop(self.refused.remove(&line)),
                (_, Ok(Entry::Journal { .. }) | Err(_)) => {
                    let number = u64::try_from(number).unwrap_or_default();
                    return Err(self.is_damaged(number + 1));
                }
            }
        }
        // A run that was killed may have refused lines that it did not come to note.
        self.refused.retain(|line| *line <= self.done);
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
            None => self.append(&input::json(&Entry::Journal {
                format: FORMAT,
                topic: topic.to_owned(),
                cluster: cluster.map(str::to_owned),
            })),
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

    /// How many lines an earlier run dealt with, and which of them were refused.
    pub(super) fn earlier(&self) -> (u64, &BTreeSet<u64>) {
        (self.done, &self.refused)
    }

    /// Takes the next line of the input; `None` is one that is too long.
    pub(super) fn read(&self, number: u64, line: Option<&[u8]>) -> Result<Step> {
        let mut lines = self.lines();
        let mut hasher = Sha256::new();
        hasher.update(lines.hash);
        // No line has a line end.
        hasher.update(line.unwrap_or(b"\n"));
        lines.hash = hasher.finalize().into();
        lines.read = number;
        if number > self.done {
            let hash = lines.hash;
            if !lines.is_stuck {
                lines.under_way.push_back((hash, false));
            }
            return Ok(Step::Send);
        }
        let is_kept = self.refused.contains(&number);
        match number == self.done {
            true if lines.hash != self.hash => Err(Error::Usage(format!(
                "{}: the journal of another input: its first {} lines are not these",
                self.path.display(),
                self.done
            ))),
            true => Ok(Step::Resume { is_kept }),
            false if is_kept => Ok(Step::Keep),
            false => Ok(Step::Skip),
        }
    }

    /// Checks that the input was not shorter than what an earlier run read of it.
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

    /// Notes a line that was delivered, or that is empty.
    pub(super) fn is_done(&self, number: u64) {
        let mut lines = self.lines();
        if number <= self.done {
            lines.delivered.insert(number);
        } else {
            lines.set_done(number);
        }
    }

    /// Notes a line that was refused: the next run tries it again.
    pub(super) fn is_refused(&self, number: u64, reason: &str) {
        let mut lines = self.lines();
        if number > self.done && lines.set_done(number) {
            lines.refused.insert(number, reason.to_owned());
        }
    }

    /// Notes that a line has no place in the log, or perhaps none: the next run goes on before it, if
    /// it is not one that was refused before.
    pub(super) fn is_lost(&self, number: u64) {
        self.lines().is_stuck |= number > self.done;
    }

    /// Writes down how far this run came.
    pub(super) fn note(&self) -> Result<()> {
        let text = self.lines().take_new();
        if text.is_empty() {
            return Ok(());
        }
        self.append(text.trim_end())
    }

    /// Appends lines; after an error nothing is appended any more.
    fn append(&self, text: &str) -> Result<()> {
        let mut target = self.target();
        let failed = |reason: &str| Error::Io(format!("{}: {reason}", self.path.display()));
        if let Some(reason) = &target.failure {
            return Err(failed(reason));
        }
        // In one piece, so that a process that is killed leaves all of it or nothing.
        let written = target.file.write_all(format!("{text}\n").as_bytes());
        let written = written.and_then(|()| target.file.sync_data());
        target.failure = written.err().map(|error| error.to_string());
        target
            .failure
            .as_deref()
            .map_or(Ok(()), |reason| Err(failed(reason)))
    }

    fn target(&self) -> MutexGuard<'_, Target> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    /// Whether the line is one of those that are looked at.
    fn set_done(&mut self, number: u64) -> bool {
        let place = number.checked_sub(self.noted + 1);
        let place = place.and_then(|place| usize::try_from(place).ok());
        let line = place.and_then(|place| self.under_way.get_mut(place));
        line.map(|(_, is_done)| *is_done = true).is_some()
    }

    /// The lines of the journal for what was done since the last call.
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
        while let Some((hash, true)) = self.under_way.front() {
            last = *hash;
            self.under_way.pop_front();
            self.noted += 1;
            if let Some(reason) = self.refused.remove(&self.noted) {
                let line = self.noted;
                put(&Entry::Refused { line, reason });
            }
        }
        if self.noted > before {
            let mut hex = Vec::new();
            framing::to_hex(&last, &mut hex);
            put(&Entry::Line {
                number: self.noted,
                hash: String::from_utf8(hex).unwrap_or_default(),
            });
        }
        text
    }
}

#[cfg(test)]
mod tests;
