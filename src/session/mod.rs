//! What is known of a connection across its packets. Sans-IO: packets come in in the order of the
//! capture, facts and findings come out; no clock and no file is touched.
//!
//! What may enter: facts that need more than one packet. They are kept with bounded memory.

mod connection;
mod seen;
mod shared;
mod track;

pub use connection::{Connection, How};
pub use seen::{At, Facts, Partner, Seen};
pub use shared::Shared;
pub use track::matches;
mod pairs;
mod recent;
pub mod sn;

pub use connection::{Connection, How};
pub use pairs::{Pair, Pairs, Trust};
