//! Brokers at which somebody publishes whom the capture does not show: what looks like the message
//! of a client that was captured may be of that one.

use std::collections::HashSet;
use std::net::IpAddr;

/// Brokers that are told apart; with more, strangers are taken to be at each.
const MAX_BROKERS: usize = 1_024;

/// Where messages came from nowhere, or a part of what a client sent is missing.
#[derive(Debug, Default)]
pub(super) struct Strangers(HashSet<IpAddr, foldhash::fast::RandomState>);

impl Strangers {
    /// A message is delivered that no client was seen to publish, or bytes of a client were lost.
    pub(super) fn publish(&mut self, server: IpAddr) {
        if self.0.len() < MAX_BROKERS {
            self.0.insert(server);
        }
    }

    /// Whether there may be any at this broker.
    pub(super) fn are_at(&self, server: IpAddr) -> bool {
        self.0.len() >= MAX_BROKERS || self.0.contains(&server)
    }
}
