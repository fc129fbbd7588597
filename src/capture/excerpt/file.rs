//! The file: pcapng, or pcap.

use super::{Frame, Left, kept::Kept};
use crate::capture::beside::{Beside, Described, Secrets};
use crate::capture::{LinkType, MAX_FRAME_LEN, private, write};
use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Descriptions of interfaces that are remembered: those of a capture whose files are many.
const MAX_DESCRIBED: usize = 1 << 12;

/// What is written, and to where.
pub(super) struct File {
    out: Box<dyn Write + Send>,
    /// The link type of a pcap file, once its head is there; `None` for pcapng.
    pcap: Option<Option<LinkType>>,
    /// The numbers of interfaces, by file, number there, description and link.
    interfaces: HashMap<(u16, u32, Option<u32>, u32), u32>,
    described: Vec<Described>,
    /// The description that holds for an interface of a file.
    current: HashMap<(u16, u32), u32>,
    /// Secrets that are to stand before the next frame.
    secrets: Vec<Secrets>,
    block: Vec<u8>,
}

impl File {
    /// The file of this name; `-` is standard output.
    pub(super) fn create(path: &Path, about: &str) -> io::Result<Self> {
        let is_pcap = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("pcap"));
        let out: Box<dyn Write + Send> = if path.as_os_str() == "-" {
            Box::new(io::stdout())
        } else {
            let file = private().create(true).truncate(true).open(path)?;
            Box::new(BufWriter::with_capacity(64 << 10, file))
        };
        Self::to(out, is_pcap, about)
    }

    /// The same to any writer.
    pub(super) fn to(
        mut out: Box<dyn Write + Send>,
        is_pcap: bool,
        about: &str,
    ) -> io::Result<Self> {
        let mut block = Vec::new();
        if !is_pcap {
            write::section(&mut block, about);
            out.write_all(&block)?;
        }
        Ok(Self {
            out,
            pcap: is_pcap.then_some(None),
            interfaces: HashMap::new(),
            described: Vec::new(),
            current: HashMap::new(),
            secrets: Vec::new(),
            block,
        })
    }

    /// What a capture says from its next frame on.
    pub(super) fn beside(&mut self, file: u16, beside: &Beside) {
        self.secrets.extend(beside.secrets.iter().cloned());
        for described in &beside.interfaces {
            if self.described.len() < MAX_DESCRIBED {
                let next = u32::try_from(self.described.len()).unwrap_or(u32::MAX);
                self.current.insert((file, described.interface), next);
                self.described.push(described.clone());
            }
        }
    }

    /// The description that holds for a frame's interface.
    pub(super) fn described(&self, frame: &Frame<'_>) -> Option<u32> {
        self.current.get(&(frame.file, frame.interface)).copied()
    }

    /// Writes a frame; `false`: the file has no place for it, which is counted.
    pub(super) fn write(&mut self, kept: &Kept, left: &mut Left) -> io::Result<bool> {
        self.head(kept.link, left)?;
        if self.pcap.is_some_and(|link| link != Some(kept.link)) {
            left.other_link = left.other_link.saturating_add(1);
            return Ok(false);
        }
        self.block.clear();
        let interface = if self.pcap.is_some() { 0 } else { self.interface(kept) };
        let frame = kept.frame(interface);
        if self.pcap.is_some() {
            write::pcap_frame(&mut self.block, &frame);
            let lost = kept.comments.len() as u64;
            left.comments = left.comments.saturating_add(lost);
        } else {
            write::enhanced(&mut self.block, &frame, &kept.comments);
        }
        self.out.write_all(&self.block)?;
        Ok(true)
    }

    /// A file without frames has a head, too.
    pub(super) fn finish(&mut self, left: &mut Left) -> io::Result<()> {
        self.head(LinkType::ETHERNET, left)?;
        self.out.flush()
    }

    /// What has to stand before a frame. The head of a pcap file tells its link type, so it waits for
    /// the first one.
    fn head(&mut self, link: LinkType, left: &mut Left) -> io::Result<()> {
        self.block.clear();
        if self.pcap == Some(None) {
            self.pcap = Some(Some(link));
            write::pcap_head(&mut self.block, link, MAX_FRAME_LEN);
        }
        for secrets in std::mem::take(&mut self.secrets) {
            if self.pcap.is_some() {
                left.secrets = left.secrets.saturating_add(1);
            } else {
                write::secrets(&mut self.block, secrets.kind, &secrets.bytes);
            }
        }
        self.out.write_all(&self.block)
    }

    /// The number of the frame's interface, which is described before its first frame.
    fn interface(&mut self, kept: &Kept) -> u32 {
        let next = u32::try_from(self.interfaces.len()).unwrap_or(u32::MAX);
        let block = &mut self.block;
        let described = kept.described.and_then(|at| self.described.get(at as usize));
        let key = (kept.file, kept.interface, kept.described, kept.link.0);
        *self.interfaces.entry(key).or_insert_with(|| {
            write::interface(block, kept.link, 0, |body| {
                let Some(described) = described else { return };
                for (code, text) in [
                    (write::IF_NAME, &described.name),
                    (write::IF_DESCRIPTION, &described.description),
                ] {
                    if !text.is_empty() {
                        write::option(body, code, text);
                    }
                }
            });
            next
        })
    }
}
