//! The Protocol Name and Protocol Level of CONNECT (5.0: sections 3.1.2.1 and 3.1.2.2).

use super::version::Version;

/// The level byte of a CONNECT. The uppermost bit is not the standard's: Mosquitto and its
/// relatives set it on a bridge, to say "I am a broker, not a client".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProtocolLevel(pub u8);

/// One protocol version as a CONNECT names it.
#[derive(Debug)]
pub struct LevelInfo {
    /// The version.
    pub version: Version,
    /// The level byte without the bridge bit.
    pub level: u8,
    /// The Protocol Name that belongs to the level.
    pub name: &'static str,
}

/// The levels that are understood.
pub static LEVELS: [LevelInfo; 3] = [
    LevelInfo { version: Version::V31, level: 3, name: "MQIsdp" },
    LevelInfo { version: Version::V311, level: 4, name: "MQTT" },
    LevelInfo { version: Version::V5, level: 5, name: "MQTT" },
];

impl ProtocolLevel {
    const BRIDGE: u8 = 0x80;

    /// Whether the bridge bit is set.
    #[must_use]
    pub const fn is_bridge(self) -> bool {
        self.0 & Self::BRIDGE != 0
    }

    /// The row of the table, the bridge bit left aside; `None` for a level that no standard has.
    #[must_use]
    pub fn info(self) -> Option<&'static LevelInfo> {
        LEVELS.iter().find(|row| row.level == self.0 & !Self::BRIDGE)
    }

    /// The first version that has this Protocol Name; `None` for a name that no standard has.
    #[must_use]
    pub fn named(name: &[u8]) -> Option<Version> {
        LEVELS.iter().find(|row| row.name.as_bytes() == name).map(|row| row.version)
    }

    /// The version of that level.
    #[must_use]
    pub fn version(self) -> Option<Version> {
        self.info().map(|row| row.version)
    }
}
