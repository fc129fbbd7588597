//! A packet with a whole one inside it: what a client does that writes from two threads without
//! a lock, where all of it is there at once, in one segment or in a pasted text.
//!
//! [`interleave`](super::interleave) tells such a pair by where segments begin. Here nothing but the
//! bytes speaks, so that it takes more of them:
//!
//! - The outer packet is broken as it stands. A legal one is not doubted, as a payload may hold packets, but
//!   for a PUBLISH behind which no packet begins.
//! - One to [`CHAIN`] packets stand in it that read without fault, that its side may send, and that are worth
//!   16 bits, counted as in [`boundary`](super::boundary).
//! - Without them, and with as many bytes more behind it, the outer packet is legal.
//! - As it stands no packet follows on it; without them one does, or nothing.
//! - There is one way alone to see it so.
//!
//! As a payload may hold anything, a PUBLISH must prove more. Without the others, what follows on it are whole
//! packets to the end of what is there, of which the last alone may be cut; the others are worth [`ENOUGH`] bits,
//! of which 16 are for a payload that is text without them, and with what follows [`ENOUGH_UNSEEN`]; and no packet begins in what would be the end of the PUBLISH.

use super::boundary::{
    ENOUGH, ENOUGH_UNSEEN, FAULTS_OF_CUTS, Known, SEGMENT, SERIOUS, Sighted, is_serious_part, sight,
};
use super::interleave::{CHAIN, TEXT, is_text};
use super::plain::is_faultless;
use super::{Framing, Reading, decode, frame};
use crate::annotate::Tape;
use crate::spec::{PacketType, Rule, Sender, Version};

/// The longest outer packet that is looked into, with what stands behind it, in bytes. Nothing but a PUBLISH
/// is longer, as a rule, and where one of these is torn that is nearly always in its payload, which
/// never breaks it.
pub const MAX_BYTES: usize = 4_096;
/// Packets behind a PUBLISH that are looked at.
const MAX_BEHIND: usize = 16;
/// Outer packets that are read to the end to see whether they are legal: in a packet that is torn a
/// handful of places are worth that.
const MAX_TRIES: usize = 256;

/// A packet that has others inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Torn {
    /// How many of its bytes stand before the others.
    pub at: usize,
    /// How many bytes the others have.
    pub others: usize,
    /// All of its bytes, without those of the others.
    pub outer: Vec<u8>,
}

impl Torn {
    /// Bytes that all of them take.
    #[must_use]
    pub fn used(&self) -> usize {
        self.outer.len().saturating_add(self.others)
    }
}

/// The broken packet with which `bytes` begin, and the legal ones inside it; `behind` is what follows on
/// the bytes that its Remaining Length counts.
///
/// ```
/// use mqttscope::mqtt::torn::{Looked, look_inside};
///
/// let subscribe = [0x82, 8, 0, 1, 0, 3, b'a', 0xc0, 0, b'/'];
/// let Looked::Torn(torn) = look_inside(&subscribe, &[b'b', 0], None, None) else { panic!() };
/// assert_eq!((torn.at, torn.others), (7, 2));
/// assert_eq!(torn.outer, [0x82, 8, 0, 1, 0, 3, b'a', b'/', b'b', 0]);
/// ```
#[must_use]
pub fn look_inside(
    bytes: &[u8],
    behind: &[u8],
    version: Option<Version>,
    sender: Option<Sender>,
) -> Looked {
    look(bytes, behind, &known(bytes, version, sender))
}

/// Whether a packet, broken or not, may have others inside it. `behind` is what is known to follow; the
/// end of the outer packet may be missing.
#[must_use]
pub fn may_be_torn(
    bytes: &[u8],
    behind: &[u8],
    version: Option<Version>,
    sender: Option<Sender>,
) -> bool {
    let known = known(bytes, version, sender);
    let all = [bytes, behind].concat();
    all.len() <= MAX_BYTES && !Search::new(&all, &known, true).run(bytes.len()).is_empty()
}

/// What is seen in a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// It is legal: there is no reason to look.
    Legal,
    /// It is a legal PUBLISH, but what follows is no packet; nothing is certain.
    LegalAlone,
    /// It is a legal PUBLISH with others from this offset on, if the stream ends with the bytes behind it.
    IfLast(usize),
    /// It is broken, but too long to be looked into, or nothing follows that may belong to it.
    Broken,
    /// It is broken, and nothing is certain.
    Unsure,
    /// Others are inside it.
    Torn(Torn),
}

/// Whether one look at a packet, and at what follows on it, tells that it is [`Looked::Legal`], as nearly
/// always where a segment ends with a part of a PUBLISH.
pub(super) fn is_plainly_legal(packet: &[u8], behind: &[u8], known: &Known) -> bool {
    let Some(version) = known.version else { return false };
    let how = Reading { version, sender: known.sender };
    let behind = behind.get(..MAX_BYTES).unwrap_or(behind);
    frame(packet) == Framing::Length(packet.len())
        && is_faultless(packet, packet.len(), how)
        && is_serious_part(behind, known, version)
}

/// Looks into a packet of a side of which something is known.
pub(super) fn look(bytes: &[u8], behind: &[u8], known: &Known) -> Looked {
    let behind = behind.get(..MAX_BYTES).unwrap_or(behind);
    let is_alone = behind.is_empty() && frame(bytes) == Framing::Length(bytes.len());
    let mut tape = Tape::new();
    let mut is_legal = |version| is_legal(bytes, version, known, false, &mut tape);
    if known.versions().into_iter().flatten().any(&mut is_legal) {
        return look_into_payload(bytes, behind, known, &mut tape);
    }
    if bytes.len() > MAX_BYTES || is_alone {
        return Looked::Broken;
    }
    if matches!(sight(behind, known, &mut tape), Sighted::Whole { .. }) {
        return Looked::Unsure;
    }
    let all = [bytes, behind].concat();
    let found = Search::new(&all, known, false).run(bytes.len());
    only(found).map_or(Looked::Unsure, Looked::Torn)
}

/// Looks into a legal packet: a payload holds whatever it likes, as long as packets follow on it.
fn look_into_payload(bytes: &[u8], behind: &[u8], known: &Known, tape: &mut Tape) -> Looked {
    let is_publish = bytes.first().copied().map(PacketType::of_header) == Some(PacketType::PUBLISH);
    if !is_publish || bytes.len() > MAX_BYTES || behind.is_empty() {
        return Looked::Legal;
    }
    let sighted = sight(behind, known, tape);
    let mut alone = Looked::Legal;
    if sighted == Sighted::No {
        let all = [bytes, behind].concat();
        let search = Search { is_legal: true, ..Search::new(&all, known, false) };
        if let Some(torn) = only(search.run(bytes.len())) {
            return Looked::Torn(torn);
        }
        alone = Looked::LegalAlone;
    }
    let may_be_rest = match sighted {
        Sighted::Part { bits } => bits < SERIOUS,
        Sighted::No => true,
        Sighted::Whole { .. } => false,
    };
    let at = may_be_rest.then(|| may_end(bytes, behind, known, tape)).flatten();
    at.map_or(alone, Looked::IfLast)
}

/// Where others with as many bytes as `behind` has stand in a payload that is text without them.
fn may_end(bytes: &[u8], behind: &[u8], known: &Known, tape: &mut Tape) -> Option<usize> {
    if is_text(bytes, known, tape) {
        return None;
    }
    let is_inner = |at: &usize| {
        let end = at.saturating_add(behind.len());
        let inner = bytes.get(*at..end).unwrap_or_default();
        let is_whole =
            matches!(sight(inner, known, tape), Sighted::Whole { bits, .. } if bits >= SERIOUS);
        let outer = || {
            [bytes.get(..*at), bytes.get(end..), Some(behind)]
                .map(Option::unwrap_or_default)
                .concat()
        };
        is_whole && is_text(&outer(), known, tape)
    };
    (1..bytes.len()).find(is_inner)
}

fn only(mut found: Vec<Torn>) -> Option<Torn> {
    found.pop().filter(|_| found.is_empty())
}

fn known(bytes: &[u8], version: Option<Version>, sender: Option<Sender>) -> Known {
    let kind = bytes.first().copied().map(PacketType::of_header);
    let sender = sender.or(kind.and_then(PacketType::only_sender));
    let mut known = Known::default();
    (known.sender, known.version) = (sender, version);
    known
}

/// Whether a packet has no fault; where it is cut, as far as it is there. Control characters in a text
/// are legal, but those that tell are numbers.
fn is_legal(bytes: &[u8], version: Version, known: &Known, is_cut: bool, tape: &mut Tape) -> bool {
    let how = Reading { version, sender: known.sender };
    if !is_cut
        && frame(bytes) == Framing::Length(bytes.len())
        && is_faultless(bytes, bytes.len(), how)
    {
        return true;
    }
    tape.clear();
    decode(bytes, how, tape);
    if is_cut {
        tape.retract(FAULTS_OF_CUTS);
    }
    tape.errors() == 0 && !tape.findings().iter().any(|it| it.rule == Rule::TEXT_CONTROL)
}

/// Looks for the ways in which packets may stand inside another one.
struct Search<'a> {
    all: &'a [u8],
    known: &'a Known,
    /// The end of the outer packet may be missing.
    may_be_cut: bool,
    /// The outer packet is legal as it stands.
    is_legal: bool,
    tries: usize,
    tape: Tape,
}

impl<'a> Search<'a> {
    fn new(all: &'a [u8], known: &'a Known, may_be_cut: bool) -> Self {
        let (is_legal, tries) = (false, MAX_TRIES);
        Self { all, known, may_be_cut, is_legal, tries, tape: Tape::new() }
    }

    /// The different ways, two at most, in which others begin in the first `len` bytes.
    fn run(mut self, len: usize) -> Vec<Torn> {
        let mut found: Vec<Torn> = Vec::new();
        for at in 1..len {
            for (others, bits) in self.inner(at) {
                if let Some(torn) = self.without(at, others, bits)
                    && !(self.is_legal && self.has_packet(len, others))
                    && !found.iter().any(|old| self.is_same(old, &torn))
                {
                    found.push(torn);
                }
                if found.len() > 1 {
                    return found;
                }
            }
        }
        found
    }

    /// The lengths of the runs of packets that stand at a place, and what they are worth.
    fn inner(&mut self, at: usize) -> Vec<(usize, u32)> {
        let (mut len, mut total, mut runs) = (0usize, 0u32, Vec::new());
        for _ in 0..CHAIN {
            let rest = self.all.get(at.saturating_add(len)..).unwrap_or_default();
            let Sighted::Whole { len: more, bits } = sight(rest, self.known, &mut self.tape) else {
                break;
            };
            len = len.saturating_add(more);
            total = total.saturating_add(bits);
            if total >= SERIOUS {
                runs.push((len, total));
            }
        }
        runs
    }

    /// The outer packet without the `others` bytes from `at` on, where it is legal so.
    fn without(&mut self, at: usize, others: usize, bits: u32) -> Option<Torn> {
        self.tries = self.tries.checked_sub(1)?;
        let (before, inside) = self.all.split_at_checked(at)?;
        let after = inside.get(others..).filter(|after| !after.is_empty())?;
        let mut outer = [before, after].concat();
        let Framing::Length(whole) = frame(&outer) else { return None };
        let is_cut = whole > outer.len();
        if whole <= at || (is_cut && !self.may_be_cut) {
            return None;
        }
        let behind = outer.split_off(whole.min(outer.len()));
        let goes_on = match self.is_legal {
            true => {
                // What follows says that packets go on there, and nothing of what stands in the payload.
                let own = bits.saturating_add(if is_text(&outer, self.known, &mut self.tape) {
                    TEXT
                } else {
                    0
                });
                let both = own.saturating_add(self.follows(&behind)?);
                own >= ENOUGH && both >= ENOUGH_UNSEEN
            }
            false => behind.is_empty() || sight(&behind, self.known, &mut self.tape) != Sighted::No,
        };
        let (known, tape) = (self.known, &mut self.tape);
        let is_legal = goes_on
            && known
                .versions()
                .into_iter()
                .flatten()
                .any(|version| is_legal(&outer, version, known, is_cut, tape));
        is_legal.then_some(Torn { at, others, outer })
    }

    /// Whether a packet begins in these bytes: they may be no end of another one, but lie before it.
    fn has_packet(&mut self, start: usize, len: usize) -> bool {
        (start..start.saturating_add(len)).any(|at| {
            let rest = self.all.get(at..).unwrap_or_default();
            let sighted = sight(rest, self.known, &mut self.tape);
            matches!(sighted, Sighted::Whole { bits, .. } if bits >= SERIOUS)
        })
    }

    /// What the packets behind a PUBLISH are worth; `None` where they are none.
    fn follows(&mut self, behind: &[u8]) -> Option<u32> {
        let (mut rest, mut bits) = (behind, 0u32);
        for _ in 0..MAX_BEHIND {
            if rest.is_empty() {
                return Some(bits.saturating_add(SEGMENT));
            }
            match sight(rest, self.known, &mut self.tape) {
                Sighted::Whole { len, bits: own } => {
                    bits = bits.saturating_add(own);
                    rest = rest.get(len..).unwrap_or_default();
                }
                Sighted::Part { .. } if rest.len() < behind.len() => return Some(bits),
                Sighted::Part { .. } | Sighted::No => return None,
            }
        }
        Some(bits)
    }

    /// Whether two ways give the same packets: bytes that repeat may be taken out a little further on.
    fn is_same(&self, a: &Torn, b: &Torn) -> bool {
        let inner = |torn: &Torn| self.all.get(torn.at..torn.at.saturating_add(torn.others));
        a.outer == b.outer && inner(a) == inner(b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every cut of packets behind every packet: what one look says is what the long one says.
    #[test]
    fn what_one_look_tells_is_what_all_looks_tell() {
        let packets: [&[u8]; 7] = [
            b"\x30\x0d\0\x07a/topicdata",
            b"\x32\x0d\0\x05topic\0\x07\0hi!",
            b"\x32\x10\0\x05topic\0\x07\x03\x23\0\x01hi!",
            b"\x34\x0d\0\x05topic\0\0\0hi!",
            b"\x30\x0d\0\x07a/#opicdata",
            b"\x40\x02\0\x07",
            b"\x62\x02\0\x07",
        ];
        let mut count = 0;
        for version in [Version::V311, Version::V5] {
            for sender in [Sender::Client, Sender::Server] {
                let mut known = Known::default();
                (known.version, known.sender) = (Some(version), Some(sender));
                for (packet, next) in packets.iter().flat_map(|a| packets.map(|b| (a, b))) {
                    for cut in 1..=next.len() {
                        let behind = &next[..cut];
                        if is_plainly_legal(packet, behind, &known) {
                            assert_eq!(look(packet, behind, &known), Looked::Legal);
                            count += 1;
                        }
                    }
                    known.learn(packet);
                }
            }
        }
        assert!(count > 100, "{count}");
    }
}
