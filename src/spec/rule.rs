//! The rules that packets are judged by: one row each.
//!
//! To add a rule: add a row; the constant in [`Rule`] comes with it. A message may hold `{field}`
//! and `{limit}` (names of fields), `{a}` and `{b}` (numbers), `{a:bytes}` (a count of bytes),
//! `{a:hex}`, `{a:code}` (a code point), `{a:time}` (nanoseconds), `{packet}`, `{version}` and `{sender}`.

use super::version::{Sender, Version};
use std::fmt;

/// How grave a finding is.
///
/// ```
/// use mqttscope::spec::{Rule, Severity};
///
/// assert!(Severity::Note < Severity::Warning && Severity::Warning < Severity::Error);
/// assert_eq!(Rule::QOS_3.info().severity, Severity::Error);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// Allowed or tolerated, and probably not meant.
    Warning,
    /// The standard forbids it: the receiver has to end the connection, or bytes could not be read.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    ///
    /// ```
    /// # use mqttscope::spec::Severity;
    /// assert_eq!(Severity::Warning.name(), "warning");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A rule: an index into [`RULES`].
///
/// ```
/// use mqttscope::spec::Rule;
///
/// assert_eq!(Rule::QOS_3.info().id, "qos-3");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rule(pub u16);

/// One row of the table of rules.
///
/// ```
/// use mqttscope::spec::Rule;
///
/// let row = Rule::DUP_WITH_QOS_0.info();
/// assert_eq!((row.section_v5, row.statements_v5), ("3.3.1.1", "MQTT-3.3.1-2"));
/// ```
#[derive(Debug)]
pub struct RuleInfo {
    /// The name in JSON and filters.
    pub id: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// Normative statements of MQTT 5.0, blank between them; empty where none says it alone.
    pub statements_v5: &'static str,
    /// Normative statements of MQTT 3.1.1.
    pub statements_v311: &'static str,
    /// Section of MQTT 5.0.
    pub section_v5: &'static str,
    /// Section of MQTT 3.1.1.
    pub section_v311: &'static str,
    /// Section of MQTT-SN 1.2, which numbers no statements.
    pub section_sn: &'static str,
    /// The sentence, with places to fill.
    pub message: &'static str,
}

impl Rule {
    /// The row of the table.
    ///
    /// ```
    /// # use mqttscope::spec::Rule;
    /// assert_eq!(Rule::PACKET_TYPE_RESERVED.info().message, "packet type 0 is forbidden");
    /// ```
    #[must_use]
    pub fn info(self) -> &'static RuleInfo {
        let [first, ..] = &RULES;
        RULES.get(usize::from(self.0)).unwrap_or(first)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().id)
    }
}

const fn row(
    severity: Severity,
    id: &'static str,
    [section_v5, section_v311]: [&'static str; 2],
    [statements_v5, statements_v311]: [&'static str; 2],
    message: &'static str,
) -> RuleInfo {
    RuleInfo {
        id,
        severity,
        statements_v5,
        statements_v311,
        section_v5,
        section_v311,
        section_sn: "",
        message,
    }
}

/// A rule of MQTT-SN alone.
const fn sn(
    severity: Severity,
    id: &'static str,
    section: &'static str,
    message: &'static str,
) -> RuleInfo {
    row(severity, id, ["", ""], ["", ""], message).in_sn(section)
}

impl RuleInfo {
    /// The section of MQTT-SN 1.2.
    const fn in_sn(mut self, section: &'static str) -> Self {
        self.section_sn = section;
        self
    }

    /// The section and the normative statements in a version; empty for a rule that is not the
    /// standard's.
    #[must_use]
    pub(crate) const fn place(&self, version: Version) -> (&'static str, &'static str) {
        match version {
            Version::V5 => (self.section_v5, self.statements_v5),
            Version::Sn12 => (self.section_sn, ""),
            Version::V31 | Version::V311 => (self.section_v311, self.statements_v311),
        }
    }
}

/// Limits that each side sets for the other one: the statement that a client breaks, and a server.
const OF_SENDER: [(Rule, &str, &str); 3] = [
    (Rule::PACKET_ABOVE_MAXIMUM, "MQTT-3.2.2-15", "MQTT-3.1.2-24"),
    (Rule::ALIAS_ABOVE_MAXIMUM, "MQTT-3.3.2-9", "MQTT-3.3.2-11"),
    (Rule::RECEIVE_MAXIMUM_EXCEEDED, "MQTT-3.3.4-7", "MQTT-3.3.4-9"),
];

impl Rule {
    /// The statement of 5.0 that this sender has broken, where those of the rule depend on who it is.
    pub(crate) fn of_sender(self, sender: Option<Sender>) -> Option<&'static str> {
        let (_, client, server) = OF_SENDER.into_iter().find(|(rule, ..)| *rule == self)?;
        Some(if sender? == Sender::Client { client } else { server })
    }
}

// Turns   NAME: row;   into   pub const NAME: Rule = Rule(n)   and the n-th row of RULES.
macro_rules! rules {
    ($($name:ident: $row:expr;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum Index { $($name),* }
        impl Rule {
            $(#[doc = concat!("The rule ", stringify!($name), ".")]
            pub const $name: Self = Self(Index::$name as u16);)*
        }
        /// The rows, in the order of the constants.
        ///
        /// ```
        /// use mqttscope::spec::rule::RULES;
        ///
        /// let row = RULES.iter().find(|row| row.id == "packet-id-0").unwrap();
        /// assert_eq!(row.statements_v311, "MQTT-2.3.1-1");
        /// ```
        pub static RULES: [RuleInfo; [$(Index::$name),*].len()] = [$($row),*];
    };
}

use Severity::{Error, Note, Warning};

#[rustfmt::skip]
rules! {
    // ---- lengths
    TOO_SHORT: row(Error, "too-short", ["1.5", "1.5"], ["", ""],
        "{field} needs {a:need}, but {limit} leaves {b}").in_sn("5.4");
    REMAINING_LENGTH_TOO_LONG: row(Error, "remaining-length-too-long", ["2.1.4", "2.2.3"], ["", ""],
        "Remaining Length says that {a:bytes} follow, but the bytes end after {b}");
    VARINT_TOO_LONG: row(Error, "varint-too-long", ["1.5.5", "2.2.3"], ["", ""],
        "{field} is a Variable Byte Integer of more than 4 bytes: the 4th byte, {a:hex}, says that another one follows");
    VARINT_NOT_SHORTEST: row(Error, "varint-not-shortest", ["1.5.5", "2.2.3"], ["MQTT-1.5.5-1", ""],
        "{field} takes {b:bytes} for {a}, more than it needs");
    REMAINING_LENGTH_NOT_SHORTEST: row(Warning, "remaining-length-not-shortest", ["1.5.5", "2.2.3"], ["", ""],
        "{field} takes {b:bytes} for {a}, more than it needs; 3.1.1 does not forbid it");
    PROPERTY_LENGTH_TOO_LONG: row(Error, "property-length-too-long", ["2.2.2.1", ""], ["", ""],
        "Property Length says {a:bytes}, but {limit} leaves {b}");
    TRAILING_BYTES: row(Error, "trailing-bytes", ["2.1.4", "2.2.3"], ["", ""],
        "{a:bytes} left over: {packet} ends before its Remaining Length does");

    // ---- fixed header
    PACKET_TYPE_RESERVED: row(Error, "packet-type-reserved", ["2.1.2", "2.2.1"], ["", ""],
        "packet type 0 is forbidden");
    AUTH_BEFORE_V5: row(Error, "auth-before-5.0", ["2.1.2", "2.2.1"], ["", ""],
        "packet type 15 is forbidden in MQTT {version}; it is AUTH since 5.0");
    HEADER_FLAGS: row(Error, "header-flags", ["2.1.3", "2.2.2"], ["MQTT-2.1.3-1", "MQTT-2.2.2-1 MQTT-2.2.2-2"],
        "the lower four bits of {packet} must be {b}, they are {a}");
    QOS_3: row(Error, "qos-3", ["3.3.1.2", "3.3.1.2"], ["MQTT-3.3.1-4", "MQTT-3.3.1-4"],
        "QoS 3 does not exist");
    DUP_WITH_QOS_0: row(Error, "dup-with-qos-0", ["3.3.1.1", "3.3.1.1"], ["MQTT-3.3.1-2", "MQTT-3.3.1-2"],
        "DUP is 1, but a message of QoS 0 is never sent again");
    WRONG_SENDER: row(Error, "wrong-sender", ["2.1.2", "2.2.1"], ["", ""],
        "a {sender} must not send {packet}").in_sn("5.4");
    PACKET_ID_0: row(Error, "packet-id-0", ["2.2.1", "2.3.1"], ["MQTT-2.2.1-3 MQTT-2.2.1-4", "MQTT-2.3.1-1"],
        "Packet Identifier 0 is not allowed");

    // ---- text
    UTF8_ILL_FORMED: row(Error, "utf8-ill-formed", ["1.5.4", "1.5.3"], ["MQTT-1.5.4-1", "MQTT-1.5.3-1"],
        "{field} is not well-formed UTF-8: byte {a:hex} at {b:bytes} from its beginning").in_sn("5.3.12");
    UTF8_NUL: row(Error, "utf8-nul", ["1.5.4", "1.5.3"], ["MQTT-1.5.4-2", "MQTT-1.5.3-2"],
        "{field} holds the character U+0000, {b:bytes} from its beginning");
    TEXT_CONTROL: row(Warning, "text-control", ["1.5.4", "1.5.3"], ["", ""],
        "{field} holds the control character U+{a:code}, {b:bytes} from its beginning; a receiver may close the connection for it");
    TEXT_NONCHARACTER: row(Warning, "text-noncharacter", ["1.5.4", "1.5.3"], ["", ""],
        "{field} holds U+{a:code}, which is no character, {b:bytes} from its beginning; a receiver may close the connection for it");
    TEXT_BOM: row(Warning, "text-byte-order-mark", ["1.5.4", "1.5.3"], ["", ""],
        "{field} begins with U+FEFF, which text editors put before a file: here it is a character like the others, and makes another {field} of it").in_sn("5.3.12");
    TOPIC_EMPTY: row(Error, "topic-empty", ["4.7.3", "4.7.3"], ["MQTT-4.7.3-1", "MQTT-4.7.3-1"],
        "{field} is empty; it needs at least one character").in_sn("5.3.12");
    TOPIC_WITHOUT_ALIAS: row(Error, "topic-without-alias", ["3.3.2.1", ""], ["", ""],
        "{field} is empty, and no Topic Alias says which topic is meant");
    TOPIC_WILDCARD: row(Error, "topic-wildcard", ["3.3.2.1", "3.3.2.1"], ["MQTT-3.3.2-2 MQTT-4.7.0-1", "MQTT-3.3.2-2 MQTT-4.7.1-1"],
        "{field} holds the wildcard {a:char}, which only a filter may").in_sn("5.3.12");
    FILTER_MULTI_LEVEL: row(Error, "filter-multi-level", ["4.7.1.2", "4.7.1.2"], ["MQTT-4.7.1-1", "MQTT-4.7.1-2"],
        "in {field} the wildcard # must be the last character, alone or behind a /");
    FILTER_SINGLE_LEVEL: row(Error, "filter-single-level", ["4.7.1.3", "4.7.1.3"], ["MQTT-4.7.1-2", "MQTT-4.7.1-3"],
        "in {field} the wildcard + must have a level for itself");
    SHARE_NAME: row(Error, "share-name", ["4.8.2", ""], ["MQTT-4.8.2-1 MQTT-4.8.2-2", ""],
        "{field} is a shared subscription, whose name behind $share/ needs at least one character and holds no + or #");
    SHARE_FILTER: row(Error, "share-filter", ["4.8.2", ""], ["MQTT-4.8.2-2", ""],
        "{field} is a shared subscription, but no / and filter follow on its name");

    // ---- CONNECT
    PROTOCOL_NAME: row(Error, "protocol-name", ["3.1.2.1", "3.1.2.1"], ["MQTT-3.1.2-1", "MQTT-3.1.2-1"],
        "the Protocol Name does not go with level {a}: MQIsdp has level 3, MQTT has 4 and 5");
    PROTOCOL_LEVEL: row(Error, "protocol-level", ["3.1.2.2", "3.1.2.2"], ["MQTT-3.1.2-2", "MQTT-3.1.2-2"],
        "no standard has the level {a}; the rest is read as MQTT {version}");
    CONNECT_RESERVED: row(Error, "connect-flags-reserved", ["3.1.2.3", "3.1.2.3"], ["MQTT-3.1.2-3", "MQTT-3.1.2-3"],
        "the reserved bit of the Connect Flags must be 0");
    WILL_QOS_3: row(Error, "will-qos-3", ["3.1.2.6", "3.1.2.6"], ["MQTT-3.1.2-12", "MQTT-3.1.2-14"],
        "Will QoS 3 does not exist");
    WILL_QOS_WITHOUT_WILL: row(Error, "will-qos-without-will", ["3.1.2.6", "3.1.2.6"], ["MQTT-3.1.2-11", "MQTT-3.1.2-13"],
        "Will QoS is {a}, but the Will flag is 0");
    WILL_RETAIN_WITHOUT_WILL: row(Error, "will-retain-without-will", ["3.1.2.7", "3.1.2.7"], ["MQTT-3.1.2-13", "MQTT-3.1.2-15"],
        "Will Retain is 1, but the Will flag is 0");
    PASSWORD_WITHOUT_USER_NAME: row(Error, "password-without-user-name", ["3.1.2.9", "3.1.2.9"], ["", "MQTT-3.1.2-22"],
        "the Password flag is 1, but the User Name flag is 0; only 5.0 allows that");
    CLIENT_ID_EMPTY: row(Error, "client-id-empty", ["3.1.3.1", "3.1.3.1"], ["", "MQTT-3.1.3-7"],
        "an empty Client Identifier needs Clean Session 1");
    CLIENT_ID_EMPTY_V31: row(Error, "client-id-empty-3.1", ["", ""], ["", ""],
        "MQTT 3.1 needs a Client Identifier of 1 to 23 characters");
    CLIENT_ID_LONG_V31: row(Error, "client-id-long-3.1", ["", ""], ["", ""],
        "MQTT 3.1 allows a Client Identifier 23 characters, this one has {a}; MQTT 3.1.1 has no such limit");
    CREDENTIAL_MISSING_V31: row(Note, "credential-missing", ["", ""], ["", ""],
        "the flag says that a {field} follows, but the packet ends; MQTT 3.1 allows that");
    SECRETS_UNCLEAR: row(Error, "secrets-unclear", ["3.1.3", "3.1.3"], ["", ""],
        "{packet} is broken, and a secret may stand anywhere in its last {a:bytes}: --redact hides them all");

    SECOND_CONNECT: row(Error, "second-connect", ["3.1", "3.1"], ["MQTT-3.1.0-2", "MQTT-3.1.0-2"],
        "a client must send CONNECT only once on a connection, and this is number {a}; what follows is read by it");

    // ---- CONNACK and the other codes
    CONNACK_RESERVED: row(Error, "connack-flags-reserved", ["3.2.2.1", "3.2.2.1"], ["MQTT-3.2.2-1", ""],
        "bits 7 to 1 of the Connect Acknowledge Flags must be 0");
    SESSION_PRESENT_ON_REFUSAL: row(Error, "session-present-on-refusal", ["3.2.2.1.1", "3.2.2.2"], ["MQTT-3.2.2-6", "MQTT-3.2.2-4"],
        "Session Present must be 0 where the connection is refused");
    // Section and statements of the codes depend on the packet: see Finding::source.
    REASON_CODE: row(Error, "reason-code", ["2.4", ""], ["", ""],
        "{a:hex} is not a Reason Code of {packet}");
    REASON_CODE_DISPUTED: row(Note, "reason-code-disputed", ["2.4", ""], ["", ""],
        "the table of all Reason Codes gives {a:hex} to {packet}, the section on {packet} does not");
    REASON_CODE_SENDER: row(Error, "reason-code-sender", ["2.4", ""], ["", ""],
        "a {sender} must not send the Reason Code {a:hex} in {packet}");
    RETURN_CODE: row(Error, "return-code", ["", "3.2.2.3"], ["", ""],
        "{a:hex} is not a return code of {packet} in MQTT {version}");

    // ---- properties
    PROPERTY_UNKNOWN: row(Error, "property-unknown", ["2.2.2.2", ""], ["", ""],
        "{a:hex} is not a property that the standard knows, so the length of its value is not known");
    PROPERTY_MISPLACED: row(Error, "property-misplaced", ["2.2.2.2", ""], ["", ""],
        "{field} is not allowed in {place}");
    PROPERTY_REPEATED: row(Error, "property-repeated", ["2.2.2.2", ""], ["", ""],
        "{field} may stand only once here");
    PROPERTY_SENDER: row(Error, "property-sender", ["2.2.2.2", ""], ["", ""],
        "a {sender} must not send {field} in {packet}");
    AUTHENTICATION_METHOD_MISSING: row(Error, "authentication-method-missing", ["4.12", ""], ["MQTT-4.12.0-5", ""],
        "{packet} must hold an Authentication Method");
    AUTHENTICATION_DATA_ALONE: row(Error, "authentication-data-alone", ["3.1.2.11.10", ""], ["", ""],
        "Authentication Data without an Authentication Method");
    PAYLOAD_NOT_UTF8: row(Error, "payload-not-utf8", ["3.3.2.3.2", ""], ["", ""],
        "Payload Format Indicator says that {field} is UTF-8, but byte {a:hex} at {b:bytes} from its beginning is not");
    PROPERTY_RANGE: row(Error, "property-range", ["2.2.2.2", ""], ["", ""],
        "{field} must not be {a}");

    // ---- SUBSCRIBE, SUBACK, UNSUBSCRIBE
    NO_FILTER: row(Error, "no-filter", ["3.8.3", "3.8.3"], ["MQTT-3.8.3-2", "MQTT-3.8.3-3"],
        "{packet} must hold at least one Topic Filter");
    NO_FILTER_TO_LEAVE: row(Error, "no-filter-to-leave", ["3.10.3", "3.10.3"], ["MQTT-3.10.3-2", "MQTT-3.10.3-2"],
        "{packet} must hold at least one Topic Filter");
    NO_CODE: row(Error, "no-code", ["3.9.3", "3.9.3"], ["MQTT-3.8.4-6", "MQTT-3.8.4-5"],
        "{packet} must hold a code for each Topic Filter, at least one");
    NO_UNSUBACK_CODE: row(Warning, "no-unsuback-code", ["3.11.3", ""], ["", ""],
        "no code for any Topic Filter, though an UNSUBSCRIBE holds at least one");
    OPTIONS_RESERVED: row(Error, "subscription-options-reserved", ["3.8.3.1", "3.8.3"], ["MQTT-3.8.3-5", "MQTT-3.8.3-4"],
        "the reserved bits of {field} must be 0");
    SUBSCRIPTION_QOS_3: row(Error, "subscription-qos-3", ["3.8.3.1", "3.8.3"], ["", "MQTT-3.8.3-4"],
        "QoS 3 does not exist");
    NO_LOCAL_SHARED: row(Error, "no-local-shared", ["3.8.3.1", ""], ["MQTT-3.8.3-4", ""],
        "No Local must be 0 for a shared subscription");
    RETAIN_HANDLING_3: row(Error, "retain-handling-3", ["3.8.3.1", ""], ["", ""],
        "Retain Handling 3 does not exist");

    // ---- a packet in the light of those before it
    FIRST_NOT_CONNECT: row(Error, "first-not-connect", ["3.1", "3.1"], ["MQTT-3.1.0-1", "MQTT-3.1.0-1"],
        "the first packet of a client must be CONNECT");
    BEFORE_CONNACK: row(Error, "before-connack", ["3.2", "3.2"], ["MQTT-3.2.0-1", "MQTT-3.2.0-1"],
        "the first packet of a server must be CONNACK, but for AUTH");
    SECOND_CONNACK: row(Error, "second-connack", ["3.2", "3.2"], ["MQTT-3.2.0-2", ""],
        "a second CONNACK on the connection; the first is #{a}");
    AFTER_REFUSAL: row(Error, "after-refusal", ["3.2.2.2", "3.2.2.3"], ["MQTT-3.2.2-7", "MQTT-3.2.2-5"],
        "the server has refused the connection with #{a}, and must close it");
    AFTER_DISCONNECT: row(Error, "after-disconnect", ["3.14.4", "3.14.4"], ["MQTT-3.14.4-1", "MQTT-3.14.4-2"],
        "nothing may follow on DISCONNECT, which was #{a}");
    SESSION_EXPIRY_RAISED: row(Error, "session-expiry-raised", ["3.14.2.2.2", ""], ["", ""],
        "Session Expiry Interval {a} s, though that of the CONNECT was 0 or absent: the server does not take this for a valid DISCONNECT");
    CODE_COUNT: row(Error, "code-count", ["3.9.3", "3.9.3"], ["MQTT-3.8.4-6 MQTT-3.11.3-1", "MQTT-3.8.4-5"],
        "there must be a code for each Topic Filter, in their order: {a} for {b}");
    PACKET_ABOVE_MAXIMUM: row(Error, "packet-above-maximum", ["3.1.2.11.4", ""], ["MQTT-3.1.2-24 MQTT-3.2.2-15", ""],
        "the packet has {a:bytes}, but the receiver takes {b} at most (its Maximum Packet Size)");
    ALIAS_ABOVE_MAXIMUM: row(Error, "alias-above-maximum", ["3.3.2.3.4", ""], ["MQTT-3.3.2-9 MQTT-3.3.2-11", ""],
        "Topic Alias {a}, but the receiver takes {b} at most (its Topic Alias Maximum)");
    ALIAS_UNKNOWN: row(Error, "alias-unknown", ["3.3.2.3.4", ""], ["", ""],
        "Topic Alias {a} was not set on this connection");
    ALIAS_NOT_SEEN: row(Note, "alias-not-seen", ["3.3.2.3.4", ""], ["", ""],
        "Topic Alias {a} was not seen to be set, so the topic is not known");
    GRANTED_ABOVE_REQUESTED: row(Warning, "granted-above-requested", ["3.8.4", "3.8.4"], ["", ""],
        "QoS {a} is granted, though {b} was asked for");
    SESSION_AFTER_CLEAN_START: row(Error, "session-after-clean-start", ["3.2.2.1.1", "3.2.2.2"], ["MQTT-3.2.2-2", "MQTT-3.2.2-1"],
        "Session Present is 1, though the client asked for a new session");
    KEEP_ALIVE_LATE: row(Note, "keep-alive-late", ["3.1.2.10", "3.1.2.10"], ["", ""],
        "this was {a:time} late: a client has to send something, if only PINGREQ, within its Keep Alive of {b} s");
    KEEP_ALIVE_EXPIRED: row(Warning, "keep-alive-expired", ["3.1.2.10", "3.1.2.10"], ["MQTT-3.1.2-22", "MQTT-3.1.2-24"],
        "the client was silent for {a:time}: this came {b:time} after one and a half times its Keep Alive, when the server had to close");

    // ---- what the two sides of a connection have to do with each other
    ID_IN_USE: row(Error, "packet-id-in-use", ["2.2.1", "2.3.1"], ["MQTT-2.2.1-3 MQTT-2.2.1-4", "MQTT-2.3.1-2 MQTT-2.3.1-4"],
        "Packet Identifier {a} is in use: #{b} has it and is not acknowledged");
    ID_IN_USE_UNSEEN: row(Note, "packet-id-in-use-unseen", ["2.2.1", "2.3.1"], ["MQTT-2.2.1-3 MQTT-2.2.1-4", "MQTT-2.3.1-2 MQTT-2.3.1-4"],
        "Packet Identifier {a} is in use: #{b} has it, which was not acknowledged on the connection before, unless the client had a connection in between that was not captured");
    SENT_AGAIN: row(Error, "sent-again", ["4.4", ""], ["MQTT-4.4.0-1", ""],
        "#{a} is sent again on the connection that it was sent on; 5.0 allows that on a new connection alone");
    RETRIED: row(Note, "retried", ["", "4.4"], ["", ""],
        "#{a} is sent again on the connection that it was sent on, as no acknowledgment has come for {b:time}; 5.0 forbids that");
    RETRIED_ANSWERED: row(Note, "retried-answered", ["", "4.4"], ["", ""],
        "#{a} is sent again on the connection that it was sent on, though #{b} acknowledges it, which its sender may not have read by then; 5.0 forbids that");
    DUP_WITHOUT_FIRST: row(Warning, "dup-without-first", ["3.3.1.1", "3.3.1.1"], ["", ""],
        "DUP is set, but in this session no PUBLISH with Packet Identifier {a} waits for its acknowledgment");
    RESENT_WITHOUT_DUP: row(Warning, "resent-without-dup", ["3.3.1.1", "3.3.1.1"], ["MQTT-3.3.1-1", "MQTT-3.3.1-1"],
        "DUP is 0, though #{a}, which was not acknowledged on the connection before, had the same Packet Identifier, topic and payload: what is sent again has DUP 1");
    SAME_WITHOUT_DUP: row(Note, "same-without-dup", ["3.3.1.1", "3.3.1.1"], ["MQTT-3.3.1-1", "MQTT-3.3.1-1"],
        "DUP is 0, though #{a}, which was not acknowledged on the connection before, had the same Packet Identifier, topic and payload: sent again it has DUP 1, unless the client had a connection in between that was not captured");
    DUP_AFTER_ANSWER: row(Warning, "dup-after-answer", ["", "4.3"], ["", ""],
        "DUP is set, but #{a}, which had this Packet Identifier, was acknowledged with #{b}, and what the sender has answered since shows that it had read that: what is acknowledged is not sent again");
    NOT_RESENT: row(Warning, "not-resent", ["4.4", "4.4"], ["MQTT-4.4.0-1", "MQTT-4.4.0-1"],
        "the client leaves and has not sent #{a} again, which was not acknowledged when it came back to its session");
    RESENT_UNSEEN: row(Note, "resent-unseen", ["4.4", "4.4"], ["MQTT-4.4.0-1", "MQTT-4.4.0-1"],
        "the client leaves and was not seen to send #{a} again, which was not acknowledged when its connection before ended: it has to, unless it did on a connection that was not captured");
    PUBLISH_AFTER_PUBREL: row(Error, "publish-after-pubrel", ["4.3.3", "4.3.3"], ["MQTT-4.3.3-6", "MQTT-4.3.3-1"],
        "the PUBLISH is sent again, though its PUBREL was sent with #{a}");
    PUBLISH_AFTER_PUBREL_UNSEEN: row(Note, "publish-after-pubrel-unseen", ["4.3.3", "4.3.3"], ["MQTT-4.3.3-6", "MQTT-4.3.3-1"],
        "the PUBLISH is sent again, though its PUBREL was sent with #{a} on the connection before: wrong, unless the client had a connection in between that was not captured");
    OLD_SESSION_RESENT: row(Warning, "old-session-resent", ["3.2.2.1.1", "3.1.2.4"], ["MQTT-3.1.2-4 MQTT-3.2.2-5", "MQTT-3.1.2-6"],
        "#{a} is sent again, though it is of a session that is over, as Session Present 0 says: the client has to discard what it kept of that");
    PUBREL_EARLY: row(Error, "pubrel-early", ["4.3.3", "4.3.3"], ["MQTT-4.3.3-4", "MQTT-4.3.3-1"],
        "PUBREL for #{a}, of which no PUBREC has come");
    PUBREL_UNKNOWN: row(Warning, "pubrel-unknown", ["3.6.4", "4.3.3"], ["", ""],
        "PUBREL for Packet Identifier {a}, which no PUBLISH of this session waits under");
    PUBREL_REFUSED: row(Warning, "pubrel-refused", ["3.6.4", "4.3.3"], ["", ""],
        "PUBREL for Packet Identifier {a}, the PUBLISH of which PUBREC #{b} has refused: nothing waits under it any more");
    ACK_TWICE: row(Error, "ack-twice", ["2.2.1", "2.3.1"], ["MQTT-2.2.1-5 MQTT-2.2.1-6", "MQTT-2.3.1-6 MQTT-2.3.1-7"],
        "Packet Identifier {a} is acknowledged a second time; the first was #{b}");
    ACK_WRONG: row(Error, "ack-wrong", ["2.2.1", "2.3.1"], ["MQTT-2.2.1-5 MQTT-2.2.1-6", "MQTT-2.3.1-6 MQTT-2.3.1-7"],
        "{packet} is not what the packet with Packet Identifier {a}, #{b}, waits for");
    ACK_UNASKED: row(Error, "ack-unasked", ["2.2.1", "2.3.1"], ["MQTT-2.2.1-5 MQTT-2.2.1-6", "MQTT-2.3.1-6 MQTT-2.3.1-7"],
        "nothing waits for {packet} under Packet Identifier {a}");
    PINGRESP_UNASKED: row(Warning, "pingresp-unasked", ["3.13", "3.13"], ["", ""],
        "no PINGREQ waits for this");
    RECEIVE_MAXIMUM_EXCEEDED: row(Error, "receive-maximum-exceeded", ["3.3.4", ""], ["MQTT-3.3.4-7 MQTT-3.3.4-9", ""],
        "{a} PUBLISH packets wait for their acknowledgments, but the receiver takes {b} at most (its Receive Maximum)");
    QOS_ABOVE_MAXIMUM: row(Error, "qos-above-maximum", ["3.2.2.3.4", ""], ["MQTT-3.2.2-11", ""],
        "QoS {a}, but the server takes {b} at most (its Maximum QoS)");
    RETAIN_UNAVAILABLE: row(Error, "retain-unavailable", ["3.2.2.3.5", ""], ["MQTT-3.2.2-14", ""],
        "RETAIN is set, but the server has said that it keeps no messages (Retain Available 0)");
    WILDCARD_UNAVAILABLE: row(Error, "wildcard-unavailable", ["3.2.2.3.11", ""], ["", ""],
        "a Topic Filter with wildcards, but the server has said that it takes none (Wildcard Subscription Available 0)");
    SHARED_UNAVAILABLE: row(Error, "shared-unavailable", ["3.2.2.3.13", ""], ["", ""],
        "a Shared Subscription, but the server has said that it takes none (Shared Subscription Available 0)");
    SUBSCRIPTION_ID_UNAVAILABLE: row(Error, "subscription-id-unavailable", ["3.2.2.3.12", ""], ["", ""],
        "a Subscription Identifier, but the server has said that it takes none (Subscription Identifier Available 0)");
    DELIVERED_TWICE: row(Warning, "delivered-twice", ["4.3.3", "4.3.3"], ["MQTT-4.3.3-2", "MQTT-4.3.3-1"],
        "DUP says that this was sent before: #{b} had the same topic and payload, but under Packet Identifier {a}, so that this is taken for a new message");
    NO_SUBSCRIPTION: row(Note, "no-subscription", ["3.3.4", "3.3.5"], ["", ""],
        "the topic matches no subscription that the client has asked for");
    QOS_ABOVE_GRANTED: row(Error, "qos-above-granted", ["3.8.4", "3.8.4"], ["MQTT-3.8.4-8", "MQTT-3.8.4-6"],
        "delivered with QoS {a}, though {b} is the most that the subscriptions which match have been granted");
    SUBSCRIPTION_ID_UNKNOWN: row(Warning, "subscription-id-unknown", ["3.3.4", ""], ["", ""],
        "Subscription Identifier {a} is of no subscription of the client");

    // ---- what CONNECT asked for, and what is made of it
    BEFORE_AUTHENTICATED: row(Error, "before-authenticated", ["3.1.2.11.9", ""], ["MQTT-3.1.2-30", ""],
        "the CONNECT has an Authentication Method: until CONNACK comes the client may send AUTH and DISCONNECT alone");
    AUTH_CODE: row(Error, "auth-code", ["4.12", ""], ["MQTT-4.12.0-2 MQTT-4.12.0-3", ""],
        "before CONNACK the Reason Code of AUTH must be {b:hex}, it is {a:hex}");
    AUTH_WITHOUT_METHOD: row(Error, "auth-without-method", ["4.12", ""], ["MQTT-4.12.0-6 MQTT-4.12.0-7", ""],
        "the CONNECT has no Authentication Method, so that neither AUTH nor an Authentication Method may follow");
    METHOD_CHANGED: row(Error, "authentication-method-changed", ["4.12", ""], ["MQTT-4.12.0-5 MQTT-4.12.1-1", ""],
        "the Authentication Method is another one than that of the CONNECT");
    RESPONSE_UNASKED: row(Error, "response-information-unasked", ["3.1.2.11.6", ""], ["MQTT-3.1.2-28", ""],
        "the client has not asked for Response Information");
    PROBLEM_UNASKED: row(Error, "problem-information-unasked", ["3.1.2.11.7", ""], ["MQTT-3.1.2-29", ""],
        "{field} in {packet}, though the client wants none (Request Problem Information 0)");
    CLIENT_ID_REFUSED: row(Warning, "client-id-refused", ["3.1.3.1", "3.1.3.1"], ["MQTT-3.1.3-5", "MQTT-3.1.3-5"],
        "the Client Identifier is refused, though each server must allow 1 to 23 letters and digits, and it has {a}");
    CLIENT_ID_NOT_ASSIGNED: row(Error, "client-id-not-assigned", ["3.1.3.1", ""], ["MQTT-3.1.3-6 MQTT-3.1.3-7 MQTT-3.2.2-16", ""],
        "the Client Identifier of the CONNECT is empty, but no Assigned Client Identifier says which one it has now");
    CLIENT_ID_EMPTY_ACCEPTED: row(Error, "client-id-empty-accepted", ["", "3.1.3.1"], ["", "MQTT-3.1.3-8"],
        "an empty Client Identifier with Clean Session 0 is accepted, where the server must refuse it with 0x02");
    WILL_QOS_ACCEPTED: row(Error, "will-qos-accepted", ["3.2.2.3.4", ""], ["MQTT-3.2.2-12", ""],
        "the Will has QoS {a}, but the server takes {b} at most (its Maximum QoS): it must refuse the connection");
    WILL_RETAIN_ACCEPTED: row(Error, "will-retain-accepted", ["3.2.2.3.5", ""], ["MQTT-3.2.2-13", ""],
        "Will Retain is 1, but the server keeps no messages (Retain Available 0): it must refuse the connection");
    GOES_ON_WITH_SESSION: row(Error, "goes-on-with-session", ["3.2.2.1.1", ""], ["MQTT-3.2.2-4", ""],
        "the client goes on, though #{a} says that there is a session, where it asked for a new one and must close");
    QOS_UNANNOUNCED: row(Warning, "qos-unannounced", ["3.2.2.3.4", ""], ["MQTT-3.2.2-9", ""],
        "the server ends the connection for a QoS that it does not take, but its CONNACK has no Maximum QoS");
    BROKEN_ACCEPTED: row(Warning, "broken-accepted", ["4.13", "4.8"], ["MQTT-3.1.4-1 MQTT-4.13.1-1", "MQTT-3.1.4-1 MQTT-4.8.0-1"],
        "this accepts #{a}, which is not legal: its receiver must end the connection");

    // ---- what does not come, or not in its order
    PING_UNANSWERED: row(Warning, "ping-unanswered", ["3.12.4", "3.12.4"], ["MQTT-3.12.4-1", "MQTT-3.12.4-1"],
        "the PINGREQ before this one, #{a}, has had no answer for {b:time}");
    UNANSWERED: row(Warning, "unanswered", ["4.5", "4.5"], ["MQTT-3.8.4-1 MQTT-3.10.4-4 MQTT-4.5.0-2 MQTT-4.3.3-11", "MQTT-3.8.4-1 MQTT-3.10.4-4 MQTT-3.10.4-5 MQTT-4.5.0-2"],
        "the client leaves, and #{a} has had no answer for {b:time}");
    COPY_MISSED: row(Note, "copy-missed", ["4.5", "4.5"], ["", ""],
        "#{a} of stream {b} has not come to this client by now, though the server acknowledged it and a subscription matches: rights, a full queue or expiry may be why");
    COPY_LOST: row(Note, "copy-lost", ["4.3.1", "4.3.1"], ["", ""],
        "#{a} of stream {b} has not come to this client by now, though the server had it and a subscription matches: QoS 0 may be lost, and rights or a full queue may be why");
    WILL_MISSED: row(Note, "will-missed", ["3.1.2.5", "3.1.2.5"], ["", ""],
        "the Will of stream {b}, due since frame {a}, has not come to this client by now, though a subscription matches: rights, a full queue or expiry may be why");
    ACK_ORDER: row(Warning, "ack-order", ["4.6", "4.6"], ["MQTT-4.6.0-2 MQTT-4.6.0-3 MQTT-4.6.0-4", "MQTT-4.6.0-2 MQTT-4.6.0-3 MQTT-4.6.0-4"],
        "{packet} for #{b} overtakes the one for #{a}, which came before it");
    RESENT_ORDER: row(Warning, "resent-order", ["4.6", "4.6"], ["MQTT-4.6.0-1", "MQTT-4.6.0-1"],
        "#{a} is sent again behind #{b}, which was sent after it at first");
    SUBSCRIPTION_ID_MISSING: row(Error, "subscription-id-missing", ["3.3.4", ""], ["MQTT-3.3.4-3 MQTT-3.3.4-4 MQTT-3.3.4-5", ""],
        "no Subscription Identifier, though each subscription that this matches has one");
    RETAINED_UNWANTED: row(Error, "retained-unwanted", ["3.3.1.3", ""], ["MQTT-3.3.1-10 MQTT-3.3.1-11 MQTT-3.3.1-12", ""],
        "RETAIN is 1, but each subscription that this matches wants neither retained messages nor the flag as it was published");

    // ---- what the server makes of a message on its way; whoever was not captured may have published the
    // same, and a frame that is missing shows later than its message: notes, where that may be the reason
    NOT_PASSED_ON: row(Note, "property-not-passed-on", ["3.3.2.3", ""],
        ["MQTT-3.3.2-4 MQTT-3.3.2-6 MQTT-3.3.2-15 MQTT-3.3.2-16 MQTT-3.3.2-17 MQTT-3.3.2-20", ""],
        "{field} is missing, or not what it is in #{a}, whose message this is: a server passes it on; unless a client that was not captured published the same");
    USER_PROPERTIES_ORDER: row(Note, "user-properties-order", ["3.3.2.3.7", ""], ["MQTT-3.3.2-18 MQTT-3.1.3-10", ""],
        "the User Properties do not stand in the order that they have in #{a}, whose message this is, unless a client that was not captured published the same");
    EXPIRY_NOT_LESS: row(Note, "expiry-not-less", ["3.3.2.3.3", ""], ["MQTT-3.3.2-6", ""],
        "Message Expiry Interval is {a} s, more than the {b} s that the message has left: the server takes off the time that it had it; unless a client that was not captured published the same");
    NOT_AS_PUBLISHED: row(Note, "retain-not-as-published", ["3.3.1.3", ""], ["MQTT-3.3.1-13 MQTT-3.1.2-14 MQTT-3.1.2-15", ""],
        "RETAIN is not what it is in #{a}, whose message this is, though each subscription that it matches has Retain As Published; unless a client that was not captured published the same");
    NEW_AS_RETAINED: row(Note, "new-as-retained", ["3.3.1.3", "3.3.1.3"], ["MQTT-3.3.1-12", "MQTT-3.3.1-9"],
        "RETAIN is 1, but the message is a new one, #{a}: 1 says that it was kept from before the subscription, which is granted since #{b}; unless a client that was not captured published the same");
    EMPTY_RETAINED: row(Error, "empty-retained", ["3.3.1.3", "3.3.1.3"], ["MQTT-3.3.1-7", "MQTT-3.3.1-11 MQTT-3.3.1-9"],
        "RETAIN is 1 and the message is empty: such a message is not kept, and what was not kept is delivered with RETAIN 0");
    OWN_DELIVERED: row(Note, "no-local-ignored", ["3.8.3.1", ""], ["MQTT-3.8.3-3", ""],
        "the client published this itself, with #{a}, and each subscription that it matches has No Local; unless a client that was not captured published the same");
    AFTER_UNSUBSCRIBE: row(Note, "after-unsubscribe", ["3.10.4", "3.10.4"], ["MQTT-3.10.4-2", "MQTT-3.10.4-2"],
        "#{a} was published after #{b} had ended each subscription that it matches: new messages are not delivered for them; unless this is an older one that a client which was not captured published");
    REFUSED_ELSEWHERE: row(Warning, "refused-elsewhere", ["4.8.2", ""], ["MQTT-4.8.2-6", ""],
        "another member of the shared subscription has refused #{a} with #{b}: the message then goes to no other");
    OUT_OF_ORDER: row(Note, "delivered-out-of-order", ["4.6", "4.6"], ["MQTT-4.6.0-5 MQTT-4.6.0-6", "MQTT-4.6.0-5 MQTT-4.6.0-6"],
        "#{a} is delivered behind #{b}, which the same client published after it, to the same topic and with the same QoS; unless a client that was not captured published the same");

    // ---- a client across its connections
    TAKES_OVER: row(Note, "takes-over", ["3.1.4", "3.1.4"], ["MQTT-3.1.4-3", "MQTT-3.1.4-2"],
        "the client is connected already, with stream {a} (#{b}), of which no end was seen: the server has to end that");
    WAR: row(Warning, "take-over-war", ["3.1.4", "3.1.4"], ["", ""],
        "take-over number {a} of this Client Identifier within {b:time}: more than one client uses it, as their addresses or what the losers still send show");
    TAKEN_OVER_AGAIN: row(Warning, "taken-over-again", ["3.1.4", "3.1.4"], ["", ""],
        "take-over number {a} of this Client Identifier within {b:time}: one client that connects anew while its old connection is open, or several that share the identifier");
    SESSION_REVIVED: row(Warning, "session-revived", ["3.2.2.1.1", "3.2.2.2"], ["MQTT-3.2.2-3", "MQTT-3.2.2-3"],
        "Session Present is 1, though the session that was accepted with #{a} had ended");
    SESSION_UNEXPLAINED: row(Note, "session-unexplained", ["3.2.2.1.1", "3.2.2.2"], ["MQTT-3.2.2-3", "MQTT-3.2.2-3"],
        "Session Present is 1, though the session that was accepted with #{a} had ended: wrong, unless the client had a connection in between that was not captured");
    SESSION_LOST: row(Note, "session-lost", ["3.2.2.1.1", "3.2.2.2"], ["MQTT-3.2.2-3", "MQTT-3.2.2-2"],
        "Session Present is 0, though the session that was accepted with #{a} should still be there, unless the client had a connection in between that was not captured");
    PASSWORD_IN_CLEAR: row(Note, "password-in-clear", ["5.4.5", "5.4.5"], ["", ""],
        "the Password goes over the wire unencrypted");
    NO_USER_NAME: row(Note, "no-user-name", ["5.4.1", "5.4.1"], ["", ""],
        "the client does not say who it is: no User Name");
    SUBSCRIBES_TO_ALL: row(Note, "subscribes-to-all", ["5.4.2", "5.4.2"], ["", ""],
        "the client subscribes to everything that the server lets it read");
    SUBSCRIBES_TO_SYS: row(Note, "subscribes-to-sys", ["5.4.2", "5.4.2"], ["", ""],
        "the client subscribes to all that the server tells of itself ($SYS)");
    RANDOM_CLIENT_LASTS: row(Note, "random-client-lasts", ["4.1", "3.1.2.4"], ["", ""],
        "the session lasts a day or longer, but its Client Identifier looks random: it may never be used again");

    // ---- what lies around the packets
    VERSION_AMBIGUOUS: row(Note, "version-ambiguous", ["", ""], ["", ""],
        "no CONNECT was seen: the bytes also read without fault as MQTT {other}; --mqtt-version settles it");
    VERSION_INFERRED: row(Note, "version-inferred", ["", ""], ["", ""],
        "no CONNECT was seen: read as MQTT {version}, because that fits the bytes best");
    CONNACK_OLDER: row(Warning, "connack-older", ["", ""], ["", ""],
        "the server answers a CONNECT of 5.0 as MQTT 3.1.1 does: it does not speak 5.0");
    BYTES_MISSING: row(Warning, "bytes-missing", ["", ""], ["", ""],
        "not captured: {a:bytes} of this packet");
    REST_MISSING: row(Warning, "rest-missing", ["", ""], ["", ""],
        "of the last {a:bytes} of this packet some were not captured; how many is not known");
    LOST_BEFORE: row(Warning, "lost-before", ["", ""], ["", ""],
        "not captured before this: {a:bytes}");
    LOST_UNKNOWN: row(Warning, "lost-before-unknown", ["", ""], ["", ""],
        "bytes before this were not captured; how many is not known");
    OVERLAP: row(Warning, "overlap-differs", ["", ""], ["", ""],
        "frame {b} brought {a:bytes} of this packet again with other contents; the first were taken");
    OVERLAP_BELOW: row(Warning, "overlap-differs-below", ["", ""], ["", ""],
        "frame {b} brought {a:bytes} of what carries this again with other contents; the first were taken");
    OVERLAP_OF_RECORD: row(Warning, "overlap-differs-late", ["", ""], ["", ""],
        "{a:bytes} that came again with other contents; the first were taken, and are in record {b}");
    OVERLAP_OF_OLD: row(Warning, "overlap-differs-old", ["", ""], ["", ""],
        "{a:bytes} that came again with other contents; the first were taken");
    REST_OF_PACKET: row(Warning, "rest-of-packet", ["", ""], ["", ""],
        "the rest of a packet whose earlier bytes were not captured: {a:bytes}");
    REST_OF_LARGE_PACKET: row(Note, "rest-of-large-packet", ["", ""], ["", ""],
        "the rest of the packet that was too large to hold: {a:bytes}");
    INTERLEAVED: row(Error, "interleaved", ["", ""], ["", ""],
        "{b:bytes} from its beginning, {a:bytes} of the packet(s) shown before this one were written into its middle, as a sender does that writes from two threads without a lock; the receiver can't tell them apart");
    CROWDED: row(Warning, "crowded", ["", ""], ["", ""],
        "only {b} of the {a:bytes} of this packet are shown: all connections together hold too much, and this one held the most");
    UNREADABLE: row(Error, "unreadable", ["", ""], ["", ""],
        "{a:bytes} could not be read in the text; 00 stands in for each");
    LENGTH_UNREADABLE: row(Error, "length-unreadable", ["", ""], ["", ""],
        "the Remaining Length could not be read in the text; {a} fits the bytes that follow");
    GUESSED: row(Error, "guessed", ["", ""], ["", ""],
        "the text has a letter here that looks like a digit; read as the digit");
    TYPE_UNREADABLE: row(Error, "type-unreadable", ["", ""], ["", ""],
        "the packet's first byte could not be read in the text; what follows is a CONNECT");
    LONE_DIGIT: row(Error, "lone-digit", ["", ""], ["", ""],
        "the text has one digit here where a byte has two; read with a zero before it");
    HEADER_CUT: row(Warning, "header-cut", ["", ""], ["", ""],
        "the packet is cut within its fixed header");
    STREAM_ENDS: row(Warning, "stream-ends", ["", ""], ["", ""],
        "the stream ends here, before the packet does: {a:bytes} of {b}");
    NOT_A_PACKET: row(Warning, "not-a-packet", ["", ""], ["", ""],
        "no MQTT packet: {a:bytes} skipped");
    PACKET_TOO_LARGE: row(Warning, "packet-too-large", ["", ""], ["", ""],
        "a packet of {a:bytes} is larger than the {b} that are held; raise it with --max-packet");

    // ---- WebSocket (RFC 6455, RFC 7692)
    WEBSOCKET_NO_SUBPROTOCOL: row(Error, "websocket-no-subprotocol", ["6", "6"], ["MQTT-6.0.0-3", "MQTT-6.0.0-3"],
        "the client does not ask for the subprotocol mqtt");
    WEBSOCKET_SUBPROTOCOL: row(Error, "websocket-subprotocol", ["6", "6"], ["MQTT-6.0.0-4", "MQTT-6.0.0-4"],
        "the server does not choose the subprotocol mqtt");
    WEBSOCKET_REFUSED: row(Warning, "websocket-refused", ["", ""], ["", ""],
        "the server refuses WebSocket with status {a}; what follows is no frame");
    WEBSOCKET_HEAD: row(Warning, "websocket-head", ["", ""], ["", ""],
        "a head of HTTP that does not end within {a:bytes} is not read");
    WEBSOCKET_TEXT: row(Error, "websocket-text", ["6", "6"], ["MQTT-6.0.0-1", "MQTT-6.0.0-1"],
        "the WebSocket frame is one of text; MQTT must be in binary frames");
    WEBSOCKET_UNMASKED: row(Error, "websocket-unmasked", ["", ""], ["", ""],
        "the WebSocket frame is not masked; a client must mask what it sends (RFC 6455 5.1)");
    WEBSOCKET_MASKED: row(Error, "websocket-masked", ["", ""], ["", ""],
        "the WebSocket frame is masked; a server must not mask what it sends (RFC 6455 5.1)");
    WEBSOCKET_RESERVED_BITS: row(Error, "websocket-reserved-bits", ["", ""], ["", ""],
        "the reserved bits of the WebSocket frame are {a}, and nothing was agreed on that uses them here (RFC 6455 5.2)");
    WEBSOCKET_OPCODE: row(Error, "websocket-opcode", ["", ""], ["", ""],
        "WebSocket has no opcode {a} (RFC 6455 5.2); the next frame is looked for");
    WEBSOCKET_LENGTH: row(Error, "websocket-length", ["", ""], ["", ""],
        "the WebSocket frame takes {b:bytes} for the length {a}, more than it needs (RFC 6455 5.2)");
    WEBSOCKET_LENGTH_TOO_LARGE: row(Error, "websocket-length-too-large", ["", ""], ["", ""],
        "the first bit of a WebSocket length of 64 bits must be 0 (RFC 6455 5.2); the next frame is looked for");
    WEBSOCKET_CONTROL: row(Error, "websocket-control", ["", ""], ["", ""],
        "a control frame of WebSocket must be whole and have at most 125 bytes (RFC 6455 5.5); this one has {a}");
    WEBSOCKET_CONTINUATION: row(Error, "websocket-continuation", ["", ""], ["", ""],
        "the WebSocket frame goes on with a message, but none has begun (RFC 6455 5.4)");
    WEBSOCKET_UNFINISHED: row(Error, "websocket-unfinished", ["", ""], ["", ""],
        "the WebSocket frame begins a message, but the one before has not ended (RFC 6455 5.4)");
    WEBSOCKET_SKIPPED: row(Warning, "websocket-skipped", ["", ""], ["", ""],
        "{a:bytes} were skipped in front of this WebSocket frame, to find it");
    WEBSOCKET_CONTEXT: row(Warning, "websocket-context", ["", ""], ["", ""],
        "{a:bytes} before this could not be inflated: {b} compressed message(s) of WebSocket that refer to bytes which were not captured");
    WEBSOCKET_DEFLATE: row(Error, "websocket-deflate", ["", ""], ["", ""],
        "a compressed message of WebSocket is no deflate (RFC 7692 7.2.2)");
    WEBSOCKET_BOMB: row(Error, "websocket-bomb", ["", ""], ["", ""],
        "a compressed message of WebSocket grows from {b} to more than {a:bytes}; the rest of it is not read");
    // ---- MQTT-SN: one message
    SN_LENGTH_TOO_LONG: sn(Error, "sn-length-too-long", "5.2.1",
        "Length says {a:bytes} in all, but only {b} are there");
    SN_LENGTH_TOO_SHORT: sn(Error, "sn-length-too-short", "5.2.1",
        "Length is {a}, but itself and the message type make {b}");
    SN_LENGTH_NOT_SHORTEST: sn(Warning, "sn-length-not-shortest", "5.2.1",
        "Length takes 3 bytes for {a}, where 1 is enough");
    SN_TRAILING: sn(Error, "sn-trailing-bytes", "5.4",
        "{a:bytes} left over: {packet} ends before its Length does");
    SN_TYPE_RESERVED: sn(Error, "sn-type-reserved", "5.2.2",
        "the standard reserves the message type {a:hex}");
    SN_NESTED: sn(Error, "sn-nested", "5.5",
        "more than {a} forwarders inside each other: what is inside is not read");
    SN_FLAG_UNUSED: sn(Note, "sn-flag-unused", "5.3.4",
        "{packet} has no use for {field}, which is {a}");
    SN_TOPIC_ID_TYPE: sn(Error, "sn-topic-id-type", "5.3.4",
        "TopicIdType 3 is reserved: what names the topic cannot be read");
    SN_QOS_MINUS_1: sn(Error, "sn-qos-minus-1", "5.3.4",
        "QoS -1 is for PUBLISH alone, not for {packet}");
    SN_QOS_MINUS_1_TOPIC: sn(Error, "sn-qos-minus-1-topic", "6.8",
        "a PUBLISH of QoS -1 needs a short topic name or a pre-defined topic id: the gateway knows no other of this client");
    SN_MSG_ID_0: sn(Warning, "sn-msg-id-0", "5.3.7",
        "MsgId is 0, which is for messages that nothing answers");
    SN_MSG_ID_UNUSED: sn(Warning, "sn-msg-id-unused", "5.4.12",
        "MsgId is {a}, but in a PUBLISH that nothing answers it must be 0");
    SN_TOPIC_ID_RESERVED: sn(Error, "sn-topic-id-reserved", "5.3.11",
        "the standard reserves the topic id {a}");
    SN_PROTOCOL_ID: sn(Error, "sn-protocol-id", "5.3.8",
        "ProtocolId is {a}, where MQTT-SN 1.2 has 1");
    SN_CLIENT_ID_EMPTY: sn(Error, "sn-client-id-empty", "5.3.1",
        "ClientId is empty; it needs 1 to 23 characters");
    SN_CLIENT_ID_LONG: sn(Warning, "sn-client-id-long", "5.3.1",
        "ClientId has {a:bytes}; the standard allows 23");
    SN_RETURN_CODE: sn(Error, "sn-return-code", "5.3.10",
        "the standard reserves the return code {a:hex}");
    SN_SHORT_TOPIC_LENGTH: sn(Error, "sn-short-topic-length", "6.7",
        "a short topic name has two characters, this one has {a:bytes}");

    // ---- MQTT-SN: what lies around the messages
    SN_NOT_A_MESSAGE: sn(Warning, "sn-not-a-message", "",
        "{a:bytes} that are no MQTT-SN message stand behind one in the same datagram");
    SN_TOPIC_UNKNOWN: sn(Note, "sn-topic-unknown", "6.5",
        "which topic {a} stands for is not known: the REGISTER or SUBACK that says it was not seen");
    SN_ASLEEP: sn(Warning, "sn-asleep", "6.14",
        "the client sleeps, unless a datagram of it that says otherwise was not captured: the gateway should keep this until the client's next PINGREQ");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_sentences_are_there() {
        for (i, rule) in RULES.iter().enumerate() {
            assert!(!rule.message.is_empty() && !rule.message.ends_with('.'), "{}", rule.id);
            assert!(RULES.iter().skip(i + 1).all(|other| other.id != rule.id), "{}", rule.id);
        }
    }
}
