//! Bytes of one direction become packets: framing, one file for each packet type, and the typed
//! result.
//!
//! What may enter: decoders that read through a [`Cursor`](crate::annotate::Cursor) and name
//! fields of [`spec`](crate::spec). No packet knows of another one here, of time, or of the
//! network. To add a packet type: its row in `spec::packet_type`, its fields in `spec::fields`,
//! a file with `read`, and its line in [`decode`](decode()).
//!
//! ```
//! use mqttscope::mqtt::{Packet, Reading, decode, framer::{Framed, Framer}};
//!
//! // A stream in two pieces, of which the second completes a PUBLISH.
//! let (mut framer, mut topics) = (Framer::new(true, 1 << 20), Vec::new());
//! for piece in [&b"\xc0\x00\x30\x06\0"[..], b"\x04home"] {
//!     framer.data(piece, &mut |framed| {
//!         let Framed::Packet { bytes, .. } = framed else { panic!("{framed:?}") };
//!         if let Some(Packet::Publish(publish)) = decode(bytes, Reading::default(), &mut ()).packet {
//!             topics.push(publish.topic.to_string());
//!         }
//!     });
//! }
//! assert_eq!(topics, ["home"]);
//! ```

#[doc(hidden)]
pub mod boundary;
pub mod framer;
#[doc(hidden)]
pub mod framing;
#[doc(hidden)]
pub mod infer;
#[doc(hidden)]
pub mod interleave;
pub mod packet;
#[doc(hidden)]
pub mod primitive;
pub mod property;
pub mod repair;
#[doc(hidden)]
pub mod torn;

mod ack;
#[cfg(test)]
pub(crate) mod altered;
mod auth;
mod connack;
mod connect;
mod decode;
mod disconnect;
mod faultless;
#[doc(hidden)]
pub mod filter;
mod plain;
mod publish;
mod quick;
mod reason;
mod search;
mod suback;
mod subscribe;
mod unsuback;
mod unsubscribe;
mod usual;

pub(crate) use decode::complete;
pub use decode::{Reading, decode};
pub(crate) use faultless::{add_tree, faultless};
pub use framing::{Framing, frame};
pub use packet::{Decoded, Header, Packet};
pub(crate) use search::next_packet;
