//! What a CONNECT asked for, and what its CONNACK answered.

use super::{Ended, Fate, Limits, Will, kept};
use crate::mqtt::packet::{Connack, Connect};
use crate::session::{At, Proof, Seen};
use crate::spec::{PropertyId, Version};

/// What a CONNECT asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// The CONNECT.
    pub at: At,
    /// What TCP proves of when.
    pub proof: Proof,
    /// Clean Start, Clean Session.
    pub clean_start: bool,
    /// Session Expiry Interval in seconds: as given, or what Clean Session means in 3.x.
    pub expiry: u32,
    /// Whether there is a User Name.
    pub user_name: bool,
    /// Whether there is a Password.
    pub password: bool,
}

/// What a CONNACK answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answered {
    /// The CONNACK.
    pub at: At,
    /// What TCP proves of when.
    pub proof: Proof,
    /// Reason Code (5.0), return code (3.x); 0 is success.
    pub code: u8,
    /// Session Present.
    pub session_present: bool,
    /// Session Expiry Interval where the server changed it.
    pub expiry: Option<u32>,
    /// Reason String.
    pub reason: Option<Box<[u8]>>,
    /// Nanoseconds from the CONNECT to it.
    pub latency: Option<u64>,
}

impl Ended {
    pub(super) fn asked(&mut self, connect: &Connect<'_>, seen: &Seen<'_>) {
        let expiry = match (seen.decoded.version, connect.clean_start) {
            (Version::V5, _) => {
                connect.properties.number(PropertyId::SESSION_EXPIRY_INTERVAL).unwrap_or(0)
            }
            (_, true) => 0,
            (_, false) => u32::MAX,
        };
        self.connect = Some(Asked {
            at: seen.at,
            proof: *seen.proof,
            clean_start: connect.clean_start,
            expiry,
            user_name: connect.user_name.is_some(),
            password: connect.password.is_some(),
        });
        self.client_id = (!connect.client_id.is_empty()).then(|| kept(connect.client_id));
        self.from_client.limits = Limits::of(&connect.properties);
        self.keep_alive.asked = Some(connect.keep_alive);
        self.keep_alive.seconds = Some(connect.keep_alive);
        self.will = connect.will.map(|will| Will {
            topic: kept(will.topic),
            qos: will.qos,
            retain: will.retain,
            delay: will.properties.number(PropertyId::WILL_DELAY_INTERVAL).unwrap_or(0),
            payload_len: will.payload.len(),
            fate: Fate::NotArmed,
            session_ended: None,
            seen: None,
        });
    }

    pub(super) fn answered(&mut self, connack: &Connack<'_>, seen: &Seen<'_>) {
        let (at, proof) = (seen.at, *seen.proof);
        let properties = &connack.properties;
        self.connack = Some(Answered {
            at,
            proof,
            code: connack.code,
            session_present: connack.session_present,
            expiry: properties.number(PropertyId::SESSION_EXPIRY_INTERVAL),
            reason: properties.text(PropertyId::REASON_STRING).map(kept),
            latency: self.connect.as_ref().and_then(|connect| at.since(connect.at)),
        });
        if let Some(id) = properties.assigned_client_id() {
            self.is_assigned = true;
            self.client_id = Some(kept(id));
        }
        self.from_server.limits = Limits::of(properties);
        let seconds = properties.number(PropertyId::SERVER_KEEP_ALIVE);
        if let Some(seconds) = seconds.and_then(|seconds| u16::try_from(seconds).ok()) {
            self.keep_alive.seconds = Some(seconds);
        }
        if let Some(will) = self.will.as_mut().filter(|_| connack.code == 0) {
            will.fate = Fate::Armed;
        }
    }
}
