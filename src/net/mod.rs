//! From a frame to a TCP segment: link, IP, TCP.
//!
//! What may enter: one frame with its link type. Nothing is kept from frame to frame, and nothing
//! here knows what TCP carries. IP and TCP headers are read through `etherparse`, laxly: a frame cut
//! by the snap length yields what is there.
//!
//! To add a link type: its row in `spec::link` and its form in `link`. To add a transport: a file
//! beside `tcp`. To add a tunnel: `ip` finds it, and what it carries goes through the same steps.

mod counters;
mod describe;
mod ip;
mod link;
mod segment;
mod skip;
mod tcp;

pub use counters::{Counters, SkipCount};
pub use describe::describe;
pub use segment::{Flags, IpLayer, IpVersion, Layers, LinkLayer, Segment, TcpLayer, Vlan, Vlans};
pub use skip::{Reason, Skip};

use crate::capture::Frame;

/// The TCP segment that a frame carries.
///
/// # Errors
/// Why the frame has none that can be read.
pub fn segment<'a>(frame: &Frame<'a>) -> Result<Segment<'a>, Skip> {
    let carried = link::read(frame.link, frame.data)?;
    let cut =
        frame.original_len.saturating_sub(u32::try_from(frame.data.len()).unwrap_or(u32::MAX));
    let packet = ip::read(carried.data, cut)?;
    tcp::read(carried.layer, packet)
}
