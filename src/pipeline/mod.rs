//! Joins the rooms: frames or pasted pieces go in, records come out, one for each MQTT packet.
//!
//! What may enter: the order of the steps and what a record holds. No step is taken here itself.

mod record;

pub use record::{Consumer, Origin, Record, TextOrigin};
