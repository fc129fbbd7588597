//! `-d tcp.port==1884,mqtt`, `-d udp.port==2442-2450,mqttsn`: which ports carry what.

use std::ops::RangeInclusive;

/// Ports that are read as MQTT or as MQTT-SN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DecodeAs {
    /// What they carry.
    pub(super) carries: Carries,
    /// Their numbers.
    pub(super) ports: RangeInclusive<u16>,
}

/// What a port carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carries {
    /// MQTT, over TCP.
    Mqtt,
    /// MQTT-SN, over UDP.
    MqttSn,
}

/// The ports of such an argument, and what they carry.
pub(super) fn parse(text: &str) -> Result<DecodeAs, String> {
    let wrong = || {
        format!(
            "\"{text}\" is not of the form tcp.port==N,mqtt or udp.port==N,mqttsn, for example \
             tcp.port==1884,mqtt"
        )
    };
    let (selector, protocol) = text.split_once(',').ok_or_else(wrong)?;
    let (layer, chosen) = selector.split_once("==").ok_or_else(wrong)?;
    let (transport, carries) = match (layer.trim(), protocol.trim()) {
        ("tcp.port", "mqtt") => ("TCP", Carries::Mqtt),
        ("udp.port", "mqttsn") => ("UDP", Carries::MqttSn),
        _ => return Err(wrong()),
    };
    let ports = ports(chosen).ok_or_else(|| {
        format!(
            "\"{chosen}\" is no {transport} port and no range of them, as 5000-5600: they are 1 to 65535"
        )
    })?;
    Ok(DecodeAs { carries, ports })
}

/// One port, or as tshark has it the first and the last one (5000-5600), or the first one and how many
/// (5000:601).
fn ports(text: &str) -> Option<RangeInclusive<u16>> {
    let number = |text: &str| text.trim().parse::<u16>().ok().filter(|number| *number > 0);
    if let Some((first, last)) = text.split_once('-') {
        let (first, last) = (number(first)?, number(last)?);
        return (first <= last).then_some(first..=last);
    }
    let (first, count) = match text.split_once(':') {
        Some((first, count)) => (number(first)?, number(count)?),
        None => (number(text)?, 1),
    };
    Some(first..=first.checked_add(count.checked_sub(1)?)?)
}

#[cfg(test)]
mod tests {
    use super::{Carries, DecodeAs, parse};

    #[test]
    fn tsharks_forms_are_understood_and_others_are_explained() {
        let mqtt = |ports| Ok(DecodeAs { carries: Carries::Mqtt, ports });
        assert_eq!(parse("tcp.port==1884,mqtt"), mqtt(1884..=1884));
        assert_eq!(parse("tcp.port==5000-5600,mqtt"), mqtt(5000..=5600));
        assert_eq!(parse("tcp.port==5000:3,mqtt"), mqtt(5000..=5002));
        let sn = DecodeAs { carries: Carries::MqttSn, ports: 2442..=2442 };
        assert_eq!(parse("udp.port==2442,mqttsn"), Ok(sn));
        for wrong in [
            "1884",
            "tcp.port==x,mqtt",
            "tcp.port==0,mqtt",
            "tcp.port==0-5,mqtt",
            "tcp.port==9-5,mqtt",
            "tcp.port==5-,mqtt",
            "tcp.port==65535:2,mqtt",
            "udp.port==0,mqttsn",
            "udp.port==1,mqtt",
            "tcp.port==1,mqttsn",
            "tcp.port==1,http",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
