//! Input that is no text, or text that is not UTF-8.

use super::colour;
use super::data::Data;
use super::hint::Hint;
use super::notation::{NOTATIONS, Notation};
use super::piece::{Ignored, Kind, Paste, Piece};
use super::place::Place;
use super::{Options, frame, link, parse};
use std::borrow::Cow;

/// What input is, by its first bytes or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents<'t> {
    /// A capture file of this format.
    Capture(&'static str),
    /// Text, in UTF-8.
    Text(Cow<'t, str>),
    /// The bytes themselves.
    Raw,
}

/// What input is that may be no text.
#[must_use]
pub fn contents(bytes: &[u8]) -> Contents<'_> {
    if let Some(format) = capture(bytes) {
        return Contents::Capture(format);
    }
    if let Some(text) = wide(bytes) {
        return Contents::Text(Cow::Owned(text));
    }
    if let Some(text) = wide_without_mark(bytes) {
        return Contents::Text(Cow::Owned(text));
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let shown = String::from_utf8_lossy(text);
    let is_text = match &shown {
        Cow::Borrowed(text) => !is_binary(text) || is_log(text),
        Cow::Owned(_) => !frame::strict(bytes) && !is_binary_bytes(bytes),
    };
    if is_text || is_noisy(bytes, &shown) { Contents::Text(shown) } else { Contents::Raw }
}

pub(super) fn read<'t>(bytes: &'t [u8], options: &Options) -> Paste<'t> {
    match contents(bytes) {
        Contents::Capture(format) => Paste { hint: Some(Hint::Capture { format }), ..empty() },
        Contents::Text(Cow::Borrowed(text)) => parse(text, options),
        Contents::Text(Cow::Owned(text)) => owned(&text, options),
        Contents::Raw => binary(bytes),
    }
}

fn owned(text: &str, options: &Options) -> Paste<'static> {
    let Paste { pieces, mistakes, ignored, hint, .. } = parse(text, options);
    Paste { text: Cow::Owned(text.to_owned()), pieces, mistakes, ignored, hint }
}

fn empty() -> Paste<'static> {
    Paste {
        text: Cow::Borrowed(""),
        pieces: Vec::new(),
        mistakes: Vec::new(),
        ignored: Ignored::default(),
        hint: None,
    }
}

/// The bytes themselves: of raw input each is its own place.
fn binary(bytes: &[u8]) -> Paste<'static> {
    let Some(notation) = NOTATIONS.iter().find(|n| n.name == RAW) else { return empty() };
    let mut data = Data::default();
    bytes.iter().enumerate().for_each(|(n, byte)| data.push(*byte, n, 1));
    let strict = frame::strict(bytes);
    let kind = link::guess(bytes).filter(|_| !strict).map_or(Kind::Stream, Kind::Frame);
    let piece = piece(notation, data, kind);
    Paste { pieces: vec![piece], ..empty() }
}

fn piece(notation: &'static Notation, data: Data, kind: Kind) -> Piece {
    Piece {
        place: Place { end: data.len(), ..Place::default() },
        bytes: data.bytes,
        map: data.map,
        kind,
        notation,
        direction: None,
        time: None,
        conversation: 0,
        also: None,
        repeat_of: None,
        continues: None,
        lacks: None,
    }
}

/// Whether a text holds a control character here and there, as the log of a device does that starts anew, and
/// is no packet.
fn is_log(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_others = bytes.iter().any(|b| *b != 0 && is_binary_bytes(&[*b]));
    let zeros = bytes.iter().filter(|b| **b == 0).count();
    let begins_as_text = !is_binary_bytes(bytes.get(..FIRST).unwrap_or_default());
    !has_others
        && begins_as_text
        && text.contains('\n')
        && zeros.saturating_mul(RARE) <= bytes.len()
}

/// Whether input is a text in spite of its control characters: they are few, and packets are written in it. What
/// begins with a packet or is a frame is none.
fn is_noisy(bytes: &[u8], shown: &str) -> bool {
    let text = shown.trim_end_matches('\0');
    let is_noise = |c: &char| {
        *c == char::REPLACEMENT_CHARACTER || u8::try_from(*c).is_ok_and(colour::is_control)
    };
    let is_mostly_shown = || {
        let noise = text.chars().filter(is_noise).count();
        noise.saturating_mul(NOISE) <= text.len()
    };
    let is_packet = || frame::strict_prefix(bytes) > 0 || frame::begins(bytes) || is_inside(bytes);
    !is_packet()
        && link::guess(bytes).is_none()
        && is_mostly_shown()
        && !parse(text, &Options::default()).pieces.is_empty()
}

/// Whether packets begin inside of what is no packet as a whole, as where a stream was joined late: a packet that holds
/// a control character in its first bytes, and another one right behind it.
fn is_inside(bytes: &[u8]) -> bool {
    let controls = bytes.iter().enumerate().filter(|(_, byte)| colour::is_control(**byte));
    let mut starts = controls.take(TRIED).flat_map(|(n, _)| n.saturating_sub(2)..=n);
    starts.any(|start| {
        let rest = bytes.get(start..).unwrap_or_default();
        frame::first(rest).is_some_and(|first| frame::strict_prefix(rest) > first)
    })
}

/// Far enough to see that a text is one, and fewer characters than show it.
const NEAR: usize = 1 << 12;
const SHORTEST_WIDE: usize = 8;
/// A packet has a byte that is no character among so many.
const FIRST: usize = 8;
/// Characters of text beside each.
const RARE: usize = 64;
/// Of so many bytes one may be noise where packets are written: random bytes are no text in more than every second.
const NOISE: usize = 4;
/// Control characters at which a packet is looked for.
const TRIED: usize = 64;
const RAW: &str = "raw bytes";

/// Control characters that no text has: MQTT's shortest packet ends in a zero byte.
fn is_binary(text: &str) -> bool {
    is_binary_bytes(text.as_bytes())
}

fn is_binary_bytes(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| colour::is_control(*byte))
}

/// Text in UTF-16, by its byte order mark.
fn wide(bytes: &[u8]) -> Option<String> {
    let (little, rest) = match bytes {
        [0xff, 0xfe, rest @ ..] => (true, rest),
        [0xfe, 0xff, rest @ ..] => (false, rest),
        _ => return None,
    };
    units(rest, little)
}

/// Text in UTF-16 without its mark: a zero beside nearly all of its characters, and no packets.
fn wide_without_mark(bytes: &[u8]) -> Option<String> {
    let near = bytes.get(..NEAR).unwrap_or(bytes);
    let zeros = |from: usize| near.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let chars = near.len() / 2;
    let is_wide =
        |zeros: usize| chars >= SHORTEST_WIDE && zeros.saturating_mul(4) >= chars.saturating_mul(3);
    let little = is_wide(zeros(1)) && !is_wide(zeros(0));
    let big = is_wide(zeros(0)) && !is_wide(zeros(1));
    if !little && !big || frame::strict(bytes) {
        return None;
    }
    units(bytes, little).filter(|text| !text.contains(char::REPLACEMENT_CHARACTER))
}

/// The text of units of UTF-16.
fn units(rest: &[u8], little: bool) -> Option<String> {
    let units = rest.chunks_exact(2).filter_map(|two| two.first_chunk::<2>());
    let units =
        units.map(|two| if little { u16::from_le_bytes(*two) } else { u16::from_be_bytes(*two) });
    let text: String =
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    (rest.len().is_multiple_of(2) && !is_binary(&text)).then_some(text)
}

/// The name of the capture format whose magic number the bytes begin with.
fn capture(bytes: &[u8]) -> Option<&'static str> {
    match bytes.first_chunk::<4>()? {
        [0x0a, 0x0d, 0x0d, 0x0a] => Some("pcapng"),
        [0xd4, 0xc3, 0xb2, 0xa1] | [0xa1, 0xb2, 0xc3, 0xd4] => Some("pcap"),
        [0x4d, 0x3c, 0xb2, 0xa1] | [0xa1, 0xb2, 0x3c, 0x4d] => Some("pcap"),
        [0x1f, 0x8b, 8, _] => Some("compressed (gzip)"),
        [0x28, 0xb5, 0x2f, 0xfd] => Some("compressed (zstd)"),
        _ => None,
    }
}
