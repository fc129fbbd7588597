//! The one decoder's two outputs: nothing at all, or a tree.
//!
//! A decoder reads through a [`Cursor`]; every read returns the value and reports the field to a
//! [`Sink`]. The sink `()` compiles to nothing, a [`Tape`] records a flat tree. What may enter
//! here: ways to record fields, and views of what was recorded; nothing that knows MQTT's packets
//! or prints. A new view is a file.
//!
//! ```
//! use mqttscope::annotate::{Tape, view};
//! use mqttscope::mqtt::{Reading, decode};
//! use mqttscope::spec::Version;
//!
//! // A PUBACK for Packet Identifier 0: its tree, and what is wrong with it.
//! let (bytes, mut tape) = (b"\x40\x02\0\0", Tape::new());
//! decode(bytes, Reading { version: Version::V5, sender: None }, &mut tape);
//! let context = view::context(bytes, &tape, Version::V5, None);
//! assert_eq!(view::rows(&tape, bytes, false).last().unwrap().bytes, [0, 0]);
//! assert_eq!(tape.findings()[0].message(&context), "Packet Identifier 0 is not allowed");
//! ```

mod bits;
mod cursor;
mod finding;
mod sink;
mod tape;
pub mod view;

pub use bits::Bits;
#[doc(hidden)]
pub use cursor::{Cursor, MAX_BYTES, Stop};
pub use finding::Finding;
#[doc(hidden)]
pub use sink::Mark;
pub use sink::Sink;
pub use tape::{Node, Tape};
