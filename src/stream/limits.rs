//! Bounds, with their reasons, and counters.

use std::time::Duration;

/// What the flow table may hold. Whatever the traffic, memory stays below these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections that are remembered.
    pub flows: usize,
    /// Bytes held for one side of a connection while earlier ones are missing.
    pub held_per_side: usize,
    /// Bytes held for all connections together.
    pub held_in_all: usize,
    /// How long a connection may be silent, in the time of the capture, until it is forgotten.
    pub idle: Duration,
    /// The same for a connection that has carried nothing: a SYN that nobody answers, for one.
    pub idle_without_payload: Duration,
}

impl Limits {
    /// A busy broker has tens of thousands of clients. As many connections as this take 90 MB if
    /// they carry nothing (a flood of SYNs), and 260 MB if they carry MQTT.
    pub const FLOWS: usize = 65_536;
    /// The largest receive window that Linux grants by default is 6 MiB: more can't be in flight.
    pub const HELD_PER_SIDE: usize = 6 << 20;
    /// Ten sides with a full window at the same time; only an attack has more.
    pub const HELD_IN_ALL: usize = 64 << 20;
    /// The longest Keep Alive is 65,535 seconds, and a server waits half as long again: 27.3 hours.
    pub const IDLE: Duration = Duration::from_secs(28 * 3_600);
    /// Systems give up a SYN after some two minutes; a server waits less for a CONNECT.
    pub const IDLE_WITHOUT_PAYLOAD: Duration = Duration::from_secs(300);
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            flows: Self::FLOWS,
            held_per_side: Self::HELD_PER_SIDE,
            held_in_all: Self::HELD_IN_ALL,
            idle: Self::IDLE,
            idle_without_payload: Self::IDLE_WITHOUT_PAYLOAD,
        }
    }
}

/// Segments of a connection that may pass before an acknowledged hole counts as lost: more than a
/// capture on several queues is known to reorder.
pub(super) const GAP_PATIENCE: u64 = 64;
/// On a slow connection the time decides, in nanoseconds: no capture delivers a frame a second late.
pub(super) const GAP_PATIENCE_TIME: i64 = 1_000_000_000;
/// Segments that must pass even then: times may be as shuffled as the frames.
pub(super) const GAP_PATIENCE_LEAST: u64 = 8;
/// Segments that may pass where only one direction was captured, so that nothing is acknowledged.
pub(super) const GAP_PATIENCE_ONE_WAY: u64 = 256;
/// How far from the expected sequence number a segment may lie, in bytes: the largest window of TCP.
pub(super) const REACH: i64 = 1 << 30;
/// How far from the expected sequence number the segments of one connection lie, in bytes, unless
/// a long run of them was lost: the largest receive window that systems grant by default.
pub(super) const WINDOW: u64 = 6 << 20;
/// Segments in a row that no window reaches, after which they count as a new connection: one may
/// be a mistake or an attack.
pub(super) const STRAYS: u8 = 3;
/// How often idle connections are looked for, in nanoseconds of the capture's time.
pub(super) const SWEEP: i64 = 60_000_000_000;
/// Segments between two such looks, if there are fewer connections: looking costs little for each.
pub(super) const SWEEP_SEGMENTS: u64 = 1_024;
/// How far behind the first segment its connection's SYN may come, in bytes: one unscaled window.
pub(super) const LATE_SYN_REACH: u32 = 65_535;

/// How long a connection is remembered after its last segment when both sides have ended it, in
/// nanoseconds: as long as Linux does, after which nothing of it is sent again.
pub(super) const LINGER: i64 = 60_000_000_000;
/// The same where frames have no times, in segments of all connections: a minute of a busy link.
pub(super) const LINGER_SEGMENTS: u64 = 65_536;

/// What happened over all connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamCounters {
    /// Segments taken.
    pub segments: u64,
    /// Connections that appeared.
    pub streams: u64,
    /// Connections forgotten because there were too many.
    pub forgotten: u64,
    /// Connections forgotten because they were silent for too long.
    pub idle: u64,
    /// Segments that came before earlier bytes.
    pub out_of_order: u64,
    /// Bytes that came again.
    pub repeated_bytes: u64,
    /// Segments that repeated bytes with other contents.
    pub conflicts: u64,
    /// Gaps told.
    pub gaps: u64,
    /// Bytes in them.
    pub gap_bytes: u64,
    /// Segments with a sequence number that no window reaches; they were passed over.
    pub strays: u64,
    /// Bytes before the first segment that was seen; they were passed over.
    pub before_start_bytes: u64,
    /// Bytes behind the end of their side; they were passed over.
    pub after_end_bytes: u64,
    /// Keep-alive probes.
    pub keep_alives: u64,
    /// Segments that came before bytes of the other side that they acknowledge; they waited for
    /// these.
    pub ahead: u64,
}
