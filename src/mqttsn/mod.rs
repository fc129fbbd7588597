//! Bytes of a datagram become messages of MQTT-SN 1.2: framing, the decoder, the typed result, and
//! how they are told from other traffic.
//!
//! What may enter: decoders that read through a [`Cursor`](crate::annotate::Cursor) and name fields
//! of [`spec::sn`](crate::spec::sn). No message knows of another one here, of time, or of the
//! network. The messages themselves are rows of `spec::sn::message_type`: a new one needs nothing
//! here, unless it has a field that reads in a new way.
//!
//! ```
//! use mqttscope::mqttsn::{decode, messages};
//!
//! let datagram = b"\x08\x04\x04\x01\x00\x3cme\x02\x16";
//! let types = messages(datagram).map(|(_, bytes)| decode(bytes, None, &mut ()).message_type.unwrap());
//! assert_eq!(types.map(|kind| kind.name()).collect::<Vec<_>>(), ["CONNECT", "PINGREQ"]);
//! ```

mod decode;
mod framing;
mod judge;
mod message;
mod signature;

pub use decode::decode;
pub use framing::{Framing, frame, messages};
pub use message::{Decoded, Message, Topic};
pub use signature::{is_connect, is_plausible};
