//! Clients: what each sent and got.

use super::names::Slots;
use super::report::{Cell, Column, Report, column};
use super::{Both, Counted, Run, Statistic, Volume, add};
use crate::spec::{PacketType, Sender, Version};

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column(
        "client",
        "client",
        0,
        "Client Identifier; where that is not known the address in round brackets",
    ),
    column("version", "MQTT", 3, "the version that its packets were read by last"),
    column("connects", "connects", 2, "CONNECT packets"),
    column("sent", "sent", 0, "packets that it sent"),
    column("sent_bytes", "bytes", 1, "their bytes"),
    column("received", "received", 0, "packets that it got"),
    column("received_bytes", "bytes", 1, "their bytes"),
    column("published", "published", 2, "PUBLISH packets that it sent"),
    column("delivered", "delivered", 2, "PUBLISH packets that it got"),
    column("rate", "/s", 4, "packets a second both ways, over the whole time"),
    column("first", "first", 4, "seconds from the first frame to its first packet"),
    column("last", "last", 4, "seconds from the first frame to its last packet"),
];

/// Figures of each client.
#[derive(Debug, Default)]
pub(super) struct Clients {
    clients: Slots<Client>,
}

#[derive(Clone, Debug, Default)]
struct Client {
    volume: Both<Volume>,
    published: Both<u64>,
    connects: u64,
    version: Option<Version>,
    first: Option<i64>,
    last: Option<i64>,
}

impl Client {
    fn row(&self, name: Cell, run: &Run) -> Vec<Cell> {
        let Volume { packets: sent, bytes: sent_bytes } = self.volume.client;
        let Volume { packets: received, bytes: received_bytes } = self.volume.server;
        vec![
            name,
            self.version.map_or(Cell::Nothing, |version| Cell::words(version.name())),
            Cell::some(self.connects),
            Cell::Count(sent),
            Cell::Count(sent_bytes),
            Cell::Count(received),
            Cell::Count(received_bytes),
            Cell::some(self.published.client),
            Cell::some(self.published.server),
            Cell::rate(self.volume.all().packets, run.span()),
            Cell::since(self.first.and_then(|time| run.since(time))),
            Cell::since(self.last.and_then(|time| run.since(time))),
        ]
    }
}

impl Statistic for Clients {
    fn count(&mut self, counted: &Counted<'_>) {
        let record = counted.record;
        if !record.is_packet() {
            return;
        }
        let Some(client) = self.clients.at(counted.client) else { return };
        client.volume.of(counted.sender).add(counted.len);
        client.last = record.origin.time.or(client.last);
        client.first = client.first.or(record.origin.time);
        let kind = record.decoded.map(|decoded| decoded.header.packet_type);
        if kind == Some(PacketType::PUBLISH) || (record.sn.is_some() && counted.message.is_some()) {
            add(client.published.of(counted.sender), 1);
        }
        if record.version_from.name().is_some() || record.version == Version::Sn12 {
            client.version = Some(record.version);
        }
        if kind == Some(PacketType::CONNECT) && counted.sender == Sender::Client {
            add(&mut client.connects, 1);
        }
    }

    fn report<'s>(&'s self, run: &'s Run) -> Report<'s> {
        let bytes = |client: &Client| client.volume.all().bytes;
        let mut order = self.clients.filled(|client| client.volume.all().packets > 0);
        order
            .sort_by_key(|row| std::cmp::Reverse(self.clients.get(*row as usize).map_or(0, bytes)));
        let row = move |row: u32| {
            let name = run.names.client_cell(row as usize);
            self.clients.get(row as usize).map(|client| client.row(name, run)).unwrap_or_default()
        };
        let mut report = Report::lazy(COLUMNS, order, Box::new(row)).ranking();
        let others = self.clients.get(0).filter(|others| others.volume.all().packets > 0);
        report.others = others.map(|others| others.row(Cell::words("others"), run));
        report.notes.extend(run.names.clients_note());
        report
    }
}
