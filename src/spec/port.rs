//! Well-known ports: where MQTT is expected. On any other port it is told by its bytes.

use std::ops::RangeInclusive;

/// What of a server listens on a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// `tcp` or `udp`, as capture filters say it.
    pub transport: &'static str,
    /// The number.
    pub number: u16,
    /// What it carries, in words.
    pub carries: &'static str,
    /// Whether it is for this alone: what else is found there is worth a word.
    pub is_own: bool,
}

/// The ports. To add one, add a row: live capture, `read` and the README loop over them.
pub static PORTS: &[Port] = &[
    row("tcp", 1883, "MQTT", true),
    row("tcp", 8883, "MQTT over TLS", true),
    row("tcp", 8083, "MQTT over WebSocket (EMQX)", false),
    row("tcp", 8084, "MQTT over WebSocket and TLS (EMQX)", false),
    row("tcp", 9001, "MQTT over WebSocket (Mosquitto's usual example)", false),
    row("udp", 1884, "MQTT-SN", true),
    row("udp", 10_000, "MQTT-SN (Paho's gateway)", true),
];

const fn row(transport: &'static str, number: u16, carries: &'static str, is_own: bool) -> Port {
    Port { transport, number, carries, is_own }
}

/// The ports that are for MQTT alone (`tcp`), or for MQTT-SN (`udp`).
pub fn own(transport: &str) -> impl Iterator<Item = u16> {
    PORTS.iter().filter(move |row| row.is_own && row.transport == transport).map(|row| row.number)
}

/// A capture filter for all of them, in libpcap's language, and for further ports.
#[must_use]
pub fn filter(tcp: &[RangeInclusive<u16>], udp: &[RangeInclusive<u16>]) -> String {
    [("tcp", tcp), ("udp", udp)].map(|(transport, more)| of_transport(transport, more)).join(" or ")
}

fn of_transport(transport: &str, more: &[RangeInclusive<u16>]) -> String {
    let known = PORTS.iter().filter(|row| row.transport == transport).map(|row| row.number);
    let (single, ranges): (Vec<_>, Vec<_>) =
        more.iter().partition(|range| range.start() == range.end());
    let mut numbers: Vec<u16> = Vec::new();
    for number in known.chain(single.into_iter().map(|range| *range.start())) {
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    let numbers: Vec<String> = numbers.iter().map(u16::to_string).collect();
    let mut out = format!("{transport} port ({})", numbers.join(" or "));
    for range in ranges {
        out.push_str(&format!(" or {transport} portrange {}-{}", range.start(), range.end()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_names_each_port_once() {
        assert_eq!(
            filter(&[1883..=1883, 4000..=4000], &[]),
            "tcp port (1883 or 8883 or 8083 or 8084 or 9001 or 4000) or udp port (1884 or 10000)"
        );
        assert!(
            filter(&[5000..=5600], &[]).contains("9001) or tcp portrange 5000-5600 or udp port")
        );
        assert_eq!(own("udp").collect::<Vec<_>>(), [1884, 10_000]);
    }
}
