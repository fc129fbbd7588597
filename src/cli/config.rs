//! The configuration file: defaults for options, in TOML. What the command line says wins.
//!
//! Keys are the names of options without their dashes, the letter where an option has no longer name.
//! Those of one subcommand stand in a table of its name; those above all tables count for every
//! subcommand that has such an option.

use super::args::Cli;
use super::choose;
use crate::text::nearest;
use clap::builder::Resettable;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, Id};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{env, fs, io};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The option that words of the command line can stand for.
const FILTER: &str = "display_filter";
/// The option that names captures, which words of the command line can do too.
const CAPTURES: &str = "read_file";
/// Options that make no sense in the file.
const NO_KEYS: [&str; 3] = ["config", "help", "version"];

const fn is_nobodys(error: io::ErrorKind) -> bool {
    matches!(error, io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
}

/// Adds the options of the file to those of the command line, right behind the subcommand.
///
/// # Errors
/// What is wrong with the file, with its name and the line.
pub(super) fn apply(args: Vec<OsString>) -> Result<Vec<OsString>, String> {
    // Most runs have no such file: then the command line need not be read twice.
    let usual = default_path().map(|path| (fs::read_to_string(&path), path));
    // One that nobody named need not be there, nor be for this user: it may be another's home.
    let usual =
        usual.filter(|(text, _)| !text.as_ref().is_err_and(|error| is_nobodys(error.kind())));
    if usual.is_none() && !args.iter().any(|arg| may_name_file(arg)) {
        return Ok(args);
    }
    let mut program = Cli::command();
    // A wrong command line is told by whoever reads it for good.
    let Ok(matches) = incomplete().try_get_matches_from(&args) else { return Ok(args) };
    let named = matches.get_one::<PathBuf>("config").cloned();
    let named = named.map(|path| (fs::read_to_string(&path), path));
    let Some((text, path)) = named.or(usual) else { return Ok(args) };
    let text = text.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    tracing::debug!(path = %path.display(), "configuration");
    program.build();
    let file = File { path: &path, text: &text };
    let table = DeTable::parse(&text)
        .map_err(|error| file.told(error.span().map_or(0, |span| span.start), error.message()))?;
    file.check(&program, table.get_ref())?;
    let Some((name, sub)) = matches.subcommand() else { return Ok(args) };
    let Some(command) = program.find_subcommand(name) else { return Ok(args) };
    let at = subcommand_at(&args, name);
    let mut added = Vec::new();
    let rows = chosen(command, name, table.get_ref());
    let names_captures = rows.iter().any(|(_, arg, _)| arg.get_id() == CAPTURES);
    for (place, arg, value) in rows {
        let id = arg.get_id().as_str();
        let is_said = sub.value_source(id) == Some(ValueSource::CommandLine)
            || (id == FILTER && has_filter_words(sub, names_captures))
            || (id == CAPTURES && has_capture_words(sub));
        if is_said {
            continue;
        }
        let words = file.words(arg, value).map_err(|told| file.told(place, &told))?;
        if fits(&args, at, &words).map_err(|told| file.told(place, &told))? {
            added.extend(words);
        }
    }
    let mut args = args;
    args.splice(at..at, added);
    Ok(args)
}

/// Whether a word of the command line may be the option that names the file.
fn may_name_file(arg: &OsStr) -> bool {
    arg.as_encoded_bytes().starts_with(b"--config")
}

/// The program as it takes command lines that are not complete: what is missing may stand in the file.
fn incomplete() -> Command {
    let unbound = |arg: Arg| {
        let arg = arg.required(false).required_unless_present(Resettable::<Id>::Reset);
        arg.requires(Resettable::<Id>::Reset)
    };
    Cli::command().mut_subcommands(|command| command.mut_args(unbound))
}

/// Whether the words of the command line hold a filter, which is the same as the option. The captures may
/// be named by the file.
fn has_filter_words(sub: &ArgMatches, names_captures: bool) -> bool {
    let has_files = (names_captures && !has_capture_words(sub)) || !words(sub, CAPTURES).is_empty();
    !words(sub, "filter_words").is_empty()
        || choose::part(&words(sub, "files"), has_files).1.is_some()
}

/// Whether the words of the command line hold captures, which is the same as the option.
fn has_capture_words(sub: &ArgMatches) -> bool {
    !choose::part(&words(sub, "files"), true).0.is_empty()
}

/// What the command line gives for an argument.
fn words(sub: &ArgMatches, id: &str) -> Vec<OsString> {
    let values = sub.try_get_raw(id).ok().flatten();
    values.map(|values| values.map(OsString::from).collect()).unwrap_or_default()
}

/// `$XDG_CONFIG_HOME/mqttscope/config.toml`, or below `~/.config`.
fn default_path() -> Option<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
    let folder = folder.or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(folder.join("mqttscope").join("config.toml"))
}

/// The place behind the name of the subcommand.
fn subcommand_at(args: &[OsString], name: &str) -> usize {
    let is_value =
        |at: usize| at > 0 && args.get(at.saturating_sub(1)).is_some_and(|a| a == "--config");
    let found =
        (1..args.len()).find(|at| args.get(*at).is_some_and(|a| a == name) && !is_value(*at));
    found.map_or(args.len(), |at| at.saturating_add(1))
}

/// The options of the file that are for a subcommand: the general ones, then its own in their stead.
fn chosen<'c, 't>(
    command: &'c Command,
    name: &str,
    table: &'t DeTable<'t>,
) -> Vec<(usize, &'c Arg, &'t Spanned<DeValue<'t>>)> {
    let of = |table: &'t DeTable<'t>| {
        table.iter().filter_map(|(key, value)| {
            let is_table = matches!(value.get_ref(), DeValue::Table(_));
            let arg = option(command, key.get_ref()).filter(|_| !is_table)?;
            Some((key.span().start, arg, value))
        })
    };
    let own = table.get(name).and_then(|value| match value.get_ref() {
        DeValue::Table(own) => Some(own),
        _ => None,
    });
    let own: Vec<_> = own.into_iter().flat_map(of).collect();
    let is_own = |arg: &Arg| own.iter().any(|row| row.1.get_id() == arg.get_id());
    let mut rows: Vec<_> = of(table).filter(|row| !is_own(row.1)).collect();
    rows.extend(own);
    rows.sort_by_key(|row| row.0);
    rows
}

/// The option of a key.
fn option<'c>(command: &'c Command, key: &str) -> Option<&'c Arg> {
    command.get_arguments().find(|arg| names(arg).as_deref() == Some(key))
}

/// The key of an option.
fn names(arg: &Arg) -> Option<String> {
    if NO_KEYS.contains(&arg.get_id().as_str()) {
        return None;
    }
    let long = arg.get_long().map(str::to_owned);
    long.or_else(|| arg.get_short().map(|letter| letter.to_string()))
}

/// The file, for what is said of it.
struct File<'f> {
    path: &'f Path,
    text: &'f str,
}

impl File<'_> {
    /// A sentence about a place.
    fn told(&self, at: usize, told: &str) -> String {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count().saturating_add(1);
        format!("{}:{line}: {told}", self.path.display())
    }

    /// Whether all keys are known, of all subcommands.
    fn check(&self, program: &Command, table: &DeTable<'_>) -> Result<(), String> {
        let subcommands = || program.get_subcommands();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let DeValue::Table(own) = value.get_ref() else {
                if !subcommands().any(|command| option(command, name).is_some()) {
                    let known = subcommands().flat_map(|c| c.get_arguments().filter_map(names));
                    let told = unknown(&format!("no subcommand has an option {name}"), name, known);
                    return Err(self.told(key.span().start, &told));
                }
                continue;
            };
            let Some(command) = program.find_subcommand(name) else {
                let known = subcommands().map(|command| command.get_name().to_owned());
                let told = unknown(&format!("there is no subcommand {name}"), name, known);
                return Err(self.told(key.span().start, &told));
            };
            let unheard = own.keys().find(|key| option(command, key.get_ref()).is_none());
            if let Some(key) = unheard {
                let known = command.get_arguments().filter_map(names);
                let told = format!("{name} has no option {}", key.get_ref());
                return Err(self.told(key.span().start, &unknown(&told, key.get_ref(), known)));
            }
        }
        Ok(())
    }

    /// A value as words of the command line.
    fn words(&self, arg: &Arg, value: &Spanned<DeValue<'_>>) -> Result<Vec<OsString>, String> {
        let takes_value = !matches!(arg.get_action(), ArgAction::SetTrue | ArgAction::Count);
        let flag = match (arg.get_long(), arg.get_short()) {
            (Some(long), _) => format!("--{long}"),
            (None, Some(short)) => format!("-{short}"),
            (None, None) => return Err("this is no option".into()),
        };
        let may_be_alone = arg.get_num_args().is_some_and(|range| range.min_values() == 0);
        let with = |value: &str| {
            let joint = if arg.get_long().is_some() { "=" } else { "" };
            vec![OsString::from(format!("{flag}{joint}{value}"))]
        };
        match value.get_ref() {
            DeValue::Boolean(false) if !takes_value || may_be_alone => Ok(Vec::new()),
            DeValue::Boolean(true) if !takes_value || may_be_alone => Ok(vec![flag.into()]),
            _ if !takes_value => Err(format!("{flag} is a switch: it takes true or false")),
            DeValue::Array(values) if matches!(arg.get_action(), ArgAction::Append) => {
                let words = values.iter().map(|value| Ok(with(&self.one(value, &flag)?)));
                Ok(words.collect::<Result<Vec<_>, String>>()?.concat())
            }
            _ => Ok(with(&self.one(value, &flag)?)),
        }
    }

    fn one(&self, value: &Spanned<DeValue<'_>>, flag: &str) -> Result<String, String> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Integer(_) | DeValue::Float(_) => {
                let text = self.text.get(value.span()).unwrap_or_default();
                Ok(text.replace('_', ""))
            }
            other => Err(format!("{flag} takes a text or a number, not {}", other.type_str())),
        }
    }
}

/// Whether the command line takes these words, too: `false` where it says something that they cannot be had
/// with, as it wins.
fn fits(args: &[OsString], at: usize, words: &[OsString]) -> Result<bool, String> {
    let mut whole = args.to_vec();
    whole.splice(at..at, words.iter().cloned());
    let Err(error) = incomplete().try_get_matches_from(whole) else { return Ok(true) };
    if error.kind() == ErrorKind::ArgumentConflict {
        return Ok(false);
    }
    let text = error.to_string();
    let first = text.lines().take_while(|line| !line.is_empty());
    let lines: Vec<&str> = first.map(str::trim).collect();
    let told = lines.join(" ");
    Err(told.strip_prefix("error: ").unwrap_or(&told).to_owned())
}

/// A sentence about an unknown name, with the one that is most like it.
fn unknown(told: &str, name: &str, known: impl Iterator<Item = String>) -> String {
    let known: Vec<String> = known.collect();
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("{told}; did you mean {near}?"),
        None => told.to_owned(),
    }
}
