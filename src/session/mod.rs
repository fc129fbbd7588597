//! What is known of a connection across its packets. Sans-IO: packets come in in the order of the
//! capture, facts and findings come out; no clock and no file is touched.
//!
//! [`ended`] is what a connection was, [`wire`] what TCP and its bytes show beside that, [`verdict`] why
//! it ended.
//!
//! What may enter: facts that need more than one packet. They are kept with bounded memory.
//!
//! [`Connection`] is one connection: how its packets are read, and its tracker (`track`), which
//! judges each packet by those before it. [`Shared`] is what connections have to do with each
//! other: clients that come back, Wills, copies. [`Ended`] is what a connection was, told when
//! nothing more comes of it: whoever wants to say why it ended reads that.
//!
//! A finding of severity error needs a proof. Within one direction the order of packets is certain.
//! For what rests on both, [`Proof`] tells what TCP's acknowledgments prove: that a sender had the
//! other's packet, or that it cannot have had more than was seen.

mod connection;
pub mod ended;
mod pairs;
mod queue;
mod recent;
mod seen;
mod shared;
pub mod sn;
mod track;
mod turn;
pub mod verdict;
pub mod wire;

pub use connection::{Connection, How};
pub use ended::{Ended, Void, Why};
pub use pairs::{Pair, Pairs, Trust};
pub use seen::{At, Facts, Line, Partner, Proof, Seen, is_behind};
pub(crate) use shared::Captured;
pub use shared::Shared;
pub use track::matches;
pub use turn::{Mark, merge};
pub use verdict::{Cause, Certainty, Verdict, judge};

pub use wire::Wire;
