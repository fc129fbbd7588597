//! Every field of every MQTT-SN message: one row each. Keys are Wireshark's where it has the field.
//!
//! To add a field: add a row; the constant in [`Field`] comes with it.

use super::meaning as m;
use crate::spec::field::{Field, FieldInfo, Kind, Kind::*, Meaning::*};
use crate::spec::property::Unit;

// Turns   NAME: info;   into   pub const NAME: Field = Field(base + n)   and the n-th row of FIELDS.
macro_rules! fields {
    ($($name:ident: $info:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum Index { $($name),* }
        impl Field {
            $(#[doc = concat!("The MQTT-SN field ", stringify!($name), ".")]
            pub const $name: Self = Self(Self::SN_BASE | Index::$name as u16);)*
        }
        /// The rows, in the order of the constants.
        pub static FIELDS: &[FieldInfo] = &[$($info),*];
    };
}

const fn field(
    key: &'static str,
    label: &'static str,
    kind: Kind,
    section: &'static str,
) -> FieldInfo {
    FieldInfo::new(key, label, kind).at("", section)
}

#[rustfmt::skip]
fields! {
    // ---- 5.2 every message
    SN_LENGTH: field("mqttsn.msg.len", "Length", Number(Unit::None), "5.2.1")
        .means(Computed(m::length)).allows("2 to 255 in one byte; up to 65,535 in three, of which the first is 1");
    SN_TYPE: field("mqttsn.msg.type", "Message type", Bits, "5.2.2").means(Computed(m::message_type))
        .allows("0x00 to 0x1d without 0x03, 0x11 and 0x19; 0xfe");

    // ---- 5.3.4 Flags
    SN_FLAGS: field("mqttsn.flags", "Flags", Group, "5.3.4");
    SN_DUP: field("mqttsn.dup", "DUP", Flag, "5.3.4").means(Computed(m::dup)).allows("0 or 1");
    SN_QOS: field("mqttsn.qos", "QoS", Bits, "5.3.4").means(Computed(m::qos)).allows("0, 1, 2, and 3 for QoS -1");
    SN_RETAIN: field("mqttsn.retain", "Retain", Flag, "5.3.4").means(Computed(m::retain)).allows("0 or 1");
    SN_WILL: field("mqttsn.will", "Will", Flag, "5.3.4").means(Computed(m::will)).allows("0 or 1");
    SN_CLEAN_SESSION: field("mqttsn.clean.session", "CleanSession", Flag, "5.3.4")
        .means(Computed(m::clean_session)).allows("0 or 1");
    SN_TOPIC_ID_TYPE: field("mqttsn.topic.id.type", "TopicIdType", Bits, "5.3.4")
        .means(Computed(m::topic_id_type)).allows("0, 1 or 2");

    // ---- 5.3 the fields of the messages
    SN_CLIENT_ID: field("mqttsn.client.id", "ClientId", Tail, "5.3.1")
        .means(Always("the gateway knows the client by this name")).allows("1 to 23 characters");
    SN_PING_CLIENT_ID: field("mqttsn.client.id", "ClientId", Tail, "5.4.19")
        .means(Always("a sleeping client is awake: the gateway sends what it kept, then PINGRESP"))
        .allows("the name of the CONNECT; absent where the client does not sleep");
    SN_DATA: field("mqttsn.pub.msg", "Data", Rest, "5.3.2").means(Computed(m::data)).allows("any bytes, also none");
    SN_KEEP_ALIVE: field("mqttsn.keep.alive", "Duration", Number(Unit::Seconds), "5.4.4")
        .means(Computed(m::keep_alive)).allows("0 to 65,535");
    SN_SLEEP_DURATION: field("mqttsn.sleep.timer", "Duration", Number(Unit::Seconds), "5.4.21")
        .means(Computed(m::sleep)).allows("0 to 65,535; absent where the client does not sleep");
    SN_ADVERTISE_DURATION: field("mqttsn.adv.interv", "Duration", Number(Unit::Seconds), "5.4.1")
        .means(Always("the next ADVERTISE comes within this time; where several stay away, the gateway is gone"))
        .allows("0 to 65,535");
    SN_GW_ID: field("mqttsn.gw.id", "GwId", Number(Unit::None), "5.3.6").means(Always("names the gateway"))
        .allows("0 to 255");
    SN_GW_ADDRESS: field("mqttsn.gw.addr", "GwAdd", Rest, "5.3.5")
        .means(Always("the gateway's address: a client answers for it")).allows("an address of the network; absent where the gateway itself answers");
    SN_MSG_ID: field("mqttsn.msg.id", "MsgId", Number(Unit::None), "5.3.7").means(Computed(m::msg_id)).allows("0 to 65,535");
    SN_PROTOCOL_ID: field("mqttsn.protocol.id", "ProtocolId", Number(Unit::None), "5.3.8")
        .means(Computed(m::protocol_id)).allows("1");
    SN_RADIUS: field("mqttsn.radius", "Radius", Number(Unit::None), "5.3.9").means(Computed(m::radius)).allows("0 to 255");
    SN_RETURN_CODE: field("mqttsn.return.code", "ReturnCode", Code, "5.3.10").means(Computed(m::return_code)).allows("0 to 3");
    SN_TOPIC_ID: field("mqttsn.topic.id", "TopicId", Number(Unit::None), "5.3.11").means(Computed(m::topic_id))
        .allows("1 to 65,534; 0 where there is none");
    SN_PREDEFINED_ID: field("mqttsn.topic.id", "TopicId (pre-defined)", Number(Unit::None), "6.7")
        .means(Always("client and gateway agreed beforehand which topic this is; no message tells it")).allows("1 to 65,534");
    // Wireshark shows the two characters as a topic id.
    SN_SHORT_TOPIC: field("mqttsn.topic.short", "Short topic name", Tail, "6.7")
        .means(Always("the topic's whole name: two characters need no id")).allows("two characters without the wildcards + and #");
    SN_TOPIC_NAME: field("mqttsn.topic", "TopicName", Tail, "5.3.12").means(Computed(m::topic_name))
        .allows("text of at least one character, without the wildcards + and #");
    SN_TOPIC_FILTER: field("mqttsn.topic.name.or.id", "TopicName", Tail, "5.3.12").means(Computed(m::topic_filter))
        .allows("text of at least one character; + stands for one level, # for all the rest");
    SN_FILTER_ID: field("mqttsn.topic.name.or.id", "TopicId (pre-defined)", Number(Unit::None), "6.7")
        .means(Always("client and gateway agreed beforehand which topic this is; no message tells it")).allows("1 to 65,534");
    SN_FILTER_SHORT: field("mqttsn.topic.name.or.id", "Short topic name", Tail, "6.7")
        .means(Always("the topic's whole name: two characters need no id")).allows("two characters");
    SN_WILL_MESSAGE: field("mqttsn.will.msg", "WillMsg", Rest, "5.3.13")
        .means(Always("published where the gateway loses the client")).allows("any bytes");
    SN_WILL_TOPIC: field("mqttsn.will.topic", "WillTopic", Tail, "5.3.14")
        .means(Always("where the Will message is published")).allows("text without the wildcards + and #");

    // ---- 5.5 forwarder encapsulation
    SN_CONTROL: field("mqttsn.control", "Ctrl", Group, "5.5");
    SN_CONTROL_RESERVED: field("mqttsn.control.reserved", "Reserved", Reserved, "5.5").means(Always("not used")).allows("0");
    SN_CONTROL_RADIUS: field("mqttsn.control.info", "Radius", Bits, "5.5").means(Computed(m::control_radius)).allows("0 to 3");
    SN_WIRELESS_NODE_ID: field("mqttsn.wireless.node.id", "Wireless Node Id", Rest, "5.5")
        .means(Computed(m::wireless_node_id)).allows("any bytes; the forwarder chooses them");
    SN_MESSAGE: field("mqttsn.msg", "Encapsulated message", Group, "5.5");
}
