//! The protocol versions that are read.

use std::fmt;

/// A version of MQTT, as this program reads it. The level byte on the wire is a
/// [`ProtocolLevel`](super::level::ProtocolLevel), which may hold anything.
///
/// ```
/// use mqttscope::spec::Version;
///
/// assert!(Version::V31 < Version::V311 && Version::V311 < Version::V5);
/// assert_eq!(Version::ALL.map(Version::name), ["3.1", "3.1.1", "5.0"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Version {
    /// MQTT 3.1: protocol name `MQIsdp`, level 3.
    V31,
    /// MQTT 3.1.1: protocol name `MQTT`, level 4.
    #[default]
    V311,
    /// MQTT 5.0: protocol name `MQTT`, level 5.
    V5,
    /// MQTT-SN 1.2, the sister over UDP: ProtocolId 1.
    Sn12,
}

impl Version {
    /// Every version of MQTT itself, oldest first.
    pub const ALL: [Self; 3] = [Self::V31, Self::V311, Self::V5];

    /// The version's number as the standard writes it: `3.1`, `3.1.1` or `5.0`; `SN-1.2` for
    /// MQTT-SN 1.2.
    ///
    /// ```
    /// # use mqttscope::spec::Version;
    /// assert_eq!(Version::V311.name(), "3.1.1");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V31 => "3.1",
            Self::V311 => "3.1.1",
            Self::V5 => "5.0",
            Self::Sn12 => "SN-1.2",
        }
    }

    /// The name of the standard: `MQTT 3.1`, `MQTT 3.1.1`, `MQTT 5.0` or `MQTT-SN 1.2`.
    ///
    /// ```
    /// # use mqttscope::spec::Version;
    /// assert_eq!(Version::Sn12.title(), "MQTT-SN 1.2");
    /// ```
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::V31 => "MQTT 3.1",
            Self::V311 => "MQTT 3.1.1",
            Self::V5 => "MQTT 5.0",
            Self::Sn12 => "MQTT-SN 1.2",
        }
    }

    /// Whether packets carry properties and reason codes.
    ///
    /// ```
    /// # use mqttscope::spec::Version;
    /// assert!(Version::V5.is_v5() && !Version::V311.is_v5());
    /// ```
    #[must_use]
    pub const fn is_v5(self) -> bool {
        matches!(self, Self::V5)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which end of a connection sent a packet.
///
/// ```
/// use mqttscope::spec::{PacketType, Sender};
///
/// assert_eq!(PacketType::SUBSCRIBE.only_sender(), Some(Sender::Client));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// The client: it opened the connection.
    Client,
    /// The server (broker), or the gateway of MQTT-SN.
    Server,
}

impl Sender {
    /// `client` or `server`.
    ///
    /// ```
    /// # use mqttscope::spec::Sender;
    /// assert_eq!(Sender::Server.name(), "server");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }

    /// `client` or `server`; what stands opposite the client is called `gateway` in MQTT-SN.
    #[must_use]
    pub(crate) const fn name_in(self, version: Version) -> &'static str {
        match (self, version) {
            (Self::Server, Version::Sn12) => "gateway",
            _ => self.name(),
        }
    }

    /// The other end.
    ///
    /// ```
    /// # use mqttscope::spec::Sender;
    /// assert_eq!(Sender::Client.other(), Sender::Server);
    /// ```
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
