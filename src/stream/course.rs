//! What the segments of a connection were, whatever they carried: how it began and how it ended.

use super::{Side, Stamp, limits::WINDOW};
use crate::net::{Flags, TcpLayer};

/// The course of a connection, as far as it was captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)] // what each segment changes lies side by side: here, and in what a side sent
pub struct Course {
    /// What side A sent.
    pub a: Sent,
    /// What side B sent.
    pub b: Sent,
    /// Its last segment until now.
    pub last: Place,
    /// Its first segment.
    pub first: Place,
    /// The answer to the SYN was captured before it: the opener's side shows later than it was.
    pub is_opener_late: bool,
}

/// What one side sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Sent {
    /// The Sequence Number up to which it has sent something, as its own bare segments and the
    /// acknowledgments of the other side show.
    pub used: Option<Used>,
    /// Segments.
    pub segments: u64,
    /// Bytes of payload, repeated ones included.
    pub bytes: u64,
    /// The Sequence Number behind the farthest of its bytes, or behind its SYN.
    pub next: Option<u32>,
    /// Segments with SYN: more than one is a SYN that was sent again.
    pub syns: u32,
    /// What it has sent again since anything came of the other side.
    pub resent: Resent,
    /// The last time that it took no more bytes: its receive window was 0.
    pub shut: Option<Shut>,
    /// The first FIN.
    pub fin: Option<Finish>,
    /// The first RST.
    pub rst: Option<Finish>,
    /// The Sequence Number behind its SYN, where that or the answer to it was captured.
    pub begun: Option<u32>,
    /// Where nothing of it was captured: the Sequence Number that the other side, which opened the connection,
    /// acknowledged first. What was sent stands behind that.
    pub heard: Option<u32>,
}

/// A FIN or an RST, with the numbers that it carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Finish {
    /// Its segment.
    pub place: Place,
    /// Its Sequence Number: what stands before it is all that its side had sent.
    pub seq: u32,
    /// Its Acknowledgment Number: what its side had of the other one. An RST may have none.
    pub had: Option<u32>,
}

/// A Sequence Number that a side has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// The number.
    pub seq: u32,
    /// The segment that shows it first.
    pub place: Place,
}

/// Something that a side has sent behind all that was captured of it, its FIN perhaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// Sequence Numbers: bytes, or all but one of them and a FIN.
    pub count: u32,
    /// The segment that shows it.
    pub place: Place,
    /// An RST alone shows it: that may carry any number of the window (RFC 9293, section 3.10.7.4).
    pub is_doubtful: bool,
}

/// A time without a receive window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shut {
    /// The segment that said so first.
    pub from: Place,
    /// The one that said that there is room again.
    pub until: Option<Place>,
}

/// Segments that repeat bytes, one after the other, while nothing comes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Resent {
    /// How many.
    pub count: u32,
    /// The first of them.
    pub first: Place,
    /// The last one.
    pub last: Place,
}

impl Shut {
    /// Nanoseconds between two times during which there was no window.
    #[must_use]
    pub fn within(&self, from: Option<i64>, to: Option<i64>) -> u64 {
        let (Some(from), Some(to), Some(shut)) = (from, to, self.from.time) else { return 0 };
        let until = self.until.map_or(Some(to), |until| until.time).unwrap_or(to);
        u64::try_from(until.min(to).saturating_sub(shut.max(from))).unwrap_or(0)
    }
}

impl Sent {
    /// What was sent behind the last that was captured, as far as segments show. Where a FIN was captured,
    /// what is missing before it is told as a gap.
    #[must_use]
    pub fn unseen(&self) -> Option<Unseen> {
        let next = self.next.or(self.heard).filter(|_| self.fin.is_none())?;
        let beyond = |seq: u32| Some(seq.wrapping_sub(next)).filter(|count| is_ahead(*count));
        let used = self.used.and_then(|used| {
            Some(Unseen { count: beyond(used.seq)?, place: used.place, is_doubtful: false })
        });
        let reset = self.rst.and_then(|reset| {
            Some(Unseen { count: beyond(reset.seq)?, place: reset.place, is_doubtful: true })
        });
        let is_farther = |reset: &Unseen| used.is_none_or(|used| reset.count > used.count);
        reset.filter(is_farther).or(used)
    }

    /// Whether it has sent a FIN or an RST.
    pub(super) const fn has_ended(&self) -> bool {
        self.fin.is_some() || self.rst.is_some()
    }

    /// Takes note of a Sequence Number that the side has come to.
    #[inline]
    fn comes_to(&mut self, seq: u32, place: Place) {
        if self.used.is_none_or(|used| (seq.wrapping_sub(used.seq) as i32) > 0) {
            self.used = Some(Used { seq, place });
        }
    }

    /// What it had sent again counts no more.
    #[inline]
    fn answered(&mut self) {
        if self.resent.count > 0 {
            self.resent = Resent::default();
        }
    }

    /// Takes note of the window that a segment tells.
    #[inline]
    fn window(&mut self, place: Place, tcp: &TcpLayer) {
        let tells = tcp.flags.has(Flags::ACK) && !tcp.flags.has(Flags::RST);
        match &mut self.shut {
            _ if !tells => {}
            Some(shut) if shut.until.is_none() => {
                shut.until = Some(place).filter(|_| tcp.window > 0);
            }
            shut if tcp.window == 0 => *shut = Some(Shut { from: place, until: None }),
            _ => {}
        }
    }

    /// Takes note of bytes that a segment brings, or brings again. A probe of one byte is no repetition.
    #[inline]
    fn bytes(&mut self, place: Place, tcp: &TcpLayer) {
        if tcp.flags.has(Flags::SYN) {
            let begun = Some(tcp.seq.wrapping_add(1));
            (self.begun, self.next) = (self.begun.or(begun), self.next.or(begun));
            return;
        }
        let end = tcp.seq.wrapping_add(tcp.len);
        let is_new = self.next.is_none_or(|next| (end.wrapping_sub(next) as i32) > 0);
        if tcp.len == 0 {
            return;
        }
        if is_new {
            self.next = Some(end);
            self.answered();
        } else if tcp.len > 1 {
            if self.resent.count == 0 {
                self.resent.first = place;
            }
            self.resent.last = place;
            self.resent.count = self.resent.count.saturating_add(1);
        }
    }
}

/// A frame and its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Nanoseconds since 1970-01-01 UTC.
    pub time: Option<i64>,
    /// Number of the frame, from 1 over the whole capture.
    pub frame: u64,
}

/// Whether a distance on the ring of Sequence Numbers leads forward, and no farther than a window.
fn is_ahead(distance: u32) -> bool {
    distance > 0 && u64::from(distance) <= WINDOW
}

impl Course {
    /// What one side sent.
    #[must_use]
    pub const fn sent(&self, side: Side) -> &Sent {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// Takes note of a segment.
    #[inline]
    pub(super) fn add(&mut self, side: Side, at: &Stamp, tcp: &TcpLayer) {
        let place = Place { time: at.time, frame: at.frame };
        if self.first.frame == 0 {
            self.first = place;
        }
        self.last = place;
        let (sent, other) = match side {
            Side::A => (&mut self.a, &mut self.b),
            Side::B => (&mut self.b, &mut self.a),
        };
        let is_reset = tcp.flags.has(Flags::RST);
        if !is_reset {
            other.answered();
            sent.comes_to(tcp.seq, place);
        }
        let had = Some(tcp.ack).filter(|_| tcp.flags.has(Flags::ACK));
        if let Some(had) = had {
            other.comes_to(had, place);
            if other.segments == 0 && sent.syns > 0 && !is_reset {
                other.heard = other.heard.or(Some(had));
            }
        }
        sent.window(place, tcp);
        sent.bytes(place, tcp);
        sent.segments = sent.segments.saturating_add(1);
        sent.bytes = sent.bytes.saturating_add(tcp.len.into());
        if tcp.flags.0 & (Flags::SYN.0 | Flags::FIN.0 | Flags::RST.0) != 0 {
            self.turn(side, at, tcp);
        }
    }

    /// Takes note of a segment that opens or ends its side.
    #[inline(never)] // it takes the stamp, so that the place, which is put down several times, need not lie in memory
    fn turn(&mut self, side: Side, at: &Stamp, tcp: &TcpLayer) {
        let place = Place { time: at.time, frame: at.frame };
        let (sent, other) = match side {
            Side::A => (&mut self.a, &mut self.b),
            Side::B => (&mut self.b, &mut self.a),
        };
        let had = Some(tcp.ack).filter(|_| tcp.flags.has(Flags::ACK));
        let finish = Finish { place, seq: tcp.seq.wrapping_add(tcp.len), had };
        if tcp.flags.has(Flags::SYN) {
            let is_question = !tcp.flags.has(Flags::ACK) && sent.syns == 0;
            self.is_opener_late |= is_question && other.syns > 0;
            sent.syns = sent.syns.saturating_add(1);
            other.begun = other.begun.or(had);
        }
        if tcp.flags.has(Flags::FIN) {
            sent.fin = sent.fin.or(Some(finish));
        }
        if tcp.flags.has(Flags::RST) {
            sent.rst = sent.rst.or(Some(Finish { seq: tcp.seq, ..finish }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(segments: &[(Side, i64, u32, u32, u16)]) -> Course {
        let mut course = Course::default();
        for (frame, (side, time, seq, len, window)) in (1..).zip(segments) {
            let at = Stamp { frame, time: Some(*time), ..Stamp::default() };
            let (src_port, dst_port) = (1, 2);
            let (seq, len, window, ack, missing) = (*seq, *len, *window, 0, 0);
            let flags = Flags::ACK;
            let tcp = TcpLayer { src_port, dst_port, seq, ack, flags, window, len, missing };
            course.add(*side, &at, &tcp);
        }
        course
    }

    #[test]
    fn what_is_sent_again_counts_until_something_comes_back() {
        let mut all = vec![(Side::A, 1, u32::MAX - 4, 10, 9), (Side::A, 2, 6, 10, 9)];
        all.extend([3, 5, 9].map(|time| (Side::A, time, 6, 10, 9)));
        // A probe.
        all.push((Side::A, 20, 15, 1, 9));
        let resent = course(&all).a.resent;
        assert_eq!((resent.count, resent.first.time, resent.last.time), (3, Some(3), Some(9)));
        all.push((Side::B, 21, 0, 0, 9));
        assert_eq!(course(&all).a.resent.count, 0);
    }

    #[test]
    fn the_time_without_a_window() {
        let windows = [(10, 5), (20, 0), (30, 0), (50, 7), (60, 7)];
        let shut = course(&windows.map(|(time, window)| (Side::B, time, 0, 0, window))).b.shut;
        let shut = shut.unwrap();
        assert_eq!((shut.from.time, shut.until.unwrap().time), (Some(20), Some(50)));
        let within = |from, to| shut.within(Some(from), Some(to));
        assert_eq!((within(0, 99), within(25, 40), within(50, 60)), (30, 15, 0));
    }

    /// Of the other side nothing was captured but what the opener acknowledged.
    #[test]
    fn what_a_side_sent_that_was_not_captured() {
        let unseen = |segments: &[(Flags, u32)]| {
            let mut course = Course::default();
            for (frame, (flags, ack)) in (1..).zip(segments) {
                let at = Stamp { frame, time: Some(0), ..Stamp::default() };
                let (src_port, dst_port, seq, window) = (1, 2, 100, 9);
                let (flags, ack, len, missing) = (*flags, *ack, 0, 0);
                let tcp = TcpLayer { src_port, dst_port, seq, ack, flags, window, len, missing };
                course.add(Side::A, &at, &tcp);
            }
            course.b.unseen().map(|unseen| (unseen.count, unseen.place.frame))
        };
        let (syn, ack, fin) = (Flags::SYN, Flags::ACK, Flags(Flags::ACK.0 | Flags::FIN.0));
        assert_eq!(unseen(&[(syn, 0), (ack, 7), (fin, 7)]), None);
        assert_eq!(unseen(&[(syn, 0), (ack, 7), (fin, 8)]), Some((1, 3)));
        assert_eq!(unseen(&[(syn, 0), (ack, u32::MAX), (ack, 3), (fin, 3)]), Some((4, 3)));
        // Where it began is not known.
        assert_eq!(unseen(&[(ack, 7), (fin, 8)]), None);
    }
}
