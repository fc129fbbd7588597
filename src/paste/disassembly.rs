//! Machine code beside its instructions, as objdump and gdb print it: addresses and bytes as in a dump, and no packets.

use super::source::{Line, Source, blanks};

/// The offset behind the rows of machine code that begin at `at`.
pub(super) fn rows(source: Source<'_>, at: usize) -> Option<usize> {
    let (mut end, mut has_names) = (at, false);
    while end < source.text.len() {
        let line = source.line(end);
        let Some(named) = row(&line) else { break };
        has_names |= named;
        end = line.next;
    }
    has_names.then_some(end)
}

/// Whether a line is an address and machine code, and if it is, whether an instruction stands behind a tab.
fn row(line: &Line<'_>) -> Option<bool> {
    let text = line.text.get(blanks(line.text)..)?;
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits = text.bytes().take(LONGEST).take_while(u8::is_ascii_hexdigit).count();
    let rest = text.get(digits..).filter(|_| digits > 0)?;
    let rest = match rest.strip_prefix(" <") {
        Some(name) => name.split_once('>')?.1,
        None => rest,
    };
    let rest = rest.strip_prefix(':')?;
    let has_tab = rest.starts_with('\t');
    let (code, name) = rest.trim_start().split_once('\t').unwrap_or((rest.trim(), ""));
    let is_code =
        |word: &str| matches!(word.len(), 2 | 4 | 8) && word.bytes().all(|b| b.is_ascii_hexdigit());
    let mut words = code.split_whitespace();
    let is_row = words.next().is_some_and(is_code) && words.all(is_code);
    let is_named = name.starts_with(|c: char| c.is_ascii_lowercase() || "(.<".contains(c));
    (is_row && (is_named || has_tab && name.is_empty())).then_some(is_named)
}

/// Digits of the longest address.
const LONGEST: usize = 16;
