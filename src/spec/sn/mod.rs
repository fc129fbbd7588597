//! The facts of MQTT-SN 1.2 as tables (MQTT For Sensor Networks, Protocol Specification Version
//! 1.2, 2013): message types with the fields of each, flags, return codes.
//!
//! To add a message type: its row in `message_type`. To add a field: its row in `fields`, and its
//! place in the rows of the messages that have it. The decoder, the tree, JSON and the summary loop
//! over the rows.

pub mod fields;
pub mod flags;
pub mod meaning;
pub mod message_type;
pub mod return_code;

pub use flags::{Flags, TopicIdType};
pub use message_type::{MessageType, Part};
