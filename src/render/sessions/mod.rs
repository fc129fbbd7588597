//! `mqttscope sessions`: the connections of a capture, and why each ended.
//!
//! What may enter: ways to show connections, each a row of [`FORMATS`]. They take no record, only
//! what the session tracker tells of a connection when it has ended, and write at the end, in the
//! order of the connections.

pub mod json;
mod lasting;
mod layout;
mod table;
mod will;

use super::{ByOthers, Format, FormatRow};
use crate::session::verdict::{AtOnce, at_once, wars};
use crate::session::{At, Cause, Ended, Verdict, judge};
use crate::spec::Sender;
use crate::text;
pub use table::Table;
pub(in crate::render) use table::{cause_line, client};

/// Connections that are remembered until the end; at some 2 KiB each this is 128 MiB.
pub const MAX_SESSIONS: usize = 65_536;

/// Nanoseconds that an answer to PINGREQ may take.
const PATIENCE: u64 = 1_000_000_000;

/// The formats that `sessions -T` takes, the default first.
pub static FORMATS: &[FormatRow] = &[
    FormatRow {
        name: "table",
        about: "a table of the connections, with the causes of their end below each",
        is_text: true,
        target: super::Target::Anywhere,
        by_others: ByOthers::Nothing,
        make: |options| Box::new(Table::new(options)),
    },
    FormatRow {
        name: "json",
        about: "one JSON object a line, one line a connection",
        is_text: false,
        target: super::Target::Anywhere,
        by_others: ByOthers::Nothing,
        make: |_| Box::new(json::Json::default()),
    },
];

/// Connections until the end of the capture.
#[derive(Debug, Default)]
pub(in crate::render) struct Sessions {
    list: Vec<Session>,
    /// How many there was no room for.
    pub(in crate::render) forgotten: u64,
}

/// A connection, and why it ended.
#[derive(Clone, Debug)]
pub(in crate::render) struct Session {
    pub(in crate::render) ended: Ended,
    pub(in crate::render) verdict: Verdict,
    /// Its server ended it with all others.
    at_once: Option<AtOnce>,
}

impl Sessions {
    /// Remembers one more.
    pub(in crate::render) fn add(&mut self, ended: &Ended) {
        if self.list.len() < MAX_SESSIONS {
            self.list.push(Session::new(ended));
        } else {
            self.forgotten = self.forgotten.saturating_add(1);
        }
    }

    /// All of them, in the order of their first frames.
    pub(in crate::render) fn take(&mut self) -> Vec<Session> {
        let mut list = std::mem::take(&mut self.list);
        list.sort_by_key(|session| session.ended.stream);
        for (nth, war) in wars(list.iter().map(|session| &session.ended)) {
            if let Some(session) = list.get_mut(nth) {
                (session.ended.war, session.ended.reconnects) = (Some(war), None);
                session.verdict = judge(&session.ended);
            }
        }
        // Of those that are forgotten it is not known whether they went on.
        if self.forgotten == 0 {
            let together = at_once(list.iter().map(|session| (&session.ended, &session.verdict)));
            for (nth, session) in list.iter_mut().enumerate() {
                session.at_once = together.get(&nth).copied();
            }
        }
        list
    }
}

impl Session {
    pub(in crate::render) fn new(ended: &Ended) -> Self {
        Self { ended: ended.clone(), verdict: judge(ended), at_once: None }
    }

    /// When it began: its first segment, or its first packet.
    pub(in crate::render) fn begin(&self) -> Option<At> {
        self.ended.wire.tcp.map(|tcp| tcp.first).or(self.ended.first)
    }

    /// The last that was seen of it.
    pub(in crate::render) fn end(&self) -> Option<At> {
        self.ended.wire.tcp.map(|tcp| tcp.last).or(self.ended.last)
    }

    /// Nanoseconds from its first segment to the one with which a side ends it: the other may leave its own side
    /// open for long. To its last one where no end was seen.
    pub(in crate::render) fn lasts(&self) -> Option<u64> {
        let over = self.ended.wire.tcp.and_then(|tcp| tcp.over());
        over.or(self.end())?.since(self.begin()?)
    }

    /// The version's name; empty where it is not known.
    pub(in crate::render) fn version(&self) -> &'static str {
        self.ended.version.map_or("", |(version, _)| version.name())
    }
}

/// `#17 (frame 25)`; `frame 27` for what is no packet.
pub(in crate::render) fn place(at: &At) -> String {
    match (at.number, at.frame) {
        (0, frame) => format!("frame {frame}"),
        (number, 0) => format!("#{number}"),
        (number, frame) => format!("#{number} (frame {frame})"),
    }
}

/// What is worth knowing of the end besides its causes: the Will, what was left open.
pub(in crate::render) fn aftermath(session: &Session) -> Vec<String> {
    let ended = &session.ended;
    let mut out = Vec::new();
    out.extend(session.at_once.as_ref().map(stopped));
    out.extend(lasting::returns(ended));
    out.extend(lasting::lasts(ended));
    out.extend(will::fate(ended));
    // A cause may have told it.
    let asked = ended.keep_alive.unanswered;
    let is_told = |cause: &Cause| asked.is_some_and(|asked| cause.proof.contains(&asked));
    if !session.verdict.causes.iter().any(is_told) {
        out.extend(ping(ended));
    }
    out.extend(missed(ended));
    out.extend(doubled(ended));
    if ended.open_count > 0 {
        let first = ended.open.first().map(|open| {
            let asker = match open.asker {
                Sender::Client => "client",
                Sender::Server => "server",
            };
            format!(
                ", the first {} {} of the {asker}, which waits for {}",
                open.kind.name(),
                place(&open.first),
                open.next.name()
            )
        });
        let count = text::count(ended.open_count, "exchange");
        out.push(format!("{count} not finished{}", first.unwrap_or_default()));
    }
    out.extend(remarks(ended));
    out
}

/// What it says of a server that it ended all its connections.
fn stopped(all: &AtOnce) -> String {
    format!(
        "the server ended all {} of its connections that are listed here and were open then, within {} from {} on: \
         it was likely stopped, or died",
        text::number(all.count as u64),
        text::duration(all.time),
        place(&all.first)
    )
}

/// What a security review would note, by the rules.
fn remarks(ended: &Ended) -> Option<String> {
    let each = ended.remarks.iter();
    let each = each.map(|remark| format!("{} {}", remark.rule.info().id, place(&remark.at)));
    let all: Vec<String> = each.collect();
    (!all.is_empty()).then(|| format!("security: {}", all.join(", ")))
}

/// The same as a sentence.
fn ping(ended: &Ended) -> Option<String> {
    let (ping, waited) = unanswered_ping(ended)?;
    let (ping, waited) = (place(&ping), text::duration(waited));
    Some(match ended.keep_alive.late_answer {
        Some(late) => format!(
            "the PINGREQ {ping} was not answered in {waited}, as long as the connection lasted; its PINGRESP {} \
             came when the client had left",
            place(&late)
        ),
        None => {
            format!("the PINGREQ {ping} was never answered; the connection lasted {waited} longer")
        }
    })
}

/// The PINGREQ that was not answered though its server had the time to, where all was seen, and how
/// long the connection lasted after it, in nanoseconds.
fn unanswered_ping(ended: &Ended) -> Option<(At, u64)> {
    let ping = ended.keep_alive.unanswered.filter(|_| ended.is_complete)?;
    let over = ended.over_at().or(ended.wire.tcp.map(|tcp| tcp.last)).or(ended.last)?;
    let waited = over.since(ping).filter(|waited| *waited >= PATIENCE)?;
    (ended.wire.lost(Sender::Server).bytes == 0).then_some((ping, waited))
}

/// Messages that others published for its subscriptions and that did not come, and Wills.
fn missed(ended: &Ended) -> Vec<String> {
    let of = |is_will| ended.missed.iter().filter(move |missed| missed.is_will == is_will);
    let wills = of(true).count() as u64;
    let told = |(is_will, count): (bool, u64)| {
        // What was acknowledged weighs more than QoS 0, which may be lost.
        let first = of(is_will).min_by_key(|missed| (missed.is_doubted, missed.qos == 0))?;
        let why = if first.qos > 0 { "which was acknowledged" } else { "QoS 0, which may be lost" };
        let topic = super::words::quoted(&first.topic, 80);
        let (place, stream) = (place(&first.publish), first.from);
        let (noun, what) = match is_will {
            true => ("Will", format!("{topic} of stream {stream}, due at {place}")),
            false => ("message", format!("{topic}, the PUBLISH {place} of stream {stream}, {why}")),
        };
        let first = if count > 1 { "among them " } else { "" };
        let count = text::count(count, noun);
        let unless = match (of(is_will).any(|missed| missed.is_doubted), is_will) {
            (false, _) => "",
            (true, true) => {
                "; unless its client came back in time on a connection that was not captured"
            }
            (true, false) => {
                "; unless the client gave up the subscription on a connection that was not captured"
            }
        };
        Some(format!("{count} for its subscriptions did not come to it: {first}{what}{unless}"))
    };
    let messages = ended.missed_count.saturating_sub(wills);
    [(false, messages), (true, wills)].into_iter().filter_map(told).collect()
}

/// Copies that came once more than a PUBLISH was seen, though one subscription alone matches.
fn doubled(ended: &Ended) -> Option<String> {
    let first = ended.doubled.first()?;
    let copies = match ended.doubled_count {
        1 => "one copy more than was published came to it".into(),
        many => format!("{} copies more than were published came to it", text::number(many)),
    };
    let topic = super::words::quoted(&first.topic, 80);
    Some(format!(
        "{copies}, unless somebody published the same and was not captured: the first of {topic}, the PUBLISH {}, \
         came with {} and again with {}",
        place(&first.publish),
        place(&first.before),
        place(&first.again)
    ))
}
