//! The classic pcap file: a header of 24 bytes, then records.

use super::{
    CaptureError, Fault, Frame, LinkType, MAX_FRAME_LEN, Source,
    window::{Order, Window},
};

/// Length of the file header, in bytes.
const FILE_HEADER: usize = 24;
/// Where the link type stands in the file header.
const AT_LINK: usize = 20;

/// What the magic number of a pcap file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Variant {
    pub(super) order: Order,
    /// Nanoseconds in one unit of the fraction of a second.
    pub(super) fraction: i64,
    /// Bytes before the data of each record.
    pub(super) record_header: usize,
}

/// A pcap file.
pub(super) struct Pcap {
    window: Window,
    variant: Variant,
    link: LinkType,
    number: u64,
    /// Bytes of records that were given already, still in the window; the last of them are those of the
    /// frame that was lent last.
    given: usize,
    ended: bool,
}

impl Pcap {
    pub(super) fn new(mut window: Window, variant: Variant) -> Result<Self, Fault> {
        let available = window.fill(FILE_HEADER)?;
        // The upper bits tell about a frame check sequence, which the IP length cuts off anyway.
        let Some(network) = variant.order.u32_at(window.bytes(), AT_LINK) else {
            return Err(truncated("file header", &window, FILE_HEADER, available));
        };
        window.consume(FILE_HEADER);
        let link = LinkType(network & 0x03ff_ffff);
        Ok(Self { window, variant, link, number: 0, given: 0, ended: false })
    }

    /// Brings the next record into the window. `None` at the end of the file.
    fn record(&mut self) -> Result<Option<Record>, Fault> {
        self.window.consume(std::mem::take(&mut self.given));
        let header = self.variant.record_header;
        let available = self.window.fill(header)?;
        if available == 0 {
            return Ok(None);
        }
        if available < header {
            return Err(truncated("record header", &self.window, header, available));
        }
        let record = self.header(self.window.bytes()).unwrap_or_default();
        if record.captured > MAX_FRAME_LEN {
            return Err(Fault::Length {
                what: "record",
                offset: self.window.offset(),
                length: record.captured.into(),
                limit: "no frame has more than 262144",
            });
        }
        let whole = header.saturating_add(record.captured as usize);
        let available = self.window.fill(whole)?;
        if available < whole {
            return Err(truncated("record", &self.window, whole, available));
        }
        self.given = whole;
        Ok(Some(record))
    }

    /// The next record, where it stands whole in the window, as nearly all do: nothing is to be read
    /// for it, and nothing to be said of it. What was given before it stays in the window as well.
    #[inline]
    fn at_hand(&mut self) -> Option<Record> {
        let bytes = self.window.bytes().get(self.given..)?;
        let record = self.header(bytes)?;
        let whole = self.variant.record_header.saturating_add(record.captured as usize);
        if record.captured > MAX_FRAME_LEN || bytes.len() < whole {
            return None;
        }
        self.given = self.given.saturating_add(whole);
        Some(record)
    }

    #[inline]
    fn header(&self, bytes: &[u8]) -> Option<Record> {
        let [s0, s1, s2, s3, f0, f1, f2, f3, c0, c1, c2, c3, o0, o1, o2, o3] =
            *bytes.first_chunk::<16>()?;
        let fields = [[s0, s1, s2, s3], [f0, f1, f2, f3], [c0, c1, c2, c3], [o0, o1, o2, o3]];
        let [seconds, fraction, captured, original] = self.variant.order.u32s(fields);
        // Never too much: 2^32 seconds are fewer nanoseconds than half of what an i64 holds.
        let fraction = i64::from(fraction).wrapping_mul(self.variant.fraction);
        let seconds = i64::from(seconds).wrapping_mul(1_000_000_000);
        Some(Record { time: seconds.wrapping_add(fraction), captured, original })
    }
}

impl Source for Pcap {
    fn waits(&self) -> bool {
        let header = self.variant.record_header;
        let bytes = self.window.bytes().get(self.given..).unwrap_or_default();
        let captured = self.variant.order.u32_at(bytes, 8).unwrap_or(u32::MAX);
        bytes.len() < header.saturating_add(captured as usize)
    }

    fn next_frame(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        if self.ended {
            return Ok(None);
        }
        let record = if let Some(record) = self.at_hand() {
            record
        } else {
            let record = self.record();
            self.ended = !matches!(record, Ok(Some(_)));
            let Some(record) = record.map_err(|fault| fault.of_file(0))? else {
                return Ok(None);
            };
            record
        };
        self.number = self.number.saturating_add(1);
        let start = self.given.saturating_sub(record.captured as usize);
        Ok(Some(Frame {
            number: self.number,
            time: Some(record.time),
            link: self.link,
            original_len: record.original,
            interface: 0,
            file: 0,
            beside: None,
            data: self.window.bytes().get(start..self.given).unwrap_or_default(),
        }))
    }
}

#[derive(Default)]
struct Record {
    time: i64,
    captured: u32,
    original: u32,
}

fn truncated(what: &'static str, window: &Window, needed: usize, available: usize) -> Fault {
    Fault::Truncated {
        what,
        offset: window.offset(),
        needed: needed as u64,
        available: available as u64,
    }
}
