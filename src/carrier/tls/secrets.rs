//! The secrets of TLS connections, shared between all of them, and the text that they come from.

use super::keylog::{Fault, KeyLog};
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Connections whose secrets are kept; at four secrets each some 100 MB. Of more, the oldest go.
const MAX_CONNECTIONS: usize = 131_072;
/// Lines that could not be read are remembered up to this many: as many as are worth showing.
const MAX_FAULTS: usize = 8;
/// Bytes that all connections together may hold while they wait for secrets.
const MAX_WAITING: usize = 64 << 20;

/// The random of a ClientHello, which a key log names a connection by.
pub type ClientRandom = [u8; 32];

/// What a secret is for. The labels are those of the NSS key log format (RFC 9850).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// The master secret of TLS 1.0 to 1.2.
    Master,
    /// Early data of the client.
    ClientEarly,
    /// Handshake messages of the client.
    ClientHandshake,
    /// Handshake messages of the server.
    ServerHandshake,
    /// What the client sends after the handshake.
    ClientTraffic,
    /// What the server sends after the handshake.
    ServerTraffic,
}

/// A secret: 32 bytes with SHA-256, 48 with SHA-384 and for a master secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<[u8]>);

/// Where more secrets may come from: a key log file that grows. It is asked whenever a connection
/// lacks a secret, and must be quick when there is nothing new.
pub trait SecretSource: fmt::Debug + Send {
    /// Gives what has been added since it was asked last.
    fn more(&mut self, text: &mut dyn FnMut(&[u8]));
    /// What it is called in sentences, a path for example.
    fn name(&self) -> String;
}

/// The secrets, to be cloned into whatever needs them: the clones share one table.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    table: Mutex<Table>,
    /// Whether connections wait: asked with each frame, so without the lock.
    is_awaited: AtomicBool,
}

#[derive(Default)]
struct Table {
    by_random: HashMap<ClientRandom, Vec<(Label, Secret)>>,
    /// The randoms in the order in which they came.
    order: VecDeque<ClientRandom>,
    source: Option<(Box<dyn SecretSource>, KeyLog)>,
    /// Whether secrets were given at all, from wherever.
    given: bool,
    /// Whether they may come without being given now: in a block behind the packets.
    expected: bool,
    report: SecretsReport,
    waiting: usize,
}

/// What there is to tell of the secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretsReport {
    /// Secrets that were taken.
    pub secrets: u64,
    /// Connections whose secrets were dropped because there were too many.
    pub dropped: u64,
    /// Lines that could not be read.
    pub bad_lines: u64,
    /// The first of them: number of the line, and what is wrong with it.
    pub faults: Vec<(u64, Fault)>,
}

impl Secrets {
    /// No secrets so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Secrets from a source that may grow.
    #[must_use]
    pub fn from_source(source: Box<dyn SecretSource>) -> Self {
        let secrets = Self::default();
        {
            let mut table = secrets.table();
            table.source = Some((source, KeyLog::default()));
            table.given = true;
            table.refill();
        }
        secrets
    }

    /// Takes a whole text in the format of a key log: that of a Decryption Secrets Block of pcapng.
    pub fn add_text(&self, text: &[u8]) {
        let mut table = self.table();
        table.given = true;
        let mut log = KeyLog::default();
        table.take(&mut log, text);
        table.take(&mut log, b"\n");
    }

    /// The whole capture is there: secrets may come behind the packets, so that connections wait for
    /// them within bounds, and why one stays closed is told at its end.
    pub fn expect(&self) {
        self.table().expected = true;
    }

    /// Whether secrets may come without any being given now.
    pub(super) fn are_expected(&self) -> bool {
        self.table().expected
    }

    /// Whether connections wait for secrets.
    #[must_use]
    pub fn are_awaited(&self) -> bool {
        self.0.is_awaited.load(Ordering::Relaxed)
    }

    /// Whether there is anything that secrets come from.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.table().given
    }

    /// What the source is called.
    #[must_use]
    pub fn source_name(&self) -> Option<String> {
        self.table().source.as_ref().map(|(source, _)| source.name())
    }

    /// The secret of a connection; the source is asked again where it is not there.
    #[must_use]
    pub fn find(&self, random: &ClientRandom, label: Label) -> Option<Secret> {
        let mut table = self.table();
        if let Some(secret) = table.find(random, label) {
            return Some(secret);
        }
        table.refill();
        table.find(random, label)
    }

    /// Whether any secret of this connection is there.
    #[must_use]
    pub fn knows(&self, random: &ClientRandom) -> bool {
        self.table().by_random.contains_key(random)
    }

    /// What there is to tell.
    #[must_use]
    pub fn report(&self) -> SecretsReport {
        self.table().report.clone()
    }

    /// Takes note that a connection holds `now` bytes where it held `before`. `false`: all of them
    /// together hold too much, and it must let go.
    pub(super) fn hold(&self, before: usize, now: usize) -> bool {
        let mut table = self.table();
        table.waiting = table.waiting.saturating_sub(before).saturating_add(now);
        self.0.is_awaited.store(table.waiting > 0, Ordering::Relaxed);
        table.waiting <= MAX_WAITING
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // A table that another thread left half-way holds whole secrets all the same.
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn find(&self, random: &ClientRandom, label: Label) -> Option<Secret> {
        let of_connection = self.by_random.get(random)?;
        of_connection.iter().find(|(known, _)| *known == label).map(|(_, secret)| secret.clone())
    }

    fn refill(&mut self) {
        let Some((mut source, mut log)) = self.source.take() else { return };
        source.more(&mut |text| self.take(&mut log, text));
        self.source = Some((source, log));
    }

    fn take(&mut self, log: &mut KeyLog, text: &[u8]) {
        log.feed(text, &mut |number, line| match line {
            Ok((random, label, secret)) => self.insert(random, label, Secret(secret.into())),
            Err(fault) => {
                self.report.bad_lines = self.report.bad_lines.saturating_add(1);
                if self.report.faults.len() < MAX_FAULTS {
                    self.report.faults.push((number, fault));
                }
            }
        });
    }

    fn insert(&mut self, random: ClientRandom, label: Label, secret: Secret) {
        self.report.secrets = self.report.secrets.saturating_add(1);
        let of_connection = self.by_random.entry(random).or_default();
        if of_connection.is_empty() {
            self.order.push_back(random);
        }
        match of_connection.iter_mut().find(|(known, _)| *known == label) {
            Some((_, old)) => *old = secret,
            None => of_connection.push((label, secret)),
        }
        if self.order.len() > MAX_CONNECTIONS
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_random.remove(&oldest);
            self.report.dropped = self.report.dropped.saturating_add(1);
        }
    }
}

impl Secret {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for Secret {
    /// Never shows the bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({} connections)", self.by_random.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(label: &str, random: u32, secret: u8) -> String {
        let secret = hex::encode([secret; 32]);
        format!("{label} {}{random:08x} {secret}\n", "00".repeat(28))
    }

    fn random(n: u32) -> ClientRandom {
        let mut random = [0; 32];
        random[28..].copy_from_slice(&n.to_be_bytes());
        random
    }

    #[test]
    fn a_secret_is_found_by_random_and_label() {
        let secrets = Secrets::new();
        assert!(!secrets.is_given());
        secrets.add_text(line("CLIENT_TRAFFIC_SECRET_0", 7, 1).as_bytes());
        secrets.add_text(line("SERVER_TRAFFIC_SECRET_0", 7, 2).as_bytes());
        let found = secrets.find(&random(7), Label::ServerTraffic).unwrap();
        assert_eq!(found.bytes(), [2; 32]);
        assert!(secrets.find(&random(8), Label::ServerTraffic).is_none());
        assert!(secrets.find(&random(7), Label::ServerHandshake).is_none());
        assert!(secrets.is_given() && secrets.knows(&random(7)));
    }

    #[test]
    fn the_table_is_bounded_and_the_newest_stay() {
        let secrets = Secrets::new();
        let more = 10;
        for n in 0..MAX_CONNECTIONS as u32 + more {
            secrets.table().insert(random(n), Label::ClientTraffic, Secret::new(&[1; 32]));
        }
        assert_eq!(secrets.report().dropped, u64::from(more));
        assert!(!secrets.knows(&random(0)) && secrets.knows(&random(more)));
    }

    /// A source that has two lines, given in pieces that fit nothing.
    #[derive(Debug)]
    struct Slow(Vec<Vec<u8>>);

    impl SecretSource for Slow {
        fn more(&mut self, text: &mut dyn FnMut(&[u8])) {
            if !self.0.is_empty() {
                text(&self.0.remove(0));
            }
        }
        fn name(&self) -> String {
            "slow".to_owned()
        }
    }

    #[test]
    fn a_source_is_asked_again_when_a_secret_is_not_there() {
        let text = line("CLIENT_TRAFFIC_SECRET_0", 1, 1) + &line("CLIENT_TRAFFIC_SECRET_0", 2, 2);
        let pieces = text.as_bytes().chunks(100).map(<[u8]>::to_vec).collect();
        let secrets = Secrets::from_source(Box::new(Slow(pieces)));
        assert!(secrets.find(&random(2), Label::ClientTraffic).is_none());
        assert!(secrets.find(&random(2), Label::ClientTraffic).is_none());
        assert!(secrets.find(&random(2), Label::ClientTraffic).is_some());
        assert_eq!(secrets.report().bad_lines, 0);
    }

    #[test]
    fn no_secret_is_ever_printed() {
        let secrets = Secrets::new();
        secrets.add_text(
            line("CLIENT_RANDOM", 1, 0xab).replace('\n', &("ab".repeat(16) + "\n")).as_bytes(),
        );
        let secret = secrets.find(&random(1), Label::Master).unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(48 bytes)");
        assert!(!format!("{secrets:?}").contains("171"));
    }
}
