//! Joins the rooms: frames or pasted pieces go in, records come out, one for each MQTT packet.
//!
//! What may enter: the order of the steps and what a record holds. The steps themselves are in
//! the other rooms.
//!
//! ```
//! use mqttscope::capture::{Source, open};
//! use mqttscope::pipeline::{Inspector, Settings};
//! use mqttscope::stats::{Stats, choose};
//!
//! // Statistics are a consumer as any other.
//! let stats = Stats::new(vec![choose("clients", None).unwrap()]);
//! let mut inspector = Inspector::new(stats, Settings::default());
//! let mut capture = open("captures/session.pcap".as_ref())?;
//! while let Some(frame) = capture.next_frame()? {
//!     if inspector.frame(&frame).is_break() {
//!         break;
//!     }
//! }
//! inspector.finish();
//! let stats = inspector.into_consumer();
//! assert!(!stats.reports().next().unwrap().1.order.is_empty());
//! # Ok::<(), mqttscope::capture::CaptureError>(())
//! ```

mod arrivals;
mod backwards;
mod before;
mod connection;
mod conversations;
mod datagrams;
mod desk;
mod doubt;
mod files;
mod inspector;
mod kept;
mod lifeline;
mod notes;
mod parts;
mod pasted;
mod pasted_sn;
mod placed;
mod reach;
mod reader;
mod record;
mod redact;
mod sn;
mod trouble;

pub use crate::capture::Frame;
#[doc(hidden)]
pub use crate::capture::{Beside, FrameRole};
#[doc(hidden)]
pub use files::Files;
#[doc(hidden)]
pub use inspector::{HELD_IN_ALL, Losses, MAX_PACKET, Passing};
pub use inspector::{Inspector, Settings};
#[doc(hidden)]
pub use kept::Kept;
#[doc(hidden)]
pub use lifeline::{Happened, Lacks, Lifeline};
#[doc(hidden)]
pub use notes::Notes;
pub use pasted::{PastedOutcome, PastedSettings, read_paste, read_pieces};
#[doc(hidden)]
pub use pasted_sn::PastedProtocol;
#[doc(hidden)]
pub use reader::{Cut, Reader};
pub use record::{Consumer, Each, Header, Needs, Origin, Record, SnRecord, TextOrigin};
