//! What may stand between TCP and MQTT: layers that take the bytes of a connection and give the
//! bytes which these carry.
//!
//! What may enter: bytes of both sides in order, gaps, ends. A [`Layer`] is sans-IO; it knows
//! nothing of frames and times, only offsets: what it gives names the bytes below that it came
//! from. To add a layer: a file (or a folder) with a type that implements [`Layer`], and a row in
//! the table of signatures that tells when a stream carries it.

#[allow(clippy::module_inception)]
mod carrier;
mod explain;
mod layer;
mod level;
mod likely;
mod probe;
mod proxy;
pub mod signature;
pub mod tls;
pub mod websocket;

pub use carrier::{Bottom, Carrier};
pub use explain::explain;
pub use layer::{Input, Layer, Out, Output};
pub use level::{Item, Top};
pub use probe::Hints;
pub use proxy::Proxy;
