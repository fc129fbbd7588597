//! Packet types: how many of each, and how many bytes they take.

use super::report::{Cell, Column, Report, column};
use super::{Both, Counted, Run, Statistic, Volume};
use crate::pipeline::Record;
use crate::spec::sn::MessageType;
use crate::spec::{PacketType, Sender};

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column(
        "type",
        "type",
        0,
        "packet type, the standard's name in capitals; `OTHER` is bytes that are no packet",
    ),
    column("packets", "packets", 0, "how many packets"),
    column("from_client", "from client", 2, "of them, sent by clients"),
    column("from_server", "from server", 2, "of them, sent by servers"),
    column("bytes", "bytes", 0, "their bytes, fixed header included"),
    column("share", "share", 1, "part of all packets, from 0 to 1"),
    column("rate", "/s", 3, "packets a second, over the whole time"),
];

/// Counts by type.
#[derive(Debug)]
pub(super) struct Types {
    mqtt: [Both<Volume>; 16],
    sn: Box<[Both<Volume>; 256]>,
    others: Both<Volume>,
}

impl Default for Types {
    fn default() -> Self {
        let none = Both::<Volume>::default();
        Self { mqtt: [none; 16], sn: Box::new([none; 256]), others: none }
    }
}

impl Types {
    fn of(&mut self, record: &Record<'_>) -> &mut Both<Volume> {
        if let Some(decoded) = &record.decoded {
            let kind = usize::from(decoded.header.packet_type.0);
            return self.mqtt.get_mut(kind).unwrap_or(&mut self.others);
        }
        match record.sn.and_then(|sn| sn.decoded.message_type) {
            Some(kind) => self.sn.get_mut(usize::from(kind.0)).unwrap_or(&mut self.others),
            None => &mut self.others,
        }
    }
}

impl Statistic for Types {
    fn count(&mut self, counted: &Counted<'_>) {
        self.of(counted.record).of(counted.sender).add(counted.len);
    }

    fn report<'s>(&'s self, run: &'s Run) -> Report<'s> {
        let mqtt = self.mqtt.iter().zip(0..).map(|(both, kind)| (PacketType(kind).name(), both));
        let sn =
            self.sn.iter().zip(0..=u8::MAX).map(|(both, kind)| (MessageType(kind).name(), both));
        let mut all: Vec<_> = mqtt.chain(sn).filter(|(_, both)| both.all().packets > 0).collect();
        let sum = |rows: &[(&str, &Both<Volume>)]| {
            rows.iter().fold(Volume::default(), |sum, (_, both)| sum.and(both.all()))
        };
        let total = sum(&all);
        all.sort_by_key(|(_, both)| std::cmp::Reverse(both.all().packets));
        let row = |(name, both): &(&str, &Both<Volume>)| {
            let Volume { packets, bytes } = both.all();
            let mut both = **both;
            vec![
                Cell::words(*name),
                Cell::Count(packets),
                Cell::some(both.of(Sender::Client).packets),
                Cell::some(both.of(Sender::Server).packets),
                Cell::Count(bytes),
                Cell::share(packets, total.packets),
                Cell::rate(packets, run.span()),
            ]
        };
        let mut rows: Vec<_> = all.iter().map(row).collect();
        if self.others.all().packets > 0 {
            let mut other = row(&("OTHER", &self.others));
            if let Some(share) = other.get_mut(5) {
                *share = Cell::Nothing;
            }
            rows.push(other);
        }
        let (mut client, mut server) = (0u64, 0u64);
        for (_, both) in &all {
            super::add(&mut client, both.client.packets);
            super::add(&mut server, both.server.packets);
        }
        let mut report = Report::of(COLUMNS, rows);
        report.total = Some(vec![
            Cell::words("all packets"),
            Cell::Count(total.packets),
            Cell::some(client),
            Cell::some(server),
            Cell::Count(total.bytes),
            Cell::Nothing,
            Cell::rate(total.packets, run.span()),
        ]);
        report
    }
}
