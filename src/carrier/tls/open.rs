//! Records, one at a time: which keys and which sequence number open them, and what they say.

use super::cipher::{Legacy, Opener};
use super::derive::expand_label;
use super::handshake::kind;
use super::layer::{Step, Tls, is_plain, note};
use super::record::{HEADER, RecordHeader, content, could_begin};
use super::secrets::{Label, Secret};
use super::session::{Early, Reason, of};
use super::side::Epoch;
use super::suite::Protection;
use crate::carrier::{Out, Output};
use crate::spec::Sender;
use crate::text::count;

/// Records that may fail, before any was opened, until the secrets are taken for wrong ones.
const MAX_FAILURES: u64 = 8;

/// What came of trying to open a record.
enum Attempt {
    /// Its type; its text is in the buffer. How many records with data were lost before it.
    Opened { kind: u8, epoch: Epoch, lost: u64 },
    /// There is no secret for it.
    Missing(Label),
    /// Whether early data counts is not known yet.
    Later,
    /// No key and no sequence number opens it.
    Failed,
}

/// A key and the sequence numbers to try with it.
struct Try {
    epoch: Epoch,
    traffic: Option<Secret>,
    /// Whether the key is that of the next KeyUpdate.
    is_next: bool,
}

impl Tls {
    /// Takes the record at the front of a side.
    pub(super) fn record(&mut self, sender: Sender, header: RecordHeader, out: Out<'_>) -> Step {
        let side = self.side(sender);
        let epoch = side.epoch;
        let body = side.bytes().get(HEADER..).unwrap_or_default();
        let first = body.first().copied();
        let is_hello = header.kind == content::HANDSHAKE
            && matches!(first, Some(kind::CLIENT_HELLO | kind::SERVER_HELLO));
        if !side.begun {
            side.begun = true;
            if !is_hello && header.kind != content::ALERT {
                self.close_unbegun(sender, out);
                return Step::Progress;
            }
        }
        let is_tls13 = self.session.is_tls13();
        match (epoch, header.kind) {
            (_, content::ALERT) if header.body == 2 && (is_tls13 || epoch == Epoch::Plain) => {
                self.read_clear(sender, header, out);
                Step::Progress
            }
            // One byte long, in the clear as in TLS 1.3: a longer one is damaged, and hides records.
            (_, content::CHANGE_CIPHER_SPEC)
                if (is_tls13 || epoch == Epoch::Plain) && header.body != 1 =>
            {
                self.broken(sender, out);
                Step::Progress
            }
            (_, content::CHANGE_CIPHER_SPEC) if is_tls13 => {
                self.side(sender).consume(header.len());
                Step::Progress
            }
            (Epoch::Plain, content::HANDSHAKE) => self.clear_handshake(sender, header, out),
            (Epoch::Plain, content::CHANGE_CIPHER_SPEC) => self.change(sender, header, out),
            (Epoch::Plain, content::APPLICATION_DATA) if is_tls13 => {
                let hello = self.session.hello.as_ref();
                let is_early = hello.is_some_and(|hello| hello.early_data) && !self.session.retry;
                let epoch = if is_early { Epoch::Early } else { Epoch::Handshake };
                self.side(sender).enter(epoch);
                Step::Progress
            }
            (Epoch::Plain, _) if self.session.agreed.is_none() => {
                if self.session.retry && self.session.hellos == 1 {
                    // Early data before a HelloRetryRequest is always refused.
                    self.session.early = Early::Rejected;
                    self.lose(sender, header);
                    return Step::Progress;
                }
                self.wait_or_lose(sender, header, Reason::NoServerHello)
            }
            _ => self.sealed(sender, header, out),
        }
    }

    /// Goes on to the next record after a loss.
    pub(super) fn realign(&mut self, sender: Sender, out: Out<'_>) -> Step {
        let epoch = self.peek(sender).epoch;
        let bytes = self.peek(sender).bytes();
        let found = (0..bytes.len()).find_map(|at| {
            let header = RecordHeader::parse(bytes.get(at..)?)?;
            self.fits(epoch, header).then_some((at, header))
        });
        let len = bytes.len();
        let Some((at, header)) = found else {
            self.side(sender).consume(len.saturating_sub(HEADER.saturating_sub(1)));
            return self.pull(sender, out);
        };
        let side = self.side(sender);
        side.consume(at);
        let bytes = side.bytes();
        let Some(next) = bytes.get(header.len()..) else { return self.pull(sender, out) };
        let chains = could_begin(next);
        let body = bytes.get(HEADER..header.len()).unwrap_or_default();
        let is_short = matches!((header.kind, body), (20, [1]) | (21, [_, _]));
        let is_clear = epoch == Epoch::Plain && chains && is_plain(header, body);
        if self.closed.is_some() || (epoch == Epoch::Plain && chains && is_short) {
            self.side(sender).aligned = true;
            return Step::Progress;
        }
        match self.attempt(sender, header) {
            Attempt::Opened { kind, epoch, lost } => {
                self.side(sender).aligned = true;
                self.opened(sender, header, (kind, epoch, lost), out);
                Step::Progress
            }
            _ if is_clear => {
                self.side(sender).aligned = true;
                self.side(sender).consume(header.len());
                Step::Progress
            }
            Attempt::Missing(label) if !self.impatient => self.wait_for(label, out),
            Attempt::Later => Step::Wait,
            _ if chains => {
                self.side(sender).aligned = true;
                self.lose(sender, header);
                Step::Progress
            }
            _ => {
                self.side(sender).consume(1);
                Step::Progress
            }
        }
    }

    /// Whether a record may look like this here.
    fn fits(&self, epoch: Epoch, header: RecordHeader) -> bool {
        let Some(agreed) = self.session.agreed.filter(|_| epoch != Epoch::Plain) else {
            return true;
        };
        let version = agreed.version.min(0x0303).to_be_bytes();
        let [_, major, minor, ..] = header.bytes;
        let is_short = matches!((header.kind, header.body), (20, 1) | (21, 2));
        let is_kind = agreed.version != 0x0304 || header.kind == content::APPLICATION_DATA;
        [major, minor] == version && (is_kind || is_short)
    }

    fn clear_handshake(&mut self, sender: Sender, header: RecordHeader, out: Out<'_>) -> Step {
        if sender == Sender::Server && self.session.hello.is_none() && self.closed.is_none() {
            if self.client.begun || self.impatient {
                self.close(Reason::NoClientHello, out);
                return Step::Progress;
            }
            self.awaited = Some(Reason::NoClientHello);
            return Step::Wait;
        }
        let side = self.side(sender);
        if side.plain_lost {
            let body = side.bytes().get(HEADER..header.len()).unwrap_or_default();
            if !is_plain(header, body) {
                return self.sealed(sender, header, out);
            }
            // It looks like a message in the clear, and may be Finished under a key.
            if let Attempt::Opened { kind, epoch, lost } = self.attempt(sender, header) {
                self.opened(sender, header, (kind, epoch, lost), out);
            } else {
                self.side(sender).consume(header.len());
            }
            return Step::Progress;
        }
        self.read_clear(sender, header, out);
        Step::Progress
    }

    /// Reads a record that is not protected.
    fn read_clear(&mut self, sender: Sender, header: RecordHeader, out: Out<'_>) {
        let mut plain = std::mem::take(&mut self.plain);
        let side = self.side(sender);
        plain.clear();
        plain.extend_from_slice(side.bytes().get(HEADER..header.len()).unwrap_or_default());
        let at = side.consume(header.len());
        self.content(sender, header.kind, &plain, at, out);
        self.plain = plain;
    }

    /// ChangeCipherSpec of a version before 1.3: what follows is protected.
    fn change(&mut self, sender: Sender, header: RecordHeader, out: Out<'_>) -> Step {
        if self.session.agreed.is_none() && self.closed.is_none() {
            if self.session.retry {
                self.side(sender).consume(header.len());
                return Step::Progress;
            }
            if sender == Sender::Server {
                self.close(Reason::NoServerHello, out);
                return Step::Progress;
            }
            if !self.impatient {
                self.awaited = Some(Reason::NoServerHello);
                return Step::Wait;
            }
        }
        let side = self.side(sender);
        side.consume(header.len());
        side.enter(Epoch::Legacy);
        side.slack = 0;
        side.missing = 0;
        side.gap = false;
        side.messages.reset();
        Step::Progress
    }

    fn sealed(&mut self, sender: Sender, header: RecordHeader, out: Out<'_>) -> Step {
        if self.closed.is_some() || self.side(sender).given_up {
            self.lose(sender, header);
            return Step::Progress;
        }
        match self.attempt(sender, header) {
            Attempt::Opened { kind, epoch, lost } => {
                self.opened(sender, header, (kind, epoch, lost), out);
            }
            Attempt::Missing(label) if !self.impatient => return self.wait_for(label, out),
            Attempt::Later => return Step::Wait,
            Attempt::Missing(_) => self.lose(sender, header),
            Attempt::Failed => {
                self.lose(sender, header);
                // Its length may have been wrong, and cover more than one.
                let side = self.side(sender);
                let shortest = side.shortest_record();
                let records = header.len().checked_div(shortest).unwrap_or_default();
                side.loosen(records as u64);
                self.failed(sender, out);
            }
        }
        Step::Progress
    }

    /// A record that no key opened.
    fn failed(&mut self, sender: Sender, out: Out<'_>) {
        let none_opened = self.client.opened == 0 && self.server.opened == 0;
        let random = self.random();
        let side = self.side(sender);
        if none_opened {
            let many = side.lost_records >= MAX_FAILURES;
            let reason = match random.filter(|_| side.missing == 0) {
                Some(random) => Reason::WrongSecret(random),
                None => Reason::Lost,
            };
            if many {
                self.close(reason, out);
            } else {
                self.awaited = Some(reason);
            }
        } else if side.is_broke && !std::mem::replace(&mut side.given_up, true) {
            let text = format!(
                "after bytes that were not captured no record of {} could be decrypted any more",
                of(sender)
            );
            note(out, sender, &text);
        }
    }

    fn wait_for(&mut self, label: Label, out: Out<'_>) -> Step {
        let reason = self.missing(label);
        if reason == Reason::NoKeyLog && !self.secrets.are_expected() {
            self.close(reason, out);
            return Step::Progress;
        }
        self.awaited = Some(reason);
        Step::Wait
    }

    fn wait_or_lose(&mut self, sender: Sender, header: RecordHeader, reason: Reason) -> Step {
        if self.closed.is_some() || self.impatient {
            self.lose(sender, header);
            return Step::Progress;
        }
        self.awaited = Some(reason);
        Step::Wait
    }

    /// Goes over a record that cannot be opened.
    fn lose(&mut self, sender: Sender, header: RecordHeader) {
        let is_refused = self.session.early == Early::Rejected;
        let has_answer = self.session.agreed.is_some();
        let has_some_key = self.client.key.is_some() || self.server.key.is_some();
        let side = self.side(sender);
        let range = HEADER..header.len();
        if let Some(mut key) = side.key.take() {
            key.passed(side.bytes().get(range).unwrap_or_default(), false);
            side.key = Some(key);
        }
        side.consume(header.len());
        match side.epoch {
            Epoch::Plain if is_refused && !has_answer => self.session.early_refused = true,
            // Where the handshake cannot be read, data begins with the first record that opens.
            Epoch::Handshake if side.key.is_none() && has_some_key => {}
            // Refused early data is sent again, and is no loss.
            Epoch::Early if is_refused => {
                self.session.early_refused = true;
            }
            Epoch::Early => side.gap = true,
            _ => {
                side.loosen(1);
                side.lost_records = side.lost_records.saturating_add(1);
                side.gap = true;
            }
        }
    }

    /// Tries the record at the front with the keys and sequence numbers that are possible.
    fn attempt(&mut self, sender: Sender, header: RecordHeader) -> Attempt {
        if self.decides_later(sender) {
            return Attempt::Later;
        }
        let mut missing = None;
        let mut tried = false;
        let side = self.side(sender);
        let (epoch, slack) = (side.epoch, side.slack);
        let is_refused = epoch == Epoch::Early && self.session.early == Early::Rejected;
        if epoch != Epoch::Plain && !is_refused {
            match self.ensure_key(sender) {
                Ok(()) => {
                    tried = true;
                    let from = self.side(sender).sequence;
                    if let Some((kind, at)) = self.tries(sender, None, header, from) {
                        return Attempt::Opened { kind, epoch, lost: at.saturating_sub(from) };
                    }
                }
                Err(label) => missing = Some(label),
            }
        }
        if epoch == Epoch::Plain && !self.session.is_tls13() {
            return self.attempt_unchanged(sender, header);
        }
        for next in self.followers(sender, epoch, slack > 0 || missing.is_some()) {
            match self.make_key(sender, next.epoch, next.traffic.as_ref()) {
                Ok((key, traffic)) => {
                    tried = true;
                    if let Some((kind, at)) = self.tries(sender, Some(&key), header, 0) {
                        let side = self.side(sender);
                        side.epoch = next.epoch;
                        side.key = Some(key);
                        side.traffic = traffic;
                        let lost = match next.epoch {
                            Epoch::Application if next.is_next => at.max(1),
                            Epoch::Application => at,
                            _ => 0,
                        };
                        return Attempt::Opened { kind, epoch: next.epoch, lost };
                    }
                }
                Err(label) => missing = missing.or(Some(label)),
            }
        }
        match missing {
            Some(label) if !tried => Attempt::Missing(label),
            _ => Attempt::Failed,
        }
    }

    /// Tries a record before 1.3 whose ChangeCipherSpec was not seen.
    fn attempt_unchanged(&mut self, sender: Sender, header: RecordHeader) -> Attempt {
        if self.peek(sender).slack == 0 {
            return Attempt::Failed;
        }
        if self.peek(sender).key.is_none() {
            match self.make_key(sender, Epoch::Legacy, None) {
                Ok((mut key, _)) => {
                    key.missed();
                    self.side(sender).key = Some(key);
                }
                Err(label) => return Attempt::Missing(label),
            }
        }
        match self.tries(sender, None, header, 0) {
            Some((kind, at)) => {
                self.side(sender).epoch = Epoch::Legacy;
                // The first record under the key is Finished; in TLS 1.0 this one may give nothing.
                let is_first = u64::from(self.session.agreed.is_some_and(|a| a.version != 0x0301));
                let lost = at.saturating_sub(is_first);
                Attempt::Opened { kind, epoch: Epoch::Legacy, lost }
            }
            None => Attempt::Failed,
        }
    }

    /// Whether a record of early data must wait for the server's word on it.
    fn decides_later(&self, sender: Sender) -> bool {
        sender == Sender::Client
            && self.client.epoch == Epoch::Early
            && self.session.early == Early::Unknown
            && self.server.slack == 0
            && self.server.epoch == Epoch::Handshake
            && !self.server.ended
            && !self.impatient
    }

    /// The keys that may be in use although their beginning was not seen.
    fn followers(&self, sender: Sender, epoch: Epoch, is_loose: bool) -> Vec<Try> {
        let side = self.peek(sender);
        let plain = |epoch| Try { epoch, traffic: None, is_next: false };
        match epoch {
            Epoch::Early if is_loose => vec![plain(Epoch::Handshake), plain(Epoch::Application)],
            Epoch::Early => vec![plain(Epoch::Handshake)],
            _ if !is_loose => Vec::new(),
            Epoch::Plain => vec![plain(Epoch::Handshake), plain(Epoch::Application)],
            Epoch::Handshake => vec![plain(Epoch::Application)],
            Epoch::Application => {
                let protection = self.session.agreed.map(|agreed| agreed.protection);
                let next = side.traffic.as_ref().zip(protection);
                let next = next.and_then(|(secret, protection)| updated(protection, secret));
                let next = next.map(|traffic| Try { epoch, traffic: Some(traffic), is_next: true });
                next.into_iter().collect()
            }
            Epoch::Legacy => Vec::new(),
        }
    }

    /// Tries sequence numbers from `from` on, as many as the slack of the side allows. Gives the
    /// type of the content and the number that fits; the text is in the buffer.
    fn tries(
        &mut self,
        sender: Sender,
        key: Option<&Opener>,
        header: RecordHeader,
        from: u64,
    ) -> Option<(u8, u64)> {
        let mut plain = std::mem::take(&mut self.plain);
        let side = self.side(sender);
        let slack = side.slack;
        let mut found = None;
        for at in from..=from.saturating_add(slack) {
            if slack > 0 && !side.pay(header.body) {
                side.is_broke = true;
                break;
            }
            let body = side.bytes().get(HEADER..header.len()).unwrap_or_default();
            let Some(key) = key.or(side.key.as_ref()) else { break };
            if let Some(kind) = key.open(&header.bytes, body, at, &mut plain) {
                found = Some((kind, at));
                side.sequence = at.saturating_add(1);
                break;
            }
        }
        self.plain = plain;
        found
    }

    /// A record has been opened; its text is in the buffer.
    fn opened(
        &mut self,
        sender: Sender,
        header: RecordHeader,
        (kind, epoch, lost): (u8, Epoch, u64),
        out: Out<'_>,
    ) {
        let plain = std::mem::take(&mut self.plain);
        self.awaited = None;
        let side = self.side(sender);
        let range = HEADER..header.len();
        if let Some(mut key) = side.key.take() {
            key.passed(side.bytes().get(range).unwrap_or_default(), true);
            side.key = Some(key);
        }
        let (from, to) = side.consume(header.len());
        side.opened = side.opened.saturating_add(1);
        let was_loose = std::mem::take(&mut side.slack) > 0;
        let missing = std::mem::take(&mut side.missing);
        side.gap &= !was_loose || lost > 0;
        if was_loose && (lost > 0 || missing > 0) {
            self.tell_loss(sender, missing, lost, out);
        }
        if kind == content::APPLICATION_DATA {
            if !plain.is_empty() {
                self.tell_open(sender, out);
                if epoch == Epoch::Early && !std::mem::replace(&mut self.session.early_told, true) {
                    note(
                        out,
                        sender,
                        "the client sends early data (0-RTT), which anybody may repeat",
                    );
                }
                self.tell_gap(sender, out);
                out(sender, Output::Data { bytes: &plain, from, to });
            }
        } else {
            self.content(sender, kind, &plain, (from, to), out);
        }
        self.plain = plain;
    }

    fn tell_loss(&mut self, sender: Sender, missing: u64, lost: u64, out: Out<'_>) {
        let what = match (missing, lost) {
            (0, lost) => format!("{} could not be decrypted", count(lost, "record")),
            (_, 0) => "bytes that were not captured held nothing but the handshake".to_owned(),
            (_, lost) => {
                format!("{} were not captured whole", count(lost, "record"))
            }
        };
        let at = self.side(sender).sequence.saturating_sub(1);
        let text = format!("{what}; {} goes on with its record {at}", of(sender));
        note(out, sender, &text);
    }

    /// What a record between these offsets says that is no application data.
    fn content(&mut self, sender: Sender, kind: u8, plain: &[u8], at: (u64, u64), out: Out<'_>) {
        match kind {
            content::HANDSHAKE => {
                let mut messages = std::mem::take(&mut self.side(sender).messages);
                messages.feed(plain, &mut |message| self.message(sender, message, out));
                self.side(sender).messages = messages;
            }
            content::ALERT => self.alert(sender, plain, at, out),
            // A handshake inside the first one has come to its new keys.
            content::CHANGE_CIPHER_SPEC if self.side(sender).epoch == Epoch::Legacy => {
                self.side(sender).enter(Epoch::Legacy);
            }
            _ => {}
        }
    }

    fn ensure_key(&mut self, sender: Sender) -> Result<(), Label> {
        let side = self.peek(sender);
        if side.key.is_some() {
            return Ok(());
        }
        let (epoch, traffic) = (side.epoch, side.traffic.clone());
        let (mut key, traffic) = self.make_key(sender, epoch, traffic.as_ref())?;
        let side = self.side(sender);
        if side.slack > 0 {
            key.missed();
        }
        side.key = Some(key);
        side.traffic = traffic;
        Ok(())
    }

    /// The key of a side in an epoch, and the secret that later keys follow from. `Err`: the
    /// secret that is not there.
    fn make_key(
        &self,
        sender: Sender,
        epoch: Epoch,
        traffic: Option<&Secret>,
    ) -> Result<(Opener, Option<Secret>), Label> {
        let is_client = sender == Sender::Client;
        let label = match (epoch, is_client) {
            (Epoch::Plain | Epoch::Legacy, _) => Label::Master,
            (Epoch::Early, _) => Label::ClientEarly,
            (Epoch::Handshake, true) => Label::ClientHandshake,
            (Epoch::Handshake, false) => Label::ServerHandshake,
            (Epoch::Application, true) => Label::ClientTraffic,
            (Epoch::Application, false) => Label::ServerTraffic,
        };
        let agreed = self.session.agreed.ok_or(label)?;
        let secret = match traffic {
            Some(secret) => secret.clone(),
            None => self.secrets.find(&agreed.client_random, label).ok_or(label)?,
        };
        if label != Label::Master {
            let key = Opener::tls13(agreed.protection, secret.bytes()).ok_or(label)?;
            let later = (epoch == Epoch::Application).then_some(secret);
            return Ok((key, later));
        }
        let legacy = Legacy {
            version: agreed.version,
            protection: agreed.protection,
            client_random: &agreed.client_random,
            server_random: &agreed.server_random,
            encrypt_then_mac: agreed.encrypt_then_mac,
        };
        Ok((Opener::legacy(&legacy, is_client, secret.bytes()).ok_or(label)?, None))
    }
}

/// The secret after a KeyUpdate: RFC 8446 section 7.2.
pub(super) fn updated(protection: Protection, secret: &Secret) -> Option<Secret> {
    let mut next = vec![0; protection.hash.output_len()];
    expand_label(protection.hash, secret.bytes(), "traffic upd", &mut next)?;
    Some(Secret::new(&next))
}
