//! Bytes, drawn part by part by the schema that they were written with.

mod avro;
mod protobuf;

pub(crate) use self::avro::explain as avro;
pub(crate) use self::protobuf::explain as protobuf;

/// A stretch of the bytes, and what it is.
#[derive(Debug, PartialEq)]
pub(crate) struct Part {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) what: String,
}

/// All of the bytes.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) parts: Vec<Part>,
    /// Whether they are what the schema says; if not, the last part says why.
    pub(crate) is_sound: bool,
}

/// No more parts are drawn: nobody reads them.
const MAX_PARTS: usize = 10_000;
/// Values nest no deeper, as when they are read.
const MAX_DEPTH: usize = 64;

/// A walk over bytes, and what was found.
struct Walk<'b> {
    bytes: &'b [u8],
    at: usize,
    /// Where the bytes start in what is shown.
    offset: usize,
    parts: Vec<Part>,
    depth: usize,
}

/// Why a walk ended early: the last part says it.
#[derive(Debug)]
struct Stopped;

type Step<T = ()> = Result<T, Stopped>;

impl<'b> Walk<'b> {
    fn new(bytes: &'b [u8], offset: usize) -> Self {
        Self {
            bytes,
            at: 0,
            offset,
            parts: Vec::new(),
            depth: 0,
        }
    }

    /// The parts, and what follows the last of them.
    fn finish(mut self, end: &Step) -> Drawn {
        let is_sound = end.is_ok() && self.at == self.bytes.len();
        if end.is_ok() && !is_sound {
            let count = self.bytes.len() - self.at;
            self.push(self.at, self.bytes.len(), format!("{count} bytes too many"));
        }
        let parts = self.parts;
        Drawn { parts, is_sound }
    }

    fn push(&mut self, start: usize, end: usize, what: String) {
        self.parts.push(Part {
            start: self.offset + start,
            end: self.offset + end,
            what,
        });
    }

    /// Says what the bytes since `start` are.
    fn say(&mut self, start: usize, what: String) -> Step {
        if self.parts.len() >= MAX_PARTS {
            return self.stop(start, "and so on: there are more parts than are drawn");
        }
        self.push(start, self.at, what);
        Ok(())
    }

    /// Says why the walk ends here.
    fn stop<T>(&mut self, start: usize, why: &str) -> Step<T> {
        self.push(start, self.bytes.len(), why.to_owned());
        Err(Stopped)
    }

    fn enter(&mut self) -> Step {
        self.depth += 1;
        match self.depth > MAX_DEPTH {
            true => self.stop(self.at, "nested too deeply"),
            false => Ok(()),
        }
    }

    fn take(&mut self, count: u64, what: &str) -> Step<&'b [u8]> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let end = self.at.checked_add(count);
        match end.and_then(|end| self.bytes.get(self.at..end)) {
            Some(taken) => {
                self.at += count;
                Ok(taken)
            }
            None => {
                let left = self.bytes.len() - self.at;
                let why = format!("{what}: cut short, {count} bytes expected and {left} left");
                self.stop(self.at, &why)
            }
        }
    }

    fn varint(&mut self, what: &str) -> Step<u64> {
        let start = self.at;
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let Some(byte) = self.bytes.get(self.at) else {
                return self.stop(start, &format!("{what}: cut short within a number"));
            };
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Ok(value);
            }
        }
        self.stop(start, &format!("{what}: a number of over 64 bits"))
    }
}

/// The start of a text, quoted, without control characters.
fn quoted(bytes: &[u8]) -> String {
    const SHOWN: usize = 40;
    let text = String::from_utf8_lossy(bytes);
    let start: String = text.chars().take(SHOWN).collect();
    match text.chars().nth(SHOWN) {
        Some(_) => format!("{start:?}…"),
        None => format!("{start:?}"),
    }
}
