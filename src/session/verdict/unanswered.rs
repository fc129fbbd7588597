//! Something was asked, and no answer came.

use super::Told;
use super::acts::Scene;
use super::words::{after, did, place};
use crate::session::wire::Tcp;
use crate::session::{At, Mark};
use crate::spec::Sender;
use crate::stream::End;
use crate::text;

/// Nanoseconds that an answer to CONNECT may take.
const PATIENCE: u64 = 1_000_000_000;

/// RST came back for the SYN.
pub(super) fn port_closed(scene: &Scene<'_>) -> Option<Told> {
    let tcp = opened(scene).filter(|tcp| tcp.server.syns == 0 && tcp.server.bytes == 0)?;
    let reset = tcp.server.rst.filter(|_| tcp.client.bytes == 0)?;
    // A client that goes on, or of which the server has more, has got its SYN/ACK.
    let is_answered = tcp.client.segments != u64::from(tcp.client.syns);
    if is_answered || tcp.client.unseen().is_some() {
        return None;
    }
    let port = scene.ended.ends.map_or(0, |(_, server)| server.port());
    let text = format!(
        "the server's host answered the SYN with RST: nothing listens on port {port}, or a firewall \
         refuses it"
    );
    let reset = At::of_place(reset.place);
    Told::proven(Some(Sender::Server), text, vec![tcp.first, reset])
}

/// Nothing came back for the SYN.
pub(super) fn no_syn_ack(scene: &Scene<'_>) -> Option<Told> {
    let tcp = opened(scene).filter(|tcp| tcp.server.segments == 0)?;
    // A client that goes on after its SYN got an answer: the capture shows one direction alone.
    if tcp.client.segments != u64::from(tcp.client.syns) {
        return None;
    }
    // One that was sent once may just be the last that was captured.
    let times = Some(tcp.client.syns).filter(|times| *times > 1)?;
    let time = tcp.last.since(tcp.first).map(|time| format!(" in {}", text::duration(time)));
    let time = time.unwrap_or_default();
    let text = format!("nothing answered the SYN, which was sent {times} times{time}");
    Told::proven(None, text, vec![tcp.first, tcp.last])
}

/// The server never answered the CONNECT.
pub(super) fn no_connack(scene: &Scene<'_>) -> Option<Told> {
    let connect = scene.ended.connect.as_ref()?;
    let server = scene.half(Sender::Server);
    // What comes when the client has gone is no answer any more.
    let gone = scene.bare_end().filter(|act| act.by == Sender::Client).map(|act| act.at);
    let is_late = |first: At| gone.is_some_and(|gone| gone.since(first).is_none());
    let is_answered = server.first.is_some_and(|first| !is_late(first));
    // Where nothing at all was captured of the server, it may have been the capture.
    let is_seen = scene.ended.wire.tcp.is_none_or(|tcp| tcp.server.segments > 0);
    // Before the capture there may have been another CONNECT, which was answered.
    let is_begun = scene.ended.wire.tcp.is_none() || opened(scene).is_some();
    if is_answered || server.losses > 0 || scene.has_lost(Sender::Server) || !is_seen || !is_begun {
        return None;
    }
    let closed = scene.first().filter(|act| act.by == Sender::Server);
    if let Some(act) = closed {
        let asked = Mark { at: connect.at, proof: connect.proof };
        if act.what.is_tcp() && act.mark().had(&asked) == Some(false) {
            // It was on its way when the server closed, whom it asked nothing.
            return None;
        }
        let after = after(act.at, connect.at);
        let what = did(act);
        let text = format!("{what} {after} the CONNECT {}, without an answer", place(connect.at));
        return Told::proven(Some(Sender::Server), text, vec![connect.at, act.at]);
    }
    let end = scene.first().map(|act| act.at).or(scene.ended.wire.tcp.map(|tcp| tcp.last));
    // Without a second of patience it was the client, or the capture, that did not wait.
    let waited = end.and_then(|end| end.since(connect.at)).filter(|time| *time >= PATIENCE)?;
    let (place, waited) = (place(connect.at), text::duration(waited));
    let text = format!("the server did not answer the CONNECT {place} in {waited}");
    Told::proven(None, text, vec![connect.at])
}

/// The client never said anything.
pub(super) fn no_connect(scene: &Scene<'_>) -> Option<Told> {
    let tcp = opened(scene).filter(|tcp| tcp.server.syns > 0 && tcp.client.bytes == 0)?;
    if scene.has_lost(Sender::Client) || scene.half(Sender::Client).packets > 0 {
        return None;
    }
    // It may say something yet: the capture ends, as far as it is known here, with the last segment.
    let is_over = scene.first().is_some() || scene.ended.end.is_none_or(|end| end != End::Capture);
    if !is_over && tcp.last.since(tcp.first).is_none_or(|time| time < PATIENCE) {
        return None;
    }
    let text = "the client opened the TCP connection and sent nothing".into();
    Told::proven(Some(Sender::Client), text, vec![tcp.first])
}

/// TCP, where the SYN of the client was seen.
fn opened(scene: &Scene<'_>) -> Option<Tcp> {
    scene.ended.wire.tcp.filter(|tcp| tcp.client.syns > 0)
}
