//! What the configuration file says: its keys and values, and where they stand.

use super::taker::Taker;
use crate::filter::Filter;
use crate::stats::{self, STATISTICS};
use crate::text::nearest;
use clap::{Arg, ArgAction, Command};
use std::ffi::OsString;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Options that make no sense in the file.
const NO_KEYS: [&str; 3] = ["config", "help", "version"];

/// An option, and what is wrong with its value.
type Reading = (&'static str, fn(&str) -> Result<(), String>);

/// Values that the program itself reads, behind clap.
const READ_LATER: [Reading; 4] = [
    ("display_filter", |words| match Filter::parse(words) {
        Ok(_) => Ok(()),
        Err(error) => {
            let hint = error.hint.iter().fold(String::new(), |_, hint| format!("; {hint}"));
            Err(format!("the filter {words}: {error}{hint}"))
        }
    }),
    ("statistics", |name| match name {
        "help" => Ok(()),
        name => stats::choose(name, None).map(|_| ()),
    }),
    ("by", |field| stats::choose("values", Some(field)).map(|_| ())),
    ("sort", |name| {
        let has_it = STATISTICS.iter().flat_map(|row| row.columns).any(|it| it.key == name);
        has_it.then_some(()).ok_or_else(|| format!("no statistic has a column {name} to sort by"))
    }),
];

/// The file, for what is said of it.
pub(super) struct File<'f> {
    pub(super) path: &'f Path,
    pub(super) text: &'f str,
}

impl File<'_> {
    /// A sentence about a place.
    pub(super) fn told(&self, at: usize, told: &str) -> String {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count().saturating_add(1);
        format!("{}:{line}: {told}", self.path.display())
    }

    /// Whether all keys are known and all values taken, of all subcommands.
    pub(super) fn check(&self, taker: &Taker, table: &DeTable<'_>) -> Result<(), String> {
        let program = &taker.program;
        let subcommands = || program.get_subcommands();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let at = key.span().start;
            let DeValue::Table(own) = value.get_ref() else {
                let takers: Vec<_> =
                    subcommands().filter_map(|it| Some((it, option(it, name)?))).collect();
                if takers.is_empty() {
                    let known = subcommands().flat_map(|c| c.get_arguments().filter_map(names));
                    let told = unknown(&format!("no subcommand has an option {name}"), name, known);
                    return Err(self.told(at, &told));
                }
                let taken =
                    takers.iter().map(|(command, arg)| self.taken(taker, command, arg, value));
                // What one takes counts for that one.
                let mut wrong = taken.collect::<Vec<_>>();
                if !wrong.iter().any(Result::is_ok) {
                    return wrong.swap_remove(0).map_err(|told| self.told(at, &told));
                }
                continue;
            };
            let Some(command) = program.find_subcommand(name) else {
                let known = subcommands().map(|command| command.get_name().to_owned());
                let told = unknown(&format!("there is no subcommand {name}"), name, known);
                return Err(self.told(at, &told));
            };
            self.check_own(taker, command, own)?;
        }
        Ok(())
    }

    /// The same of the table of a subcommand.
    fn check_own(&self, taker: &Taker, command: &Command, own: &DeTable<'_>) -> Result<(), String> {
        let name = command.get_name();
        for (key, value) in own {
            let told = match (value.get_ref(), option(command, key.get_ref())) {
                (DeValue::Table(_), _) => Err(format!(
                    "there is no table [{name}.{}]: the options of {name} stand in [{name}] itself",
                    key.get_ref()
                )),
                (_, None) => {
                    let known = command.get_arguments().filter_map(names);
                    let told = format!("{name} has no option {}", key.get_ref());
                    Err(unknown(&told, key.get_ref(), known))
                }
                (_, Some(arg)) => self.taken(taker, command, arg, value),
            };
            told.map_err(|told| self.told(key.span().start, &told))?;
        }
        Ok(())
    }

    /// Whether a subcommand takes a value.
    pub(super) fn taken(
        &self,
        taker: &Taker,
        command: &Command,
        arg: &Arg,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), String> {
        taker.takes(command, &self.words(arg, value)?)?;
        let Some((_, read)) = READ_LATER.iter().find(|row| row.0 == arg.get_id().as_str()) else {
            return Ok(());
        };
        let one = |value: &DeValue<'_>| value.as_str().map_or(Ok(()), read);
        match value.get_ref() {
            DeValue::Array(values) => values.iter().try_for_each(|value| one(value.get_ref())),
            value => one(value),
        }
    }

    /// A value as words of the command line.
    pub(super) fn words(
        &self,
        arg: &Arg,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<OsString>, String> {
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

/// The option of a key.
pub(super) fn option<'c>(command: &'c Command, key: &str) -> Option<&'c Arg> {
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

/// A sentence about an unknown name, with the one that is most like it.
fn unknown(told: &str, name: &str, known: impl Iterator<Item = String>) -> String {
    let known: Vec<String> = known.collect();
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("{told}; did you mean {near}?"),
        None => told.to_owned(),
    }
}
