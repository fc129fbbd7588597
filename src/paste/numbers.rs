//! `od` with numbers that are not hex: `od -t u1`, `od -t d1`, `od -b`. Their columns are of one
//! width, and each number ends where its column does.

use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Line, Source, Taken};

/// Reads the dump that begins at `at` with the address 0.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let mut fields: Vec<Field<'_>> = Vec::new();
    let mut end = at;
    while end < source.text.len() {
        let line = source.line(end);
        let due = u64::try_from(fields.len()).ok()?;
        let Some((_, numbers)) = split(&line).filter(|(address, _)| *address == due) else {
            break;
        };
        let Some(more) = columns(numbers, &line, fields.first().map(|field| field.width)) else {
            break;
        };
        end = line.next;
        let is_last = more.is_empty();
        fields.extend(more);
        if is_last {
            break;
        }
    }
    let mut run = Run::new(row, Class::Sure, at..at);
    let octal = fields.iter().all(|field| field.text.len() == 3)
        && fields.iter().any(|field| field.text.starts_with('0'));
    for field in &fields {
        run.data.push(field.byte(octal)?, field.at, field.text.len());
    }
    run.range =
        fields.first()?.at..fields.last().map(|last| last.at.saturating_add(last.text.len()))?;
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// One number, and the width of its column.
struct Field<'t> {
    text: &'t str,
    at: usize,
    width: usize,
}

impl Field<'_> {
    fn byte(&self, octal: bool) -> Option<u8> {
        let is_padded = self.text.len() > 1 && self.text.starts_with('0');
        match (octal, self.text.starts_with('-')) {
            (true, _) => u8::from_str_radix(self.text, 8).ok(),
            (false, true) => self.text.parse().ok().map(i8::cast_unsigned),
            (false, false) => self.text.parse().ok().filter(|_| !is_padded),
        }
    }
}

/// The address, in octal digits, and what stands behind it.
fn split<'t>(line: &Line<'t>) -> Option<(u64, &'t str)> {
    let (address, numbers) = line.text.split_at_checked(ADDRESS)?;
    Some((u64::from_str_radix(address, 8).ok()?, numbers.trim_end()))
}

/// The numbers of a line in columns of `width`, or of the first that fits.
fn columns<'t>(numbers: &'t str, line: &Line<'t>, width: Option<usize>) -> Option<Vec<Field<'t>>> {
    WIDTHS.into_iter().filter(|n| width.is_none_or(|width| width == *n)).find_map(|width| {
        let count = numbers.len().checked_div(width)?;
        let whole = count.checked_mul(width) == Some(numbers.len());
        let fields = (0..count).map(|n| {
            let start = n.checked_mul(width)?;
            let column = numbers.get(start..start.checked_add(width)?)?;
            let text = column.trim_start_matches(' ');
            let at = line.start.checked_add(ADDRESS)?.checked_add(start)?;
            let blanks = column.len().checked_sub(text.len()).filter(|blanks| *blanks > 0)?;
            let is_number =
                text.strip_prefix('-').unwrap_or(text).bytes().all(|b| b.is_ascii_digit());
            (is_number && text.ends_with(|c: char| c.is_ascii_digit())).then_some(Field {
                text,
                at: at.checked_add(blanks)?,
                width,
            })
        });
        fields.collect::<Option<Vec<_>>>().filter(|_| whole)
    })
}

/// Digits of an address.
const ADDRESS: usize = 7;
/// Columns of unsigned and octal numbers, and of signed ones.
const WIDTHS: [usize; 2] = [4, 5];
