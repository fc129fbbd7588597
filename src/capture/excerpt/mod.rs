//! Writing the frames of a capture that were chosen after they were read.
//!
//! ```text
//! mod    what is chosen, and how long a frame may still be
//! kept   a frame that may still be chosen
//! rests  the frames that the later ones of their connection rest on
//! file   the file: pcapng, or pcap
//! ```
//!
//! A frame is kept until 16 MiB came behind it: until then a packet that lies in it may become whole
//! and be chosen. Then it is written or forgotten, so frames keep their order, each is written once
//! and memory stays flat. What was chosen too late is counted.
//!
//! A chosen packet alone is often of no use to anybody: TLS is opened with its handshake, and the
//! version of MQTT stands in the CONNECT. What the capture does not know, which frames these are, it is
//! told ([`FrameRole`]); they are kept longer, and written before the first chosen frame of their connection.

mod file;
mod kept;
mod rests;

use super::{Beside, Frame};
use file::File;
use kept::Kept;
use rests::Rests;
use std::collections::{BTreeSet, VecDeque};
use std::io::{self, Write};
use std::path::Path;

/// Bytes of frames that are kept: the longest packet that is read unless asked otherwise.
const MAX_KEPT: usize = 16 << 20;
/// Frames whose numbers are remembered once they are written: as many as a long packet lies in.
const MAX_WRITTEN: usize = 1 << 16;

/// What a frame is to the later ones of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameRole {
    /// It opens the connection: handshakes, up to the first packet of MQTT.
    Opens,
    /// All later ones need it: ciphers or compression go on from one to the next.
    Chained,
    /// None needs it.
    Alone,
    /// Its connection is none of MQTT, and no frame of it will be chosen.
    Foreign,
}

/// Writes the chosen frames of a capture: pcapng, or pcap where the name of the file ends so.
pub struct Excerpt {
    file: File,
    kept: VecDeque<Kept>,
    kept_bytes: usize,
    rests: Rests,
    written: BTreeSet<u64>,
    left: Left,
}

/// How it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Frames that were written.
    pub written: u64,
    /// Those of them that were not chosen, but that the chosen ones rest on.
    pub opening: u64,
    /// Frames that were chosen when they were no longer kept.
    pub late: u64,
    /// Connections of which frames were chosen when those that they rest on were no longer kept.
    pub unopened: u64,
    /// Frames of another link type than the first one's, which pcap has no place for.
    pub other_link: u64,
    /// Comments that pcap has no place for, or a frame has too many of.
    pub comments: u64,
    /// Blocks of secrets that pcap has no place for.
    pub secrets: u64,
    /// Frames without a time, which are written with that of 1970.
    pub without_time: u64,
}

impl Excerpt {
    /// Creates the file, or empties the one that is there; `-` is standard output. A capture holds
    /// passwords: a new file is for its owner alone. `about` says in the file what it is.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: &Path, about: &str) -> io::Result<Self> {
        Ok(Self::with(File::create(path, about)?))
    }

    /// The same to any writer.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn to(out: Box<dyn Write + Send>, is_pcap: bool) -> io::Result<Self> {
        Ok(Self::with(File::to(out, is_pcap, "")?))
    }

    fn with(file: File) -> Self {
        Self {
            file,
            kept: VecDeque::new(),
            kept_bytes: 0,
            rests: Rests::default(),
            written: BTreeSet::new(),
            left: Left::default(),
        }
    }

    /// A frame that may be chosen from now on.
    ///
    /// # Errors
    /// A frame that is no longer kept cannot be written.
    pub fn frame(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        if let Some(beside) = frame.beside {
            self.file.beside(frame.file, beside);
        }
        let mut kept = Kept::new(frame, self.file.described(frame));
        for comment in frame.beside.iter().flat_map(|beside| &beside.comments) {
            kept.comment(comment.clone(), &mut self.left);
        }
        self.kept_bytes = self.kept_bytes.saturating_add(kept.cost());
        self.kept.push_back(kept);
        while self.kept_bytes > MAX_KEPT {
            self.let_go()?;
        }
        Ok(())
    }

    /// What the capture says behind its last frame.
    pub fn beside(&mut self, beside: &Beside) {
        self.file.beside(0, beside);
    }

    /// What these frames, which were read, are to their connection.
    pub fn of_stream(&mut self, frames: &[u64], stream: u64, role: FrameRole) {
        match role {
            FrameRole::Foreign => self.rests.forget(stream),
            FrameRole::Alone => {}
            FrameRole::Opens | FrameRole::Chained => {
                for number in frames {
                    if let Some(kept) = self.kept_mut(*number)
                        && !kept.is_chosen
                    {
                        kept.stream = Some(stream);
                        self.rests.add(stream, *number);
                    }
                }
            }
        }
    }

    /// Nothing more comes of a connection.
    pub fn ended(&mut self, stream: u64) {
        self.rests.forget(stream);
    }

    /// Chooses the frames with these numbers, of this connection; the comments are on the last of
    /// them.
    ///
    /// # Errors
    /// A frame that they rest on cannot be written.
    pub fn choose(
        &mut self,
        frames: &[u64],
        stream: Option<u64>,
        comments: impl Iterator<Item = String>,
    ) -> io::Result<()> {
        let Some(last) = frames.iter().copied().max() else { return Ok(()) };
        for number in frames {
            if let Some(kept) = self.kept_mut(*number) {
                kept.is_chosen = true;
            } else if !self.written.contains(number) {
                self.left.late = self.left.late.saturating_add(1);
            }
        }
        if let Some(stream) = stream {
            self.choose_those_before(last, stream)?;
        }
        let mut left = self.left;
        let Some(kept) = self.kept_mut(last) else { return Ok(()) };
        let before = kept.cost();
        for comment in comments {
            kept.comment(comment, &mut left);
        }
        let cost = kept.cost();
        self.left = left;
        self.kept_bytes = self.kept_bytes.saturating_sub(before).saturating_add(cost);
        Ok(())
    }

    /// Chooses what a chosen frame rests on.
    fn choose_those_before(&mut self, last: u64, stream: u64) -> io::Result<()> {
        let Some(found) = self.rests.begin(stream, last) else { return Ok(()) };
        self.left.unopened = self.left.unopened.saturating_add(u64::from(found.is_lost));
        for kept in found.held {
            self.write_opening(&kept)?;
        }
        for number in found.pending {
            if let Some(kept) = self.kept_mut(number)
                && !kept.is_chosen
            {
                kept.is_chosen = true;
                self.left.opening = self.left.opening.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Writes what is still kept.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(&mut self) -> io::Result<Left> {
        while !self.kept.is_empty() {
            self.let_go()?;
        }
        self.file.finish(&mut self.left)?;
        Ok(self.left)
    }

    fn kept_mut(&mut self, number: u64) -> Option<&mut Kept> {
        let at = self.kept.binary_search_by_key(&number, |kept| kept.number).ok()?;
        self.kept.get_mut(at)
    }

    /// The oldest frame is written, held for those that rest on it, or forgotten.
    fn let_go(&mut self) -> io::Result<()> {
        let Some(kept) = self.kept.pop_front() else { return Ok(()) };
        self.kept_bytes = self.kept_bytes.saturating_sub(kept.cost());
        if kept.is_chosen {
            return self.write(&kept);
        }
        if let Some(stream) = kept.stream {
            for kept in self.rests.hold(stream, kept) {
                self.write_opening(&kept)?;
            }
        }
        Ok(())
    }

    fn write_opening(&mut self, kept: &Kept) -> io::Result<()> {
        self.left.opening = self.left.opening.saturating_add(1);
        self.write(kept)
    }

    fn write(&mut self, kept: &Kept) -> io::Result<()> {
        if !self.file.write(kept, &mut self.left)? {
            return Ok(());
        }
        self.left.written = self.left.written.saturating_add(1);
        let is_without = u64::from(kept.time.is_none());
        self.left.without_time = self.left.without_time.saturating_add(is_without);
        self.written.insert(kept.number);
        if self.written.len() > MAX_WRITTEN {
            self.written.pop_first();
        }
        Ok(())
    }
}

impl std::fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Excerpt").field("left", &self.left).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
