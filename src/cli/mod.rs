//! The command line: arguments, one file a subcommand, exit codes. Context is added to errors
//! here alone.
//!
//! To add a subcommand: a file with `run`, a variant of `Command` in `args`, a line in `dispatch`.

mod args;
mod choose;
mod columns;
mod completions;
mod conditions;
mod config;
mod decode;
mod decode_on;
mod diagnostics;
mod examples;
mod explain;
mod fields;
mod handed;
mod interfaces;
mod keylog;
mod live;
mod log;
mod man;
mod misuse;
mod offered;
mod output;
mod pager;
mod preference;
mod progress;
mod read;
mod report;
mod sessions;
mod shorthand;
mod stats;
mod terminal;

use anyhow::Context;
use args::{Cli, Command};
use clap::Parser;
use misuse::Misuse;
use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

/// How a run ended. The numbers are those of the exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// All was done.
    Done = 0,
    /// A finding was made that `--fail-on` asks for.
    Found = 3,
    /// The input or the capture failed; what was good was shown.
    Input = 2,
    /// The command line is wrong.
    Usage = 1,
}

impl Outcome {
    /// How a run ends that had just to write to standard output. That nobody reads on is no fault.
    fn of_writing(written: io::Result<()>) -> anyhow::Result<Self> {
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(error).context("standard output cannot be written")
            }
            _ => Ok(Self::Done),
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome as u8)
    }
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    run(std::env::args_os().collect()).into()
}

fn run(args: Vec<OsString>) -> Outcome {
    diagnostics::begin();
    let args = match config::apply(shorthand::expand(args)) {
        Ok(args) => args,
        Err(told) => {
            report::line(&told);
            return Outcome::Usage;
        }
    };
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            misuse::tell(&error);
            return Outcome::Usage;
        }
        Err(help) => {
            // Where it cannot be written there is nobody to read it.
            let _ = help.print();
            return Outcome::Done;
        }
    };
    match dispatch(&cli) {
        Ok(outcome) => outcome,
        Err(error) => {
            report::error(&error);
            if error.is::<Misuse>() { Outcome::Usage } else { Outcome::Input }
        }
    }
}

fn dispatch(cli: &Cli) -> anyhow::Result<Outcome> {
    match &cli.command {
        Command::Decode(args) => decode::run(args),
        Command::Read(args) => read::run(args),
        Command::Live(args) => live::run(args),
        Command::Log(args) => log::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Sessions(args) => sessions::list(args),
        Command::Stats(args) => stats::run(args),
        Command::Session(args) => sessions::one(args),
        Command::Interfaces => interfaces::run(),
        Command::Fields(args) => fields::run(args),
        Command::Completions(args) => completions::completions(args),
        Command::Man(args) => man::man(args),
    }
}
