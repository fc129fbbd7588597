//! Writing the frames of a capture that were chosen after they were read.
//!
//! A frame is kept until 16 MiB came behind it: until then a packet that lies in it may become whole
//! and be chosen. Then it is written or forgotten, so frames keep their order, each is written once
//! and memory stays flat. What was chosen too late is counted.

use super::{Frame, LinkType, MAX_FRAME_LEN, private, write};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Bytes of frames that are kept: the longest packet that is read unless asked otherwise.
const MAX_KEPT: usize = 16 << 20;
/// What keeping a frame costs besides its bytes, about.
const OVERHEAD: usize = 128;
/// Bytes of comments on one frame: an option of pcapng holds as many, and nobody reads more.
const MAX_COMMENTS: usize = 32 << 10;
/// Frames whose numbers are remembered once they are written: as many as a long packet lies in.
const MAX_WRITTEN: usize = 1 << 16;

/// Writes the chosen frames of a capture: pcapng, or pcap where the name of the file ends so.
pub struct Excerpt {
    out: Box<dyn Write>,
    /// The link type of a pcap file, once its head is there; `None` for pcapng.
    pcap: Option<Option<LinkType>>,
    kept: VecDeque<Kept>,
    kept_bytes: usize,
    interfaces: HashMap<(u16, u32, u32), u32>,
    written: BTreeSet<u64>,
    left: Left,
    block: Vec<u8>,
}

/// How it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Frames that were written.
    pub written: u64,
    /// Frames that were chosen when they were no longer kept.
    pub late: u64,
    /// Frames of another link type than the first one's, which pcap has no place for.
    pub other_link: u64,
    /// Comments that pcap has no place for, or a frame has too many of.
    pub comments: u64,
    /// Frames without a time, which are written with that of 1970.
    pub without_time: u64,
}

struct Kept {
    number: u64,
    time: Option<i64>,
    link: LinkType,
    original_len: u32,
    interface: u32,
    file: u16,
    data: Vec<u8>,
    is_chosen: bool,
    comments: Vec<String>,
    comment_bytes: usize,
}

impl Excerpt {
    /// Creates the file, or empties the one that is there; `-` is standard output. A capture holds
    /// passwords: a new file is for its owner alone.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(path: &Path) -> io::Result<Self> {
        let is_pcap = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("pcap"));
        let out: Box<dyn Write> = if path.as_os_str() == "-" {
            Box::new(io::stdout())
        } else {
            let file = private().create(true).truncate(true).open(path)?;
            Box::new(BufWriter::with_capacity(64 << 10, file))
        };
        Self::to(out, is_pcap)
    }

    /// The same to any writer.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn to(mut out: Box<dyn Write>, is_pcap: bool) -> io::Result<Self> {
        let mut block = Vec::new();
        if !is_pcap {
            write::section(&mut block);
            out.write_all(&block)?;
        }
        Ok(Self {
            out,
            pcap: is_pcap.then_some(None),
            kept: VecDeque::new(),
            kept_bytes: 0,
            interfaces: HashMap::new(),
            written: BTreeSet::new(),
            left: Left::default(),
            block,
        })
    }

    /// A frame that may be chosen from now on.
    ///
    /// # Errors
    /// A frame that is no longer kept cannot be written.
    pub fn frame(&mut self, frame: &Frame<'_>) -> io::Result<()> {
        let mut kept = Kept {
            number: frame.number,
            time: frame.time,
            link: frame.link,
            original_len: frame.original_len,
            interface: frame.interface,
            file: frame.file,
            data: frame.data.to_vec(),
            is_chosen: false,
            comments: Vec::new(),
            comment_bytes: 0,
        };
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

    /// Chooses the frames with these numbers; the comments are on the last of them.
    pub fn choose(&mut self, frames: &[u64], comments: impl Iterator<Item = String>) {
        let last = frames.iter().copied().max();
        for number in frames {
            match self.kept.binary_search_by_key(number, |kept| kept.number) {
                Ok(at) => {
                    if let Some(kept) = self.kept.get_mut(at) {
                        kept.is_chosen = true;
                    }
                }
                Err(_) if self.written.contains(number) => {}
                Err(_) => self.left.late = self.left.late.saturating_add(1),
            }
        }
        let at = last.map(|last| self.kept.binary_search_by_key(&last, |kept| kept.number));
        let Some(kept) = at.and_then(Result::ok).and_then(|at| self.kept.get_mut(at)) else {
            return;
        };
        let before = kept.cost();
        for comment in comments {
            kept.comment(comment, &mut self.left);
        }
        self.kept_bytes = self.kept_bytes.saturating_sub(before).saturating_add(kept.cost());
    }

    /// Writes what is still kept.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(&mut self) -> io::Result<Left> {
        while !self.kept.is_empty() {
            self.let_go()?;
        }
        self.pcap_head(LinkType::ETHERNET)?;
        self.out.flush()?;
        Ok(self.left)
    }

    /// The oldest frame is written, or forgotten.
    fn let_go(&mut self) -> io::Result<()> {
        let Some(kept) = self.kept.pop_front() else { return Ok(()) };
        self.kept_bytes = self.kept_bytes.saturating_sub(kept.cost());
        if !kept.is_chosen {
            return Ok(());
        }
        self.pcap_head(kept.link)?;
        if self.pcap.is_some_and(|link| link != Some(kept.link)) {
            self.left.other_link = self.left.other_link.saturating_add(1);
            return Ok(());
        }
        self.block.clear();
        let interface = if self.pcap.is_some() { 0 } else { self.interface(&kept) };
        let frame = kept.frame(interface);
        if self.pcap.is_some() {
            write::pcap_frame(&mut self.block, &frame);
            let lost = kept.comments.len() as u64;
            self.left.comments = self.left.comments.saturating_add(lost);
        } else {
            write::enhanced(&mut self.block, &frame, &kept.comments);
        }
        self.out.write_all(&self.block)?;
        self.note_written(&kept);
        Ok(())
    }

    /// The head of a pcap file tells its link type, so it waits for the first frame.
    fn pcap_head(&mut self, link: LinkType) -> io::Result<()> {
        if self.pcap != Some(None) {
            return Ok(());
        }
        self.pcap = Some(Some(link));
        self.block.clear();
        write::pcap_head(&mut self.block, link, MAX_FRAME_LEN);
        self.out.write_all(&self.block)
    }

    /// The number of the frame's interface, which is described before its first frame.
    fn interface(&mut self, kept: &Kept) -> u32 {
        let next = u32::try_from(self.interfaces.len()).unwrap_or(u32::MAX);
        let block = &mut self.block;
        *self.interfaces.entry((kept.file, kept.interface, kept.link.0)).or_insert_with(|| {
            write::interface(block, kept.link, 0, |_| {});
            next
        })
    }

    fn note_written(&mut self, kept: &Kept) {
        self.left.written = self.left.written.saturating_add(1);
        let is_without = u64::from(kept.time.is_none());
        self.left.without_time = self.left.without_time.saturating_add(is_without);
        self.written.insert(kept.number);
        if self.written.len() > MAX_WRITTEN {
            self.written.pop_first();
        }
    }
}

impl Kept {
    fn cost(&self) -> usize {
        OVERHEAD.saturating_add(self.data.len()).saturating_add(self.comment_bytes)
    }

    fn comment(&mut self, comment: String, left: &mut Left) {
        let bytes = self.comment_bytes.saturating_add(comment.len()).saturating_add(OVERHEAD);
        if bytes > MAX_COMMENTS {
            left.comments = left.comments.saturating_add(1);
            return;
        }
        self.comment_bytes = bytes;
        self.comments.push(comment);
    }

    fn frame(&self, interface: u32) -> Frame<'_> {
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

impl std::fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Excerpt").field("left", &self.left).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::rc::Rc;

    /// A writer whose bytes can be counted.
    #[derive(Clone, Default)]
    struct Shared(Rc<RefCell<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn frame(number: u64, data: &[u8]) -> Frame<'_> {
        Frame {
            number,
            time: None,
            link: LinkType::ETHERNET,
            original_len: 0,
            interface: 0,
            file: 0,
            beside: None,
            data,
        }
    }

    #[test]
    fn memory_is_flat_and_what_is_chosen_too_late_is_counted() {
        let out = Shared::default();
        let mut excerpt = Excerpt::to(Box::new(out.clone()), true).unwrap();
        let data = [0; 60_000];
        for number in 1..=1_000 {
            excerpt.frame(&frame(number, &data)).unwrap();
            assert!(excerpt.kept_bytes <= MAX_KEPT);
            if number == 1_000 {
                excerpt.choose(&[2, 3, 999, 1_000], std::iter::empty());
            } else if number == 2 {
                excerpt.choose(&[2], std::iter::repeat_n("x".repeat(1_000), 100));
            }
        }
        let left = excerpt.finish().unwrap();
        // Frame 2 was written by then, frame 3 forgotten; comments are for pcapng.
        assert_eq!((left.written, left.late, left.without_time), (3, 1, 3));
        assert_eq!(left.comments, 100);
        assert_eq!(out.0.borrow().len(), 24 + 3 * (16 + 60_000));
    }

    #[test]
    fn a_file_without_frames_is_whole() {
        for (is_pcap, len) in [(true, 24), (false, 28)] {
            let out = Shared::default();
            let mut excerpt = Excerpt::to(Box::new(out.clone()), is_pcap).unwrap();
            assert_eq!(excerpt.finish().unwrap(), Left::default());
            assert_eq!(out.0.borrow().len(), len);
        }
    }
}
