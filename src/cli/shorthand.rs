//! tshark's habits: `mqttscope -r FILE`, `-i IFACE`, `-D` and `-G fields` work without a subcommand,
//! `-2 -R FILTER` is `-Y FILTER`, and `--color` needs no value.

use super::args::{Cli, ColorArg};
use crate::text::nearest;
use clap::{Arg, Command, CommandFactory, ValueEnum};
use std::ffi::OsString;

/// The option that tells which subcommand is meant.
const MEANS: [(char, &str); 3] = [('r', "read"), ('i', "live"), ('D', "interfaces")];
/// Subcommands that options without one may mean.
pub(super) const OF_OPTIONS: [&str; 3] = ["read", "live", "stats"];
/// Subcommands whose arguments may have a filter.
const FILTERED: [&str; 6] = ["read", "live", "log", "stats", "sessions", "session"];

/// Puts the subcommand in where the arguments begin with an option and one of them tells it, and our
/// words for those that tshark has.
pub(super) fn expand(mut args: Vec<OsString>) -> Vec<OsString> {
    if args.windows(2).any(|two| two == ["-z", "help"]) {
        // The list is the same wherever it is asked for, and needs nothing to count.
        args.truncate(1);
        args.extend(["stats", "-z", "help"].map(OsString::from));
        return args;
    }
    if args.get(1).is_some_and(|arg| arg == "-G") {
        // -G fields: what stands behind it is the subcommand; nothing stands for the fields, too.
        match args.get(2) {
            None => args.splice(1.., ["fields".into()]).for_each(drop),
            Some(list) if list == "fields" => drop(args.remove(1)),
            Some(_) => {}
        }
        return args;
    }
    colored(&mut args);
    let Some(first) = args.get(1).and_then(|arg| arg.to_str()) else { return args };
    let begins_with_option = first.starts_with('-');
    if !begins_with_option && !FILTERED.contains(&first) {
        return args;
    }
    second_pass(&mut args);
    if !begins_with_option {
        return args;
    }
    let letters = letters(&args);
    let found = letters
        .iter()
        .find_map(|(at, letter)| MEANS.iter().find(|row| row.0 == *letter).map(|row| (*at, row.1)));
    let has_statistics = letters.iter().any(|(_, letter)| *letter == 'z');
    if let Some((at, command)) = found {
        // tshark counts beside what it shows, and nothing but counts with -q.
        let command = if has_statistics && command == "read" { "stats" } else { command };
        if command == "interfaces" {
            args.remove(at);
        }
        args.insert(1, command.into());
    }
    args
}

/// The letters of options, each with the place of its argument: what stands behind an option as its
/// value is none.
fn letters(args: &[OsString]) -> Vec<(usize, char)> {
    let program = Cli::command();
    let options: Vec<&Arg> = OF_OPTIONS
        .iter()
        .filter_map(|name| program.find_subcommand(name))
        .flat_map(Command::get_arguments)
        .filter(|arg| !arg.is_positional() && arg.get_action().takes_values())
        .collect();
    // -R is known here alone.
    let has_value =
        |letter| letter == 'R' || options.iter().any(|it| it.get_short() == Some(letter));
    let is_long = |name: &str| {
        let is_it = |it: &&&Arg| it.get_long() == Some(name);
        options.iter().find(is_it).is_some_and(|it| !it.is_require_equals_set())
    };
    let mut found = Vec::new();
    let mut is_value = false;
    for (at, arg) in args.iter().enumerate().skip(1) {
        let arg = arg.to_string_lossy();
        if std::mem::take(&mut is_value) {
            continue;
        }
        if arg == "--" {
            break;
        }
        if let Some(name) = arg.strip_prefix("--") {
            is_value = is_long(name) || name == "config";
            continue;
        }
        let Some(group) = arg.strip_prefix('-') else { continue };
        for (nth, letter) in group.char_indices() {
            found.push((at, letter));
            if has_value(letter) {
                is_value = nth.saturating_add(letter.len_utf8()) == group.len();
                break;
            }
        }
    }
    found
}

/// `--color` without a value: what stands behind it is neither one nor meant as one.
fn colored(args: &mut [OsString]) {
    let names: Vec<String> = ColorArg::value_variants()
        .iter()
        .filter_map(|it| Some(it.to_possible_value()?.get_name().to_owned()))
        .collect();
    let is_value = |word: &OsString| {
        word.to_str().is_some_and(|word| nearest(word, names.iter().map(String::as_str)).is_some())
    };
    let end = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
    let bare = |at: &usize| {
        args.get(*at).is_some_and(|arg| arg == "--color")
            && !args.get(at.saturating_add(1)).is_some_and(is_value)
    };
    if let Some(arg) = (0..end).find(bare).and_then(|at| args.get_mut(at)) {
        *arg = "--color=always".into();
    }
}

/// `-2 -R FILTER`: a filter always knows all that came before, so it is `-Y FILTER`, and `-2` alone
/// changes nothing.
fn second_pass(args: &mut Vec<OsString>) {
    let letters = letters(args);
    let at = |letter: char| {
        let is_it = |it: &&(usize, char)| it.1 == letter;
        letters.iter().find(is_it).map(|(at, _)| *at)
    };
    let Some(two) = at('2') else { return };
    if args.get(two).is_none_or(|arg| arg != "-2") {
        return;
    }
    if let Some(arg) = at('R').and_then(|at| args.get_mut(at)) {
        let value = arg.to_string_lossy().strip_prefix("-R").map(str::to_owned);
        *arg = format!("-Y{}", value.unwrap_or_default()).into();
    }
    args.remove(two);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(line: &str) -> String {
        let args = line.split(' ').map(OsString::from).collect();
        let words: Vec<String> =
            expand(args).into_iter().map(|arg| arg.into_string().unwrap()).collect();
        words.join(" ")
    }

    #[test]
    fn the_option_tells_the_subcommand() {
        assert_eq!(expanded("m -r f"), "m read -r f");
        assert_eq!(expanded("m -V -r f -T json"), "m read -V -r f -T json");
        assert_eq!(expanded("m -nVr f"), "m read -nVr f");
        assert_eq!(expanded("m -ilo"), "m live -ilo");
        assert_eq!(expanded("m -D"), "m interfaces");
        assert_eq!(expanded("m read -r f"), "m read -r f");
        assert_eq!(expanded("m decode -D"), "m decode -D");
        assert_eq!(expanded("m --help"), "m --help");
        assert_eq!(expanded("m -G fields"), "m fields");
        assert_eq!(expanded("m -q -z io,stat,1 -r f"), "m stats -q -z io,stat,1 -r f");
        assert_eq!(expanded("m -i lo -z types"), "m live -i lo -z types");
        assert_eq!(expanded("m live -z help"), "m stats -z help");
        assert_eq!(expanded("m -r f -w -z"), "m read -r f -w -z");
        assert_eq!(expanded("m --by r -r f"), "m read --by r -r f");
        assert_eq!(expanded("m --config -i -r f"), "m read --config -i -r f");
        assert_eq!(expanded("m --findings -r f"), "m read --findings -r f");
    }

    #[test]
    fn colour_needs_no_value() {
        assert_eq!(expanded("m read f --color"), "m read f --color=always");
        assert_eq!(expanded("m read --color f"), "m read --color=always f");
        assert_eq!(expanded("m --color -r f"), "m read --color=always -r f");
        for line in ["m read f --color never", "m read f --color alway", "m read f -- --color"] {
            assert_eq!(expanded(line), line);
        }
        assert_eq!(expanded("m -G"), "m fields");
        assert_eq!(expanded("m -G protocols"), "m -G protocols");
    }

    #[test]
    fn a_filter_of_the_second_pass_is_a_filter() {
        assert_eq!(expanded("m -2 -R mqtt -r f"), "m read -Y mqtt -r f");
        assert_eq!(expanded("m read f -2 -Rmqtt"), "m read f -Ymqtt");
        assert_eq!(expanded("m read f -Y -2"), "m read f -Y -2");
        assert_eq!(expanded("m read f -2 -T json"), "m read f -T json");
        assert_eq!(expanded("m -2 -r f"), "m read -r f");
        assert_eq!(expanded("m decode -2 -R"), "m decode -2 -R");
    }
}
