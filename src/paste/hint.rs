//! What a text without bytes seems to be, in words.

use std::fmt;

/// What a text seems to be that holds no bytes for this room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// A capture file.
    Capture {
        /// Its format.
        format: &'static str,
    },
    /// The log of a broker, which names packets and does not show them.
    BrokerLog,
    /// What `od -a` prints, which leaves the highest bit of each byte out.
    NamedCharacters,
    /// Notations were found, none of which frames as MQTT.
    NoPackets,
    /// Nothing at all.
    Empty,
    /// None of these.
    NoBytes,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capture { format } => write!(
                f,
                "this is a {format} capture file, not pasted text: read it with `mqttscope read FILE`"
            ),
            Self::BrokerLog => f.write_str(
                "no bytes found: this looks like the log of a broker, which names the packets and does \
                 not hold their bytes; `mqttscope explain` tells what its lines mean; \
                 to see bytes, capture the traffic and use `mqttscope read` or `mqttscope live`",
            ),
            Self::NamedCharacters => f.write_str(
                "no bytes found: this looks like `od -a`, which names characters and leaves the highest \
                 bit of each byte out, so that the bytes cannot be told from it; `od -c`, `od -t x1` \
                 and `xxd` show all bits",
            ),
            Self::NoPackets => f.write_str(
                "no packets found: some bytes stand in this text, but none of them make up an MQTT \
                 packet; paste those bytes alone to have them decoded whatever they are",
            ),
            Self::Empty => f.write_str("no bytes found: the input is empty"),
            Self::NoBytes => f.write_str(
                "no bytes found in this text; `mqttscope decode --help` lists the notations that are read",
            ),
        }
    }
}
