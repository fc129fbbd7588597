//! Where in a pasted text the packets stand that were read from the frames in it, and which of these brought some.

use super::pasted::{PastedSettings, text_origin};
use super::{Beside, Consumer, Frame, FrameRole, Lifeline, Needs, Origin, Record};
use crate::paste::{Locator, Piece, Place};
use crate::session::Ended;
use std::collections::HashSet;
use std::ops::ControlFlow;

/// Passes everything on, and tells of records that frames brought where the text shows them.
#[derive(Debug)]
pub(super) struct Placed<'p, C> {
    pub(super) inner: C,
    /// The pieces that are frames: the first has number 1.
    frames: Vec<&'p Piece>,
    settings: &'p PastedSettings,
    locator: Locator<'p>,
    /// The numbers of those that brought a record's bytes.
    pub(super) seen: HashSet<u64>,
}

impl<'p, C> Placed<'p, C> {
    pub(super) fn new(
        inner: C,
        frames: Vec<&'p Piece>,
        settings: &'p PastedSettings,
        locator: Locator<'p>,
    ) -> Self {
        Self { inner, frames, settings, locator, seen: HashSet::new() }
    }

    /// Where a record was, with its place in the text, if it has none yet. Its frames are noted.
    fn place<'r>(&mut self, record: &Record<'r>) -> Origin<'r>
    where
        'p: 'r,
    {
        let origin = record.origin;
        self.seen.extend(origin.frames);
        if origin.text.is_some() {
            return *origin;
        }
        let (first, last) = (self.piece(origin.frames.first()), self.piece(origin.frames.last()));
        let Some((first, last)) = first.zip(last) else { return *origin };
        let bytes = (origin.frames.len() == 1).then(|| self.bytes(first, record)).flatten();
        let (place, end_line) = match bytes {
            Some(place) => (place, place.end_line),
            None => (first.place, last.place.end_line),
        };
        let text = Some(text_origin(self.settings, first, place, end_line));
        Origin { text, ..*origin }
    }

    fn piece(&self, number: Option<&u64>) -> Option<&'p Piece> {
        let index = usize::try_from(number?.checked_sub(1)?).ok()?;
        self.frames.get(index).copied()
    }

    /// Where a frame shows the bytes of a record, which are a part of its segment.
    fn bytes(&mut self, piece: &Piece, record: &Record<'_>) -> Option<Place> {
        let (segment, at) = record.origin.segment?;
        let start = memchr::memmem::rfind(&piece.bytes, segment)?.checked_add(at)?;
        let end = start.checked_add(record.bytes.len())?.min(piece.bytes.len());
        Some(self.locator.place(piece.map.text_of(start..end)?))
    }
}

impl<C: Consumer> Consumer for Placed<'_, C> {
    fn needs(&self) -> Needs {
        self.inner.needs()
    }

    fn is_choosy(&self) -> bool {
        self.inner.is_choosy()
    }

    fn wants(&mut self, record: &Record<'_>) -> bool {
        let origin = self.place(record);
        self.inner.wants(&Record { origin: &origin, ..*record })
    }

    fn needs_frames(&self) -> bool {
        self.inner.needs_frames()
    }

    fn frame(&mut self, frame: &Frame<'_>) {
        self.inner.frame(frame);
    }

    fn needs_roles(&self) -> bool {
        self.inner.needs_roles()
    }

    fn of_stream(&mut self, frames: &[u64], stream: u64, role: FrameRole) {
        self.inner.of_stream(frames, stream, role);
    }

    fn beside(&mut self, beside: &Beside) {
        self.inner.beside(beside);
    }

    fn record(&mut self, record: &Record<'_>) -> ControlFlow<()> {
        let origin = self.place(record);
        self.inner.record(&Record { origin: &origin, ..*record })
    }

    fn lost(&mut self, stream: Option<u64>) {
        self.inner.lost(stream);
    }

    fn ended(&mut self, ended: &Ended) {
        self.inner.ended(ended);
    }

    fn needs_lifelines(&self) -> bool {
        self.inner.needs_lifelines()
    }

    fn lifeline(&mut self, lifeline: &Lifeline) -> ControlFlow<()> {
        self.inner.lifeline(lifeline)
    }
}

#[cfg(test)]
mod tests {
    use crate::paste::{Options, parse};
    use crate::pipeline::{Each, PastedSettings, Record, read_paste};

    /// A CONNACK as `tcpdump -x` shows it, behind the headers of IP and TCP.
    const FRAME: &str = "23:50:44.011982 IP 127.0.0.1.1883 > 127.0.0.1.49942: Flags [P.], length 4\n\
        \t0x0000:  4500 0038 53b7 4000 4006 e906 7f00 0001\n\
        \t0x0010:  7f00 0001 075b c316 a222 98c7 b3d9 539f\n\
        \t0x0020:  8018 0040 fe2c 0000 0101 080a 6810 8fb4\n\
        \t0x0030:  751c c55a 2002 0000\n";

    #[test]
    fn packets_of_pasted_frames_stand_where_their_bytes_do() {
        let text = format!("Here it is:\n\n{FRAME}");
        let pasted = parse(&text, &Options::default());
        let mut places = Vec::new();
        read_paste(
            &pasted,
            PastedSettings::default(),
            Each(|record: &Record<'_>| {
                let text = record.origin.text.unwrap();
                places.push((record.type_name(), text.line, text.column, text.end_line));
                assert_eq!(text.notation, "tcpdump -x, -xx, -X, -XX");
                assert_eq!((record.origin.frames, text.time), (&[1][..], Some("23:50:44.011982")));
            }),
        );
        assert_eq!(places, [("CONNACK", 7, 21, 7)]);
    }
}
