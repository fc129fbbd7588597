//! The configuration file: defaults for options, in TOML. What the command line says wins.
//!
//! Keys are the names of options without their dashes, the letter where an option has no longer name.
//! Those of one subcommand stand in a table of its name; those above all tables count for every
//! subcommand that has such an option.

mod file;
mod taker;

use super::choose;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use file::{File, option};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::{env, fs, io};
use taker::Taker;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The option that words of the command line can stand for.
const FILTER: &str = "display_filter";
/// The option that names captures, which words of the command line can do too.
const CAPTURES: &str = "read_file";

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
    let taker = Taker::new();
    // A wrong command line is told by whoever reads it for good.
    let Ok(matches) = taker.matches(&args) else { return Ok(args) };
    let named = matches.get_one::<PathBuf>("config").cloned();
    let named = named.map(|path| (fs::read_to_string(&path), path));
    let Some((text, path)) = named.or(usual) else { return Ok(args) };
    let text = text.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    tracing::debug!(path = %path.display(), "configuration");
    let file = File { path: &path, text: &text };
    let table = DeTable::parse(&text)
        .map_err(|error| file.told(error.span().map_or(0, |span| span.start), error.message()))?;
    file.check(&taker, table.get_ref())?;
    let Some((name, sub)) = matches.subcommand() else { return Ok(args) };
    let Some(command) = taker.program.find_subcommand(name) else { return Ok(args) };
    let at = subcommand_at(&args, name);
    let rows = chosen(command, name, table.get_ref());
    let names_captures = rows.iter().any(|(_, arg, _)| arg.get_id() == CAPTURES);
    let is_said = |arg: &Arg| {
        let id = arg.get_id().as_str();
        sub.value_source(id) == Some(ValueSource::CommandLine)
            || (id == FILTER && has_filter_words(sub, names_captures))
            || (id == CAPTURES && has_capture_words(sub))
    };
    let rows = rows.into_iter().filter(|(_, arg, _)| !is_said(arg));
    // Above all tables may stand what other subcommands take.
    let rows = rows.filter(|(_, arg, value)| file.taken(&taker, command, arg, value).is_ok());
    let words = rows
        .map(|(place, arg, value)| file.words(arg, value).map_err(|told| file.told(place, &told)));
    let added = taker.fitting(&args, at, words.collect::<Result<_, _>>()?);
    let mut args = args;
    args.splice(at..at, added);
    Ok(args)
}

/// Whether a word of the command line may be the option that names the file.
fn may_name_file(arg: &OsStr) -> bool {
    arg.as_encoded_bytes().starts_with(b"--config")
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
