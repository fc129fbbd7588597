//! `mqttscope completions` and `mqttscope man`: what a shell and `man` know of the arguments, made from
//! the arguments.

use super::args::{Cli, Completions, Man};
use super::{Outcome, report};
use anyhow::Context;
use clap::CommandFactory;
use std::fs;
use std::io::{self, Write};

/// The program that completions are for.
const NAME: &str = "mqttscope";

/// Prints the completions for a shell.
pub(super) fn completions(args: &Completions) -> anyhow::Result<Outcome> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut text);
    print(&text)
}

/// Prints the page of the program or of a subcommand, or writes all pages into a folder.
pub(super) fn man(args: &Man) -> anyhow::Result<Outcome> {
    let mut program = Cli::command();
    if let Some(folder) = &args.dir {
        let told = || format!("{} cannot be written", folder.display());
        fs::create_dir_all(folder).with_context(told)?;
        clap_mangen::generate_to(program, folder).with_context(told)?;
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
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text).context("the page cannot be made")?;
    print(&text)
}

fn print(text: &[u8]) -> anyhow::Result<Outcome> {
    let mut out = io::stdout().lock();
    Outcome::of_writing(out.write_all(text).and_then(|()| out.flush()))
}
