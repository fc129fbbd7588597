//! `mqttscope sessions` and `mqttscope session`: the connections of a capture, and one of them.

use super::args::{Session, Sessions};
use super::output::{Printer, options};
use super::{Outcome, choose, read};
use crate::filter::FilteredConnections;
use crate::render::{FormatRow, Options, sessions, timeline};
use std::path::PathBuf;

/// All of them.
pub(super) fn list(args: &Sessions) -> anyhow::Result<Outcome> {
    let (others, words) = choose::part(&args.files, !args.read_file.is_empty());
    let files: Vec<PathBuf> = args.read_file.iter().cloned().chain(others).collect();
    let output = args.answer.output(&args.format);
    let chosen = choose::both(args.answer.display_filter.as_deref(), words);
    let Ok(filter) = choose::filter(&chosen, &output) else { return Ok(Outcome::Usage) };
    let printer =
        Printer::of(row(sessions::FORMATS, &args.format)?, &options(&output), &output, false);
    let printer = printer.judging_ends();
    let printer = (FilteredConnections::new(filter, printer), args.answer.redact);
    read::inspect(&files, args.count, false, &args.protocol, printer)
}

/// One of them, or all of one client.
pub(super) fn one(args: &Session) -> anyhow::Result<Outcome> {
    let output = args.answer.output(&args.format);
    let words = Some(args.filter_words.join(" ")).filter(|words| !words.is_empty());
    let chosen = choose::both(args.answer.display_filter.as_deref(), words);
    let Ok(filter) = choose::filter(&chosen, &output) else { return Ok(Outcome::Usage) };
    let row = row(timeline::FORMATS, &args.format)?;
    let is_filtered = filter.is_some();
    let options = Options { session: args.id.clone(), is_filtered, ..options(&output) };
    let printer = Printer::of(row, &options, &output, false).judging_ends();
    let files = [args.file.clone()];
    let printer = (FilteredConnections::new(filter, printer), args.answer.redact);
    read::inspect(&files, args.count, false, &args.protocol, printer)
}

fn row(rows: &'static [FormatRow], name: &str) -> anyhow::Result<&'static FormatRow> {
    let row = rows.iter().find(|row| row.name == name);
    row.ok_or_else(|| anyhow::anyhow!("there is no output format \"{name}\""))
}
