//! The one decoder's two outputs: nothing at all, or a tree.
//!
//! A decoder reads through a [`Cursor`]; every read returns the value and reports the field to a
//! [`Sink`]. The sink `()` compiles to nothing, a [`Tape`] records a flat tree. What may enter
//! here: ways to record fields, and views of what was recorded; nothing that knows MQTT's packets
//! or prints. A new view is a file.

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
