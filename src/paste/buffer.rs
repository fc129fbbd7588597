//! Node's way to print a buffer: `<Buffer 10 0e ... 33 more bytes>`.

use super::context::Context;
use super::digits;
use super::mistake::MistakeKind;
use super::notation::Notation;
use super::run::{Class, Run};
use super::source::{Source, Taken};

/// Reads up to the closing `>`.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let text = source.from(at);
    let name = ["<Buffer", "<SlowBuffer"].into_iter().find(|name| text.starts_with(name))?;
    let mut run = Run::new(row, Class::Sure, at..at);
    let mut at = at.saturating_add(name.len());
    loop {
        run.range.end = at;
        at = source.skip_quote(at);
        let rest = source.from(at);
        let len =
            rest.find(|c: char| c.is_whitespace() || c == '>' || c == '<').unwrap_or(rest.len());
        let token = rest.get(..len).unwrap_or_default();
        if rest.starts_with('>') {
            run.range.end = at.saturating_add(1);
            break;
        } else if token.starts_with("...") {
            at = left_out(source, at, &mut run);
        } else if digits::near(token, 2) {
            digits::hex(source, at..at.saturating_add(len), &mut run);
            at = at.saturating_add(len);
        } else {
            let end = run.range.end;
            run.slip(end..end, MistakeKind::Unclosed { missing: ">" }, 0);
            break;
        }
    }
    if run.data.bytes.is_empty() {
        return None;
    }
    let end = run.range.end;
    Context::of(source, &run.range).tell(&mut run);
    Some(Taken { runs: vec![run], end, modem: 0 })
}

/// `... 33 more bytes`: Node prints the first fifty.
fn left_out(source: Source<'_>, at: usize, run: &mut Run) -> usize {
    let rest = source.from(at).get(..40).unwrap_or(source.from(at));
    let len = rest.find(['>', '\n']).unwrap_or(3);
    let count =
        rest.get(..len).and_then(|t| t.split_whitespace().nth(1)).and_then(|n| n.parse().ok());
    run.slip(at..at.saturating_add(len), MistakeKind::LeftOut { count }, count.unwrap_or(0));
    at.saturating_add(len)
}
