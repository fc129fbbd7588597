//! Bytes that come again with other contents, in every order: the first that came are taken, and
//! each segment that contradicts them is told.

mod support;

use mqttscope::net::{Net, Transport};
use mqttscope::stream::{Connection, Event, Flows, Side, Sink, Stamp};
use proptest::prelude::*;
use std::ops::ControlFlow;
use support::{Tcp, frame};

/// The bytes that were told, and for each contradiction its frame and where it lies.
#[derive(Default)]
struct Told {
    bytes: Vec<u8>,
    conflicts: Vec<(u64, usize, Vec<u8>)>,
}

impl Sink for Told {
    type State = ();

    fn opened(&mut self, _: &Connection) -> Option<()> {
        Some(())
    }

    fn event(&mut self, _: &Connection, (): &mut (), _: Side, event: Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Data { bytes, .. } => self.bytes.extend(bytes),
            Event::Conflict { offset, bytes, at, .. } => {
                self.conflicts.push((at.frame, offset as usize, bytes.to_vec()));
            }
            Event::Gap { .. } | Event::Closed { .. } => {}
        }
        ControlFlow::Continue(())
    }
}

/// What is told of a side whose pieces come in this order: each with its offset.
fn told(pieces: &[(usize, Vec<u8>)]) -> Told {
    let (mut flows, mut sink) = (Flows::default(), Told::default());
    let syn = Tcp::client(99, b"").syn();
    let data = pieces.iter().map(|(at, bytes)| Tcp::client(100 + *at as u32, bytes));
    for (number, tcp) in (0..).zip([syn].into_iter().chain(data)) {
        let packet = tcp.ip();
        let frame = frame(101, &packet);
        let at = Stamp { frame: number, ..Stamp::default() };
        match Net::default().packet(&frame) {
            Ok(Transport::Tcp(segment)) => flows.push(at, &segment, &mut sink),
            other => panic!("{other:?}"),
        };
    }
    flows.finish(&mut sink);
    sink
}

/// The model: each byte is that of the first piece that brought it, and a later piece contradicts
/// from its first byte that differs to its last.
fn expected(pieces: &[(usize, Vec<u8>)], len: usize) -> Told {
    let mut bytes: Vec<Option<u8>> = vec![None; len];
    let mut told = Told::default();
    for (number, (at, piece)) in (1..).zip(pieces) {
        let mut differs = Vec::new();
        for (index, byte) in piece.iter().enumerate() {
            match &mut bytes[at + index] {
                Some(first) if *first != *byte => differs.push(index),
                Some(_) => {}
                none => *none = Some(*byte),
            }
        }
        if let (Some(first), Some(last)) = (differs.first(), differs.last()) {
            told.conflicts.push((number, at + first, piece[*first..=*last].to_vec()));
        }
    }
    told.bytes = bytes.into_iter().flatten().collect();
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn the_first_bytes_are_taken_and_others_are_told(
        len in 20_usize..200,
        cuts in prop::collection::vec(2_usize..30, 4..12),
        extra in prop::collection::vec((any::<prop::sample::Index>(), 2_usize..60), 1..6),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..6),
        keys in prop::collection::vec(any::<u32>(), 24),
    ) {
        let content: Vec<u8> = (0..len).map(|n| n as u8).collect();
        let mut pieces = Vec::new();
        let mut at = 0;
        for size in cuts.iter().cycle().take(10).chain([&len]) {
            let end = (at + size).min(len);
            // One byte that comes again may be a keep-alive probe, whose contents mean nothing.
            let end = if len - end == 1 { len } else { end };
            if end > at {
                pieces.push((at, content[at..end].to_vec()));
            }
            at = end;
        }
        for (start, size) in &extra {
            let start = start.index(len - 1);
            pieces.push((start, content[start..(start + size).min(len)].to_vec()));
        }
        for (piece, place) in &flips {
            let count = pieces.len();
            let (_, bytes) = &mut pieces[piece.index(count)];
            let place = place.index(bytes.len());
            bytes[place] ^= 0x80;
        }
        let mut keyed: Vec<_> = pieces.into_iter().zip(keys).collect();
        keyed.sort_by_key(|(_, key)| *key);
        let pieces: Vec<_> = keyed.into_iter().map(|(piece, _)| piece).collect();
        let (found, model) = (told(&pieces), expected(&pieces, len));
        prop_assert_eq!(&found.bytes, &model.bytes);
        prop_assert_eq!(&found.conflicts, &model.conflicts);
    }
}

#[test]
fn what_came_many_segments_ago_is_compared_too() {
    let whole: Vec<u8> = (0..4_000).map(|n| n as u8).collect();
    let pieces = whole.chunks(100).enumerate().map(|(n, bytes)| (n * 100, bytes.to_vec()));
    let again = (150, vec![0xff; 20]);
    let found = told(&pieces.chain([again.clone()]).collect::<Vec<_>>());
    assert_eq!(found.conflicts, [(41, 150, again.1)]);
    assert_eq!(found.bytes, whole);
}
