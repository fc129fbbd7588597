use super::*;
use crate::mqttsn::decode;

/// The pre-defined topic id 7 has a name.
fn named() -> Predefined {
    Arc::new([(7, b"named/by/option"[..].into())].into())
}

/// Reads messages of a client (`>`) and its gateway (`<`); the result is the topic of the last one,
/// how it is known, and the rules of its findings.
fn read(session: &mut Session, messages: &[&str]) -> (Option<String>, Vec<&'static str>) {
    let mut found = Vec::new();
    for (record, message) in (1..).zip(messages) {
        let (side, hex) = message.split_at(1);
        let sender = if side == ">" { Sender::Client } else { Sender::Server };
        let bytes = hex::decode(hex.replace(' ', "")).unwrap();
        let mut tape = Tape::new();
        let decoded = decode(&bytes, Some(sender), &mut tape);
        session.observe(&decoded, Some(sender), At { record, frame: None }, &named(), &mut tape);
        found = tape.findings().iter().map(|finding| finding.info().id).collect();
    }
    let topic = session.topic().map(|topic| {
        let name = String::from_utf8_lossy(&topic.name).into_owned();
        format!("{name} {} {}", topic.told.name(), topic.at.record)
    });
    (topic, found)
}

fn topic_of(messages: &[&str]) -> Option<String> {
    read(&mut Session::default(), messages).0
}

const CONNECT: &str = "> 07 04 04 01 003c 61";
const REGISTER: &str = "> 09 0a 0000 0007 612f62";
const REGACK: &str = "< 07 0b 0001 0007 00";
const PUBLISH: &str = "> 09 0c 20 0001 0008 6869";

#[test]
fn a_topic_id_stands_for_what_was_registered() {
    let by_client = [CONNECT, REGISTER, REGACK, PUBLISH];
    assert_eq!(topic_of(&by_client).as_deref(), Some("a/b register 2"));
    let puback = [CONNECT, REGISTER, REGACK, PUBLISH, "< 07 0d 0001 0008 00"];
    assert_eq!(topic_of(&puback).as_deref(), Some("a/b register 2"));
    let by_gateway = ["< 09 0a 0005 0001 632f64", "< 09 0c 00 0005 0000 6869"];
    assert_eq!(topic_of(&by_gateway).as_deref(), Some("c/d register 1"));
    let by_suback =
        ["> 08 12 20 0003 612f62", "< 08 13 20 0009 0003 00", "< 09 0c 00 0009 0000 6869"];
    assert_eq!(topic_of(&by_suback).as_deref(), Some("a/b suback 2"));
    assert_eq!(topic_of(&by_suback[..2]).as_deref(), Some("a/b request 1"));
}

#[test]
fn no_name_is_better_than_a_wrong_one() {
    let unknown = |messages: &[&str]| {
        let (topic, findings) = read(&mut Session::default(), messages);
        assert_eq!(topic, None, "{messages:?}");
        assert_eq!(findings, ["sn-topic-unknown"], "{messages:?}");
    };
    unknown(&[PUBLISH]);
    unknown(&[REGISTER, PUBLISH]);
    // The request was refused, carries another MsgId, or comes from the same side as the answer.
    unknown(&[REGISTER, "< 07 0b 0001 0007 02", PUBLISH]);
    unknown(&[REGISTER, "< 07 0b 0001 0009 00", PUBLISH]);
    unknown(&[REGISTER, "> 07 0b 0001 0007 00", PUBLISH]);
    // The client starts anew, or is another one.
    unknown(&[REGISTER, REGACK, CONNECT, PUBLISH]);
    unknown(&["> 07 04 00 01 003c 61", REGISTER, REGACK, "> 07 04 00 01 003c 62", PUBLISH]);
    // A filter is no name.
    let filter = "> 08 12 20 0003 612f23";
    unknown(&[filter, "< 08 13 20 0001 0003 00", PUBLISH]);
    // The number of a pre-defined id, or of a short name, means something else.
    let predefined = ["> 09 0c 21 0001 0008 6869", "< 07 0d 0001 0008 00"];
    assert_eq!(topic_of(&[&[REGISTER, REGACK][..], &predefined].concat()), None);
    let short = ["> 09 0c 22 6162 0008 6869", "< 07 0d 6162 0008 00"];
    assert_eq!(topic_of(&short).as_deref(), Some("ab short 1"));
}

#[test]
fn the_same_client_may_come_back_to_its_ids() {
    let messages = ["> 07 04 00 01 003c 61", REGISTER, REGACK, "> 07 04 00 01 003c 61", PUBLISH];
    assert_eq!(topic_of(&messages).as_deref(), Some("a/b register 2"));
}

#[test]
fn qos_2_names_its_topic_at_each_step() {
    let publish = "> 09 0c 40 0001 0008 6869";
    let steps = ["< 04 0f 0008", "> 04 10 0008", "< 04 0e 0008"];
    for n in 1..=3 {
        let messages = [&[REGISTER, REGACK, publish][..], &steps[..n]].concat();
        assert_eq!(topic_of(&messages).as_deref(), Some("a/b register 1"), "{n}");
    }
    let after = [&[REGISTER, REGACK, publish][..], &steps, &["< 04 0e 0008"]].concat();
    assert_eq!(topic_of(&after), None);
}

#[test]
fn a_gateway_leaves_a_sleeping_client_alone() {
    let sleep = ["> 04 18 003c", "< 02 18"];
    let publish = "< 07 0c 22 6162 0001";
    let findings =
        |messages: &[&str]| read(&mut Session::default(), &[&sleep[..], messages].concat()).1;
    assert_eq!(findings(&[publish]), ["sn-asleep"]);
    // It wakes up for a moment, or for good.
    assert!(findings(&["> 03 16 61", publish]).is_empty());
    assert_eq!(findings(&["> 03 16 61", publish, "< 02 17", publish]), ["sn-asleep"]);
    assert!(findings(&[CONNECT, publish]).is_empty());
    assert!(findings(&["< 02 17"]).is_empty());
}

#[test]
fn memory_is_bounded() {
    let mut session = Session::default();
    for id in 1..=u16::MAX {
        let [high, low] = id.to_be_bytes();
        let name = [b'x'; 1_000];
        let body = [&[0x01, 0x03, 0xf0, 0x0a, high, low, high, low], &name[..]].concat();
        let decoded = decode(&body, None, &mut ());
        assert!(decoded.message.is_some());
        let at = At::default();
        session.observe(&decoded, Some(Sender::Server), at, &named(), &mut Tape::new());
    }
    assert_eq!(session.topics.len(), MAX_TOPICS);
    assert_eq!(session.pending.len(), MAX_PENDING);
    assert!(session.held() < MAX_TOPICS * (MAX_NAME + 200), "{}", session.held());
}

#[test]
fn a_pre_defined_id_is_named_by_option_alone() {
    let topic = |messages: &[&str]| read(&mut Session::default(), messages).0;
    let told = |at: u64| Some(format!("named/by/option option {at}"));
    // PUBLISH of QoS 0 and 1 with the id 7 and with 8; the PUBACK is about the same topic.
    assert_eq!(topic(&[">08 0c 01 0007 0000 78"]), told(1));
    assert_eq!(topic(&[">08 0c 01 0008 0000 78"]), None);
    assert_eq!(topic(&[">08 0c 21 0007 0005 78", "<07 0d 0007 0005 00"]), told(1));
    // SUBSCRIBE by the id; the SUBACK makes no normal id of it.
    assert_eq!(topic(&[">07 12 21 0006 0007"]), told(1));
    let normal = [">07 12 21 0006 0007", "<08 13 20 0007 0006 00", "<08 0c 00 0007 0000 78"];
    assert_eq!(topic(&normal), None);
}
