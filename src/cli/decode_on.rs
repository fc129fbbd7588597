//! `-d tcp.port==1884,mqtt`, `-d udp.port==2442,mqttsn`: which ports carry what.

/// A port that is read as MQTT or as MQTT-SN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DecodeAs {
    /// A TCP port that carries MQTT.
    Mqtt(u16),
    /// A UDP port that carries MQTT-SN.
    MqttSn(u16),
}

/// The port of such an argument, and what it carries.
pub(super) fn parse(text: &str) -> Result<DecodeAs, String> {
    let wrong = || {
        format!(
            "\"{text}\" is not of the form tcp.port==N,mqtt or udp.port==N,mqttsn, for example \
             tcp.port==1884,mqtt"
        )
    };
    let (selector, protocol) = text.split_once(',').ok_or_else(wrong)?;
    let (layer, port) = selector.split_once("==").ok_or_else(wrong)?;
    let (transport, decode_as): (_, fn(u16) -> DecodeAs) = match (layer.trim(), protocol.trim()) {
        ("tcp.port", "mqtt") => ("TCP", DecodeAs::Mqtt),
        ("udp.port", "mqttsn") => ("UDP", DecodeAs::MqttSn),
        _ => return Err(wrong()),
    };
    match port.trim().parse() {
        Ok(port) if port > 0 => Ok(decode_as(port)),
        _ => Err(format!("\"{port}\" is not a {transport} port: it must be 1 to 65535")),
    }
}

#[cfg(test)]
mod tests {
    use super::{DecodeAs, parse};

    #[test]
    fn tsharks_form_is_understood_and_others_are_explained() {
        assert_eq!(parse("tcp.port==1884,mqtt"), Ok(DecodeAs::Mqtt(1884)));
        assert_eq!(parse("udp.port==2442,mqttsn"), Ok(DecodeAs::MqttSn(2442)));
        for wrong in [
            "1884",
            "tcp.port==x,mqtt",
            "tcp.port==0,mqtt",
            "udp.port==0,mqttsn",
            "udp.port==1,mqtt",
            "tcp.port==1,mqttsn",
            "tcp.port==1,http",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
