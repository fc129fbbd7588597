//! Whether the command line can be had with what the file adds to it.

use super::super::args::Cli;
use super::super::misuse;
use clap::builder::Resettable;
use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches, Id};
use std::ffi::OsString;

/// The program as it takes command lines that are not complete: what is missing may stand in the file.
pub(super) struct Taker {
    pub(super) program: Command,
}

impl Taker {
    pub(super) fn new() -> Self {
        let unbound = |arg: Arg| {
            let arg = arg.required(false).required_unless_present(Resettable::<Id>::Reset);
            arg.requires(Resettable::<Id>::Reset)
        };
        let mut program = Cli::command().mut_subcommands(|command| command.mut_args(unbound));
        program.build();
        Self { program }
    }

    /// What a command line says.
    pub(super) fn matches(&self, args: &[OsString]) -> Result<ArgMatches, clap::Error> {
        self.program.clone().try_get_matches_from(args)
    }

    /// Whether a subcommand takes the value of an option, whatever else it is given.
    ///
    /// # Errors
    /// What is wrong with the value.
    pub(super) fn takes(&self, command: &Command, words: &[OsString]) -> Result<(), String> {
        let begin = [self.program.get_name(), command.get_name()].map(OsString::from);
        let args: Vec<_> = begin.iter().chain(words).cloned().collect();
        let Err(error) = self.matches(&args) else { return Ok(()) };
        let text = error.to_string();
        let first = text.lines().take_while(|line| !line.is_empty());
        let lines: Vec<&str> = first.map(str::trim).collect();
        let told = lines.join(" ");
        Err(told.strip_prefix("error: ").unwrap_or(&told).to_owned())
    }

    /// What of the file the command line can be had with, each the words of one option: it wins, and
    /// what is about something that it does not do has no place in it.
    pub(super) fn fitting(
        &self,
        args: &[OsString],
        at: usize,
        mut rows: Vec<Vec<OsString>>,
    ) -> Vec<OsString> {
        let with = |added: &[OsString]| {
            let mut whole = args.to_vec();
            whole.splice(at..at, added.iter().cloned());
            whole
        };
        // What the user says wrongly is told by whoever reads it for good.
        let is_wrong_anyway = self.is_misuse(&with(&[]));
        let mut added = Vec::new();
        loop {
            let before = rows.len();
            // One may have its place only beside another that stands further below.
            rows.retain(|words| {
                let more = [added.as_slice(), words].concat();
                let whole = with(&more);
                let fits =
                    self.matches(&whole).is_ok() && (is_wrong_anyway || !self.is_misuse(&whole));
                if fits {
                    added = more;
                }
                !fits
            });
            if rows.len() == before || rows.is_empty() {
                break;
            }
        }
        rows.iter().for_each(|words| tracing::debug!(?words, "no default of this command"));
        added
    }

    /// Whether options say together what cannot be done.
    fn is_misuse(&self, args: &[OsString]) -> bool {
        let cli = self.matches(args).and_then(|matches| Cli::from_arg_matches(&matches));
        cli.is_ok_and(|cli| misuse::mistake(&cli.command).is_some())
    }
}
