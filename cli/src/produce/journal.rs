//! How far a run came: the number of the last line before which all are delivered.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use super::Delivered;
use crate::Result;
use crate::exit::Error;

pub(super) struct Journal {
    path: PathBuf,
    done: u64,
    /// Delivered, with gaps before them.
    ahead: BTreeSet<u64>,
}

impl Journal {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let done = match fs::read_to_string(path) {
            Ok(text) => text
                .trim()
                .parse()
                .map_err(|_| Error::Usage(format!("{} is no journal", path.display())))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(Error::file(path.display(), &error)),
        };
        Ok(Self {
            path: path.to_owned(),
            done,
            ahead: BTreeSet::new(),
        })
    }

    pub(super) fn done(&self) -> u64 {
        self.done
    }

    /// Writes down what was delivered since: in a new file that takes the old one's place.
    pub(super) fn note(&mut self, delivered: &Delivered) -> Result<()> {
        let new = std::mem::take(&mut *delivered.lock().unwrap_or_else(PoisonError::into_inner));
        self.ahead.extend(new);
        let before = self.done;
        while self.ahead.remove(&(self.done + 1)) {
            self.done += 1;
        }
        if self.done == before {
            return Ok(());
        }
        let failed = |error| Error::file(self.path.display(), &error);
        let mut name = self.path.clone().into_os_string();
        name.push(".new");
        fs::write(&name, format!("{}\n", self.done)).map_err(failed)?;
        fs::rename(&name, &self.path).map_err(failed)
    }
}
