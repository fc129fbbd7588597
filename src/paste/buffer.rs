//! Node's way to print a buffer: `<Buffer 10 0e ... 33 more bytes>`.

use super::digits;
use super::mistake::MistakeKind;
use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Source, Taken};

/// Reads up to the closing `>`.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let text = source.from(at);
    let name = ["<Buffer", "<SlowBuffer"].into_iter().find(|name| text.starts_with(name))?;
    let line_end = source.line(at).end;
    let close =
        memchr::memchr(b'>', source.range(at..line_end).as_bytes()).map(|n| at.saturating_add(n));
    let mut run = Run::new(row, Class::Sure, at..close.map_or(line_end, |n| n.saturating_add(1)));
    let end = close.unwrap_or(line_end);
    let mut at = at.saturating_add(name.len());
    loop {
        at = source.skip_space(at).min(end);
        let rest = source.range(at..end);
        let len = rest.find(char::is_whitespace).unwrap_or(rest.len());
        if len == 0 {
            break;
        }
        if rest.starts_with("...") {
            let count = rest.split_whitespace().nth(1).and_then(|n| n.parse().ok());
            run.slip(at..end, MistakeKind::LeftOut { count }, count.unwrap_or(0));
            break;
        }
        digits::hex(source, at..at.saturating_add(len), &mut run);
        at = at.saturating_add(len);
    }
    if close.is_none() {
        run.slip(end..end, MistakeKind::Unclosed { missing: ">" }, 0);
    }
    let end = run.range.end;
    Some(Taken { runs: vec![run], end, modem: 0 })
}
