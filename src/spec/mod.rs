//! The facts of the standards as tables. Nothing here decodes or prints: parser, tree, JSON,
//! validator, help and docs loop over these rows. A new fact is a row; a table of a new kind is a
//! file. This room imports nothing but `bytes` and `text`.

pub mod carrier_fields;
pub mod field;
pub mod fields;
pub mod level;
pub mod link;
pub mod meaning;
pub mod mosquitto;
pub mod packet_type;
pub mod port;
pub mod property;
pub mod proxy;
pub mod reason;
pub mod rule;
pub mod sn;
pub mod statement;
pub mod tunnel;
pub mod unit;
pub mod verdict;
pub mod version;
pub mod websocket;

#[cfg(test)]
mod tests;

pub use field::Field;
pub use packet_type::{PacketSet, PacketType};
pub use property::PropertyId;
pub use rule::{Rule, Severity};
pub use verdict::Verdict;
pub use version::{Sender, Version};
