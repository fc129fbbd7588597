//! Joins the rooms: frames or pasted pieces go in, records come out, one for each MQTT packet.
//!
//! What may enter: the order of the steps and what a record holds. The steps themselves are in
//! the other rooms.

mod arrivals;
mod before;
mod connection;
mod conversations;
mod datagrams;
mod files;
mod inspector;
mod kept;
mod lifeline;
mod notes;
mod parts;
mod pasted;
mod pasted_sn;
mod reader;
mod record;
mod redact;
mod sn;
mod trouble;
mod witness;

pub use crate::capture::{Beside, Frame, FrameRole};
pub use files::Files;
pub use inspector::{HELD_IN_ALL, Inspector, Losses, MAX_PACKET, Passing, Settings};
pub use kept::Kept;
pub use lifeline::{Happened, Lacks, Lifeline};
pub use notes::Notes;
pub use pasted::{PastedOutcome, PastedSettings, read_paste, read_pieces};
pub use pasted_sn::PastedProtocol;
pub use reader::{Cut, Reader};
pub use record::{Consumer, Header, Needs, Origin, Record, SnRecord, TextOrigin};
