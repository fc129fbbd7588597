//! The events of the connections that are asked for.

use super::MAX_EVENTS;
use crate::pipeline::Record;
use crate::render::Options;
use crate::render::sessions::Session;
use crate::render::summary;
use crate::session::wire;
use crate::session::{At, Ended, Mark, Proof, merge};
use crate::spec::{Rule, Sender, Severity};
use crate::text::Escaped;
use std::collections::{BTreeSet, HashMap};
use std::io;

/// Client Identifiers that are remembered in case that none is the one that was asked for, their
/// bytes, and how many are told.
const MAX_OTHERS: usize = 4_096;
const MAX_COMPARED: usize = 64;
const MAX_NEAR: usize = 5;

/// Something that happened on a connection.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) at: At,
    pub(super) sender: Sender,
    /// The type of the packet; `SYN`, `FIN` or `RST`.
    pub(super) kind: &'static str,
    /// What matters of it; safe to show.
    pub(super) text: String,
    /// Nanoseconds since the packet that it answers.
    pub(super) latency: Option<u64>,
    /// What was found on it: severity, rule, sentence.
    pub(super) findings: Vec<(Severity, &'static str, String)>,
    /// Bytes were lost in front of it: how many, where that is known.
    pub(super) lost: Option<Option<u64>>,
    pub(super) is_tcp: bool,
    /// What TCP proves of when.
    proof: Proof,
}

/// A connection with its events.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) session: Session,
    pub(super) events: Vec<Event>,
}

/// Collects what belongs to one stream, or to one client.
#[derive(Debug)]
pub(super) struct Collector {
    /// What was asked for, as a Client Identifier and as the number of a stream.
    id: String,
    stream: Option<u64>,
    /// Whether a filter leaves some connections out.
    is_filtered: bool,
    /// Events by stream.
    events: HashMap<u64, Vec<Event>>,
    stories: Vec<Story>,
    /// Client Identifiers that were not asked for.
    others: BTreeSet<String>,
    count: usize,
    /// How many events there was no room for.
    pub(super) forgotten: u64,
    pub(super) start: Option<i64>,
}

impl Collector {
    pub(super) fn new(options: &Options) -> Self {
        let id = &options.session;
        Self {
            id: id.clone(),
            stream: id.parse().ok(),
            is_filtered: options.is_filtered,
            events: HashMap::new(),
            stories: Vec::new(),
            others: BTreeSet::new(),
            count: 0,
            forgotten: 0,
            start: None,
        }
    }

    pub(super) fn record(&mut self, record: &Record<'_>) {
        self.start = self.start.or(record.origin.start);
        let (Some(stream), Some(sender)) = (record.origin.stream, record.sender) else { return };
        if !self.may_be_wanted(stream, record.client_id) {
            let dropped = self.events.remove(&stream).map_or(0, |events| events.len());
            self.count = self.count.saturating_sub(dropped);
            return;
        }
        if self.count >= MAX_EVENTS {
            self.forgotten = self.forgotten.saturating_add(1);
            return;
        }
        self.count = self.count.saturating_add(1);
        self.events.entry(stream).or_default().push(Event::new(record, sender));
    }

    pub(super) fn ended(&mut self, ended: &Ended) {
        let Some(stream) = ended.stream else { return };
        let mut events: Vec<Event> = self.events.remove(&stream).unwrap_or_default();
        if self.is_wanted(stream, ended.client_id.as_deref()) {
            // What was written into the middle of a packet is told before that, and behind what answers it.
            if events.iter().all(|event| event.at.time.is_some()) {
                events.sort_by_key(|event| event.at.time);
            }
            let mut events = in_order(ended, events);
            add_syn(ended, &mut events);
            self.stories.push(Story { session: Session::new(ended), events });
        } else {
            self.count = self.count.saturating_sub(events.len());
            self.note_other(ended.client_id.as_deref());
        }
    }

    /// The connections that were asked for, in the order of the capture. The number of a stream goes
    /// before a client of that name.
    pub(super) fn take(&mut self) -> Vec<Story> {
        let mut stories = std::mem::take(&mut self.stories);
        let by_number =
            |story: &Story| self.stream.is_some() && story.session.ended.stream == self.stream;
        if stories.iter().any(by_number) {
            stories.retain(by_number);
        }
        stories.sort_by_key(|story| story.session.ended.stream);
        stories
    }

    /// That nothing is what was asked for, with what may have been meant.
    pub(super) fn nothing(&self) -> io::Error {
        let id = Escaped(self.id.as_bytes());
        let near = self.others.iter().filter(|other| self.is_near(other));
        let near = few(near);
        let hint = match near.is_empty() {
            true => self.all(),
            false => format!("near it: {}", near.join(", ")),
        };
        let of = if self.is_filtered { "that the filter chose" } else { "of MQTT" };
        let text = format!(
            "no connection {of} is stream {id} or has the Client Identifier \"{id}\"; {hint}"
        );
        io::Error::new(io::ErrorKind::NotFound, text)
    }

    /// The Client Identifiers that there are, as many as a line holds.
    fn all(&self) -> String {
        let some = few(self.others.iter());
        let more = self.others.len().saturating_sub(some.len());
        match (some.is_empty(), more) {
            (true, _) => "mqttscope sessions FILE lists the connections".to_owned(),
            (false, 0) => format!("there are: {}", some.join(", ")),
            (false, more) => format!(
                "there are: {} and {} more, which mqttscope sessions FILE lists",
                some.join(", "),
                crate::text::number(more as u64)
            ),
        }
    }

    /// Whether another Client Identifier may have been meant.
    fn is_near(&self, other: &str) -> bool {
        let (asked, other) = (self.id.to_lowercase(), other.to_lowercase());
        let is_part = asked.chars().count() > 2 && other.contains(&asked);
        let most = (asked.chars().count() / 3).clamp(1, 4);
        is_part || strsim::osa_distance(&asked, &other) <= most
    }

    /// Remembers a connection that nobody asked for.
    fn note_other(&mut self, client_id: Option<&[u8]>) {
        let Some(id) = client_id.and_then(|id| std::str::from_utf8(id).ok()) else { return };
        if self.others.len() < MAX_OTHERS && id.len() <= MAX_COMPARED {
            self.others.insert(id.to_owned());
        }
    }

    fn is_wanted(&self, stream: u64, client_id: Option<&[u8]>) -> bool {
        self.stream == Some(stream) || client_id == Some(self.id.as_bytes())
    }

    /// Whose packet it is may not be known yet: a server assigns Client Identifiers.
    fn may_be_wanted(&self, stream: u64, client_id: Option<&[u8]>) -> bool {
        client_id.is_none() || self.is_wanted(stream, client_id)
    }
}

impl Event {
    fn new(record: &Record<'_>, sender: Sender) -> Self {
        let context = record.context();
        let mut lost = None;
        let mut findings = Vec::new();
        for finding in record.tape.findings() {
            match finding.rule {
                Rule::LOST_BEFORE => lost = Some(Some(finding.a)),
                Rule::LOST_UNKNOWN => lost = Some(None),
                _ => {
                    let message = finding.message(&context);
                    findings.push((finding.severity(), finding.info().id, message));
                }
            }
        }
        Self {
            at: At {
                number: record.number,
                frame: record.origin.frames.last().copied().unwrap_or(0),
                time: record.origin.time,
            },
            sender,
            kind: record.type_name(),
            text: summary::info(record),
            latency: record.facts.answers.and_then(|partner| partner.latency),
            findings,
            lost,
            is_tcp: false,
            proof: Proof::of_segment(record.origin.layers),
        }
    }

    fn tcp(place: wire::Place, sender: Sender, kind: &'static str, text: &str) -> Self {
        Self {
            at: At { number: 0, frame: place.frame, time: place.time },
            sender,
            kind,
            text: text.to_owned(),
            latency: None,
            findings: Vec::new(),
            lost: None,
            is_tcp: true,
            proof: Proof::default(),
        }
    }

    /// An end in TCP.
    fn end(finish: wire::Finish, sender: Sender, is_fin: bool) -> Self {
        let kind = if is_fin { "FIN" } else { "RST" };
        let proof = if is_fin { Proof::of_fin(finish) } else { Proof::of_rst(finish) };
        Self { proof, ..Self::tcp(finish.place, sender, kind, "") }
    }

    /// When it was, with what TCP proves.
    const fn mark(&self) -> Mark {
        Mark { at: self.at, proof: self.proof }
    }
}

/// The events of both sides, with how TCP ended the connection, in the order that TCP proves, or else by their
/// times.
fn in_order(ended: &Ended, events: Vec<Event>) -> Vec<Event> {
    let (mut client, mut server): (Vec<_>, Vec<_>) =
        events.into_iter().partition(|event| event.sender == Sender::Client);
    for (sender, own) in [(Sender::Client, &mut client), (Sender::Server, &mut server)] {
        let sent = ended.wire.tcp.as_ref().map(|tcp| tcp.sent(sender));
        let ends = sent.map(|sent| [(sent.fin, true), (sent.rst, false)]).into_iter().flatten();
        for (finish, is_fin) in ends {
            let Some(finish) = finish else { continue };
            let end = Event::end(finish, sender, is_fin);
            let is_before = |event: &Event| event.at.order() <= end.at.order();
            let at = own.iter().rposition(is_before).map_or(0, |at| at.saturating_add(1));
            own.insert(at, end);
        }
    }
    merge(client, server, Event::mark)
}

/// Puts in how TCP began the connection, where the capture has it.
fn add_syn(ended: &Ended, events: &mut Vec<Event>) {
    let Some(tcp) = ended.wire.tcp else { return };
    if tcp.client.syns > 0 {
        let first = wire::Place { frame: tcp.first.frame, time: tcp.first.time };
        let times = match tcp.client.syns {
            1 => String::new(),
            several => format!("{several} times"),
        };
        events.insert(0, Event::tcp(first, Sender::Client, "SYN", &times));
    }
}

/// As many names as a line holds, in quotes.
fn few<'n>(names: impl Iterator<Item = &'n String>) -> Vec<String> {
    names.take(MAX_NEAR).map(|name| format!("\"{}\"", Escaped(name.as_bytes()))).collect()
}
