//! `mqttscope stats`: figures over captures, or over what passes on an interface.

use super::args::{Figures, Output, Stats as Args};
use super::output::options;
use super::pager::Out;
use super::read::{Input, Reading};
use super::{Outcome, choose, keylog, live, report};
use crate::filter::{Filter, Filtered};
use crate::render::Options;
use crate::render::stats::{Shown, StatsFormat};
use crate::stats::{DEFAULT, STATISTICS, Statistic, StatisticRow, Stats};
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Statistics, and how they are shown.
#[derive(Debug)]
pub(super) struct Counter {
    pub(super) stats: Stats,
    format: &'static StatsFormat,
    shown: Shown,
    options: Options,
}

/// What is said where `live` is meant.
const STATS_LIVE: &str = "there is no file live; mqttscope stats -i IFACE counts what passes on an interface, \
                          and mqttscope live -i IFACE -z NAME shows it, too";

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let output = args.output();
    let (files, words) = if args.interfaces.is_empty() {
        choose::part(&args.files, !args.read_file.is_empty())
    } else {
        (Vec::new(), None)
    };
    let chosen = choose::both(output.display_filter.as_deref(), words);
    let Ok(filter) = choose::filter(&chosen, &output) else { return Ok(Outcome::Usage) };
    let counter = match Counter::new(&args.figures, &args.format, &output) {
        Ok(counter) => counter,
        Err(outcome) => return Ok(outcome),
    };
    if !args.interfaces.is_empty() {
        return on_interfaces(args, output, filter, counter);
    }
    let files: Vec<PathBuf> = args.read_file.iter().cloned().chain(files).collect();
    if matches!(files.as_slice(), [only] if only.as_os_str() == "live" && !only.exists()) {
        report::line(STATS_LIVE);
        return Ok(Outcome::Usage);
    }
    if files.is_empty() {
        report::line("there is nothing to count: name a capture, or an interface with -i");
        return Ok(Outcome::Usage);
    }
    read(args, &files, filter, counter)
}

/// Counts what is in captures.
fn read(
    args: &Args,
    files: &[PathBuf],
    filter: Option<Filter>,
    counter: Counter,
) -> anyhow::Result<Outcome> {
    let Counter { stats, format, shown, options } = counter;
    let settings = args.protocol.settings(args.redact);
    let secrets = keylog::secrets(args.protocol.key_log(), false)?;
    let consumer = Filtered::new(filter, stats);
    let (count, threads) = (args.count, 1);
    let input = Input { files, count, follow: false, is_shown: false, threads, is_apart: false };
    let waits = |_: &mut Filtered<Stats>| ControlFlow::Continue(());
    let read = Reading::new(input, (settings, secrets), consumer, waits)?;
    let Some(mut reading) = read else { return Ok(Outcome::Usage) };
    let is_paged = format.name == "table" && !args.look.pager.no_pager;
    let mut out = BufWriter::new(if is_paged { Out::paged() } else { Out::plain() });
    // Of files that cannot be read there is nothing to say but that.
    let is_read = reading.is_whole() || reading.inspector.frames() > 0;
    let stats = &reading.inspector.consumer().inner;
    let written = if is_read { format.write(stats, &shown, &options, &mut out) } else { Ok(()) };
    let written = written.and_then(|()| out.flush());
    out.get_mut().close();
    Outcome::of_writing(written)?;
    reading.report(files, |consumer| {
        notes(format, &consumer.inner, &shown);
        choose::report(consumer.counts(), "packet");
    });
    Ok(if reading.is_whole() { Outcome::Done } else { Outcome::Input })
}

/// Tells what the format has no place for.
fn notes(format: &StatsFormat, stats: &Stats, shown: &Shown) {
    format.beside(stats, shown).iter().for_each(|note| report::line(note));
}

/// Counts what passes on interfaces: `live` that shows no packets.
fn on_interfaces(
    args: &Args,
    output: Output,
    filter: Option<Filter>,
    counter: Counter,
) -> anyhow::Result<Outcome> {
    let Args { interfaces, filter: capture_filter, end, count, protocol, .. } = args;
    let args = super::args::Live::quiet(
        (interfaces.clone(), capture_filter.clone()),
        (*count, end.clone()),
        protocol.clone(),
        output,
    );
    live::run_with(&args, filter, Some(counter))
}

/// Whether `live` is to count, too.
#[cfg(feature = "live")]
pub(super) fn asks(figures: &Figures) -> bool {
    !figures.statistics.is_empty() || figures.by.is_some()
}

/// The statistics of `live -z`, which are told behind the packets: as JSON where these are JSON.
///
/// # Errors
/// How the run ends where there is no such statistic, which is told.
#[cfg(feature = "live")]
pub(super) fn beside(figures: &Figures, output: &Output) -> Result<Option<Counter>, Outcome> {
    if !asks(figures) {
        return Ok(None);
    }
    let format = if ["json", "csv"].contains(&&*output.format) { &output.format } else { "table" };
    Counter::new(figures, format, output).map(Some)
}

impl Counter {
    /// What the user wants to be counted.
    ///
    /// # Errors
    /// How the run ends where there is no such statistic, or where they are to be listed.
    fn new(figures: &Figures, format: &str, output: &Output) -> Result<Self, Outcome> {
        if figures.statistics.iter().any(|name| name == "help") {
            // Where the list cannot be written there is nobody to read it.
            let _ = writeln!(io::stdout(), "{}", list());
            return Err(Outcome::Done);
        }
        let tell = |sentence: String| {
            report::line(&sentence);
            Outcome::Usage
        };
        let list = chosen(figures).map_err(tell)?;
        let format = StatsFormat::named(format)
            .ok_or_else(|| tell(format!("there is no output format \"{format}\"")))?;
        let shown = Shown { top: figures.top, sort: figures.sort.clone() };
        Ok(Self { stats: Stats::new(list), format, shown, options: options(output) })
    }

    /// Writes what was counted.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.format.write(&self.stats, &self.shown, &self.options, out)
    }

    /// Tells what the format has no place for.
    #[cfg(feature = "live")]
    pub(super) fn report(&self) {
        notes(self.format, &self.stats, &self.shown);
    }
}

/// A statistic that is asked for.
type Chosen = (&'static StatisticRow, Box<dyn Statistic>);

/// The statistics that are asked for.
///
/// # Errors
/// What is wrong with a name, or with the column by which they are to be sorted.
pub(super) fn chosen(figures: &Figures) -> Result<Vec<Chosen>, String> {
    let by = figures.by.as_deref();
    let mut names: Vec<&str> = figures.statistics.iter().map(String::as_str).collect();
    names.retain(|name| *name != "help");
    let is_used = |name: &&str| ["latencies", "mqtt,srt", "values"].contains(name);
    if by.is_some() && !names.iter().any(is_used) {
        names.push("values");
    } else if names.is_empty() {
        names.extend(DEFAULT);
    }
    let list = names.into_iter().map(|name| crate::stats::choose(name, by));
    let list = list.collect::<Result<Vec<_>, _>>()?;
    if let Some(sort) = &figures.sort {
        let keys = || list.iter().flat_map(|(row, _)| row.columns).map(|column| column.key);
        if !keys().any(|key| key == sort) {
            let keys: Vec<_> = keys().collect();
            return Err(format!("--sort takes one of {}", keys.join(", ")));
        }
    }
    Ok(list)
}

/// The statistics for the help.
pub(super) fn list() -> String {
    let line = |row: &StatisticRow| {
        let name = match row.argument {
            "" => row.name.to_owned(),
            argument => format!("{}[,{argument}]", row.name),
        };
        let others = match row.tshark {
            [] => String::new(),
            names => format!(" ({})", names.join("; ")),
        };
        format!("  {name:<18}  {}{others}", row.about)
    };
    STATISTICS.iter().map(line).collect::<Vec<_>>().join("\n")
}
