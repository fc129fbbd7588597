//! `mqttscope fields`: what filters can name.

use super::args::Fields;
use super::pager::Out;
use super::{Outcome, terminal};
use crate::filter::{FieldRow, TABLE};
use crate::render::flow::set_line;
use crate::render::paint::{Painter, Role};
use std::io::{self, BufWriter, IsTerminal, Write};

pub(super) fn run(args: &Fields) -> anyhow::Result<Outcome> {
    let text = args.text.as_deref().unwrap_or_default().to_lowercase();
    let is_asked =
        |row: &&FieldRow| row.key.contains(&text) || row.about.to_lowercase().contains(&text);
    let rows: Vec<&FieldRow> = TABLE.iter().filter(is_asked).collect();
    let is_terminal = io::stdout().is_terminal();
    let out = if args.pager.no_pager { Out::plain() } else { Out::paged() };
    let mut out = BufWriter::new(out);
    let written = if is_terminal { columns(&rows, &mut out) } else { tabs(&rows, &mut out) };
    out.get_mut().close();
    Outcome::of_writing(written)
}

/// tshark's columns: F, name, abbreviation, type, protocol.
fn tabs(rows: &[&FieldRow], out: &mut dyn Write) -> io::Result<()> {
    for row in rows {
        let protocol = row.key.split('.').next().unwrap_or_default();
        writeln!(out, "F\t{}\t{}\t{}\t{protocol}", row.about, row.key, row.kind.wireshark())?;
    }
    out.flush()
}

/// The least room for what a field is, in columns, beside its name and type; with less it stands below.
const LEAST: usize = 30;
/// How far that is indented there.
const BELOW: usize = 4;

/// For people.
fn columns(rows: &[&FieldRow], out: &mut dyn Write) -> io::Result<()> {
    let key = rows.iter().map(|row| row.key.len()).max().unwrap_or_default();
    let kind = rows.iter().map(|row| row.kind.name().len()).max().unwrap_or_default();
    let width = terminal::columns(&io::stdout()).or_else(|| terminal::columns(&io::stderr()));
    let beside = key.saturating_add(kind).saturating_add(4);
    let is_beside = width.is_none_or(|width| width.saturating_sub(beside) >= LEAST);
    let mut text = String::new();
    for row in rows {
        let names = format!("{:key$}  {:kind$}", row.key, row.kind.name());
        text.push_str(names.trim_end());
        let indent = if is_beside {
            text.push_str(&" ".repeat(beside.saturating_sub(names.trim_end().len())));
            beside
        } else {
            text.push('\n');
            text.push_str(&" ".repeat(BELOW));
            BELOW
        };
        set_line(row.about, Role::Meaning, &mut text, Painter::default(), (indent, 0), width);
    }
    out.write_all(text.as_bytes())?;
    out.flush()
}
