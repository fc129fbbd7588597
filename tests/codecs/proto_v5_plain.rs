//! MQTT 5.0 by the crate `mqtt-proto`: its packets, told plainly.

use crate::plain::{Plain, Properties, Value};
use mqtt_proto::Pid;
use mqtt_proto::v5::*;

/// The packet's typed values. Identifiers of properties are written out here once more, from the
/// standard's table 2-4.
pub(crate) fn plain(packet: &Packet) -> Plain {
    match packet {
        Packet::Connect(connect) => plain_connect(connect),
        Packet::Connack(connack) => Plain::new("CONNACK")
            .number("session_present", connack.session_present)
            .number("code", connack.reason_code as u8)
            .properties(connack_properties(&connack.properties)),
        Packet::Publish(publish) => plain_publish(publish),
        Packet::Puback(p) => ack(
            "PUBACK",
            p.pid,
            p.reason_code as u8,
            answer(&p.properties.reason_string, &p.properties.user_properties),
        ),
        Packet::Pubrec(p) => ack(
            "PUBREC",
            p.pid,
            p.reason_code as u8,
            answer(&p.properties.reason_string, &p.properties.user_properties),
        ),
        Packet::Pubrel(p) => ack(
            "PUBREL",
            p.pid,
            p.reason_code as u8,
            answer(&p.properties.reason_string, &p.properties.user_properties),
        ),
        Packet::Pubcomp(p) => ack(
            "PUBCOMP",
            p.pid,
            p.reason_code as u8,
            answer(&p.properties.reason_string, &p.properties.user_properties),
        ),
        Packet::Subscribe(subscribe) => subscribe
            .topics
            .iter()
            .fold(with_pid("SUBSCRIBE", subscribe.pid), |plain, (filter, options)| {
                plain.bytes("filter", filter.as_bytes()).number("options", options.to_u8())
            })
            .properties(
                List::default()
                    .number(0x0b, subscribe.properties.subscription_id.map(VarByteInt::value))
                    .users(&subscribe.properties.user_properties),
            ),
        Packet::Suback(p) => with_pid("SUBACK", p.pid)
            .bytes("codes", p.topics.iter().map(|code| *code as u8).collect::<Vec<_>>())
            .properties(answer(&p.properties.reason_string, &p.properties.user_properties)),
        Packet::Unsubscribe(unsubscribe) => unsubscribe
            .topics
            .iter()
            .fold(with_pid("UNSUBSCRIBE", unsubscribe.pid), |plain, filter| {
                plain.bytes("filter", filter.as_bytes())
            })
            .properties(List::default().users(&unsubscribe.properties.user_properties)),
        Packet::Unsuback(p) => with_pid("UNSUBACK", p.pid)
            .bytes("codes", p.topics.iter().map(|code| *code as u8).collect::<Vec<_>>())
            .properties(answer(&p.properties.reason_string, &p.properties.user_properties)),
        Packet::Pingreq => Plain::new("PINGREQ"),
        Packet::Pingresp => Plain::new("PINGRESP"),
        Packet::Disconnect(disconnect) => {
            Plain::new("DISCONNECT").number("reason", disconnect.reason_code as u8).properties(
                List::default()
                    .number(0x11, disconnect.properties.session_expiry_interval)
                    .bytes(0x1f, disconnect.properties.reason_string.as_deref())
                    .bytes(0x1c, disconnect.properties.server_reference.as_deref())
                    .users(&disconnect.properties.user_properties),
            )
        }
        Packet::Auth(auth) => {
            Plain::new("AUTH").number("reason", auth.reason_code as u8).properties(
                List::default()
                    .bytes(0x15, auth.properties.auth_method.as_deref())
                    .bytes(0x16, auth.properties.auth_data.as_ref())
                    .bytes(0x1f, auth.properties.reason_string.as_deref())
                    .users(&auth.properties.user_properties),
            )
        }
    }
}

fn with_pid(kind: &'static str, pid: Pid) -> Plain {
    Plain::new(kind).number("packet_id", pid.value())
}

fn ack(kind: &'static str, pid: Pid, reason: u8, properties: Properties) -> Plain {
    with_pid(kind, pid).number("reason", reason).properties(properties)
}

fn answer(reason: &Option<std::sync::Arc<str>>, user: &[UserProperty]) -> Properties {
    List::default().bytes(0x1f, reason.as_deref()).users(user)
}

fn plain_connect(connect: &Connect) -> Plain {
    let will = connect.last_will.as_ref();
    Plain::new("CONNECT")
        .bytes("protocol_name", "MQTT")
        .number("level", 5u8)
        .number("clean_start", connect.clean_start)
        .number("keep_alive", connect.keep_alive)
        .bytes("client_id", connect.client_id.as_bytes())
        .maybe_number("will_qos", will.map(|will| will.qos as u8))
        .maybe_number("will_retain", will.map(|will| will.retain))
        .maybe_bytes("will_topic", will.map(|will| will.topic_name.as_bytes()))
        .maybe_bytes("will_payload", will.map(|will| &will.payload))
        .maybe_bytes("user_name", connect.username.as_deref())
        .maybe_bytes("password", connect.password.as_ref())
        .properties(connect_properties(&connect.properties))
        .will_properties(will.map(|will| will_properties(&will.properties)).unwrap_or_default())
}

fn connect_properties(p: &ConnectProperties) -> Properties {
    List::default()
        .number(0x11, p.session_expiry_interval)
        .number(0x21, p.receive_max)
        .number(0x27, p.max_packet_size)
        .number(0x22, p.topic_alias_max)
        .number(0x19, p.request_response_info)
        .number(0x17, p.request_problem_info)
        .bytes(0x15, p.auth_method.as_deref())
        .bytes(0x16, p.auth_data.as_ref())
        .users(&p.user_properties)
}

fn will_properties(p: &WillProperties) -> Properties {
    List::default()
        .number(0x18, p.delay_interval)
        .number(0x01, p.payload_is_utf8)
        .number(0x02, p.message_expiry_interval)
        .bytes(0x03, p.content_type.as_deref())
        .bytes(0x08, p.response_topic.as_ref().map(|topic| topic.as_bytes()))
        .bytes(0x09, p.correlation_data.as_ref())
        .users(&p.user_properties)
}

fn connack_properties(p: &ConnackProperties) -> Properties {
    List::default()
        .number(0x11, p.session_expiry_interval)
        .number(0x21, p.receive_max)
        .number(0x24, p.max_qos.map(|qos| qos as u8))
        .number(0x25, p.retain_available)
        .number(0x27, p.max_packet_size)
        .bytes(0x12, p.assigned_client_id.as_deref())
        .number(0x22, p.topic_alias_max)
        .bytes(0x1f, p.reason_string.as_deref())
        .number(0x28, p.wildcard_subscription_available)
        .number(0x29, p.subscription_id_available)
        .number(0x2a, p.shared_subscription_available)
        .number(0x13, p.server_keep_alive)
        .bytes(0x1a, p.response_info.as_deref())
        .bytes(0x1c, p.server_reference.as_deref())
        .bytes(0x15, p.auth_method.as_deref())
        .bytes(0x16, p.auth_data.as_ref())
        .users(&p.user_properties)
}

fn plain_publish(publish: &Publish) -> Plain {
    let p = &publish.properties;
    Plain::new("PUBLISH")
        .number("dup", publish.dup)
        .number("qos", publish.qos_pid.qos() as u8)
        .number("retain", publish.retain)
        .bytes("topic", publish.topic_name.as_bytes())
        .maybe_number("packet_id", publish.qos_pid.pid().map(Pid::value))
        .bytes("payload", &publish.payload)
        .properties(
            List::default()
                .number(0x01, p.payload_is_utf8)
                .number(0x02, p.message_expiry_interval)
                .number(0x23, p.topic_alias)
                .bytes(0x08, p.response_topic.as_ref().map(|topic| topic.as_bytes()))
                .bytes(0x09, p.correlation_data.as_ref())
                .number(0x0b, p.subscription_id.map(VarByteInt::value))
                .bytes(0x03, p.content_type.as_deref())
                .users(&p.user_properties),
        )
}

/// Properties, put together one by one.
#[derive(Default)]
struct List(Properties);

impl List {
    fn number(mut self, id: u8, value: Option<impl Into<u64>>) -> Self {
        self.0.extend(value.map(|value| (id, Value::number(value))));
        self
    }

    fn bytes(mut self, id: u8, value: Option<impl AsRef<[u8]>>) -> Self {
        self.0.extend(value.map(|value| (id, Value::bytes(value))));
        self
    }

    /// The User Properties, and with them the list is complete.
    fn users(mut self, user: &[UserProperty]) -> Properties {
        let pair = |p: &UserProperty| (0x26, Value::pair(p.name.as_bytes(), p.value.as_bytes()));
        self.0.extend(user.iter().map(pair));
        self.0
    }
}
