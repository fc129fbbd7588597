//! Any text that people paste, to bytes: with direction and time where the text has them, and
//! for every byte the place in the text that it was read from.
//!
//! What may enter: text in, values out. No file, no clock, no MQTT beyond the test in `frame`
//! whether bytes can be packets, which decides between two readings of a text.
//!
//! ```text
//! parse ── shown ─┬─ whole   nothing but digits: taken as they are ─────────┐
//!                 └─ scan    walks the text, asks the readers of the table ─┴─▶ build: join, judge, repeat ─▶ Paste
//! ```
//!
//! `shown` is the text as a reader sees it, with blanks for what is not shown or stands before all lines, so that all
//! places stay what they are.
//!
//! **To add a notation**: a file with a function `read(row, source, at) -> Option<Taken>` that
//! gives nothing where its notation does not stand, and a row in [`notation::NOTATIONS`], whose
//! example the tests read. A reader looks no further than it takes: that keeps the walk linear.

mod across;
mod address;
mod again;
mod array;
mod aside;
mod bare;
mod base64;
mod bases;
mod beside;
mod bitlog;
mod bits;
mod bitstream;
mod buffer;
mod build;
mod caret;
mod certificate;
mod chars;
mod colour;
mod columns;
mod context;
mod count;
mod data;
mod digits;
mod disassembly;
mod dump;
mod element;
mod emqx;
mod erlang;
mod escape;
mod esp;
mod evidence;
mod faulty;
mod fields;
mod firmware;
mod folded;
mod follow;
mod frame;
mod gdb;
mod head;
mod headless;
mod hex;
mod hint;
mod inside;
mod labelled;
mod leftover;
mod lengths;
mod lenient;
mod lexer;
mod link;
mod listed;
mod literal;
mod little;
mod lost64;
mod margin;
mod mistake;
mod modem;
mod names;
pub mod notation;
mod number;
mod numbers;
mod odd;
mod output;
mod piece;
mod place;
mod printed;
mod quoted;
mod raw;
mod reading;
mod repeat;
mod row;
mod rows;
mod rtthread;
mod run;
mod scan;
mod settle;
mod shown;
mod sides;
mod source;
mod stamp;
mod strings;
mod tags;
mod tail;
mod tcpdump;
mod times;
mod token;
mod tokens;
mod trim;
mod turns;
mod unrolled;
mod values;
mod whole;
mod wordy;
mod wrapped;
mod written;
mod zone;

#[cfg(test)]
mod tests;

pub use caret::caret;
pub use data::TextMap;
pub use hint::Hint;
pub use link::Link;
pub use mistake::{Mistake, MistakeKind};
pub use notation::{EXAMPLE, NOTATIONS, Notation};
pub use piece::{Continues, Direction, Ignored, Kind, Meant, Paste, Piece};
pub use place::{Locator, Place};
pub use raw::{Contents, contents};
pub use stamp::{Clock, Stamp};

use build::Builder;
use source::Source;
use std::borrow::Cow;

/// How a text is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Each line is by itself: its bytes join with no other line's.
    pub lines: bool,
}

/// The longest text that is read. A gigabyte of hex is more than anyone pastes.
pub const MAX_TEXT: usize = 1 << 30;
/// The most pieces that are kept: a text with more is a capture, and better read as one.
pub const MAX_PIECES: usize = 1_000_000;
/// The most mistakes that are kept: nobody mends more of them by hand.
pub const MAX_MISTAKES: usize = 1000;

/// Reads a text.
#[must_use]
pub fn parse<'t>(text: &'t str, options: &Options) -> Paste<'t> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let end = (0..=text.len().min(MAX_TEXT)).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
    let head = text.get(..end).unwrap_or_default();
    let mut paste = without_heads(head, &shown(head, options.lines), options);
    if end < text.len() {
        let place = Locator::new(head).place(end..end);
        paste.mistakes.push(Mistake { kind: MistakeKind::TooLong { limit: MAX_TEXT }, place });
    }
    paste
}

/// What a text is read as, of the same length; nothing where it is read as it is.
type Layer = fn(&str) -> Option<String>;

/// In their order: each sees what those before it show.
const LAYERS: [Layer; 6] = [
    colour::hidden,
    tags::broken,
    written::broken,
    margin::taken_off,
    wrapped::joined,
    strings::joined,
];
/// Those of them that leave each line where it is.
const OF_LINES: [Layer; 2] = [colour::hidden, tags::hidden];

/// The text as a reader sees it: without marks, and with its rows in one line each.
fn shown(text: &str, lines: bool) -> Cow<'_, str> {
    let layers: &[Layer] = if lines { &OF_LINES } else { &LAYERS };
    layers.iter().fold(Cow::Borrowed(text), |text, layer| match layer(&text) {
        Some(shown) => Cow::Owned(shown),
        None => text,
    })
}

/// Reads `text`, which stands for `whole`, without what stands before the rows of its dumps.
fn without_heads<'t>(whole: &'t str, text: &str, options: &Options) -> Paste<'t> {
    let Some(bare) = bare::of(text, options.lines) else { return all(whole, text, options) };
    let mut paste = all(whole, &bare.text, options);
    bare.apply(&mut paste.pieces);
    paste
}

/// Reads `text`, which stands for `whole`.
fn all<'t>(whole: &'t str, text: &str, options: &Options) -> Paste<'t> {
    if options.lines { lines(whole, text) } else { one(whole, text, 0) }
}

/// Reads input that may be no text: raw packets, or text in UTF-16.
#[must_use]
pub fn parse_bytes<'t>(bytes: &'t [u8], options: &Options) -> Paste<'t> {
    raw::read(bytes, options)
}

/// Reads `text` from `at` on, of which `whole` is all.
fn one<'t>(whole: &'t str, text: &str, at: usize) -> Paste<'t> {
    let source = Source { text };
    let mut builder = Builder::new(source, at);
    if scan::begins_with_lines(source, at) || !whole::read(source, at, &mut builder) {
        scan::scan(source, at, &mut builder);
    }
    builder.finish(Cow::Borrowed(whole), |fragments| {
        hint(text.get(at..).unwrap_or_default(), fragments)
    })
}

/// Reads each line by itself, of `text`, which stands for `whole`.
fn lines<'t>(whole: &'t str, text: &str) -> Paste<'t> {
    let mut all = one(whole, "", 0);
    all.hint = None;
    let source = Source { text };
    let mut locator = Locator::new(whole);
    let mut at = 0;
    let mut number = 0_u32;
    let mut no_packets = false;
    while at < text.len() && all.pieces.len() < MAX_PIECES {
        let line = source.line(at);
        at = line.next;
        if line.text.trim().is_empty() {
            continue;
        }
        let part = one("", text.get(..line.end).unwrap_or_default(), line.start);
        no_packets |= part.hint == Some(Hint::NoPackets);
        if part.pieces.is_empty() && part.mistakes.is_empty() {
            all.ignored.without_bytes.push(locator.place(line.start..line.end));
        }
        all.absorb(part, number, &mut locator);
        number = number.saturating_add(1);
    }
    if all.pieces.is_empty() && all.mistakes.is_empty() {
        all.hint = Some(hint(text, no_packets));
    }
    all
}

fn hint(text: &str, fragments: bool) -> Hint {
    let lines = || text.lines().take(1000);
    let broker = |line: &str| {
        let stamped = line.contains(": ") && stamp::read(line).is_some();
        let words = ["New connection", "New client", "Sending ", "Received ", "Client "];
        stamped && words.iter().any(|w| line.contains(w))
    };
    if text.trim().is_empty() {
        Hint::Empty
    } else if lines().any(broker) {
        Hint::BrokerLog
    } else if lines().any(chars::is_named) {
        Hint::NamedCharacters
    } else if fragments {
        Hint::NoPackets
    } else {
        Hint::NoBytes
    }
}
