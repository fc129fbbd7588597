//! `--redact`, where it is not known where in a packet the secrets are.
//!
//! One length that is wrong shifts all that is behind it: a User Name is then read as the Will Topic, or its
//! bytes as a length that a finding tells of. So all of what may hold it is one field that is not decoded.

use super::reader::Cut;
use crate::annotate::{Finding, Node, Sink, Tape};
use crate::bytes::Span;
use crate::mqtt::Decoded;
use crate::spec::field::Kind;
use crate::spec::level::ProtocolLevel;
use crate::spec::{Field, PacketType, PropertyId, Rule};

/// Findings that say that a length does not fit what holds it; `a` bytes are needed, `b` are there.
const LENGTHS: [Rule; 2] = [Rule::TOO_SHORT, Rule::PROPERTY_LENGTH_TOO_LONG];
/// Characters that the lengths of the next fields make where they are read as text.
const SWALLOWED: [Rule; 2] = [Rule::UTF8_NUL, Rule::TEXT_CONTROL];
/// Fields that can be read with the next ones in them.
const SWALLOWERS: [Field; 3] = [Field::PROTOCOL_NAME, Field::CLIENT_ID, Field::WILL_TOPIC];
/// What stands before the first length that may shift a secret, from the last one on.
const BEFORE_PAYLOAD: [Field; 4] =
    [Field::KEEP_ALIVE, Field::CONNECT_FLAGS, Field::PROTOCOL_LEVEL, Field::PROTOCOL_NAME];

/// Hides all of a CONNECT or an AUTH that may be a secret, if its lengths are in doubt: in the tree, in the
/// findings, and in what was decoded. `false` where there is nothing to hide.
pub(super) fn hide(
    bytes: &[u8],
    cut: Option<&Cut>,
    decoded: &mut Decoded<'_>,
    tape: &mut Tape,
) -> bool {
    let kind = decoded.header.packet_type;
    let may_hold =
        kind == PacketType::AUTH || kind == PacketType::CONNECT && may_hold_secrets(bytes, tape);
    if !may_hold || !is_doubtful(bytes, cut, decoded, tape) {
        return false;
    }
    let from = first_doubt(bytes, kind, tape);
    let span = Span::of_bytes(from, bytes.len().saturating_sub(from));
    if span.len == 0 {
        return false;
    }
    tape.hide_from(span.start);
    tape.leaf(Field::UNDECODED, span, 0);
    let finding = Finding::new(Rule::SECRETS_UNCLEAR, span, Field::UNDECODED);
    tape.note(finding.with(u64::from(span.len >> 3), 0));
    decoded.packet = None;
    true
}

/// Whether bytes of a packet that may hold secrets are hidden because they could not be decoded.
pub(super) fn hides(decoded: &Decoded<'_>, tape: &Tape) -> bool {
    let kind = decoded.header.packet_type;
    let is_lost = |node: &Node| node.field().kind() == Kind::Undecoded;
    [PacketType::CONNECT, PacketType::AUTH].contains(&kind) && tape.nodes().iter().any(is_lost)
}

/// Whether its flags, or properties, say that a CONNECT holds secrets. Where they were not reached, or what is
/// before them makes no sense, it may.
fn may_hold_secrets(bytes: &[u8], tape: &Tape) -> bool {
    const CREDENTIALS: u64 = 0b1100_0000;
    let is_said =
        |id: PropertyId| u8::try_from(id.0).ok().and_then(|id| tape.find(Field::property(id)));
    let Some(flags) = tape.find(Field::CONNECT_FLAGS) else { return true };
    flags.value & CREDENTIALS != 0
        || !has_known_name(bytes, tape)
        || is_said(PropertyId::AUTHENTICATION_METHOD).is_some()
        || is_said(PropertyId::AUTHENTICATION_DATA).is_some()
}

fn has_known_name(bytes: &[u8], tape: &Tape) -> bool {
    let name = tape.find(Field::PROTOCOL_NAME).and_then(|node| node.span.of(bytes).get(2..));
    name.is_some_and(|name| ProtocolLevel::named(name).is_some())
}

/// Whether a length cannot be right. Of a packet that is cut the end is not known: there it is one that leads
/// beyond the whole packet.
fn is_doubtful(bytes: &[u8], cut: Option<&Cut>, decoded: &Decoded<'_>, tape: &Tape) -> bool {
    let swallows = |it: &Finding| SWALLOWED.contains(&it.rule) && SWALLOWERS.contains(&it.field);
    let found = tape.findings();
    if found.iter().any(swallows) {
        return true;
    }
    let Some(cut) = cut else {
        let leaves = [Rule::TRAILING_BYTES, Rule::CREDENTIAL_MISSING_V31];
        return decoded.packet.is_none() || found.iter().any(|it| leaves.contains(&it.rule));
    };
    let missing = cut.whole.saturating_sub(bytes.len() as u64);
    found.iter().any(|it| LENGTHS.contains(&it.rule) && it.a > it.b.saturating_add(missing))
}

/// The byte from which on nothing is certain: behind what is before the first length, where the Protocol Name
/// is known.
fn first_doubt(bytes: &[u8], kind: PacketType, tape: &Tape) -> usize {
    let before: &[Field] = match kind {
        PacketType::CONNECT if has_known_name(bytes, tape) => &BEFORE_PAYLOAD,
        PacketType::CONNECT => &[],
        _ => &[Field::AUTH_REASON],
    };
    let fields = before.iter().chain(&[Field::REMAINING_LENGTH]);
    let last = fields.copied().find_map(|field| tape.find(field));
    last.map_or(bytes.len(), |node| node.span.end() as usize >> 3)
}
