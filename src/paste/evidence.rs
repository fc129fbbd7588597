//! Whether hex in a sentence is meant as bytes. A short packet frames by chance: for it, more must speak.

use super::frame;
use super::lengths;
use super::modem;
use super::names::{self, Called};
use super::run::{Class, Run};
use super::source::Source;
use super::token::Style;

/// Beginnings of the words near hex that say it is bytes, in small letters.
#[rustfmt::skip]
const SAYS_BYTES: &[&str] = &[
    "send", "sent", "schick", "gesendet", "transmit", "envoi", "envoy", "envi", "receiv", "recv", "rcv",
    "empf", "bekomm", "recib", "reçu", "got", "packet", "paket", "paquet", "byte", "octet", "payload", "hex",
    "frame", "message", "nachricht", "respon", "answer", "antwort", "reply", "replies", "request", "mqtt",
    "wrote", "write", "written", "dump", "raw", "data", "daten", "return", "get", "give", "gave", "see", "saw",
    "show", "decod", "publish", "incoming", "outgoing", "inbound", "outbound", "client", "server", "broker", "ack",
    "dekod", "liefert",
];

/// Whole words that say it.
const WORDS: [&str; 4] = ["tx", "rx", "ping", "pong"];

/// The same in a language without blanks between its words.
const CHINESE: [&str; 11] =
    ["发送", "发出", "接收", "收到", "报文", "数据", "字节", "返回", "回复", "应答", "心跳"];

/// Parts of the names that programs have for bytes, and of the types of these.
const BUFFERS: [&str; 6] = ["buf", "pkt", "msg", "u8", "int8", "char"];

/// Names of packet types, on either side; those that are words of other things as well in capitals alone.
#[rustfmt::skip]
const TYPES: [&str; 11] = [
    "connack", "puback", "pubrec", "pubrel", "pubcomp", "suback", "unsuback", "unsubscribe", "pingreq",
    "pingresp", "disconnect",
];
const CAPITALS: [&str; 4] = ["CONNECT", "PUBLISH", "SUBSCRIBE", "AUTH"];

/// What stands between a program and what it sends.
const ARROWS: [&str; 6] = ["->", "<-", "=>", "→", "←", "»"];

/// Marks of code and of quotes.
const QUOTES: &str = "`\"'\u{201c}\u{201e}\u{ab}";

/// Whether a run of hex is a number or a name, though it frames as a packet.
pub(super) fn is_number(source: Source<'_>, run: &Run, style: &Style) -> bool {
    let bytes = &run.data.bytes;
    if !run.slips.is_empty() {
        return false;
    }
    let is_word = style.tokens == 1 && bytes.len() > 1;
    let is_value = style.tokens == 1 && bytes.len() <= LONGEST_NUMBER && is_assigned(source, run);
    let is_hash = is_word && HASHES.contains(&bytes.len()) && !frame::begins(bytes);
    if is_value {
        let start = source.line_start(run.range.start);
        return !says_in_words(source.tail(start..run.range.start, BEFORE));
    }
    if is_hash && run.class == Class::Prose && !frame::strict(bytes) {
        return !says_bytes(source, run);
    }
    if is_word && style.zero_x && bytes.len() <= LONGEST_NUMBER {
        let before = source.range(source.line_start(run.range.start)..run.range.start);
        let is_sent = run.direction.is_some() && before.trim_end().ends_with(':');
        return !is_sent && !stands_alone(source, run) && !says_bytes(source, run);
    }
    if !frame::strict(bytes) {
        return false;
    }
    let is_few = bytes.len() <= FEW;
    let are_pairs = style.tokens >= bytes.len();
    // Three bytes with blanks between are no number, whatever the word before them is.
    let may_be_name = is_few && (!are_pairs || bytes.len() == 2);
    if may_be_name && names::called(source, run.range.start) == Some(Called::Short) {
        return true;
    }
    let is_decimal = || {
        let text = source.head(run.range.start, bytes.len().saturating_mul(2));
        is_word && bytes.len() <= LONGEST_NUMBER && text.bytes().all(|b| b.is_ascii_digit())
    };
    let are_two = frame::first(bytes).is_some_and(|len| len < bytes.len());
    // Longer words frame by chance where texts hold thousands of them.
    let is_chance = || !are_pairs && !lengths::legal(bytes);
    match run.class {
        Class::Prose if is_few || is_decimal() || is_chance() => {
            !(are_pairs || says_bytes(source, run) || are_two && !is_decimal())
        }
        Class::Line if style.tokens > 1 && is_chance() => !says_bytes(source, run),
        _ => false,
    }
}

/// Whether it is a packet all the same where the text holds others beyond doubt.
pub(super) fn may_be_meant(source: Source<'_>, run: &Run) -> bool {
    let bytes = &run.data.bytes;
    !run.slips.is_empty()
        || bytes.len() <= LONGEST_NUMBER && lengths::legal(bytes) && !is_assigned(source, run)
}

/// Whether it is a packet beyond doubt: longer than numbers are.
pub(super) fn is_evident(run: &Run) -> bool {
    run.data.bytes.len() > LONGEST_NUMBER && frame::strict(&run.data.bytes)
}

/// Whether packets beside it, however short, show that it is one but for a mistake: it is longer than numbers are.
pub(super) fn is_evident_beside_packets(run: &Run) -> bool {
    run.shown() > LONGEST_NUMBER
}

/// Whether a short packet with a mistake is written so that others in lines of their own show that it is one: alone in
/// its line, in pairs, or with more digits than a word of them has by chance.
pub(super) fn is_line_of_packets(source: Source<'_>, run: &Run) -> bool {
    let word = source.range(run.range.clone());
    let are_pairs = !word.bytes().all(|b| b.is_ascii_alphanumeric());
    stands_alone(source, run) && (are_pairs || run.shown() >= FEW)
}

/// Whether it is the value of a program's constant.
fn is_assigned(source: Source<'_>, run: &Run) -> bool {
    let before = source.range(source.line_start(run.range.start)..run.range.start).trim_end();
    source.byte(run.range.end) == Some(b';') && before.ends_with(['=', '>'])
}

/// Whether nothing else stands in its line.
fn stands_alone(source: Source<'_>, run: &Run) -> bool {
    let before = source.range(source.line_start(run.range.start)..run.range.start);
    let is_mark = |c: char| !c.is_alphanumeric() && !"=#$&+/".contains(c);
    before.chars().all(is_mark) && run.class == Class::Line
}

/// Whether the words around say that this is bytes.
pub(super) fn says_bytes(source: Source<'_>, run: &Run) -> bool {
    let before = source.tail(0..run.range.start, BEFORE);
    let is_quoted = || before.ends_with(|c: char| QUOTES.contains(c));
    if is_quoted() || names_type(source, run) || modem::are_bytes(source, run.range.start) {
        return true;
    }
    let sentence = before.rsplit("\n\n").next().unwrap_or_default();
    let sentence = sentence.rsplit(". ").next().unwrap_or_default().to_lowercase();
    let line = sentence.rsplit('\n').next().unwrap_or_default();
    says_in_words(&sentence)
        || ARROWS.iter().any(|it| line.contains(it))
        || says_in_words(behind(source, run))
}

fn says_in_words(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    let says =
        |word: &str| WORDS.contains(&word) || SAYS_BYTES.iter().any(|it| word.starts_with(it));
    CHINESE.iter().any(|it| lower.contains(it)) || words.any(says)
}

/// Whether a packet type's name stands near it.
fn names_type(source: Source<'_>, run: &Run) -> bool {
    let before = source.tail(0..run.range.start, BEFORE);
    let mut words = [before, behind(source, run)]
        .into_iter()
        .flat_map(|it| it.split(|c: char| !c.is_ascii_alphanumeric()));
    words
        .any(|word| CAPITALS.contains(&word) || TYPES.contains(&word.to_ascii_lowercase().as_str()))
}

/// Whether the word right before a place is the name of a packet's type.
pub(super) fn is_named(source: Source<'_>, at: usize) -> bool {
    let before = source.tail(0..at, BEFORE).trim_end_matches([' ', ':', '=']);
    let word = before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    CAPITALS.contains(&word) || TYPES.contains(&word.to_ascii_lowercase().as_str())
}

/// Whether what stands before a place in its line names bytes as programs do.
pub(super) fn is_buffer(source: Source<'_>, at: usize) -> bool {
    let before = source.tail(source.line_start(at)..at, BEFORE).to_lowercase();
    BUFFERS.into_iter().any(|name| before.contains(name))
}

/// What stands behind it in its line.
fn behind<'t>(source: Source<'t>, run: &Run) -> &'t str {
    source.head(run.range.end, BEHIND).split('\n').next().unwrap_or_default()
}

/// PINGREQ, PINGRESP and DISCONNECT have two bytes, acknowledgements four.
const FEW: usize = 4;
/// What a number of 64 bits has, and more than an order or a telephone.
const LONGEST_NUMBER: usize = 8;
/// Bytes of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512.
const HASHES: [usize; 6] = [16, 20, 28, 32, 48, 64];
/// A sentence's beginning.
const BEFORE: usize = 80;
const BEHIND: usize = 40;
