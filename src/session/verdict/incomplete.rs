//! The last packet of a side did not come whole.

use super::Told;
use super::acts::Scene;
use super::words::{did, place, the};
use crate::spec::Sender;
use crate::text;

pub(super) fn judge(scene: &Scene<'_>) -> Option<Told> {
    let act = scene.first()?;
    [Sender::Client, Sender::Server].into_iter().find_map(|sender| {
        let broken = scene.ended.wire.broke(sender).back()?;
        let (there, whole) = broken.cut.filter(|_| !scene.has_lost(sender))?;
        let of = match whole {
            0 => String::new(),
            whole => format!(" of {}", text::count(whole, "byte")),
        };
        let text = format!(
            "{} when the {} {} of {} was not complete: {there}{of} had come",
            did(act),
            broken.what,
            place(broken.at),
            the(sender),
        );
        let (certainty, proof) = (scene.certainty(act), vec![broken.at, act.at]);
        Some(Told { certainty, by: Some(act.by), text, proof })
    })
}
