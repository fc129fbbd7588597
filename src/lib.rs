//! mqttscope: every byte of an MQTT conversation, explained.

pub mod bytes;
pub mod paste;
pub mod spec;
