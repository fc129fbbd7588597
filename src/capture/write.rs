//! Frames as bytes of capture files, for what is captured and for what is chosen from a capture.

use super::{Frame, LinkType};

/// A pcap file whose times are in nanoseconds.
const MAGIC_NANOSECONDS: u32 = 0xa1b2_3c4d;

// Block types and options of pcapng.
const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
const SECRETS: u32 = 10;
const IF_TSRESOL: u16 = 9;
const COMMENT: u16 = 1;
const SHB_USERAPPL: u16 = 4;
/// Option of an interface: its name.
pub(super) const IF_NAME: u16 = 2;
/// Option of an interface: what people call it.
pub(super) const IF_DESCRIPTION: u16 = 3;

/// The head of a pcap file with times in nanoseconds.
pub(super) fn pcap_head(out: &mut Vec<u8>, link: LinkType, snaplen: u32) {
    words(out, &[MAGIC_NANOSECONDS]);
    out.extend([2, 0, 4, 0]); // version 2.4
    words(out, &[0, 0, snaplen, link.0]); // times are UTC; their accuracy is not told
}

/// A frame of a pcap file; one without a time gets 1970.
pub(super) fn pcap_frame(out: &mut Vec<u8>, frame: &Frame<'_>) {
    let time = frame.time.unwrap_or_default();
    let seconds = time.div_euclid(1_000_000_000);
    let fraction = time.rem_euclid(1_000_000_000);
    // The format has 32 bits for each; a time before 1970 or after 2106 does not fit.
    words(
        out,
        &[
            u32::try_from(seconds).unwrap_or_default(),
            u32::try_from(fraction).unwrap_or_default(),
            length(frame.data),
            frame.original_len,
        ],
    );
    out.extend_from_slice(frame.data);
}

/// The head of a pcapng file; `about` says what it is, where that is not empty.
pub(super) fn section(out: &mut Vec<u8>, about: &str) {
    block(out, SECTION, |body| {
        words(body, &[BYTE_ORDER_MAGIC]);
        body.extend([1, 0, 0, 0]); // version 1.0
        body.extend([0xff; 8]); // how long the section gets is not known
        if !about.is_empty() {
            option(body, COMMENT, about.as_bytes());
            option(body, SHB_USERAPPL, concat!("mqttscope ", env!("CARGO_PKG_VERSION")).as_bytes());
            words(body, &[0]);
        }
    });
}

/// An interface whose times are in nanoseconds; `options` adds options of its own.
pub(super) fn interface(
    out: &mut Vec<u8>,
    link: LinkType,
    snaplen: u32,
    options: impl FnOnce(&mut Vec<u8>),
) {
    block(out, INTERFACE, |body| {
        words(body, &[link.0 & 0xffff, snaplen]);
        options(body);
        option(body, IF_TSRESOL, &[9]);
        words(body, &[0]);
    });
}

/// A Decryption Secrets Block.
pub(super) fn secrets(out: &mut Vec<u8>, kind: u32, bytes: &[u8]) {
    block(out, SECRETS, |body| {
        words(body, &[kind, length(bytes)]);
        body.extend_from_slice(bytes);
        pad(body, bytes.len());
    });
}

/// A frame of a pcapng file with its comments; one without a time gets 1970.
pub(super) fn enhanced(out: &mut Vec<u8>, frame: &Frame<'_>, comments: &[String]) {
    let time = u64::try_from(frame.time.unwrap_or_default()).unwrap_or_default();
    let (high, low) = ((time >> 32) as u32, (time & 0xffff_ffff) as u32);
    block(out, ENHANCED_PACKET, |body| {
        words(body, &[frame.interface, high, low, length(frame.data), frame.original_len]);
        body.extend_from_slice(frame.data);
        pad(body, frame.data.len());
        for comment in comments {
            option(body, COMMENT, comment.as_bytes());
        }
        if !comments.is_empty() {
            words(body, &[0]);
        }
    });
}

/// A block of pcapng: its length stands before and after the body.
fn block(out: &mut Vec<u8>, kind: u32, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    words(out, &[kind, 0]);
    body(out);
    let len = u32::try_from(out.len().saturating_sub(start).saturating_add(4)).unwrap_or(u32::MAX);
    words(out, &[len]);
    let place = start.saturating_add(4)..start.saturating_add(8);
    if let Some(field) = out.get_mut(place) {
        field.copy_from_slice(&len.to_le_bytes());
    }
}

/// An option: code, length, and the value padded. One that is longer than 65,535 bytes is left out.
pub(super) fn option(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    let Ok(len) = u16::try_from(value.len()) else { return };
    out.extend(code.to_le_bytes());
    out.extend(len.to_le_bytes());
    out.extend_from_slice(value);
    pad(out, value.len());
}

fn pad(out: &mut Vec<u8>, len: usize) {
    let missing = len.wrapping_neg() & 3;
    out.extend(std::iter::repeat_n(0, missing));
}

fn words(out: &mut Vec<u8>, words: &[u32]) {
    for word in words {
        out.extend(word.to_le_bytes());
    }
}

fn length(data: &[u8]) -> u32 {
    u32::try_from(data.len()).unwrap_or(u32::MAX)
}
