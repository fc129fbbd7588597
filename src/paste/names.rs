//! What looks like hex and is a name or a number: UUIDs, addresses of IPv6, dates, and what the word before
//! it says it is.

use super::head;
use super::source::{Source, is_blank};

/// What the digits behind a word are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    /// A date, if they can be one.
    Date,
    /// A decimal number, if they are decimal digits.
    Number,
    /// A hash, however long.
    Hash,
    /// A number or a name of a few digits.
    Short,
}

/// Words after which digits are no bytes, in small letters. Of several words the last one is the row's.
#[rustfmt::skip]
const WORDS: [(Called, &[&str]); 4] = [
    (Called::Date, &["date", "datum", "fecha", "日期"]),
    // In the heads of frames (tcpdump's `TS val 4003668307 ecr 4003668307`) and in sentences.
    (Called::Number, &["ts val", "ecr", "tsval", "tsecr",
        "timestamp value", "timestamp echo reply", "seq", "ack", "raw", "number", "nr", "no", "invoice", "rechnung", "order", "bestellung",
        "ws", "win", "mss", "len", "length", "size", "count", "total", "packets", "frames", "errors", "dropped", "overruns",
        "phone", "telefon", "tel", "fax", "konto", "account", "iban", "isbn", "zip", "plz"]),
    (Called::Hash, &["md5", "sha", "sha1", "sha224", "sha256", "sha384", "sha512", "crc", "crc16", "crc32",
        "bssid", "mac", "ether", "hwaddr", "lladdr", "hash", "digest", "checksum", "prüfsumme", "fingerprint", "keyid", "commit", "revision", "changeset", "校验"]),
    (Called::Short, &["room", "raum", "zimmer", "serial", "seriennummer", "serial number", "s/n", "sn",
        "model", "modell", "part", "article", "artikel", "product", "vendor", "ticket", "case", "bug",
        "color", "colour", "farbe", "background", "foreground", "border", "fill", "version", "rev",
        "build", "release", "page", "seite", "chapter", "line", "mode", "base", "address", "adresse",
        "addr", "offset", "port", "register", "reg", "range", "mask", "flags", "error", "fehler",
        "code", "key", "fd", "pid", "vid", "uid", "id", "year", "jahr", "unicode", "codepoint",
        "颜色", "房间", "型号", "版本", "地址", "端口", "错误"]),
];

/// What the word right before a place in its line says that the digits there are. No more is looked at,
/// however long the line.
pub(super) fn called(source: Source<'_>, at: usize) -> Option<Called> {
    let near = source.tail(0..at, FAR);
    // Nearly all numbers stand behind numbers.
    let word = near.trim_end_matches([' ', ',', ';', '.', ':']);
    let last = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if last.len() < word.len() && !last.ends_with(char::is_alphabetic) {
        return None;
    }
    let before = near.rsplit('\n').next().unwrap_or_default().to_lowercase();
    let before = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    let last = before.as_bytes().last();
    let is_last = |word: &&str| {
        // Nearly all words are told by their last letter.
        if word.as_bytes().last() != last {
            return false;
        }
        // Words of Chinese have no blanks around them.
        let head = before.strip_suffix(*word);
        head.is_some_and(|it| !word.is_ascii() || !it.ends_with(char::is_alphanumeric))
    };
    WORDS.into_iter().find(|(_, words)| words.iter().any(&is_last)).map(|(called, _)| called)
}

/// Whether a word is one of the table.
pub(super) fn is_word(word: &str) -> bool {
    let word = word.to_lowercase();
    WORDS.into_iter().any(|(_, words)| words.contains(&word.as_str()))
}

/// Length of a name or number at `at`, where its form or the word before it says that it is one.
pub(super) fn len(source: Source<'_>, at: usize) -> Option<usize> {
    let text = source.head(at, FAR);
    uuid(text)
        .or_else(|| ipv6(text))
        .or_else(|| date(source, at, text))
        .or_else(|| number(source, at, text))
        .or_else(|| fraction(source, at, text))
        .or_else(|| memory(source, at, text))
}

/// Whether an address of a program's memory stands at `at`, or what a register holds.
pub(super) fn is_memory(source: Source<'_>, at: usize) -> bool {
    memory(source, at, source.head(at, FAR)).is_some()
}

/// Length of an address of a program's memory, or of what a register holds: words of 32 bits in pairs, as in
/// the backtrace of an ESP32 (`0x400d1f3a:0x3ffb1f50`), or one behind a register's name.
fn memory(source: Source<'_>, at: usize, text: &str) -> Option<usize> {
    let word = |text: &str| {
        let digits = text.strip_prefix("0x")?.bytes().take_while(u8::is_ascii_hexdigit).count();
        matches!(digits, 8 | 16).then(|| digits.saturating_add(2))
    };
    let first = word(text)?;
    let second = text.get(first..)?.strip_prefix(':').and_then(word);
    if let Some(second) = second {
        return Some(first.saturating_add(second).saturating_add(1));
    }
    let before = source.tail(0..at, FAR).trim_end();
    let label = before.strip_suffix([':', '='])?.trim_end();
    let name = label.rsplit(|c: char| !c.is_alphanumeric()).next()?.to_ascii_lowercase();
    let number = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let is_numbered = matches!(name.len().saturating_sub(number.len()), 1)
        && number.parse::<u8>().is_ok_and(|n| n < 32);
    (is_numbered || REGISTERS.contains(&name.as_str())).then_some(first)
}

/// Registers without a number, of ARM, RISC-V and Xtensa.
const REGISTERS: [&str; 16] = [
    "sp", "pc", "lr", "fp", "ra", "gp", "tp", "ip", "ps", "psr", "xpsr", "cpsr", "sar", "excvaddr",
    "mepc", "mtval",
];

/// Whether a UUID stands at `at`.
pub(super) fn is_uuid(source: Source<'_>, at: usize) -> bool {
    uuid(source.head(at, FAR)).is_some()
}

/// Whether a word is a UUID or an address of IPv6.
pub(super) fn is_name(word: &str) -> bool {
    let is_address = word.split(':').count() == 8 && is_ipv6(word);
    uuid(word.get(..FAR).unwrap_or(word)) == Some(word.len()) || is_address
}

/// Whether a word of a line is a UUID or a date: no bytes are grouped as their digits are.
pub(super) fn holds_name(line: &str) -> bool {
    let is_uuid = |word: &str| word.len() <= FAR && uuid(word) == Some(word.len());
    let mut words = line.split(|c: char| is_blank(c) || ",;|\"'`".contains(c));
    line.contains('-') && words.any(|word| is_date(word) || is_uuid(word))
}

/// Whether a word has the groups of a date: `2024-02-20`, `20-02-2024`.
fn is_date(word: &str) -> bool {
    let is_number = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let mut groups = word.split('-').map(|it| if is_number(it) { it.len() } else { 0 });
    let lens = [groups.next(), groups.next(), groups.next(), groups.next()];
    matches!(lens, [Some(4), Some(2), Some(2), None] | [Some(2), Some(2), Some(4), None])
}

/// Whether these are groups of an IPv6 address: up to four digits each, and no blank.
pub(super) fn is_ipv6(text: &str) -> bool {
    let groups = || text.split(':');
    groups().count() <= 8
        && groups().all(|group| group.len() <= 4 && group.bytes().all(|b| b.is_ascii_hexdigit()))
        && groups().any(|group| group.len() > 2)
}

/// Length of a UUID that the text begins with.
fn uuid(text: &str) -> Option<usize> {
    let word = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
    let mut groups = text.get(..word)?.split('-');
    let is_group = |len: usize, group: Option<&str>| {
        group.is_some_and(|it| it.len() == len && it.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    let is_uuid = UUID.into_iter().all(|len| is_group(len, groups.next()));
    (is_uuid && groups.next().is_none()).then_some(word)
}

/// Length of an address of IPv6 that the text begins with, if it has groups that no bytes have.
fn ipv6(text: &str) -> Option<usize> {
    let len = text.find(|c: char| !c.is_ascii_hexdigit() && c != ':').unwrap_or(text.len());
    // Two colons stand for groups of zeros, and between no bytes.
    let word = text.get(..len)?;
    let is_short = word.split(':').all(|group| group.len() <= 4) && word.contains("::");
    if is_short && word.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return Some(len);
    }
    let word = word.trim_end_matches(':');
    let is_group = |group: &str| group.len() <= 4;
    let is_odd = |group: &str| matches!(group.len(), 0 | 1 | 3);
    let count = word.split(':').count();
    let is_address = (4..=8).contains(&count)
        && word.split(':').all(is_group)
        && word.split(':').any(is_odd)
        && word.split(':').any(|group| group.len() > 2);
    is_address.then_some(word.len())
}

/// Length of a date that the text begins with, or of eight digits that are called one.
fn date(source: Source<'_>, at: usize, text: &str) -> Option<usize> {
    let len = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
    let word = text.get(..len)?;
    let is_dated = || called(source, at) == Some(Called::Date);
    (is_date(word) || head::is_date(word) && is_dated()).then_some(len)
}

/// Length of the digits behind a decimal point, and of an exponent's mark.
fn fraction(source: Source<'_>, at: usize, text: &str) -> Option<usize> {
    let before = source.tail(0..at, 2);
    let is_point = before.len() == 2
        && before.ends_with('.')
        && before.starts_with(|c: char| c.is_ascii_digit());
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let behind = text.get(digits..)?;
    let has_exponent = behind.starts_with(['e', 'E'])
        && !behind.get(1..)?.starts_with(|c: char| c.is_ascii_hexdigit());
    let len = digits.saturating_add(usize::from(has_exponent));
    (is_point && digits > 0 && !text.get(len..)?.starts_with(char::is_alphanumeric)).then_some(len)
}

/// Length of decimal digits that are called a number, or of hex that is called a hash.
fn number(source: Source<'_>, at: usize, text: &str) -> Option<usize> {
    let whole = source.from(at);
    let len = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let ends =
        |len: usize| !whole.get(len..).is_some_and(|it| it.starts_with(char::is_alphanumeric));
    let is_hex = |b: &u8| b.is_ascii_hexdigit() || *b == b':';
    let hex = || whole.bytes().take(LONGEST_HASH).take_while(is_hex).count();
    let is_number = len > 0 && ends(len);
    if is_number && len > 2 && is_counted(whole.get(len..).unwrap_or_default()) {
        return Some(len);
    }
    if !is_number && !text.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    match called(source, at)? {
        // One or two digits are a byte, too: "I get no 20 02 00 00 back".
        Called::Number if is_number && len > 2 => Some(len),
        Called::Hash => Some(hex()).filter(|len| *len > 2 && ends(*len)),
        _ => None,
    }
}

/// Whether what stands behind a number is what it counts, or the same number in words, as in `(19.0 MiB)`.
fn is_counted(behind: &str) -> bool {
    let Some(behind) = behind.strip_prefix(' ') else { return false };
    let word = behind.bytes().take(LONGEST_UNIT).take_while(u8::is_ascii_alphanumeric).count();
    let unit = behind.get(..word).unwrap_or_default().to_ascii_lowercase();
    let is_again = || {
        let inside = behind.strip_prefix('(').unwrap_or_default();
        let digits = inside
            .bytes()
            .take(LONGEST_UNIT)
            .take_while(|b| b.is_ascii_digit() || *b == b'.')
            .count();
        digits > 0 && inside.get(digits..).is_some_and(|it| it.starts_with(' '))
    };
    UNITS.contains(&unit.as_str()) || is_again()
}

/// What numbers count, in small letters.
const UNITS: [&str; 21] = [
    "bytes", "octets", "packets", "frames", "messages", "errors", "times", "b", "kb", "kib", "mb",
    "mib", "gb", "gib", "ms", "us", "ns", "s", "sec", "seconds", "pieces",
];
const LONGEST_UNIT: usize = 10;

/// Digits of the groups of a UUID.
const UUID: [usize; 5] = [8, 4, 4, 4, 12];
/// A UUID with what shows that it ends.
const FAR: usize = 40;
/// SHA-512 has so many digits, with colons between them.
const LONGEST_HASH: usize = 192;
