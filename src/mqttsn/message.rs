//! The typed result of decoding: borrowed views of the bytes.

use crate::spec::Field;
use crate::spec::sn::{Flags, MessageType, TopicIdType};

/// What was decoded of one message's bytes.
///
/// ```
/// use mqttscope::mqttsn::decode;
///
/// let decoded = decode(b"\x02\x16", None, &mut ());
/// assert_eq!(decoded.message_type.unwrap().name(), "PINGREQ");
/// assert!(decoded.node.is_none());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Decoded<'a> {
    /// The message type; of what a forwarder passes on, that of the inner message.
    pub message_type: Option<MessageType>,
    /// The Wireless Node Id of the innermost forwarder, where one passed the message on.
    pub node: Option<&'a [u8]>,
    /// The message; `None` where structure was lost. What could be read is then in the tree alone.
    pub message: Option<Message<'a>>,
}

/// One message: the fields that its type has, and none of the others.
///
/// ```
/// use mqttscope::mqttsn::decode;
///
/// // CONNECT: Flags, ProtocolId 1, Duration 60 s, ClientId.
/// let message = decode(b"\x08\x04\x04\x01\x00\x3cme", None, &mut ()).message.unwrap();
/// assert_eq!((message.duration, message.client_id), (Some(60), Some(&b"me"[..])));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Message<'a> {
    /// The message type.
    pub message_type: MessageType,
    /// Flags.
    pub flags: Flags,
    /// TopicId, a topic name in its stead, or the TopicName of a REGISTER together with its id.
    pub topic: Option<Topic<'a>>,
    /// TopicName of a REGISTER.
    pub topic_name: Option<&'a [u8]>,
    /// MsgId; 0 where nothing answers.
    pub msg_id: Option<u16>,
    /// ReturnCode.
    pub return_code: Option<u8>,
    /// Duration in seconds: of ADVERTISE, CONNECT or DISCONNECT.
    pub duration: Option<u16>,
    /// ClientId of CONNECT or PINGREQ.
    pub client_id: Option<&'a [u8]>,
    /// GwId.
    pub gateway_id: Option<u8>,
    /// ProtocolId.
    pub protocol_id: Option<u8>,
    /// Data of a PUBLISH, or WillMsg.
    pub data: Option<&'a [u8]>,
    /// WillTopic.
    pub will_topic: Option<&'a [u8]>,
}

/// How a message names its topic.
///
/// ```
/// use mqttscope::mqttsn::{Topic, decode};
///
/// // A PUBLISH of QoS -1 to a topic of two characters.
/// let publish = decode(b"\x08\x0c\x62ab\0\0!", None, &mut ()).message.unwrap();
/// assert_eq!(publish.topic, Some(Topic::Short(b"ab")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic<'a> {
    /// An id that REGISTER or SUBACK assigned.
    Id(u16),
    /// An id that both ends know beforehand.
    Predefined(u16),
    /// A name of two characters.
    Short(&'a [u8]),
    /// The name, or the filter, in full.
    Name(&'a [u8]),
}

impl<'a> Message<'a> {
    /// Keeps the value of a field that is a number.
    pub(super) fn set_number(&mut self, field: Field, value: u16) {
        let byte = u8::try_from(value).ok();
        match field {
            Field::SN_TOPIC_ID => self.topic = Some(Topic::Id(value)),
            Field::SN_MSG_ID => self.msg_id = Some(value),
            Field::SN_RETURN_CODE => self.return_code = byte,
            Field::SN_GW_ID => self.gateway_id = byte,
            Field::SN_PROTOCOL_ID => self.protocol_id = byte,
            Field::SN_KEEP_ALIVE | Field::SN_SLEEP_DURATION | Field::SN_ADVERTISE_DURATION => {
                self.duration = Some(value);
            }
            _ => {}
        }
    }

    /// Keeps the bytes of a field that reaches to the end.
    pub(super) fn set_bytes(&mut self, field: Field, bytes: &'a [u8]) {
        match field {
            Field::SN_CLIENT_ID | Field::SN_PING_CLIENT_ID => self.client_id = Some(bytes),
            Field::SN_DATA | Field::SN_WILL_MESSAGE => self.data = Some(bytes),
            Field::SN_WILL_TOPIC => self.will_topic = Some(bytes),
            Field::SN_TOPIC_NAME => self.topic_name = Some(bytes),
            _ => {}
        }
    }

    /// Whether it carries QoS -1.
    ///
    /// ```
    /// # use mqttscope::mqttsn::decode;
    /// let publish = decode(b"\x08\x0c\x62ab\0\0!", None, &mut ()).message.unwrap();
    /// assert!(publish.is_qos_minus_1());
    /// ```
    #[must_use]
    pub fn is_qos_minus_1(&self) -> bool {
        self.flags.qos() == Flags::QOS_MINUS_1
    }

    /// How it names its topic.
    ///
    /// ```
    /// # use mqttscope::mqttsn::decode;
    /// # use mqttscope::spec::sn::TopicIdType;
    /// let publish = decode(b"\x08\x0c\x62ab\0\0!", None, &mut ()).message.unwrap();
    /// assert_eq!(publish.topic_id_type(), TopicIdType(2));
    /// ```
    #[must_use]
    pub const fn topic_id_type(&self) -> TopicIdType {
        self.flags.topic_id_type()
    }
}
