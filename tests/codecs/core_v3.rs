//! MQTT 3.1.1 by the crate `mqtt-protocol-core`: strategies.

use crate::core_v5::qos;
use crate::parts::{self, code, some};
use mqtt_protocol_core::mqtt::packet::v3_1_1::*;
use mqtt_protocol_core::mqtt::packet::{Packet, Qos, SubEntry, SubOpts};
use mqtt_protocol_core::mqtt::result_code::{ConnectReturnCode, SubackReturnCode};
use proptest::option::of;
use proptest::prelude::*;

/// A packet of any type.
pub(crate) fn packet() -> impl Strategy<Value = Packet> {
    let id = parts::packet_id;
    prop_oneof![
        connect(),
        connack(),
        publish(),
        id().prop_map(|id| Puback::builder().packet_id(id).build().unwrap().into()),
        id().prop_map(|id| Pubrec::builder().packet_id(id).build().unwrap().into()),
        id().prop_map(|id| Pubrel::builder().packet_id(id).build().unwrap().into()),
        id().prop_map(|id| Pubcomp::builder().packet_id(id).build().unwrap().into()),
        subscribe(),
        suback(),
        unsubscribe(),
        id().prop_map(|id| Unsuback::builder().packet_id(id).build().unwrap().into()),
        Just(Pingreq::new().into()),
        Just(Pingresp::new().into()),
        Just(Disconnect::new().into()),
    ]
}

fn connect() -> impl Strategy<Value = Packet> {
    let will = (parts::topic(), parts::data(), qos(), any::<bool>());
    let head = (parts::client_id(), any::<bool>(), any::<u16>());
    (head, of(will), parts::credentials()).prop_map(|((id, clean, alive), will, user)| {
        let mut connect =
            Connect::builder().client_id(id).unwrap().clean_session(clean).keep_alive(alive);
        if let Some((topic, payload, qos, retain)) = will {
            connect = connect.will_message(topic, payload, qos, retain).unwrap();
        }
        if let Some(name) = user.0 {
            connect = connect.user_name(name).unwrap();
        }
        if let Some(password) = user.1 {
            connect = connect.password(password).unwrap();
        }
        connect.build().unwrap().into()
    })
}

fn connack() -> impl Strategy<Value = Packet> {
    let code = code(|code| ConnectReturnCode::try_from(code).ok());
    (any::<bool>(), code).prop_map(|(present, code)| {
        let present = present && code == ConnectReturnCode::Accepted;
        Connack::builder().session_present(present).return_code(code).build().unwrap().into()
    })
}

fn publish() -> impl Strategy<Value = Packet> {
    let head = (qos(), any::<bool>(), any::<bool>(), parts::packet_id());
    (head, parts::topic(), parts::payload()).prop_map(|((qos, dup, retain, id), topic, payload)| {
        let with_id = qos != Qos::AtMostOnce;
        let publish = Publish::builder()
            .topic_name(topic)
            .unwrap()
            .qos(qos)
            .dup(dup && with_id)
            .retain(retain)
            .packet_id(with_id.then_some(id))
            .payload(payload);
        publish.build().unwrap().into()
    })
}

fn subscribe() -> impl Strategy<Value = Packet> {
    let entry = (parts::filter(), qos())
        .prop_map(|(filter, qos)| SubEntry::new(filter, SubOpts::new().set_qos(qos)).unwrap());
    (parts::packet_id(), some(entry)).prop_map(|(id, entries)| {
        Subscribe::builder().packet_id(id).entries(entries).build().unwrap().into()
    })
}

fn suback() -> impl Strategy<Value = Packet> {
    let codes = some(code(|code| SubackReturnCode::try_from(code).ok()));
    (parts::packet_id(), codes).prop_map(|(id, codes)| {
        Suback::builder().packet_id(id).return_codes(codes).build().unwrap().into()
    })
}

fn unsubscribe() -> impl Strategy<Value = Packet> {
    (parts::packet_id(), some(parts::filter())).prop_map(|(id, filters)| {
        let unsubscribe = Unsubscribe::builder().packet_id(id);
        unsubscribe.entries(filters).unwrap().build().unwrap().into()
    })
}
