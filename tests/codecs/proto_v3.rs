//! MQTT 3.1 and 3.1.1 by the crate `mqtt-proto`.

use crate::parts::{self, code, some};
use crate::plain::Plain;
use mqtt_proto::v3::{
    Connack, Connect, ConnectReturnCode, LastWill, Packet, Publish, Suback, Subscribe,
    SubscribeReturnCode, Unsubscribe,
};
use mqtt_proto::{Pid, Protocol, QoS, QosPid, TopicFilter, TopicName};
use mqttscope::spec::Version;
use proptest::prelude::*;

/// A packet of any type, legal in this version.
pub(crate) fn packet(version: Version) -> impl Strategy<Value = Packet> {
    prop_oneof![
        connect(version),
        connack(version),
        publish(),
        pid().prop_map(Packet::Puback),
        pid().prop_map(Packet::Pubrec),
        pid().prop_map(Packet::Pubrel),
        pid().prop_map(Packet::Pubcomp),
        subscribe(),
        suback(),
        unsubscribe(),
        pid().prop_map(Packet::Unsuback),
        Just(Packet::Pingreq),
        Just(Packet::Pingresp),
        Just(Packet::Disconnect),
    ]
}

pub(crate) fn pid() -> impl Strategy<Value = Pid> {
    parts::packet_id().prop_map(|id| Pid::try_from(id).unwrap())
}

pub(crate) fn qos() -> impl Strategy<Value = QoS> {
    code(|qos| QoS::from_u8(qos).ok())
}

pub(crate) fn qos_pid() -> impl Strategy<Value = QosPid> {
    (qos(), pid()).prop_map(|(qos, pid)| match qos {
        QoS::Level0 => QosPid::Level0,
        QoS::Level1 => QosPid::Level1(pid),
        QoS::Level2 => QosPid::Level2(pid),
    })
}

pub(crate) fn topic() -> impl Strategy<Value = TopicName> {
    parts::topic().prop_map(|topic| TopicName::try_from(&*topic).unwrap())
}

pub(crate) fn filter() -> impl Strategy<Value = TopicFilter> {
    parts::filter().prop_map(|filter| TopicFilter::try_from(&*filter).unwrap())
}

fn connect(version: Version) -> impl Strategy<Value = Packet> {
    let protocol = if version == Version::V31 { Protocol::V310 } else { Protocol::V311 };
    let will = (qos(), any::<bool>(), topic(), parts::data()).prop_map(
        |(qos, retain, topic_name, message)| LastWill {
            qos,
            retain,
            topic_name,
            message: message.into(),
        },
    );
    let rest = (parts::client_id(), proptest::option::of(will), parts::credentials());
    (any::<bool>(), any::<u16>(), rest).prop_map(
        move |(clean_session, keep_alive, (client_id, last_will, (user, password)))| {
            Packet::Connect(Connect {
                protocol,
                clean_session,
                keep_alive,
                client_id: client_id.into(),
                last_will,
                username: user.map(Into::into),
                password: password.map(Into::into),
            })
        },
    )
}

fn connack(version: Version) -> impl Strategy<Value = Packet> {
    let code = code(|code| ConnectReturnCode::from_u8(code).ok());
    (any::<bool>(), code).prop_map(move |(present, code)| {
        // A refusal says nothing of a session, and 3.1 has no bit for it.
        let may = code == ConnectReturnCode::Accepted && version != Version::V31;
        Packet::Connack(Connack { session_present: present && may, code })
    })
}

fn publish() -> impl Strategy<Value = Packet> {
    (any::<bool>(), any::<bool>(), qos_pid(), topic(), parts::payload()).prop_map(
        |(dup, retain, qos_pid, topic_name, payload)| {
            let dup = dup && qos_pid != QosPid::Level0;
            Packet::Publish(Publish { dup, retain, qos_pid, topic_name, payload: payload.into() })
        },
    )
}

fn subscribe() -> impl Strategy<Value = Packet> {
    (pid(), some((filter(), qos())))
        .prop_map(|(pid, topics)| Packet::Subscribe(Subscribe { pid, topics }))
}

/// Without the code for failure: this version of the codec writes it as 3.
fn suback() -> impl Strategy<Value = Packet> {
    let code = code(|code| SubscribeReturnCode::from_u8(code).ok().filter(|_| code < 3));
    (pid(), some(code)).prop_map(|(pid, topics)| Packet::Suback(Suback { pid, topics }))
}

fn unsubscribe() -> impl Strategy<Value = Packet> {
    (pid(), some(filter()))
        .prop_map(|(pid, topics)| Packet::Unsubscribe(Unsubscribe { pid, topics }))
}

/// The packet's typed values, told plainly.
pub(crate) fn plain(packet: &Packet) -> Plain {
    let with_pid = |kind, pid: &Pid| Plain::new(kind).number("packet_id", pid.value());
    match packet {
        Packet::Connect(connect) => plain_connect(connect),
        Packet::Connack(connack) => Plain::new("CONNACK")
            .number("session_present", connack.session_present)
            .number("code", connack.code as u8),
        Packet::Publish(publish) => Plain::new("PUBLISH")
            .number("dup", publish.dup)
            .number("qos", publish.qos_pid.qos() as u8)
            .number("retain", publish.retain)
            .bytes("topic", publish.topic_name.as_bytes())
            .maybe_number("packet_id", publish.qos_pid.pid().map(Pid::value))
            .bytes("payload", &publish.payload),
        Packet::Puback(pid) => with_pid("PUBACK", pid),
        Packet::Pubrec(pid) => with_pid("PUBREC", pid),
        Packet::Pubrel(pid) => with_pid("PUBREL", pid),
        Packet::Pubcomp(pid) => with_pid("PUBCOMP", pid),
        Packet::Subscribe(subscribe) => subscribe.topics.iter().fold(
            with_pid("SUBSCRIBE", &subscribe.pid),
            |plain, (filter, qos)| {
                plain.bytes("filter", filter.as_bytes()).number("options", *qos as u8)
            },
        ),
        Packet::Suback(suback) => {
            with_pid("SUBACK", &suback.pid).bytes("codes", suback_codes(&suback.topics))
        }
        Packet::Unsubscribe(unsubscribe) => unsubscribe
            .topics
            .iter()
            .fold(with_pid("UNSUBSCRIBE", &unsubscribe.pid), |plain, filter| {
                plain.bytes("filter", filter.as_bytes())
            }),
        Packet::Unsuback(pid) => with_pid("UNSUBACK", pid).bytes("codes", []),
        Packet::Pingreq => Plain::new("PINGREQ"),
        Packet::Pingresp => Plain::new("PINGRESP"),
        Packet::Disconnect => Plain::new("DISCONNECT"),
    }
}

fn plain_connect(connect: &Connect) -> Plain {
    let (name, level) = connect.protocol.to_pair();
    let will = connect.last_will.as_ref();
    Plain::new("CONNECT")
        .bytes("protocol_name", name)
        .number("level", level)
        .number("clean_start", connect.clean_session)
        .number("keep_alive", connect.keep_alive)
        .bytes("client_id", connect.client_id.as_bytes())
        .maybe_number("will_qos", will.map(|will| will.qos as u8))
        .maybe_number("will_retain", will.map(|will| will.retain))
        .maybe_bytes("will_topic", will.map(|will| will.topic_name.as_bytes()))
        .maybe_bytes("will_payload", will.map(|will| &will.message))
        .maybe_bytes("user_name", connect.username.as_ref().map(|name| name.as_bytes()))
        .maybe_bytes("password", connect.password.as_ref())
}

fn suback_codes(codes: &[SubscribeReturnCode]) -> Vec<u8> {
    let byte = |code: &SubscribeReturnCode| match code {
        SubscribeReturnCode::MaxLevel0 => 0,
        SubscribeReturnCode::MaxLevel1 => 1,
        SubscribeReturnCode::MaxLevel2 => 2,
        SubscribeReturnCode::Failure => 0x80,
    };
    codes.iter().map(byte).collect()
}
