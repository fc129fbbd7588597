//! MQTT 5.0 by the crate `mqtt-proto`: strategies. How its packets are told is in `proto_v5_plain`.

use crate::parts::{self, code, some};
use crate::proto_v3::{filter, pid, qos, qos_pid, topic};
use mqtt_proto::v5::*;
use mqtt_proto::{Protocol, QoS, QosPid};
use proptest::option::of;
use proptest::prelude::*;

/// A packet of any type.
pub(crate) fn packet() -> impl Strategy<Value = Packet> {
    let puback = (pid(), code(PubackReasonCode::from_u8), answer());
    let pubrec = (pid(), code(PubrecReasonCode::from_u8), answer());
    let pubrel = (pid(), code(PubrelReasonCode::from_u8), answer());
    let pubcomp = (pid(), code(PubcompReasonCode::from_u8), answer());
    prop_oneof![
        connect(),
        connack(),
        publish(),
        puback.prop_map(|(pid, reason_code, (reason_string, user_properties))| {
            let properties = PubackProperties { reason_string, user_properties };
            Packet::Puback(Puback { pid, reason_code, properties })
        }),
        pubrec.prop_map(|(pid, reason_code, (reason_string, user_properties))| {
            let properties = PubrecProperties { reason_string, user_properties };
            Packet::Pubrec(Pubrec { pid, reason_code, properties })
        }),
        pubrel.prop_map(|(pid, reason_code, (reason_string, user_properties))| {
            let properties = PubrelProperties { reason_string, user_properties };
            Packet::Pubrel(Pubrel { pid, reason_code, properties })
        }),
        pubcomp.prop_map(|(pid, reason_code, (reason_string, user_properties))| {
            let properties = PubcompProperties { reason_string, user_properties };
            Packet::Pubcomp(Pubcomp { pid, reason_code, properties })
        }),
        subscribe(),
        suback(),
        unsubscribe(),
        unsuback(),
        Just(Packet::Pingreq),
        Just(Packet::Pingresp),
        disconnect(),
        auth(),
    ]
}

type Text = std::sync::Arc<str>;

fn text() -> impl Strategy<Value = Text> {
    parts::text().prop_map(Into::into)
}

fn user() -> impl Strategy<Value = Vec<UserProperty>> {
    parts::pairs().prop_map(|pairs| {
        let user = |(name, value): (String, String)| UserProperty {
            name: name.into(),
            value: value.into(),
        };
        pairs.into_iter().map(user).collect()
    })
}

/// The properties of most answers: Reason String and User Property.
fn answer() -> impl Strategy<Value = (Option<Text>, Vec<UserProperty>)> {
    (of(text()), user())
}

/// Authentication Method, and data only with it.
fn authentication() -> impl Strategy<Value = Option<(Text, Option<Vec<u8>>)>> {
    of((text(), of(parts::data())))
}

fn connect() -> impl Strategy<Value = Packet> {
    let head = (any::<bool>(), any::<u16>(), connect_properties());
    let rest = (parts::client_id(), of(will()), parts::credentials());
    (head, rest).prop_map(|((clean_start, keep_alive, properties), (id, last_will, user))| {
        Packet::Connect(Connect {
            protocol: Protocol::V500,
            clean_start,
            keep_alive,
            properties,
            client_id: id.into(),
            last_will,
            username: user.0.map(Into::into),
            password: user.1.map(Into::into),
        })
    })
}

fn connect_properties() -> impl Strategy<Value = ConnectProperties> {
    let numbers = (of(any::<u32>()), of(1..=u16::MAX), of(1..=u32::MAX), of(any::<u16>()));
    let flags = (of(any::<bool>()), of(any::<bool>()));
    (numbers, flags, user(), authentication()).prop_map(|(numbers, flags, user, auth)| {
        let (auth_method, auth_data) = auth.unzip();
        ConnectProperties {
            session_expiry_interval: numbers.0,
            receive_max: numbers.1,
            max_packet_size: numbers.2,
            topic_alias_max: numbers.3,
            request_response_info: flags.0,
            request_problem_info: flags.1,
            user_properties: user,
            auth_method,
            auth_data: auth_data.flatten().map(Into::into),
        }
    })
}

fn will() -> impl Strategy<Value = LastWill> {
    let numbers = (of(any::<u32>()), of(any::<u32>()));
    let texts = (of(text()), of(topic()), of(parts::data()), user());
    (qos(), any::<bool>(), topic(), payload(), numbers, texts).prop_map(
        |(qos, retain, topic_name, (is_text, payload), numbers, texts)| LastWill {
            qos,
            retain,
            topic_name,
            payload: payload.into(),
            properties: WillProperties {
                delay_interval: numbers.0,
                payload_is_utf8: is_text,
                message_expiry_interval: numbers.1,
                content_type: texts.0,
                response_topic: texts.1,
                correlation_data: texts.2.map(Into::into),
                user_properties: texts.3,
            },
        },
    )
}

/// A payload that fits its Payload Format Indicator.
fn payload() -> impl Strategy<Value = (Option<bool>, Vec<u8>)> {
    prop_oneof![
        (of(Just(false)), parts::payload()),
        (of(any::<bool>()), parts::text().prop_map(String::into_bytes)),
    ]
}

fn connack() -> impl Strategy<Value = Packet> {
    let code = code(ConnectReasonCode::from_u8);
    (any::<bool>(), code, connack_properties()).prop_map(|(present, reason_code, properties)| {
        let session_present = present && reason_code == ConnectReasonCode::Success;
        Packet::Connack(Connack { session_present, reason_code, properties })
    })
}

fn connack_properties() -> impl Strategy<Value = ConnackProperties> {
    let flag = || of(any::<bool>());
    let numbers = (of(any::<u32>()), of(1..=u16::MAX), of(1..=u32::MAX), of(any::<u16>()));
    let more = (of(any::<u16>()), of(prop_oneof![Just(QoS::Level0), Just(QoS::Level1)]));
    let flags = (flag(), flag(), flag(), flag());
    let texts = (of(text()), of(text()), of(text()), of(text()));
    (numbers, more, flags, texts, user(), authentication()).prop_map(
        |(numbers, more, flags, texts, user_properties, auth)| {
            let (auth_method, auth_data) = auth.unzip();
            ConnackProperties {
                session_expiry_interval: numbers.0,
                receive_max: numbers.1,
                max_packet_size: numbers.2,
                topic_alias_max: numbers.3,
                server_keep_alive: more.0,
                max_qos: more.1,
                retain_available: flags.0,
                wildcard_subscription_available: flags.1,
                subscription_id_available: flags.2,
                shared_subscription_available: flags.3,
                assigned_client_id: texts.0,
                reason_string: texts.1,
                response_info: texts.2,
                server_reference: texts.3,
                user_properties,
                auth_method,
                auth_data: auth_data.flatten().map(Into::into),
            }
        },
    )
}

fn publish() -> impl Strategy<Value = Packet> {
    let numbers = (of(any::<u32>()), of(1..=u16::MAX), of(1..268_435_456u32));
    let texts = (of(topic()), of(parts::data()), user(), of(text()));
    let head = (any::<bool>(), any::<bool>(), qos_pid(), topic(), payload());
    (head, numbers, texts).prop_map(|(head, numbers, texts)| {
        let (dup, retain, qos_pid, topic_name, (payload_is_utf8, payload)) = head;
        let properties = PublishProperties {
            payload_is_utf8,
            message_expiry_interval: numbers.0,
            topic_alias: numbers.1,
            subscription_id: numbers.2.map(|id| VarByteInt::try_from(id).unwrap()),
            response_topic: texts.0,
            correlation_data: texts.1.map(Into::into),
            user_properties: texts.2,
            content_type: texts.3,
        };
        let dup = dup && qos_pid != QosPid::Level0;
        let payload = payload.into();
        Packet::Publish(Publish { dup, retain, qos_pid, topic_name, payload, properties })
    })
}

fn subscribe() -> impl Strategy<Value = Packet> {
    let options = (qos(), any::<bool>(), any::<bool>(), code(RetainHandling::from_u8)).prop_map(
        |(max_qos, no_local, retain_as_published, retain_handling)| SubscriptionOptions {
            max_qos,
            no_local,
            retain_as_published,
            retain_handling,
        },
    );
    let id = of(1..268_435_456u32);
    (pid(), id, user(), some((filter(), options))).prop_map(|(pid, id, user_properties, topics)| {
        let subscription_id = id.map(|id| VarByteInt::try_from(id).unwrap());
        let properties = SubscribeProperties { subscription_id, user_properties };
        Packet::Subscribe(Subscribe { pid, properties, topics })
    })
}

fn suback() -> impl Strategy<Value = Packet> {
    (pid(), answer(), some(code(SubscribeReasonCode::from_u8))).prop_map(
        |(pid, (reason_string, user_properties), topics)| {
            let properties = SubackProperties { reason_string, user_properties };
            Packet::Suback(Suback { pid, properties, topics })
        },
    )
}

fn unsubscribe() -> impl Strategy<Value = Packet> {
    (pid(), user(), some(filter())).prop_map(|(pid, user_properties, topics)| {
        let properties = UnsubscribeProperties { user_properties };
        Packet::Unsubscribe(Unsubscribe { pid, properties, topics })
    })
}

fn unsuback() -> impl Strategy<Value = Packet> {
    (pid(), answer(), some(code(UnsubscribeReasonCode::from_u8))).prop_map(
        |(pid, (reason_string, user_properties), topics)| {
            let properties = UnsubackProperties { reason_string, user_properties };
            Packet::Unsuback(Unsuback { pid, properties, topics })
        },
    )
}

fn disconnect() -> impl Strategy<Value = Packet> {
    let properties = (of(any::<u32>()), answer(), of(text()));
    (code(DisconnectReasonCode::from_u8), properties).prop_map(|(reason_code, properties)| {
        let (session_expiry_interval, (reason_string, user_properties), server_reference) =
            properties;
        let properties = DisconnectProperties {
            session_expiry_interval,
            reason_string,
            user_properties,
            server_reference,
        };
        Packet::Disconnect(Disconnect { reason_code, properties })
    })
}

/// AUTH, always with its method, which it must not omit.
fn auth() -> impl Strategy<Value = Packet> {
    let properties = (text(), of(parts::data()), answer());
    (code(AuthReasonCode::from_u8), properties).prop_map(|(reason_code, (method, data, answer))| {
        let (reason_string, user_properties) = answer;
        let auth_method = Some(method);
        let auth_data = data.map(Into::into);
        let properties = AuthProperties { auth_method, auth_data, reason_string, user_properties };
        Packet::Auth(Auth { reason_code, properties })
    })
}
