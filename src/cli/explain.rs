//! `mqttscope explain`: rows of the tables by a word, and what the lines of a log mean.

use super::args::Explanation;
use super::output::Looks;
use super::pager::Out;
use super::{Outcome, report};
use crate::capture;
use crate::log::{LogReader, Read, text_of};
use crate::render::entries::{
    LogExplainer, entry, json, json_prose, json_verdict, prose, verdicts,
};
use crate::render::lookup::{self, Found, Item};
use crate::spec::Severity;
use crate::text;
use anyhow::Context;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::Path;

/// Bytes that are looked at to tell what an input is: a block of a compressed file.
const FIRST: usize = 256 << 10;
/// What is said where nothing was given.
const NOTHING: &str = "say what to explain: words of MQTT (mqttscope explain 0x97 PUBACK), or a log (mqttscope \
                       explain FILE, or on standard input); mqttscope explain --help has more";

/// A longer line is read in pieces of this many bytes: no log has such lines.
const MAX_LINE: u64 = 1 << 20;

pub(super) fn run(args: &Explanation) -> anyhow::Result<Outcome> {
    let result = match input(args)? {
        Input::Log(mut source) => match no_log(args, source.as_mut())? {
            Some(why) => {
                report::line(&why);
                return Ok(Outcome::Usage);
            }
            None => explain_log(args, source),
        },
        Input::Words(found) => explain_words(args, found),
    };
    match result {
        Err(error) if is_broken_pipe(&error) => Ok(Outcome::Done),
        other => other,
    }
}

/// What was given.
enum Input {
    Log(Box<dyn BufRead>),
    Words(Vec<(String, Found)>),
}

fn input(args: &Explanation) -> anyhow::Result<Input> {
    let [word, rest @ ..] = args.words.as_slice() else { return Ok(standard_input()) };
    let is_one = rest.is_empty();
    if is_one && word == "-" {
        return Ok(standard_input());
    }
    let found = || lookup::find(&args.words);
    let path = Path::new(word);
    if is_one && path.is_file() {
        let found = found();
        // A file that is called like a row is meant where its folder is named.
        let is_word = found.iter().any(|(_, found)| matches!(found, Found::Rows(_)));
        if !is_word || word.contains(std::path::MAIN_SEPARATOR) {
            let file = File::open(path);
            let file = file.with_context(|| format!("{word} cannot be read"))?;
            return Ok(Input::Log(Box::new(BufReader::with_capacity(FIRST, file))));
        }
        return Ok(Input::Words(found));
    }
    let whole = args.words.join(" ");
    let is_entry = || matches!(LogReader::default().line(&whole), Read::Entry(_));
    if whole.contains('\n') || is_entry() {
        return Ok(Input::Log(Box::new(io::Cursor::new(whole.into_bytes()))));
    }
    if is_one && (word.contains(std::path::MAIN_SEPARATOR) || word.ends_with(".log")) {
        anyhow::bail!("{word} is no file, and no table has such a word");
    }
    Ok(Input::Words(found()))
}

fn standard_input() -> Input {
    Input::Log(Box::new(BufReader::with_capacity(FIRST, io::stdin())))
}

/// Why an input cannot be a log, where its first bytes tell.
fn no_log(args: &Explanation, source: &mut dyn BufRead) -> anyhow::Result<Option<String>> {
    let name = args.words.first().map_or("-", String::as_str);
    if args.words.is_empty() && io::stdin().is_terminal() {
        return Ok(Some(NOTHING.into()));
    }
    let first = source.fill_buf().context("the log cannot be read")?;
    if first.is_empty() && args.words.is_empty() {
        return Ok(Some(NOTHING.into()));
    }
    let what = if name == "-" { "standard input" } else { name };
    Ok(capture::kind_of(first).map(|(kind, is_capture)| match is_capture {
        true => format!(
            "{what} is a capture ({kind}), no log: mqttscope read {name} shows its packets, mqttscope \
             sessions {name} its connections and why each ended"
        ),
        false => format!("{what} is {kind}: unpack it first, and give the text to mqttscope explain -"),
    }))
}

fn explain_words(args: &Explanation, found: Vec<(String, Found)>) -> anyhow::Result<Outcome> {
    let looks = Looks::new(&args.look);
    let mut out = out(args, true);
    let mut outcome = Outcome::Done;
    let mut is_first = true;
    for (word, found) in found {
        match found {
            Found::Rows(rows) => {
                for row in rows {
                    if args.format == "json" {
                        serde_json::to_writer(&mut out, &lookup::json(&row))?;
                        writeln!(out)?;
                        continue;
                    }
                    if !is_first {
                        writeln!(out)?;
                    }
                    is_first = false;
                    write!(out, "{}", shown(&row, &looks))?;
                }
            }
            Found::Near(names) => {
                outcome = Outcome::Usage;
                let hint = match names.as_slice() {
                    [] => String::new(),
                    names => format!("; near it are: {}", names.join(", ")),
                };
                report::line(&format!("no table has \"{word}\"{hint}"));
            }
        }
    }
    out.flush()?;
    out.close();
    Ok(outcome)
}

/// Where it goes: a log on standard input may go on for days, so that no pager waits for its end.
fn out(args: &Explanation, is_whole: bool) -> Out {
    let is_paged = is_whole && args.format == "text" && !args.look.pager.no_pager;
    if is_paged { Out::paged() } else { Out::plain() }
}

fn shown(row: &Item, looks: &Looks) -> String {
    lookup::text(row, looks.painter, looks.width)
}

fn explain_log(args: &Explanation, mut source: Box<dyn BufRead>) -> anyhow::Result<Outcome> {
    let looks = Looks::new(&args.look);
    let is_json = args.format == "json";
    let is_terminal = io::stdout().is_terminal();
    let is_file = args.words.first().is_some_and(|word| word != "-");
    let mut out = io::BufWriter::new(out(args, is_file));
    let mut explainer = LogExplainer::default();
    let mut line = Vec::new();
    let mut number: usize = 0;
    let put = |out: &mut io::BufWriter<Out>, text: String| -> io::Result<()> {
        out.write_all(text.as_bytes())?;
        if is_terminal { out.flush() } else { Ok(()) }
    };
    while read_line(&mut source, &mut line)? {
        number = number.saturating_add(1);
        let own = text_of(&line);
        let explained = explainer.line(&own);
        if args.quiet || own.trim().is_empty() {
            continue;
        }
        let shown = match (explained, is_json) {
            (Some(explained), true) => serde_json::to_string(&json(&explained))? + "\n",
            (Some(explained), false) => entry(&explained, looks.painter, looks.width),
            (None, true) => serde_json::to_string(&json_prose(number, &own))? + "\n",
            (None, false) => prose(number, &own, looks.painter, looks.width),
        };
        put(&mut out, shown)?;
    }
    let (entries, others) = explainer.counts();
    let forgotten = explainer.forgotten();
    let found = explainer.finish();
    if is_json {
        for found in &found {
            put(&mut out, serde_json::to_string(&json_verdict(found))? + "\n")?;
        }
    } else if entries > 0 {
        let gap = if args.quiet { "" } else { "\n" };
        put(&mut out, format!("{gap}{}", verdicts(&found, looks.painter, looks.width)))?;
    }
    out.flush()?;
    out.get_mut().close();
    if entries == 0 {
        report::line(
            "no line of mosquitto's log is in it, and none of mosquitto_sub -d or mosquitto_pub -d",
        );
        return Ok(Outcome::Input);
    }
    if others > 0 {
        let lines = text::count(entries, "line");
        report::line(&format!(
            "{lines} of a log; {} of other text, marked with |",
            text::count(others, "line")
        ));
    }
    if forgotten > 0 {
        report::line(&format!(
            "{} not judged: there are too many clients",
            text::count(forgotten, "line")
        ));
    }
    let limit = args.fail_on.map(Severity::from);
    let worst = found.iter().map(|found| found.verdict.info().severity).max();
    Ok(if limit.is_some_and(|limit| worst >= Some(limit)) { Outcome::Found } else { Outcome::Done })
}

/// The next line with what ends it, or the next piece of an endless one; whether there is one.
fn read_line(source: &mut dyn BufRead, line: &mut Vec<u8>) -> anyhow::Result<bool> {
    line.clear();
    let mut part = io::Read::take(source, MAX_LINE);
    let read = part.read_until(b'\n', line).context("the log cannot be read")?;
    Ok(read > 0)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    let json = error.chain().filter_map(|cause| cause.downcast_ref::<serde_json::Error>());
    let kinds =
        causes.map(io::Error::kind).chain(json.filter_map(serde_json::Error::io_error_kind));
    kinds.into_iter().any(|kind| kind == io::ErrorKind::BrokenPipe)
}
