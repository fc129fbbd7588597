//! TCP connections: segments become the bytes that the two sides sent, in order.
//!
//! What may enter: TCP segments with the number and time of their frame. Nothing here knows what
//! the bytes mean, and nothing reads a clock. In-order payload passes through without a copy; what
//! comes early is held, within the bounds of [`Limits`].
//!
//! A consumer implements [`Sink`] and keeps its own state for each connection; [`Origins`] tells
//! it later from which frames a run of bytes came.

mod ahead;
mod assembler;
mod connection;
mod course;
mod ended;
mod event;
mod flow;
mod flows;
mod hash;
mod held;
mod history;
mod limits;
mod origin;
mod start;

pub use connection::{Connection, Side};
pub use course::{Course, Finish, Place, Resent, Sent, Shut, Unseen, Used};
pub use event::{Close, End, Event, GapCause, Sink, Stamp};
pub use flows::{Flows, StreamId};
pub use limits::{Limits, StreamCounters};
pub use origin::Origins;
