//! `-T tree`: every byte of a packet with its offset, its hex digits or bits, its name, its value
//! and what that does.

mod row;

use super::flow::Flow;
use super::gutter::Gutter;
use super::memo::{Around, Memo, Packet, Runs};
use super::paint::{Painter, Role};
use super::parts::{Part, Parts, Stretch};
use super::{Explain, Format, Options, heading};
use crate::annotate::view::{self, Row, Rows};
use crate::annotate::{Finding, Tape};
use crate::mqtt::repair::Repair;
use crate::pipeline::{Header, Record, SnRecord};
use crate::spec::field::{Context, Kind};
use crate::spec::property::PROPERTIES;
use crate::spec::{Field, PacketSet, reason};
use crate::text::{Out, Words};
use row::RowWords;
use std::io::{self, Write};

/// Characters of a value that are shown, unless everything is asked for.
const BRIEF_LIMIT: usize = 120;
/// Characters of a value that are shown with `--explain full`.
const FULL_LIMIT: usize = 4_000;

/// The tree format.
#[derive(Debug)]
pub struct Tree {
    options: Options,
    painter: Painter,
    heading: heading::Heading,
    memos: Memos,
    /// Words of a row while they are put together.
    flow: Flow,
    /// A record was written.
    has_begun: bool,
    out: Words,
    /// Room for the tree of a packet that comes without.
    room: Tape,
}

/// Rows as they were written before.
#[derive(Debug)]
struct Memos {
    rows: Memo,
    runs: Runs,
    acks: Around,
    ids: Around,
    payloads: Around,
}

impl Memos {
    fn new() -> Self {
        Self {
            rows: Memo::new(),
            runs: Runs::new(),
            acks: Around::of_places(),
            ids: Around::of_places(),
            payloads: Around::of_lengths(),
        }
    }
}

impl Tree {
    /// A tree with the user's options.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self {
            options: options.clone(),
            painter: Painter { color: options.color },
            heading: heading::Heading::new(options),
            memos: Memos::new(),
            flow: Flow::new(),
            has_begun: options.is_continued,
            out: Words::default(),
            room: Tape::new(),
        }
    }
}

impl Format for Tree {
    fn needs_trees(&self) -> bool {
        false
    }

    fn record(&mut self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.out.clear();
        self.add(record);
        out.write_all(self.out.as_bytes())
    }

    fn append(&mut self, record: &Record<'_>, text: &mut Vec<u8>) -> io::Result<()> {
        self.out.swap(text);
        self.add(record);
        self.out.swap(text);
        Ok(())
    }
}

impl Tree {
    /// Adds a record to what is to be written.
    fn add(&mut self, record: &Record<'_>) {
        if std::mem::replace(&mut self.has_begun, true) {
            self.out.push('\n');
        }
        let way = self.heading.origin(record, &mut self.out);
        for header in record.headers {
            self.header(header, record);
        }
        self.heading.title(record, way, &mut self.out);
        if !self.parts(record) {
            let mut room = std::mem::take(&mut self.room);
            self.body(Source::of(&record.with_tree(&mut room)));
            self.room = room;
        }
        if self.options.hex {
            self.out.push_str(&super::hexdump::hexdump(record.bytes, self.painter));
        }
    }

    /// The header of a frame that brought the packet, as a group of its own.
    fn header(&mut self, header: &Header, record: &Record<'_>) {
        self.heading.unit(header, &mut self.out);
        let context = view::context(&header.bytes, &header.tape, record.version, record.sender);
        self.body(Source {
            tape: &header.tape,
            bytes: &header.bytes,
            context,
            is_whole: false,
            sn: None,
            repair: None,
            headers: &[],
        });
    }

    /// The rows of a packet of a usual kind, part by part. `false`: it is another, or has more than one line a
    /// row, and nothing is written.
    fn parts(&mut self, record: &Record<'_>) -> bool {
        let Some(parts) = Parts::of(record) else { return false };
        let gutter = Gutter::new(record.bytes.len(), self.options.width, false);
        let words = RowWords {
            context: &parts.context,
            explain: self.options.explain,
            limit: BRIEF_LIMIT,
            painter: self.painter,
            gutter,
            sn: None,
        };
        if !words.is_short() {
            return false;
        }
        let Self { memos, flow, out, room, .. } = self;
        let Memos { rows, runs, acks, ids, payloads } = memos;
        parts.each(|part, context| {
            let words = RowWords { context, ..words };
            let packet = Packet::new(context, gutter.offset_width());
            let mut write = |stretch: Stretch<'_>, out: &mut Words| {
                stretch.rows(record, room, |all| {
                    all.for_each(|row| words.remembered(&row, row.is_group, rows, flow, out));
                });
            };
            match part {
                Part::Known(stretch) => {
                    runs.stretch(stretch, packet, out, |out| write(stretch, out));
                }
                Part::Field(row) => {
                    let write = |out: &mut Words| words.write(&row, false, flow.clear(), out);
                    runs.stretch(Stretch::of(&row), packet, out, write);
                }
                Part::Ack(lead, row) => {
                    words.packet_id((&row, packet), acks, |out| write(lead, out), out);
                }
                Part::Id(row) => {
                    words.packet_id((&row, packet), ids, |_| (), out);
                }
                Part::Payload(row) => {
                    words.payload((&row, packet), payloads, out);
                }
            }
        });
        true
    }

    fn body(&mut self, source: Source<'_>) {
        let out = (&mut self.memos, &mut self.flow, &mut self.out);
        Body::new(&self.options, self.painter, source, out).write();
    }
}

/// What the rows are made of.
#[derive(Clone, Copy)]
struct Source<'r> {
    tape: &'r Tape,
    bytes: &'r [u8],
    context: Context,
    /// Whether the bytes are an MQTT packet that is whole: of others parts are missing, not left out.
    is_whole: bool,
    /// What a message of MQTT-SN is about.
    sn: Option<SnRecord<'r>>,
    /// What a broken packet should have been.
    repair: Option<&'r Repair>,
    /// The headers that stand above.
    headers: &'r [Header],
}

impl<'r> Source<'r> {
    fn of(record: &'r Record<'_>) -> Self {
        Self {
            tape: record.tape,
            bytes: record.bytes,
            context: record.context(),
            is_whole: record.decoded.is_some_and(|decoded| decoded.packet.is_some()),
            sn: record.sn,
            repair: record.repair,
            headers: record.headers,
        }
    }
}

/// The rows of one packet.
struct Body<'r> {
    source: Source<'r>,
    context: Context,
    explain: Explain,
    limit: usize,
    width: Option<usize>,
    painter: Painter,
    gutter: Gutter,
    memos: &'r mut Memos,
    flow: &'r mut Flow,
    out: &'r mut Words,
}

impl<'r> Body<'r> {
    fn new(
        options: &Options,
        painter: Painter,
        source: Source<'r>,
        (memos, flow, out): (&'r mut Memos, &'r mut Flow, &'r mut Words),
    ) -> Self {
        let full = options.explain == Explain::Full;
        Self {
            source,
            context: source.context,
            explain: options.explain,
            limit: if full { FULL_LIMIT } else { BRIEF_LIMIT },
            width: options.width,
            painter,
            gutter: Gutter::new(source.bytes.len(), options.width, full),
            memos,
            flow,
            out,
        }
    }

    fn write(&mut self) {
        // Nearly always there is nothing to put between the rows.
        if self.explain < Explain::Full && self.source.tape.findings().is_empty() {
            self.plain();
        } else {
            self.with_findings();
        }
    }

    /// The rows one by one, or many at once as they were written before.
    fn plain(&mut self) {
        let Source { tape, bytes, .. } = self.source;
        let mut rows = view::rows(tape, bytes, false);
        let context = self.context;
        let words = self.words(&context);
        let packet = Packet::new(&self.context, self.gutter.offset_width());
        loop {
            if self.source.is_whole {
                let Memos { runs, rows: memo, .. } = &mut *self.memos;
                let flow = &mut *self.flow;
                let write = |rows: &mut Rows<'_>, count, out: &mut Words| {
                    for row in rows.take(count) {
                        words.remembered(&row, row.is_group, memo, flow, out);
                    }
                };
                runs.next(&mut rows, packet, self.out, write);
            }
            let Some(row) = rows.next() else { return };
            let Memos { ids, payloads, .. } = &mut *self.memos;
            if !words.packet_id((&row, packet), ids, |_| (), self.out)
                && !words.payload((&row, packet), payloads, self.out)
            {
                self.row(&row, row.is_group);
            }
        }
    }

    /// The rows with the findings below theirs, and with all that can be said of them.
    fn with_findings(&mut self) {
        let Source { tape, bytes, .. } = self.source;
        let rows: Vec<Row<'_>> = view::rows(tape, bytes, self.explain == Explain::Full).collect();
        // What stands at the header of a frame is not said twice.
        let is_above = |finding: &Finding| {
            let mut above = self.source.headers.iter().flat_map(|header| header.tape.findings());
            finding.field == Field::INPUT && above.any(|other| other.rule == finding.rule)
        };
        let findings = tape.findings().iter().filter(|finding| !is_above(finding));
        let findings: Vec<(&Finding, Option<Home>)> =
            findings.map(|finding| (finding, Home::of(&rows, finding))).collect();
        for (finding, _) in findings.iter().filter(|(_, home)| home.is_none()) {
            self.finding(finding, None);
        }
        for (at, row) in rows.iter().enumerate() {
            let parts_follow = rows
                .get(at.saturating_add(1))
                .is_some_and(|next| next.depth > row.depth && next.whole == row.field);
            self.row(row, row.is_group || parts_follow);
            for (finding, home) in &findings {
                if let Some(home) = home.as_ref().filter(|home| home.row == at) {
                    self.finding(finding, Some(home.depth));
                }
            }
            if self.explain == Explain::Full {
                self.absent_after(&rows, at);
            }
        }
        if self.explain == Explain::Full && !rows.iter().any(ends_properties) {
            let place = PacketSet::of(&[self.context.packet_type()]);
            self.absent(place, &rows, 0);
        }
    }

    /// One field. The bytes of one that `is_whole` are shown in full by the fields below it.
    fn row(&mut self, row: &Row<'_>, is_whole: bool) {
        let context = self.context;
        let words = self.words(&context);
        words.remembered(row, is_whole, &mut self.memos.rows, self.flow, self.out);
    }

    fn words<'w>(&self, context: &'w Context) -> RowWords<'w>
    where
        'r: 'w,
    {
        RowWords {
            context,
            explain: self.explain,
            limit: self.limit,
            painter: self.painter,
            gutter: self.gutter,
            sn: self.source.sn,
        }
    }

    /// A finding below its row, or below the title where it is on the whole packet; below the first
    /// of the gravest what the packet should have been.
    fn finding(&mut self, finding: &Finding, depth: Option<u8>) {
        self.verdict(finding, depth);
        let worst = self.source.tape.worst();
        let mut findings = self.source.tape.findings().iter();
        let first = findings.find(|finding| Some(finding.severity()) == worst);
        if let Some(repair) = self.source.repair.filter(|_| first.is_some_and(|f| f == finding)) {
            let mut flow = Flow::new();
            let bytes: Vec<String> =
                repair.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            flow.push(Role::Meaning, format!("did you mean: {} · ", repair.text));
            flow.push(Role::Value, bytes.join(" "));
            self.below(depth, &flow);
            // One is enough, also where the same finding was made twice.
            self.source.repair = None;
        }
    }

    fn verdict(&mut self, finding: &Finding, depth: Option<u8>) {
        let severity = finding.severity();
        let mut flow = Flow::new();
        flow.push(severity.into(), format!("! {severity}: "));
        flow.push(Role::Meaning, finding.message(&self.context));
        let spec = super::citation(finding, &self.context);
        if !spec.is_empty() {
            flow.push(Role::Dim, format!(" · {spec}"));
        }
        self.below(depth, &flow);
    }

    fn below(&mut self, depth: Option<u8>, flow: &Flow) {
        match depth {
            Some(depth) => self.line(depth.saturating_add(1), flow),
            None => flow.set(self.out, self.painter, 0, 2, self.width),
        }
    }

    fn line(&mut self, depth: u8, flow: &Flow) {
        self.gutter.blank(self.out, self.painter, depth, flow);
    }

    /// Behind a block of properties: what it means that the others are not there.
    fn absent_after(&mut self, rows: &[Row<'_>], at: usize) {
        let Some(row) = rows.get(at) else { return };
        let next = rows.get(at.saturating_add(1));
        let in_block = |row: &Row<'_>| {
            row.field.as_property().is_some()
                || row.whole.as_property().is_some()
                || ends_properties(row)
        };
        if !in_block(row) || next.is_some_and(in_block) {
            return;
        }
        let will = self.context.connect_flags & 0b100 != 0;
        let is_will_block = will
            && rows.get(..at).unwrap_or_default().iter().any(|row| row.field == Field::CLIENT_ID);
        let place = match is_will_block || row.in_will {
            true => PacketSet::WILL,
            false => PacketSet::of(&[self.context.packet_type()]),
        };
        self.absent(place, rows, 1);
    }

    /// What it means that properties and a Reason Code are not there. Where an answer refuses, what
    /// was asked for does not come about: nothing that is left out settles anything.
    fn absent(&mut self, place: PacketSet, rows: &[Row<'_>], depth: u8) {
        if !self.context.version.is_v5() || !self.source.is_whole || self.context.refuses() {
            return;
        }
        self.absent_code(place, rows, depth);
        for info in PROPERTIES.iter().filter(|info| info.allowed.meets(place)) {
            let words = info.absence(place);
            let in_will = place.meets(PacketSet::WILL);
            let is_there = rows
                .iter()
                .any(|row| row.field == Field::property(info.id) && row.in_will == in_will);
            if !words.is_empty() && !is_there {
                let mut flow = Flow::new();
                flow.push(Role::Dim, format!("no {} · {words}", info.name));
                self.line(depth, &flow);
            }
        }
    }

    /// A Reason Code that was left out is 0x00.
    fn absent_code(&mut self, place: PacketSet, rows: &[Row<'_>], depth: u8) {
        let kind = self.context.packet_type();
        let may = place.meets(PacketSet::of(&[kind])) && reason::MAY_OMIT.meets(place);
        if !may || rows.iter().any(|row| row.field.kind() == Kind::Code) {
            return;
        }
        if let Some(info) = reason::reason(kind, 0) {
            let mut flow = Flow::new();
            let words = format!("no Reason Code · 0x00 {}: {}", info.name, info.meaning);
            flow.push(Role::Dim, words);
            self.line(depth, &flow);
        }
    }
}

fn ends_properties(row: &Row<'_>) -> bool {
    row.field == Field::PROPERTY_LENGTH
}

/// Where a finding is shown: below which row, and how deep.
struct Home {
    row: usize,
    depth: u8,
}

impl Home {
    /// The last and deepest row that holds the finding's bits. What is missing at the end of the
    /// last field is no part of that field: it is shown as deep as the outermost that ends there.
    fn of(rows: &[Row<'_>], finding: &Finding) -> Option<Self> {
        let (start, end) = (finding.span.start, finding.span.end());
        let holds = |row: &Row<'_>| row.span.start <= start && row.span.end() >= end;
        let own = rows.iter().rposition(|row| holds(row) && row.field == finding.field);
        let row = own.or_else(|| rows.iter().rposition(holds))?;
        let ends = |row: &&Row<'_>| start == end && row.span.end() == start;
        let is_own = own.is_some() || finding.field.as_property().is_some();
        let outermost = rows.iter().filter(ends).map(|row| row.depth).min();
        let depth = outermost.filter(|_| !is_own).or(rows.get(row).map(|row| row.depth))?;
        Some(Self { row, depth })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;
    use crate::spec::Version;

    fn shown(bytes: &[u8], explain: Explain) -> String {
        let mut tree = Tree::new(&Options { explain, ..Options::default() });
        let record = |record: Record<'_>| sample::written(&mut tree, &record);
        sample::with_record(bytes, Version::V5, None, record)
    }

    /// Keep Alive is missing behind the Connect Flags: that is no fault of their last bit.
    #[test]
    fn what_is_missing_is_shown_as_deep_as_what_it_should_follow() {
        let cut = sample::bytes(sample::CONNECT);
        let tree = shown(cut.get(..10).unwrap(), Explain::Off);
        let depth = |words: &str| tree.lines().find_map(|line| line.find(words)).unwrap();
        assert_eq!(depth("! error: Keep Alive needs"), depth("Connect Flags") + 2);
        assert!(depth("! error: Keep Alive needs") < depth("Reserved: 0") + 2);
    }

    #[test]
    fn a_reason_code_that_was_left_out_is_told_where_everything_is() {
        let words = "no Reason Code · 0x00 Success: the receiver has taken over the message";
        assert!(shown(&[0x40, 2, 0, 1], Explain::Full).contains(words));
        assert!(!shown(&[0x40, 3, 0, 1, 0x10], Explain::Full).contains("no Reason Code"));
        assert!(!shown(&[0xc0, 0], Explain::Full).contains("no Reason Code"));
    }
}
