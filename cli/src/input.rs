//! Input files; `-` is standard input.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use wireform::registry::{decode_text, read_text};

use crate::Result;
use crate::exit::Error;
use crate::schema::Format;

/// The largest size of a schema or a list of cases, in bytes.
const MAX_TEXT: u64 = 64 << 20;
/// The longest line, in bytes.
const MAX_LINE: usize = 64 << 20;
/// The greatest depth of nested folders.
const MAX_DEPTH: usize = 32;

/// Returns the text of a file without a byte order mark. A text that is not UTF-8 is a finding.
pub(crate) fn text(path: &Path) -> Result<String> {
    let text = match path == Path::new("-") {
        true => {
            let mut bytes = Vec::new();
            let read = io::stdin()
                .lock()
                .take(MAX_TEXT + 1)
                .read_to_end(&mut bytes);
            read.and_then(|_| decode_text(bytes))
        }
        false => read_text(path),
    };
    text.map_err(|error| unreadable(path, &error))
}

/// Returns the text of a file from its bytes.
pub(crate) fn decoded(path: &Path, bytes: Vec<u8>) -> Result<String> {
    decode_text(bytes).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::InvalidData => Error::Finding(format!("{}: {error}", path.display())),
        _ => Error::file(path.display(), error),
    }
}

/// Returns the schema files of a folder and its subfolders, without hidden ones. Versions of one
/// schema (v1.avsc, v2.avsc, …) are in the order of their numbers.
pub(crate) fn schema_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(folder, 0, &mut found)?;
    found.sort_by_cached_key(|path: &PathBuf| {
        (
            path.parent().map(Path::to_owned),
            version_number(path),
            path.clone(),
        )
    });
    Ok(found)
}

/// Returns the number in a name such as `v12.avsc`.
pub(crate) fn version_number(path: &Path) -> Option<u32> {
    path.file_stem()?.to_str()?.strip_prefix('v')?.parse().ok()
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<()> {
    if depth > MAX_DEPTH {
        let message = format!("{}: folders nest too deeply", folder.display());
        return Err(Error::Io(message));
    }
    let failed = |error| Error::file(folder.display(), &error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(&path, depth + 1, found)?;
        } else if is_schema(&path) {
            found.push(path);
        }
    }
    Ok(())
}

/// Returns whether a file is a schema, and not metadata or rules of a version.
pub(crate) fn is_schema(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let is_companion = stem.ends_with(".metadata") || stem.ends_with(".rules");
    !is_companion && Format::of(path).is_ok()
}

/// Returns the bytes of a file.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = match path == Path::new("-") {
        true => io::stdin()
            .lock()
            .take(MAX_TEXT + 1)
            .read_to_end(&mut bytes),
        false => {
            fs::File::open(path).and_then(|file| file.take(MAX_TEXT + 1).read_to_end(&mut bytes))
        }
    };
    let length = read.map_err(|error| Error::file(path.display(), &error))?;
    match u64::try_from(length) {
        Ok(length) if length <= MAX_TEXT => Ok(bytes),
        _ => Err(Error::Io(format!("{}: over 64 MiB", path.display()))),
    }
}

/// Returns a JSON line. The values have only text keys and finite numbers, so this cannot fail.
pub(crate) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
}

/// A position in a text.
pub(crate) struct Place {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The column, from 1, in characters.
    pub(crate) column: usize,
    /// The whole line.
    pub(crate) snippet: String,
}

/// Returns the position of the value that a JSON pointer names, or of its nearest parent. In a text
/// that is not JSON, returns the first position of the last name in the path.
pub(crate) fn place(text: &str, path: &str) -> Place {
    let offset = match serde_json::from_str::<&serde_json::value::RawValue>(text) {
        Ok(whole) => {
            pointed(whole, path).map_or(0, |part| part.as_ptr().addr() - text.as_ptr().addr())
        }
        Err(_) => named(text, path),
    };
    at(text, offset)
}

/// Returns the first position of `word`.
pub(crate) fn place_of(text: &str, word: &str) -> Place {
    at(text, text.find(word).unwrap_or(0))
}

fn at(text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let rest = text.get(start..).unwrap_or_default();
    Place {
        line: before.matches('\n').count() + 1,
        column: before.get(start..).unwrap_or_default().chars().count() + 1,
        snippet: rest.lines().next().unwrap_or_default().to_owned(),
    }
}

fn pointed<'a>(whole: &'a serde_json::value::RawValue, path: &str) -> Option<&'a str> {
    type Raw<'a> = &'a serde_json::value::RawValue;
    let mut here = whole;
    // JSON Schema's rules write pointers as URI fragments.
    let path = path.trim_start_matches('#');
    for step in path.split('/').filter(|step| !step.is_empty()) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let text = here.get();
        let object = serde_json::from_str::<std::collections::HashMap<String, Raw<'a>>>(text);
        let inner = match object {
            Ok(mut object) => object.remove(&step),
            Err(_) => {
                let list = serde_json::from_str::<Vec<Raw<'a>>>(text).unwrap_or_default();
                step.parse::<usize>()
                    .ok()
                    .and_then(|index| list.get(index).copied())
            }
        };
        match inner {
            Some(inner) => here = inner,
            None => break,
        }
    }
    Some(here.get())
}

/// Returns the position that an error message names: `line 3 column 14`, `schema:3:14` or
/// `/fields/2`. Returns the start of the text if the message names none.
pub(crate) fn place_in_message(text: &str, message: &str) -> Place {
    let found = line_and_column(message, "line ", " column ")
        .or_else(|| line_and_column(message, "schema:", ":"));
    let Some((line, column)) = found else {
        let mut words = message.split(' ');
        return place(text, words.find(|word| word.starts_with('/')).unwrap_or(""));
    };
    let snippet = text.lines().nth(line - 1).unwrap_or_default();
    Place {
        line,
        column,
        snippet: snippet.to_owned(),
    }
}

fn line_and_column(
    message: &str,
    before_line: &str,
    before_column: &str,
) -> Option<(usize, usize)> {
    let number = |text: &str| {
        let digits = text.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok().filter(|number| *number > 0)
    };
    let (_, line) = message.split_once(before_line)?;
    let (_, column) = line.split_once(before_column)?;
    Some((number(line)?, number(column)?))
}

/// Returns the offset of the last part of a name path, searching for each part after the one before
/// it. Comments are skipped.
fn named(text: &str, path: &str) -> usize {
    let code = without_comments(text);
    let (mut from, mut found) = (0, 0);
    for part in path.split(|c| !is_part(c)).filter(|part| !part.is_empty()) {
        if let Some(offset) = word(&code, part, from) {
            found = offset;
            from = offset + part.len();
        }
    }
    found
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns the offset of a whole word at or after `from`.
fn word(text: &str, word: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let mut hits = rest.match_indices(word);
    let hit = hits.find(|(offset, _)| {
        let before = rest
            .get(..*offset)
            .and_then(|text| text.chars().next_back());
        let after = rest
            .get(offset + word.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    });
    hit.map(|(offset, _)| from + offset)
}

/// Returns the text with Protobuf comments replaced by spaces; its length is unchanged.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(slash) = rest.find('/') {
        let (code, tail) = rest.split_at(slash);
        out.push_str(code);
        let length = match tail.as_bytes() {
            [b'/', b'/', ..] => tail.find('\n').unwrap_or(tail.len()),
            [b'/', b'*', ..] => tail.find("*/").map_or(tail.len(), |end| end + 2),
            _ => 1,
        };
        let (comment, after) = tail.split_at(length);
        match length {
            1 => out.push('/'),
            _ => out.extend(comment.bytes().map(|_| ' ')),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Returns at most `width` characters of a line around a column, and the column of the first one.
pub(crate) fn window(line: &str, column: usize, width: usize) -> (usize, String) {
    let line: Vec<char> = line
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let start = match line.len() <= width {
        true => 0,
        false => column.saturating_sub(1 + width / 3).min(line.len() - width),
    };
    (
        start + 1,
        line.into_iter().skip(start).take(width).collect(),
    )
}

/// Returns the text without control characters, safe for a terminal.
pub(crate) fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(shown).collect()
}

/// Calls `each` with every line of a file and its number, without the line end. Lines of a pipe are
/// passed on as they arrive. A line over 64 MiB is an error.
pub(crate) fn each_line(path: &Path, mut each: impl FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
    each_line_of_any_length(path, |number, line| match line {
        Some(line) => each(number, line),
        None => Err(Error::Io(format!(
            "{}, line {number}: over 64 MiB",
            path.display()
        ))),
    })
}

/// Checks that a file can be read. A pipe is not opened: its writer would notice.
#[cfg(feature = "kafka")]
pub(crate) fn check(path: &Path) -> Result<()> {
    if path == Path::new("-") {
        return Ok(());
    }
    let failed = |error| Error::file(path.display(), &error);
    let kind = fs::metadata(path).map_err(failed)?;
    if kind.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    if kind.is_file() {
        fs::File::open(path).map_err(failed)?;
    }
    Ok(())
}

/// Calls `each` with every line of a file as [`each_line`] does, and with `None` for a line over
/// 64 MiB, which is skipped.
pub(crate) fn each_line_of_any_length(
    path: &Path,
    mut each: impl FnMut(u64, Option<&[u8]>) -> Result<()>,
) -> Result<()> {
    let name = path.display().to_string();
    let from: Box<dyn Read> = match path == Path::new("-") {
        true => Box::new(io::stdin().lock()),
        false => Box::new(fs::File::open(path).map_err(|error| Error::file(&name, &error))?),
    };
    let failed = |error| Error::file(&name, &error);
    let mut lines = Lines::new(from);
    let mut number = 1;
    loop {
        if let Some(line) = lines.next_whole() {
            each(number, Some(without_mark(number, line)))?;
            number += 1;
            continue;
        }
        if lines.is_too_long() {
            each(number, None)?;
            number += 1;
            if !lines.skip().map_err(failed)? {
                return Ok(());
            }
            continue;
        }
        if !lines.fill().map_err(failed)? {
            let last = lines.unread();
            return match last.is_empty() {
                true => Ok(()),
                false => each(number, Some(without_mark(number, last))),
            };
        }
    }
}

/// Removes a byte order mark from the first line.
fn without_mark(number: u64, line: &[u8]) -> &[u8] {
    match number {
        1 => line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line),
        _ => line,
    }
}

/// Reads lines without copying them, as `read_until` would.
struct Lines<R> {
    from: R,
    buffer: Vec<u8>,
    /// Start of the next line.
    start: usize,
    /// End of the part that was searched for a line end.
    searched: usize,
    /// End of the data in the buffer.
    end: usize,
}

impl<R: Read> Lines<R> {
    fn new(from: R) -> Self {
        Self {
            from,
            buffer: vec![0; 1 << 16],
            start: 0,
            searched: 0,
            end: 0,
        }
    }

    /// Returns the next complete line; `None` if more must be read.
    fn next_whole(&mut self) -> Option<&[u8]> {
        let rest = self.buffer.get(self.searched..self.end)?;
        let Some(length) = memchr::memchr(b'\n', rest) else {
            self.searched = self.end;
            return None;
        };
        let (start, end) = (self.start, self.searched + length);
        (self.start, self.searched) = (end + 1, end + 1);
        self.buffer.get(start..end)
    }

    /// Returns the data that was read and not returned as a line yet.
    fn unread(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Returns whether the current line is too long.
    fn is_too_long(&self) -> bool {
        self.unread().len() >= MAX_LINE
    }

    /// Skips the rest of a line whose end was not read yet; returns `false` if the input ends
    /// first.
    fn skip(&mut self) -> io::Result<bool> {
        loop {
            (self.start, self.searched, self.end) = (0, 0, 0);
            if !self.fill()? {
                return Ok(false);
            }
            let new = self.buffer.get(..self.end).unwrap_or_default();
            if let Some(length) = memchr::memchr(b'\n', new) {
                (self.start, self.searched) = (length + 1, length + 1);
                return Ok(true);
            }
        }
    }

    /// Reads more data; returns `false` at the end of the input.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        (self.start, self.searched) = (0, self.end);
        if self.end == self.buffer.len() {
            self.buffer.resize(2 * self.end, 0);
        }
        loop {
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.from.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(length) => {
                    self.end += length;
                    return Ok(length > 0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives what it has in pieces of so many bytes, and an interruption before each.
    struct Pieces<'a>(&'a [u8], usize, bool);

    impl Read for Pieces<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.2 = !self.2;
            if self.2 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let length = self.1.min(self.0.len()).min(out.len());
            let (now, later) = self.0.split_at(length);
            out[..length].copy_from_slice(now);
            self.0 = later;
            Ok(length)
        }
    }

    fn lines_of(text: &[u8], piece: usize) -> Vec<Vec<u8>> {
        let mut lines = Lines::new(Pieces(text, piece, false));
        let mut found = Vec::new();
        loop {
            while let Some(line) = lines.next_whole() {
                found.push(line.to_vec());
            }
            if !lines.fill().unwrap() {
                break;
            }
        }
        if !lines.unread().is_empty() {
            found.push(lines.unread().to_vec());
        }
        found
    }

    #[test]
    fn lines_are_those_of_the_standard_library_however_they_come() {
        let long = "x".repeat(200_000);
        let texts = [
            String::new(),
            "\n".to_owned(),
            "a".to_owned(),
            "a\n\n\nb\r\nc".to_owned(),
            format!("{long}\na\n{long}\n"),
            format!(
                "{}\n{}\n{}",
                &long[..65_535],
                &long[..65_536],
                &long[..65_537]
            ),
        ];
        for text in texts {
            let expected: Vec<Vec<u8>> = io::BufRead::split(text.as_bytes(), b'\n')
                .map(io::Result::unwrap)
                .collect();
            for piece in [1, 3, 4096, 65_536, 1 << 20] {
                assert_eq!(lines_of(text.as_bytes(), piece), expected, "{piece}");
            }
        }
    }
}
