//! What is made of the command line itself: completions, man pages, and `docs/cli.md`.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, Command, CommandFactory as _};
use clap_complete::Shell;

use crate::exit::{Error, Outcome};
use crate::{Cli, Result};

/// Print completions for a shell.
#[derive(Args, Debug)]
#[command(
    after_help = "Example:\n  wireform completions bash > ~/.local/share/bash-completion/completions/wireform"
)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

/// Write man pages, one for each verb.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wireform man ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// The folder
    dir: PathBuf,
}

impl Completions {
    pub(crate) fn run(&self) -> Result {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "wireform", &mut script);
        io::stdout().lock().write_all(&script)?;
        Ok(Outcome::Fine)
    }
}

impl Man {
    pub(crate) fn run(&self) -> Result {
        let failed = |error: &io::Error| Error::file(self.dir.display(), error);
        fs::create_dir_all(&self.dir).map_err(|error| failed(&error))?;
        clap_mangen::generate_to(Cli::command(), &self.dir).map_err(|error| failed(&error))?;
        Ok(Outcome::Fine)
    }
}

/// Prints `docs/cli.md`.
pub(crate) fn markdown() -> Result {
    let mut page = String::from(
        "# The command\n\nAll of `wireform --help`. Made by `wireform markdown > docs/cli.md`; a test holds it to \
         what the command says.\n\nExit status: 0 fine, 1 findings, 2 usage, 3 registry or I/O.\n",
    );
    let mut command = Cli::command().term_width(100).disable_colored_help(true);
    command.build();
    section(&command, &mut page);
    io::stdout().lock().write_all(page.as_bytes())?;
    Ok(Outcome::Fine)
}

fn section(command: &Command, page: &mut String) {
    if command.is_hide_set() || command.get_name() == "help" {
        return;
    }
    let name = command
        .get_bin_name()
        .unwrap_or_else(|| command.get_name())
        .to_owned();
    let help = command
        .clone()
        .term_width(100)
        .render_long_help()
        .to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    page.push_str(&format!(
        "\n## `{name}`\n\n```text\n{}\n```\n",
        help.join("\n").trim_end()
    ));
    for verb in command.get_subcommands() {
        section(verb, page);
    }
}
