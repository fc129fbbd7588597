//! From the bytes of one packet to its record.

use super::before::is_doubtful;
use super::doubt::{hide, hides};
use super::record::Header;
use super::redact::{hide_alike, redact};
use super::{Consumer, Lifeline, Needs, Notes, Origin, Record};
use crate::annotate::{Finding, Sink, Tape, view};
use crate::bytes::Span;
use crate::carrier::explain;
use crate::mqtt::boundary::FAULTS_OF_CUTS;
use crate::mqtt::framer::Why;
use crate::mqtt::repair::{MAX_BYTES, Repair, lengthened, repair};
use crate::mqtt::torn::{Looked, look_inside, may_be_torn};
use crate::mqtt::{Decoded, Framing, Reading, complete, decode, faultless, frame};
use crate::session::ended::Closed;
use crate::session::sn::Predefined;
use crate::session::wire::{Lost, Said, Tcp};
use crate::session::{At, Captured, Connection, Facts, How, Line, Proof, Seen, Shared};
use crate::spec::unit::Unit;
use crate::spec::websocket::HEADER_RULES;
use crate::spec::{Field, Rule, Sender, Version};
use crate::stream;
use std::net::SocketAddr;
use std::ops::ControlFlow;

/// What of a packet is not there.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// Why.
    pub why: Why,
    /// Bytes that the whole packet has; 0 where its fixed header is cut too.
    pub whole: u64,
    /// How many of the bytes behind those that are shown were not captured.
    pub missing: Option<u64>,
}

/// Decodes packets in the light of their connection and hands records to a consumer.
#[derive(Debug)]
pub struct Reader<C> {
    /// Takes the records.
    pub consumer: C,
    /// Whether secrets are hidden.
    redact: bool,
    /// What the consumer uses of what is known of packets from those before them.
    needs: Needs,
    /// The consumer may be asked whether it wants a packet.
    is_choosy: bool,
    /// It wants none, and nothing of them either for those behind them.
    is_counting: bool,
    /// Packets of which nothing is found go to it without their trees.
    is_bare: bool,
    pub(super) tape: Tape,
    scratch: [Tape; 2],
    masked: Vec<u8>,
    /// The headers that brought the next record; those behind `header_count` are spare.
    headers: Vec<Header>,
    header_count: usize,
    number: u64,
    stopped: bool,
    shared: Shared,
    /// What stands in the text behind the next packet.
    behind: Vec<u8>,
    repair: Option<Repair>,
    /// The last packet's structure was lost, and so many bytes behind it belong to it, if its repair is
    /// right.
    is_broken: bool,
    left_out: usize,
    repairs_left: u32,
    looks_left: u32,
    /// The next packet may be a part of another one.
    is_doubted: bool,
    /// Names of the pre-defined topic ids of MQTT-SN.
    pub(super) sn_topics: Predefined,
}

/// The connection of a packet from this sender.
fn line<'a>(origin: &'a Origin<'_>, sender: Option<Sender>) -> Option<Line<'a>> {
    let (stream, (src, dst)) = (origin.stream?, origin.ends.as_ref()?);
    let is_server = sender == Some(Sender::Server);
    let (client, server) = if is_server { (dst, src) } else { (src, dst) };
    Some(Line { stream, client, server })
}

/// Broken packets for which a repair is looked for, in one run: it is for packets that people make by
/// hand, and a capture full of broken ones is to be read as fast as any other.
const MAX_REPAIRS: u32 = 4_096;
/// Broken packets of a text that are looked into for others, and hold none: that costs more than a repair.
const MAX_LOOKS: u32 = 256;

impl<C: Consumer> Reader<C> {
    /// A reader before its first packet.
    pub fn new(consumer: C, redact: bool) -> Self {
        Self {
            needs: consumer.needs(),
            is_choosy: consumer.is_choosy(),
            is_counting: consumer.wants_nothing() && consumer.needs() == Needs::Packet,
            // What is secret is found in the tree.
            is_bare: !consumer.needs_trees() && !redact,
            consumer,
            redact,
            tape: Tape::new(),
            scratch: [Tape::new(), Tape::new()],
            masked: Vec::new(),
            headers: Vec::new(),
            header_count: 0,
            number: 0,
            stopped: false,
            shared: Shared::default(),
            behind: Vec::new(),
            repair: None,
            is_broken: false,
            left_out: 0,
            repairs_left: MAX_REPAIRS,
            looks_left: MAX_LOOKS,
            is_doubted: false,
            sn_topics: Predefined::default(),
        }
    }

    /// How many records were made.
    pub fn records(&self) -> u64 {
        self.number
    }

    /// Whether the consumer wants no more.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    /// What stands in the text behind the next packet, which may have been cut off too early.
    pub(super) fn behind(&mut self, bytes: &[u8]) {
        self.behind.clear();
        self.behind.extend_from_slice(bytes.get(..=MAX_BYTES).unwrap_or(bytes));
    }

    /// One packet. `cut` tells what of it is not there; `notes` are findings on how its bytes came
    /// here, and `proof` tells what is certain of its order.
    #[inline]
    pub fn packet(
        &mut self,
        connection: &mut Connection,
        bytes: &[u8],
        sender: Option<Sender>,
        cut: Option<Cut>,
        (notes, proof): (&[Finding], &Proof),
        origin: &Origin<'_>,
    ) {
        if cut.is_none() && notes.is_empty() {
            return self.whole(connection, bytes, sender, proof, origin);
        }
        let torn = notes.iter().find(|note| note.rule == Rule::INTERLEAVED);
        (self.is_broken, self.left_out) = (false, 0);
        let may_choose = self.is_choosy && cut.is_none() && torn.is_none();
        if !may_choose || !self.choose(connection, (bytes, proof), sender, false, origin) {
            self.read(connection, bytes, sender, (cut, torn), (notes, proof), origin);
        }
    }

    /// One packet that is all there, and on which nothing was noted.
    #[inline]
    pub(super) fn whole(
        &mut self,
        connection: &mut Connection,
        bytes: &[u8],
        sender: Option<Sender>,
        proof: &Proof,
        origin: &Origin<'_>,
    ) {
        (self.is_broken, self.left_out) = (false, 0);
        let is_bare = self.is_bare;
        let is_done = match self.is_choosy {
            true => self.choose(connection, (bytes, proof), sender, is_bare, origin),
            false => is_bare && self.read_bare(connection, (bytes, proof), sender, origin),
        };
        if !is_done {
            self.read(connection, bytes, sender, (None, None), (&[], proof), origin);
        }
    }

    /// One packet without its tree. `false`, with nothing done, where [`read`](Self::read) may find something
    /// of it, or it tells something of the connection.
    #[inline]
    fn read_bare(
        &mut self,
        connection: &mut Connection,
        (bytes, proof): (&[u8], &Proof),
        sender: Option<Sender>,
        origin: &Origin<'_>,
    ) -> bool {
        let Some((reading, how)) = connection.reading(bytes, sender) else { return false };
        let mut decoded = Decoded::before(bytes, reading.version);
        if faultless(bytes, reading, &mut decoded).is_none() {
            return false;
        }
        self.tape.clear();
        let sender = reading.sender;
        self.track(connection, bytes, (&decoded, proof), sender, origin);
        self.hand_bare(connection, bytes, (&decoded, how), sender, origin, C::record);
        true
    }

    /// Hands on a packet that was read without its tree: what [`emit`](Self::emit) does with one that holds no
    /// secrets to be masked, is no unit and has no text.
    #[inline]
    fn hand_bare(
        &mut self,
        connection: &Connection,
        bytes: &[u8],
        (decoded, how): (&Decoded<'_>, How),
        sender: Option<Sender>,
        origin: &Origin<'_>,
        hand: impl FnOnce(&mut C, &Record<'_>) -> ControlFlow<()>,
    ) {
        if !self.stopped {
            self.number = self.number.saturating_add(1);
            let record = Record {
                number: self.number,
                origin,
                sender,
                version: decoded.version,
                version_from: how,
                client_id: connection.client_id(),
                bytes,
                tape: &self.tape,
                decoded: Some(decoded),
                unit: None,
                text: "",
                headers: self.headers.get(..self.header_count).unwrap_or_default(),
                sn: None,
                facts: &connection.facts(),
                repair: self.repair.as_ref(),
            };
            tell(origin);
            self.stopped = hand(&mut self.consumer, &record) == ControlFlow::Break(());
        }
        self.end_packet(origin);
    }

    /// One packet with its tree. `torn` is the one of `notes` that says that it had others inside it.
    #[inline(never)]
    fn read(
        &mut self,
        connection: &mut Connection,
        bytes: &[u8],
        sender: Option<Sender>,
        (cut, torn): (Option<Cut>, Option<&Finding>),
        (notes, proof): (&[Finding], &Proof),
        origin: &Origin<'_>,
    ) {
        let known = connection.told_version();
        let is_rest = connection.is_after_broken_connect();
        let was_open = connection.version().is_none();
        let (mut decoded, how) = connection.read(bytes, sender, &mut self.tape, &mut self.scratch);
        if self.redact && hide(bytes, cut.as_ref(), &mut decoded, &mut self.tape) {
            connection.forget_client_id();
        }
        if cut.is_some() && was_open && how != How::Connect {
            // What tells the versions apart may be in what is not there.
            connection.forget_inferred();
            self.tape.retract_errors();
        }
        // What stands in for bytes that could not be read breaks no rule.
        let hidden = notes.iter().filter(|note| note.rule == Rule::UNREADABLE);
        hidden.for_each(|note| self.tape.retract_in(note.span));
        if self.redact && is_rest && self.tape.errors() > 0 {
            // The rest of a CONNECT that a wrong length cut off: there may be a password in it.
            let span = Span::of_bytes(0, bytes.len());
            let finding = Finding::new(Rule::NOT_A_PACKET, span, Field::UNDECODED);
            let finding = finding.with(bytes.len() as u64, 0);
            return self.stray(connection, bytes, sender, &[finding], origin);
        }
        self.is_broken = decoded.packet.is_none();
        let sender = sender.or_else(|| decoded.header.packet_type.only_sender());
        if cut.is_none() && notes.is_empty() && self.tape.errors() > 0 && !self.is_doubted {
            let how = Reading { version: decoded.version, sender };
            self.look_for_repair(bytes, how, known);
            let is_doubted = |segment| is_doubtful(segment, known, sender);
            // What is not decoded may be a secret, and a repair would tell of it what it is not.
            let is_hidden = self.redact && hides(&decoded, &self.tape);
            let is_doubted = is_hidden || origin.segment.is_some_and(is_doubted);
            self.repair = self.repair.take().filter(|_| !is_doubted);
        }
        match cut {
            Some(cut) => {
                self.explain_cut(bytes, cut);
                self.judge_length((bytes, &decoded), connection, sender, (cut, *proof), origin);
                self.tell_cut(connection, (bytes, &decoded), sender, cut, origin);
                self.lost(connection, sender, origin);
            }
            None => {
                let by = sender.unwrap_or(Sender::Client);
                let inner = connection.last(by);
                self.track(connection, bytes, (&decoded, proof), sender, origin);
                if let Some(torn) = torn {
                    let context = view::context(bytes, &self.tape, decoded.version, sender);
                    connection.torn(by, self.at(origin), (torn, &context), inner);
                }
            }
        }
        self.tape.note_first(notes);
        let how = (decoded.version, how);
        let known = (&*connection, &connection.facts());
        self.emit(bytes, Some(&decoded), how, sender, known, (None, ""), origin);
        self.end_packet(origin);
    }

    /// What belongs to the packet that was handed out is of no use to the next one.
    #[inline]
    fn end_packet(&mut self, origin: &Origin<'_>) {
        self.tell_ended(origin.time, false);
        self.forget();
    }

    #[inline]
    fn forget(&mut self) {
        // Few packets have one: to see that costs less than to forget it.
        if self.repair.is_some() {
            self.repair = None;
        }
        self.is_doubted = false;
        self.behind.clear();
    }

    /// Looks into a packet of a text for others; `behind` is what follows on it.
    pub(super) fn look_inside(
        &mut self,
        connection: &Connection,
        bytes: &[u8],
        behind: &[u8],
        sender: Option<Sender>,
    ) -> Looked {
        if self.looks_left == 0 {
            return Looked::Legal;
        }
        let looked = look_inside(bytes, behind, connection.told_version(), sender);
        if matches!(looked, Looked::Unsure | Looked::LegalAlone) {
            self.looks_left = self.looks_left.saturating_sub(1);
        }
        looked
    }

    /// The next packet may be a part of another one: what it should have been is not asked.
    pub(super) fn doubt(&mut self) {
        self.is_doubted = true;
    }

    /// How many bytes behind the last packet belong to it, if its Remaining Length is what is wrong.
    pub(super) fn left_out(&self) -> usize {
        self.left_out
    }

    /// Whether the last packet's structure was lost.
    pub(super) fn was_broken(&self) -> bool {
        self.is_broken
    }

    /// The next record is of bytes that are no packet: they may belong to the one before them.
    pub(super) fn left_out_of(&mut self, packet: &[u8], rest: &[u8], version: Option<Version>) {
        let how = Reading { version: version.unwrap_or_default(), sender: None };
        if !self.redact {
            self.repair = lengthened(packet, rest, how);
        }
    }

    /// What a broken packet should have been. With `--redact` its secrets are masked there too.
    fn look_for_repair(&mut self, bytes: &[u8], how: Reading, known: Option<Version>) {
        let Some(left) = self.repairs_left.checked_sub(1) else { return };
        self.repairs_left = left;
        self.repair = repair(bytes, &self.behind, how)
            .filter(|_| !may_be_torn(bytes, &self.behind, known, how.sender));
        if let Some(found) = self.repair.as_ref().filter(|_| self.is_broken) {
            self.left_out = found.left_out(bytes, &self.behind);
        }
        if !self.redact {
            return;
        }
        let [tape, _] = &mut self.scratch;
        self.repair = self.repair.take().filter(|found| {
            // Of two packets the second would need a tree of its own.
            frame(&found.bytes) == Framing::Length(found.bytes.len())
        });
        if let Some(found) = &mut self.repair {
            tape.clear();
            decode(&found.bytes, how, tape);
            redact(&found.bytes, true, tape, &mut self.masked);
            found.bytes.clone_from(&self.masked);
            redact(bytes, true, &self.tape, &mut self.masked);
            hide_alike(bytes, &self.masked, &mut found.bytes);
        }
    }

    /// Asks the consumer whether it wants a packet, going by what can be known of it without its tree. One that
    /// it does not want counts, and is tracked, all the same; one that it wants for certain goes to it, if it may
    /// do so without its tree. `false`, with nothing done: it has to be [read](Self::read).
    fn choose(
        &mut self,
        connection: &mut Connection,
        (bytes, proof): (&[u8], &Proof),
        sender: Option<Sender>,
        is_bare: bool,
        origin: &Origin<'_>,
    ) -> bool {
        let Some((reading, how)) = connection.reading(bytes, sender) else { return false };
        if self.is_counting && origin.notes.is_none_or(Notes::is_empty) {
            return self.pass_by();
        }
        let mut decoded = Decoded::before(bytes, reading.version);
        complete(bytes, reading, &mut decoded);
        if decoded.packet.is_none() {
            // What is behind it is read by what is wrong with it.
            return false;
        }
        let sender = reading.sender;
        self.tape.clear();
        let record = Record {
            number: self.number.saturating_add(1),
            origin,
            sender,
            version: decoded.version,
            version_from: how,
            client_id: connection.client_id(),
            bytes,
            tape: &self.tape,
            decoded: Some(&decoded),
            unit: None,
            text: "",
            headers: &[],
            sn: None,
            facts: &Facts::default(),
            repair: None,
        };
        if self.stopped {
            return false;
        }
        let is_wanted = self.consumer.chooses(&record);
        // Most filters choose few, so that it is asked last whether anything is to be said of a packet.
        let may_go = match is_wanted {
            None => false,
            Some(false) => true,
            Some(true) => {
                let mut again = Decoded::before(bytes, reading.version);
                is_bare && faultless(bytes, reading, &mut again).is_some()
            }
        };
        if !may_go {
            return false;
        }
        self.track(connection, bytes, (&decoded, proof), sender, origin);
        if is_wanted == Some(false) {
            return self.pass_by();
        }
        self.hand_bare(connection, bytes, (&decoded, how), sender, origin, C::chosen);
        true
    }

    /// Counts a packet of which no record is made.
    fn pass_by(&mut self) -> bool {
        self.number = self.number.saturating_add(1);
        self.forget();
        true
    }

    /// A packet that is all there, for what is known of its connection.
    #[inline(always)] // it but sets out what is known for who tracks
    fn track(
        &mut self,
        connection: &mut Connection,
        bytes: &[u8],
        (decoded, proof): (&Decoded<'_>, &Proof),
        sender: Option<Sender>,
        origin: &Origin<'_>,
    ) {
        match self.needs {
            Needs::Packet => return,
            Needs::Aliases => return connection.track_aliases(decoded, sender),
            Needs::Session => {}
        }
        let (at, line) = (self.at(origin), line(origin, sender));
        let (began, is_secret) = (origin.began, origin.is_secret);
        let seen = Seen { at, sender, line, began, proof, is_secret, bytes, decoded };
        connection.track(&seen, &mut self.shared, &mut self.tape);
    }

    /// Bytes of a side were lost, or could not be read.
    pub(super) fn lost(
        &mut self,
        connection: &mut Connection,
        sender: Option<Sender>,
        origin: &Origin<'_>,
    ) {
        let at = self.at(origin);
        connection.lost(sender.unwrap_or(Sender::Client), at, &mut self.shared);
        self.consumer.lost(origin.stream);
    }

    /// Nothing more comes of a connection. `ends` are its client and its server; `seen` is what TCP
    /// shows of it, and how many bytes of either were not captured.
    pub(super) fn ended(
        &mut self,
        connection: &mut Connection,
        stream: Option<u64>,
        ends: Option<(SocketAddr, SocketAddr)>,
        end: Option<stream::End>,
        seen: Option<(Tcp, [Lost; 2])>,
    ) {
        let mut ended = connection.end(&mut self.shared);
        if let Some((tcp, [client_lost, server_lost])) = seen {
            ended.wire.tcp = Some(tcp);
            (ended.wire.client_lost, ended.wire.server_lost) = (client_lost, server_lost);
        }
        (ended.stream, ended.ends, ended.end) = (stream, ends.or(ended.ends), end);
        self.shared.ended(ended);
        self.tell_ended(None, false);
    }

    /// Nothing was captured between two times, and so many clients had to speak.
    pub(super) fn stands_still(&mut self, times: (i64, i64), frame: u64, connections: usize) {
        self.shared.stands_still(times, frame, connections);
    }

    /// The capture ends, which shows everything until then, as far as that is known.
    pub(super) fn ends(&mut self, captured: Option<Captured>) {
        self.shared.ends(captured);
    }

    /// A side of a connection has ended in TCP.
    pub(super) fn closed(&mut self, connection: &mut Connection, sender: Sender, closed: Closed) {
        connection.closed(sender, closed, &mut self.shared);
    }

    /// Nothing more comes at all.
    pub(super) fn finish(&mut self) {
        self.tell_ended(None, true);
    }

    /// Hands out the connections of which all is known by `now`, or at the end.
    #[inline]
    fn tell_ended(&mut self, now: Option<i64>, is_end: bool) {
        let now = if is_end { None } else { Some(now.unwrap_or(i64::MIN)) };
        if self.shared.has_told(now) {
            self.tell_those(now);
        }
    }

    #[inline(never)]
    fn tell_those(&mut self, now: Option<i64>) {
        for ended in self.shared.told(now) {
            self.consumer.ended(&ended);
        }
    }

    /// A connection began or ended.
    pub(super) fn lifeline(&mut self, lifeline: &Lifeline) {
        if !self.stopped {
            self.stopped = self.consumer.lifeline(lifeline) == ControlFlow::Break(());
        }
    }

    /// The place of the next record.
    fn at(&self, origin: &Origin<'_>) -> At {
        At {
            number: self.number.saturating_add(1),
            frame: match origin.frames {
                [one] => *one,
                frames => frames.iter().copied().max().unwrap_or(0),
            },
            time: origin.time,
        }
    }

    /// The headers of the carrier's frames that brought the next packet.
    pub fn headers<'h>(&mut self, headers: impl Iterator<Item = (Unit, &'h [u8], &'h [Finding])>) {
        self.header_count = 0;
        for (unit, bytes, findings) in headers {
            if self.header_count >= self.headers.len() {
                self.headers.push(Header::default());
            }
            let Some(header) = self.headers.get_mut(self.header_count) else { return };
            header.unit = unit;
            header.bytes.clear();
            header.bytes.extend_from_slice(bytes);
            explain(unit, bytes, &mut header.tape);
            for finding in findings {
                note_in_header(&mut header.tape, *finding);
            }
            self.header_count = self.header_count.saturating_add(1);
        }
    }

    /// Nothing but the segment brought the next packet.
    pub(super) fn no_headers(&mut self) {
        self.header_count = 0;
    }

    /// Whether something else did.
    #[inline]
    pub(super) fn has_headers(&self) -> bool {
        self.header_count > 0
    }

    /// Bytes, or just a sentence, that are no MQTT but worth a line of the session.
    pub fn unit(
        &mut self,
        connection: &mut Connection,
        (unit, text): (Unit, &str),
        bytes: &[u8],
        sender: Option<Sender>,
        notes: &[Finding],
        origin: &Origin<'_>,
    ) {
        let at = self.at(origin);
        self.tape.clear();
        self.header_count = 0;
        if !bytes.is_empty() {
            explain(unit, bytes, &mut self.tape);
        }
        let proof = Proof::of_segment(origin.layers);
        let said = Said { unit, text, proof, bytes, tape: &self.tape };
        connection.heard(&said, sender.unwrap_or(Sender::Client), at, notes);
        for note in notes {
            note_in_header(&mut self.tape, *note);
        }
        let how = (Version::V311, How::Open);
        let known = (&*connection, &Facts::default());
        self.emit(bytes, None, how, sender, known, (Some(unit), text), origin);
    }

    /// Bytes that belong to no packet, with the reason and what else is found of them.
    pub fn stray(
        &mut self,
        connection: &mut Connection,
        bytes: &[u8],
        sender: Option<Sender>,
        findings: &[Finding],
        origin: &Origin<'_>,
    ) {
        self.lost(connection, sender, origin);
        self.tape.clear();
        self.tape.leaf(Field::UNDECODED, Span::of_bytes(0, bytes.len()), 0);
        for finding in findings {
            self.tape.note(*finding);
        }
        let at = self.at(origin);
        if let Some(finding) = findings.iter().find(|it| it.rule == Rule::NOT_A_PACKET) {
            let context = view::context(bytes, &self.tape, Version::V311, sender);
            let sender = sender.unwrap_or(Sender::Client);
            connection.stray(sender, at, (finding, &context), None);
        }
        let how = (Version::V311, How::Open);
        let known = (&*connection, &Facts::default());
        self.emit(bytes, None, how, sender, known, (None, ""), origin);
        self.repair = None;
    }

    /// The packet is not faulty, the capture of it is: that is what the findings say.
    fn explain_cut(&mut self, bytes: &[u8], cut: Cut) {
        self.tape.retract(FAULTS_OF_CUTS);
        let (there, whole) = (bytes.len() as u64, cut.whole);
        let left = whole.saturating_sub(there);
        let (rule, a, b) = match (cut.why, cut.missing) {
            _ if whole == 0 => (Rule::HEADER_CUT, 0, 0),
            (Why::Missing, Some(missing)) => (Rule::BYTES_MISSING, missing, whole),
            (Why::Missing, None) => (Rule::REST_MISSING, left, whole),
            (Why::TooLarge, _) => (Rule::PACKET_TOO_LARGE, whole, there),
            (Why::Crowded, _) => (Rule::CROWDED, whole, there),
            (Why::End | Why::NoPacket, _) => (Rule::STREAM_ENDS, there, whole),
        };
        let span = Span::of_bytes(bytes.len(), 0);
        self.tape.note(Finding::new(rule, span, Field::INPUT).with(a, b));
    }

    /// A packet that its side did not send whole may be longer than its receiver takes, as its Remaining Length says.
    fn judge_length(
        &mut self,
        (bytes, decoded): (&[u8], &Decoded<'_>),
        connection: &mut Connection,
        sender: Option<Sender>,
        (cut, proof): (Cut, Proof),
        origin: &Origin<'_>,
    ) {
        let Some(sender) = sender.filter(|_| cut.why == Why::End) else { return };
        let most = connection.most_bytes(sender, proof).map(u64::from);
        let Some(most) = most.filter(|most| cut.whole > *most) else { return };
        let span = Span::of_bytes(0, bytes.len());
        let finding = Finding::new(Rule::PACKET_ABOVE_MAXIMUM, span, Field::INPUT);
        let finding = finding.with(cut.whole, most);
        self.tape.note(finding);
        let context = view::context(bytes, &self.tape, decoded.version, Some(sender));
        connection.exceeds(sender, self.at(origin), (&finding, &context));
    }

    /// A packet that its side did not send whole is something that the session knows of.
    fn tell_cut(
        &self,
        connection: &mut Connection,
        (bytes, decoded): (&[u8], &Decoded<'_>),
        sender: Option<Sender>,
        cut: Cut,
        origin: &Origin<'_>,
    ) {
        let is_end = |finding: &&Finding| finding.rule == Rule::STREAM_ENDS;
        if let Some(finding) = self.tape.findings().iter().find(is_end) {
            let context = view::context(bytes, &self.tape, decoded.version, sender);
            let there = (bytes.len() as u64, cut.whole);
            let sender = sender.unwrap_or(Sender::Client);
            connection.stray(sender, self.at(origin), (finding, &context), Some(there));
        }
    }

    /// Hands a record without secrets and without headers to the consumer; `make` gets its number
    /// and its tree.
    pub(super) fn hand_on<'a>(&'a mut self, make: impl FnOnce(u64, &'a Tape) -> Record<'a>) {
        if self.stopped {
            return;
        }
        self.number = self.number.saturating_add(1);
        let record = make(self.number, &self.tape);
        tell(record.origin);
        let flow = self.consumer.record(&record);
        self.stopped = flow == ControlFlow::Break(());
    }

    #[allow(clippy::too_many_arguments)] // a record has that many parts
    fn emit(
        &mut self,
        bytes: &[u8],
        decoded: Option<&Decoded<'_>>,
        (version, version_from): (Version, How),
        sender: Option<Sender>,
        (connection, facts): (&Connection, &Facts<'_>),
        (unit, text): (Option<Unit>, &str),
        origin: &Origin<'_>,
    ) {
        if self.stopped {
            return;
        }
        self.number = self.number.saturating_add(1);
        let record = Record {
            number: self.number,
            origin,
            sender,
            version,
            version_from,
            client_id: connection.client_id(),
            bytes,
            tape: &self.tape,
            decoded,
            unit,
            text,
            headers: self.headers.get(..self.header_count).unwrap_or_default(),
            sn: None,
            facts,
            repair: self.repair.as_ref(),
        };
        tell(record.origin);
        let flow = if self.redact {
            redact(bytes, decoded.is_some(), &self.tape, &mut self.masked);
            let how = Reading { version, sender };
            let decoded = decoded.map(|old| {
                let masked = decode(&self.masked, how, &mut ());
                Decoded { packet: masked.packet.filter(|_| old.packet.is_some()), ..masked }
            });
            let decoded = decoded.as_ref();
            self.consumer.record(&Record { bytes: &self.masked, decoded, ..record })
        } else {
            self.consumer.record(&record)
        };
        self.stopped = flow == ControlFlow::Break(());
    }
}

/// Whether a rule is about a field of the header of a frame.
pub(super) fn is_on_header(rule: Rule) -> bool {
    HEADER_RULES.iter().any(|(known, _)| *known == rule)
}

/// Notes a finding at the field of the header that it is about.
fn note_in_header(tape: &mut Tape, finding: Finding) {
    let field =
        HEADER_RULES.iter().find(|(rule, _)| *rule == finding.rule).map(|(_, field)| *field);
    let node = tape.nodes().iter().find(|node| Some(node.field()) == field);
    let place = node.map(|node| (node.span, node.field()));
    tape.note(match place {
        Some((span, field)) => Finding { span, field, ..finding },
        None => finding,
    });
}

/// Comments on the frames of a record are with it.
fn tell(origin: &Origin<'_>) {
    if let Some(notes) = origin.notes {
        notes.tell(origin.frames);
    }
}
