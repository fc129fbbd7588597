//! mqttscope: every byte of an MQTT conversation, explained.

pub mod bytes;
pub mod capture;
pub mod net;
pub mod spec;
pub mod stream;
