//! What the capture does not show of a connection.

use super::acts::Scene;
use super::words::the;
use crate::spec::Sender;
use crate::text;

/// Nanoseconds without a window from which on that is told.
const LONG: u64 = 1_000_000_000;

pub(super) fn of(scene: &Scene<'_>) -> Vec<String> {
    let mut out = Vec::new();
    if !scene.is_begun() {
        out.push("the capture begins in the middle of this connection".into());
    }
    for sender in [Sender::Client, Sender::Server] {
        let lost = scene.ended.wire.lost(sender);
        if lost.bytes > 0 {
            let bytes = text::count(lost.bytes, "byte");
            let more = if lost.may_have_ended { ", and its FIN or one more," } else { "" };
            let verb = if lost.bytes == 1 && more.is_empty() { "was" } else { "were" };
            let unread = match scene.has_unread(sender) {
                true => ", so that what it sent last could not be read",
                false => "",
            };
            out.push(format!("{bytes} of {}{more} {verb} not captured{unread}", the(sender)));
        } else if lost.may_have_ended && scene.first().is_none_or(|act| act.what.is_tcp()) {
            out.push(format!("the FIN of {}, or one byte, was not captured", the(sender)));
        }
        if lost.suspected > 0 {
            out.push(format!(
                "the RST of {} stands {} behind the last byte of it that was captured: something before it is \
                 likely missing",
                the(sender),
                text::count(lost.suspected, "byte"),
            ));
        }
    }
    if scene.ended.open_forgotten > 0 {
        out.push(format!(
            "{} of its session are not remembered for the client's next connection, as there were too many",
            text::count(scene.ended.open_forgotten, "exchange"),
        ));
    }
    for still in &scene.ended.still {
        out.push(format!(
            "nothing at all was captured for {} before frame {}, though {} clients had to speak by their Keep Alive: \
             the clock was set, or the capture stood still",
            text::duration(still.within(Some(still.from), Some(still.to))),
            still.frame,
            still.connections
        ));
    }
    let tcp = scene.ended.wire.tcp;
    let shut = tcp.and_then(|tcp| Some((tcp.server.shut?, tcp.last.time)));
    let held = shut.map(|(shut, last)| (shut, shut.within(shut.from.time, last)));
    if let Some((shut, time)) = held.filter(|(_, time)| *time >= LONG) {
        out.push(format!(
            "the server took no more bytes for {}, from frame {} on (TCP window 0): what the client could not \
             send then is no silence of its",
            text::duration(time),
            shut.from.frame
        ));
    }
    if tcp.is_some_and(|tcp| tcp.is_one_way()) {
        out.push("only one direction of it was captured".into());
    }
    let has_packets = scene.ended.first.is_some();
    if scene.ended.wire.is_tls && !has_packets && scene.ended.wire.alerts.is_empty() {
        out.push(
            "it is encrypted, and no MQTT in it could be read (-o tls.keylog_file:FILE decrypts it)"
                .into(),
        );
    }
    out
}
