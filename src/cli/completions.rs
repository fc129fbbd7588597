//! `mqttscope completions`: what a shell offers behind the words of a command line, made from the
//! arguments. What the library that writes the scripts has no words for is added to them.

use super::args::{Cli, Completions};
use super::man::print;
use super::shorthand::OF_OPTIONS;
use super::{Outcome, columns, conditions, preference};
use crate::render::time::TIME_FORMATS;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgAction, Command, CommandFactory};
use clap_complete::Shell;

/// Prints the completions for a shell.
pub(super) fn completions(args: &Completions) -> anyhow::Result<Outcome> {
    let mut text = Vec::new();
    let mut program = offered();
    clap_complete::generate(args.shell, &mut program, NAME, &mut text);
    let text = String::from_utf8_lossy(&text);
    let text = match args.shell {
        Shell::Bash => format!("{text}{BASH}"),
        Shell::Fish => format!("{text}{FISH}{}", fish_words(&program)),
        Shell::Zsh => zsh(&text),
        _ => text.into_owned(),
    };
    print(text.as_bytes())
}

/// The program that completions are for.
const NAME: &str = "mqttscope";

/// Options that stand for a subcommand: the letter, its values, and what it does.
const WITHOUT_SUBCOMMAND: [(char, &[&str], &str); 2] = [
    ('D', &[], "List the interfaces to capture on"),
    ('G', &["fields"], "List the fields that filters can name, with their types"),
];

fn without_subcommand(
    (letter, values, about): &(char, &'static [&'static str], &'static str),
) -> Arg {
    let arg = Arg::new(letter.to_string()).short(*letter).help(*about);
    if values.is_empty() {
        return arg.action(ArgAction::SetTrue);
    }
    arg.value_parser(PossibleValuesParser::new(values.iter().copied()))
}

/// An option, and examples of what it takes.
type Examples = (&'static str, fn() -> Vec<PossibleValue>);

/// Options that take values in a notation of their own.
const EXAMPLES: [Examples; 5] = [
    ("time", || {
        TIME_FORMATS.iter().map(|row| PossibleValue::new(row.name).help(row.about)).collect()
    }),
    ("field_options", || columns::EXAMPLES.map(PossibleValue::new).into()),
    ("end", || conditions::examples(true).map(PossibleValue::new).collect()),
    ("ring", || conditions::examples(false).map(PossibleValue::new).collect()),
    ("preferences", || preference::names().map(PossibleValue::new).collect()),
];

fn with_examples(arg: Arg) -> Arg {
    match EXAMPLES.iter().find(|row| row.0 == arg.get_id().as_str()) {
        Some((_, examples)) => arg.value_parser(PossibleValuesParser::new(examples())),
        None => arg,
    }
}

/// The arguments as they may be typed: options of subcommands go without these too, and a page is asked
/// for by the name of its subcommand.
fn offered() -> Command {
    let program = Cli::command();
    let mut names: Vec<String> = program
        .get_subcommands()
        .filter(|it| !it.is_hide_set())
        .map(|it| it.get_name().to_owned())
        .collect();
    names.push("help".to_owned());
    let mut options: Vec<Arg> = program.get_arguments().cloned().collect();
    let own = options.len();
    let subcommands = OF_OPTIONS.iter().filter_map(|name| program.find_subcommand(name));
    for arg in subcommands.flat_map(Command::get_arguments).filter(|arg| !arg.is_positional()) {
        let is_like = |it: &Arg| {
            it.get_id() == arg.get_id()
                || it.get_long().is_some_and(|long| arg.get_long() == Some(long))
                || arg.get_short().is_some_and(|short| {
                    it.get_short_and_visible_aliases().is_some_and(|all| all.contains(&short))
                })
        };
        if !options.iter().any(is_like) {
            options.push(arg.clone());
        }
    }
    let more = options.into_iter().skip(own).map(|arg| arg.required(false));
    let page = |arg: Arg| arg.value_parser(PossibleValuesParser::new(names));
    program
        .args(more)
        .args(WITHOUT_SUBCOMMAND.iter().map(without_subcommand))
        .mut_subcommand("man", |man| man.mut_arg("command", page))
        .mut_args(with_examples)
        .mut_subcommands(|command| command.mut_args(with_examples))
}

/// Bash asks the program for interfaces and for fields.
const BASH: &str = r#"
# What only the program knows.
_mqttscope_asked() {
    case "$3" in
        -i)
            COMPREPLY=( $(compgen -W "$(mqttscope interfaces 2>/dev/null | sed -n 's/^[0-9]*\. \([^ ]*\).*/\1/p')" -- "$2") )
            ;;
        -Y)
            COMPREPLY=( $(compgen -W "$(mqttscope fields 2>/dev/null | cut -f3)" -- "$2") )
            ;;
        *)
            _mqttscope "$@"
            ;;
    esac
}
complete -F _mqttscope_asked -o bashdefault -o default mqttscope
"#;

/// The same for fish. An option without its value yet is no mistake.
const FISH: &str = r#"
# What is typed just now may be the value of the last option.
function __fish_mqttscope_needs_command
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_mqttscope_global_optspecs) -- $cmd 2>/dev/null
    or argparse -s (__fish_mqttscope_global_optspecs) -- $cmd[1..-2] 2>/dev/null
    or return
    if set -q argv[1]
        echo $argv[1]
        return 1
    end
    return 0
end

# What only the program knows.
complete -c mqttscope -s i -x -a "(mqttscope interfaces 2>/dev/null | string replace -rf '^\d+\. (\S+) *(.*)' '\$1\t\$2')"
complete -c mqttscope -s Y -x -a "(mqttscope fields 2>/dev/null | string replace -rf '^F\t([^\t]*)\t([^\t]*)\t.*' '\$2\t\$1')"

# Words behind a subcommand.
"#;

/// The words that subcommands take, which are no names of files, for fish.
fn fish_words(program: &Command) -> String {
    let mut out = String::new();
    for command in program.get_subcommands() {
        let values = command.get_positionals().flat_map(Arg::get_possible_values);
        let names: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
        if !names.is_empty() {
            out.push_str(&format!(
                "complete -c mqttscope -n \"__fish_mqttscope_using_subcommand {}\" -f -a \"{}\"\n",
                command.get_name(),
                names.join(" ")
            ));
        }
    }
    out
}

/// The same for zsh: who completes a value stands behind the value's name.
const ZSH: &str = r#"
# What only the program knows.
_mqttscope_interfaces() {
    compadd -- ${(f)"$(mqttscope interfaces 2>/dev/null | sed -n 's/^[0-9]*\. \([^ ]*\).*/\1/p')"}
}
_mqttscope_fields() {
    compadd -- ${(f)"$(mqttscope fields 2>/dev/null | cut -f3)"}
}
"#;

fn zsh(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        if line == "_mqttscope() {" {
            out.push_str(ZSH.trim_start());
            out.push('\n');
        }
        let is_filter = line.contains("-Y+[");
        let line = line.replace(":IFACE:_default", ":IFACE:_mqttscope_interfaces");
        match is_filter {
            true => out.push_str(&line.replace(":FILTER:_default", ":FILTER:_mqttscope_fields")),
            false => out.push_str(&line),
        }
        out.push('\n');
    }
    out
}
