//! From segments to JSON: however one MQTT conversation was cut, shuffled, repeated and overlapped
//! on its way, the program shows the same packets.

mod support;

use proptest::prelude::*;
use serde_json::Value;
use std::sync::LazyLock;
use support::conversation::{Piece, Turn, frames, tidy, turns};
use support::pcap;
use support::program::{command, finish};

/// What the tidy capture shows.
static TIDY: LazyLock<Vec<Value>> = LazyLock::new(|| packets(&tidy()));

/// The packets of a capture of these frames, without frame numbers and times.
fn packets(frames: &[Vec<u8>]) -> Vec<Value> {
    let run = finish(command(["read", "-T", "json", "--explain", "off", "-"]), &pcap(1, frames));
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    let mut records = run.json();
    for record in &mut records {
        let record = record.as_object_mut().unwrap();
        assert!(record.remove("frames").is_some_and(|f| !f.as_array().unwrap().is_empty()));
        assert!(record.remove("time").is_some());
        for partner in ["answers", "repeats", "copy_of"] {
            if let Some(partner) = record.get_mut(partner).and_then(Value::as_object_mut) {
                partner.retain(|key, _| key == "n" || key == "type");
            }
        }
    }
    records
}

/// The same, as one test for all ways to cut.
fn is_the_same(how: impl FnMut(usize, &Turn) -> Vec<Piece>) -> Result<(), TestCaseError> {
    prop_assert_eq!(&packets(&frames(&turns(), how)), &*TIDY);
    Ok(())
}

#[test]
fn the_tidy_conversation_is_without_findings() {
    assert_eq!(TIDY.len(), 15);
    for record in TIDY.iter() {
        assert_eq!(record["findings"], Value::Array(Vec::new()), "{record}");
        assert_eq!(record["client_id"], "shuffled");
    }
}

#[test]
fn every_byte_may_be_a_segment_of_its_own() {
    is_the_same(|_, turn| (0..turn.bytes.len()).map(|at| (at, 1)).collect()).unwrap();
}

#[test]
fn a_turn_may_be_cut_anywhere_and_its_halves_change_places() {
    for (turn, at) in cuts() {
        for swap in [false, true] {
            let both = |index: usize, of: &Turn| {
                let len = of.bytes.len();
                match (index == turn, swap) {
                    (false, _) => vec![(0, len)],
                    (true, false) => vec![(0, at), (at, len - at)],
                    (true, true) => vec![(at, len - at), (0, at)],
                }
            };
            is_the_same(both).unwrap_or_else(|e| panic!("turn {turn} at {at}, {swap}: {e}"));
        }
    }
}

/// Every place within every turn.
fn cuts() -> Vec<(usize, usize)> {
    let turns = turns();
    let places = |(index, turn): (usize, &Turn)| (1..turn.bytes.len()).map(move |at| (index, at));
    turns.iter().enumerate().flat_map(places).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Pieces of any size that cover each turn, with others that repeat and overlap them, in any
    /// order.
    #[test]
    fn segments_may_be_shuffled_repeated_and_overlapped(
        sizes in prop::collection::vec(1..90usize, 1..40),
        more in prop::collection::vec((any::<prop::sample::Index>(), 1..120usize), 0..12),
        order in any::<u64>(),
    ) {
        is_the_same(|index, turn| {
            let mut pieces = covering(&sizes, turn.bytes.len());
            for (start, len) in &more {
                let start = start.index(turn.bytes.len());
                pieces.push((start, (*len).min(turn.bytes.len() - start)));
            }
            shuffle(&mut pieces, order.wrapping_add(index as u64));
            pieces
        })?;
    }
}

/// Pieces of these sizes, again and again, that cover `len` bytes.
fn covering(sizes: &[usize], len: usize) -> Vec<Piece> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for size in sizes.iter().cycle() {
        if start == len {
            break;
        }
        let size = (*size).min(len - start);
        pieces.push((start, size));
        start += size;
    }
    pieces
}

/// Fisher-Yates with a linear congruential generator: the same order for the same seed.
fn shuffle(pieces: &mut [Piece], mut seed: u64) {
    for last in (1..pieces.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        pieces.swap(last, (seed >> 33) as usize % (last + 1));
    }
}
