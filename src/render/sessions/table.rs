//! The table: a line of columns for each connection, the causes of its end below.

use super::layout::{Cells, GAP, Layout};
use super::{Format, Session, Sessions, aftermath, place};
use crate::pipeline::{Origin, Record};
use crate::render::Options;
use crate::render::flow::Flow;
use crate::render::paint::{Painter, Role};
use crate::render::summary::{columns, cut};
use crate::render::time::TimeWriter;
use crate::session::{Cause, Certainty, Ended};
use crate::spec::Sender;
use crate::text::{self, Escaped};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Columns in front of what stands below a connection.
const INDENT: usize = 8;
/// The columns: head, role, whether it stands on the right, as numbers do.
pub(super) const COLUMNS: [(&str, Role, bool); 8] = [
    ("stream", Role::Title, true),
    ("client id", Role::Label, false),
    ("MQTT", Role::Meaning, false),
    ("begins", Role::Offset, true),
    ("lasts", Role::Offset, true),
    ("from client", Role::Meaning, true),
    ("from server", Role::Meaning, true),
    ("client -> server", Role::Dim, false),
];
/// The column of the addresses, which need no head.
const ADDRESSES: usize = 7;

/// The table of connections.
#[derive(Debug)]
pub struct Table {
    painter: Painter,
    width: Option<usize>,
    time: TimeWriter,
    start: Option<i64>,
    sessions: Sessions,
}

impl Table {
    /// A table with the user's options.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        Self {
            painter: Painter { color: options.color },
            width: options.width,
            time: TimeWriter::new(options.time),
            start: None,
            sessions: Sessions::default(),
        }
    }

    fn cells(&mut self, session: &Session) -> Cells {
        let ended = &session.ended;
        let begin = session.begin().and_then(|at| at.time);
        let origin =
            Origin { time: begin, start: self.start, previous: begin, ..Origin::default() };
        let lasts = session.lasts();
        let sent = |sender| {
            let half = ended.half(sender);
            format!("{}, {} B", text::number(half.packets), text::number(half.bytes))
        };
        let ends = ended.ends.map(|(client, server)| format!("{client} -> {server}"));
        [
            ended.stream.map(|stream| stream.to_string()).unwrap_or_default(),
            client(ended),
            session.version().into(),
            self.time.format(&origin),
            lasts.map(text::duration).unwrap_or_default(),
            sent(Sender::Client),
            sent(Sender::Server),
            ends.unwrap_or_default(),
        ]
    }

    fn line(&self, cells: &Cells, layout: &Layout, is_head: bool, out: &mut String) {
        let mut gap = 0;
        for ((cell, width), (_, role, is_right)) in cells.iter().zip(layout.widths()).zip(COLUMNS) {
            let Some(width) = width else { continue };
            let cell = cut(cell, width);
            let blanks = width.saturating_sub(columns(&cell));
            let (before, after) = if is_right { (blanks, 0) } else { (0, blanks) };
            let role = if is_head { Role::Dim } else { role };
            let pad = before.saturating_add(gap);
            // Writing to a String does not fail.
            let _ = write!(out, "{:pad$}{}", "", self.painter.paint(role, &cell));
            gap = after.saturating_add(GAP);
        }
        out.push('\n');
    }

    /// What stands below a connection: columns that there is no room for, then its end.
    fn below(&self, session: &Session, cells: &Cells, layout: &Layout, out: &mut String) {
        let hidden = |(at, width): (usize, Option<usize>)| width.is_none().then_some(at);
        let told = layout.widths().enumerate().filter_map(hidden).filter_map(|at| {
            let (head, ..) = COLUMNS.get(at)?;
            let cell = cells.get(at).filter(|cell| !cell.is_empty())?;
            Some(if at == ADDRESSES { cell.clone() } else { format!("{head} {cell}") })
        });
        let told: Vec<String> = told.collect();
        if !told.is_empty() {
            self.set(Flow::new().push(Role::Dim, told.join("; ")), out);
        }
        for cause in &session.verdict.causes {
            self.set(&cause_line(cause), out);
        }
        let others = aftermath(session);
        for line in others.into_iter().chain(session.verdict.caveats.iter().cloned()) {
            self.set(Flow::new().push(Role::Dim, line), out);
        }
    }

    fn set(&self, flow: &Flow, out: &mut String) {
        let _ = write!(out, "{:INDENT$}", "");
        flow.set(out, self.painter, INDENT, 2, self.width);
    }

    /// How many connections there are, by the first cause of their ends.
    fn total(&self, sessions: &[Session], out: &mut String) {
        let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
        for session in sessions {
            let first = session.verdict.causes.first().map_or("unknown", |cause| cause.info.id);
            let count = causes.entry(first).or_default();
            *count = count.saturating_add(1);
        }
        let mut causes: Vec<_> = causes.into_iter().collect();
        causes.sort_by_key(|(id, count)| (std::cmp::Reverse(*count), *id));
        let list: Vec<String> = causes.iter().map(|(id, count)| format!("{count} {id}")).collect();
        let mut flow = Flow::new();
        flow.push(Role::Title, text::count(sessions.len() as u64, "connection"));
        if !list.is_empty() {
            flow.push(Role::Meaning, format!(": {}", list.join(", ")));
        }
        if self.sessions.forgotten > 0 {
            let more = text::number(self.sessions.forgotten);
            flow.push(
                Role::Warning,
                format!("; {more} more are not shown, as there were too many"),
            );
        }
        flow.set(out, self.painter, 0, 2, self.width);
    }
}

/// A cause with its proof.
pub(in crate::render) fn cause_line(cause: &Cause) -> Flow {
    let mut flow = Flow::new();
    let (role, mark) = match (cause.info.is_fault(), cause.certainty) {
        (true, Certainty::Proven) => (Role::Error, cause.info.id.to_owned()),
        (true, _) => (Role::Warning, format!("{}, likely", cause.info.id)),
        (false, Certainty::Likely) => (Role::Value, format!("{}, likely", cause.info.id)),
        (false, _) => (Role::Value, cause.info.id.to_owned()),
    };
    flow.push(role, format!("{mark}: ")).push(Role::Meaning, cause.text.clone());
    let proof: Vec<String> = cause.proof.iter().map(place).collect();
    if !proof.is_empty() {
        flow.push(Role::Dim, format!("  [{}]", proof.join(", ")));
    }
    flow
}

/// The client id for people.
pub(in crate::render) fn client(ended: &Ended) -> String {
    ended.client_id.as_deref().map(|id| Escaped(id).to_string()).unwrap_or_default()
}

impl Format for Table {
    fn record(&mut self, record: &Record<'_>, _: &mut dyn Write) -> io::Result<()> {
        self.start = self.start.or(record.origin.start);
        Ok(())
    }

    fn ended(&mut self, ended: &Ended, _: &mut dyn Write) -> io::Result<()> {
        self.sessions.add(ended);
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let sessions = self.sessions.take();
        let begins = sessions.iter().filter_map(|session| session.begin()?.time);
        self.start = self.start.or(begins.min());
        let rows: Vec<_> = sessions.iter().map(|session| self.cells(session)).collect();
        let heads = COLUMNS.map(|(head, ..)| head.to_owned());
        let mut widths = heads.each_ref().map(|head| columns(head));
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(columns(cell));
            }
        }
        let layout = Layout::new(widths, self.width);
        let mut text = String::new();
        if !rows.is_empty() {
            self.line(&heads, &layout, true, &mut text);
        }
        for (session, row) in sessions.iter().zip(&rows) {
            self.line(row, &layout, false, &mut text);
            self.below(session, row, &layout, &mut text);
            out.write_all(text.as_bytes())?;
            text.clear();
        }
        if !rows.is_empty() {
            text.push('\n');
        }
        self.total(&sessions, &mut text);
        out.write_all(text.as_bytes())
    }
}
