//! One row of a tree: its words, and where the standard says so.

use crate::annotate::view::Row;
use crate::bytes::Span;
use crate::pipeline::SnRecord;
use crate::render::flow::Flow;
use crate::render::gutter::{self, Gutter};
use crate::render::memo::{Around, Memo, Packet};
use crate::render::paint::{Painter, Role};
use crate::render::{Explain, sn, words};
use crate::spec::Field;
use crate::spec::field::{Context, Kind};
use crate::text::{self, Out, Words};

/// What the words of one row are made with.
#[derive(Clone, Copy)]
pub(super) struct RowWords<'r> {
    pub(super) context: &'r Context,
    pub(super) explain: Explain,
    pub(super) limit: usize,
    pub(super) painter: Painter,
    pub(super) gutter: Gutter,
    pub(super) sn: Option<SnRecord<'r>>,
}

impl RowWords<'_> {
    /// Writes a row as it was written before, where it was.
    pub(super) fn remembered(
        &self,
        row: &Row<'_>,
        is_whole: bool,
        memo: &mut Memo,
        flow: &mut Flow,
        out: &mut Words,
    ) {
        let layout = self.gutter.offset_width().saturating_mul(2) | u8::from(is_whole);
        // The words of a field depend on all its bytes, those of a group on none.
        let bytes = if row.is_group { self.gutter.shown(row.bytes) } else { row.bytes };
        let key = (row, bytes, self.context, layout);
        memo.row(key, out, |out| self.write(row, is_whole, flow.clear(), out));
    }

    /// Writes a Packet Identifier, which is nearly always another one, between words that are the same for
    /// all; `lead` writes rows before it that are the same for all as well. `false`: it is another field, or its
    /// line may have to be broken or painted.
    pub(super) fn packet_id(
        &self,
        (row, packet): (&Row<'_>, Packet),
        ids: &mut Around,
        lead: impl FnOnce(&mut Words),
        out: &mut Words,
    ) -> bool {
        if row.field != Field::PACKET_ID || !self.is_plain() {
            return false;
        }
        let parts =
            ids.of((row, row.span), packet, |[before, between, behind]: &mut [Words; 3]| {
                lead(before);
                let (mut all, mut flow) = (Words::default(), Flow::new());
                self.write(row, false, &mut flow, &mut all);
                let all = all.as_str();
                let digits = text::text(|out| words::add_value(row, self.context, self.limit, out));
                let label = text::text(|out| {
                    words::add_label(row, self.context, out);
                    out.push_str(": ");
                });
                let bytes = gutter::spaced(row.bytes);
                // The bytes stand behind the offset, the number behind the name.
                let (left, right) = all.split_once(&label).unwrap_or_default();
                let (offset, blanks) = left.split_once(&bytes).unwrap_or_default();
                before.push_str(offset);
                between.push_str(blanks);
                between.push_str(&label);
                behind.push_str(right.strip_prefix(&digits).unwrap_or_default());
            });
        let Some([before, between, behind]) = parts else { return false };
        out.push_known(before);
        match *row.bytes {
            [high, low] => gutter::add_two_spaced([high, low], out),
            _ => gutter::add_spaced(row.bytes, out),
        }
        out.push_known(between);
        text::add::digits(row.number, out);
        out.push_known(behind);
        true
    }

    /// Writes a payload, which is nearly always another one, between words that are the same for all of its
    /// length. `false`: it is another field, or its line may have to be broken or painted.
    pub(super) fn payload(
        &self,
        (row, packet): (&Row<'_>, Packet),
        payloads: &mut Around,
        out: &mut Words,
    ) -> bool {
        if row.field != Field::PAYLOAD || row.is_group || !self.is_short() {
            return false;
        }
        // They stand at any place, and none of these words tells it.
        let key = (row, Span { start: 0, ..row.span });
        let parts = payloads.of(key, packet, |[label, _, behind]: &mut [Words; 3]| {
            words::add_label(row, self.context, label);
            self.add_meaning(row, behind);
            behind.push('\n');
        });
        let Some([label, _, behind]) = parts else { return false };
        self.gutter.left(out, self.painter, row, false);
        out.push_known(label);
        self.add_value(row, out);
        out.push_known(behind);
        true
    }

    /// A row is one line whose words have no roles.
    pub(super) fn is_short(&self) -> bool {
        self.is_plain() && self.explain < Explain::Full
    }

    /// Adds the value behind a colon, where there is one.
    fn add_value(&self, row: &Row<'_>, out: &mut Words) {
        let write = |out: &mut Words| words::add_value(row, self.context, self.limit, out);
        add_unless_empty(": ", out, write);
    }

    /// Adds what the value does behind a point, where that is asked for and there is something to say.
    fn add_meaning(&self, row: &Row<'_>, out: &mut Words) {
        if self.explain >= Explain::Brief {
            let meaning = sn::meaning(row, self.context, self.sn);
            add_unless_empty(" · ", out, |out| out.push_str(&meaning));
        }
    }

    /// Nothing is painted or broken into lines.
    fn is_plain(&self) -> bool {
        self.gutter.width().is_none() && !self.painter.color
    }

    /// Writes a row.
    pub(super) fn write(&self, row: &Row<'_>, is_whole: bool, flow: &mut Flow, out: &mut Words) {
        if self.is_short() {
            return self.write_plainly(row, is_whole, out);
        }
        let is_undecoded = row.field.kind() == Kind::Undecoded;
        let role = if is_undecoded { Role::Warning } else { Role::Value };
        flow.add(Role::Label, |out| words::add_label(row, self.context, out));
        flow.unless_empty((Role::Meaning, ": "), role, |out| {
            words::add_value(row, self.context, self.limit, out);
        });
        if self.explain >= Explain::Brief {
            flow.unless_empty((Role::Dim, " · "), Role::Meaning, |out| {
                out.push_str(&sn::meaning(row, self.context, self.sn));
            });
        }
        self.gutter.row(out, self.painter, row, is_whole, flow);
        if self.explain == Explain::Full {
            self.source(row, out);
        }
    }

    /// The same in one line whose words have no roles, so that they are added as they come.
    fn write_plainly(&self, row: &Row<'_>, is_whole: bool, out: &mut Words) {
        self.gutter.left(out, self.painter, row, is_whole);
        words::add_label(row, self.context, out);
        self.add_value(row, out);
        self.add_meaning(row, out);
        out.push('\n');
    }

    /// Where the standard says it, and which values it allows.
    fn source(&self, row: &Row<'_>, out: &mut Words) {
        if row.field != row.whole {
            return;
        }
        let (section, statements) = words::spec(row, self.context);
        let allowed = words::allowed(row, self.context);
        let elsewhere = words::elsewhere(row);
        let mut parts = Vec::new();
        if !elsewhere.is_empty() {
            parts.push(elsewhere.to_owned());
        }
        if !section.is_empty() {
            let standard = crate::render::standard(self.context.version).title();
            parts.push(format!("{standard} section {section}"));
        }
        if !statements.is_empty() {
            parts.push(format!("[{}]", statements.replace(' ', "] [")));
        }
        if !allowed.is_empty() {
            parts.push(format!("allowed: {allowed}"));
        }
        if !parts.is_empty() {
            let depth = row.depth.saturating_add(2);
            let words = parts.join(" · ");
            self.gutter.blank(out, self.painter, depth, Flow::new().push(Role::Dim, words));
        }
    }
}

/// Adds `lead` and what `write` writes, or neither where that is nothing.
fn add_unless_empty(lead: &str, out: &mut Words, write: impl FnOnce(&mut Words)) {
    let before = out.len();
    out.push_str(lead);
    let start = out.len();
    write(out);
    if out.len() == start {
        out.truncate(before);
    }
}
