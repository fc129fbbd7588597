//! `mqttscope read`: captures.

use super::args::{Protocol, Read};
use super::keylog::{self, Waker};
use super::output::Printer;
use super::{Outcome, choose, report};
use crate::capture::{CaptureError, Fault, Merge, Source, Stop};
use crate::carrier::tls::Secrets;
use crate::filter::Filtered;
use crate::pipeline::Inspector;
use anyhow::Context;
use std::path::PathBuf;

pub(super) fn run(args: &Read) -> anyhow::Result<Outcome> {
    run_as(args, &args.output.format)
}

/// Reads captures and writes them in this format.
pub(super) fn run_as(args: &Read, format: &str) -> anyhow::Result<Outcome> {
    let (others, words) = choose::part(&args.files, !args.read_file.is_empty());
    let files: Vec<PathBuf> = args.read_file.iter().cloned().chain(others).collect();
    let chosen = choose::both(args.output.display_filter.as_deref(), words);
    let Ok(filter) = choose::filter(&chosen, &args.output) else { return Ok(Outcome::Usage) };
    let printer = Printer::with_format(&args.output, format, false, &files)?;
    let printer = Filtered::new(filter, printer);
    inspect(&files, args.count, args.follow, &args.protocol, (printer, args.output.redact))
}

/// Reads captures as one, shows what the printer shows, and tells how that went.
pub(super) fn inspect(
    files: &[PathBuf],
    count: Option<u64>,
    follow: bool,
    protocol: &Protocol,
    (printer, redact): (Filtered<Printer>, bool),
) -> anyhow::Result<Outcome> {
    let secrets = keylog::secrets(protocol.key_log(), follow)?;
    let mut settings = protocol.settings(redact);
    settings.secrets = secrets.clone();
    if !follow && files.iter().all(|path| path.is_file()) {
        // The whole capture is there, so the session may as well be told in one line at its end.
        secrets.expect();
    }
    let mut inspector = Inspector::new(printer, settings);
    let stop = Stop::default();
    let (mut source, stop) = match files {
        _ if !follow => (Merge::open(files), stop),
        [path] if path.as_os_str() != "-" => {
            let stop = stop.on_signals().context(report::NO_SIGNALS)?;
            (Merge::follow(path, stop.clone()), stop)
        }
        _ => {
            report::line(FOLLOW_ONE);
            return Ok(Outcome::Usage);
        }
    };
    let mut errors = feed(&mut source, &mut inspector, &secrets, count.unwrap_or(u64::MAX));
    if stop.is_due() {
        // Whoever ends the following ends it between two frames or within one.
        errors.retain(|error| !is_end(&error.fault));
    }
    while let Some(beside) = source.behind() {
        // Whether the consumer wants more is asked again at the end.
        let _ = inspector.beside(&beside);
    }
    inspector.finish();
    let outcome = inspector.consumer().inner.finish()?;
    for notice in source.notices() {
        report::notice(files, &notice);
    }
    if errors.is_empty() || inspector.frames() > 0 {
        report::inspection(&inspector);
    }
    choose::report(inspector.consumer());
    keylog::report(&secrets);
    for error in &errors {
        report::capture_error(files, error);
    }
    Ok(if errors.is_empty() { outcome } else { Outcome::Input })
}

/// Why `--follow` is refused.
const FOLLOW_ONE: &str = "--follow takes one file; standard input is read as it grows anyway";

/// Whether a fault says no more than that the input ended.
fn is_end(fault: &Fault) -> bool {
    match fault {
        Fault::Empty | Fault::Truncated { .. } | Fault::PackedEnds { .. } => true,
        Fault::Unpacked { fault, .. } => is_end(fault),
        _ => false,
    }
}

/// Gives all frames to the inspector, at most `count`; a file that fails does not end the others.
fn feed(
    source: &mut Merge,
    inspector: &mut Inspector<Filtered<Printer>>,
    secrets: &Secrets,
    count: u64,
) -> Vec<CaptureError> {
    let mut waker = Waker::default();
    let mut errors = Vec::new();
    let mut taken = 0;
    while taken < count {
        match source.next_frame() {
            Ok(Some(frame)) => {
                taken = taken.saturating_add(1);
                if inspector.frame(&frame).is_break() || waker.wake(secrets, inspector).is_break() {
                    break;
                }
                // What is shown is not held back while the input keeps us waiting.
                if source.waits() && inspector.consumer().inner.flush().is_break() {
                    break;
                }
            }
            Ok(None) => break,
            Err(error) => errors.push(error),
        }
    }
    errors
}
