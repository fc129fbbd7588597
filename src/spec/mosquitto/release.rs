//! Releases of mosquitto.

use std::fmt;
use std::str::FromStr;

/// A release: major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(pub u8, pub u8, pub u8);

/// The releases that logs can be written for, each with the last one of its line. Lines of earlier
/// ones are read too.
pub static WRITTEN: &[(&str, Release)] = &[
    ("1.4", Release(1, 4, 15)),
    ("1.5", Release(1, 5, 11)),
    ("1.6", Release(1, 6, 15)),
    ("2.0", Release(2, 0, 22)),
    ("2.1", Release(2, 1, 2)),
];

impl Release {
    /// The first that knows MQTT 5.0.
    pub const V5: Self = Self(1, 6, 0);
    /// The first that prints the protocol of a client.
    pub const PROTOCOL: Self = Self(1, 6, 0);
    /// The first that numbers protocols by their level on the wire.
    pub const LEVEL: Self = Self(2, 1, 0);
    /// The one that logs are written for unless said otherwise.
    pub const DEFAULT: Self = Self(2, 0, 22);
}

impl Default for Release {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// `1.4`, `2.0` and so on for the last release of a line, `2.0.11` for a release of one.
impl FromStr for Release {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((_, release)) = WRITTEN.iter().find(|row| row.0 == text) {
            return Ok(*release);
        }
        let numbers: Vec<Option<u8>> = text.split('.').map(|part| part.parse().ok()).collect();
        let release = match numbers.as_slice() {
            [Some(major), Some(minor), Some(patch)] => Some(Self(*major, *minor, *patch)),
            _ => None,
        };
        let is_line =
            |release: &Self| WRITTEN.iter().any(|(_, r)| (r.0, r.1) == (release.0, release.1));
        release.filter(is_line).ok_or_else(|| {
            let lines: Vec<&str> = WRITTEN.iter().map(|row| row.0).collect();
            format!(
                "log lines are known of mosquitto {}, or of a release of these like 2.0.11",
                lines.join(", ")
            )
        })
    }
}
