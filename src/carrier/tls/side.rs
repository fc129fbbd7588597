//! One side of a connection: the bytes that are not used up yet, and where it stands in the
//! sequence of its records.

use super::cipher::Opener;
use super::handshake::Messages;
use super::record::{HEADER, RecordHeader};
use super::secrets::Secret;
use crate::carrier::Input;
use std::collections::VecDeque;

/// Bytes of ciphertext that may be tried for free after a loss, before more come: some tenths of a
/// second of work.
const CREDIT: u64 = 16 << 20;
/// Bytes that may be tried for each byte that comes, so that the work stays in proportion.
const CREDIT_PER_BYTE: u64 = 16;
/// Records that may have been lost at a time: more sequence numbers are not tried.
const MAX_SLACK: u64 = 65_536;

/// Which keys a side writes with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Epoch {
    /// None yet.
    #[default]
    Plain,
    /// The one key of TLS 1.2 and before.
    Legacy,
    /// The client's before the server has answered.
    Early,
    /// Those of the handshake of TLS 1.3.
    Handshake,
    /// Those of application data of TLS 1.3.
    Application,
}

/// What comes next in the bytes of a side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// A whole record.
    Record(RecordHeader),
    /// The beginning of one, or nothing.
    Partial,
    /// No record.
    Broken,
}

/// Something of the queue.
#[derive(Debug)]
pub(super) struct Piece {
    /// Its number among the pieces of both sides.
    pub(super) order: u64,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Data(Vec<u8>),
    Gap(Option<u64>),
    End,
}

/// One side of a connection.
#[derive(Debug)]
pub(super) struct Side {
    /// Bytes in order; those before `at` are used up.
    run: Vec<u8>,
    at: usize,
    /// Offset below of the byte at `at`.
    offset: u64,
    /// Number of the piece that came last into `run`.
    order: u64,
    queue: VecDeque<Piece>,
    queued: usize,
    /// Bytes of this side so far, with those that were not captured.
    pub(super) total: u64,
    /// Whether a record was taken, or what stands in the place of the first one.
    pub(super) begun: bool,
    /// Whether a record begins at `at`.
    pub(super) aligned: bool,
    pub(super) epoch: Epoch,
    pub(super) sequence: u64,
    /// Records that may have passed unseen since `sequence`.
    pub(super) slack: u64,
    /// The key of `epoch`, once it was needed.
    pub(super) key: Option<Opener>,
    /// The secret behind it, where the next one follows from it.
    pub(super) traffic: Option<Secret>,
    pub(super) messages: Messages,
    /// Whether a message in the clear was lost, so that what follows may be the middle of one.
    pub(super) plain_lost: bool,
    credit: u64,
    /// Whether the credit did not suffice once.
    pub(super) is_broke: bool,
    /// Whether its records are not tried any more.
    pub(super) given_up: bool,
    /// Bytes that were not captured since the last record that was read.
    pub(super) missing: u64,
    /// Whether a gap must be told before the next data.
    pub(super) gap: bool,
    /// Records that could not be decrypted.
    pub(super) lost_records: u64,
    /// Records that were decrypted.
    pub(super) opened: u64,
    /// Whether it has said that it sends nothing more.
    pub(super) closed: bool,
    /// Whether the end was told above.
    pub(super) end_told: bool,
    /// Whether the end has come from below.
    pub(super) ended: bool,
}

impl Default for Side {
    fn default() -> Self {
        Self {
            run: Vec::new(),
            at: 0,
            offset: 0,
            order: 0,
            queue: VecDeque::new(),
            queued: 0,
            total: 0,
            begun: false,
            aligned: true,
            epoch: Epoch::default(),
            sequence: 0,
            slack: 0,
            key: None,
            traffic: None,
            messages: Messages::default(),
            plain_lost: false,
            credit: CREDIT,
            is_broke: false,
            given_up: false,
            missing: 0,
            gap: false,
            lost_records: 0,
            opened: 0,
            closed: false,
            end_told: false,
            ended: false,
        }
    }
}

impl Side {
    /// Takes what comes from below.
    pub(super) fn take(&mut self, order: u64, input: Input<'_>) {
        match input {
            Input::Data(bytes) => {
                let len = bytes.len() as u64;
                self.total = self.total.saturating_add(len);
                let earned = len.saturating_mul(CREDIT_PER_BYTE);
                self.credit = self.credit.saturating_add(earned);
                if self.queue.is_empty() && !matches!(self.head(), Head::Record(_)) {
                    self.append(order, bytes);
                } else {
                    self.queued = self.queued.saturating_add(bytes.len());
                    self.queue.push_back(Piece { order, what: What::Data(bytes.to_vec()) });
                }
            }
            Input::Gap(bytes) => {
                self.total = self.total.saturating_add(bytes.unwrap_or_default());
                self.queue.push_back(Piece { order, what: What::Gap(bytes) });
            }
            Input::End => self.queue.push_back(Piece { order, what: What::End }),
        }
    }

    /// The next piece of the queue; data is put behind the bytes that are there.
    pub(super) fn next_piece(&mut self) -> Option<What> {
        let Piece { order, what } = self.queue.pop_front()?;
        if let What::Data(bytes) = &what {
            self.queued = self.queued.saturating_sub(bytes.len());
            self.append(order, bytes);
        }
        Some(what)
    }

    fn append(&mut self, order: u64, bytes: &[u8]) {
        // What is used up goes as soon as it is the larger part: each byte is moved once at most.
        if self.at >= self.run.len().saturating_sub(self.at) {
            self.run.drain(..self.at);
            self.at = 0;
        }
        self.run.extend_from_slice(bytes);
        self.order = order;
    }

    /// What comes next.
    pub(super) fn head(&self) -> Head {
        let bytes = self.bytes();
        if bytes.len() < HEADER {
            return Head::Partial;
        }
        match RecordHeader::parse(bytes) {
            None => Head::Broken,
            Some(header) if header.len() > bytes.len() => Head::Partial,
            Some(header) => Head::Record(header),
        }
    }

    /// The bytes that are not used up.
    pub(super) fn bytes(&self) -> &[u8] {
        self.run.get(self.at..).unwrap_or_default()
    }

    /// Uses up bytes, and gives their range below.
    pub(super) fn consume(&mut self, len: usize) -> (u64, u64) {
        let len = len.min(self.bytes().len());
        let from = self.offset;
        self.at = self.at.saturating_add(len);
        self.offset = self.offset.saturating_add(len as u64);
        if self.at == self.run.len() {
            self.run.clear();
            self.at = 0;
        }
        (from, self.offset)
    }

    /// Goes over bytes that were never there.
    pub(super) fn skip(&mut self, bytes: u64) {
        self.offset = self.offset.saturating_add(bytes);
    }

    /// Offset below of the first byte that is not used up.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The number of the piece with which what comes next was whole; none: there is nothing.
    pub(super) fn next_order(&self) -> Option<u64> {
        match self.head() {
            Head::Record(_) | Head::Broken => Some(self.order),
            Head::Partial => self.queue.front().map(|piece| piece.order),
        }
    }

    /// Bytes that are held.
    pub(super) fn held(&self) -> usize {
        self.bytes().len().saturating_add(self.queued)
    }

    /// Goes on with other keys, whose first record comes next.
    pub(super) fn enter(&mut self, epoch: Epoch) {
        self.epoch = epoch;
        self.sequence = 0;
        self.key = None;
        self.traffic = None;
    }

    /// Bytes of the shortest record: a header, what protects it, a byte.
    pub(super) fn shortest_record(&self) -> usize {
        self.key.as_ref().map_or(8, Opener::overhead).saturating_add(HEADER).saturating_add(1)
    }

    /// Records may have passed unseen.
    pub(super) fn loosen(&mut self, records: u64) {
        self.slack = self.slack.saturating_add(records).min(MAX_SLACK);
    }

    /// Bytes were lost: where the next record begins must be found out.
    pub(super) fn unalign(&mut self, records: u64) {
        self.loosen(records);
        self.aligned = false;
        self.messages.reset();
        self.plain_lost = true;
        self.gap = true;
        if let Some(key) = &mut self.key {
            key.missed();
        }
    }

    /// Pays for a try with a record after a loss.
    pub(super) fn pay(&mut self, bytes: usize) -> bool {
        // A try costs something beside the bytes.
        let price = (bytes as u64).saturating_add(64);
        let can = self.credit >= price;
        if can {
            self.credit = self.credit.saturating_sub(price);
        }
        can
    }
}
