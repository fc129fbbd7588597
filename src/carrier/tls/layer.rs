//! The layer: brings the bytes of both sides into order, record by record.

use super::handshake::{self, ClientHello, EncryptedExtensions, Message, ServerHello, kind};
use super::record::{RecordHeader, content};
use super::secrets::{ClientRandom, Label, Secrets};
use super::session::{self, Agreed, Early, Reason, Session, of, sizes};
use super::side::{Epoch, Head, Side, What};
use crate::carrier::{Input, Layer, Out, Output};
use crate::spec::Sender;
use crate::spec::unit::Unit;
use crate::text::count;

/// Bytes of one side that are held while a secret is awaited: a client writes its key log during
/// the handshake, and what follows before the file is read are a few packets.
const MAX_HELD: usize = 256 << 10;
/// Names of MQTT in ALPN: IANA's, and the one of AWS IoT for its own kind of authentication.
const PROTOCOLS: [&[u8]; 2] = [b"mqtt", b"x-amzn-mqtt-ca"];
/// Alerts of a connection that are told: more come of an attack or a fault.
const MAX_ALERTS: u32 = 8;
/// The same of changed keys.
const MAX_UPDATES: u32 = 16;

/// TLS between TCP and MQTT: opens the records of a connection whose secrets are known.
///
/// It takes both sides' bytes from the first one on. `Output::Data` names the bytes of the record
/// below; a record that could not be decrypted is an `Output::Gap`.
#[derive(Debug)]
pub struct Tls {
    pub(super) secrets: Secrets,
    pub(super) client: Side,
    pub(super) server: Side,
    pub(super) session: Session,
    /// Pieces so far, of both sides.
    order: u64,
    /// Why nothing can be decrypted any more.
    pub(super) closed: Option<Reason>,
    /// What is awaited.
    pub(super) awaited: Option<Reason>,
    /// Whether records are lost for which there is no secret yet, because too much is held.
    pub(super) impatient: bool,
    /// Bytes that are held and reported to the secrets.
    held: usize,
    alerts: u32,
    updates: u32,
    open_told: bool,
    /// Whether the session and the reason why it is closed were told.
    reason_told: bool,
    end_told: bool,
    pub(super) plain: Vec<u8>,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Something was used up.
    Progress,
    /// Nothing goes on until something else comes.
    Wait,
}

impl Tls {
    /// A connection of which nothing has been seen, to be opened with these secrets.
    #[must_use]
    pub fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            client: Side::default(),
            server: Side::default(),
            session: Session::default(),
            order: 0,
            closed: None,
            awaited: None,
            impatient: false,
            held: 0,
            alerts: 0,
            updates: 0,
            open_told: false,
            reason_told: false,
            end_told: false,
            plain: Vec::new(),
        }
    }

    /// The application protocol that the server took (ALPN); in TLS 1.3 it is known only when the
    /// handshake could be decrypted.
    #[must_use]
    pub fn alpn(&self) -> Option<&[u8]> {
        self.session.protocol.as_deref()
    }

    /// The application protocols that the client offers.
    pub fn alpn_offered(&self) -> impl Iterator<Item = &[u8]> {
        self.session.hello.iter().flat_map(|hello| hello.protocols.iter().map(Vec::as_slice))
    }

    /// The name of the server that the client asks for.
    #[must_use]
    pub fn sni(&self) -> Option<&[u8]> {
        self.session.hello.as_ref()?.server_name.as_deref()
    }

    /// Whether application data of either side could be decrypted.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open_told
    }

    pub(super) fn side(&mut self, sender: Sender) -> &mut Side {
        match sender {
            Sender::Client => &mut self.client,
            Sender::Server => &mut self.server,
        }
    }

    pub(super) fn peek(&self, sender: Sender) -> &Side {
        match sender {
            Sender::Client => &self.client,
            Sender::Server => &self.server,
        }
    }

    /// Goes on as far as it goes, in the order in which the bytes came.
    fn pump(&mut self, out: Out<'_>) {
        loop {
            let order = |side: &Side| side.next_order().unwrap_or(u64::MAX);
            let first = if order(&self.client) <= order(&self.server) {
                Sender::Client
            } else {
                Sender::Server
            };
            if self.step(first, out) == Step::Wait && self.step(first.other(), out) == Step::Wait {
                return;
            }
        }
    }

    fn step(&mut self, sender: Sender, out: Out<'_>) -> Step {
        let is_blind = self.is_blind();
        let side = self.side(sender);
        if side.closed || is_blind {
            side.consume(usize::MAX);
            return self.pull(sender, out);
        }
        if !side.aligned {
            return self.realign(sender, out);
        }
        match side.head() {
            Head::Record(header) => self.record(sender, header, out),
            Head::Partial => self.pull(sender, out),
            Head::Broken => {
                self.broken(sender, out);
                Step::Progress
            }
        }
    }

    /// Whether not even the records are told apart any more.
    fn is_blind(&self) -> bool {
        use Reason::{Lost, NoClientHello, NoServerHello, NotTls};
        matches!(self.closed, Some(NoClientHello | NoServerHello | Lost | NotTls))
    }

    /// Takes the next piece of a side from its queue.
    pub(super) fn pull(&mut self, sender: Sender, out: Out<'_>) -> Step {
        match self.side(sender).next_piece() {
            None => return Step::Wait,
            Some(What::Data(_)) => {}
            Some(What::Gap(bytes)) => self.gap(sender, bytes, out),
            Some(What::End) => {
                let side = self.side(sender);
                side.ended = true;
                // The beginning of a record whose rest does not come, or whose length was wrong.
                side.gap |= !side.closed && !side.bytes().is_empty();
                self.tell_end_of(sender, out);
                if self.client.ended && self.server.ended {
                    self.tell_end(out);
                }
            }
        }
        Step::Progress
    }

    /// Bytes that do not come.
    fn gap(&mut self, sender: Sender, bytes: Option<u64>, out: Out<'_>) {
        let is_agreed = self.session.agreed.is_some();
        let has_hello = self.session.hello.is_some();
        let side = self.side(sender);
        let cut = side.bytes().len();
        side.consume(cut);
        side.skip(bytes.unwrap_or_default());
        side.begun = true;
        if side.closed {
            return;
        }
        let missing = bytes.unwrap_or(u64::MAX).saturating_add(cut as u64);
        side.missing = side.missing.saturating_add(missing);
        let shortest = side.shortest_record() as u64;
        let records = missing.checked_div(shortest).unwrap_or_default().saturating_add(1);
        side.unalign(records);
        match sender {
            Sender::Client if !has_hello => self.close(Reason::NoClientHello, out),
            Sender::Server if !is_agreed => self.close(Reason::NoServerHello, out),
            _ => {}
        }
    }

    /// No record where one must stand.
    pub(super) fn broken(&mut self, sender: Sender, out: Out<'_>) {
        let side = self.side(sender);
        if !side.begun {
            side.begun = true;
            return self.close_unbegun(sender, out);
        }
        side.unalign(1);
        let unknown = match sender {
            Sender::Client => self.session.hello.is_none(),
            Sender::Server => self.session.agreed.is_none(),
        };
        if unknown {
            self.close(Reason::NotTls, out);
        }
    }

    /// The first record of a side is not its hello.
    pub(super) fn close_unbegun(&mut self, sender: Sender, out: Out<'_>) {
        let reason = match sender {
            Sender::Client => Reason::NoClientHello,
            Sender::Server if self.session.hello.is_none() => Reason::NoClientHello,
            Sender::Server => Reason::NoServerHello,
        };
        self.close(reason, out);
    }

    /// A handshake message that is not protected, or was.
    pub(super) fn message(&mut self, sender: Sender, message: Message<'_>, out: Out<'_>) {
        let (kind, Some(body)) = message else { return };
        let is_tls13 = self.session.is_tls13();
        let epoch = self.side(sender).epoch;
        match (sender, kind) {
            (Sender::Client, kind::CLIENT_HELLO) => {
                if let Some(hello) = ClientHello::parse(body) {
                    self.session.hellos = self.session.hellos.saturating_add(1);
                    self.session.hello = Some(hello);
                }
            }
            (Sender::Server, kind::SERVER_HELLO) => self.server_hello(body, out),
            (Sender::Server, kind::ENCRYPTED_EXTENSIONS) if epoch == Epoch::Handshake => {
                let found = EncryptedExtensions::parse(body);
                self.session.protocol = found.protocol;
                self.session.protocol_known = true;
                self.session.early =
                    if found.early_data { Early::Accepted } else { Early::Rejected };
            }
            (Sender::Server, kind::CERTIFICATE) if self.session.certificate.is_none() => {
                self.session.certificate = handshake::first_certificate(body, is_tls13)
                    .and_then(super::certificate::Certificate::parse);
            }
            (Sender::Client, kind::END_OF_EARLY_DATA) if epoch == Epoch::Early => {
                self.client.enter(Epoch::Handshake);
            }
            (_, kind::FINISHED) if epoch == Epoch::Handshake => {
                self.side(sender).enter(Epoch::Application);
                if self.client.epoch == Epoch::Application {
                    self.tell_open(sender, out);
                }
            }
            (_, kind::FINISHED) if self.client.opened > 0 && self.server.opened > 0 => {
                self.tell_open(sender, out);
            }
            (_, kind::KEY_UPDATE) if epoch == Epoch::Application => self.key_update(sender, out),
            _ => {}
        }
    }

    fn server_hello(&mut self, body: &[u8], out: Out<'_>) {
        let Some(hello) = ServerHello::parse(body) else {
            return self.close(Reason::NotTls, out);
        };
        if hello.is_retry() {
            self.session.retry = true;
            self.session.chosen = Some((hello.version, hello.suite));
            return;
        }
        // A later handshake, inside the first one, may well be another session.
        self.session.certificate = None;
        match self.session.agree(hello) {
            Ok(()) if self.session.is_tls13() => self.server.enter(Epoch::Handshake),
            Ok(()) => {}
            Err(reason) => self.close(reason, out),
        }
    }

    fn key_update(&mut self, sender: Sender, out: Out<'_>) {
        let Some(Agreed { protection, .. }) = self.session.agreed else { return };
        let side = self.side(sender);
        let next =
            side.traffic.as_ref().and_then(|secret| super::open::updated(protection, secret));
        side.enter(Epoch::Application);
        side.traffic = next;
        self.updates = self.updates.saturating_add(1);
        if self.updates <= MAX_UPDATES {
            note(out, sender, &format!("{} goes on with a new key (KeyUpdate)", of(sender)));
        }
    }

    /// An alert, of two bytes, that could be read between these offsets.
    pub(super) fn alert(&mut self, sender: Sender, body: &[u8], at: (u64, u64), out: Out<'_>) {
        let [level, description] = *body else { return };
        if description == super::alert::CLOSE_NOTIFY {
            self.side(sender).closed = true;
            return self.tell_end_of(sender, out);
        }
        self.alerts = self.alerts.saturating_add(1);
        if self.alerts <= MAX_ALERTS {
            // In TLS 1.3 the level says nothing: all but these two are fatal (RFC 8446 section 6).
            let level = match (self.session.is_tls13(), description) {
                (true, 90) => 1,
                (true, _) => 2,
                (false, _) => level,
            };
            let text = session::alert(sender, level, description);
            let when = if self.open_told { "" } else { ", during the handshake" };
            let of = match self.open_told || self.reason_told {
                true => String::new(),
                false => format!("{}: ", self.session.describe()),
            };
            let unit = if level == 1 { Unit::TLS } else { Unit::TLS_ALERT };
            let text = format!("{of}{text}{when}");
            out(sender, Output::Note { unit, text: &text, at: Some(at) });
        }
    }

    /// Nothing is decrypted from here on.
    pub(super) fn close(&mut self, reason: Reason, out: Out<'_>) {
        if self.closed.is_some() {
            return;
        }
        // Where the whole capture is there, one line at the end says all.
        if self.open_told || !self.secrets.are_expected() {
            let text = format!(
                "{}: stays closed: {}",
                self.session.describe(),
                session::reason_and_step(&reason, &self.session)
            );
            note(out, Sender::Client, &text);
            self.reason_told = true;
        }
        self.closed = Some(reason);
        self.client.gap |= !self.client.closed;
        self.server.gap |= !self.server.closed;
    }

    /// The handshake is complete, or its result is seen at work.
    pub(super) fn tell_open(&mut self, sender: Sender, out: Out<'_>) {
        if !std::mem::replace(&mut self.open_told, true) {
            note(out, sender, &format!("{}: decrypted", self.session.describe()));
        }
    }

    /// A side sends nothing more.
    fn tell_end_of(&mut self, sender: Sender, out: Out<'_>) {
        self.tell_gap(sender, out);
        let side = self.side(sender);
        if !std::mem::replace(&mut side.end_told, true) {
            out(sender, Output::End);
        }
    }

    /// Application data was lost before what comes now.
    pub(super) fn tell_gap(&mut self, sender: Sender, out: Out<'_>) {
        // Of a session that was never opened nothing is known to be missing.
        let is_open = self.open_told;
        if std::mem::take(&mut self.side(sender).gap) && is_open {
            out(sender, Output::Gap(None));
        }
    }

    /// The connection has ended: what could not be read of it.
    fn tell_end(&mut self, out: Out<'_>) {
        if std::mem::replace(&mut self.end_told, true) {
            return;
        }
        let sizes = sizes(self.client.total, self.server.total);
        let lost = self.client.lost_records.saturating_add(self.server.lost_records);
        let reason = self.closed.as_ref().or(self.awaited.as_ref());
        let text = match reason {
            Some(_) if self.reason_told && !self.open_told => format!("stayed closed: {sizes}"),
            Some(reason) if !self.open_told => format!(
                "{}: stayed closed: {sizes}: {}",
                self.session.describe(),
                session::reason_and_step(reason, &self.session)
            ),
            _ if self.open_told && lost > 0 => {
                format!("{} could not be decrypted", count(lost, "record"))
            }
            _ if !self.open_told && self.client.total.saturating_add(self.server.total) > 0 => {
                format!(
                    "{}: ended before the handshake was complete: {sizes}",
                    self.session.describe()
                )
            }
            _ => return,
        };
        note(out, Sender::Client, &text);
    }

    /// Lets go of what is held where it is too much.
    fn bound(&mut self, out: Out<'_>) {
        let (client, server) = (self.client.held(), self.server.held());
        // What waits for the rest of its record is no more than a record.
        let now = if self.awaited.is_some() { client.saturating_add(server) } else { 0 };
        if now == self.held {
            return;
        }
        let is_within = self.secrets.hold(self.held, now);
        self.held = now;
        if !self.impatient && (!is_within || client > MAX_HELD || server > MAX_HELD) {
            self.impatient = true;
            if let Some(reason) = &self.awaited {
                let text = format!(
                    "{}: closed so far: {}",
                    self.session.describe(),
                    session::reason_and_step(reason, &self.session)
                );
                note(out, Sender::Client, &text);
                self.reason_told = true;
            }
            self.pump(out);
            self.bound(out);
        }
    }

    /// The random that the secrets are found by.
    pub(super) fn random(&self) -> Option<ClientRandom> {
        self.session.agreed.map(|agreed| agreed.client_random)
    }

    /// What is missing, in words for later.
    pub(super) fn missing(&self, label: Label) -> Reason {
        match self.random() {
            Some(_) if !self.secrets.is_given() => Reason::NoKeyLog,
            Some(random) => Reason::NoSecret {
                label,
                random,
                log: self.secrets.source_name(),
                others: self.secrets.knows(&random),
            },
            None if self.session.hello.is_none() => Reason::NoClientHello,
            None => Reason::NoServerHello,
        }
    }
}

impl Layer for Tls {
    fn name(&self) -> &'static str {
        "TLS"
    }

    fn push(&mut self, sender: Sender, input: Input<'_>, out: Out<'_>) {
        self.order = self.order.saturating_add(1);
        let order = self.order;
        self.side(sender).take(order, input);
        self.pump(out);
        self.bound(out);
    }

    fn is_secret(&self) -> bool {
        true
    }

    /// By ALPN: what the server took, or what the client offers as long as the answer is unknown.
    fn is_for_mqtt(&self) -> bool {
        let is_mqtt = |name: &[u8]| PROTOCOLS.contains(&name);
        match self.alpn() {
            Some(name) => is_mqtt(name),
            None => !self.session.protocol_known && self.alpn_offered().any(is_mqtt),
        }
    }

    fn needs_from(&self, sender: Sender) -> u64 {
        self.peek(sender).offset()
    }

    fn wake(&mut self, out: Out<'_>) {
        if self.held > 0 {
            self.pump(out);
            self.bound(out);
        }
    }

    fn finish(&mut self, out: Out<'_>) {
        self.impatient = true;
        self.pump(out);
        for sender in [Sender::Client, Sender::Server] {
            self.tell_end_of(sender, out);
        }
        self.tell_end(out);
        self.bound(out);
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.secrets.hold(self.held, 0);
    }
}

pub(super) fn note(out: Out<'_>, sender: Sender, text: &str) {
    out(sender, Output::Note { unit: Unit::TLS, text, at: None });
}

/// Whether a record of the handshake may stand in the clear here.
pub(super) fn is_plain(header: RecordHeader, body: &[u8]) -> bool {
    header.kind == content::HANDSHAKE && body.first().is_some_and(|kind| *kind <= kind::LAST)
}
