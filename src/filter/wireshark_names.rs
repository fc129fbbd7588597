//! What Wireshark calls the values of its fields, where that is not the standard's word for them. Both are
//! understood.

/// Numbers and their names.
type Rows = &'static [(u8, &'static str)];

/// A level of Quality of Service.
const QOS: Rows = &[
    (0, "At most once delivery (Fire and Forget)"),
    (1, "At least once delivery (Acknowledged deliver)"),
    (2, "Exactly once delivery (Assured Delivery)"),
    (3, "Reserved"),
];

/// Bits that Wireshark has as one flag.
const SET: Rows = &[(0, "Not set"), (1, "Set")];

/// The fields, with the numbers of their values and the names of these.
pub(super) const NAMES: &[(&[&str], Rows)] = &[
    (&["ip.proto"], &[(6, "TCP"), (17, "UDP")]),
    (
        &[
            "mqtt.qos",
            "mqtt.sub.qos",
            "mqtt.suback.qos",
            "mqtt.conflag.qos",
            "mqtt.subscription_options_qos",
            "mqtt.property.max_qos",
        ],
        QOS,
    ),
    (&["mqtt.conack.flags.reserved", "mqtt.conflag.reserved"], SET),
    (
        &["mqtt.conack.val", "mqtt.reason_code"],
        &[
            (1, "Connection Refused: unacceptable protocol version"),
            (2, "Connection Refused: identifier rejected"),
            (3, "Connection Refused: server unavailable"),
            (4, "Connection Refused: bad user name or password"),
            (5, "Connection Refused: not authorized"),
        ],
    ),
    (&["mqtt.ver"], &[(3, "MQTT v3.1"), (4, "MQTT v3.1.1"), (5, "MQTT v5.0")]),
    (
        &["mqtt.subscription_options_retain"],
        &[
            (0, "Send msgs at subscription time"),
            (1, "Send msgs if subscription does not exist"),
            (2, "Do not send msgs at subscription time"),
            (3, "Reserved"),
        ],
    ),
    (
        &["mqtt.suback.reason_code", "mqtt.disconnect.reason_code", "mqtt.reason_code"],
        &[(158, "Shared Subscription not supported"), (162, "Wildcard Subscription not supported")],
    ),
    (&["mqtt.property_id"], &[(2, "Publication Expiry Interval")]),
    (
        &["mqttsn.msg.type"],
        &[
            (0, "Advertise Gateway"),
            (1, "Search Gateway"),
            (2, "Gateway Info"),
            (3, "Reserved_03"),
            (4, "Connect Command"),
            (5, "Connect Ack"),
            (6, "Will Topic Request"),
            (7, "Will Topic"),
            (8, "Will Message Request"),
            (9, "Will Message"),
            (10, "Register"),
            (11, "Register Ack"),
            (12, "Publish Message"),
            (13, "Publish Ack"),
            (14, "Publish Complete"),
            (15, "Publish Received"),
            (16, "Publish Release"),
            (17, "Reserved_11"),
            (18, "Subscribe Request"),
            (19, "Subscribe Ack"),
            (20, "Unsubscribe Request"),
            (21, "Unsubscribe Ack"),
            (22, "Ping Request"),
            (23, "Ping Response"),
            (24, "Disconnect Req"),
            (25, "Reserved_19"),
            (26, "Will Topic Update"),
            (27, "Will Topic Response"),
            (28, "Will Message Update"),
            (29, "Will Message Response"),
            (254, "Encapsulated Message"),
        ],
    ),
    (
        &["mqttsn.topic.id.type"],
        &[(0, "Normal ID"), (1, "Pre-defined ID"), (2, "Short Topic Name"), (3, "Reserved")],
    ),
    (
        &["mqttsn.qos"],
        &[
            (0, "Fire and Forget"),
            (1, "Acknowledged deliver"),
            (2, "Assured Delivery"),
            (3, "No Connection required"),
        ],
    ),
];

/// Fields that Wireshark shows in hex, with two digits at least: all are one byte.
pub(super) const IN_HEX: &[&str] = &[
    "mqtt.conack.flags",
    "mqtt.conflags",
    "mqtt.hdrflags",
    "mqtt.property_id",
    "mqtt.subscription_options",
    "mqtt.subscription_options_reserved",
    "mqttsn.control.info",
    "mqttsn.msg.type",
    "mqttsn.protocol.id",
    "mqttsn.qos",
    "mqttsn.return.code",
    "mqttsn.topic.id.type",
];
