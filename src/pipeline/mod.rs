//! Joins the rooms: frames or pasted pieces go in, records come out, one for each MQTT packet.
//!
//! What may enter: the order of the steps and what a record holds. The steps themselves are in
//! the other rooms.

mod conversations;
mod inspector;
mod pasted;
mod pasted_sn;
mod reader;
mod record;
mod redact;
mod sn;

pub use inspector::{Inspector, MAX_PACKET, MQTT_PORT, Settings};
pub use pasted::{PastedSettings, read_paste};
pub use pasted_sn::PastedProtocol;
pub use reader::Reader;
pub use record::{Consumer, Origin, Record, SnRecord, TextOrigin};
