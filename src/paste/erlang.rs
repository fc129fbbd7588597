//! Erlang's and Elixir's binaries: `<<16,14,0,4,"MQTT",16#04>>`.

use super::context::Context;
use super::escape;
use super::literal::Mistyped;
use super::mistake::MistakeKind;
use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Source, Taken};

/// Reads up to the closing `>>`.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    source.from(at).strip_prefix("<<")?;
    let mut run = Run::new(row, Class::Code, at..at);
    let mut at = source.skip_space(at.saturating_add(2));
    loop {
        let rest = source.from(at);
        if rest.starts_with(">>") {
            at = at.saturating_add(2);
            break;
        }
        let len = rest.find([',', '>', '\n', '"', '<']).unwrap_or(rest.len());
        if rest.starts_with('"') {
            at = escape::string(source, at, '"', &mut run)?;
            at = at.saturating_add(if source.from(at).starts_with("/utf8") { 5 } else { 0 });
        } else {
            let element = rest.get(..len)?.trim_end();
            let byte = number(element).filter(|_| element.len() <= LONGEST);
            match byte {
                Some(value) => match u8::try_from(value) {
                    Ok(byte) => run.data.push(byte, at, element.len()),
                    Err(_) => run.slip(
                        at..at.saturating_add(element.len()),
                        MistakeKind::TooBig { number: element.to_owned() },
                        1,
                    ),
                },
                None if element.starts_with("...") => {
                    run.slip(at..at.saturating_add(3), MistakeKind::LeftOut { count: None }, 0)
                }
                None => {
                    let (prefix, mistyped) = mistyped(element)?;
                    mistyped.tell(at.saturating_add(prefix), &mut run);
                }
            }
            at = at.saturating_add(element.len());
        }
        at = source.skip_space(at);
        match source.byte(at) {
            Some(b',') => at = source.skip_space(at.saturating_add(1)),
            Some(b'>') => {}
            _ => return None,
        }
    }
    run.range.end = at;
    Context::of(source, &run.range).tell(&mut run);
    (!run.data.bytes.is_empty()).then(|| Taken { runs: vec![run], end: at, modem: 0 })
}

/// `16`, `16#10`, `0x10`, each perhaps with a size of eight bits.
fn number(element: &str) -> Option<u32> {
    let element = element.strip_suffix(":8").unwrap_or(element);
    let hex = element.strip_prefix("16#").or_else(|| element.strip_prefix("0x"));
    match hex {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => element.parse().ok(),
    }
}

/// An element in which one character is no digit, at its place in the element.
fn mistyped(element: &str) -> Option<(usize, Mistyped)> {
    let digits = element.strip_suffix(":8").unwrap_or(element);
    let hex = ["16#", "0x"].into_iter().find_map(|p| digits.strip_prefix(p));
    let mistyped = Mistyped::one(hex.unwrap_or(digits), if hex.is_some() { 16 } else { 10 })?;
    // A letter alone is a variable's name, unless it looks like a number.
    if digits.len() == 1 && mistyped.value.is_none() {
        return None;
    }
    Some((digits.len().saturating_sub(hex.unwrap_or(digits).len()), mistyped))
}

const LONGEST: usize = 24;
