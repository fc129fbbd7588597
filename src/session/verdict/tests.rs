//! Each cause by a conversation written by hand: a case of it, and a near miss.

use super::{Certainty, Verdict, judge};
use crate::session::ended::{
    Answered, Asked, Disconnect, Ended, Fate, Fault, Half, KeepAliveRecord, Open, Other, Still,
    War, Will,
};
use crate::session::wire::{Broken, Heard, Lost, Tcp, WebsocketClose};
use crate::session::{At, How, Proof, Void, Why};
use crate::spec::{PacketType, Rule, Sender, Version};
use crate::stream::{End, Finish, Place, Resent, Sent, Shut};

const MS: i64 = 1_000_000;
const SECOND: i64 = 1_000 * MS;

/// Something at this packet and this time; its frame is ten times its number.
fn at(number: u64, time: i64) -> At {
    At { number, frame: number * 10, time: Some(time) }
}

fn place(frame: u64, time: i64) -> Place {
    Place { frame, time: Some(time) }
}

/// A connection of 3.1.1 with Keep Alive 10 s that was accepted, seen whole, and is still open. CONNECT
/// is #1 at 0 s, CONNACK #2 at 1 ms.
fn accepted() -> Ended {
    let mut ended = Ended {
        stream: Some(3),
        ends: Some(("192.0.2.1:50000".parse().unwrap(), "192.0.2.9:1883".parse().unwrap())),
        version: Some((Version::V311, How::Connect)),
        is_begun: true,
        is_complete: true,
        connect: Some(Asked { at: at(1, 0), ..Asked::default() }),
        connack: Some(Answered { at: at(2, MS), ..Answered::default() }),
        keep_alive: KeepAliveRecord {
            asked: Some(10),
            seconds: Some(10),
            last: Some(at(1, 0)),
            ..KeepAliveRecord::default()
        },
        end: Some(End::Capture),
        ..Ended::default()
    };
    let sent = Sent { segments: 5, bytes: 20, syns: 1, ..Sent::default() };
    let first = At { number: 0, frame: 1, time: Some(-MS) };
    ended.wire.tcp = Some(Tcp { first, last: at(2, MS), client: sent, server: sent });
    ended.from_client.packets = 1;
    ended.from_client.first = Some(at(1, 0));
    ended.from_client.last = Some(at(1, 0));
    ended.from_server.packets = 1;
    ended.from_server.first = Some(at(2, MS));
    ended.from_server.last = Some(at(2, MS));
    (ended.first, ended.last) = (Some(at(1, 0)), Some(at(2, MS)));
    ended
}

/// The same in 5.0.
fn accepted_v5() -> Ended {
    Ended { version: Some((Version::V5, How::Connect)), ..accepted() }
}

/// An end in TCP without numbers that prove anything.
fn finish(frame: u64, time: i64) -> Finish {
    Finish { place: place(frame, time), ..Finish::default() }
}

fn tcp(ended: &mut Ended, by: Sender) -> &mut Sent {
    let tcp = ended.wire.tcp.as_mut().unwrap();
    if by == Sender::Client { &mut tcp.client } else { &mut tcp.server }
}

fn fin(mut ended: Ended, by: Sender, time: i64) -> Ended {
    tcp(&mut ended, by).fin = Some(finish(500, time));
    ended
}

fn disconnect(mut ended: Ended, by: Sender, reason: u8, time: i64) -> Ended {
    let left = Disconnect { at: at(49, time), reason, ..Disconnect::default() };
    let half = if by == Sender::Client { &mut ended.from_client } else { &mut ended.from_server };
    half.disconnect = Some(left);
    half.last = Some(at(49, time));
    ended
}

fn broken(number: u64, time: i64, rule: Rule) -> Broken {
    let (at, message) = (at(number, time), "it is wrong".into());
    let proof = Proof::default();
    Broken { at, proof, what: "PUBLISH", rule, message, cut: None, inner: None }
}

fn ids(ended: &Ended) -> Vec<&'static str> {
    judge(ended).causes.iter().map(|cause| cause.info.id).collect()
}

/// The first cause: its id, its certainty, its text.
fn first(ended: &Ended) -> (&'static str, Certainty, String) {
    let Verdict { causes, .. } = judge(ended);
    (causes[0].info.id, causes[0].certainty, causes[0].text.clone())
}

#[test]
fn open_until_the_capture_ends() {
    assert_eq!(ids(&accepted()), ["open"]);
    assert_eq!(ids(&Ended { end: Some(End::Idle), ..accepted() }), ["not-seen"]);
    assert_eq!(ids(&Ended { end: Some(End::Reused), ..accepted() }), ["not-seen"]);
    // A reset connection lingers in the table until the capture ends: it is not open.
    let mut reset = accepted();
    tcp(&mut reset, Sender::Client).rst = Some(finish(500, SECOND));
    assert_eq!(ids(&reset), ["reset"]);
}

/// What a Reason Code says of the Will holds where there is one.
#[test]
fn a_disconnect_wants_no_will_that_is_not_there() {
    let text = |ended: &Ended| first(ended).2;
    let with_will = |reason| {
        let will = Will {
            topic: (*b"w").into(),
            qos: 0,
            retain: false,
            delay: 0,
            payload_len: 1,
            fate: Fate::Armed,
            session_ended: None,
            seen: None,
        };
        let ended = Ended { will: Some(will), ..accepted_v5() };
        text(&disconnect(ended, Sender::Client, reason, SECOND))
    };
    let without = |by, reason| text(&disconnect(accepted_v5(), by, reason, SECOND));
    assert!(with_will(4).ends_with("wants its Will published"));
    assert!(without(Sender::Client, 4).ends_with("but its CONNECT had none"));
    assert!(with_will(0).ends_with("its Will is discarded"));
    assert!(without(Sender::Client, 0).ends_with("a normal end"));
    assert!(without(Sender::Server, 0).ends_with("a normal end"));
    // Where the CONNECT was not captured, it is not known.
    let unknown = Ended { connect: None, ..accepted_v5() };
    let unknown = text(&disconnect(unknown, Sender::Client, 4, SECOND));
    assert!(unknown.contains("Will") && !unknown.contains("had none"), "{unknown}");
}

/// Where the last bytes of one side are missing, the other's FIN need not be what ended it.
#[test]
fn an_end_that_was_not_captured_is_nobodys_fault() {
    let mut ended = fin(accepted(), Sender::Server, SECOND);
    assert_eq!(ids(&ended), ["closed"]);
    ended.wire.client_lost = Lost { bytes: 2, ..Lost::default() };
    assert_eq!(ids(&ended), ["closed"]);
    ended.wire.client_lost = Lost { bytes: 2, is_tail: true, may_have_ended: true, suspected: 0 };
    let verdict = judge(&ended);
    assert_eq!(ids(&ended), ["not-seen"]);
    assert!(!verdict.causes[0].info.is_fault() && verdict.causes[0].by.is_none());
    let caveat = "2 bytes of the client, and its FIN or one more, were not captured";
    assert_eq!(verdict.caveats, [caveat]);
}

#[test]
fn a_disconnect_is_an_end_in_order() {
    let left = fin(disconnect(accepted(), Sender::Client, 0, SECOND), Sender::Client, SECOND);
    assert_eq!(ids(&left), ["disconnect"]);
    let asked = disconnect(accepted_v5(), Sender::Client, 4, SECOND);
    assert!(first(&asked).2.contains("0x04 Disconnect with Will Message"));
    assert_eq!(ids(&disconnect(accepted_v5(), Sender::Server, 0x89, SECOND)), ["disconnect-error"]);
    // The segment of the DISCONNECT was lost, and came again behind the FIN that follows it.
    let again = disconnect(fin(accepted(), Sender::Client, SECOND), Sender::Client, 0, 2 * SECOND);
    assert_eq!(ids(&again), ["disconnect"]);
    // A DISCONNECT behind the other side's FIN did not end it.
    let late = disconnect(fin(accepted(), Sender::Server, SECOND), Sender::Client, 0, 2 * SECOND);
    assert_eq!(ids(&late), ["closed"]);
    let cause = judge(&late).causes.remove(0);
    assert!(cause.text.ends_with("of the client came too late"), "{}", cause.text);
    assert_eq!(cause.proof.len(), 2, "{:?}", cause.proof);
}

#[test]
fn closed_without_a_disconnect() {
    let (id, certainty, text) = first(&fin(accepted(), Sender::Client, SECOND));
    assert_eq!((id, certainty), ("closed", Certainty::Proven));
    assert!(text.ends_with("the client closed the TCP connection (FIN) without a DISCONNECT"));
    // Before 5.0 no server can send one.
    let (_, _, text) = first(&fin(accepted(), Sender::Server, SECOND));
    assert!(text.ends_with("the server closed the TCP connection (FIN)"), "{text}");
    let (_, _, text) = first(&fin(accepted_v5(), Sender::Server, SECOND));
    assert!(text.ends_with("(FIN) without a DISCONNECT"), "{text}");
    // Where bytes of it were lost, a DISCONNECT may have been among them.
    let mut lossy = fin(accepted(), Sender::Client, SECOND);
    lossy.wire.client_lost.bytes = 7;
    let verdict = judge(&lossy);
    assert!(verdict.causes[0].text.contains("no DISCONNECT of it was captured"), "{verdict:?}");
    assert_eq!(verdict.caveats, ["7 bytes of the client were not captured"]);
}

/// Where the server closes without a word, what came before may be why: no more than that.
#[test]
fn a_server_that_closes_without_a_word() {
    let open = |asker, kind, next, number, time| Open {
        asker,
        packet_id: 7,
        kind,
        first: at(number, time),
        last: at(number, time),
        next,
        message: None,
        received: 0,
        is_carried: false,
    };
    let guess = |ended: &Ended| {
        let causes = judge(ended).causes;
        let guesses = causes.iter().filter(|cause| cause.certainty == Certainty::Possible);
        guesses.map(|cause| (cause.info.id, cause.text.clone())).collect::<Vec<_>>()
    };
    let ids = |ended: &Ended| -> Vec<_> { guess(ended).into_iter().map(|row| row.0).collect() };
    // A PUBLISH that waits for its PUBACK, and one of QoS 0.
    let publish = |kind, time: i64| {
        let mut ended = accepted();
        ended.from_client.last = Some(at(3, time));
        ended.from_client.last_kind = Some(kind);
        ended.keep_alive.last = ended.from_client.last;
        fin(ended, Sender::Server, SECOND)
    };
    let mut asked = publish(PacketType::PUBLISH, 900 * MS);
    asked.open = vec![open(Sender::Client, PacketType::PUBLISH, PacketType::PUBACK, 3, 900 * MS)];
    let (id, text) = guess(&asked).remove(0);
    assert_eq!(id, "after-request");
    assert!(text.starts_with("possibly because of the PUBLISH #3 of the client, which was not"));
    // A server takes them in their order: the first of several is the likeliest, unless it answered one behind it.
    let mut several = publish(PacketType::PUBLISH, 900 * MS);
    several.open = vec![
        open(Sender::Client, PacketType::PUBREL, PacketType::PUBCOMP, 3, 880 * MS),
        open(Sender::Client, PacketType::PUBLISH, PacketType::PUBACK, 4, 890 * MS),
        open(Sender::Client, PacketType::PUBLISH, PacketType::PUBACK, 6, 900 * MS),
    ];
    let text = guess(&several).remove(0).1;
    assert!(text.contains("of the PUBREL #3 of the client, the first of 3 packets that"), "{text}");
    several.from_client.answered = 5;
    let text = guess(&several).remove(0).1;
    assert!(text.contains("of the PUBLISH #6 of the client, which was not answered"), "{text}");
    assert_eq!(ids(&publish(PacketType::PUBLISH, 900 * MS)), ["after-request"]);
    assert_eq!(ids(&publish(PacketType::PUBACK, 900 * MS)), [""; 0]);
    assert_eq!(ids(&publish(PacketType::PUBLISH, -5 * SECOND)), [""; 0]);
    // A fault that was some seconds ago, and the server had said nothing since.
    let mut late = fin(accepted(), Sender::Server, 4 * SECOND);
    late.wire.client_broke.push_back(broken(3, SECOND, Rule::TOPIC_WILDCARD));
    assert_eq!(ids(&late), ["after-fault"]);
    // A better cause makes guesses needless.
    let mut soon = fin(accepted(), Sender::Server, 2 * SECOND);
    soon.wire.client_broke.push_back(broken(3, SECOND, Rule::TOPIC_WILDCARD));
    assert_eq!(ids(&soon), [""; 0]);
    // Not acknowledged for long, or idle for long.
    let mut owes = fin(accepted(), Sender::Server, 14 * SECOND);
    owes.open = vec![open(Sender::Server, PacketType::PUBLISH, PacketType::PUBACK, 3, SECOND)];
    assert_eq!(ids(&owes), ["unacknowledged"]);
    let mut idle = fin(accepted(), Sender::Server, 40 * SECOND);
    idle.keep_alive.seconds = Some(0);
    assert_eq!(ids(&idle), ["idle"]);
    assert_eq!(ids(&fin(accepted(), Sender::Server, 40 * SECOND)), [""; 0], "Keep Alive is 10 s");
    // The client that closes is no matter of this, nor what was not captured.
    assert_eq!(ids(&fin(asked.clone(), Sender::Client, 950 * MS)), [""; 0]);
    asked.wire.server_lost = Lost { bytes: 4, ..Lost::default() };
    assert_eq!(ids(&asked), [""; 0]);
}

#[test]
fn refused_by_its_code() {
    let mut refused = accepted();
    refused.connack.as_mut().unwrap().code = 5;
    let refused = fin(refused, Sender::Server, 2 * MS);
    assert_eq!(ids(&refused), ["refused"]);
    assert!(first(&refused).2.contains("Connection Refused, not authorized"));
    let mut v5 = accepted_v5();
    v5.connack.as_mut().unwrap().code = 0x87;
    v5.connack.as_mut().unwrap().reason = Some(b"no \x1b[31mway".as_slice().into());
    let text = first(&v5).2;
    assert!(text.contains("0x87 Not authorized (Reason String \"no \\x1b[31mway\")"), "{text}");
    // Of DISCONNECT alone (5.0: section 2.4).
    let mut other = accepted_v5();
    other.connack.as_mut().unwrap().code = 0xa0;
    let text = first(&other).2;
    let says = "0xa0 Maximum connect time: the standard does not define this code for CONNACK";
    assert!(text.ends_with(says), "{text}");
}

#[test]
fn keep_alive_of_a_silent_client() {
    let broken = fin(accepted(), Sender::Server, 16 * SECOND);
    let (id, certainty, text) = first(&broken);
    assert_eq!((id, certainty), ("keep-alive", Certainty::Likely));
    assert!(text.contains("silent for 16.0 s since #1, 1.00 s more than allowed"), "{text}");
    let said = disconnect(accepted_v5(), Sender::Server, 0x8d, 16 * SECOND);
    assert_eq!(first(&said).1, Certainty::Proven);
    // Within one and a half times the interval it was something else.
    assert_eq!(ids(&fin(accepted(), Sender::Server, 14 * SECOND)), ["closed"]);
    // The client itself closed.
    assert_eq!(ids(&fin(accepted(), Sender::Client, 16 * SECOND)), ["closed"]);
    // Keep Alive is off.
    let mut off = fin(accepted(), Sender::Server, 16 * SECOND);
    off.keep_alive.seconds = Some(0);
    assert_eq!(ids(&off), ["closed"]);
    // Bytes of the client were lost: how long it was silent is not known.
    let mut lossy = fin(accepted(), Sender::Server, 16 * SECOND);
    lossy.wire.client_lost.bytes = 2;
    assert_eq!(ids(&lossy), ["closed"]);
}

#[test]
fn a_server_that_says_keep_alive_too_early_is_told_so() {
    let (id, certainty, text) = first(&disconnect(accepted_v5(), Sender::Server, 0x8d, 5 * SECOND));
    assert_eq!((id, certainty), ("keep-alive", Certainty::Proven));
    assert!(text.ends_with("the server was too early"), "{text}");
}

#[test]
fn keep_alive_that_the_server_does_not_enforce() {
    // Keep Alive 10 s: the server has to end the connection after 15 s, and may look every few seconds.
    let open = |time| {
        let mut ended = accepted();
        ended.wire.tcp.as_mut().unwrap().last = at(0, time);
        ended
    };
    assert_eq!(ids(&open(18 * SECOND)), ["open"]);
    assert_eq!(ids(&open(30 * SECOND)), ["open", "kept-open"]);
    let text = judge(&open(30 * SECOND)).causes[1].text.clone();
    assert!(text.contains("silent for 30.0 s since #1, 15.0 s more than allowed"), "{text}");
    // 3.1 numbers no statements.
    for (version, statement) in [
        (Version::V31, "has to end the connection then, and"),
        (Version::V311, "then (MQTT-3.1.2-24), and"),
        (Version::V5, "then (MQTT-3.1.2-22), and"),
    ] {
        let ended = Ended { version: Some((version, How::Connect)), ..open(30 * SECOND) };
        let text = &judge(&ended).causes[1].text;
        assert!(text.contains(statement), "{text}");
    }
    assert_eq!(ids(&fin(accepted(), Sender::Client, 30 * SECOND)), ["closed", "kept-open"]);
    // Its DISCONNECT is a packet that comes late; and who keeps nothing alive is never late.
    let left = disconnect(accepted(), Sender::Client, 0, 30 * SECOND);
    assert_eq!(ids(&left), ["disconnect"]);
    let mut off = open(30 * SECOND);
    off.keep_alive.seconds = Some(0);
    assert_eq!(ids(&off), ["open"]);
    // What was not captured may have broken the silence, or be the end.
    for sender in [Sender::Client, Sender::Server] {
        let mut lost = open(30 * SECOND);
        let bytes = Lost { bytes: 2, ..Lost::default() };
        let wire = &mut lost.wire;
        *(if sender == Sender::Client { &mut wire.client_lost } else { &mut wire.server_lost }) =
            bytes;
        assert_eq!(ids(&lost), ["open"]);
    }
}

/// The capture goes on when nothing comes of the connection any more, whose end may be missing then.
#[test]
fn keep_alive_that_nobody_enforces_until_the_capture_ends() {
    let left = |seconds| {
        let mut ended = accepted();
        ended.captured_until = Some(At { number: 0, ..at(90, seconds * SECOND) });
        ended
    };
    assert_eq!(ids(&left(20)), ["open"]);
    let verdict = judge(&left(30));
    assert_eq!(ids(&left(30)), ["open", "kept-open"]);
    let kept = &verdict.causes[1];
    assert_eq!(kept.certainty, Certainty::Likely);
    assert!(kept.text.contains("silent for 30.0 s since #1, 15.0 s more than allowed"));
    let proof: Vec<u64> = kept.proof.iter().map(|at| at.frame).collect();
    assert_eq!(proof, [10, 900]);
    // Its own segments prove as much.
    let mut seen = left(60);
    seen.wire.tcp.as_mut().unwrap().last = at(0, 30 * SECOND);
    assert_eq!(judge(&seen).causes[1].certainty, Certainty::Proven);
    // Who has left is silent for ever; and the capture stood still meanwhile.
    let gone = disconnect(left(30), Sender::Client, 0, SECOND);
    assert_eq!(ids(&gone), ["disconnect"]);
    let mut still = left(30);
    let (from, to) = (2 * SECOND, 20 * SECOND);
    still.still = vec![Still { from, to, frame: 80, connections: 2 }];
    assert_eq!(ids(&still), ["open"]);
}

/// The client pinged, and nothing came: it is not the client alone that was silent.
#[test]
fn a_server_that_hangs_is_told_before_the_silence_of_its_client() {
    let ping = at(5, 3 * SECOND);
    let mut hung = fin(accepted(), Sender::Server, 20 * SECOND);
    hung.keep_alive.last = Some(ping);
    hung.keep_alive.unanswered = Some(ping);
    hung.keep_alive.heard = Some(at(2, MS));
    let (id, certainty, text) = first(&hung);
    assert_eq!((id, certainty), ("keep-alive", Certainty::Likely));
    assert_eq!(
        text,
        "the server did not answer the PINGREQ #5, nor send anything else; the client sent nothing more either \
         for 17.0 s, 2.00 s more than allowed (Keep Alive 10 s, and half as long again); then the server closed \
         the TCP connection (FIN)"
    );
    // The client said something else behind it.
    let mut later = hung.clone();
    later.keep_alive.last = Some(at(6, 4 * SECOND));
    let text = first(&later).2;
    assert!(
        text.contains(
            "PINGREQ #5, nor send anything else; the client was silent for 16.0 s since #6"
        )
    );
    // The server sent something else; its answer may have been lost: then the silence has an end, too.
    let mut alive = hung.clone();
    alive.keep_alive.heard = Some(at(6, 4 * SECOND));
    assert!(first(&alive).2.starts_with("the client was silent for 17.0 s since #5"));
    hung.wire.server_lost.bytes = 2;
    assert!(first(&hung).2.starts_with("the client was silent for 17.0 s since #5"));
}

/// Of the other side nothing was captured: it may have been first.
#[test]
fn one_direction_alone_proves_no_end() {
    let one_way = |mut ended: Ended, missing| {
        let sent = *tcp(&mut ended, missing);
        *tcp(&mut ended, missing) = Sent { segments: 0, bytes: 0, syns: 0, ..sent };
        first(&ended)
    };
    let certainty = |ended, missing| {
        let (id, certainty, _) = one_way(ended, missing);
        (id, certainty)
    };
    let likely = |id| (id, Certainty::Likely);
    assert_eq!(certainty(accepted(), Sender::Server), likely("open"));
    let closed = fin(accepted(), Sender::Client, SECOND);
    assert_eq!(certainty(closed, Sender::Server), likely("closed"));
    let closed = fin(accepted(), Sender::Server, SECOND);
    assert_eq!(certainty(closed, Sender::Client), likely("closed"));
    let left = disconnect(accepted(), Sender::Client, 0, SECOND);
    assert_eq!(certainty(left, Sender::Server), likely("disconnect"));
}

#[test]
fn keep_alive_of_a_server_that_does_not_answer() {
    let mut silent = fin(accepted(), Sender::Client, 20 * SECOND);
    silent.keep_alive.unanswered = Some(at(5, 10 * SECOND));
    assert_eq!(first(&silent).0, "keep-alive");
    // It left at once: it was not the missing answer.
    let mut hasty = fin(accepted(), Sender::Client, 10 * SECOND + 5 * MS);
    hasty.keep_alive.unanswered = Some(at(5, 10 * SECOND));
    assert_eq!(ids(&hasty), ["closed"]);
    // The server sent something else meanwhile: it is alive.
    let mut alive = silent.clone();
    alive.keep_alive.heard = Some(at(6, 11 * SECOND));
    assert_eq!(ids(&alive), ["closed"]);
    // The answer came when it had left.
    let mut late = silent.clone();
    late.from_server.last = Some(at(6, 21 * SECOND));
    late.keep_alive.late_answer = late.from_server.last;
    let (id, _, text) = first(&late);
    assert_eq!(id, "keep-alive");
    assert!(text.ends_with("; the PINGRESP #6 came 1.00 s after that"), "{text}");
    // The answer may have been lost.
    silent.wire.server_lost.bytes = 2;
    assert_eq!(ids(&silent), ["closed"]);
}

#[test]
fn taken_over_by_another_connection() {
    let client = "192.0.2.2:50001".parse().unwrap();
    let other = Other { stream: 7, at: at(9, SECOND), client, clean_start: true };
    let mut old = fin(accepted(), Sender::Server, SECOND + MS);
    old.taken_over_by = Some(other);
    let (id, certainty, text) = first(&old);
    assert_eq!((id, certainty), ("taken-over", Certainty::Likely));
    assert!(text.starts_with("stream 7 from 192.0.2.2:50001"), "{text}");
    old.war = Some(War { count: 12, time: Some(60_000_000_000), addresses: 2 });
    assert!(
        first(&old).2.contains("take-over number 12 in 1 min 0 s from 2 addresses, every 5.45 s")
    );
    // The client had gone by itself.
    let mut gone = fin(accepted(), Sender::Client, SECOND + MS);
    gone.taken_over_by = Some(other);
    assert_eq!(ids(&gone), ["closed"]);
    // The server closed it much later, or before.
    for time in [SECOND - MS, 9 * SECOND] {
        let mut late = fin(accepted(), Sender::Server, time);
        late.taken_over_by = Some(other);
        assert_eq!(ids(&late), ["closed"]);
    }
    // No end of it was captured, as the server has to end it and may have done so; or it goes on for long.
    for (last, certainty) in [(2, Certainty::Likely), (20, Certainty::Proven)] {
        for (version, statement) in [(Version::V311, "MQTT-3.1.4-2"), (Version::V5, "MQTT-3.1.4-3")]
        {
            let mut open = Ended { version: Some((version, How::Connect)), ..accepted() };
            open.keep_alive.seconds = Some(0);
            open.wire.tcp.as_mut().unwrap().last = at(0, last * SECOND);
            open.taken_over_by = Some(other);
            let told = first(&open);
            assert_eq!((told.0, told.1), ("open", certainty));
            assert!(told.2.contains("though stream 7") && told.2.contains(statement), "{}", told.2);
        }
    }
    let said = disconnect(accepted_v5(), Sender::Server, 0x8e, SECOND);
    assert_eq!(first(&said).1, Certainty::Proven);
}

#[test]
fn a_broken_packet_and_the_end_behind_it() {
    let mut ended = fin(accepted(), Sender::Server, SECOND + 200 * MS);
    ended.wire.client_broke.push_back(broken(17, SECOND, Rule::QOS_3));
    let (id, certainty, text) = first(&ended);
    assert_eq!((id, certainty), ("malformed", Certainty::Likely));
    assert!(text.contains("200 ms after the PUBLISH #17 of the client broke a rule"), "{text}");
    assert_eq!(judge(&ended).causes[0].proof[0].number, 17);
    // The server went on after it.
    let mut tolerant = ended.clone();
    tolerant.from_server.last = Some(at(20, SECOND + 150 * MS));
    assert_eq!(ids(&tolerant), ["closed"]);
    // The same had been tolerated before.
    let mut known = ended.clone();
    known.from_client.faults = vec![Fault { rule: Rule::QOS_3, at: at(3, -9 * SECOND) }];
    assert_eq!(ids(&known), ["closed"]);
    // It was answered, or the same was before.
    let mut answered = ended.clone();
    answered.from_client.accepted = 17;
    assert_eq!(ids(&answered), ["closed"]);
    let mut before = ended.clone();
    before.from_client.faults = vec![Fault { rule: Rule::QOS_3, at: at(16, SECOND - 9 * MS) }];
    assert_eq!(ids(&before), ["malformed", "closed"]);
    before.from_client.accepted = 16;
    assert_eq!(ids(&before), ["closed"]);
    // A client that leaves a second after a packet of the server has another reason.
    for (time, is_it) in [(50 * MS, true), (900 * MS, false)] {
        let mut left = fin(accepted(), Sender::Client, SECOND + time);
        left.wire.server_broke.push_back(broken(17, SECOND, Rule::QOS_3));
        assert_eq!(ids(&left).contains(&"malformed"), is_it);
    }
    // It was long ago: no more than a guess.
    let mut old = fin(accepted(), Sender::Server, 9 * SECOND);
    old.wire.client_broke = ended.wire.client_broke.clone();
    assert_eq!(ids(&old), ["closed", "after-fault"]);
    // The client that sent it closed.
    let mut own = fin(accepted(), Sender::Client, SECOND + 200 * MS);
    own.wire.client_broke = ended.wire.client_broke.clone();
    assert_eq!(ids(&own), ["closed"]);
}

#[test]
fn interleaved_writes_and_the_end_behind_them() {
    let mut ended = fin(accepted(), Sender::Server, SECOND + 200 * MS);
    let torn = broken(18, SECOND, Rule::INTERLEAVED);
    ended.wire.client_broke.push_back(Broken { inner: Some(at(17, SECOND)), ..torn });
    let (id, certainty, text) = first(&ended);
    assert_eq!((id, certainty), ("interleaved", Certainty::Likely));
    assert!(
        text.contains("the PUBLISH #18 of the client had #17 written into its middle"),
        "{text}"
    );
    let proof: Vec<u64> = judge(&ended).causes[0].proof.iter().map(|at| at.frame).collect();
    assert_eq!(proof, [170, 180, 500]);
    // Behind it a packet is broken of itself.
    ended.wire.client_broke.push_back(broken(19, SECOND, Rule::QOS_3));
    assert_eq!(ids(&ended), ["interleaved", "malformed", "closed"]);
    // The server went on after it.
    ended.from_server.last = Some(at(20, SECOND + 150 * MS));
    assert_eq!(ids(&ended), ["closed"]);
}

/// What the server makes of them it may acknowledge; the client that waits for the rest leaves, or would have
/// left all the same.
#[test]
fn interleaved_writes_of_the_side_that_leaves() {
    let torn = broken(18, SECOND, Rule::INTERLEAVED);
    let torn = Broken { inner: Some(at(17, SECOND)), ..torn };
    let mut ended = fin(accepted(), Sender::Client, SECOND + 150 * MS);
    ended.wire.client_broke.push_back(torn);
    ended.wire.server_broke.push_back(broken(19, SECOND + MS, Rule::ACK_UNASKED));
    ended.from_client.answered = 18;
    assert_eq!(ids(&ended), ["closed", "after-interleaved"]);
    let guess = &judge(&ended).causes[1];
    assert_eq!(guess.certainty, Certainty::Possible);
    let said = "possibly because the PUBLISH #18 of the client had #17 written into its middle, 150 ms before";
    assert!(guess.text.starts_with(said), "{}", guess.text);
    // What came behind them was answered; it says itself that it leaves; it was long ago.
    let mut answered = ended.clone();
    answered.from_client.answered = 20;
    assert_eq!(ids(&answered), ["closed"]);
    let left = disconnect(ended.clone(), Sender::Client, 0, SECOND + 140 * MS);
    assert_eq!(ids(&left), ["disconnect"]);
    let late = fin(ended, Sender::Client, 99 * SECOND);
    assert!(!ids(&late).contains(&"after-interleaved"));
}

#[test]
fn the_server_says_which_packet_it_was() {
    let mut said = disconnect(accepted_v5(), Sender::Server, 0x81, SECOND + MS);
    said.wire.client_broke.push_back(broken(17, SECOND, Rule::QOS_3));
    assert_eq!(ids(&said), ["malformed", "disconnect-error"]);
    assert_eq!(first(&said).1, Certainty::Proven);
    // Another reason is given: the broken packet was not it.
    let mut other = disconnect(accepted_v5(), Sender::Server, 0x8b, SECOND + MS);
    other.wire.client_broke = said.wire.client_broke.clone();
    assert_eq!(ids(&other), ["disconnect-error"]);
    let mut limit = disconnect(accepted_v5(), Sender::Server, 0x93, SECOND + MS);
    limit.wire.client_broke.push_back(broken(17, SECOND, Rule::RECEIVE_MAXIMUM_EXCEEDED));
    assert_eq!(ids(&limit), ["limit", "disconnect-error"]);
}

/// A client that leaves without a word may have had enough: what is merely more than it asked for is no reason,
/// but what it cannot take is.
#[test]
fn a_client_that_leaves_when_a_limit_was_broken() {
    let leaves = |rule, end: fn(Ended, Sender, i64) -> Ended| {
        let mut ended = end(accepted_v5(), Sender::Client, SECOND + MS);
        ended.wire.server_broke.push_back(broken(17, SECOND, rule));
        ids(&ended)
    };
    assert_eq!(leaves(Rule::RECEIVE_MAXIMUM_EXCEEDED, fin), ["closed"]);
    assert_eq!(leaves(Rule::PACKET_ABOVE_MAXIMUM, fin), ["limit", "closed"]);
    let says = |ended, by, time| disconnect(ended, by, 0x93, time);
    assert_eq!(leaves(Rule::RECEIVE_MAXIMUM_EXCEEDED, says), ["limit", "disconnect-error"]);
}

/// A control character in a topic is legal, and a receiver may refuse it.
#[test]
fn what_the_receiver_may_refuse() {
    let mut closed = fin(accepted(), Sender::Server, SECOND + MS);
    closed.wire.client_broke.push_back(broken(17, SECOND, Rule::TEXT_CONTROL));
    let (id, certainty, text) = first(&closed);
    assert_eq!((id, certainty), ("malformed", Certainty::Likely));
    assert!(text.contains("held what a receiver may refuse: it is wrong"), "{text}");
    let mut said = disconnect(accepted_v5(), Sender::Server, 0x81, SECOND + MS);
    said.wire.client_broke = closed.wire.client_broke.clone();
    assert_eq!(first(&said).1, Certainty::Likely);
    // It may not have been why: the client's own end is no fault for it.
    let mut left = fin(accepted(), Sender::Client, SECOND + MS);
    left.wire.client_broke = closed.wire.client_broke;
    assert_eq!(ids(&left), ["closed"]);
}

#[test]
fn a_packet_that_did_not_come_whole() {
    let mut half = fin(accepted(), Sender::Client, SECOND);
    half.wire
        .client_broke
        .push_back(Broken { cut: Some((5, 300)), ..broken(17, SECOND, Rule::STREAM_ENDS) });
    let (id, _, text) = first(&half);
    assert_eq!(id, "incomplete");
    assert!(
        text.ends_with("#17 of the client was not complete: 5 of 300 bytes had come"),
        "{text}"
    );
    half.wire.client_lost.bytes = 100;
    assert_eq!(ids(&half), ["closed"]);
}

#[test]
fn nothing_answered() {
    let mut alone = Ended { stream: Some(0), end: Some(End::Idle), ..Ended::default() };
    let first = At { number: 0, frame: 1, time: Some(0) };
    let last = At { number: 0, frame: 9, time: Some(3 * SECOND) };
    let syns = Sent { segments: 3, syns: 3, ..Sent::default() };
    let none = Sent::default();
    alone.wire.tcp = Some(Tcp { first, last, client: syns, server: none });
    assert_eq!(ids(&alone)[0], "no-syn-ack");
    // The client goes on: there was an answer, and the capture shows one direction.
    tcp(&mut alone, Sender::Client).segments = 5;
    assert_eq!(ids(&alone), ["not-seen"]);
    assert_eq!(judge(&alone).caveats, ["only one direction of it was captured"]);
    // Sent once, and the capture ended.
    *tcp(&mut alone, Sender::Client) = Sent { segments: 1, syns: 1, ..none };
    alone.end = Some(End::Capture);
    assert_eq!(ids(&alone), ["open"]);
    // RST came back.
    *tcp(&mut alone, Sender::Server) =
        Sent { segments: 1, rst: Some(finish(2, MS)), ..Sent::default() };
    assert_eq!(ids(&alone), ["port-closed"]);
    // RST after SYN-ACK is something else.
    tcp(&mut alone, Sender::Server).syns = 1;
    assert_eq!(ids(&alone), ["no-connect", "reset"]);
}

#[test]
fn a_connect_without_an_answer() {
    let mut ended = accepted();
    ended.connack = None;
    ended.from_server = crate::session::ended::Half::default();
    let waited = fin(ended.clone(), Sender::Client, 5 * SECOND);
    assert_eq!(ids(&waited), ["no-connack", "closed"]);
    assert!(first(&waited).2.contains("did not answer the CONNECT #1 in 5.00 s"));
    let closed = fin(ended.clone(), Sender::Server, 2 * MS);
    assert!(first(&closed).2.contains("2.00 ms after the CONNECT #1, without an answer"));
    // Nobody waited for it.
    assert_eq!(ids(&fin(ended.clone(), Sender::Client, 2 * MS)), ["closed"]);
    assert_eq!(ids(&ended), ["open"]);
    // It may have been lost.
    ended.wire.server_lost.bytes = 4;
    assert_eq!(ids(&fin(ended, Sender::Client, 5 * SECOND)), ["closed"]);
}

#[test]
fn what_is_no_mqtt() {
    let mut ended = Ended { end: Some(End::Capture), ..Ended::default() };
    let text = "the client ends it: unknown_ca".into();
    ended.wire.alerts =
        vec![Heard { sender: Sender::Client, at: at(4, MS), proof: Proof::default(), text }];
    ended.wire.is_tls = true;
    assert_eq!(ids(&ended)[0], "tls-alert");
    // An alert behind the DISCONNECT ended nothing.
    let mut late = disconnect(accepted(), Sender::Client, 0, 0);
    late.wire.alerts = ended.wire.alerts.clone();
    assert_eq!(ids(&late), ["disconnect"]);
    ended.wire.alerts.clear();
    assert_eq!(ids(&ended), ["open"]);
    ended.wire.upgrade_refused = Some((401, at(2, MS)));
    assert_eq!(ids(&ended)[0], "upgrade-refused");
}

/// Close codes of RFC 6455 section 7.4.1, and the ranges of 7.4.2.
#[test]
fn websocket_says_why() {
    for (code, words) in [
        (Some(1001), "the server ended WebSocket with a close frame, 1001 going away"),
        (Some(1011), "1011 internal error"),
        (Some(4000), "4000: a code that applications agree on by themselves"),
        (Some(2000), "2000: the standard does not define this code"),
        (None, "the server ended WebSocket with a close frame, without a close code"),
    ] {
        let reason = b"bye\x1b[2J"[..].into();
        let close = WebsocketClose {
            sender: Sender::Server,
            at: at(7, MS),
            proof: Proof::default(),
            code,
            reason,
        };
        let mut ended = accepted();
        ended.wire.websocket_close = Some(close);
        let (id, certainty, text) = first(&ended);
        assert_eq!((id, certainty), ("websocket-close", Certainty::Proven));
        assert!(text.contains(words) && text.ends_with(" (reason \"bye\\x1b[2J\")"), "{text}");
        assert_eq!(judge(&ended).causes[0].proof, [at(7, MS)]);
        // It follows what has ended the connection, in MQTT or in TCP.
        assert_eq!(ids(&disconnect(ended.clone(), Sender::Client, 0, 0)), ["disconnect"]);
        assert!(!ids(&fin(ended, Sender::Client, 0)).contains(&"websocket-close"));
    }
}

#[test]
fn a_capture_that_begins_in_the_middle_says_so() {
    let mut ended = Ended { is_begun: false, connect: None, connack: None, ..accepted() };
    for sender in [Sender::Client, Sender::Server] {
        tcp(&mut ended, sender).syns = 0;
    }
    assert_eq!(judge(&ended).caveats, ["the capture begins in the middle of this connection"]);
    // Without its SYN, but with its CONNECT nothing of MQTT is missing.
    let mut whole = Ended { is_begun: false, ..accepted() };
    for sender in [Sender::Client, Sender::Server] {
        tcp(&mut whole, sender).syns = 0;
    }
    assert_eq!(judge(&whole).caveats, [""; 0]);
}

#[test]
fn the_ids_of_causes_are_unique() {
    let all = || super::CAUSES.iter().chain(super::GUESSES);
    for (i, row) in all().enumerate() {
        assert!(all().skip(i + 1).all(|other| other.verdict != row.verdict), "{:?}", row.verdict);
        let about = row.verdict.info().about;
        assert!(!about.is_empty() && !about.ends_with('.'));
    }
}

/// A DISCONNECT of the client that does not count for this reason.
fn void(ended: Ended, why: Why, certainty: Certainty, time: i64) -> Ended {
    let mut ended = disconnect(ended, Sender::Client, 0, time);
    let left = ended.from_client.disconnect.as_mut().unwrap();
    left.void = Some(Void { why, at: at(48, time), certainty });
    ended
}

#[test]
fn a_disconnect_that_does_not_count_is_no_proven_end() {
    let illegal = Why::Illegal(Rule::HEADER_FLAGS);
    let ended = || void(accepted(), illegal, Certainty::Likely, SECOND);
    let (id, certainty, text) = first(&ended());
    assert_eq!((id, certainty), ("disconnect", Certainty::Likely));
    assert!(text.contains("header-flags") && text.contains("likely did not take it"), "{text}");
    // The server closes first: by the standard because of it.
    let mut closed = fin(ended(), Sender::Server, SECOND + MS);
    closed.wire.client_broke.push_back(broken(49, SECOND, Rule::HEADER_FLAGS));
    assert_eq!(ids(&closed), ["malformed", "disconnect"]);
    assert_eq!(first(&closed).1, Certainty::Likely);
    // The client closes first.
    let mut left = fin(closed.clone(), Sender::Client, SECOND);
    assert_eq!(ids(&left), ["disconnect"]);
    // A packet before it that the server may well have taken is no cause.
    let behind = Why::Behind("PUBLISH", Rule::DUP_WITH_QOS_0);
    left = void(accepted(), behind, Certainty::Possible, SECOND);
    left.wire.client_broke.push_back(broken(48, SECOND, Rule::DUP_WITH_QOS_0));
    left = fin(left, Sender::Server, SECOND + MS);
    assert_eq!(ids(&left), ["disconnect"]);
    assert!(first(&left).2.contains("may not have read on"));
}

#[test]
fn a_server_that_answers_a_disconnect_with_an_error_ends_the_connection() {
    let raised = Why::Illegal(Rule::SESSION_EXPIRY_RAISED);
    let mut ended = void(accepted_v5(), raised, Certainty::Proven, SECOND);
    ended.wire.client_broke.push_back(broken(49, SECOND, Rule::SESSION_EXPIRY_RAISED));
    let answer = Disconnect { at: at(50, SECOND + MS), reason: 0x82, ..Disconnect::default() };
    ended.from_server.disconnect = Some(answer);
    let ended = fin(ended, Sender::Client, SECOND);
    assert_eq!(ids(&ended), ["malformed", "disconnect-error"]);
    let (_, certainty, text) = first(&ended);
    assert_eq!(certainty, Certainty::Proven);
    assert!(text.starts_with("the server sent DISCONNECT 0x82"), "{text}");
}

/// A server that takes no more connections closes them before it has read anything.
#[test]
fn a_connect_that_was_on_its_way_when_the_server_closed() {
    let with = |had: u32| {
        let mut ended = fin(accepted(), Sender::Server, 5 * MS);
        (ended.connack, ended.from_server) = (None, Half::default());
        tcp(&mut ended, Sender::Server).segments = 2;
        tcp(&mut ended, Sender::Server).fin.as_mut().unwrap().had = Some(had);
        ended.connect.as_mut().unwrap().proof.end = Some(119);
        first(&ended).0
    };
    assert_eq!(with(101), "closed");
    assert_eq!(with(119), "no-connack");
}

/// Who never answers the CONNECT does not show when it looks at the Keep Alive.
#[test]
fn a_connect_without_an_answer_is_no_matter_of_keep_alive() {
    let mut ended = fin(accepted(), Sender::Server, 60 * SECOND);
    assert_eq!(first(&ended).0, "keep-alive");
    ended.connack = None;
    (ended.from_server, ended.keep_alive.pongs) = (Half::default(), 0);
    tcp(&mut ended, Sender::Server).segments = 2;
    assert_eq!(first(&ended).0, "no-connack");
}

/// Some count one and a half times the interval in whole seconds: of 1 s that is 1 s.
#[test]
fn a_keep_alive_in_whole_seconds() {
    for (seconds, time, id) in [
        (1, 1_200 * MS, "keep-alive"),
        (1, 900 * MS, "closed"),
        (10, 14_200 * MS, "keep-alive"),
        (10, 13_900 * MS, "closed"),
    ] {
        let mut ended = fin(accepted(), Sender::Server, time);
        ended.keep_alive.seconds = Some(seconds);
        let (found, certainty, text) = first(&ended);
        assert_eq!(found, id, "{text}");
        assert_eq!(certainty == Certainty::Likely, id == "keep-alive");
    }
}

/// The server takes nothing more (TCP window 0): what the client cannot send is no silence of its.
#[test]
fn a_client_that_may_not_send_is_not_silent() {
    let mut ended = fin(accepted(), Sender::Server, 20 * SECOND);
    let until = Some(place(40, 19 * SECOND));
    ended.wire.tcp.as_mut().unwrap().last = at(50, 20 * SECOND);
    tcp(&mut ended, Sender::Server).shut = Some(Shut { from: place(30, SECOND), until });
    let verdict = judge(&ended);
    assert_eq!(verdict.causes[0].info.id, "closed");
    assert!(verdict.caveats[0].contains("no more bytes for 18.0 s"), "{:?}", verdict.caveats);
}

/// A peer that is gone: its bytes are sent again and again, and nothing comes back.
#[test]
fn what_was_sent_again_in_vain_is_told() {
    let mut ended = fin(accepted(), Sender::Server, 13 * SECOND);
    let resent = |count| Resent { count, first: place(30, SECOND), last: place(40, 9 * SECOND) };
    tcp(&mut ended, Sender::Server).resent = resent(5);
    assert!(first(&ended).2.contains("5 times in 8.00 s"), "{}", first(&ended).2);
    tcp(&mut ended, Sender::Server).resent = resent(2);
    assert!(!first(&ended).2.contains("again"));
}

/// What makes one statement on an end doubtful makes the others doubtful, too.
#[test]
fn an_incomplete_packet_is_as_certain_as_the_end_behind_it() {
    let mut cut = fin(accepted(), Sender::Server, 3 * SECOND);
    let broken = broken(17, 2 * SECOND, Rule::STREAM_ENDS);
    cut.wire.client_broke.push_back(Broken { cut: Some((5, 300)), ..broken });
    let certainty = |ended: &Ended| {
        let causes = judge(ended).causes;
        causes.iter().map(|it| (it.info.id, it.certainty)).collect::<Vec<_>>()
    };
    let proven = [("incomplete", Certainty::Proven), ("closed", Certainty::Proven)];
    assert_eq!(certainty(&cut), proven);
    // What the server said last is missing: a DISCONNECT, perhaps.
    cut.wire.server_lost = Lost { bytes: 3, is_tail: true, ..Lost::default() };
    assert_eq!(certainty(&cut), proven.map(|(id, _)| (id, Certainty::Likely)));
}

/// A close frame or an alert, and an end of the other side: what TCP proves counts, whatever the times say.
#[test]
fn what_is_said_beside_mqtt_stands_where_tcp_proves() {
    let close = |proof| WebsocketClose {
        sender: Sender::Client,
        at: at(7, 20 * MS),
        proof,
        code: None,
        reason: [].into(),
    };
    let with = |end: Option<u32>, had: Option<u32>| {
        let mut ended = fin(accepted(), Sender::Server, 10 * MS);
        let numbers = Finish { seq: 50, had, ..finish(2, 10 * MS) };
        tcp(&mut ended, Sender::Server).fin = Some(numbers);
        ended.wire.websocket_close =
            Some(close(Proof { end, had: end.map(|_| 50), ..Proof::default() }));
        judge(&ended).causes.into_iter().next().map(|it| (it.info.id, it.certainty)).unwrap()
    };
    // The FIN acknowledges the close frame that stands behind it.
    assert_eq!(with(Some(100), Some(100)), ("websocket-close", Certainty::Proven));
    assert_eq!(with(Some(100), Some(90)).0, "closed");
    assert_eq!(with(None, None).0, "closed");
    let alert = |time: i64, had: u32| {
        let mut ended = disconnect(accepted(), Sender::Client, 0, 10 * MS);
        let proof = Proof { had: Some(40), end: Some(100), ..Proof::default() };
        ended.from_client.disconnect.as_mut().unwrap().proof = proof;
        let text = "TLS ended".into();
        let proof = Proof { had: Some(had), end: Some(60), ..Proof::default() };
        ended.wire.alerts = vec![Heard { sender: Sender::Server, at: at(60, time), proof, text }];
        judge(&ended).causes.into_iter().map(|it| (it.info.id, it.certainty)).next().unwrap()
    };
    // The alert had the DISCONNECT, though it stands before it; or they crossed.
    assert_eq!(alert(5 * MS, 100), ("disconnect", Certainty::Proven));
    assert_eq!(alert(5 * MS, 90), ("tls-alert", Certainty::Likely));
}

/// A server that is stopped ends all that is open; one that ends some of it has other reasons.
#[test]
fn a_server_that_ends_all_at_once() {
    let ends = |all: &[Ended]| {
        let verdicts: Vec<_> = all.iter().map(judge).collect();
        let told = super::at_once(all.iter().zip(&verdicts));
        let mut told: Vec<_> = told.into_iter().map(|(nth, it)| (nth, it.count, it.time)).collect();
        told.sort_unstable();
        told
    };
    let by = |sender, time| fin(accepted(), sender, time);
    let stopped = |time| by(Sender::Server, time);
    let three = [stopped(9 * SECOND), stopped(9 * SECOND + 3 * MS), stopped(9 * SECOND + MS)];
    let time = 3 * MS as u64;
    assert_eq!(ends(&three), [(0, 3, time), (1, 3, time), (2, 3, time)]);
    assert_eq!(ends(&three[..2]), []);
    let with = |one: Ended| [&three[..], &[one]].concat();
    // One stays open, or its client ends it meanwhile, or the server long after.
    assert_eq!(ends(&with(accepted())), []);
    assert_eq!(ends(&with(by(Sender::Client, 9 * SECOND + MS))), []);
    assert_eq!(ends(&with(stopped(20 * SECOND))), []);
    // One was over before, whoever ended it; one is of another server; one comes back.
    assert_eq!(ends(&with(by(Sender::Client, SECOND))).len(), 3);
    assert_eq!(ends(&with(stopped(SECOND))).len(), 3);
    let other = Some(("192.0.2.1:50000".parse().unwrap(), "192.0.2.8:1883".parse().unwrap()));
    assert_eq!(ends(&with(Ended { ends: other, ..accepted() })).len(), 3);
    let mut later = accepted();
    later.wire.tcp.as_mut().unwrap().first.time = Some(9 * SECOND + 2 * MS);
    assert_eq!(ends(&with(later)).len(), 3);
    // For one it had another reason.
    let silent = stopped(16 * SECOND);
    assert_eq!(ends(&[silent.clone(), silent.clone(), silent]), []);
    // In 5.0 it says so.
    let said = disconnect(accepted_v5(), Sender::Server, 0x8b, 9 * SECOND);
    assert_eq!(ends(&with(said)).len(), 4);
    assert_eq!(ends(&with(disconnect(accepted_v5(), Sender::Server, 0x8d, 9 * SECOND))), []);
}
