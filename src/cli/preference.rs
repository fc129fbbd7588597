//! `-o NAME:VALUE`: preferences, as tshark calls them.

use std::path::PathBuf;

/// What `-o` sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Preference {
    /// The key log of TLS.
    KeyLog(PathBuf),
    /// The name of a pre-defined topic id of MQTT-SN.
    SnTopic(u16, String),
}

/// The names, each with an example; the second is that of the first before tshark 3.0. The last one
/// is not tshark's, which has no names for these ids.
const ROWS: [(&str, &str); 3] = [
    ("tls.keylog_file", "keys.log"),
    ("ssl.keylog_file", "keys.log"),
    ("mqttsn.topic", "7=sensors/temp"),
];

/// Their names, for shells to offer; the old one is not.
pub(super) fn names() -> impl Iterator<Item = String> {
    [ROWS[0], ROWS[2]].into_iter().map(|(name, _)| format!("{name}:"))
}

/// Parses the argument of `-o`.
pub(super) fn parse(text: &str) -> Result<Preference, String> {
    let (name, value) = text.split_once(':').unwrap_or((text, ""));
    let (name, value) = (name.trim(), value.trim());
    let Some((_, example)) = ROWS.iter().find(|(known, _)| *known == name) else {
        let examples =
            [ROWS[0], ROWS[2]].map(|(name, example)| format!("-o {name}:{example}")).join(", ");
        return Err(format!(
            "\"{name}\" is none of the preferences that are known; there are, for example: {examples}"
        ));
    };
    let example = format!("for example -o {name}:{example}");
    match name {
        "mqttsn.topic" => match value.split_once('=') {
            Some((id, topic)) if !topic.is_empty() => match id.trim().parse() {
                Ok(id @ 1..=0xfffe) => Ok(Preference::SnTopic(id, topic.to_owned())),
                _ => Err(format!("\"{id}\" is no topic id: it must be 1 to 65534, {example}")),
            },
            _ => Err(format!("{name} needs an id and a topic name, {example}")),
        },
        _ if value.is_empty() => Err(format!("{name} needs a file, {example}")),
        _ => Ok(Preference::KeyLog(PathBuf::from(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_tsharks() {
        let key_log = |path: &str| Ok(Preference::KeyLog(PathBuf::from(path)));
        assert_eq!(parse("tls.keylog_file:/tmp/k.log"), key_log("/tmp/k.log"));
        assert_eq!(parse("tls.keylog_file: a:b"), key_log("a:b"));
        assert!(parse("tls.keylog_file").unwrap_err().contains("needs a file"));
        assert!(parse("tcp.desegment:TRUE").unwrap_err().contains("tls.keylog_file:keys.log"));
    }

    #[test]
    fn a_pre_defined_topic_id_has_a_name() {
        assert_eq!(parse("mqttsn.topic:7=a/b=c"), Ok(Preference::SnTopic(7, "a/b=c".to_owned())));
        for wrong in
            ["mqttsn.topic:7", "mqttsn.topic:=a", "mqttsn.topic:0=a", "mqttsn.topic:65535=a"]
        {
            assert!(parse(wrong).unwrap_err().contains("7=sensors/temp"), "{wrong}");
        }
    }
}
