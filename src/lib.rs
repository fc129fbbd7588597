//! mqttscope: every byte of an MQTT conversation, explained.

// Hostile input is the normal case: what could panic on it stays out of the library.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects
    )
)]

pub mod annotate;
pub mod bytes;
pub mod capture;
pub mod mqtt;
pub mod net;
pub mod pipeline;
pub mod render;
pub mod session;
pub mod spec;
pub mod stream;
pub mod text;
