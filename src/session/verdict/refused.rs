//! The server refused the CONNECT.

use super::Told;
use super::acts::Scene;
use super::words::{connack_code, reason_string};
use crate::spec::{Sender, Version};

pub(super) fn judge(scene: &Scene<'_>) -> Option<Told> {
    let connack = scene.ended.connack.as_ref().filter(|connack| connack.code != 0)?;
    let version = scene.ended.version.map_or(Version::V311, |(version, _)| version);
    // A server that does not speak 5.0 answers with the return codes of 3.1.1.
    let version = if connack.code < 0x80 { older(version) } else { version };
    let (name, meaning) = connack_code(connack.code, version);
    let said = reason_string(connack.reason.as_deref());
    let text = format!("the server refused the CONNECT: {name}{said}: {meaning}");
    let connect = scene.ended.connect.as_ref().map(|connect| connect.at);
    Told::proven(Some(Sender::Server), text, connect.into_iter().chain([connack.at]).collect())
}

fn older(version: Version) -> Version {
    if version.is_v5() { Version::V311 } else { version }
}
