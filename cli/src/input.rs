//! Files as users name them: `-` is standard input.

use std::fs;
use std::io::{self, BufRead, Read as _};
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

/// A JSON line. What is written here has no keys but text, and no numbers but finite ones.
pub(crate) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
}

/// Where something stands in a text, for people.
pub(crate) struct Place {
    /// From 1 on.
    pub(crate) line: usize,
    /// From 1 on, in characters.
    pub(crate) column: usize,
    /// The whole line.
    pub(crate) snippet: String,
}

/// Where the value that a JSON pointer leads to stands, or as near as it goes; of a text that is no
/// JSON, where the last name of the path first stands.
pub(crate) fn place(text: &str, path: &str) -> Place {
    let offset = match serde_json::from_str::<&serde_json::value::RawValue>(text) {
        Ok(whole) => {
            pointed(whole, path).map_or(0, |part| part.as_ptr().addr() - text.as_ptr().addr())
        }
        Err(_) => named(text, path),
    };
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

fn named(text: &str, path: &str) -> usize {
    let words = path.rsplit(|c: char| !c.is_alphanumeric() && c != '_');
    words
        .filter(|word| !word.is_empty())
        .find_map(|word| {
            text.match_indices(word)
                .map(|(offset, _)| offset)
                .find(|offset| {
                    let is_part =
                        |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
                    let (before, behind) = (text.get(..*offset), text.get(offset + word.len()..));
                    !is_part(before.and_then(|before| before.chars().next_back()))
                        && !is_part(behind.and_then(|behind| behind.chars().next()))
                })
        })
        .unwrap_or(0)
}

/// The part of a line around a column, `width` characters at most, and the column it starts at.
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

/// Calls `each` with every line of a file and its number, without its end; none is kept.
pub(crate) fn each_line(path: &Path, mut each: impl FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
    let name = path.display().to_string();
    let mut from: Box<dyn BufRead> = match path == Path::new("-") {
        true => Box::new(io::BufReader::with_capacity(1 << 16, io::stdin().lock())),
        false => {
            let file = fs::File::open(path).map_err(|error| Error::file(&name, &error))?;
            Box::new(io::BufReader::with_capacity(1 << 16, file))
        }
    };
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = from.by_ref().take(MAX_TEXT).read_until(b'\n', &mut line);
        if read.map_err(|error| Error::file(&name, &error))? == 0 {
            break;
        }
        each(number, line.strip_suffix(b"\n").unwrap_or(&line))?;
    }
    Ok(())
}
