//! `mqttscope decode`: pasted bytes.

use super::args::Decode;
use super::output::Printer;
use super::{Outcome, choose, report};
use crate::filter::Filtered;
use crate::paste::{self, Contents, Hint, Kind, Link, Mistake, Paste, Place};
use crate::pipeline::{Files, PastedOutcome, PastedSettings, Settings, read_pieces};
use anyhow::Context;
use std::fs;
use std::io::{self, BufRead, IsTerminal, Read};
use std::path::{Path, PathBuf};

/// Columns of the source line that is shown with a mistake, where the terminal does not say.
const CARET_WIDTH: usize = 78;
/// A terminal passes on so many bytes of a line, before its line feed, and drops the others.
const TERMINAL_LINE: usize = 4095;

pub(super) fn run(args: &Decode) -> anyhow::Result<Outcome> {
    let chosen = args.output.display_filter.as_deref().unwrap_or_default();
    let Ok(filter) = choose::filter(chosen, &args.output) else { return Ok(Outcome::Usage) };
    let Input { bytes: input, cut_line, files, is_whole } = input(args)?;
    let paste = paste::parse_bytes(&input, &paste::Options { lines: args.lines });
    let settings = PastedSettings {
        inspection: Settings {
            version: args.mqtt_version.map(Into::into),
            redact: args.output.redact,
            ..Settings::default()
        },
        sender: args.from.map(Into::into),
        lines: args.lines,
        files: files.clone(),
        protocol: args.protocol.into(),
    };
    let printer = Filtered::new(filter, Printer::new(&args.output, false, &args.file)?);
    let PastedOutcome { consumer: mut printer, silent, records } =
        read_pieces(&paste, settings, printer);
    let outcome = printer.inner.finish()?;
    choose::report(printer.counts(), "packet");
    tell(&paste, args, &files);
    frames_without_mqtt(&paste, &silent, &files);
    if let Some(line) = cut_line {
        report::line(&format!(
            "line {line} is as long as a terminal lets a line be, {TERMINAL_LINE} bytes: what was \
             pasted beyond them is lost; use --file or a pipe"
        ));
    }
    let is_whole =
        is_whole && paste.mistakes.is_empty() && !paste.pieces.is_empty() && cut_line.is_none();
    let is_read = paste.ignored.without_bytes.iter().all(|place| is_comment(&paste, place));
    let is_shown = records > 0 || silent.is_empty();
    Ok(if is_whole && is_read && is_shown { outcome } else { Outcome::Input })
}

/// What was given.
struct Input {
    bytes: Vec<u8>,
    /// The first line of which a terminal has cut the end.
    cut_line: Option<usize>,
    /// The files, where several were given.
    files: Files,
    /// Whether each of them could be read.
    is_whole: bool,
}

impl From<Vec<u8>> for Input {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, cut_line: None, files: Files::default(), is_whole: true }
    }
}

/// The text or the bytes, from wherever the arguments say.
fn input(args: &Decode) -> anyhow::Result<Input> {
    match args.file.as_slice() {
        [] => {}
        [path] => return Ok(contents(path)?.into()),
        paths => return several(paths),
    }
    if args.bytes.is_empty() || args.bytes == ["-"] {
        return standard_input();
    }
    let separator = if args.lines { "\n" } else { " " };
    Ok(args.bytes.join(separator).into_bytes().into())
}

fn contents(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Files one after another as one text. What is wrong with one of them is told, and the others are read.
fn several(paths: &[PathBuf]) -> anyhow::Result<Input> {
    let mut input = Input::from(Vec::new());
    let mut line = 1_usize;
    let mut errors = Vec::new();
    for path in paths {
        let text = match text(path) {
            Ok(text) => text,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        input.files.push(line, path.display().to_string());
        line = line.saturating_add(text.lines().count());
        input.bytes.extend_from_slice(text.as_bytes());
        if !text.is_empty() && !text.ends_with('\n') {
            input.bytes.push(b'\n');
        }
    }
    // Where none could be read the last error ends the run as that of a single file does.
    let last = if errors.len() == paths.len() { errors.pop() } else { None };
    input.is_whole = errors.is_empty();
    errors.iter().for_each(report::error);
    last.map_or(Ok(input), Err)
}

/// A file's text; raw bytes as hex.
fn text(path: &Path) -> anyhow::Result<String> {
    let bytes = contents(path)?;
    Ok(match paste::contents(&bytes) {
        Contents::Capture(format) => {
            anyhow::bail!("{}: {}", path.display(), Hint::Capture { format })
        }
        Contents::Text(text) => text.into_owned(),
        Contents::Raw => hex::encode(&bytes),
    })
}

/// At a terminal an empty line ends the text, as well as Ctrl-D: one behind which
/// nothing more of what was pasted is waiting, and with bytes before it, or a second one.
fn standard_input() -> anyhow::Result<Input> {
    let mut input = Input::from(Vec::new());
    let Input { bytes, cut_line, .. } = &mut input;
    let mut stdin = io::stdin().lock();
    if !stdin.is_terminal() {
        stdin.read_to_end(bytes).context("standard input cannot be read")?;
        return Ok(input);
    }
    report::line("paste bytes in any notation, then press Enter on an empty line, or Ctrl-D");
    let mut was_blank = false;
    for line in 1.. {
        let start = bytes.len();
        let read = stdin.read_until(b'\n', bytes).context("the terminal cannot be read")?;
        let is_blank = bytes.get(start..).unwrap_or_default().trim_ascii().is_empty();
        if read > TERMINAL_LINE {
            cut_line.get_or_insert(line);
        }
        let is_waiting = is_blank && start > 0 && !is_more_waiting();
        let may_end = is_waiting && (was_blank || holds_bytes(bytes));
        // Ctrl-D behind letters passes them on; a second one ends the text in the middle of its line.
        let is_ended = !bytes.ends_with(b"\n");
        if read == 0 || is_ended || may_end {
            break;
        }
        if is_waiting {
            report::line("no bytes found so far: go on, or end with another empty line");
        }
        was_blank = is_blank;
    }
    Ok(input)
}

/// Whether a text holds bytes, or what looks like them.
fn holds_bytes(text: &[u8]) -> bool {
    let paste = paste::parse_bytes(text, &paste::Options::default());
    !paste.pieces.is_empty() || !paste.mistakes.is_empty()
}

/// Whether a terminal has more lines to give, of a text that was pasted at once.
#[cfg(feature = "live")]
fn is_more_waiting() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = io::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    let timeout = Timespec { tv_sec: 0, tv_nsec: BETWEEN_LINES };
    poll(&mut fds, Some(&timeout)).is_ok_and(|ready| ready > 0)
}

#[cfg(not(feature = "live"))]
const fn is_more_waiting() -> bool {
    false
}

/// Nanoseconds in which the next line of a pasted text comes: no hand is so fast.
#[cfg(feature = "live")]
const BETWEEN_LINES: i64 = 100_000_000;

/// What was not read, and why.
fn tell(paste: &Paste<'_>, args: &Decode, files: &Files) {
    repeats(paste, files);
    other_readings(paste, files);
    numbers(paste, args.output.redact, files);
    let of_frames = paste.ignored.of_frames;
    if of_frames > 0 {
        let places = if of_frames == 1 { "1 place shows" } else { "places show" };
        let number = if of_frames == 1 { String::new() } else { format!("{of_frames} ") };
        report::line(&format!(
            "{number}{places} bytes of the frames again, reassembled or as the value of a field: they are \
             read from the frames"
        ));
    }
    for place in &paste.ignored.without_bytes {
        if !is_comment(paste, place) {
            report::line(&format!("{}: no bytes in it", line_of(place.line, files, ":")));
        }
    }
    for mistake in &paste.mistakes {
        report::line(&told(mistake, files));
        if !args.output.redact {
            report::excerpt(&paste::caret(&paste.text, &mistake.place, CARET_WIDTH));
        }
        if let Some(hint) = mistake.hint() {
            report::excerpt(&format!("{hint}\n"));
        }
    }
    if let Some(hint) = &paste.hint {
        report::line(&hint.to_string());
    }
}

/// A mistake, with the file and its own line where there are several.
fn told(mistake: &Mistake, files: &Files) -> String {
    let (Some(file), line) = files.of(mistake.place.line) else { return mistake.to_string() };
    let place = Place { line, ..mistake.place };
    format!("{file}: {}", Mistake { place, kind: mistake.kind.clone() })
}

/// `line 3`, or `FILE: line 3` where there are several, with another sign behind the file in a sentence.
fn line_of(line: usize, files: &Files, behind: &str) -> String {
    match files.of(line) {
        (Some(file), line) => format!("{file}{behind} line {line}"),
        (None, line) => format!("line {line}"),
    }
}

/// With `--lines`, lines that begin with # or // may stand between packets.
fn is_comment(paste: &Paste<'_>, place: &Place) -> bool {
    let line = paste.text.get(place.start..place.end).unwrap_or_default().trim_start();
    line.starts_with('#') || line.starts_with("//")
}

/// Bytes that stand in the text more than once are shown once.
fn repeats(paste: &Paste<'_>, files: &Files) {
    for piece in &paste.pieces {
        let first = piece.repeat_of.and_then(|index| paste.pieces.get(index));
        if let Some(first) = first {
            report::line(&format!(
                "{}, column {}: the {} bytes of {} stand here again",
                line_of(piece.place.line, files, ":"),
                piece.place.column,
                piece.bytes.len(),
                line_of(first.place.line, files, "")
            ));
        }
    }
}

/// Numbers that are packets in another notation too.
fn other_readings(paste: &Paste<'_>, files: &Files) {
    let both = paste.pieces.iter().filter_map(|piece| piece.also.map(|also| (piece, also)));
    for (piece, also) in both.take(MOST_TOLD) {
        report::line(&format!(
            "{}, column {}: read as {}; as {} these are packets too, and nothing here tells which was meant",
            line_of(piece.place.line, files, ":"),
            piece.place.column,
            piece.notation.name,
            also.name
        ));
    }
}

/// What would be packets, and was left out because it is more likely a number or a name.
fn numbers(paste: &Paste<'_>, redact: bool, files: &Files) {
    let ignored = &paste.ignored;
    let others = ignored.numbers.saturating_sub(1);
    let is_few = ignored.numbers <= MOST_TOLD && ignored.numbers == ignored.number_places.len();
    let told = if is_few { ignored.number_places.len() } else { 1 };
    for place in ignored.number_places.iter().take(told) {
        let text = paste.text.get(place.start..place.end).filter(|_| !redact);
        let shown = text.map_or_else(|| "what stands here".to_owned(), |text| format!("`{text}`"));
        let rest = if is_few { String::new() } else { format!(", as are {others} others") };
        report::line(&format!(
            "{}, column {}: {shown} is taken for a number{rest}; paste the bytes alone to have them decoded",
            line_of(place.line, files, ":"),
            place.column
        ));
    }
}

/// More messages of one kind say no more.
const MOST_TOLD: usize = 3;

/// Frames of which nothing is shown.
fn frames_without_mqtt(paste: &Paste<'_>, silent: &[usize], files: &Files) {
    let mut pieces = silent.iter().filter_map(|index| paste.pieces.get(*index));
    let Some(first) = pieces.next() else { return };
    let Place { line, column, .. } = first.place;
    let what = if first.kind == Kind::Frame(Link::RawIp) { "an IP packet" } else { "a frame" };
    let bytes = first.bytes.len();
    let others = match pieces.count() {
        0 => String::new(),
        1 => ", as does another one".to_owned(),
        n => format!(", as do {n} others"),
    };
    report::line(&format!(
        "{}, column {column}: these {bytes} bytes are {what} that carries no MQTT bytes{others}",
        line_of(line, files, ":")
    ));
}
