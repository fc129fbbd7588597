//! Addresses, as tshark's `endpoints,tcp` and `endpoints,ip` list them, by packets of MQTT.

use super::names::{Slot, Slots};
use super::report::{Cell, Column, Report, column};
use super::{Counted, Run, Statistic, Volume};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::net::SocketAddr;

/// Addresses that are told apart, at some 100 bytes each.
const MAX_ENDPOINTS: usize = 32_768;

/// The columns.
pub(super) static COLUMNS: &[Column] = &[
    column("address", "address", 0, "address and port, or the address alone"),
    column("packets", "packets", 0, "packets that it sent or got"),
    column("bytes", "bytes", 0, "their bytes"),
    column("sent", "sent", 1, "packets that it sent"),
    column("sent_bytes", "bytes", 2, "their bytes"),
    column("received", "received", 1, "packets that it got"),
    column("received_bytes", "bytes", 2, "their bytes"),
];

/// Figures of each address.
#[derive(Debug, Default)]
pub(super) struct Endpoints {
    /// Whether ports make no difference.
    by_host: bool,
    places: HashMap<SocketAddr, Slot, RandomState>,
    endpoints: Slots<Endpoint>,
}

#[derive(Clone, Debug, Default)]
struct Endpoint {
    address: Option<SocketAddr>,
    sent: Volume,
    received: Volume,
}

impl Endpoints {
    /// By address alone.
    pub(super) fn by_host() -> Self {
        Self { by_host: true, ..Self::default() }
    }

    fn at(&mut self, mut address: SocketAddr) -> Option<&mut Endpoint> {
        if self.by_host {
            address.set_port(0);
        }
        let next = self.places.len().saturating_add(1);
        let slot = match self.places.get(&address) {
            Some(slot) => *slot,
            None if self.places.len() >= MAX_ENDPOINTS => Slot::OTHERS,
            None => {
                let slot = Slot::of(next)?;
                self.places.insert(address, slot);
                slot
            }
        };
        let endpoint = self.endpoints.at(slot)?;
        endpoint.address = Some(address);
        Some(endpoint)
    }

    fn row(&self, endpoint: &Endpoint, is_others: bool) -> Vec<Cell> {
        let all = endpoint.sent.and(endpoint.received);
        let name = match endpoint.address {
            Some(address) if !is_others && self.by_host => address.ip().to_string(),
            Some(address) if !is_others => address.to_string(),
            _ => "others".into(),
        };
        vec![
            Cell::Words(name),
            Cell::Count(all.packets),
            Cell::Count(all.bytes),
            Cell::Count(endpoint.sent.packets),
            Cell::Count(endpoint.sent.bytes),
            Cell::Count(endpoint.received.packets),
            Cell::Count(endpoint.received.bytes),
        ]
    }
}

impl Statistic for Endpoints {
    fn count(&mut self, counted: &Counted<'_>) {
        let Some((src, dst)) = counted.record.origin.ends else { return };
        if !counted.record.is_packet() {
            return;
        }
        if let Some(endpoint) = self.at(src) {
            endpoint.sent.add(counted.len);
        }
        if let Some(endpoint) = self.at(dst) {
            endpoint.received.add(counted.len);
        }
    }

    fn report<'s>(&'s self, _: &'s Run) -> Report<'s> {
        let all = |it: &Endpoint| it.sent.and(it.received);
        let mut order = self.endpoints.filled(|it| all(it).packets > 0);
        order.sort_by_key(|row| {
            std::cmp::Reverse(self.endpoints.get(*row as usize).map_or(0, |it| all(it).bytes))
        });
        let row = move |row: u32| {
            let endpoint = self.endpoints.get(row as usize);
            endpoint.map(|it| self.row(it, false)).unwrap_or_default()
        };
        let mut report = Report::lazy(COLUMNS, order, Box::new(row)).ranking();
        let others = self.endpoints.get(0).filter(|it| all(it).packets > 0);
        report.others = others.map(|it| self.row(it, true));
        if report.others.is_some() {
            report.note(format!(
                "the first {} addresses are told apart; those that came later are counted together",
                crate::text::number(MAX_ENDPOINTS as u64)
            ));
        }
        report
    }
}
