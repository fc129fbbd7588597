//! One of the interfaces that are captured on: its next frame, its losses, and its coming back.

use super::{Event, LiveError, Options, backoff::Backoff, device, libpcap_says};
use crate::capture::{Frame, LinkType};
use pcap::{Active, Capture, Error as PcapError, Stat};
use std::time::{Duration, Instant};

/// The first wait before an interface that went away is tried again, and the longest: one that comes back
/// at once misses little, and one that stays away for days costs nothing.
const RETRY: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// An interface, there or not.
pub(super) struct Tap {
    pub(super) name: String,
    index: u32,
    pub(super) link: LinkType,
    /// `None` while the interface is away.
    capture: Option<Capture<Active>>,
    number: Option<u32>,
    head: Option<Head>,
    data: Vec<u8>,
    is_down: bool,
    retry: Backoff,
    refused: bool,
    last: Stat,
    pub(super) received: u64,
    pub(super) by_kernel: u64,
    pub(super) by_interface: u64,
    pub(super) seen: u64,
    /// Nothing more is wanted of it: the end of the capture is older than its next frame.
    pub(super) is_drained: bool,
}

/// A frame at hand, without its bytes.
#[derive(Clone, Copy)]
struct Head {
    time: i64,
    original_len: u32,
}

const NOTHING: Stat = Stat { received: 0, dropped: 0, if_dropped: 0 };

impl Tap {
    /// Opens an interface. The second value is what libpcap warned of.
    pub(super) fn open(
        name: String,
        index: u32,
        options: &Options,
    ) -> Result<(Self, Option<String>), LiveError> {
        let (capture, warning) = device::open(&name, options)?;
        let tap = Self {
            index,
            link: device::link_of(&capture),
            capture: Some(capture),
            number: device::number(&name),
            head: None,
            data: Vec::new(),
            is_down: false,
            retry: Backoff::new(RETRY.0, RETRY.1),
            refused: false,
            last: NOTHING,
            received: 0,
            by_kernel: 0,
            by_interface: 0,
            seen: 0,
            is_drained: false,
            name,
        };
        Ok((tap, warning))
    }

    /// The time of the frame at hand.
    pub(super) fn time(&self) -> Option<i64> {
        self.head.map(|head| head.time)
    }

    /// What to wait on for a further frame: nothing where one is at hand or the interface is away.
    pub(super) fn waits_on(&self) -> Option<&Capture<Active>> {
        if self.head.is_some() || self.is_drained { None } else { self.capture.as_ref() }
    }

    /// Fetches the next frame if there is none at hand. `None`: all is well.
    pub(super) fn fetch(&mut self, now: Instant) -> Option<Event> {
        if self.head.is_some() || self.is_drained {
            return None;
        }
        match self.capture.as_mut()?.next_packet() {
            Ok(packet) => {
                let time = device::time_of(packet.header);
                self.head = Some(Head { time, original_len: packet.header.len });
                self.data.clear();
                self.data.extend_from_slice(packet.data);
                None
            }
            Err(PcapError::TimeoutExpired) => None,
            Err(error) => Some(self.lose(libpcap_says(error), now)),
        }
    }

    /// The frame at hand, which is given away with this.
    pub(super) fn take(&mut self, number: u64) -> Option<Frame<'_>> {
        let head = self.head.take()?;
        self.seen = self.seen.saturating_add(1);
        Some(Frame {
            number,
            time: Some(head.time),
            link: self.link,
            original_len: head.original_len,
            interface: self.index,
            file: 0,
            beside: None,
            data: &self.data,
        })
    }

    /// Whether there is nothing to come any more; `true` also while the interface is away.
    pub(super) fn is_silent(&self) -> bool {
        self.is_drained || self.capture.is_none()
    }

    /// Gives up the frame at hand: it came after the end.
    pub(super) fn drain(&mut self) {
        self.head = None;
        self.is_drained = true;
    }

    /// Counts losses and looks whether the interface is still the one that was opened. For calls about once
    /// a second.
    pub(super) fn watch(&mut self, now: Instant, tell: &mut impl FnMut(Event)) {
        if self.capture.is_none() {
            return;
        }
        self.losses().into_iter().for_each(&mut *tell);
        if self.number.is_some() && device::number(&self.name) != self.number {
            return tell(self.lose("the interface is not there any more".into(), now));
        }
        let interface = || self.name.clone();
        match device::is_up(&self.name) {
            Some(true) if self.is_down => tell(Event::Up { interface: interface() }),
            Some(false) if !self.is_down => tell(Event::Down { interface: interface() }),
            _ => return,
        }
        self.is_down = !self.is_down;
    }

    /// Tries an interface again that went away, if it is time.
    pub(super) fn revive(&mut self, options: &Options, now: Instant) -> Option<Event> {
        if self.capture.is_some() || !self.retry.is_due(now) {
            return None;
        }
        let interface = self.name.clone();
        let reason = match device::open(&self.name, options) {
            Ok((capture, _)) if device::link_of(&capture) == self.link => {
                self.capture = Some(capture);
                self.number = device::number(&self.name);
                return Some(Event::Back { interface });
            }
            Ok(_) => "its link type is another one".into(),
            Err(error) => error.to_string(),
        };
        self.retry.failed(now);
        // Not being there is what was told already.
        let is_news = !self.refused && device::number(&self.name).is_some();
        self.refused |= is_news;
        is_news.then_some(Event::Refused { interface, reason })
    }

    /// Brings the counts up to date; tells what was lost since the last time.
    pub(super) fn losses(&mut self) -> Option<Event> {
        let stat = self.capture.as_mut()?.stats().ok()?;
        // libpcap counts with 32 bits, which a busy interface fills within days.
        let more = |now: u32, last: u32| u64::from(now.wrapping_sub(last));
        let by_kernel = more(stat.dropped, self.last.dropped);
        let by_interface = more(stat.if_dropped, self.last.if_dropped);
        self.received = self.received.saturating_add(more(stat.received, self.last.received));
        self.by_kernel = self.by_kernel.saturating_add(by_kernel);
        self.by_interface = self.by_interface.saturating_add(by_interface);
        self.last = stat;
        let interface = self.name.clone();
        (by_kernel > 0 || by_interface > 0).then_some(Event::Dropped {
            interface,
            by_kernel,
            by_interface,
        })
    }

    fn lose(&mut self, reason: String, now: Instant) -> Event {
        // What was lost until here counts, though libpcap may no longer know.
        let _ = self.losses();
        self.capture = None;
        self.last = NOTHING;
        self.is_down = false;
        self.refused = false;
        self.retry = Backoff::new(RETRY.0, RETRY.1);
        self.retry.failed(now);
        Event::Gone { interface: self.name.clone(), reason }
    }
}
