//! The whole run in a few figures.

use super::report::{Cell, Column, Report, column};
use super::scale::Scale;
use super::{Both, Counted, Run, Statistic, Volume, add};
use crate::spec::Version;

/// Intervals of the picture of activity, and how long one is to begin with.
const MAX_ACTIVITY: usize = 40;
const ACTIVITY: u64 = 1_000_000;
/// Streams that are counted, at one bit each.
const MAX_STREAMS: u64 = 1 << 20;

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column("begin", "begins", 0, "time of the first frame"),
    column("end", "ends", 0, "time of the last packet"),
    column("seconds", "lasts", 0, "seconds between them"),
    column("packets", "packets", 0, "MQTT packets and MQTT-SN messages"),
    column("packets_per_second", "packets /s", 0, "the same a second"),
    column("bytes", "bytes", 0, "their bytes"),
    column("bytes_per_second", "bytes /s", 0, "the same a second"),
    column("from_client", "from clients", 0, "packets that clients sent"),
    column("from_server", "from servers", 0, "packets that servers sent"),
    column("connections", "connections", 0, "TCP connections with packets"),
    column("published", "published", 0, "PUBLISH packets of clients"),
    column("delivered", "delivered", 0, "PUBLISH packets of servers"),
    column("payload_bytes", "payload bytes", 0, "bytes of their payloads"),
    column("qos0", "QoS 0", 0, "PUBLISH packets with QoS 0"),
    column("qos1", "QoS 1", 0, "the same with QoS 1"),
    column("qos2", "QoS 2", 0, "the same with QoS 2"),
    column("retained", "retained", 0, "PUBLISH packets with RETAIN set"),
    column("mqtt31", "MQTT 3.1", 0, "packets of MQTT 3.1"),
    column("mqtt311", "MQTT 3.1.1", 0, "packets of MQTT 3.1.1, or of a version that is not known"),
    column("mqtt5", "MQTT 5.0", 0, "packets of MQTT 5.0"),
    column("mqttsn", "MQTT-SN", 0, "messages of MQTT-SN"),
    column(
        "broken",
        "broken",
        0,
        "packets that are not whole, or that could not be read to their end",
    ),
    column("other_bytes", "other bytes", 0, "bytes that belong to no packet"),
    column("activity", "activity", 0, "packets by time, in intervals of equal length"),
    column("activity_seconds", "each column", 0, "how long one interval is, in seconds"),
];

/// Figures of the whole run.
#[derive(Debug)]
pub(super) struct Overview {
    /// Packets of each version.
    packets: [Both<Volume>; 4],
    /// PUBLISH packets of each QoS, without RETAIN and with it, and the bytes of their payloads.
    messages: [[Both<Volume>; 2]; 4],
    broken: u64,
    other_bytes: u64,
    streams: Streams,
    activity: Scale<u64>,
}

impl Default for Overview {
    fn default() -> Self {
        Self {
            packets: Default::default(),
            messages: Default::default(),
            broken: 0,
            other_bytes: 0,
            streams: Streams::default(),
            activity: Scale::new(ACTIVITY, MAX_ACTIVITY),
        }
    }
}

impl Statistic for Overview {
    fn count(&mut self, counted: &Counted<'_>) {
        let record = counted.record;
        if !record.is_packet() {
            if record.unit.is_none() {
                add(&mut self.other_bytes, counted.len);
            }
            return;
        }
        if record.decoded.is_some_and(|decoded| decoded.packet.is_none()) {
            add(&mut self.broken, 1);
        }
        let version = match record.version {
            Version::V31 => 0,
            Version::V311 => 1,
            Version::V5 => 2,
            Version::Sn12 => 3,
        };
        if let Some(packets) = self.packets.get_mut(version) {
            packets.of(counted.sender).add(counted.len);
        }
        if let Some(stream) = record.origin.stream {
            self.streams.add(stream);
        }
        if let (Some(start), Some(time)) = (record.origin.start, record.origin.time) {
            let since = u64::try_from(time.saturating_sub(start)).unwrap_or(0);
            if let Some(packets) = self.activity.at(since) {
                add(packets, 1);
            }
        }
        let Some(message) = counted.message else { return };
        let by_retain = self.messages.get_mut(usize::from(message.qos));
        let messages = by_retain.and_then(|it| it.get_mut(usize::from(message.retain)));
        if let Some(messages) = messages {
            messages.of(counted.sender).add(message.payload);
        }
    }

    fn report<'s>(&'s self, run: &'s Run) -> Report<'s> {
        let all = sum(&self.packets);
        let Volume { packets, bytes } = all.all();
        let messages = sum(self.messages.as_flattened());
        let retained = self.messages.map(|[_, retained]| retained);
        let [qos0, qos1, qos2, _] = self.messages.map(|qos| Cell::some(sum(&qos).all().packets));
        let [v31, v311, v5, sn] = self.packets.map(|both| Cell::some(both.all().packets));
        let time = |time: Option<i64>| time.map_or(Cell::Nothing, Cell::Time);
        let has_activity = self.activity.all().len() > 1;
        let activity =
            if has_activity { Cell::Series(self.activity.all().to_vec()) } else { Cell::Nothing };
        let mut report = Report::of(
            COLUMNS,
            vec![vec![
                time(run.start),
                time(run.end),
                Cell::span(run.span()),
                Cell::Count(packets),
                Cell::rate(packets, run.span()),
                Cell::Count(bytes),
                Cell::rate(bytes, run.span()),
                Cell::Count(all.client.packets),
                Cell::Count(all.server.packets),
                Cell::some(self.streams.count),
                Cell::some(messages.client.packets),
                Cell::some(messages.server.packets),
                Cell::some(messages.all().bytes),
                qos0,
                qos1,
                qos2,
                Cell::some(sum(&retained).all().packets),
                v31,
                v311,
                v5,
                sn,
                Cell::some(self.broken),
                Cell::some(self.other_bytes),
                activity,
                if has_activity { Cell::Span(self.activity.width()) } else { Cell::Nothing },
            ]],
        );
        if self.streams.is_partial {
            report.note("there are more connections than are counted");
        }
        report
    }
}

/// All of them together.
fn sum(all: &[Both<Volume>]) -> Both<Volume> {
    all.iter().fold(Both::default(), |sum, one| Both {
        client: sum.client.and(one.client),
        server: sum.server.and(one.server),
    })
}

/// Which streams were seen.
#[derive(Debug, Default)]
struct Streams {
    bits: Vec<u64>,
    latest: Option<u64>,
    count: u64,
    is_partial: bool,
}

impl Streams {
    #[inline]
    fn add(&mut self, stream: u64) {
        if self.latest != Some(stream) {
            self.latest = Some(stream);
            self.find(stream);
        }
    }

    fn find(&mut self, stream: u64) {
        if stream >= MAX_STREAMS {
            self.is_partial = true;
            return;
        }
        let (word, bit) = ((stream >> 6) as usize, 1u64 << (stream & 63));
        if word >= self.bits.len() {
            self.bits.resize(word.saturating_add(1), 0);
        }
        let Some(word) = self.bits.get_mut(word) else { return };
        if *word & bit == 0 {
            *word |= bit;
            add(&mut self.count, 1);
        }
    }
}
