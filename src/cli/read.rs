//! `mqttscope read`: captures.

use super::args::Read;
use super::output::Printer;
use super::{Outcome, keylog, report};
use crate::capture::{CaptureError, Merge, Source};
use crate::pipeline::Inspector;
use std::path::PathBuf;

pub(super) fn run(args: &Read) -> anyhow::Result<Outcome> {
    let files: Vec<PathBuf> = args.read_file.iter().chain(&args.files).cloned().collect();
    let printer = Printer::new(&args.output, false)?;
    let secrets = keylog::secrets(args.protocol.key_log.as_deref(), false)?;
    let mut settings = args.protocol.settings(&args.output);
    settings.secrets = secrets.clone();
    let mut inspector = Inspector::new(printer, settings);
    let mut source = Merge::open(&files);
    let errors = feed(&mut source, &mut inspector, args.count.unwrap_or(u64::MAX));
    inspector.finish();
    let outcome = inspector.consumer().finish()?;
    for notice in source.notices() {
        report::notice(&files, &notice);
    }
    if errors.is_empty() || inspector.frames() > 0 {
        report::inspection(&inspector);
    }
    keylog::report(&secrets);
    for error in &errors {
        report::capture_error(&files, error);
    }
    Ok(if errors.is_empty() { outcome } else { Outcome::Input })
}

/// Gives all frames to the inspector, at most `count`; a file that fails does not end the others.
fn feed(source: &mut Merge, inspector: &mut Inspector<Printer>, count: u64) -> Vec<CaptureError> {
    let mut errors = Vec::new();
    let mut taken = 0;
    while taken < count {
        match source.next_frame() {
            Ok(Some(frame)) => {
                taken = taken.saturating_add(1);
                if inspector.frame(&frame).is_break() {
                    break;
                }
            }
            Ok(None) => break,
            Err(error) => errors.push(error),
        }
    }
    errors
}
