//! A frame that may still be chosen.

use super::{Frame, Left};
use crate::capture::LinkType;

/// What keeping a frame costs besides its bytes, about.
const OVERHEAD: usize = 136;
/// Bytes of comments on one frame: an option of pcapng holds as many, and nobody reads more.
const MAX_COMMENTS: usize = 32 << 10;

/// One frame.
pub(super) struct Kept {
    pub(super) number: u64,
    pub(super) time: Option<i64>,
    pub(super) link: LinkType,
    pub(super) file: u16,
    pub(super) interface: u32,
    /// Which description of its interface holds, where there is one.
    pub(super) described: Option<u32>,
    pub(super) is_chosen: bool,
    /// The connection whose later frames rest on it.
    pub(super) stream: Option<u64>,
    pub(super) comments: Vec<String>,
    original_len: u32,
    data: Vec<u8>,
    comment_bytes: usize,
}

impl Kept {
    pub(super) fn new(frame: &Frame<'_>, described: Option<u32>) -> Self {
        Self {
            number: frame.number,
            time: frame.time,
            link: frame.link,
            file: frame.file,
            interface: frame.interface,
            described,
            is_chosen: false,
            stream: None,
            comments: Vec::new(),
            original_len: frame.original_len,
            data: frame.data.to_vec(),
            comment_bytes: 0,
        }
    }

    /// What keeping it costs, in bytes.
    pub(super) fn cost(&self) -> usize {
        OVERHEAD.saturating_add(self.data.len()).saturating_add(self.comment_bytes)
    }

    pub(super) fn comment(&mut self, comment: String, left: &mut Left) {
        let bytes = self.comment_bytes.saturating_add(comment.len()).saturating_add(OVERHEAD);
        if bytes > MAX_COMMENTS {
            left.comments = left.comments.saturating_add(1);
            return;
        }
        self.comment_bytes = bytes;
        self.comments.push(comment);
    }

    /// The frame, on this interface of the file that is written.
    pub(super) fn frame(&self, interface: u32) -> Frame<'_> {
        Frame {
            number: self.number,
            time: self.time,
            link: self.link,
            original_len: self.original_len,
            interface,
            file: self.file,
            beside: None,
            data: &self.data,
        }
    }
}
