//! `mqttscope man`: what `man` knows of the arguments, made from the arguments.

use super::args::{Cli, Man};
use super::{Outcome, examples, report};
use anyhow::Context;
use clap::{Arg, ArgAction, Command, CommandFactory};
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::process::{self, Stdio};

/// Prints the page of the program or of a subcommand, or writes all pages into a folder.
pub(super) fn man(args: &Man) -> anyhow::Result<Outcome> {
    let mut program = Cli::command();
    if let Some(folder) = &args.dir {
        let told = || format!("{} cannot be written", folder.display());
        fs::create_dir_all(folder).with_context(told)?;
        program.build();
        let name = program.get_name().to_owned();
        let subcommands =
            program.get_subcommands().map(|it| (format!("{name}-{}", it.get_name()), it));
        let pages = [(name.clone(), &program)].into_iter().chain(subcommands);
        for (name, command) in pages.filter(|(_, command)| !command.is_hide_set()) {
            let text = page_of(command.clone()).with_context(told)?;
            fs::write(folder.join(format!("{name}.1")), text).with_context(told)?;
        }
        return Ok(Outcome::Done);
    }
    program.build();
    let page = match &args.command {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(page) => page.clone(),
            None => {
                report::line(&format!(
                    "there is no subcommand {name}; mqttscope --help lists them"
                ));
                return Ok(Outcome::Usage);
            }
        },
    };
    let text = page_of(page).context("the page cannot be made")?;
    if io::stdout().is_terminal() && shown_by_man(&text, args.pager.no_pager) {
        return Ok(Outcome::Done);
    }
    print(&text)
}

/// A page in the language of `man`.
fn page_of(command: Command) -> io::Result<Vec<u8>> {
    let synopsis = synopsis(&command);
    let has_subcommands = command.has_subcommands();
    let more = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let has_version = command.get_version().or(command.get_long_version()).is_some();
    let page = clap_mangen::Man::new(command)
        .source(concat!("mqttscope ", env!("CARGO_PKG_VERSION")))
        .manual("mqttscope's manual");
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    text.extend_from_slice(synopsis.as_bytes());
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    // The library writes a section even where there is nothing to say in it.
    if has_subcommands {
        page.render_subcommands_section(&mut text)?;
    }
    text.extend_from_slice(behind_options(&more).as_bytes());
    if has_version {
        page.render_version_section(&mut text)?;
    }
    Ok(text)
}

/// What stands behind the options in the help: its examples, and all else as notes.
fn behind_options(help: &str) -> String {
    let (examples, notes): (Vec<&str>, Vec<&str>) =
        help.split("\n\n").partition(|part| part.starts_with(examples::HEADING));
    let mut out = String::new();
    for part in notes.into_iter().filter(|part| !part.is_empty()) {
        out.push_str(if out.is_empty() { ".SH NOTES\n" } else { ".PP\n" });
        part.lines().for_each(|line| add_line(line, &mut out));
    }
    for part in examples {
        out.push_str(".SH EXAMPLES\n.nf\n");
        part.lines().skip(1).for_each(|line| add_line(line.trim_start(), &mut out));
        out.push_str(".fi\n");
    }
    out
}

/// One line of text. Signs stand as they are typed, and none at its beginning is a command to `man`.
fn add_line(line: &str, out: &mut String) {
    if line.starts_with(['.', '\'']) {
        out.push_str("\\&");
    }
    for c in line.chars() {
        match c {
            '\\' => out.push_str("\\e"),
            '-' => out.push_str("\\-"),
            '\'' => out.push_str("\\(aq"),
            '~' => out.push_str("\\(ti"),
            '^' => out.push_str("\\(ha"),
            '`' => out.push_str("\\(ga"),
            c => out.push(c),
        }
    }
    out.push('\n');
}

/// The section of that name, with the names of values, which the library leaves out.
fn synopsis(command: &Command) -> String {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('-', "\\-");
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let mut out = format!(".SH SYNOPSIS\n\\fB{}\\fR", escaped(name));
    let is_shown = |arg: &&Arg| !arg.is_hide_set();
    for arg in command.get_opts().chain(command.get_arguments().filter(is_switch)).filter(is_shown)
    {
        let flag = match (arg.get_short(), arg.get_long()) {
            (Some(short), None) => format!("-{short}"),
            (_, Some(long)) => format!("--{long}"),
            (None, None) => continue,
        };
        let joint = if arg.get_long().is_some() { "=" } else { " " };
        let value = match value_of(arg) {
            Some(value) if is_optional(arg) => format!("[={value}]"),
            Some(value) => format!("{joint}{value}"),
            None => String::new(),
        };
        let dots = if matches!(arg.get_action(), ArgAction::Append) { "..." } else { "" };
        let (flag, value) = (escaped(&flag), escaped(&value));
        out.push_str(&format!(" [\\fB{flag}\\fR\\fI{value}\\fR]{dots}"));
    }
    for arg in command.get_positionals() {
        let value = escaped(&value_of(arg).unwrap_or_default());
        let dots = if matches!(arg.get_action(), ArgAction::Append) { "..." } else { "" };
        let (open, close) = if arg.is_required_set() { ("", "") } else { ("[", "]") };
        out.push_str(&format!(" {open}\\fI{value}\\fR{close}{dots}"));
    }
    if command.has_subcommands() {
        out.push_str(" \\fICOMMAND\\fR");
    }
    out.push('\n');
    out
}

/// Whether it is an option without a value.
fn is_switch(arg: &&Arg) -> bool {
    !arg.is_positional() && value_of(arg).is_none()
}

/// The name of an option's value; `None` for a switch.
fn value_of(arg: &Arg) -> Option<String> {
    let takes = arg.is_positional() || arg.get_action().takes_values();
    let name = arg.get_value_names().and_then(<[_]>::first)?;
    takes.then(|| name.to_string())
}

/// Whether the value may be left out.
fn is_optional(arg: &Arg) -> bool {
    arg.get_num_args().is_some_and(|range| range.min_values() == 0)
}

/// Lets `man` show a page; `false` where that cannot be done.
fn shown_by_man(text: &[u8], no_pager: bool) -> bool {
    let mut man = process::Command::new("man");
    man.args(["-l", "-"]).stdin(Stdio::piped()).stderr(Stdio::null());
    if no_pager {
        man.env("MANPAGER", "cat").env("PAGER", "cat");
    }
    let Ok(mut child) = man.spawn() else { return false };
    if let Some(mut input) = child.stdin.take() {
        // Who leaves the page early does not read it to its end.
        let _ = input.write_all(text);
    }
    child.wait().is_ok_and(|status| status.success())
}

/// Writes it to standard output.
pub(super) fn print(text: &[u8]) -> anyhow::Result<Outcome> {
    let mut out = io::stdout().lock();
    Outcome::of_writing(out.write_all(text).and_then(|()| out.flush()))
}
