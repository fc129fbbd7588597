//! The tags of a page that was copied with its source: `<span class="mi">0x10</span>`, `<br>`, and its names of signs:
//! `&nbsp;`. Blanks of the same length stand for them while the text is read.

use super::address::Address;
use super::escape;
use super::frame;
use super::shown::Shown;
use super::source::{FILLER, Line, Source};

/// Tags that mark what stands between them, and those that end a line.
#[rustfmt::skip]
const MARKS: [&str; 20] = [
    "a", "b", "code", "em", "font", "i", "kbd", "mark", "s", "samp", "small", "span", "strong", "sub", "sup", "td",
    "th", "tt", "u", "var",
];
#[rustfmt::skip]
const BREAKS: [&str; 16] = [
    "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "li", "ol", "p", "pre", "table", "tr", "ul",
];

/// Names that the source of a page has for signs.
#[rustfmt::skip]
const SIGNS: [(&str, u8); 9] = [
    ("&nbsp;", b' '), ("&#160;", b' '), ("&#xa0;", b' '), ("&lt;", b'<'), ("&gt;", b'>'), ("&amp;", b'&'),
    ("&quot;", b'"'), ("&#34;", b'"'), ("&#39;", b'\''),
];

/// The text without its tags; nothing where there are none.
pub(super) fn hidden(text: &str) -> Option<String> {
    without(text, false)
}

/// As [`hidden`], with line breaks for the tags in the middle of a line that end one.
pub(super) fn broken(text: &str) -> Option<String> {
    without(text, true)
}

fn without(text: &str, breaks: bool) -> Option<String> {
    let source = Source { text };
    let mut shown = Shown::of(text);
    let mut at = 0;
    while at < text.len() {
        let line = source.line(at);
        at = line.next;
        for mark in marks(source, &line) {
            let range = line.start.saturating_add(mark.start)..line.start.saturating_add(mark.end);
            let place = shown.part(range);
            place.fill(FILLER);
            let has_both = || {
                let (before, behind) = line.text.split_at_checked(mark.end).unwrap_or_default();
                !before.get(..mark.start).unwrap_or_default().trim().is_empty()
                    && !behind.trim().is_empty()
            };
            match mark.shows {
                Shows::Nothing => {}
                Shows::Break if breaks && has_both() => {
                    place.iter_mut().take(1).for_each(|b| *b = b'\n');
                }
                Shows::Break => {}
                Shows::Sign(byte) => {
                    // What is shown of it stands beside what it opens or closes.
                    let before = line.text.get(..mark.start).unwrap_or_default();
                    let closes = byte == b'>' || before.ends_with(char::is_alphanumeric);
                    let at = if closes { 0 } else { place.len().saturating_sub(1) };
                    place.iter_mut().skip(at).take(1).for_each(|b| *b = byte);
                }
            }
        }
    }
    shown.changed()
}

/// Where a tag or the name of a sign stands in its line.
struct Mark {
    start: usize,
    end: usize,
    shows: Shows,
}

/// What a page shows where a mark stands in its source.
#[derive(Clone, Copy)]
enum Shows {
    Nothing,
    Break,
    Sign(u8),
}

/// The marks of a line. Those inside of a string, among escapes and beside a dump's row are bytes.
fn marks(source: Source<'_>, line: &Line<'_>) -> Vec<Mark> {
    let mut marks = Vec::new();
    if !line.text.contains(['<', '&']) {
        return marks;
    }
    if Address::of(line).is_some() {
        return behind_row(source, line).into_iter().collect();
    }
    let mut at = 0;
    let mut quote = None;
    while let Some((n, c)) =
        line.text.get(at..).and_then(|it| it.char_indices().find(|(_, c)| "<&\"\\".contains(*c)))
    {
        let start = at.saturating_add(n);
        at = start.saturating_add(1);
        match c {
            '\\' if quote.is_none() => {
                marks.extend(behind_escapes(line.text, start));
                return marks;
            }
            '\\' => at = at.saturating_add(1),
            '"' if quote == Some(c) => quote = None,
            '"' => quote = quote.or(Some(c)),
            _ if quote.is_some() => {}
            _ => {
                let rest = line.text.get(start..).unwrap_or_default();
                if let Some((len, shows)) = tag(rest).or_else(|| name(rest)) {
                    at = start.saturating_add(len);
                    marks.push(Mark { start, end: at, shows });
                }
            }
        }
    }
    marks
}

/// The tag at the end of a dump's row, where a line beside it ends with the same: characters differ.
fn behind_row(source: Source<'_>, line: &Line<'_>) -> Option<Mark> {
    let mark = last(line.text.trim_end()).filter(|it| matches!(it.shows, Shows::Break))?;
    let text = line.text.get(mark.start..mark.end)?;
    let above = source.line_before(line.start);
    let below = (line.next < source.text.len()).then(|| source.line(line.next));
    let mut beside = [above, below].into_iter().flatten();
    beside.any(|it| it.text.trim_end().ends_with(text)).then_some(mark)
}

/// The tags at the end of a line whose escapes begin at `from`, if those before them are whole packets.
fn behind_escapes(line: &str, from: usize) -> Vec<Mark> {
    let mut end = line.len();
    let mut marks = Vec::new();
    while let Some(mark) = line.get(..end).and_then(|it| last(it.trim_end())) {
        end = mark.start.max(from);
        marks.push(mark);
    }
    marks.reverse();
    if escape::bytes(line, from..end).is_some_and(|it| frame::strict(&it)) {
        marks
    } else {
        Vec::new()
    }
}

/// The mark that a text ends with.
fn last(text: &str) -> Option<Mark> {
    let start = text.rfind(['<', '&'])?;
    let rest = text.get(start..)?;
    let (len, shows) = tag(rest).or_else(|| name(rest))?;
    let end = start.saturating_add(len);
    (end == text.len()).then_some(Mark { start, end, shows })
}

/// Length of the name of a sign at the beginning, and the sign.
fn name(text: &str) -> Option<(usize, Shows)> {
    let (name, sign) = SIGNS.iter().find(|(name, _)| text.starts_with(*name))?;
    Some((name.len(), Shows::Sign(*sign)))
}

/// Length of the tag at the beginning, and what it shows.
fn tag(text: &str) -> Option<(usize, Shows)> {
    let inside = text.get(1..text.bytes().take(LONGEST).position(|b| b == b'>')?)?;
    let body = inside.strip_prefix('/').unwrap_or(inside);
    let len = body.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(body.len());
    let name = body.get(..len)?.to_ascii_lowercase();
    let rest = body.get(len..)?.trim_end_matches('/').trim();
    let is_attribute = rest.is_empty() || rest.contains('=');
    let ends_line = BREAKS.contains(&name.as_str());
    let is_known = ends_line || MARKS.contains(&name.as_str());
    let shows = if ends_line { Shows::Break } else { Shows::Nothing };
    (text.starts_with('<') && is_known && is_attribute)
        .then(|| (inside.len().saturating_add(2), shows))
}

/// A name, a class and a colour.
const LONGEST: usize = 200;
