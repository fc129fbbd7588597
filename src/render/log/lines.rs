//! The lines on their way out, in the order of their seconds. One may still change: whether a PUBLISH was
//! denied is told by the packet that answers it. Others may come that belong before: those of a client that
//! waits for an answer.

use crate::log;
use crate::spec::mosquitto::{Event, LogField, Release};
use std::collections::VecDeque;

/// Lines that wait for one that may still change. Beyond, it stays as it is.
const MAX_WAITING: usize = 256;
/// Lines that wait for those of a client that waits.
const MAX_HELD: usize = 16_384;
/// How long they wait, in nanoseconds: a broker answers at once, or not at all.
pub(super) const PATIENCE: i64 = 5_000_000_000;
/// In nanoseconds. The log has no less.
const SECOND: i64 = 1_000_000_000;

/// The values of a line.
pub(super) type Values = Vec<(LogField, String)>;

/// One line of the log.
#[derive(Clone, Debug)]
pub struct Line {
    /// When: nanoseconds since 1970-01-01 UTC.
    pub time: Option<i64>,
    /// What it tells of.
    pub event: Event,
    /// The values.
    pub values: Vec<(LogField, String)>,
    /// The line without its time.
    pub text: String,
    /// The number of the packet that it is about; 0 for what no packet tells.
    pub packet: u64,
    /// The topic is not known, so that the text is not what the log has: its Topic Alias was set before the
    /// capture begins.
    pub lacks_topic: bool,
}

/// Where and when a line is written, and by which packet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct When {
    pub(super) time: Option<i64>,
    pub(super) packet: u64,
}

/// The queue.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) release: Release,
    queue: VecDeque<Slot>,
    /// Lines that were not written, as what they rest on did not show.
    pub(super) dropped: u64,
    /// PUBLISH packets that were not written, as no answer told whether they were denied.
    pub(super) unanswered: u64,
}

/// What a line that may still change tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    /// A connection was opened: a listener of WebSocket has no line for it.
    Opening,
    /// A PUBLISH with this Packet Identifier: it may be denied.
    Message(u16),
    /// A DISCONNECT: the broker may have closed before it had it.
    Left,
    /// The client was taken over: it may have left before.
    Taken,
    /// The client was silent for too long: it may have been taken over.
    Silent,
    /// The delivery of a Will, it seems, of the client that this connection, the CONNECT of which is not answered yet, has
    /// the Client Identifier of: the broker says before it that it closes the old connection.
    Will,
    /// Said by a client behind a packet of which it is not known yet whether the broker took it.
    Doubted,
    /// The same as `Taken` where it is not known yet that the old connection was open: unless that shows, the line is not
    /// written.
    Doubtful,
}

#[derive(Debug)]
struct Slot {
    line: Line,
    /// The connection, and what may change.
    open: Option<(u64, Open)>,
}

impl Lines {
    pub(super) fn new(release: Release) -> Self {
        Self { release, queue: VecDeque::new(), dropped: 0, unanswered: 0 }
    }

    /// Writes a line, if the release has one.
    pub(super) fn put(&mut self, when: When, event: Event, values: Values) {
        self.slot(when, event, values, None, None);
    }

    /// The same with a line that the answer to a packet may change.
    pub(super) fn put_open(&mut self, when: When, event: Event, values: Values, by: (u64, Open)) {
        self.slot(when, event, values, Some(by), None);
    }

    /// The same before the first line that tells of `mark`, and with the time of that, where there is one.
    pub(super) fn put_before(
        &mut self,
        mark: (u64, Open),
        when: When,
        event: Event,
        values: Values,
        by: Option<(u64, Open)>,
    ) {
        let place = self.queue.iter().position(|slot| slot.open == Some(mark));
        let at = place.and_then(|place| self.queue.get(place));
        let when = at.map_or(when, |slot| When { time: slot.line.time, ..when });
        self.slot(when, event, values, by, place);
    }

    fn slot(
        &mut self,
        when: When,
        event: Event,
        mut values: Values,
        open: Option<(u64, Open)>,
        place: Option<usize>,
    ) {
        let is_message = [Event::PUBLISH_IN, Event::PUBLISH_OUT].contains(&event);
        let has_topic = values.iter().any(|(field, _)| *field == LogField::TOPIC);
        let lacks_topic = is_message && !has_topic;
        if lacks_topic {
            values.push((LogField::TOPIC, String::new()));
        }
        let write = |event| Some((event, log::write(event, self.release, &values)?));
        // Other releases tell fewer ends apart.
        let closed = (event == Event::ENDED_IN_PACKET).then_some(Event::CLOSED);
        let older = [Event::FEATURE, Event::SOCKET_ERROR];
        let skipped = usize::from(event != Event::BAD_METHOD);
        let older = older.into_iter().skip(skipped).filter(|_| event.is_end());
        let written = std::iter::once(event).chain(closed).chain(older).find_map(write);
        let Some((event, text)) = written else { return };
        let When { time, packet } = when;
        let place = place.unwrap_or_else(|| self.place_behind(time));
        self.queue.insert(
            place,
            Slot { line: Line { time, event, values, text, packet, lacks_topic }, open },
        );
    }

    /// Where a line of this time belongs: behind those of its second.
    fn place_behind(&self, time: Option<i64>) -> usize {
        let second = time.map(second);
        let is_later = |slot: &&Slot| slot.line.time.map(self::second) > second;
        let later = match second {
            Some(_) => self.queue.iter().rev().take_while(is_later).count(),
            None => 0,
        };
        self.queue.len().saturating_sub(later)
    }

    /// The lines are not written after all; whether there were any.
    pub(super) fn take_back(&mut self, by: (u64, Open)) -> bool {
        let before = self.queue.len();
        self.queue.retain(|slot| slot.open != Some(by));
        self.queue.len() < before
    }

    /// The PUBLISH packets of a connection that were not answered yet, but for this one, are not written: how many those
    /// are.
    pub(super) fn take_back_unanswered(&mut self, stream: u64, answered: Option<u16>) -> u64 {
        let before = self.queue.len();
        let is_unanswered = |slot: &Slot| match slot.open {
            Some((of, Open::Message(mid))) => of == stream && Some(mid) != answered,
            _ => false,
        };
        self.queue.retain(|slot| !is_unanswered(slot));
        u64::try_from(before.saturating_sub(self.queue.len())).unwrap_or(u64::MAX)
    }

    /// The lines stay as they are.
    pub(super) fn stay(&mut self, by: (u64, Open)) {
        let all = self.queue.iter_mut().filter(|slot| slot.open == Some(by));
        all.for_each(|slot| slot.open = None);
    }

    /// The answer came: the line tells of another event, or stays as it is.
    pub(super) fn settle(&mut self, by: (u64, Open), event: Option<Event>) {
        let Some(slot) = self.queue.iter_mut().find(|slot| slot.open == Some(by)) else { return };
        slot.open = None;
        if let Some(event) = event
            && let Some(text) = log::write(event, self.release, &slot.line.values)
        {
            (slot.line.event, slot.line.text) = (event, text);
        }
    }

    /// The next line that does not change any more, and before which none may come: a client has waited
    /// `since` then.
    pub(super) fn next(
        &mut self,
        (now, since): (Option<i64>, Option<i64>),
        is_last: bool,
    ) -> Option<Line> {
        let front = self.queue.front()?;
        let is_behind =
            front.line.time.zip(since).is_some_and(|(time, since)| second(time) > second(since));
        if is_behind && !is_last && self.queue.len() <= MAX_HELD {
            return None;
        }
        let is_old = || {
            let passed = front.line.time.zip(now).map(|(then, now)| now.saturating_sub(then));
            passed.is_some_and(|passed| passed > PATIENCE)
        };
        let is_late = is_last || is_old();
        if front.open.is_some() && !is_late && self.queue.len() <= MAX_WAITING {
            return None;
        }
        let slot = self.queue.pop_front()?;
        let untold = match slot.open {
            Some((_, Open::Doubtful)) => &mut self.dropped,
            Some((_, Open::Message(_))) if is_late => &mut self.unanswered,
            _ => return Some(slot.line),
        };
        *untold = untold.saturating_add(1);
        self.next((now, since), is_last)
    }
}

/// The second that the log shows.
const fn second(time: i64) -> i64 {
    time.div_euclid(SECOND)
}
