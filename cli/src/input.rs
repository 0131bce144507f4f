//! Files as users name them: `-` is standard input.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use crate::Result;
use crate::exit::Error;

/// No schema and no list of cases is longer.
const MAX_TEXT: u64 = 64 << 20;

/// The text of a file.
pub(crate) fn text(path: &Path) -> Result<String> {
    let mut text = String::new();
    let read = match path == Path::new("-") {
        true => io::stdin()
            .lock()
            .take(MAX_TEXT + 1)
            .read_to_string(&mut text),
        false => {
            fs::File::open(path).and_then(|file| file.take(MAX_TEXT + 1).read_to_string(&mut text))
        }
    };
    let len = read.map_err(|error| Error::file(path.display(), &error))?;
    match u64::try_from(len) {
        Ok(len) if len <= MAX_TEXT => Ok(text),
        _ => Err(Error::Io(format!("{}: over 64 MiB", path.display()))),
    }
}
