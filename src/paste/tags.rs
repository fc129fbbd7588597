//! The tags of a page that was copied with its source: `<span class="mi">0x10</span>`, `<br>`. Blanks of the same length
//! stand for them while the text is read.

use super::address::Address;
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
        for tag in tags(&line) {
            let range = line.start.saturating_add(tag.start)..line.start.saturating_add(tag.end);
            let place = shown.part(range);
            place.fill(FILLER);
            let has_both = || {
                let (before, behind) = line.text.split_at_checked(tag.end).unwrap_or_default();
                !before.get(..tag.start).unwrap_or_default().trim().is_empty()
                    && !behind.trim().is_empty()
            };
            if breaks && tag.ends_line && has_both() {
                place.iter_mut().take(1).for_each(|b| *b = b'\n');
            }
        }
    }
    shown.changed()
}

/// Where a tag stands in its line.
struct Tag {
    start: usize,
    end: usize,
    ends_line: bool,
}

/// The tags of a line. Those inside of a string, among escapes and beside a dump's row are bytes.
fn tags(line: &Line<'_>) -> Vec<Tag> {
    let mut tags = Vec::new();
    if !line.text.contains('<') || Address::of(line).is_some() {
        return tags;
    }
    let mut at = 0;
    let mut quote = None;
    while let Some((n, c)) =
        line.text.get(at..).and_then(|it| it.char_indices().find(|(_, c)| "<\"\\".contains(*c)))
    {
        let start = at.saturating_add(n);
        at = start.saturating_add(1);
        match c {
            '\\' if quote.is_none() => return tags,
            '\\' => at = at.saturating_add(1),
            '"' if quote == Some(c) => quote = None,
            '"' => quote = quote.or(Some(c)),
            _ if quote.is_some() => {}
            _ => {
                let rest = line.text.get(start..).unwrap_or_default();
                if let Some((len, ends_line)) = tag(rest) {
                    at = start.saturating_add(len);
                    tags.push(Tag { start, end: at, ends_line });
                }
            }
        }
    }
    tags
}

/// Length of the tag at the beginning, and whether it ends a line.
fn tag(text: &str) -> Option<(usize, bool)> {
    let inside = text.get(1..text.bytes().take(LONGEST).position(|b| b == b'>')?)?;
    let body = inside.strip_prefix('/').unwrap_or(inside);
    let len = body.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(body.len());
    let name = body.get(..len)?.to_ascii_lowercase();
    let rest = body.get(len..)?.trim_end_matches('/').trim();
    let is_attribute = rest.is_empty() || rest.contains('=');
    let ends_line = BREAKS.contains(&name.as_str());
    let is_known = ends_line || MARKS.contains(&name.as_str());
    (is_known && is_attribute).then(|| (inside.len().saturating_add(2), ends_line))
}

/// A name, a class and a colour.
const LONGEST: usize = 200;
