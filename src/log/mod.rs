//! mosquitto's log: its lines are read and written by one table ([`spec::mosquitto`](crate::spec::mosquitto)).
//!
//! What may enter: how a line is taken apart and put together, what its values mean, and what went
//! wrong by a log alone ([`track`]). Which line a packet has is a matter of `render`. A line that is
//! new is a row of the table, nothing here.

pub mod meaning;
mod read;
mod stamp;
mod template;
pub mod track;
mod write;

pub use read::{Entry, LogReader, Read, Value, text_of, values_of_cut};
pub use stamp::{Stamp, stamp_of};
pub use template::row_of;
pub(crate) use write::fill;
pub use write::{MAX_LINE_2, write};
