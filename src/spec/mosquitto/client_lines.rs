//! The lines that `mosquitto_sub -d`, `mosquitto_pub -d` and other programs with libmosquitto write.
//! What the client sends is what the broker receives.

use super::Release;
use super::event::Event as E;
use super::lines::{LAST, Level, LineInfo, V1_4, V1_4_END, V1_5, V1_5_END, V1_6, V2_1, line};

const fn row(event: E, template: &'static str, from: Release, to: Release) -> LineInfo {
    LineInfo { by_client: true, ..line(event, Level::Debug, template, from, to) }
}

/// The lines of clients.
#[rustfmt::skip]
pub static CLIENT_LINES: &[LineInfo] = &[
    row(E::CONNECTED, "Client {client} sending CONNECT", V1_4, LAST),
    row(E::DUPLICATE_CONNACK, "Client {client} received duplicate CONNACK", V2_1, LAST),
    row(E::CONNACK_FAULT, "Client {client} received CONNACK with invalid connect flags ({value})", V2_1, LAST),
    row(E::CONNACK_FAULT, "Client {client} received CONNACK with session present when clean start was set", V2_1, LAST),
    row(E::CONNACK, "Client {client} received CONNACK ({code})", V1_5, LAST),
    row(E::CONNACK, "Client {client} received CONNACK", V1_4, V1_4_END),
    row(E::PUBLISH_IN, "Client {client} sending PUBLISH (d{dup}, q{qos}, r{retain}, m{mid}, '{topic}', ... ({bytes} bytes))", V1_4, LAST),
    row(E::PUBLISH_OUT, "Client {client} received PUBLISH (d{dup}, q{qos}, r{retain}, m{mid}, '{topic}', ... ({bytes} bytes))", V1_4, LAST),
    row(E::ACK_IN, "Client {client} sending PUBACK (m{mid}, rc{code})", V1_6, LAST),
    row(E::ACK_IN, "Client {client} sending PUBACK (Mid: {mid})", V1_4, V1_5_END),
    row(E::PUBREC_IN, "Client {client} sending PUBREC (m{mid}, rc{code})", V1_6, LAST),
    row(E::PUBREC_IN, "Client {client} sending PUBREC (Mid: {mid})", V1_4, V1_5_END),
    row(E::PUBREL_IN, "Client {client} sending PUBREL (m{mid})", V1_6, LAST),
    row(E::PUBREL_IN, "Client {client} sending PUBREL (Mid: {mid})", V1_4, V1_5_END),
    row(E::ACK_IN, "Client {client} sending PUBCOMP (m{mid})", V1_6, LAST),
    row(E::ACK_IN, "Client {client} sending PUBCOMP (Mid: {mid})", V1_4, V1_5_END),
    row(E::PUBREC_OUT, "Client {client} received PUBREC (Mid: {mid})", V1_4, LAST),
    row(E::PUBREL_OUT, "Client {client} received PUBREL (Mid: {mid})", V1_4, LAST),
    row(E::PUBACK_OUT, "Client {client} received {ack} (Mid: {mid}, RC:{code})", V1_6, LAST),
    row(E::PUBACK_OUT, "Client {client} received {ack} (Mid: {mid})", V1_4, V1_5_END),
    row(E::SUBSCRIBE, "Client {client} sending SUBSCRIBE (Mid: {mid}, Topic: {filter}, QoS: {requested_qos}, Options: 0x{options})", V1_6, LAST),
    row(E::SUBSCRIBE, "Client {client} sending SUBSCRIBE (Mid: {mid}, Topic: {filter}, QoS: {requested_qos})", V1_4, V1_5_END),
    row(E::SUBACK, "Client {client} received SUBACK", V1_4, LAST),
    row(E::UNSUBSCRIBE, "Client {client} sending UNSUBSCRIBE (Mid: {mid}, Topic: {filter})", V1_4, LAST),
    row(E::UNSUBACK, "Client {client} received UNSUBACK", V1_4, LAST),
    row(E::PINGREQ, "Client {client} sending PINGREQ", V1_4, LAST),
    row(E::PINGRESP, "Client {client} received PINGRESP", V1_4, LAST),
    row(E::PINGREQ_OUT, "Client {client} received PINGREQ", V1_4, Release(2, 0, 11)),
    row(E::PINGRESP_IN, "Client {client} sending PINGRESP", V1_4, LAST),
    row(E::DISCONNECT_IN, "Client {client} sending DISCONNECT", V1_4, LAST),
    row(E::AUTH_OUT, "Client {client} received AUTH", V1_6, LAST),
    row(E::SUBSCRIBED, "Subscribed (mid: {mid}): {codes}", V1_4, LAST),
    row(E::CONNECTION_ERROR, "Connection error: {cause}", V1_4, LAST),
];
