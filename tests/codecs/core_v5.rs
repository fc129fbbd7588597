//! MQTT 5.0 by the crate `mqtt-protocol-core`: strategies. It keeps properties in any order, more
//! than one Subscription Identifier, and tells a Reason Code of 0 from one that is left out.

use crate::parts::{self, code, some};
use mqtt_protocol_core::mqtt::packet::v5_0::*;
use mqtt_protocol_core::mqtt::packet::*;
use mqtt_protocol_core::mqtt::result_code::*;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Properties that may stand once in each packet; User Property may stand in all of them besides.
const CONNECT: &[u8] = &[0x11, 0x21, 0x27, 0x22, 0x19, 0x17, 0x15, 0x16];
const WILL: &[u8] = &[0x18, 0x01, 0x02, 0x03, 0x08, 0x09];
const CONNACK: &[u8] = &[
    0x11, 0x21, 0x24, 0x25, 0x27, 0x12, 0x22, 0x1f, 0x28, 0x29, 0x2a, 0x13, 0x1a, 0x1c, 0x15, 0x16,
];
const PUBLISH: &[u8] = &[0x01, 0x02, 0x23, 0x08, 0x09, 0x03];
const DISCONNECT: &[u8] = &[0x11, 0x1f, 0x1c];
const AUTH: &[u8] = &[0x16, 0x1f];

/// A packet of any type.
pub(crate) fn packet() -> impl Strategy<Value = Packet> {
    prop_oneof![
        connect(),
        connack(),
        publish(),
        acknowledgement(),
        subscribe(),
        suback(),
        unsubscribe(),
        unsuback(),
        Just(Pingreq::new().into()),
        Just(Pingresp::new().into()),
        disconnect(),
        auth(),
    ]
}

/// Some of these properties and User Properties, in any order.
fn properties(ids: &'static [u8]) -> impl Strategy<Value = Properties> {
    let once = subsequence(ids, 0..=ids.len());
    (once, 0..3usize)
        .prop_flat_map(|(mut ids, user)| {
            ids.extend(vec![0x26; user]);
            // Authentication Data needs its method.
            if ids.contains(&0x16) && !ids.contains(&0x15) {
                ids.retain(|id| *id != 0x16);
            }
            Just(ids).prop_shuffle()
        })
        .prop_flat_map(|ids| ids.into_iter().map(property).collect::<Vec<_>>())
}

/// One property with this identifier.
fn property(id: u8) -> BoxedStrategy<Property> {
    let flag = || 0..=1u8;
    let nonzero = || 1..=u16::MAX;
    let text = parts::text;
    let data = parts::data;
    // A property that any value of the strategy makes.
    macro_rules! of {
        ($kind:ident, $values:expr) => {
            $values.prop_map(|value| Property::$kind($kind::new(value).unwrap())).boxed()
        };
    }
    match id {
        0x01 => of!(PayloadFormatIndicator, Just(()).prop_map(|()| PayloadFormat::Binary)),
        0x02 => of!(MessageExpiryInterval, any::<u32>()),
        0x03 => of!(ContentType, text()),
        0x08 => of!(ResponseTopic, parts::topic()),
        0x09 => of!(CorrelationData, data()),
        0x0b => of!(SubscriptionIdentifier, 1..268_435_456u32),
        0x11 => of!(SessionExpiryInterval, any::<u32>()),
        0x12 => of!(AssignedClientIdentifier, text()),
        0x13 => of!(ServerKeepAlive, any::<u16>()),
        0x15 => of!(AuthenticationMethod, text()),
        0x16 => of!(AuthenticationData, data()),
        0x17 => of!(RequestProblemInformation, flag()),
        0x18 => of!(WillDelayInterval, any::<u32>()),
        0x19 => of!(RequestResponseInformation, flag()),
        0x1a => of!(ResponseInformation, text()),
        0x1c => of!(ServerReference, text()),
        0x1f => of!(ReasonString, text()),
        0x21 => of!(ReceiveMaximum, nonzero()),
        0x22 => of!(TopicAliasMaximum, any::<u16>()),
        0x23 => of!(TopicAlias, nonzero()),
        0x24 => of!(MaximumQos, flag()),
        0x25 => of!(RetainAvailable, flag()),
        0x26 => (text(), text())
            .prop_map(|(name, value)| {
                Property::UserProperty(UserProperty::new(name, value).unwrap())
            })
            .boxed(),
        0x27 => of!(MaximumPacketSize, 1..=u32::MAX),
        0x28 => of!(WildcardSubscriptionAvailable, flag()),
        0x29 => of!(SubscriptionIdentifierAvailable, flag()),
        0x2a => of!(SharedSubscriptionAvailable, flag()),
        _ => unreachable!("no property {id:#x}"),
    }
}

pub(crate) fn qos() -> impl Strategy<Value = Qos> {
    code(|qos| Qos::try_from(qos).ok())
}

fn connect() -> impl Strategy<Value = Packet> {
    let will = (parts::topic(), parts::data(), qos(), any::<bool>(), properties(WILL));
    let head = (parts::client_id(), any::<bool>(), any::<u16>(), properties(CONNECT));
    (head, of(will), parts::credentials()).prop_map(|(head, will, (user, password))| {
        let mut connect = Connect::builder()
            .client_id(head.0)
            .unwrap()
            .clean_start(head.1)
            .keep_alive(head.2)
            .props(head.3);
        if let Some((topic, payload, qos, retain, props)) = will {
            connect = connect.will_message(topic, payload, qos, retain).unwrap().will_props(props);
        }
        if let Some(user) = user {
            connect = connect.user_name(user).unwrap();
        }
        if let Some(password) = password {
            connect = connect.password(password).unwrap();
        }
        connect.build().unwrap().into()
    })
}

fn connack() -> impl Strategy<Value = Packet> {
    let code = code(|code| ConnectReasonCode::try_from(code).ok());
    (any::<bool>(), code, properties(CONNACK)).prop_map(|(present, code, props)| {
        let present = present && code == ConnectReasonCode::Success;
        let connack = Connack::builder().session_present(present).reason_code(code).props(props);
        connack.build().unwrap().into()
    })
}

/// The Topic Name is now and then empty, and a Topic Alias stands for it.
fn publish() -> impl Strategy<Value = Packet> {
    let ids = vec(property(0x0b), 0..3);
    let props = (properties(PUBLISH), ids).prop_map(|(props, ids)| [props, ids].concat());
    let head = (qos(), any::<bool>(), any::<bool>(), parts::packet_id());
    (head, parts::topic(), any::<bool>(), props, parts::payload()).prop_map(
        |((qos, dup, retain, id), topic, by_alias, props, payload)| {
            let has_alias = props.iter().any(|prop| prop.id() == PropertyId::TopicAlias);
            let topic = if by_alias && has_alias { String::new() } else { topic };
            let with_id = qos != Qos::AtMostOnce;
            let publish = Publish::builder()
                .topic_name(topic)
                .unwrap()
                .qos(qos)
                .dup(dup && with_id)
                .retain(retain)
                .packet_id(with_id.then_some(id))
                .props(props)
                .payload(payload);
            publish.build().unwrap().into()
        },
    )
}

/// PUBACK, PUBREC, PUBREL, PUBCOMP: bare, with a code, with properties behind it.
fn acknowledgement() -> impl Strategy<Value = Packet> {
    // A packet of this type from its identifier and, perhaps, a code and properties.
    macro_rules! of {
        ($packet:ident, $code:ident) => {{
            let code = code(|code| $code::try_from(code).ok());
            let rest = of((code, of(properties(&[0x1f]))));
            (parts::packet_id(), rest).prop_map(|(id, rest)| {
                let mut packet = $packet::builder().packet_id(id);
                if let Some((code, props)) = rest {
                    packet = packet.reason_code(code);
                    if let Some(props) = props {
                        packet = packet.props(props);
                    }
                }
                Packet::from(packet.build().unwrap())
            })
        }};
    }
    prop_oneof![
        of!(Puback, PubackReasonCode),
        of!(Pubrec, PubrecReasonCode),
        of!(Pubrel, PubrelReasonCode),
        of!(Pubcomp, PubcompReasonCode),
    ]
}

fn subscribe() -> impl Strategy<Value = Packet> {
    let handling = select(vec![
        RetainHandling::SendRetained,
        RetainHandling::SendRetainedIfNotExists,
        RetainHandling::DoNotSendRetained,
    ]);
    let options = (qos(), any::<bool>(), any::<bool>(), handling).prop_map(|(qos, nl, rap, rh)| {
        SubOpts::new().set_qos(qos).set_nl(nl).set_rap(rap).set_rh(rh)
    });
    let entry = (parts::filter(), options)
        .prop_map(|(filter, options)| SubEntry::new(filter, options).unwrap());
    (parts::packet_id(), properties(&[0x0b]), some(entry)).prop_map(|(id, props, entries)| {
        Subscribe::builder().packet_id(id).props(props).entries(entries).build().unwrap().into()
    })
}

fn suback() -> impl Strategy<Value = Packet> {
    let codes = some(code(|code| SubackReasonCode::try_from(code).ok()));
    (parts::packet_id(), properties(&[0x1f]), codes).prop_map(|(id, props, codes)| {
        Suback::builder().packet_id(id).props(props).reason_codes(codes).build().unwrap().into()
    })
}

fn unsubscribe() -> impl Strategy<Value = Packet> {
    (parts::packet_id(), properties(&[]), some(parts::filter())).prop_map(|(id, props, filters)| {
        let unsubscribe = Unsubscribe::builder().packet_id(id).props(props);
        unsubscribe.entries(filters).unwrap().build().unwrap().into()
    })
}

fn unsuback() -> impl Strategy<Value = Packet> {
    let codes = some(code(|code| UnsubackReasonCode::try_from(code).ok()));
    (parts::packet_id(), properties(&[0x1f]), codes).prop_map(|(id, props, codes)| {
        Unsuback::builder().packet_id(id).props(props).reason_codes(codes).build().unwrap().into()
    })
}

fn disconnect() -> impl Strategy<Value = Packet> {
    let code = code(|code| DisconnectReasonCode::try_from(code).ok());
    of((code, of(properties(DISCONNECT)))).prop_map(|rest| {
        let mut disconnect = Disconnect::builder();
        if let Some((code, props)) = rest {
            disconnect = disconnect.reason_code(code);
            if let Some(props) = props {
                disconnect = disconnect.props(props);
            }
        }
        disconnect.build().unwrap().into()
    })
}

/// AUTH: nothing at all, or a code and the method, which it must not omit.
fn auth() -> impl Strategy<Value = Packet> {
    let code = code(|code| AuthReasonCode::try_from(code).ok());
    of((code, property(0x15), properties(AUTH))).prop_map(|rest| {
        let mut auth = Auth::builder();
        if let Some((code, method, mut props)) = rest {
            props.push(method);
            auth = auth.reason_code(code).props(props);
        }
        auth.build().unwrap().into()
    })
}
