//! Schemas and data that try to blow up their reader, each with the memory it may take: run by the
//! suite, and by hand with `cargo run -p wireform-tests --bin avro-bombs`.
//!
//! A program of its own, since it counts what is allocated, and since a stack that overflows takes
//! the process with it. Every bomb has a thread with a stack of 256 KiB.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::io::Write;
use std::process::ExitCode;

use wireform::{ErrorKind, Limits, Result};
use wireform_limits::{LIMIT, join};

mod data;
mod heap;
mod schemas;

/// One bomb.
struct Bomb {
    name: String,
    /// Bytes that it may take at once.
    budget: usize,
    end: End,
    explode: Box<dyn FnOnce() -> Result<()> + Send>,
}

/// How a bomb ends.
#[derive(Clone, Copy)]
enum End {
    /// One or the other, by what the reader makes of it; within its budget in any case.
    Either,
    /// It is refused.
    Refused,
    /// It turns out to be a value like any other.
    Taken,
}

impl Bomb {
    fn new(
        name: impl Into<String>,
        len: usize,
        end: End,
        explode: impl FnOnce() -> Result<()> + Send + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            budget: Limits::default().heap_for(len),
            end,
            explode: Box::new(explode),
        }
    }

    /// Lets it take what the reader's defaults may, whatever the length of the data.
    fn with_defaults(mut self) -> Self {
        self.budget = Limits::default().heap;
        self
    }

    /// Lets it take what a schema of `len` bytes may, too.
    fn with_schema(mut self, len: usize) -> Self {
        self.budget += Limits::default().heap_for(len);
        self
    }

    /// Whether it ended as it should, within its budget.
    fn run(self) -> bool {
        let budget = self.budget;
        print!("{}: ", self.name);
        let _ = std::io::stdout().flush();
        let thread = std::thread::Builder::new().stack_size(256 << 10);
        let explode = self.explode;
        let explode = move || {
            let start = heap::start();
            let result = explode();
            (result, heap::peak().saturating_sub(start))
        };
        let (result, peak) = join(thread.spawn(explode).unwrap(), LIMIT);
        let (shown, ends_well) = match (&result, self.end) {
            (Ok(()), End::Taken | End::Either) => ("a value".to_owned(), true),
            (Ok(()), End::Refused) => ("a value: NOT REFUSED".to_owned(), false),
            (Err(error), end) => {
                let is_typed = matches!(
                    error.kind(),
                    ErrorKind::Decode
                        | ErrorKind::Incompatible
                        | ErrorKind::InvalidSchema
                        | ErrorKind::LimitExceeded
                );
                let text = error.to_string();
                let text: String = text.chars().take(100).collect();
                let shown = format!("{:?}, {text}", error.kind());
                (shown, is_typed && !matches!(end, End::Taken))
            }
        };
        let fits = peak <= budget;
        let verdict = match (ends_well, fits) {
            (true, true) => "",
            (false, _) => " WRONG END",
            (true, false) => " TOO MUCH MEMORY",
        };
        println!("{shown}; {peak} of {budget} bytes{verdict}");
        ends_well && fits
    }
}

fn main() -> ExitCode {
    let only = std::env::args().nth(1);
    let bombs = schemas::bombs().into_iter().chain(data::bombs());
    if only.as_deref() == Some("--list") {
        bombs.for_each(|bomb| println!("{}", bomb.name));
        return ExitCode::SUCCESS;
    }
    let bombs = bombs.filter(|bomb| only.as_ref().is_none_or(|only| bomb.name.contains(only)));
    let (mut count, mut failed) = (0, 0);
    for bomb in bombs {
        count += 1;
        failed += usize::from(!bomb.run());
    }
    println!("{count} bombs, {failed} went off");
    ExitCode::from(u8::from(failed > 0))
}
