//! `-d tcp.port==1884,mqtt`: which ports carry MQTT.

/// The port of such an argument.
pub(super) fn parse(text: &str) -> Result<u16, String> {
    let wrong = || {
        format!("\"{text}\" is not of the form tcp.port==N,mqtt, for example tcp.port==1884,mqtt")
    };
    let (selector, protocol) = text.split_once(',').ok_or_else(wrong)?;
    let (layer, port) = selector.split_once("==").ok_or_else(wrong)?;
    if layer.trim() != "tcp.port" || protocol.trim() != "mqtt" {
        return Err(wrong());
    }
    match port.trim().parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(format!("\"{port}\" is not a TCP port: it must be 1 to 65535")),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn tsharks_form_is_understood_and_others_are_explained() {
        assert_eq!(parse("tcp.port==1884,mqtt"), Ok(1884));
        for wrong in
            ["1884", "tcp.port==x,mqtt", "tcp.port==0,mqtt", "udp.port==1,mqtt", "tcp.port==1,http"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
