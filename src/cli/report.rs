//! What is told on standard error: errors, and what was passed over.

use super::terminal;
use crate::capture::{CaptureError, Left, Notice};
use crate::pipeline::{Consumer, Inspector, Passing};
use crate::render::flow::Flow;
use crate::render::paint::{Painter, Role};
use crate::text;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why there is no live capture in this build.
#[cfg(not(feature = "live"))]
pub(super) const NO_LIVE: &str = "this build has no live capture: build it with the feature `live` \
     (it is one of the defaults, and needs libpcap), or read what tcpdump captures: \
     tcpdump -U -w - tcp port 1883 | mqttscope read -";

/// Comments on frames without packets that are told: a screen full.
const MAX_COMMENTS: usize = 20;

/// Why a run that waits cannot be begun.
pub(super) const NO_SIGNALS: &str = "a handler for Ctrl-C cannot be set up";

/// One line on standard error, broken at the width of its terminal. Nothing untrusted gets through
/// raw.
pub(super) fn line(message: &str) {
    let mut out = String::new();
    let words = format!("mqttscope: {}", text::safe(message));
    Flow::new().push(Role::Meaning, words).set(
        &mut out,
        Painter::default(),
        0,
        2,
        terminal::columns(&io::stderr()),
    );
    // Where nobody reads it there is nothing to be done.
    let _ = io::stderr().write_all(out.as_bytes());
}

/// Further lines that belong to the last one, indented.
pub(super) fn excerpt(lines: &str) {
    for line in lines.lines() {
        eprintln!("  {}", text::safe(line));
    }
}

/// Lines that stand as they are.
pub(super) fn paragraph(lines: &str) {
    lines.lines().for_each(|line| eprintln!("{}", text::safe(line)));
}

/// An error with its causes, as one sentence.
pub(super) fn error(error: &anyhow::Error) {
    line(&format!("{error:#}"));
}

/// What ended a file early.
pub(super) fn capture_error(files: &[PathBuf], error: &CaptureError) {
    line(&format!("{} {}", name(files, error.file), error.fault));
}

/// Something odd in a file.
pub(super) fn notice(files: &[PathBuf], notice: &Notice) {
    line(&format!("{}: {notice}", name(files, notice.file)));
}

/// What an inspection passed over, and a hint where it found nothing.
pub(super) fn inspection<C: Consumer>(inspector: &Inspector<C>) {
    for row in inspector.counters().rows() {
        if !row.example.reason().is_ordinary() {
            let (count, first) = (text::count(row.frames, "frame"), row.first_frame);
            line(&format!("{count} not read, the first is frame {first}: {}", row.example));
        }
    }
    let cut = inspector.cut_frames();
    if cut > 0 {
        line(&format!(
            "{} cut short by the snap length (-s 0 captures all, here and with tcpdump)",
            text::count(cut, "frame")
        ));
    }
    let back = inspector.backwards();
    if back.count > 0 {
        line(&format!(
            "times run backwards {}, by {} at most, the first time at frame {}: spans and rates over it are not what they seem",
            text::count(back.count, "time"),
            text::duration(back.greatest),
            back.first_frame
        ));
    }
    fragments(inspector);
    streams(inspector);
    datagrams(inspector);
    comments(inspector);
    if inspector.records() == 0 {
        nothing(inspector);
    }
}

/// What was written of a capture's frames, and what was not.
pub(super) fn excerpt_written(path: &Path, left: &Left) {
    let file = path.display();
    let opening = match left.opening {
        0 => String::new(),
        count => format!(
            ", {} of them for the others to be readable: handshakes, CONNECT, what ciphers and compression go on from",
            text::number(count)
        ),
    };
    line(&format!("{} written to {file}{opening}", text::count(left.written, "frame")));
    for (count, noun, what) in [
        (left.late, "frame", "not in it: they lay too far before the end of their packets"),
        (
            left.unopened,
            "connection",
            "in it without its beginning, which lay too far before: what is encrypted or compressed cannot be read",
        ),
        (left.secrets, "secrets block", "not in it: pcap has no place for them; pcapng keeps them"),
        (left.other_link, "frame", "not in it: pcap has one link type for all; pcapng keeps them"),
        (
            left.comments,
            "comment",
            "not in it: pcap has no place for them, or a frame has too many",
        ),
        (left.without_time, "frame", "in it with a time of 1970, as the capture has none"),
    ] {
        if count > 0 {
            line(&format!("{} {what}", text::count(count, noun)));
        }
    }
}

/// Comments of the capture on frames that hold no packet: those on others stand with the packets.
fn comments<C: Consumer>(inspector: &Inspector<C>) {
    for (frame, comment) in inspector.notes().untold().take(MAX_COMMENTS) {
        line(&format!("comment on frame {frame}, which no packet is from: \"{comment}\""));
    }
    let more = inspector.notes().untold().skip(MAX_COMMENTS).count() as u64;
    if more > 0 {
        line(&format!("{} on frames that no packet is from", text::count(more, "more comment")));
    }
}

/// What became of IP packets that came in fragments.
fn fragments<C: Consumer>(inspector: &Inspector<C>) {
    let counters = inspector.fragments();
    if counters.incomplete > 0 {
        line(&format!(
            "{} not read: fragments of them were not captured",
            text::count(counters.incomplete, "IP packet")
        ));
    }
    if counters.conflicts > 0 {
        line(&format!(
            "{} of IP packets contradict others; the first were taken",
            text::count(counters.conflicts, "fragment")
        ));
    }
}

fn streams<C: Consumer>(inspector: &Inspector<C>) {
    let c = inspector.losses();
    if c.gaps > 0 {
        let gaps = text::count(c.gaps, "gap");
        let least = if c.is_least { "at least " } else { "" };
        let bytes = text::count(c.gap_bytes, "byte");
        line(&format!("{gaps} in MQTT streams: {least}{bytes} not captured"));
    }
    if c.conflicts > 0 {
        line(&format!(
            "{} repeated bytes of MQTT streams with other contents; the first were taken",
            text::count(c.conflicts, "segment")
        ));
    }
    let c = inspector.stream_counters();
    for (count, noun, what) in [
        (c.forgotten, "connection", "forgotten, as there were too many"),
        (c.idle, "connection", "forgotten, as nothing came of them for so long"),
        (c.strays, "segment", "passed over: no window reaches where they lie in their connection"),
        (c.after_end_bytes, "byte", "passed over: their side had ended its connection before them"),
    ] {
        if count > 0 {
            line(&format!("{} {what}", text::count(count, noun)));
        }
    }
}

/// What was on the ports of MQTT-SN and is something else, and what was forgotten.
fn datagrams<C: Consumer>(inspector: &Inspector<C>) {
    let others = inspector.other_datagrams();
    if others > 0 {
        line(&format!(
            "{} on a port of MQTT-SN left alone: they are something else; -d udp.port==N,mqttsn \
             reads them all the same",
            text::count(others, "datagram")
        ));
    }
    let forgotten = inspector.forgotten_pairs();
    if forgotten > 0 {
        line(&format!(
            "{} of MQTT-SN forgotten, as there were too many",
            text::count(forgotten, "session")
        ));
    }
}

/// There was no MQTT: what there was instead.
fn nothing<C: Consumer>(inspector: &Inspector<C>) {
    let frames = text::count(inspector.frames(), "frame");
    let ports = format!("port {}", listed(inspector.ports(), "or"));
    let connections = inspector.connections();
    if connections > 0 {
        let gaps = inspector.losses().gaps > 0;
        let why = if gaps { "no payload of MQTT was captured" } else { "there is no payload" };
        let those = text::count(connections, "TCP connection");
        return line(&format!("no MQTT packets in {frames}: {why} in {those} on {ports}"));
    }
    let others = inspector.other_ports();
    let encrypted = inspector.encrypted();
    if encrypted > 0 {
        let those = text::count(encrypted, "connection");
        let (are, them) = if encrypted == 1 { ("is", "it") } else { ("are", "them") };
        let is_tls = |port: &u16| inspector.other(*port) == Passing::Named("TLS");
        let at: Vec<u16> = others.iter().copied().filter(is_tls).collect();
        return line(&format!(
            "no MQTT packets in {frames}: {those} on port {} {are} encrypted (TLS), and no MQTT could be read in \
             {them}. -o tls.keylog_file:FILE decrypts {them}: give it the file that SSLKEYLOGFILE names where a \
             client or the server runs",
            listed(&at, "and")
        ));
    }
    let which = others.first().filter(|_| others.len() == 1).map_or("N".into(), u16::to_string);
    let option = format!("-d tcp.port=={which},mqtt");
    let hint = match (others.len(), inspector.any_port()) {
        (0, _) => String::new(),
        (_, true) => {
            let at = listed(&others, "and");
            let all = || others.iter().map(|port| inspector.other(*port));
            match (all().max().unwrap_or_default(), others.len()) {
                (Passing::Nothing, _) => format!(", and no payload on port {at}"),
                (what, 1) => passes(&at, what, &option),
                _ => passes(&at, Passing::Something, &option),
            }
        }
        (_, false) => {
            format!(", but on port {}. To read it as MQTT: {option}", listed(&others, "and"))
        }
    };
    line(&format!("no MQTT packets in {frames}: there is no TCP connection on {ports}{hint}"));
}

/// What is said of what passes on ports that are not MQTT's.
fn passes(at: &str, what: Passing, option: &str) -> String {
    let told = match what {
        Passing::Nothing | Passing::Something => "does not look like MQTT".to_owned(),
        Passing::Named(what @ "WebSocket") => {
            format!("is {what}, in which nothing that can be read looks like MQTT")
        }
        Passing::Named(what) => format!("is {what}, which does not look like MQTT"),
    };
    format!(", and what passes on port {at} {told}. To read it all the same: {option}")
}

/// `1`, `1 or 2`, `1, 2 or 3`.
fn listed(ports: &[u16], word: &str) -> String {
    let all: Vec<String> = ports.iter().map(u16::to_string).collect();
    match all.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} {word} {last}", first.join(", ")),
        _ => all.join(""),
    }
}

fn name(files: &[PathBuf], index: u16) -> String {
    let path = files.get(usize::from(index)).map_or(Path::new("?"), PathBuf::as_path);
    if path == Path::new("-") { "standard input".into() } else { path.display().to_string() }
}
