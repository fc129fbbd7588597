//! What mosquitto writes to its log, and `mosquitto_sub -d` and `mosquitto_pub -d` to theirs:
//! releases, the events that lines tell of, the lines themselves and their fields.
//!
//! Writer, reader and docs loop over these rows. To add a line: a row in `lines` (or `client_lines`)
//! with the releases that write it; a new kind of event is a row in `event`, a new field one in
//! `field`.

pub mod client_lines;
pub mod ends;
pub mod error;
pub mod event;
pub mod field;
pub mod lines;
pub mod release;

pub use event::{Direction, Event, Wire};
pub use field::LogField;
pub use lines::{Level, LineInfo};
pub use release::Release;

#[cfg(test)]
mod tests;
