//! The README is current: its lists come from the tables, and its examples print what they show.
//!
//! `MQTTSCOPE_REWRITE=1 cargo test --test readme` writes both anew.

mod support;

use mqttscope::capture::{FORMATS as FORMATS_OF_CAPTURES, packings};
use mqttscope::filter::TABLE;
use mqttscope::session::verdict::{CAUSES, GUESSES};
use mqttscope::spec::link::{LINKS, LinkForm};
use mqttscope::spec::port::{self, PORTS};
use mqttscope::spec::tunnel::TUNNELS;
use mqttscope::stats::STATISTICS;
use mqttscope::{paste::NOTATIONS, render::FORMATS};
use std::fmt::Write;
use std::path::Path;
use std::{env, fs, process::Command};
use support::diff::diff;

#[test]
fn the_readme_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let mut now = text.clone();
    for (name, block) in [
        ("notations", notations()),
        ("captures", captures()),
        ("tunnels", tunnels()),
        ("ports", ports()),
        ("formats", formats()),
        ("json", contract("src/render/json.rs")),
        ("causes", causes()),
        ("session-json", contract("src/render/sessions/json.rs")),
        ("event-json", contract("src/render/timeline/json.rs")),
        ("statistics", statistics()),
        ("stats-json", contract("src/render/stats/json.rs")),
    ] {
        now = with_block(&now, name, &block);
    }
    now = with_examples(&now);
    let Some(difference) = diff(&text, &now) else { return };
    assert!(env::var("MQTTSCOPE_REWRITE").is_ok_and(|v| v == "1"), "README.md\n{difference}");
    fs::write(path, now).unwrap();
}

#[test]
fn the_list_of_fields_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fields.md");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let now = fields();
    let Some(difference) = diff(&text, &now) else { return };
    assert!(env::var("MQTTSCOPE_REWRITE").is_ok_and(|v| v == "1"), "docs/fields.md\n{difference}");
    fs::write(path, now).unwrap();
}

#[test]
#[cfg(feature = "parquet")]
fn the_list_of_columns_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/parquet.md");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let now = columns();
    let Some(difference) = diff(&text, &now) else { return };
    assert!(env::var("MQTTSCOPE_REWRITE").is_ok_and(|v| v == "1"), "docs/parquet.md\n{difference}");
    fs::write(path, now).unwrap();
}

#[cfg(feature = "parquet")]
fn columns() -> String {
    let mut out = String::from(
        "# Columns of `-T parquet`\n\nThis list is written by `MQTTSCOPE_REWRITE=1 cargo test --test readme` from the \
         table of the program.\n\n`mqttscope read -T parquet -w DIR FILE` writes `DIR/part-00000.parquet` and further \
         parts: a row for each packet of MQTT\nand each message of MQTT-SN. Any column may be NULL. Where a field has \
         several values in a packet, the first\nstands there. A part has the ending `.tmp` until it is whole.\n\n\
         | column | type | what stands in it | field of filters |\n|---|---|---|---|\n",
    );
    for column in mqttscope::render::parquet::COLUMNS {
        let field = column.field().map_or(String::new(), |key| format!("`{key}`"));
        let (name, kind, about) = (column.name, column.kind.sql(), column.about);
        writeln!(out, "| `{name}` | {kind} | {about} | {field} |").unwrap();
    }
    out
}

#[test]
fn the_columns_of_statistics_are_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/statistics.md");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let mut now = String::from(
        "# Columns of statistics\n\nThis list is written by `MQTTSCOPE_REWRITE=1 cargo test --test readme` from the \
         tables of the program. What\nstatistics there are, and what every line of JSON has besides, is in the \
         [README](../README.md#count-mqttscope-stats).\n",
    );
    for row in STATISTICS {
        write!(now, "\n## {}\n\n{}\n\n| key | value |\n|---|---|\n", row.name, row.about).unwrap();
        for column in row.columns {
            writeln!(now, "| `{}` | {} |", column.key, column.about).unwrap();
        }
    }
    let Some(difference) = diff(&text, &now) else { return };
    let may_write = env::var("MQTTSCOPE_REWRITE").is_ok_and(|v| v == "1");
    assert!(may_write, "docs/statistics.md\n{difference}");
    fs::write(path, now).unwrap();
}

fn statistics() -> String {
    let mut out =
        String::from("| statistic | what it tells | in tshark's manner |\n|---|---|---|\n");
    for row in STATISTICS {
        let argument =
            if row.argument.is_empty() { String::new() } else { format!("[,{}]", row.argument) };
        let others: Vec<_> = row.tshark.iter().map(|name| format!("`{name}`")).collect();
        writeln!(out, "| `{}{argument}` | {} | {} |", row.name, row.about, others.join(" "))
            .unwrap();
    }
    out
}

fn fields() -> String {
    let mut out = String::from(
        "# Fields of filters\n\nThis list is written by `MQTTSCOPE_REWRITE=1 cargo test --test readme` from the \
         table of the program;\n`mqttscope -G fields` prints the same. What filters can say of them is in the \
         [README](../README.md#choose-packets--y).\n\n`mqtt.json.NAME` is a member of a payload that is JSON; \
         its type is that of the value.\n\n| field | type | what it is | names of values |\n|---|---|---|---|\n",
    );
    for row in TABLE.iter() {
        let names: Vec<_> = row.names.all().collect();
        let few =
            names.iter().take(6).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let more = if names.len() > 6 { ", …" } else { "" };
        writeln!(out, "| `{}` | {} | {} | {few}{more} |", row.key, row.kind.name(), row.about)
            .unwrap();
    }
    out
}

fn notations() -> String {
    let mut out = String::from("| notation | example |\n|---|---|\n");
    for row in &NOTATIONS {
        let first = row.example.lines().next().unwrap_or_default();
        let shown: String = first.chars().take(72).collect();
        let dots = if shown.len() < row.example.len() { " …" } else { "" };
        let shown = shown.trim().replace('|', "\\|");
        let shown = if shown.is_ascii() && !shown.contains('\0') { shown } else { String::new() };
        let cell = if shown.is_empty() { String::new() } else { format!("`{shown}`{dots}") };
        writeln!(out, "| {} | {cell} |", row.name).unwrap();
    }
    out
}

/// What captures may be, and what their frames may begin with.
fn captures() -> String {
    let formats = FORMATS_OF_CAPTURES.iter().map(|row| format!("- {}: {}\n", row.name, row.about));
    let packings: Vec<_> = packings().collect();
    let mut links: Vec<_> =
        LINKS.iter().filter(|row| row.form != LinkForm::Unread).map(|row| row.name).collect();
    links.dedup();
    let links =
        format!("- links: {}; VLAN tags (802.1Q, QinQ) and LLC with SNAP\n", links.join(", "));
    let packed = format!("- either of them compressed: {}\n", packings.join(", "));
    formats.chain([packed, links]).collect()
}

/// What live capture takes when no filter is given.
fn ports() -> String {
    let rows = PORTS
        .iter()
        .map(|row| format!("- {} {}: {}\n", row.transport.to_uppercase(), row.number, row.carries));
    let filter = format!("\nThe filter for these is `{}`.\n", port::filter(&[], &[]));
    rows.chain([filter]).collect()
}

fn tunnels() -> String {
    let mut out = String::from("| tunnel | told by | carries |\n|---|---|---|\n");
    for row in TUNNELS {
        writeln!(out, "| {} | {} | {} |", row.name, row.told_by, row.carries).unwrap();
    }
    out
}

fn formats() -> String {
    FORMATS.iter().map(|row| format!("- `{}`: {}\n", row.name, row.about)).collect()
}

/// Why a connection ended, in the order in which the causes are told.
fn causes() -> String {
    let mut out = String::from("| cause | what it means | a fault |\n|---|---|---|\n");
    for row in CAUSES.iter().chain(GUESSES) {
        let info = row.verdict.info();
        let fault = if info.is_fault() { "yes" } else { "" };
        writeln!(out, "| `{}` | {} | {fault} |", info.id, info.about).unwrap();
    }
    out
}

/// The tables in the documentation of a JSON format.
fn contract(source: &str) -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
    let code = fs::read_to_string(source).unwrap();
    let doc = code.lines().map_while(|line| line.strip_prefix("//!"));
    let lines: Vec<&str> = doc.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    // The first paragraph says what stands above this block already.
    lines.iter().skip(2).map(|line| format!("{line}\n")).collect()
}

fn with_block(text: &str, name: &str, block: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("no {open}"));
    let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("no {close}"));
    format!("{before}{open}\n{block}{close}{after}")
}

/// In a block of the kind `console`, a line with `$ ` is a command and the others its output.
fn with_examples(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        writeln!(out, "{line}").unwrap();
        if line != "```console" {
            continue;
        }
        let command = lines.next().and_then(|line| line.strip_prefix("$ ")).expect("a command");
        writeln!(out, "$ {command}").unwrap();
        out += &run(command);
        out += "```\n";
        lines.by_ref().find(|line| *line == "```");
    }
    out
}

fn run(command: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_mqttscope")).parent().unwrap();
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("PATH", format!("{}:/usr/bin:/bin", program.display()))
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}
