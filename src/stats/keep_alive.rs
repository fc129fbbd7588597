//! Traffic that only keeps connections alive: PINGREQ and PINGRESP (5.0: sections 3.12 and 3.13).

use super::names::Slots;
use super::report::{Cell, Column, Report, column};
use super::{Counted, Run, Statistic, Volume, add};
use crate::mqtt::Packet;
use crate::spec::{PropertyId, Sender};
use crate::text;

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column(
        "client",
        "client",
        0,
        "Client Identifier; where that is not known the address in round brackets",
    ),
    column(
        "keep_alive",
        "Keep Alive",
        0,
        "the Keep Alive that holds, in seconds: that of the CONNECT, or of the CONNACK where the server sets another; 0 is off",
    ),
    column("pingreqs", "PINGREQ", 0, "PINGREQ packets"),
    column("pingresps", "PINGRESP", 0, "PINGRESP packets"),
    column("ping_bytes", "bytes", 1, "bytes of both"),
    column("share", "share", 1, "part of all packets of the client both ways, from 0 to 1"),
    column(
        "longest_silence",
        "longest silence",
        2,
        "the longest time without a packet of the client in one connection, in seconds",
    ),
    column(
        "pings_with_traffic",
        "needless",
        3,
        "PINGREQ packets that came less than half a Keep Alive after another packet of the client",
    ),
];

/// Figures of each client.
#[derive(Debug, Default)]
pub(super) struct KeepAlive {
    clients: Slots<Client>,
    pings: Volume,
    all: Volume,
}

#[derive(Clone, Debug, Default)]
struct Client {
    seconds: Option<u16>,
    requests: u64,
    responses: u64,
    bytes: u64,
    packets: u64,
    needless: u64,
    latest: Option<i64>,
    longest: Option<u64>,
}

impl Client {
    /// A packet of the client: how long it was silent before.
    fn speaks(&mut self, time: Option<i64>, is_ping: bool) {
        let silence = time
            .zip(self.latest)
            .and_then(|(now, before)| u64::try_from(now.saturating_sub(before)).ok());
        self.latest = time.or(self.latest);
        self.longest = self.longest.max(silence);
        let half = self
            .seconds
            .filter(|seconds| *seconds > 0)
            .map(|seconds| u64::from(seconds).saturating_mul(500_000_000));
        if let (true, Some(silence), Some(half)) = (is_ping, silence, half) {
            add(&mut self.needless, (silence < half).into());
        }
    }

    fn row(&self, name: Cell) -> Vec<Cell> {
        vec![
            name,
            self.seconds.map_or(Cell::Nothing, |seconds| Cell::Count(seconds.into())),
            Cell::Count(self.requests),
            Cell::Count(self.responses),
            Cell::Count(self.bytes),
            Cell::share(self.requests.saturating_add(self.responses), self.packets),
            Cell::span(self.longest),
            Cell::some(self.needless),
        ]
    }
}

impl Statistic for KeepAlive {
    fn count(&mut self, counted: &Counted<'_>) {
        let Some(decoded) = &counted.record.decoded else { return };
        let Some(client) = self.clients.at(counted.client) else { return };
        add(&mut client.packets, 1);
        self.all.add(counted.len);
        match &decoded.packet {
            Some(Packet::Connect(connect)) => {
                client.seconds = Some(connect.keep_alive);
                client.latest = None;
            }
            Some(Packet::Connack(connack)) => {
                let other = connack.properties.number(PropertyId::SERVER_KEEP_ALIVE);
                client.seconds =
                    other.and_then(|other| u16::try_from(other).ok()).or(client.seconds);
            }
            Some(Packet::Pingreq) => add(&mut client.requests, 1),
            Some(Packet::Pingresp) => add(&mut client.responses, 1),
            _ => {}
        }
        let is_ping = matches!(decoded.packet, Some(Packet::Pingreq));
        if is_ping || matches!(decoded.packet, Some(Packet::Pingresp)) {
            add(&mut client.bytes, counted.len);
            self.pings.add(counted.len);
        }
        if counted.sender == Sender::Client {
            client.speaks(counted.record.origin.time, is_ping);
        }
    }

    fn report<'s>(&'s self, run: &'s Run) -> Report<'s> {
        let pings = |it: &Client| it.requests.saturating_add(it.responses);
        let mut order = self.clients.filled(|it| it.packets > 0);
        order
            .sort_by_key(|row| std::cmp::Reverse(self.clients.get(*row as usize).map_or(0, pings)));
        let row = move |row: u32| {
            let name = run.names.client_cell(row as usize);
            self.clients.get(row as usize).map(|it| it.row(name)).unwrap_or_default()
        };
        let mut report = Report::lazy(COLUMNS, order, Box::new(row)).ranking();
        let others = self.clients.get(0).filter(|it| it.packets > 0);
        // How long all others together were silent says nothing.
        let others =
            others.map(|it| Client { longest: None, seconds: None, needless: 0, ..it.clone() });
        report.others = others.map(|it| it.row(Cell::words("others")));
        report.notes.extend(run.names.clients_note());
        if self.all.packets > 0 {
            let percent = self.pings.packets as f64 * 100.0 / self.all.packets as f64;
            report.note(format!(
                "{} of {} only keep connections alive ({percent:.1} %), {}",
                text::number(self.pings.packets),
                text::count(self.all.packets, "packet"),
                text::count(self.pings.bytes, "byte"),
            ));
        }
        report
    }
}
