//! Every field of every packet but the properties: one row each.
//!
//! To add a field: add a row; the constant in [`Field`] comes with it.

use super::field::{Field, FieldInfo, Kind::*, Meaning::*};
use super::meaning as m;
use super::property::Unit;

// Turns   NAME: info;   into   pub const NAME: Field = Field(n)   and the n-th row of FIELDS.
macro_rules! fields {
    ($($name:ident: $info:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum Index { $($name),* }
        impl Field {
            $(#[doc = concat!("The field ", stringify!($name), ".")]
            pub const $name: Self = Self(Index::$name as u16);)*
        }
        /// The rows, in the order of the constants.
        pub static FIELDS: &[FieldInfo] = &[$($info),*];
    };
}

const fn field(key: &'static str, label: &'static str, kind: super::field::Kind) -> FieldInfo {
    FieldInfo::new(key, label, kind)
}

#[rustfmt::skip]
fields! {
    // ---- every packet: 2.1 Structure of an MQTT Control Packet
    FIXED_HEADER: field("mqtt.hdrflags", "Fixed header", Group).at("2.1.1", "2.2");
    PACKET_TYPE: field("mqtt.msgtype", "Packet type", Bits)
        .means(Computed(m::packet_type)).at("2.1.2", "2.2.1").allows("1 to 14, and 15 (AUTH) in 5.0");
    HEADER_RESERVED: field("mqtt.hdr_reserved", "Reserved", Reserved)
        .means(Computed(m::header_reserved)).at("2.1.3", "2.2.2").binds("MQTT-2.1.3-1", "MQTT-2.2.2-1 MQTT-2.2.2-2")
        .allows("2 in PUBREL, SUBSCRIBE and UNSUBSCRIBE, 0 in all other packets");
    DUP: field("mqtt.dupflag", "DUP", Flag)
        .means(Bit("this is the first attempt to send the message", "sent again: an earlier attempt may have arrived already"))
        .at("3.3.1.1", "3.3.1.1").binds("MQTT-3.3.1-1 MQTT-3.3.1-2 MQTT-3.3.1-3", "MQTT-3.3.1-1 MQTT-3.3.1-2 MQTT-3.3.1-3")
        .allows("0 or 1; 0 where QoS is 0");
    QOS: field("mqtt.qos", "QoS", Bits)
        .means(Values(m::QOS)).at("3.3.1.2", "3.3.1.2").binds("MQTT-3.3.1-4", "MQTT-3.3.1-4").allows("0, 1 or 2");
    RETAIN: field("mqtt.retain", "RETAIN", Flag)
        .means(Computed(m::retain)).at("3.3.1.3", "3.3.1.3").binds("MQTT-3.3.1-5 MQTT-3.3.1-8", "MQTT-3.3.1-5 MQTT-3.3.1-8 MQTT-3.3.1-9 MQTT-3.3.1-12")
        .allows("0 or 1");
    // MQTT 3.1 has flags in PUBREL, SUBSCRIBE and UNSUBSCRIBE too, where later versions have 0010.
    DUP_V31: field("mqtt.dupflag_v31", "DUP", Flag)
        .means(Bit("this is the first attempt to send the packet", "sent again: an earlier attempt may have arrived already"))
        .at("", "2.2.2").allows("0 or 1");
    QOS_V31: field("mqtt.qos_v31", "QoS", Bits)
        .means(Always("this packet is acknowledged, so 3.1 counts it as QoS 1")).at("", "2.2.2").allows("1");
    RETAIN_V31: field("mqtt.retain_reserved", "RETAIN", Reserved)
        .means(Always("3.1 does not use it here")).at("", "2.2.2").allows("0");
    REMAINING_LENGTH: field("mqtt.len", "Remaining Length", VarInt)
        .means(Computed(m::remaining_length)).at("2.1.4", "2.2.3").binds("MQTT-1.5.5-1", "").allows("0 to 268,435,455, in at most 4 bytes");
    PACKET_ID: field("mqtt.msgid", "Packet Identifier", Number(Unit::None))
        .means(Computed(m::packet_id)).at("2.2.1", "2.3.1")
        .binds("MQTT-2.2.1-3 MQTT-2.2.1-4 MQTT-2.2.1-5 MQTT-2.2.1-6", "MQTT-2.3.1-1 MQTT-2.3.1-2 MQTT-2.3.1-6 MQTT-2.3.1-7")
        .allows("1 to 65,535");
    PROPERTIES: field("mqtt.properties", "Properties", Group).at("2.2.2", "");
    PROPERTY_LENGTH: field("mqtt.property_len", "Property Length", VarInt)
        .means(Computed(m::property_length)).at("2.2.2.1", "").binds("MQTT-2.2.2-1", "").allows("0 to what Remaining Length leaves");
    PROPERTY_ID: field("mqtt.property_id", "Property Identifier", VarInt)
        .at("2.2.2.2", "").allows("one of the 27 that the standard defines");
    LENGTH: field("mqtt.string_len", "Length", Number(Unit::Bytes)).at("1.5.4", "1.5.3").allows("0 to 65,535");

    // ---- 3.1 CONNECT
    PROTOCOL_NAME: field("mqtt.protoname", "Protocol Name", Text)
        .means(Computed(m::protocol_name)).at("3.1.2.1", "3.1.2.1").binds("MQTT-3.1.2-1", "MQTT-3.1.2-1")
        .allows("\"MQTT\" (5.0 and 3.1.1) or \"MQIsdp\" (3.1)");
    PROTOCOL_LEVEL: field("mqtt.ver", "Protocol Version", Number(Unit::None)).in_v3("Protocol Level")
        .means(Computed(m::protocol_level)).at("3.1.2.2", "3.1.2.2").binds("MQTT-3.1.2-2", "MQTT-3.1.2-2")
        .allows("3 (MQTT 3.1), 4 (MQTT 3.1.1), 5 (MQTT 5.0)");
    CONNECT_FLAGS: field("mqtt.conflags", "Connect Flags", Group).at("3.1.2.3", "3.1.2.3");
    USER_NAME_FLAG: field("mqtt.conflag.uname", "User Name", Flag)
        .means(Bit("no User Name follows", "a User Name follows in the payload"))
        .at("3.1.2.8", "3.1.2.8").binds("MQTT-3.1.2-16 MQTT-3.1.2-17", "MQTT-3.1.2-18 MQTT-3.1.2-19").allows("0 or 1");
    PASSWORD_FLAG: field("mqtt.conflag.passwd", "Password", Flag)
        .means(Bit("no Password follows", "a Password follows in the payload"))
        .at("3.1.2.9", "3.1.2.9").binds("MQTT-3.1.2-18 MQTT-3.1.2-19", "MQTT-3.1.2-20 MQTT-3.1.2-21 MQTT-3.1.2-22")
        .allows("0 or 1; before 5.0 only 0 where User Name is 0");
    WILL_RETAIN: field("mqtt.conflag.retain", "Will Retain", Flag)
        .means(Computed(m::will_retain)).at("3.1.2.7", "3.1.2.7")
        .binds("MQTT-3.1.2-13 MQTT-3.1.2-14 MQTT-3.1.2-15", "MQTT-3.1.2-15 MQTT-3.1.2-16 MQTT-3.1.2-17").allows("0 or 1; 0 where Will is 0");
    WILL_QOS: field("mqtt.conflag.qos", "Will QoS", Bits)
        .means(Computed(m::will_qos)).at("3.1.2.6", "3.1.2.6").binds("MQTT-3.1.2-11 MQTT-3.1.2-12", "MQTT-3.1.2-13 MQTT-3.1.2-14")
        .allows("0, 1 or 2; 0 where Will is 0");
    WILL_FLAG: field("mqtt.conflag.willflag", "Will", Flag)
        .means(Computed(m::will))
        .at("3.1.2.5", "3.1.2.5").binds("MQTT-3.1.2-7 MQTT-3.1.2-8 MQTT-3.1.2-9 MQTT-3.1.2-10", "MQTT-3.1.2-8 MQTT-3.1.2-9 MQTT-3.1.2-10 MQTT-3.1.2-11").allows("0 or 1");
    CLEAN_START: field("mqtt.conflag.cleansess", "Clean Start", Flag).in_v3("Clean Session")
        .means(Computed(m::clean_start)).at("3.1.2.4", "3.1.2.4").binds("MQTT-3.1.2-4 MQTT-3.1.2-5 MQTT-3.1.2-6", "MQTT-3.1.2-4 MQTT-3.1.2-5 MQTT-3.1.2-6").allows("0 or 1");
    CONNECT_RESERVED: field("mqtt.conflag.reserved", "Reserved", Reserved)
        .means(Always("must be 0")).at("3.1.2.3", "3.1.2.3").binds("MQTT-3.1.2-3", "MQTT-3.1.2-3").allows("0");
    KEEP_ALIVE: field("mqtt.kalive", "Keep Alive", Number(Unit::Seconds))
        .means(Computed(m::keep_alive)).at("3.1.2.10", "3.1.2.10").binds("MQTT-3.1.2-20 MQTT-3.1.2-21 MQTT-3.1.2-22", "MQTT-3.1.2-23 MQTT-3.1.2-24")
        .allows("0 to 65,535 seconds: the client sends something at least as often, and after one and a half times as long without it the server closes; 0 turns it off");
    CLIENT_ID: field("mqtt.clientid", "Client Identifier", Text)
        .means(Computed(m::client_id)).at("3.1.3.1", "3.1.3.1")
        .binds("MQTT-3.1.3-2 MQTT-3.1.3-3 MQTT-3.1.3-4 MQTT-3.1.3-5 MQTT-3.1.3-6", "MQTT-3.1.3-2 MQTT-3.1.3-3 MQTT-3.1.3-4 MQTT-3.1.3-5 MQTT-3.1.3-7")
        .allows("text; every server takes 1 to 23 bytes of digits and letters, more is up to the server");
    WILL_PROPERTIES: field("mqtt.will_properties", "Will Properties", Group).at("3.1.3.2", "");
    WILL_TOPIC: field("mqtt.willtopic", "Will Topic", Text)
        .means(Always("where the Will Message is published")).at("3.1.3.3", "3.1.3.2").binds("MQTT-3.1.3-11", "MQTT-3.1.3-10").allows("a topic name without wildcards");
    WILL_PAYLOAD: field("mqtt.willmsg", "Will Payload", Data).in_v3("Will Message")
        .means(Computed(m::will_payload)).at("3.1.3.4", "3.1.3.3").allows("any bytes, up to 65,535");
    USER_NAME: field("mqtt.username", "User Name", Text)
        .means(Always("names who connects; sent in clear text")).at("3.1.3.5", "3.1.3.4").binds("MQTT-3.1.3-12", "MQTT-3.1.3-11").allows("text").secret();
    PASSWORD: field("mqtt.passwd", "Password", Data)
        .means(Always("sent in clear text: whoever sees these bytes can use it")).at("3.1.3.6", "3.1.3.5").allows("any bytes, up to 65,535").secret();

    // ---- 3.2 CONNACK
    CONNACK_FLAGS: field("mqtt.conack.flags", "Connect Acknowledge Flags", Group).at("3.2.2.1", "3.2.2.1");
    CONNACK_RESERVED: field("mqtt.conack.flags.reserved", "Reserved", Reserved)
        .means(Always("must be 0")).at("3.2.2.1", "3.2.2.1").binds("MQTT-3.2.2-1", "").allows("0");
    SESSION_PRESENT: field("mqtt.conack.flags.sp", "Session Present", Flag)
        .means(Computed(m::session_present))
        .at("3.2.2.1.1", "3.2.2.2").binds("MQTT-3.2.2-2 MQTT-3.2.2-3 MQTT-3.2.2-6", "MQTT-3.2.2-1 MQTT-3.2.2-2 MQTT-3.2.2-3 MQTT-3.2.2-4")
        .allows("0 or 1; 0 where the connection is refused");
    CONNACK_RESERVED_V31: field("mqtt.conack.flags.reserved_v31", "Reserved", Reserved)
        .means(Always("3.1 has no use for this byte")).at("", "3.2.2.1").allows("0");
    CONNACK_REASON: field("mqtt.connack.reason_code", "Reason Code", Code)
        .means(Computed(m::reason_code)).at("3.2.2.2", "").binds("MQTT-3.2.2-7 MQTT-3.2.2-8", "");
    CONNACK_RETURN: field("mqtt.conack.val", "Connect Return code", Code)
        .means(Computed(m::return_code)).at("", "3.2.2.3").binds("", "MQTT-3.2.2-4 MQTT-3.2.2-5 MQTT-3.2.2-6").allows("0 to 5");

    // ---- 3.3 PUBLISH
    TOPIC: field("mqtt.topic", "Topic Name", Text)
        .means(Computed(m::topic)).at("3.3.2.1", "3.3.2.1").binds("MQTT-3.3.2-1 MQTT-3.3.2-2 MQTT-3.3.2-3", "MQTT-3.3.2-1 MQTT-3.3.2-2 MQTT-3.3.2-3")
        .allows("text without the wildcards + and #; empty only with a Topic Alias in 5.0");
    PAYLOAD: field("mqtt.msg", "Payload", Rest)
        .means(Computed(m::payload)).at("3.3.3", "3.3.3").allows("any bytes, also none");

    // ---- 3.4 to 3.7 the acknowledgements
    PUBACK_REASON: field("mqtt.puback.reason_code", "Reason Code", Code)
        .means(Computed(m::reason_code)).at("3.4.2.1", "").binds("MQTT-3.4.2-1", "");
    PUBREC_REASON: field("mqtt.pubrec.reason_code", "Reason Code", Code)
        .means(Computed(m::reason_code)).at("3.5.2.1", "").binds("MQTT-3.5.2-1", "");
    PUBREL_REASON: field("mqtt.pubrel.reason_code", "Reason Code", Code)
        .means(Computed(m::reason_code)).at("3.6.2.1", "").binds("MQTT-3.6.2-1", "");
    PUBCOMP_REASON: field("mqtt.pubcomp.reason_code", "Reason Code", Code)
        .means(Computed(m::reason_code)).at("3.7.2.1", "").binds("MQTT-3.7.2-1", "");

    // ---- 3.8 SUBSCRIBE, 3.9 SUBACK
    SUBSCRIPTION: field("mqtt.subscription", "Subscription", Group).at("3.8.3", "3.8.3");
    TOPIC_FILTER: field("mqtt.topic", "Topic Filter", Text)
        .means(Computed(m::topic_filter)).at("3.8.3", "3.8.3").binds("MQTT-3.8.3-1 MQTT-4.7.1-1 MQTT-4.7.1-2", "MQTT-3.8.3-1 MQTT-4.7.1-2 MQTT-4.7.1-3")
        .allows("text of at least one character; + stands for one level, # for all the rest");
    SUBSCRIPTION_OPTIONS: field("mqtt.subscription_options", "Subscription Options", Group).in_v3("QoS byte").at("3.8.3.1", "3.8.3");
    OPTIONS_RESERVED: field("mqtt.subscription_options_reserved", "Reserved", Reserved)
        .means(Always("must be 0")).at("3.8.3.1", "3.8.3").binds("MQTT-3.8.3-5", "MQTT-3.8.3-4").allows("0");
    RETAIN_HANDLING: field("mqtt.subscription_options_retain", "Retain Handling", Bits)
        .means(Values(m::RETAIN_HANDLING)).at("3.8.3.1", "").binds("MQTT-3.3.1-9 MQTT-3.3.1-10 MQTT-3.3.1-11", "").allows("0, 1 or 2");
    RETAIN_AS_PUBLISHED: field("mqtt.subscription_options_rap", "Retain As Published", Flag)
        .means(Bit("forwarded messages have RETAIN 0; only those sent on subscribing have 1", "forwarded messages keep the RETAIN flag of the publisher"))
        .at("3.8.3.1", "").binds("MQTT-3.3.1-12 MQTT-3.3.1-13", "").allows("0 or 1");
    NO_LOCAL: field("mqtt.subscription_options_nl", "No Local", Flag)
        .means(Bit("the client also gets what it publishes itself", "the client does not get what it publishes itself"))
        .at("3.8.3.1", "").binds("MQTT-3.8.3-3 MQTT-3.8.3-4", "").allows("0 or 1; 0 for a shared subscription");
    OPTIONS_QOS: field("mqtt.subscription_options_qos", "Maximum QoS", Bits)
        .means(Values(m::REQUESTED_QOS)).at("3.8.3.1", "").allows("0, 1 or 2");
    REQUESTED_QOS: field("mqtt.sub.qos", "Requested QoS", Bits)
        .means(Values(m::REQUESTED_QOS)).at("", "3.8.3").binds("", "MQTT-3.8.3-4").allows("0, 1 or 2");
    SUBACK_REASON: field("mqtt.suback.reason_code", "Reason Code", Code)
        .means(Computed(m::reason_code)).at("3.9.3", "").binds("MQTT-3.9.3-1 MQTT-3.9.3-2", "");
    SUBACK_RETURN: field("mqtt.suback.qos", "Return code", Code)
        .means(Computed(m::return_code)).at("", "3.9.3").binds("", "MQTT-3.9.3-1 MQTT-3.9.3-2").allows("0, 1, 2, and 0x80 in 3.1.1");

    // ---- 3.10 UNSUBSCRIBE, 3.11 UNSUBACK, 3.14 DISCONNECT, 3.15 AUTH
    UNSUBSCRIBE_FILTER: field("mqtt.topic", "Topic Filter", Text)
        .means(Always("the subscription to exactly this filter ends")).at("3.10.3", "3.10.3").binds("MQTT-3.10.3-1 MQTT-3.10.4-1", "MQTT-3.10.3-1 MQTT-3.10.4-1")
        .allows("text of at least one character");
    UNSUBACK_REASON: field("mqtt.unsuback.reason_code", "Reason Code", Code)
        .means(Computed(m::reason_code)).at("3.11.3", "").binds("MQTT-3.11.3-1 MQTT-3.11.3-2", "");
    DISCONNECT_REASON: field("mqtt.disconnect.reason_code", "Reason Code", Code)
        .means(Computed(m::reason_code)).at("3.14.2.1", "").binds("MQTT-3.14.2-1", "");
    AUTH_REASON: field("mqtt.auth.reason_code", "Reason Code", Code)
        .means(Computed(m::reason_code)).at("3.15.2.1", "").binds("MQTT-3.15.2-1", "");

    // ---- what could not be decoded, and the parts of a length-prefixed value
    UNDECODED: field("mqtt.undecoded", "Not decoded", Undecoded);
    TRAILING: field("mqtt.trailing", "Not decoded", Undecoded)
        .means(Always("left over behind the last field of this packet type"));
    UNKNOWN_PROPERTY: field("mqtt.prop_unknown", "Unknown property", VarInt).at("2.2.2.2", "");
    VALUE: field("mqtt.prop_string", "Value", Rest);
    PAIR_NAME: field("mqtt.prop_key", "Name", Rest);
    PAIR_VALUE: field("mqtt.prop_value", "Value", Rest);
    NUMBER: field("mqtt.prop_number", "Value", Number(Unit::None));
    INPUT: field("input", "the end of the bytes", Group);
}
