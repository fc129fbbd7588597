//! From words to rows.

use super::items::{Item, all};
use super::{codes, facts};
use crate::spec::mosquitto::error::ERRORS;
use crate::spec::reason::ReasonInfo;
use crate::spec::{PacketType, PropertyId};
use crate::text::distance;

/// Rows that merely hold the word are shown up to this number; beyond, only their names.
const MAX_HOLDING: usize = 6;
/// Names that are offered for a word that no table has.
const MAX_NEAR: usize = 6;
/// Codes that are offered for a number that no table has.
const MAX_NEAR_CODES: usize = 3;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// Rows.
    Rows(Vec<Item>),
    /// No row; names that are like it, the nearest first.
    Near(Vec<String>),
}

/// The rows for these words: all of them as one name, or a code with a packet type, or each word by
/// itself.
#[must_use]
pub fn find(words: &[String]) -> Vec<(String, Found)> {
    let whole = words.join(" ");
    let all = all();
    let found = of_phrase(&whole, &all);
    if matches!(found, Found::Rows(_)) {
        return vec![(whole, found)];
    }
    if let Some(found) = code_in_packet(&whole).or_else(|| code_alone(&whole)) {
        return vec![(whole, found)];
    }
    if words.len() < 2 {
        return vec![(whole, found)];
    }
    let each: Vec<_> = words.iter().map(|word| (word.clone(), of_phrase(word, &all))).collect();
    // Where no word means anything the phrase is what was meant.
    if each.iter().all(|(_, found)| matches!(found, Found::Near(_))) {
        return vec![(whole, found)];
    }
    each
}

/// `0x97 PUBACK`, `CONNACK 5`, `DISCONNECT keep alive timeout`, `SUBACK (rc128)`: a packet type and
/// one of its codes, by number or name, in any order. A packet type with something that is none of
/// its codes: the codes that it has.
fn code_in_packet(phrase: &str) -> Option<Found> {
    let (first, behind) = phrase.trim().split_once(char::is_whitespace)?;
    let (before, last) = phrase.trim().rsplit_once(char::is_whitespace)?;
    let kind = |name: &str| PacketType::from_name(name);
    let own = |kind: PacketType| codes::all().filter(move |row| row.packet == kind);
    let (kind, code) = kind(first)
        .map(|kind| (kind, behind))
        .or_else(|| Some((kind(last)?, before)))
        .filter(|(kind, _)| own(*kind).next().is_some())?;
    let (number, name) = (code_number(code), plain(code));
    // The names of 3.x say "Connection Refused" before what 5.0 calls the same.
    let is_named = |row: &&ReasonInfo| name.len() > 2 && plain(row.name).contains(&name);
    let is_it = |row: &&ReasonInfo| number == Some(row.code) || is_named(row);
    let mut codes: Vec<u8> = own(kind).filter(is_it).map(|row| row.code).collect();
    codes.dedup();
    if !codes.is_empty() {
        return Some(Found::Rows(codes.into_iter().map(|it| Item::Code(it, Some(kind))).collect()));
    }
    // Words that are no code may be something else.
    number?;
    let names = own(kind).map(|row| format!("{kind} 0x{:02x} {}", row.code, row.name));
    Some(Found::Near(names.collect()))
}

/// `rc5`, `rc=5`, `RC: 5`, `return code 5`: a code of any packet, and what libraries of clients call so.
fn code_alone(phrase: &str) -> Option<Found> {
    let start = phrase.trim().to_ascii_lowercase();
    let start = start.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let is_named = CODE_WORDS.iter().any(|word| start.starts_with(word));
    let number = code_number(phrase).filter(|_| is_named)?;
    let code = codes::rows(number, None).next().map(|_| Item::Code(number, None));
    let error = ERRORS.iter().any(|row| row.number == number).then_some(Item::Error(number));
    let rows: Vec<Item> = code.into_iter().chain(error).collect();
    (!rows.is_empty()).then_some(Found::Rows(rows))
}

/// What people and logs write before a code.
const CODE_WORDS: [&str; 4] = ["reason code", "return code", "code", "rc"];

/// A code as people and logs write it: `0x8d`, `141`, `8d`, `rc141`, `RC:141`, `(rc135)`.
fn code_number(text: &str) -> Option<u8> {
    let text = text.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_ascii_lowercase();
    let bare = CODE_WORDS.iter();
    let bare = bare.filter_map(|word| text.strip_prefix(word)).next().unwrap_or(&text);
    let bare = bare.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let is_hex = bare.len() == 2 && bare.bytes().any(|byte| byte.is_ascii_alphabetic());
    number(bare).or_else(|| u8::from_str_radix(bare, 16).ok().filter(|_| is_hex))
}

fn of_phrase(phrase: &str, all: &[(Vec<String>, Item)]) -> Found {
    let phrase = phrase.trim().trim_start_matches('[').trim_end_matches(']');
    let mut rows = numbered(phrase);
    let key = plain(phrase);
    let is = |name: &String| plain(name) == key;
    let own = all.iter().filter(|(names, _)| names.iter().any(is)).map(|row| row.1.clone());
    rows.extend(own);
    rows.extend(section(phrase));
    if rows.is_empty() && key.len() > 2 {
        let holding = all.iter().filter(|(names, _)| names.iter().any(|n| plain(n).contains(&key)));
        let holding: Vec<&(Vec<String>, Item)> = holding.collect();
        if holding.len() > MAX_HOLDING {
            return Found::Near(
                holding.into_iter().filter_map(|row| row.0.first().cloned()).collect(),
            );
        }
        rows.extend(holding.into_iter().map(|row| row.1.clone()));
    }
    if !rows.is_empty() {
        return Found::Rows(rows);
    }
    let names = number(phrase).map(near_code).filter(|_| phrase.len() > 2);
    Found::Near(names.unwrap_or_else(|| near(&key, all)))
}

/// The codes whose numbers are next to one that no code has.
fn near_code(number: u8) -> Vec<String> {
    let mut codes: Vec<u8> = codes::all().map(|row| row.code).collect();
    codes.sort_unstable_by_key(|code| (code.abs_diff(number), *code));
    codes.dedup();
    codes.into_iter().take(MAX_NEAR_CODES).map(|code| codes::title(code, None)).collect()
}

/// What a number may be: a code, the identifier of a property, and in decimal a packet type.
fn numbered(phrase: &str) -> Vec<Item> {
    let Some(number) = number(phrase) else { return Vec::new() };
    let is_decimal = !phrase.starts_with("0x") && !phrase.starts_with("0X");
    let code = codes::rows(number, None).next().map(|_| Item::Code(number, None));
    let id = PropertyId(number.into());
    let property = id.info().map(|_| Item::Property(id));
    let kind = (is_decimal && number < 16).then_some(Item::Packet(PacketType(number)));
    code.into_iter().chain(property).chain(kind).collect()
}

fn number(text: &str) -> Option<u8> {
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    hex.map_or_else(|| text.parse().ok(), |digits| u8::from_str_radix(digits, 16).ok())
}

/// `3.1.2.10`, also with the word or the sign before it.
fn section(phrase: &str) -> Option<Item> {
    let bare = phrase.trim_start_matches("section").trim_start_matches('§').trim();
    let is_number = bare.contains('.') && bare.split('.').all(|part| part.parse::<u8>().is_ok());
    let item = Item::Section(bare.to_owned());
    (is_number && !facts(&item).is_empty()).then_some(item)
}

/// A name without what people write differently: case, blanks, dashes, underscores.
fn plain(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric() || *c == '.');
    kept.flat_map(char::to_lowercase).collect()
}

fn near(key: &str, all: &[(Vec<String>, Item)]) -> Vec<String> {
    let names = all.iter().flat_map(|(names, _)| names.iter());
    let far = names.filter_map(|name| Some((distance(key, &plain(name))?, name)));
    let limit = key.chars().count().div_ceil(2).max(2);
    let mut far: Vec<(usize, &String)> = far.filter(|(far, _)| *far <= limit).collect();
    far.sort();
    far.dedup_by(|a, b| a.1 == b.1);
    far.into_iter().take(MAX_NEAR).map(|(_, name)| name.clone()).collect()
}
