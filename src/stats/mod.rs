//! Statistics: figures over all packets of a run, in memory that does not grow with it.
//!
//! What may enter: what can be said of many packets at once. Records come in as to any
//! [`Consumer`](crate::pipeline::Consumer), and at the end each statistic gives a [`Report`]: a table of
//! typed cells that knows nothing of how it is written down. To add one: a file with a type that implements
//! [`Statistic`], and a row in [`STATISTICS`].
//!
//! Most packets come here without their tree and without what the session tracker knows of them, and
//! nothing is allocated for a packet: names are looked up by their bytes, and copied when they are new.
//! Whatever there may be any number of has a bound with a name; what is over it is counted together, and
//! told.
//!
//! ```
//! use mqttscope::paste;
//! use mqttscope::pipeline::{PastedSettings, read_paste};
//! use mqttscope::stats::{Stats, choose};
//!
//! // Two messages on two topics.
//! let pasted = paste::parse("30 03 00 01 61  30 03 00 01 62", &paste::Options::default());
//! let stats = Stats::new(vec![choose("topics", None)?]);
//! let stats = read_paste(&pasted, PastedSettings::default(), stats);
//! let (_, report) = stats.reports().next().unwrap();
//! assert_eq!(report.order.len(), 2);
//! # Ok::<(), String>(())
//! ```

mod aliases;
mod clients;
mod collect;
mod connections;
mod endpoints;
mod filtered;
mod findings;
mod identity;
mod interval;
mod keep_alive;
mod latencies;
mod names;
mod overhead;
mod overview;
mod reasons;
mod report;
mod scale;
mod sizes;
mod table;
mod topics;
mod types;
mod values;

pub use collect::Stats;
#[doc(hidden)]
pub use identity::Identities;
#[doc(hidden)]
pub use names::{Names, Slot, Slots};
pub use report::{Cell, Column, Layout, Report};
#[doc(hidden)]
pub use table::DEFAULT;
pub use table::{STATISTICS, StatisticRow, choose};

use crate::mqtt::Packet;
use crate::mqtt::packet::Publish;
use crate::pipeline::Record;
use crate::spec::Sender;

/// One statistic.
#[doc(hidden)]
pub trait Statistic: Send {
    /// Whether a record that has no tree, no findings and no facts is enough. Where not, it comes
    /// again with them.
    fn is_content(&self, record: &Record<'_>) -> bool {
        let _ = record;
        true
    }

    /// Whether [`is_content`](Self::is_content) may say no, beyond what the table says.
    fn may_ask(&self) -> bool {
        false
    }

    /// Counts a record.
    fn count(&mut self, counted: &Counted<'_>);

    /// What there is to say.
    fn report<'s>(&'s self, run: &'s Run) -> Report<'s>;
}

/// A record to be counted, with what several statistics want to know of it.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Counted<'r> {
    /// The record.
    pub record: &'r Record<'r>,
    /// Its bytes.
    pub len: u64,
    /// Which end sent it; where that is not known it is taken for the client.
    pub sender: Sender,
    /// The topic of a PUBLISH, where a statistic needs it.
    pub topic: Slot,
    /// The client, where a statistic needs it.
    pub client: Slot,
    /// The PUBLISH of MQTT or MQTT-SN that it is.
    pub message: Option<Message>,
}

impl<'r> Counted<'r> {
    /// The PUBLISH that it is.
    #[must_use]
    #[doc(hidden)]
    pub fn publish(&self) -> Option<&'r Publish<'r>> {
        match &self.record.decoded.as_ref()?.packet {
            Some(Packet::Publish(publish)) => Some(publish),
            _ => None,
        }
    }
}

/// What matters of a PUBLISH.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Message {
    /// Its QoS; 3 stands for -1 of MQTT-SN, and is a fault in MQTT.
    pub qos: u8,
    /// RETAIN.
    pub retain: bool,
    /// Bytes of its payload.
    pub payload: u64,
}

impl Message {
    /// The PUBLISH of MQTT or MQTT-SN that a record is.
    #[inline]
    fn of(record: &Record<'_>) -> Option<Self> {
        let Some(decoded) = record.decoded else { return Self::of_sn(record) };
        let Some(Packet::Publish(publish)) = &decoded.packet else { return None };
        let (qos, retain) = (publish.qos, publish.retain);
        Some(Self { qos, retain, payload: publish.payload.len() as u64 })
    }

    #[cold]
    fn of_sn(record: &Record<'_>) -> Option<Self> {
        let message = record.sn?.decoded.message.filter(identity::is_publish)?;
        Some(Self {
            qos: message.flags.qos(),
            retain: message.flags.meets(crate::spec::sn::Flags::RETAIN),
            payload: message.data.unwrap_or_default().len() as u64,
        })
    }
}

/// What is known of the run besides: names, and how long it was.
#[derive(Debug, Default)]
#[doc(hidden)]
pub struct Run {
    /// The time of the first frame.
    pub start: Option<i64>,
    /// The time of the last packet that was counted.
    pub end: Option<i64>,
    /// Names of topics and of clients.
    pub names: Identities,
}

impl Run {
    /// From the first frame to the last packet, in nanoseconds.
    #[must_use]
    pub(crate) fn span(&self) -> Option<u64> {
        self.since(self.end?)
    }

    /// From the first frame to a time.
    #[must_use]
    #[doc(hidden)]
    pub fn since(&self, time: i64) -> Option<u64> {
        u64::try_from(time.checked_sub(self.start?)?).ok()
    }
}

/// Adds to a figure.
#[inline]
fn add(figure: &mut u64, more: u64) {
    *figure = figure.saturating_add(more);
}

/// Packets and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Volume {
    packets: u64,
    bytes: u64,
}

impl Volume {
    #[inline]
    fn add(&mut self, bytes: u64) {
        add(&mut self.packets, 1);
        add(&mut self.bytes, bytes);
    }

    fn and(self, other: Self) -> Self {
        Self {
            packets: self.packets.saturating_add(other.packets),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }
}

/// What went each way.
#[derive(Clone, Copy, Debug, Default)]
struct Both<T> {
    client: T,
    server: T,
}

impl<T> Both<T> {
    #[inline]
    fn of(&mut self, sender: Sender) -> &mut T {
        match sender {
            Sender::Client => &mut self.client,
            Sender::Server => &mut self.server,
        }
    }
}

impl Both<Volume> {
    fn all(&self) -> Volume {
        self.client.and(self.server)
    }
}
