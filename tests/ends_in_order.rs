//! The ends of a connection stand in the order that TCP proves, whatever the times of the frames say; and
//! what acknowledgments and Sequence Numbers show to be missing is nobody's fault.

mod support;

use mqttscope::capture::Frame;
use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
use mqttscope::session::ended::Fate;
use mqttscope::session::{Certainty, Ended, Verdict, judge};
use std::ops::ControlFlow;
use support::{Tcp, frame};

use Certainty::{Likely, Proven};

/// CONNECT of 3.1.1 with a Will "w" and Keep Alive 1 s, by the client "c".
const CONNECT: &[u8] = b"\x10\x14\0\x04MQTT\x04\x06\0\x01\0\x01c\0\x01w\0\x02by";
const CONNACK: &[u8] = &[0x20, 2, 0, 0];
const DISCONNECT: &[u8] = &[0xe0, 0];

/// Where the client and the server stand behind CONNECT and CONNACK.
const C: u32 = 101 + CONNECT.len() as u32;
const S: u32 = 501 + CONNACK.len() as u32;

#[derive(Default)]
struct Told(Vec<Ended>);

impl Consumer for Told {
    fn record(&mut self, _: &Record<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn ended(&mut self, ended: &Ended) {
        self.0.push(ended.clone());
    }
}

fn client(seq: u32, ack: u32, payload: &[u8]) -> Tcp {
    Tcp { ack: Some(ack), ..Tcp::client(seq, payload) }
}

fn server(seq: u32, ack: u32, payload: &[u8]) -> Tcp {
    Tcp::server(seq, ack, payload)
}

/// The connection of these segments, each at its time in microseconds.
fn ended(segments: &[(i64, Tcp)]) -> Ended {
    all_ended(segments).remove(0)
}

fn all_ended(segments: &[(i64, Tcp)]) -> Vec<Ended> {
    let mut inspector = Inspector::new(Told::default(), Settings::default());
    for (number, (time, segment)) in (1..).zip(segments) {
        let data = segment.ethernet();
        let time = Some(time * 1_000);
        assert!(inspector.frame(&Frame { number, time, ..frame(1, &data) }).is_continue());
    }
    inspector.finish();
    inspector.into_consumer().0
}

/// The same of a connection that is accepted within a millisecond.
fn accepted(behind: &[(i64, Tcp)]) -> Ended {
    let begin = [
        (0, Tcp::client(100, &[]).syn()),
        (100, server(500, 101, &[]).syn()),
        (200, client(101, 501, &[])),
        (300, client(101, 501, CONNECT)),
        (400, server(501, C, CONNACK)),
    ];
    ended(&[&begin, behind].concat())
}

fn causes(verdict: &Verdict) -> Vec<(&'static str, Certainty)> {
    verdict.causes.iter().map(|cause| (cause.info.id, cause.certainty)).collect()
}

fn verdict(behind: &[(i64, Tcp)]) -> Vec<(&'static str, Certainty)> {
    causes(&judge(&accepted(behind)))
}

/// The FIN of the server acknowledges the DISCONNECT, which was captured later.
#[test]
fn a_side_that_is_mirrored_late() {
    let late = [
        (2_000, server(S, C + 2, &[]).fin()),
        (2_200, client(C, S, DISCONNECT)),
        (2_201, client(C + 2, S, &[]).fin()),
        (2_202, client(C + 3, S + 1, &[])),
    ];
    let ended = accepted(&late);
    assert_eq!(causes(&judge(&ended)), [("disconnect", Proven)]);
    assert!(matches!(ended.will.as_ref().unwrap().fate, Fate::Discarded(_)), "{ended:?}");
    assert_eq!(ended.over_at().unwrap().frame, 7);
    // Without a DISCONNECT: the FIN of the client came first.
    let closes = [
        (2_000, server(S, C + 1, &[]).fin()),
        (2_200, client(C, S, &[]).fin()),
        (2_201, client(C + 1, S + 1, &[])),
    ];
    let first = judge(&accepted(&closes)).causes.remove(0);
    assert_eq!((first.info.id, first.certainty), ("closed", Proven));
    assert!(first.text.starts_with("the client closed"), "{}", first.text);
}

/// The server had not got the DISCONNECT when it closed, though that was captured before.
#[test]
fn ends_that_cross() {
    let crossed = |disconnect, fin| {
        let mut all = [
            (disconnect, client(C, S, DISCONNECT)),
            (disconnect + 1, client(C + 2, S, &[]).fin()),
            (fin, server(S, C, &[]).fin()),
        ];
        all.sort_by_key(|(time, _)| *time);
        accepted(&all)
    };
    for (ended, id) in [(crossed(2_000, 2_100), "disconnect"), (crossed(2_100, 2_000), "closed")] {
        assert_eq!(causes(&judge(&ended))[0], (id, Likely));
        let left = ended.from_client.disconnect.as_ref().unwrap();
        assert!(left.void.is_some_and(|void| void.is_likely()), "{left:?}");
        assert!(matches!(ended.will.as_ref().unwrap().fate, Fate::Due(_)));
    }
    // One that had the DISCONNECT answers it.
    let answered = [(2_000, client(C, S, DISCONNECT)), (2_100, server(S, C + 2, &[]).fin())];
    assert_eq!(verdict(&answered), [("disconnect", Proven)]);
}

/// One thing more is acknowledged than was captured: the FIN.
#[test]
fn a_fin_that_was_not_captured() {
    let long = 3_000_000;
    // The server closed because the client had: that is no broken Keep Alive.
    let answered = [(long, server(S, C + 1, &[]).fin()), (long + 9, client(C + 1, S + 1, &[]))];
    assert_eq!(verdict(&answered), [("not-seen", Proven)]);
    // It closed by itself, and the FIN of the client was its answer.
    let answer = [(long, server(S, C, &[]).fin()), (long + 9, server(S + 1, C + 1, &[]))];
    assert_eq!(verdict(&answer)[0].0, "closed");
    // None of two was captured: it is not open, nor kept open.
    let none = [(long, client(C, S + 1, &[])), (9 * long, server(S + 1, C + 1, &[]))];
    assert_eq!(verdict(&none), [("not-seen", Proven)]);
    assert_eq!(verdict(&[(long, client(C, S, &[]))]), [("open", Proven)]);
    // A probe repeats what is before the next byte.
    let probed = [(long, server(S - 1, C, &[])), (long + 9, client(C, S, &[]))];
    assert_eq!(verdict(&probed), [("open", Proven)]);
}

/// An RST stands behind all that its side had sent.
#[test]
fn an_rst_behind_more_than_was_captured() {
    let ended = accepted(&[(2_000, client(C + 2, S, &[]).rst())]);
    let verdict = judge(&ended);
    assert_eq!(causes(&verdict), [("reset", Likely)]);
    assert!(!verdict.causes[0].text.contains("without a DISCONNECT"), "{verdict:?}");
    assert!(verdict.caveats[0].contains("2 bytes behind"), "{verdict:?}");
    assert!(!matches!(ended.will.unwrap().fate, Fate::Due(_)));
    let whole = accepted(&[(2_000, client(C, S, &[]).rst())]);
    assert_eq!(causes(&judge(&whole)), [("reset", Proven)]);
    // The CONNACK is missing, so that the server did answer.
    let silent = ended_before_connack(server(S, C, &[]).rst());
    assert!(silent.iter().all(|(id, _)| *id != "no-connack"), "{silent:?}");
    assert_eq!(ended_before_connack(server(501, C, &[]).rst())[0].0, "no-connack");
}

fn ended_before_connack(end: Tcp) -> Vec<(&'static str, Certainty)> {
    causes(&judge(&ended(&[
        (0, Tcp::client(100, &[]).syn()),
        (100, server(500, 101, &[]).syn()),
        (300, client(101, 501, CONNECT)),
        (400, end),
    ])))
}

/// Who closes first in what is left of a connection need not have closed first.
#[test]
fn the_last_frames_of_a_connection() {
    let tail = ended(&[
        (0, server(S, C, &[])),
        (100, server(S, C, &[]).fin()),
        (200, client(C, S + 1, &[])),
    ]);
    let verdict = judge(&tail);
    assert_eq!(causes(&verdict), [("not-seen", Proven)]);
    assert!(verdict.causes[0].by.is_none());
}

/// Behind a gap the client may have said that it leaves.
#[test]
fn a_fault_before_a_gap() {
    let publish = b"\x32\x06\0\x01#\0\x01x";
    let end = C + publish.len() as u32;
    let fault = [(1_000, client(C, S, publish)), (1_900, server(S, end, &[]))];
    let closed =
        [fault.clone(), [(2_000, server(S, end, &[]).fin()), (2_100, client(end, S + 1, &[]))]];
    assert_eq!(verdict(&closed.concat())[0].0, "malformed");
    let gap = [
        fault,
        [(2_000, server(S, end + 3, &[]).fin()), (2_100, client(end + 3, S + 1, &[]).fin())],
    ];
    assert_eq!(verdict(&gap.concat()), [("not-seen", Proven)]);
}

/// Nothing was captured for an hour, in which two clients should have spoken every second: the clock was set. Of one
/// alone, nothing shows that.
#[test]
fn an_hour_that_nobody_was_silent_in() {
    const HOUR: i64 = 3_600_000_000;
    const PINGREQ: &[u8] = &[0xc0, 0];
    const PINGRESP: &[u8] = &[0xd0, 0];
    let talk = |port: u16| {
        let all = [
            (0, Tcp::client(100, &[]).syn()),
            (100, server(500, 101, &[]).syn()),
            (300, client(101, 501, CONNECT)),
            (400, server(501, C, CONNACK)),
            (HOUR, client(C, S, PINGREQ)),
            (HOUR + 100, server(S, C + 2, PINGRESP)),
            (HOUR + 200, client(C + 2, S + 2, &[]).fin()),
            (2 * HOUR, server(S + 2, C + 3, &[]).fin()),
        ];
        all.map(|(time, segment)| (time, Tcp { client_port: port, ..segment }))
    };
    let broken = |segments: &[(i64, Tcp)]| {
        let all = all_ended(segments);
        let count = all.iter().map(|ended| ended.keep_alive.broken).sum::<u64>();
        let caveats = all.iter().flat_map(|ended| judge(ended).caveats).collect::<Vec<_>>();
        (count, caveats)
    };
    let mut both = [talk(50_000), talk(50_001)].concat();
    both.sort_by_key(|(time, _)| *time);
    let (count, caveats) = broken(&both);
    assert_eq!(count, 0);
    assert!(caveats.iter().all(|caveat| caveat.contains("the clock was set")), "{caveats:?}");
    assert_eq!(caveats.len(), 2);
    assert_eq!(broken(&talk(50_000)), (1, vec![]));
}

/// What a client sends when its server has closed is too late to end its silence.
#[test]
fn a_client_that_speaks_again_when_the_server_has_closed() {
    let spoke = [
        (4_000_000, server(S, C, &[]).fin()),
        (4_010_000, client(C, S + 1, b"\xc0\0")),
        (4_010_100, server(S + 1, C, &[]).rst()),
    ];
    let ended = accepted(&spoke);
    assert_eq!(causes(&judge(&ended)), [("keep-alive", Likely), ("closed", Proven)]);
    assert_eq!(ended.keep_alive.longest.unwrap().time, 3_999_700_000);
}

/// A SYN that was answered out of sight, and one whose connection the capture ends with.
#[test]
fn a_handshake_of_which_a_part_was_captured() {
    let syn = (0, Tcp::client(100, &[]).syn());
    let refused = [syn.clone(), (100, server(0, 101, &[]).rst())];
    assert_eq!(causes(&judge(&ended(&refused)))[0], ("port-closed", Proven));
    let opened =
        [syn.clone(), (200, client(101, 501, &[])), (500_000, server(501, 101, &[]).rst())];
    let told = causes(&judge(&ended(&opened)));
    assert!(told.iter().all(|(id, _)| *id != "port-closed"), "{told:?}");
    let begun = [syn, (100, server(500, 101, &[]).syn())];
    assert_eq!(causes(&judge(&ended(&begun))), [("open", Proven)]);
    let silent = [&begun[..], &[(1_500_000, client(101, 501, &[]))]].concat();
    assert_eq!(causes(&judge(&ended(&silent)))[0], ("no-connect", Proven));
}

/// Bytes behind the beginning of which the capture starts are no reason to leave.
#[test]
fn a_message_of_which_only_the_end_was_captured() {
    let rest = [7; 600];
    let late = [
        (0, server(501, 101, &rest)),
        (100, server(1_101, 101, &rest)),
        (200, client(101, 1_701, b"\xc0\0")),
        (150_000, client(103, 1_701, &[]).fin()),
    ];
    let told = causes(&judge(&ended(&late)));
    assert!(told.iter().all(|(id, _)| *id != "malformed"), "{told:?}");
}

/// The Remaining Length tells that a packet is too large before all of it has come.
#[test]
fn a_packet_that_is_refused_before_its_end() {
    const CONNECT: &[u8] = b"\x10\x0e\0\x04MQTT\x05\x02\0\x3c\0\0\x01c";
    // Maximum Packet Size 20.
    const CONNACK: &[u8] = b"\x20\x08\0\0\x05\x27\0\0\0\x14";
    let c = 101 + CONNECT.len() as u32;
    let s = 501 + CONNACK.len() as u32;
    let publish = [&b"\x30\x64\0\x01a\0"[..], &[b'x'; 40]].concat();
    let all = |publish: &[u8]| {
        let end = c + publish.len() as u32;
        [
            (0, Tcp::client(100, &[]).syn()),
            (100, server(500, 101, &[]).syn()),
            (200, client(101, 501, CONNECT)),
            (300, server(501, c, CONNACK)),
            (1_000, client(c, s, publish)),
            (1_100, server(s, end, b"\xe0\x01\x95")),
            (1_200, server(s + 3, end, &[]).fin()),
            (1_300, client(end, s + 4, &[]).fin()),
        ]
    };
    assert_eq!(causes(&judge(&ended(&all(&publish))))[0], ("limit", Proven));
    // One that is small enough is only cut.
    let small = [&b"\x30\x10\0\x01a\0"[..], &[b'x'; 4]].concat();
    let told = causes(&judge(&ended(&all(&small))));
    assert!(told.iter().all(|(id, _)| *id != "limit"), "{told:?}");
}

/// A reset may show before an answer that its side had by its number: nothing was open.
#[test]
fn an_answer_that_stands_behind_the_reset_of_who_had_it() {
    const PUBLISH: &[u8] = &[0x32, 6, 0, 1, b'a', 0, 3, b'm'];
    let publish = C + PUBLISH.len() as u32;
    let segments = [
        (1_000, client(C, S, PUBLISH)),
        (1_100, client(publish, S + 4, &[]).rst()),
        (1_200, server(S, publish, &[0x40, 2, 0, 3])),
    ];
    let ended = accepted(&segments);
    assert_eq!((ended.open.len(), causes(&judge(&ended))[0].0), (0, "reset"));
    // What it had not had was not answered for it.
    let unheard = segments.map(|(time, tcp)| {
        let ack = if tcp.rst { Some(S) } else { tcp.ack };
        (time, Tcp { ack, ..tcp })
    });
    assert_eq!(accepted(&unheard).open.len(), 1);
}

/// A capture that begins late: there may have been a CONNECT before the first that it has, and an answer.
#[test]
fn a_connect_that_need_not_be_the_first() {
    let all = |skip: usize| {
        let whole = [
            (0, Tcp::client(100, &[]).syn()),
            (10, server(500, 101, &[]).syn()),
            (20, client(101, 501, CONNECT)),
            (400, server(501, C, &[]).fin()),
        ];
        causes(&judge(&ended(&whole[skip..])))
    };
    assert_eq!(all(0), [("no-connack", Proven), ("closed", Proven)]);
    assert!(all(2).iter().all(|(id, _)| *id != "no-connack"), "{:?}", all(2));
}
