//! What CONNECT asked for, and what both sides do with it: authentication, a name, a Will, what the
//! server may tell (5.0: sections 3.1, 3.2 and 4.12).

use super::Notes;
use crate::mqtt::Packet;
use crate::mqtt::packet::{Connack, Connect, Reasoned};
use crate::mqtt::property::{Properties, Value};
use crate::session::{At, Proof};
use crate::spec::{Field, PropertyId, Rule, Sender, Version};

/// Bytes of an Authentication Method that are kept; the names that are registered have some 20.
const MAX_METHOD: usize = 256;
/// Names that every server has to allow have at most so many letters and digits.
const MAX_NAME: usize = 23;
/// The Reason Code "Continue authentication".
const CONTINUE: u8 = 0x18;
/// The Reason Code "Client Identifier not valid", and its return code of 3.1.1.
const NAME_REFUSED: [u8; 2] = [0x85, 2];
/// The Reason Code "QoS not supported".
const QOS_NOT_SUPPORTED: u8 = 0x9b;

/// What is known of the CONNECT and of its answer.
#[derive(Debug, Default)]
pub(super) struct Handshake {
    asked: Option<Asked>,
    /// What proves that the CONNACK had arrived, once it was seen.
    connack: Option<Proof>,
    /// The CONNACK says that there is a session, though the client asked for a new one.
    stale: Option<At>,
    /// The CONNACK limits the QoS.
    limits_qos: bool,
    /// Something was agreed, or went wrong, by which each packet is judged.
    is_binding: bool,
}

#[derive(Debug)]
struct Asked {
    method: Option<Box<[u8]>>,
    wants_response: bool,
    wants_problem: bool,
    clean_start: bool,
    /// How long the Client Identifier is, and whether every server has to allow it.
    name: (usize, bool),
    will: Option<(u8, bool)>,
    /// Whether its Session Expiry Interval is 0 or absent.
    ends_session: bool,
}

impl Handshake {
    /// Takes a packet of a connection of which everything was seen.
    #[inline]
    pub(super) fn packet(&mut self, packet: &Packet<'_>, sender: Sender, notes: &mut Notes<'_>) {
        // Messages and their acknowledgments are bound by little that is rarely agreed.
        if self.is_binding || !matches!(packet, Packet::Publish(_) | Packet::Ack(_)) {
            self.judge(packet, sender, notes);
        }
    }

    #[inline(never)]
    fn judge(&mut self, packet: &Packet<'_>, sender: Sender, notes: &mut Notes<'_>) {
        if let Packet::Connect(connect) = packet {
            let asked = self.asked.insert(Asked::new(connect));
            self.is_binding |= asked.method.is_some() || !asked.wants_problem;
            return;
        }
        let is_answer = matches!(packet, Packet::Connack(_));
        let is_known = notes.is_complete() || is_answer && notes.knows_request();
        let Some(asked) = self.asked.as_ref().filter(|_| is_known) else { return };
        match sender {
            Sender::Client => self.client(asked, packet, notes),
            Sender::Server => self.server(asked, packet, notes),
        }
        if let Packet::Connack(connack) = packet {
            self.connack = Some(*notes.seen.proof);
            let has_flag = notes.seen.decoded.version != Version::V31;
            let is_stale = connack.session_present && asked.clean_start && has_flag;
            self.stale = is_stale.then_some(notes.seen.at);
            self.is_binding |= is_stale;
            self.limits_qos = connack.properties.get(PropertyId::MAXIMUM_QOS).is_some();
        }
    }

    fn client(&self, asked: &Asked, packet: &Packet<'_>, notes: &mut Notes<'_>) {
        let is_before = self.connack.is_none() && notes.is_sure();
        let may_come_early = matches!(packet, Packet::Auth(_) | Packet::Disconnect(_));
        if is_before && asked.method.is_some() && !may_come_early {
            notes.whole(Rule::BEFORE_AUTHENTICATED, (0, 0));
        }
        if let Packet::Auth(auth) = packet {
            asked.judge_auth(auth, is_before, notes);
        }
        if let Packet::Disconnect(left) = packet {
            asked.judge_disconnect(left, notes);
        }
        let has_it = |connack| notes.seen.proof.had(connack);
        if let Some(stale) = self.stale.filter(|_| self.connack.is_some_and(has_it))
            && !matches!(packet, Packet::Disconnect(_))
            && notes.seen.decoded.version.is_v5()
        {
            notes.whole(Rule::GOES_ON_WITH_SESSION, (stale.number, 0));
        }
    }

    fn server(&self, asked: &Asked, packet: &Packet<'_>, notes: &mut Notes<'_>) {
        match packet {
            Packet::Connack(connack) => asked.judge_connack(connack, notes),
            Packet::Auth(auth) => asked.judge_auth(auth, self.connack.is_none(), notes),
            Packet::Disconnect(left) => {
                let is_so = left.reason == Some(QOS_NOT_SUPPORTED) && !self.limits_qos;
                if is_so && self.connack.is_some() {
                    notes.whole(Rule::QOS_UNANNOUNCED, (0, 0));
                }
            }
            _ => {}
        }
        if !asked.wants_problem
            && let Some(properties) = explains(packet)
        {
            for id in [PropertyId::REASON_STRING, PropertyId::USER_PROPERTY] {
                if properties.get(id).is_some() {
                    notes.at(Rule::PROBLEM_UNASKED, Field::property(id.0 as u8), (0, 0));
                }
            }
        }
    }
}

impl Asked {
    fn new(connect: &Connect<'_>) -> Self {
        let number = |id| connect.properties.number(id);
        let method = method(&connect.properties);
        let name = connect.client_id.0;
        let is_plain = name.len() <= MAX_NAME && name.iter().all(u8::is_ascii_alphanumeric);
        Self {
            method: method.map(|name| name.get(..MAX_METHOD).unwrap_or(name).into()),
            wants_response: number(PropertyId::REQUEST_RESPONSE_INFORMATION) == Some(1),
            wants_problem: number(PropertyId::REQUEST_PROBLEM_INFORMATION) != Some(0),
            clean_start: connect.clean_start,
            name: (name.len(), is_plain && !name.is_empty()),
            will: connect.will.as_ref().map(|will| (will.qos, will.retain)),
            ends_session: number(PropertyId::SESSION_EXPIRY_INTERVAL).is_none_or(|it| it == 0),
        }
    }

    fn judge_connack(&self, connack: &Connack<'_>, notes: &mut Notes<'_>) {
        let version = notes.seen.decoded.version;
        let (len, is_plain) = self.name;
        let properties = &connack.properties;
        if is_plain && NAME_REFUSED.contains(&connack.code) && version != Version::V31 {
            notes.whole(Rule::CLIENT_ID_REFUSED, (len as u64, 0));
        }
        if version == Version::V311 && connack.code == 0 && len == 0 && !self.clean_start {
            notes.whole(Rule::CLIENT_ID_EMPTY_ACCEPTED, (0, 0));
        }
        if !version.is_v5() {
            return;
        }
        self.judge_method(properties, connack.code == 0, notes);
        let response = PropertyId::RESPONSE_INFORMATION;
        if !self.wants_response && properties.get(response).is_some() {
            notes.at(Rule::RESPONSE_UNASKED, Field::property(response.0 as u8), (0, 0));
        }
        if connack.code != 0 {
            return;
        }
        if len == 0 && properties.assigned_client_id().is_none() {
            notes.whole(Rule::CLIENT_ID_NOT_ASSIGNED, (0, 0));
        }
        let Some((qos, retain)) = self.will else { return };
        let most = properties.number(PropertyId::MAXIMUM_QOS);
        if let Some(most) = most.filter(|most| u32::from(qos) > *most) {
            notes.whole(Rule::WILL_QOS_ACCEPTED, (qos.into(), most.into()));
        }
        if retain && properties.number(PropertyId::RETAIN_AVAILABLE) == Some(0) {
            notes.whole(Rule::WILL_RETAIN_ACCEPTED, (0, 0));
        }
    }

    fn judge_auth(&self, auth: &Reasoned<'_>, is_before: bool, notes: &mut Notes<'_>) {
        if self.method.is_none() {
            return notes.whole(Rule::AUTH_WITHOUT_METHOD, (0, 0));
        }
        let reason = auth.reason.unwrap_or(0);
        if is_before && reason != CONTINUE {
            notes.whole(Rule::AUTH_CODE, (reason.into(), CONTINUE.into()));
        }
        // What AUTH must have is judged by itself.
        self.judge_method(&auth.properties, false, notes);
    }

    /// A session that ends with its connection cannot be made to last when that ends.
    fn judge_disconnect(&self, left: &Reasoned<'_>, notes: &mut Notes<'_>) {
        let id = PropertyId::SESSION_EXPIRY_INTERVAL;
        let raised = left.properties.number(id).filter(|expiry| *expiry > 0 && self.ends_session);
        if let Some(expiry) = raised {
            notes.at(Rule::SESSION_EXPIRY_RAISED, Field::property(id.0 as u8), (expiry.into(), 0));
        }
    }

    /// The Authentication Method of a later packet is the one of CONNECT, and some packets must have it.
    fn judge_method(&self, properties: &Properties<'_>, is_due: bool, notes: &mut Notes<'_>) {
        let field = Field::property(PropertyId::AUTHENTICATION_METHOD.0 as u8);
        match (&self.method, method(properties)) {
            (None, Some(_)) => notes.at(Rule::AUTH_WITHOUT_METHOD, field, (0, 0)),
            (Some(asked), Some(named)) if asked.len() < MAX_METHOD && **asked != *named => {
                notes.at(Rule::METHOD_CHANGED, field, (0, 0));
            }
            (Some(_), None) if is_due => notes.whole(Rule::AUTHENTICATION_METHOD_MISSING, (0, 0)),
            _ => {}
        }
    }
}

fn method<'a>(properties: &Properties<'a>) -> Option<&'a [u8]> {
    match properties.get(PropertyId::AUTHENTICATION_METHOD)? {
        Value::Text(text) => Some(text.0),
        _ => None,
    }
}

/// The properties of a packet that explains something only where the client wants that.
fn explains<'a>(packet: &Packet<'a>) -> Option<Properties<'a>> {
    match packet {
        Packet::Ack(ack) => Some(ack.properties),
        Packet::Suback(suback) | Packet::Unsuback(suback) => Some(suback.properties),
        Packet::Auth(auth) => Some(auth.properties),
        _ => None,
    }
}
