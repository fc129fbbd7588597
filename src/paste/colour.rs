//! What a terminal does not show: the marks of colours, and control characters that no text has. Blanks of the same
//! length stand for them while the text is read, so that all places stay what they are.

/// The text without what is not shown; nothing where all of it is.
pub(super) fn hidden(text: &str) -> Option<String> {
    let first = text.bytes().position(is_hidden)?;
    let mut shown = String::with_capacity(text.len());
    let mut at = first;
    shown.push_str(text.get(..first)?);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let len = mark(rest);
        shown.extend(std::iter::repeat_n(' ', len));
        let behind = rest.get(len..)?;
        let next = behind.bytes().position(is_hidden).unwrap_or(behind.len());
        shown.push_str(behind.get(..next)?);
        at = at.saturating_add(len).saturating_add(next);
    }
    Some(shown)
}

/// Length of the mark at the beginning: an escape with its numbers and its letter (ECMA-48, 5.4), or a control
/// character alone.
fn mark(text: &str) -> usize {
    let Some(numbers) = text.strip_prefix("\u{1b}[") else { return 1 };
    let is_number = |b: &u8| b.is_ascii_digit() || *b == b';';
    let len = numbers.bytes().take(LONGEST).take_while(is_number).count();
    let ends = numbers.as_bytes().get(len).is_some_and(u8::is_ascii_alphabetic);
    if ends { len.saturating_add(MARKS) } else { 1 }
}

const fn is_hidden(byte: u8) -> bool {
    is_control(byte) || byte == ESCAPE
}

/// Whether a byte is a control character that no text needs: no blank, no line break and no escape.
pub(super) const fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 14..=26 | 28..=31)
}

const ESCAPE: u8 = 0x1b;
/// The escape, its bracket and its letter.
const MARKS: usize = 3;
/// Numbers of three colours.
const LONGEST: usize = 40;
