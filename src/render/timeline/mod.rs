//! `mqttscope session`: one connection, or all of one client, packet after packet.
//!
//! What may enter: the time line as a picture and as JSON, each a row of [`FORMATS`]. The events of
//! a connection are kept until its end is known, within [`MAX_EVENTS`].

mod events;
mod json;
mod picture;

use super::{ByOthers, FormatRow};
pub use json::Json;
pub use picture::Picture;

/// Events that are kept; at some 300 bytes each this is 60 MiB.
pub const MAX_EVENTS: usize = 200_000;

/// The formats that `session -T` takes, the default first.
pub static FORMATS: &[FormatRow] = &[
    FormatRow {
        name: "timeline",
        about: "a picture: client on the left, server on the right, an arrow for each packet",
        is_text: true,
        target: super::Target::Anywhere,
        by_others: ByOthers::Nothing,
        make: |options| Box::new(Picture::new(options)),
    },
    FormatRow {
        name: "json",
        about: "one JSON object a line, one line a connection, with its events",
        is_text: false,
        target: super::Target::Anywhere,
        by_others: ByOthers::Nothing,
        make: |options| Box::new(Json::new(options)),
    },
];
