//! Filters made by chance, from the fields and the values of a capture.

use mqttscope::filter::{FieldRow, Type, Value};
use std::collections::BTreeMap;

/// Numbers that look like chance and are the same in each run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below `n`.
    pub(crate) fn roll(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

/// What a capture has of each field.
pub(crate) type Known = BTreeMap<&'static str, Seen>;

/// A field that a capture has.
pub(crate) struct Seen {
    pub(crate) row: &'static FieldRow,
    /// Whether tshark reckons with it: a flag has no bits.
    pub(crate) is_number: bool,
    pub(crate) values: Vec<Value<'static>>,
}

/// A filter of one to four tests. Without `commas`, which part filters where many are given.
pub(crate) fn filter(dice: &mut Dice, known: &Known, commas: bool) -> String {
    let mut text = test(dice, known, commas);
    for _ in 0..[0, 0, 1, 1, 2, 3][dice.roll(6)] {
        let other = test(dice, known, commas);
        let joined = dice.pick(&["&&", "||", "and", "or"]);
        text = match dice.roll(4) {
            0 => format!("({text}) {joined} {other}"),
            1 => format!("!({text}) {joined} ({other})"),
            _ => format!("{text} {joined} {other}"),
        };
    }
    text
}

fn test(dice: &mut Dice, known: &Known, commas: bool) -> String {
    let keys: Vec<_> = known.keys().copied().collect();
    // Half of the tests are on the packets, not on what carried them.
    let key = *dice.pick(&keys);
    let key = if dice.roll(2) == 0 || key.starts_with("mqtt") { key } else { *dice.pick(&keys) };
    let Seen { row, is_number, values } = &known[key];
    let value = dice.pick(values);
    let text = match (row.kind, value) {
        (Type::Number, Value::Number(n)) if !is_number => format!("{key} == {}", n & 1),
        _ if dice.roll(8) == 0 => key.to_owned(),
        (Type::Presence, _) => key.to_owned(),
        (Type::Flag, Value::Number(n)) => format!("{key} {} {n}", dice.pick(&EQUALITY)),
        (Type::Number, Value::Number(n)) => number(dice, key, *n, commas),
        (Type::Duration, Value::Number(n)) => {
            let seconds = format!("{}.{:09}", n / 1_000_000_000, n % 1_000_000_000);
            format!("{key} {} {seconds}", dice.pick(&ORDER))
        }
        (Type::Ipv4 | Type::Ipv6, Value::Address(address)) => {
            let bits = [8, 16, 31][dice.roll(3)];
            match dice.roll(if address.is_ipv4() { 6 } else { 3 }) {
                0 => format!("{key} == {address}/{bits}"),
                3 => format!("{key}[0:2] {} 7f:00", dice.pick(&EQUALITY)),
                4 => format!("{key} & 255.0.0.255 {} 127.0.0.1", dice.pick(&EQUALITY)),
                5 => format!("{key} & 0.0.0.{}", 1 << dice.roll(8)),
                _ => format!("{key} {} {address}", dice.pick(&EQUALITY)),
            }
        }
        (Type::Text, Value::Text(text)) => string(dice, key, text, commas),
        (_, Value::Text(bytes) | Value::Bytes(bytes)) => some_bytes(dice, key, bytes),
        _ => key.to_owned(),
    };
    if dice.roll(6) == 0 { format!("not {text}") } else { text }
}

const EQUALITY: [&str; 8] = ["==", "!=", "===", "!==", "eq", "ne", "==", "=="];
const ORDER: [&str; 6] = ["<", "<=", ">", ">=", "gt", "le"];

fn number(dice: &mut Dice, key: &str, n: i128, commas: bool) -> String {
    let near = (n + [0, 0, 0, 1, -1][dice.roll(5)]).max(0);
    let quantifier = dice.pick(&["", "", "any ", "all "]);
    match dice.roll(9) {
        8 => {
            let by = 1 + dice.roll(5) as i128;
            // tshark takes no number that the field cannot be, and its sums are as wide as the field.
            let is_small = n < 40 && ["mqtt.len", "mqtt.msgid", "mqtt.kalive"].contains(&key);
            let all = [("/", n / by), ("%", n % by), ("+", n + by), ("*", n * by)];
            let (sign, wanted) = all[dice.roll(if is_small { 4 } else { 2 })];
            let rank = dice.pick(&["", " + 2 * 3 - 6", " & 0xff"]);
            format!("{key} {sign} {by}{rank} {} {wanted}", dice.pick(&ORDER))
        }
        0 => format!("{quantifier}{key} in {{{}..{}}}", (near - 2).max(0), near + 1),
        1 => format!("{key} & {}", [1, 2, 4, 8, 0x30][dice.roll(5)]),
        2 => format!("{}({key}) {} {near}", dice.pick(&["max", "min"]), dice.pick(&ORDER)),
        3 => format!("count({key}) {} {}", dice.pick(&["==", ">", "<"]), dice.roll(3)),
        4 if commas => format!("{key} in {{{n}, {near}, 77}}"),
        4 => format!("{key} not in {{{near}}}"),
        5 => format!("{quantifier}{key} {} {near}", dice.pick(&ORDER)),
        _ => format!("{quantifier}{key} {} {near:#x}", dice.pick(&EQUALITY)),
    }
}

/// What can stand in quotes in any shell and any list.
fn plain(text: &[u8]) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || "/-_ .$+#".contains(*c);
    String::from_utf8_lossy(text).chars().take_while(is_plain).take(40).collect()
}

fn string(dice: &mut Dice, key: &str, text: &[u8], commas: bool) -> String {
    let whole = plain(text);
    let from = dice.roll(whole.len() + 1);
    let part = &whole[from..whole.len().min(from + 1 + dice.roll(4))];
    let quantifier = dice.pick(&["", "", "any ", "all "]);
    match dice.roll(9) {
        0 if !part.is_empty() => format!("{quantifier}{key} contains \"{part}\""),
        1 if !part.is_empty() => {
            let word: String = part.chars().filter(char::is_ascii_alphanumeric).collect();
            let word = if word.is_empty() { "a" } else { &word };
            let pattern = dice.pick(&["^X", "X$", "X.", "[X]", "(?-i)X", "X+", "Xq?"]);
            format!("{key} matches \"{}\"", pattern.replace('X', word))
        }
        2 if !text.is_empty() => slice(dice, key, text),
        3 => format!("len({key}) {} {}", dice.pick(&ORDER), text.len()),
        4 if dice.roll(8) == 0 => format!("{key} contains \"\""),
        4 => format!("lower({key}) == \"{}\"", whole.to_lowercase()),
        5 if !part.is_empty() => format!("upper({key}) contains \"{}\"", part.to_uppercase()),
        6 if commas => format!("{key} in {{\"{whole}\", \"x\"}}"),
        6 => format!(
            "{key} in {{\"{}\"..\"{}\"}}",
            whole.as_str().min(part),
            whole.as_str().max(part)
        ),
        7 => format!("{quantifier}{key} {} \"{whole}\"", dice.pick(&ORDER)),
        _ => format!("{quantifier}{key} {} \"{whole}\"", dice.pick(&EQUALITY)),
    }
}

fn some_bytes(dice: &mut Dice, key: &str, bytes: &[u8]) -> String {
    let shown = |bytes: &[u8]| {
        let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        digits.join(":")
    };
    let from = dice.roll(bytes.len().max(1)).min(bytes.len());
    let some = &bytes[from..bytes.len().min(from + 3)];
    match dice.roll(4) {
        _ if some.len() < 2 => format!("len({key}) {} {}", dice.pick(&ORDER), bytes.len()),
        0 => slice(dice, key, bytes),
        1 if dice.roll(8) == 0 => format!("{key} contains \"\""),
        2 if key == "mqtt.msg" && dice.roll(4) == 0 => {
            format!("{key} & {} == {}", shown(some), shown(some))
        }
        1 => format!("{key} contains {}", shown(some)),
        2 => format!("{key} {} {}", dice.pick(&ORDER), shown(some)),
        _ if bytes.len() < 100 => format!("{key} {} {}", dice.pick(&EQUALITY), shown(bytes)),
        _ => format!("len({key}) == {}", bytes.len()),
    }
}

fn slice(dice: &mut Dice, key: &str, bytes: &[u8]) -> String {
    let at = dice.roll(bytes.len());
    let len = 2 + dice.roll(2);
    let Some(cut) = bytes.get(at..at + len) else {
        // It ends behind the field, or begins there: nothing is left to compare.
        let at = at + dice.roll(2) * bytes.len();
        return match dice.roll(3) {
            0 => format!("{key}[{at}:{len}]"),
            1 => format!("{key}[{at}:{len}] == \"\""),
            _ => format!("{key}[{at}:{len}] {} 41:42", dice.pick(&["!=", "<", "!==", "==", ">"])),
        };
    };
    let shown: Vec<_> = cut.iter().map(|byte| format!("{byte:02x}")).collect();
    let shown = shown.join(":");
    let behind = bytes.len() - at;
    match dice.roll(4) {
        0 => format!("{key}[{at}-{}] == {shown}", at + len - 1),
        1 if behind > len => format!("{key}[-{behind}:{len}] == {shown}"),
        2 if at == 0 => format!("{key}[:{len}] == {shown}"),
        _ => format!("{key}[{at}:{len}] {} {shown}", dice.pick(&["==", "===", ">"])),
    }
}
