//! `mqttscope fields`: what filters can name.

use super::Outcome;
use super::args::Fields;
use super::pager::Out;
use crate::filter::{FieldRow, TABLE};
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

/// For people.
fn columns(rows: &[&FieldRow], out: &mut dyn Write) -> io::Result<()> {
    let key = rows.iter().map(|row| row.key.len()).max().unwrap_or_default();
    let kind = rows.iter().map(|row| row.kind.name().len()).max().unwrap_or_default();
    for row in rows {
        writeln!(out, "{:key$}  {:kind$}  {}", row.key, row.kind.name(), row.about)?;
    }
    out.flush()
}
