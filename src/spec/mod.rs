//! The facts of the standards as tables. Nothing here decodes or prints: parser, tree, JSON,
//! validator, help and docs loop over these rows. A new fact is a row; a table of a new kind is a
//! file. This room imports nothing but `bytes` and `text`.
//!
//! ```
//! use mqttscope::spec::{PacketType, PropertyId, Sender, Version, reason};
//!
//! assert!(!PacketType::AUTH.may_send(Sender::Client, Version::V311));
//! assert_eq!(PropertyId(0x21).name(), "Receive Maximum");
//! assert_eq!(reason::reason(PacketType::CONNACK, 0x87).unwrap().name, "Not authorized");
//! ```

#[doc(hidden)]
pub mod carrier_fields;
pub mod field;
#[doc(hidden)]
pub mod fields;
#[doc(hidden)]
pub mod level;
#[doc(hidden)]
pub mod link;
#[doc(hidden)]
pub mod meaning;
#[doc(hidden)]
pub mod mosquitto;
pub mod packet_type;
#[doc(hidden)]
pub mod port;
pub mod property;
#[doc(hidden)]
pub mod proxy;
pub mod reason;
pub mod rule;
#[doc(hidden)]
pub mod sn;
#[doc(hidden)]
pub mod statement;
#[doc(hidden)]
pub mod tunnel;
#[doc(hidden)]
pub mod unit;
#[doc(hidden)]
pub mod verdict;
pub mod version;
#[doc(hidden)]
pub mod websocket;

#[cfg(test)]
mod tests;

pub use field::Field;
pub use packet_type::{PacketSet, PacketType};
pub use property::PropertyId;
pub use rule::{Rule, Severity};
#[doc(hidden)]
pub use verdict::Verdict;
pub use version::{Sender, Version};
