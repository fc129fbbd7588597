//! Why connections ended, in recordings of real clients and real brokers: what each scenario is made
//! to show is stated here, and was before it was recorded.

mod support;

use mqttscope::capture::{Merge, Source};
use mqttscope::pipeline::{Consumer, Inspector, Record, Settings};
use mqttscope::session::{At, Certainty, Ended, Verdict, judge};
use mqttscope::spec::Sender;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use support::recordings;

use Certainty::{Likely, Possible, Proven};

const CLIENT: Option<Sender> = Some(Sender::Client);
const SERVER: Option<Sender> = Some(Sender::Server);

/// What is expected of a connection: its client, all causes with how certain they are, who ended it,
/// and words of the first cause.
type Row = (&'static str, &'static [(&'static str, Certainty)], Option<Sender>, &'static str);

/// Of mosquitto 2.0, in the order of the connections. Its clients try a closed port twice. A server
/// that closes with unread bytes resets.
#[rustfmt::skip]
const ENDS: &[Row] = &[
    ("guest-311", &[("refused", Proven)], SERVER, "Connection Refused, not authorized"),
    ("guest-5", &[("refused", Proven)], SERVER, "0x87 Not authorized"),
    ("killed", &[("closed", Proven)], CLIENT, "the client closed the TCP connection (FIN) without a DISCONNECT"),
    ("reset", &[("reset", Proven)], CLIENT, "the client reset the TCP connection (RST) without a DISCONNECT"),
    ("qos3-311", &[("malformed", Likely), ("closed", Proven)], SERVER, "QoS 3 does not exist (qos-3)"),
    ("qos3-5", &[("malformed", Proven), ("disconnect-error", Proven)], SERVER, "QoS 3 does not exist (qos-3)"),
    ("wildcard", &[("malformed", Likely), ("closed", Proven)], SERVER, "(topic-wildcard)"),
    ("garbage", &[("malformed", Likely), ("reset", Proven)], SERVER, "broke a rule"),
    ("connect-twice", &[("malformed", Likely), ("closed", Proven)], SERVER, "(second-connect)"),
    ("too-large", &[("limit", Proven), ("disconnect-error", Proven)], SERVER, "0x95 Packet too large"),
    ("half", &[("incomplete", Proven), ("closed", Proven)], CLIENT, "when the PUBLISH"),
    ("", &[("no-connect", Proven), ("closed", Proven)], CLIENT, "sent nothing"),
    ("", &[("malformed", Likely), ("reset", Proven)], SERVER, "(first-not-connect)"),
    ("left-alone", &[("closed", Proven)], SERVER, "the server closed the TCP connection (FIN) without a DISCONNECT"),
    ("unheard", &[("no-connack", Proven), ("closed", Proven)], None, "the server did not answer the CONNECT"),
    ("pinger", &[("keep-alive", Likely), ("closed", Proven)], CLIENT, "the server did not answer the PINGREQ"),
    ("", &[("port-closed", Proven)], SERVER, "nothing listens on port 1883"),
    ("", &[("port-closed", Proven)], SERVER, "nothing listens on port 1883"),
];

/// Of aedes: it waits half a second for a CONNECT, and ends connections without a word.
#[rustfmt::skip]
const AEDES: &[Row] = &[
    ("", &[("no-connect", Proven), ("closed", Proven)], CLIENT, "sent nothing"),
    ("not-allowed", &[("closed", Proven), ("after-request", Possible)], SERVER, "the server closed the TCP connection (FIN)"),
    ("silent", &[("keep-alive", Likely), ("closed", Proven)], SERVER, "the client was silent for 1.5"),
    ("twins", &[("taken-over", Likely), ("closed", Proven)], SERVER, "connected with the same Client Identifier"),
    ("twins", &[("disconnect", Proven)], CLIENT, "DISCONNECT"),
    ("qos3-311", &[("malformed", Likely), ("closed", Proven)], SERVER, "QoS 3 does not exist (qos-3)"),
];

#[test]
fn mosquitto_and_its_clients() {
    expect("ends.pcap", ENDS);
}

#[test]
fn aedes_ends_connections_as_mosquitto_never_does() {
    expect("ends-aedes.pcap", AEDES);
}

#[test]
fn a_syn_that_nothing_answers() {
    expect("unanswered.pcap", &[("", &[("no-syn-ack", Proven)], None, "was sent 4 times")]);
}

/// What the other recordings show, by their index.
#[test]
fn limits_and_take_overs() {
    #[rustfmt::skip]
    const LIMITS: &[Row] = &[
        ("auto-E2882C2D-EB9E-B5CE-54C3-0F4E425C6764", &[("disconnect", Proven)], CLIENT, "0x00 Normal disconnection"),
        ("twin", &[("taken-over", Likely), ("closed", Proven)], SERVER, "stream 2"),
        ("twin", &[("limit", Proven), ("disconnect-error", Proven)], SERVER, "0x94 Topic Alias invalid"),
        ("silent", &[("keep-alive", Likely), ("closed", Proven)], SERVER, "Keep Alive 1 s"),
        ("until-the-end", &[("closed", Proven)], SERVER, "the server closed"),
    ];
    expect("v5-limits.pcap", LIMITS);
}

#[test]
fn sessions_of_mosquitto() {
    const TAKEN: &[(&str, Certainty)] = &[("taken-over", Likely), ("closed", Proven)];
    const BY_WAR: &[(&str, Certainty)] = &[("take-over-war", Likely), ("closed", Proven)];
    const LIMIT: &[(&str, Certainty)] = &[("limit", Proven), ("disconnect-error", Proven)];
    #[rustfmt::skip]
    const WAR: &[Row] = &[
        ("doorbell", TAKEN, SERVER, "stream 1 from"),
        ("doorbell", TAKEN, SERVER, "stream 2 from"),
        ("doorbell", TAKEN, SERVER, "stream 3 from"),
        ("doorbell", BY_WAR, SERVER, "take-over number 3"),
        ("doorbell", BY_WAR, SERVER, "take-over number 4"),
        ("doorbell", &[("disconnect", Proven)], CLIENT, "0x00 Normal disconnection"),
    ];
    expect("sessions-war.pcap", WAR);
    #[rustfmt::skip]
    const SILENCE: &[Row] = &[
        ("watcher", &[("disconnect", Proven)], CLIENT, "DISCONNECT"),
        ("still", &[("keep-alive", Likely), ("closed", Proven)], SERVER, "Keep Alive 5 s"),
    ];
    expect("sessions-keep-alive.pcap", SILENCE);
    #[rustfmt::skip]
    const LIMITS: &[Row] = &[
        ("qos", LIMIT, SERVER, "0x9b QoS not supported"),
        ("retain", LIMIT, SERVER, "0x9a Retain not supported"),
        ("size", LIMIT, SERVER, "0x95 Packet too large"),
        ("alias", LIMIT, SERVER, "0x94 Topic Alias invalid"),
        // mosquitto lets these pass.
        ("receive", &[("closed", Proven)], CLIENT, "the client closed"),
        ("wildcard", &[("closed", Proven)], CLIENT, "the client closed"),
    ];
    expect("sessions-limits.pcap", LIMITS);
}

/// A device that comes back is no war; a PINGRESP when the client has left is no answer.
#[test]
fn what_comes_late() {
    const TAKEN: &[(&str, Certainty)] = &[("taken-over", Likely), ("closed", Proven)];
    #[rustfmt::skip]
    const LATE: &[Row] = &[
        ("sleepy", &[("disconnect", Proven)], CLIENT, "DISCONNECT"),
        ("roamer", TAKEN, SERVER, "stream 2 from"),
        ("roamer", TAKEN, SERVER, "stream 3 from"),
        ("roamer", TAKEN, SERVER, "stream 4 from"),
        ("roamer", TAKEN, SERVER, "take-over number 3 in 1.3"),
        ("roamer", &[("reset", Proven)], CLIENT, "the client reset"),
        ("patient", &[("keep-alive", Likely), ("closed", Proven)], CLIENT, "the server did not answer the PINGREQ #18, nor send anything else; 1.55 s later"),
    ];
    expect("sessions-late.pcap", LATE);
    let (all, ..) = inspect(&captures_folder().join("sessions-late.pcap"));
    assert!(all.iter().all(|ended| ended.war.is_none()));
    let keep_alive = &all[0].keep_alive;
    let longest = keep_alive.longest.unwrap().time;
    assert_eq!((keep_alive.late, keep_alive.broken), (1, 0));
    assert!((2_400_000_000..2_500_000_000).contains(&longest), "{longest}");
}

/// A capture that begins with a CONNECT, behind the SYN, misses nothing of MQTT.
#[test]
fn a_connect_is_a_beginning() {
    let Some(corpus) = std::env::var_os("MQTTSCOPE_CORPUS") else {
        eprintln!("skipped: MQTTSCOPE_CORPUS is not set");
        return;
    };
    let (all, ..) = inspect(&Path::new(&corpus).join("captures/zeek_mqtt.pcap"));
    let verdicts: Vec<_> = all.iter().map(judge).collect();
    assert_eq!(verdicts.len(), 2);
    assert!(verdicts.iter().all(|verdict| verdict.caveats.is_empty()), "{verdicts:#?}");
}

/// Of a line that is no MQTT too.
#[test]
fn the_proof_of_what_carries_mqtt_names_its_frame() {
    let (ended, ..) = inspect(&captures_folder().join("tls13.pcap"));
    let first = judge(&ended[3]).causes.remove(0);
    assert_eq!(first.info.id, "tls-alert", "{}", first.text);
    assert!(first.proof.iter().all(|at| at.frame > 0 && at.number > 0), "{first:?}");
}

#[test]
fn what_never_got_to_mqtt() {
    #[rustfmt::skip]
    const REFUSED: &[Row] = &[
        ("", &[("upgrade-refused", Proven), ("closed", Proven)], SERVER, "status 401"),
        ("by-hand", &[("malformed", Likely), ("closed", Proven)], SERVER, "(header-flags)"),
    ];
    expect("ws-refused.pcap", REFUSED);
    let (ended, ..) = inspect(&captures_folder().join("tls13.pcap"));
    let last = judge(&ended[3]);
    assert_eq!((last.causes[0].info.id, last.causes[0].by), ("tls-alert", CLIENT));
}

/// The proof of a cause is in the capture, and comes in its order.
#[test]
fn every_verdict_on_every_recording_has_its_proof() {
    for path in recordings() {
        let (ended, records, frames) = inspect(&path);
        for ended in ended {
            let verdict = judge(&ended);
            let at = format!("{} stream {:?}: {verdict:#?}", path.display(), ended.stream);
            assert!(!verdict.causes.is_empty(), "{at}");
            for cause in &verdict.causes {
                assert!(!cause.text.is_empty() && !cause.text.ends_with('.'), "{at}");
                assert!(
                    cause.proof.iter().all(|at| at.number <= records && at.frame <= frames),
                    "{at}"
                );
                let times: Vec<_> = cause.proof.iter().filter_map(|at| at.time).collect();
                assert!(times.is_sorted(), "{at}");
            }
        }
    }
}

/// A capture that begins in the middle, or that has holes, says so.
#[test]
fn what_is_missing_is_told() {
    let (ended, ..) = inspect(&captures_folder().join("midstream.pcap"));
    let caveats: Vec<_> = ended.iter().map(|ended| judge(ended).caveats.len()).collect();
    assert_eq!(caveats, [1, 1, 0, 0, 0]);
    let (ended, ..) = inspect(&captures_folder().join("snaplen-96.pcap"));
    let lost = |ended: &Ended| judge(ended).caveats.iter().any(|it| it.contains("not captured"));
    assert_eq!(ended.iter().map(lost).collect::<Vec<_>>(), [true, false, true, false]);
}

/// Frame 23 holds the DISCONNECT of the client and its FIN. Without it the server's FIN is the first
/// end that was captured, and its acknowledgment counts three: two bytes and the FIN.
#[test]
fn an_end_that_was_not_captured_is_not_the_other_sides() {
    let (ended, ..) = inspect_some(&captures_folder().join("v311-qos.pcap"), |number| number != 23);
    let writer = &ended[1];
    let verdict = judge(writer);
    let ids: Vec<_> = verdict.causes.iter().map(|cause| cause.info.id).collect();
    assert_eq!((ids, verdict.causes[0].by), (vec!["not-seen"], None));
    assert_eq!(writer.wire.client_lost.bytes, 2);
    let caveat = "2 bytes of the client, and its FIN or one more, were not captured";
    assert_eq!(verdict.caveats, [caveat]);
}

/// Nothing but the end of TCP was captured, from the server first: its port says which side it is.
#[test]
fn the_port_says_who_is_the_server() {
    let path = captures_folder().join("v311-qos.pcap");
    let (ended, ..) = inspect_some(&path, |number| (26..=28).contains(&number));
    let (client, server) = ended[0].ends.unwrap();
    assert_eq!((client.port(), server.port()), (42_792, 1_883));
    // What came before, nobody knows.
    let first = judge(&ended[0]).causes.remove(0);
    assert_eq!((first.info.id, first.by), ("not-seen", None));
    assert!(first.text.starts_with("the server closed"), "{}", first.text);
}

/// Cut anywhere, a capture gives no fault that the whole one does not have.
#[test]
fn a_capture_cut_short_accuses_nobody() {
    for name in ["session.pcap", "v311-qos.pcap", "v5-qos.pcapng", "dup.pcap", "v5-topics.pcap"] {
        let path = captures_folder().join(name);
        let (whole, _, frames) = inspect(&path);
        let known = faults(&whole);
        for most in 1..=frames {
            let (ended, ..) = inspect_up_to(&path, most);
            for fault in faults(&ended) {
                assert!(known.contains(&fault), "{name}, {most} frames: {fault:?}");
            }
        }
    }
}

/// The causes that are faults, by stream.
fn faults(ended: &[Ended]) -> Vec<(Option<u64>, &'static str)> {
    let of = |ended: &Ended| {
        let causes = judge(ended).causes.into_iter().filter(|cause| cause.info.is_fault());
        causes.map(|cause| (ended.stream, cause.info.id)).collect::<Vec<_>>()
    };
    ended.iter().flat_map(of).collect()
}

fn expect(name: &str, rows: &[Row]) {
    let (ended, ..) = inspect(&captures_folder().join(name));
    let mut wrong = Vec::new();
    for (ended, (client, causes, by, words)) in ended.iter().zip(rows) {
        let verdict = judge(ended);
        let id = ended.client_id.as_deref().unwrap_or_default();
        let found: Vec<_> =
            verdict.causes.iter().map(|cause| (cause.info.id, cause.certainty)).collect();
        let first = &verdict.causes[0];
        let is_right = id == client.as_bytes()
            && found == *causes
            && first.by == *by
            && first.text.contains(words);
        if !is_right {
            wrong.push(format!("{client}: {}", shown(id, &verdict)));
        }
    }
    assert!(wrong.is_empty(), "{name}\n{}", wrong.join("\n"));
    assert_eq!(ended.len(), rows.len(), "{name}");
}

fn shown(id: &[u8], verdict: &Verdict) -> String {
    let causes = verdict.causes.iter().map(|cause| {
        let at = |at: &At| format!("#{} frame {}", at.number, at.frame);
        let proof: Vec<_> = cause.proof.iter().map(at).collect();
        format!(
            "\n    {} {:?} {:?} {} {proof:?}",
            cause.info.id, cause.certainty, cause.by, cause.text
        )
    });
    format!("{:?}{}", String::from_utf8_lossy(id), causes.collect::<String>())
}

#[derive(Default)]
struct Ends(Vec<Ended>);

impl Consumer for Ends {
    fn record(&mut self, _: &Record<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn ended(&mut self, ended: &Ended) {
        self.0.push(ended.clone());
    }
}

/// The connections in their order, how many records there were, and how many frames.
fn inspect(path: &Path) -> (Vec<Ended>, u64, u64) {
    inspect_up_to(path, u64::MAX)
}

fn inspect_up_to(path: &Path, frames: u64) -> (Vec<Ended>, u64, u64) {
    inspect_some(path, |number| number <= frames)
}

/// The same as if only some frames had been captured.
fn inspect_some(path: &Path, is_captured: impl Fn(u64) -> bool) -> (Vec<Ended>, u64, u64) {
    let mut inspector = Inspector::new(Ends::default(), Settings::default());
    let mut source = Merge::open(&[path.to_path_buf()]);
    let mut number = 0;
    while let Some(frame) = source.next_frame().unwrap() {
        number += 1;
        if is_captured(number) {
            assert!(inspector.frame(&frame).is_continue());
        }
    }
    inspector.finish();
    let (records, frames) = (inspector.records(), inspector.frames());
    let mut ended = inspector.into_consumer().0;
    ended.sort_by_key(|ended| ended.stream);
    (ended, records, frames)
}

fn captures_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures")
}
