//! `od -c`: characters, escapes of C and octal digits, in columns of four.

use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Source, Taken};

/// Digits of an address, which are octal.
const ADDRESS: usize = 7;
/// Width of a column.
const WIDTH: usize = 4;
/// Bytes of a line.
const LINE: usize = 16;
/// What is printed for bytes that C has an escape for.
const ESCAPES: [(&str, u8); 9] = [
    ("\\0", 0),
    ("\\a", 7),
    ("\\b", 8),
    ("\\t", 9),
    ("\\n", 10),
    ("\\v", 11),
    ("\\f", 12),
    ("\\r", 13),
    ("\\\\", b'\\'),
];

/// Reads the dump that begins at `at` with the address 0.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let mut run = Run::new(row, Class::Sure, at..at);
    let (mut end, mut first) = (at, None);
    while end < source.text.len() {
        let line = source.line(end);
        let Some((address, columns)) = line.text.split_at_checked(ADDRESS) else { break };
        let Some(address) = usize::from_str_radix(address, 8).ok() else { break };
        // A blank is a column of blanks, which what copied the text may have cut off.
        let Some(cut) = address.checked_sub(run.data.len()) else { break };
        if cut > LINE || (cut > 0 && first.is_none()) {
            break;
        }
        (0..cut).for_each(|_| run.data.push(b' ', end, 1));
        let start = line.start.saturating_add(ADDRESS);
        for n in 0..columns.len().div_ceil(WIDTH).min(LINE) {
            let from = n.saturating_mul(WIDTH);
            let column = columns.get(from..from.saturating_add(WIDTH).min(columns.len()))?;
            let text = column.trim_start_matches(' ');
            let blanks = column.len().saturating_sub(text.len());
            let place = start.saturating_add(from).saturating_add(blanks);
            run.data.push(byte(column, text)?, place, text.len().max(1));
            first.get_or_insert(place);
        }
        end = line.next;
        if columns.is_empty() && cut == 0 {
            break;
        }
    }
    // Numbers alone are what `od -b` prints.
    let is_text = run.data.bytes.iter().any(u8::is_ascii_graphic);
    run.range = first?..end;
    is_text.then(|| Taken { runs: vec![run], end, modem: 0 })
}

/// The byte of a column.
fn byte(column: &str, text: &str) -> Option<u8> {
    match text.as_bytes() {
        [] => (column.len() == WIDTH).then_some(b' '),
        [sign] => Some(*sign),
        [_, _, _] => u8::from_str_radix(text, 8).ok(),
        _ => ESCAPES.iter().find(|(escape, _)| *escape == text).map(|(_, byte)| *byte),
    }
}
