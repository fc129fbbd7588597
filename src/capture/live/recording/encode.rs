//! Frames as bytes of a capture file: pcap for one link type, pcapng for several interfaces.

use crate::capture::write::{self, option};
use crate::capture::{Frame, LinkType};

/// A format of capture files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// pcap with times in nanoseconds: one link type a file.
    Pcap,
    /// pcapng: each interface with its name and its own link type.
    Pcapng,
}

/// An interface as the head of a file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) name: String,
    pub(super) link: LinkType,
}

/// Makes the bytes of one capture: the same head for each file of a ring, then a record a frame.
#[derive(Clone, Debug)]
pub(super) struct Encoder {
    pub(super) format: Format,
    pub(super) interfaces: Vec<Described>,
    pub(super) snaplen: u32,
}

impl Encoder {
    /// What a file begins with.
    pub(super) fn head(&self, out: &mut Vec<u8>) {
        match self.format {
            Format::Pcap => self.pcap_head(out),
            Format::Pcapng => self.pcapng_head(out),
        }
    }

    /// Appends a frame; one without a time gets 1970.
    pub(super) fn frame(&self, frame: &Frame<'_>, out: &mut Vec<u8>) {
        match self.format {
            Format::Pcap => write::pcap_frame(out, frame),
            Format::Pcapng => write::enhanced(out, frame, &[]),
        }
    }

    fn pcap_head(&self, out: &mut Vec<u8>) {
        let link = self.interfaces.first().map_or(LinkType::ETHERNET, |first| first.link);
        write::pcap_head(out, link, self.snaplen);
    }

    fn pcapng_head(&self, out: &mut Vec<u8>) {
        write::section(out, "");
        for interface in &self.interfaces {
            write::interface(out, interface.link, self.snaplen, |body| {
                option(body, write::IF_NAME, interface.name.as_bytes());
            });
        }
    }
}
