//! mqttscope: every byte of an MQTT conversation, explained.
//!
//! One decoder parses a packet, builds its annotated tree and is its documentation; the tree costs
//! nothing when nobody looks.
//!
//! # How the data flows
//!
//! ```text
//! capture ──Frame──▶ net ──Segment──▶ stream ──bytes in order──▶ carrier ──▶ mqtt ──Packet──▶ session ──Record──▶ render
//! file, live,        link, tunnels,   TCP, one                   PROXY,      framer,          version,           tree,
//! stdin              IP, TCP, UDP     assembler                  TLS,        decode           client id          summary,
//!                    (etherparse)     a direction                WebSocket                                       JSON
//!                    └──────────Datagram, UDP────────────────────────────────▶ mqttsn
//! paste ──Piece, bytes that stood in a text──────────────────────────────────▲
//! log ──Entry, a line of mosquitto's log──▶ log::track (what went wrong), and back: Record ──▶ render
//! ```
//!
//! Everything right of `capture` is sans-IO: bytes and times come in, values come out; no clock,
//! no file and no thread is touched.
//!
//! # The rooms, and which may import which
//!
//! ```text
//! bytes, text ◀─ spec ◀─ annotate ◀─ { capture, paste, log, net, stream, mqtt, mqttsn } ◀─ carrier, session ◀─ pipeline ◀─ filter ◀─ stats ◀─ render ◀─ cli
//! ```
//!
//! [`spec`] holds the facts of the standards as tables: parser, tree, JSON, validator and help loop
//! over its rows. [`carrier`] tells what a stream carries, and takes off what stands between TCP and
//! MQTT; of the rooms beside it, it uses [`net`], [`stream`] and [`mqtt`]. [`mqtt`] and [`mqttsn`] never see [`net`] or [`stream`]; [`render`] sees the tape, the spec and
//! the facts of a record, never the decoder. [`stats`] counts records; what it says at the end is
//! rendered like them. A test reads the imports and fails on one that points
//! back.
//!
//! # The library's face
//!
//! [`capture`] opens files and gives frames; [`pipeline`] makes records of frames, or of pasted text;
//! [`filter`] chooses records, [`stats`] counts them, [`render`] writes them down. [`mqtt`] and [`mqttsn`]
//! decode packets and messages by themselves, [`annotate`] holds their trees and what was found, [`spec`]
//! the tables, [`bytes`] places in bits, [`net`] the headers below TCP and UDP. Each item there has an
//! example, and a test asks for it.
//!
//! The other rooms are `pub` for the program, its tests, its benchmarks and its fuzzers, and so is what is
//! hidden in these: it is not in the documentation and may change with any version.
//!
//! # A packet, decoded
//!
//! ```
//! use mqttscope::annotate::{Tape, view};
//! use mqttscope::mqtt::{Packet, Reading, decode};
//! use mqttscope::render::words;
//! use mqttscope::spec::Version;
//!
//! let bytes = b"\x32\x0a\x00\x04home\x00\x07hi";
//! let mut tape = Tape::new();
//! let decoded = decode(bytes, Reading { version: Version::V311, sender: None }, &mut tape);
//!
//! // The typed packet ...
//! let Some(Packet::Publish(publish)) = decoded.packet else { panic!("not a PUBLISH") };
//! assert_eq!((publish.qos, publish.packet_id), (1, Some(7)));
//! assert_eq!(publish.topic.as_str(), Some("home"));
//!
//! // ... and its tree: each bit of the twelve bytes stands in exactly one leaf.
//! let context = view::context(bytes, &tape, decoded.version, None);
//! let topic = view::rows(&tape, bytes, false).find(|row| row.field.key() == "mqtt.topic").unwrap();
//! assert_eq!(words::value(&topic, &context, 80), "\"home\" (4 bytes)");
//! assert!(tape.findings().is_empty());
//! ```

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
#[doc(hidden)]
pub mod carrier;
#[doc(hidden)]
pub mod cli;
pub mod filter;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
#[doc(hidden)]
pub mod log;
pub mod mqtt;
pub mod mqttsn;
pub mod net;
#[doc(hidden)]
pub mod paste;
pub mod pipeline;
pub mod render;
#[doc(hidden)]
pub mod session;
pub mod spec;
pub mod stats;
#[doc(hidden)]
pub mod stream;
#[doc(hidden)]
pub mod text;
