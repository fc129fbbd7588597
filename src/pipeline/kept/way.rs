//! What most packets share with those before them that the same side of a connection sent.

use super::lists::Common;
use crate::mqtt::Reading;
use crate::pipeline::{Origin, Record};
use crate::session::How;
use crate::spec::{Sender, Version};
use std::net::SocketAddr;

/// What is the same for one packet after the other.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) stream: Option<u64>,
    pub(super) ends: Option<(SocketAddr, SocketAddr)>,
    /// The time of the first frame of the capture.
    pub(super) start: Option<i64>,
    pub(super) client_id: Option<Vec<u8>>,
    pub(super) sender: Option<Sender>,
    pub(super) version: Version,
    pub(super) version_from: How,
    pub(super) is_secret: bool,
}

impl Way {
    /// The number of the way of a record among others.
    #[inline]
    pub(super) fn number(record: &Record<'_>, among: &mut Common<Self>) -> u32 {
        let stream = record.origin.stream.unwrap_or_default() as usize;
        let side = (stream, record.sender == Some(Sender::Server));
        among.number_of(side, |way| way.is_of(record), || Self::of(record))
    }

    fn of(record: &Record<'_>) -> Self {
        let &Origin { stream, ends, start, is_secret, .. } = record.origin;
        let &Record { sender, version, version_from, .. } = record;
        let client_id = record.client_id.map(<[u8]>::to_vec);
        Self { stream, ends, start, client_id, sender, version, version_from, is_secret }
    }

    /// Whether all of it is so for a record.
    #[inline]
    fn is_of(&self, record: &Record<'_>) -> bool {
        let origin = record.origin;
        self.stream == origin.stream
            && self.sender == record.sender
            && self.version == record.version
            && self.version_from == record.version_from
            && self.is_secret == origin.is_secret
            && self.start == origin.start
            && self.ends == origin.ends
            && self.client_id.as_deref() == record.client_id
    }

    /// How its packets are read.
    #[inline]
    pub(super) const fn reading(&self) -> Reading {
        Reading { version: self.version, sender: self.sender }
    }
}
