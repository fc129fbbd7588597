//! Streams: whatever happens to the segments, the bytes of each side come out once and in order.

mod support;

use std::ops::ControlFlow;

use mqttscope::{
    capture::Frame,
    net::{Net, Segment, Transport, TransportLayer},
    stream::{Close, Connection, End, Event, Flows, GapCause, Limits, Origins, Side, Sink, Stamp},
};
use proptest::prelude::*;
use support::{Tcp, frame};

/// What one connection told, in the order of the telling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    stream: u64,
    opener: Option<Side>,
    bytes: [Vec<u8>; 2],
    gaps: Vec<(Side, u64, u64, GapCause)>,
    conflicts: Vec<(Side, u64, Vec<u8>)>,
    closed: Vec<(Side, Close, u64)>,
    end: Option<End>,
    origins: [Origins2; 2],
    next: [u64; 2],
}

/// [`Origins`] has no equality; what it tells is compared where it matters.
#[derive(Clone, Debug, Default)]
struct Origins2(Origins);
impl PartialEq for Origins2 {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Origins2 {}

/// Records everything, and asserts what holds for any input.
#[derive(Default)]
struct Recorder {
    ended: Vec<Told>,
    stop_after: Option<usize>,
}

impl Sink for Recorder {
    type State = Told;

    fn opened(&mut self, connection: &Connection) -> Option<Told> {
        (connection.a.port() != 9).then(|| Told { stream: connection.stream, ..Told::default() })
    }

    fn event(
        &mut self,
        connection: &Connection,
        told: &mut Told,
        side: Side,
        event: Event<'_>,
    ) -> ControlFlow<()> {
        told.opener = connection.opener;
        let at = side as usize;
        match event {
            Event::Data { offset, bytes, at: stamp, layers } => {
                assert!(!bytes.is_empty());
                assert_eq!(offset, told.next[at], "bytes are told once and in order");
                let TransportLayer::Tcp(tcp) = layers.transport else { panic!("not TCP") };
                assert_eq!(tcp.src_port, connection.address(side).port());
                told.next[at] += bytes.len() as u64;
                told.bytes[at].extend(bytes);
                told.origins[at].0.push(offset, bytes.len(), stamp);
            }
            Event::Gap { offset, bytes, cause, .. } => {
                assert!(bytes > 0);
                assert_eq!(offset, told.next[at]);
                told.next[at] += bytes;
                told.gaps.push((side, offset, bytes, cause));
            }
            Event::Conflict { offset, bytes, .. } => {
                told.conflicts.push((side, offset, bytes.to_vec()));
            }
            Event::Closed { how, at } => told.closed.push((side, how, at.frame)),
        }
        match self.stop_after {
            Some(limit) if told.bytes[at].len() >= limit => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }

    fn ended(&mut self, _: &Connection, state: Told, end: End) {
        self.ended.push(Told { end: Some(end), ..state });
    }
}

fn run(segments: &[Tcp]) -> Vec<Told> {
    run_with(segments, Limits::default(), Recorder::default()).0
}

fn segment<'a>(net: &'a mut Net, frame: &Frame<'a>) -> Segment<'a> {
    match net.packet(frame) {
        Ok(Transport::Tcp(segment)) => segment,
        other => panic!("{other:?}"),
    }
}

fn run_with(segments: &[Tcp], limits: Limits, mut sink: Recorder) -> (Vec<Told>, Flows<Told>) {
    let mut flows = Flows::new(limits);
    for (number, tcp) in (1..).zip(segments) {
        let packet = tcp.ip();
        let frame = frame(101, &packet);
        let at = Stamp { frame: number, time: Some(number as i64 * 1_000_000), previous: None };
        flows.push(at, &segment(&mut Net::default(), &frame), &mut sink);
        assert!(flows.len() <= limits.flows);
    }
    flows.finish(&mut sink);
    (sink.ended, flows)
}

/// Bytes in which every place is different from its neighbours.
fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n ^ (n >> 8)) as u8).collect()
}

fn one(segments: &[Tcp]) -> Told {
    let mut told = run(segments);
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

#[test]
fn a_stream_cut_at_every_byte_and_in_either_order_is_the_same() {
    let bytes = pattern(40);
    for isn in [0, 1000, u32::MAX - 20, u32::MAX] {
        let start = isn.wrapping_add(1);
        for cut in 0..=bytes.len() {
            let first = Tcp::client(start, &bytes[..cut]);
            let second = Tcp::client(start.wrapping_add(cut as u32), &bytes[cut..]);
            let syn = Tcp::client(isn, b"").syn();
            for order in [[syn.clone(), first.clone(), second.clone()], [syn, second, first]] {
                let told = one(&order);
                assert_eq!(told.bytes[0], bytes, "isn {isn}, cut {cut}");
                assert!(told.gaps.is_empty());
                assert_eq!(told.opener, Some(Side::A));
            }
        }
    }
}

/// A piece of the stream: where it begins and ends, and a number that shuffles it.
type Piece = (usize, usize, u32);

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// The model: paint each piece over an array; every place painted must come out as it was.
    #[test]
    fn shuffled_duplicated_and_overlapping_pieces_give_the_same_bytes(
        isn in prop_oneof![any::<u32>(), (u32::MAX - 300)..=u32::MAX],
        len in 1_usize..400,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        extra in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..120), 0..12),
        keys in prop::collection::vec(any::<u32>(), 40),
    ) {
        let bytes = pattern(len);
        let mut ends: Vec<_> = cuts.iter().map(|cut| cut.index(len)).chain([0, len]).collect();
        ends.sort_unstable();
        let mut pieces: Vec<Piece> = ends.windows(2).map(|pair| (pair[0], pair[1], 0)).collect();
        pieces.extend(extra.iter().map(|(at, n)| (at.index(len), (at.index(len) + n).min(len), 0)));
        for (piece, key) in pieces.iter_mut().zip(keys) {
            piece.2 = key;
        }
        pieces.sort_by_key(|piece| piece.2);
        let told = one(&segments(isn, &bytes, &pieces));
        prop_assert_eq!(&told.bytes[0], &bytes);
        prop_assert!(told.gaps.is_empty() && told.conflicts.is_empty());
        // Each byte came from a frame that holds it, and it is the first such frame.
        for place in 0..len {
            let first = pieces.iter().position(|(from, to, _)| (*from..*to).contains(&place)).unwrap();
            prop_assert_eq!(told.origins[0].0.frame_of(place as u64).unwrap().frame, first as u64 + 2);
        }
    }

    /// With pieces lost, what comes out is the painted places, and the gaps are the others.
    #[test]
    fn lost_pieces_are_gaps_and_nothing_is_invented(
        isn in any::<u32>(),
        pieces in prop::collection::vec((0_usize..300, 1_usize..60, any::<u32>()), 1..12),
    ) {
        let bytes = pattern(400);
        let pieces: Vec<Piece> = pieces.iter().map(|(from, n, key)| (*from, from + n, *key)).collect();
        let mut painted = vec![false; 400];
        for (from, to, _) in &pieces {
            painted[*from..*to].fill(true);
        }
        let told = one(&segments(isn, &bytes, &pieces));
        let expected: Vec<_> = bytes.iter().zip(&painted).filter(|(_, p)| **p).map(|(b, _)| *b).collect();
        prop_assert_eq!(&told.bytes[0], &expected);
        let lost: u64 = told.gaps.iter().map(|gap| gap.2).sum();
        let end = pieces.iter().map(|piece| piece.1).max().unwrap();
        prop_assert_eq!(lost as usize, end - expected.len());
    }

    /// Any segments at all: nothing panics, bytes come in order, the bounds hold.
    #[test]
    fn any_segments_are_survived(
        segments in prop::collection::vec(
            (any::<bool>(), 0_u32..400, prop::option::of(0_u32..400), any::<u8>(), 0_usize..50, 1_u16..4),
            0..80,
        ),
        base in prop_oneof![Just(0_u32), Just(u32::MAX - 100), any::<u32>()],
    ) {
        let segments: Vec<_> = segments.into_iter().map(|(from_client, seq, ack, bits, len, port)| Tcp {
            from_client,
            client_port: port,
            // One in sixteen is far away.
            seq: if bits >> 4 == 0 { seq << 23 } else { base.wrapping_add(seq) },
            ack: ack.map(|ack| base.wrapping_add(ack)),
            syn: bits & 7 == 0,
            fin: bits & 7 == 1,
            rst: bits & 15 == 2,
            payload: vec![bits; len],
        }).collect();
        let limits = Limits { flows: 2, held_per_side: 2000, held_in_all: 3000, ..Limits::default() };
        let (_, flows) = run_with(&segments, limits, Recorder::default());
        prop_assert!(flows.is_empty());
    }
}

fn segments(isn: u32, bytes: &[u8], pieces: &[Piece]) -> Vec<Tcp> {
    let start = isn.wrapping_add(1);
    let data = pieces
        .iter()
        .map(|(from, to, _)| Tcp::client(start.wrapping_add(*from as u32), &bytes[*from..*to]));
    [Tcp::client(isn, b"").syn()].into_iter().chain(data).collect()
}

#[test]
fn syn_and_fin_may_carry_data() {
    let told = one(&[
        Tcp::client(9, b"con").syn(),
        Tcp::server(99, 13, b"").syn(),
        Tcp::server(100, 13, b"ack"),
        Tcp::client(13, b"nect").fin(),
        Tcp::server(103, 18, b"").fin(),
    ]);
    assert_eq!(told.bytes, [b"connect".to_vec(), b"ack".to_vec()]);
    assert_eq!(told.closed, [(Side::A, Close::Fin, 4), (Side::B, Close::Fin, 5)]);
}

#[test]
fn a_fin_before_the_last_data_waits_for_it() {
    let told =
        one(&[Tcp::client(9, b"").syn(), Tcp::client(13, b"def").fin(), Tcp::client(10, b"abc")]);
    assert_eq!(told.bytes[0], b"abcdef");
    assert_eq!(told.closed, [(Side::A, Close::Fin, 2)]);
}

#[test]
fn keep_alive_probes_are_not_data() {
    let told = one(&[
        Tcp::client(9, b"").syn(),
        Tcp::client(10, b"abc"),
        Tcp::client(12, b"\0"),
        Tcp::client(12, b""),
        Tcp::client(13, b"def"),
    ]);
    assert_eq!(told.bytes[0], b"abcdef");
    assert!(told.conflicts.is_empty() && told.gaps.is_empty());
    // Also where a probe is the first that is seen.
    let told = one(&[Tcp::client(12, b""), Tcp::client(13, b"def")]);
    assert_eq!(told.bytes[0], b"def");
    assert!(told.gaps.is_empty());
}

#[test]
fn other_contents_are_reported_and_the_first_ones_taken() {
    let syn = Tcp::client(9, b"").syn();
    let told = one(&[syn.clone(), Tcp::client(10, b"abcd"), Tcp::client(12, b"CDef")]);
    assert_eq!(
        (told.bytes[0].as_slice(), told.conflicts),
        (b"abcdef".as_slice(), vec![(Side::A, 2, b"CD".to_vec())])
    );
    let told = one(&[syn.clone(), Tcp::client(12, b"cd"), Tcp::client(10, b"abCDef")]);
    assert_eq!(
        (told.bytes[0].as_slice(), told.conflicts),
        (b"abcdef".as_slice(), vec![(Side::A, 2, b"CD".to_vec())])
    );
    let told = one(&[syn, Tcp::client(10, b"abcd"), Tcp::client(10, b"abcdef")]);
    assert_eq!((told.bytes[0].as_slice(), told.conflicts), (b"abcdef".as_slice(), vec![]));
}

#[test]
fn an_acknowledged_hole_is_given_up_after_a_while_and_not_before() {
    let mut segments = vec![
        Tcp::client(9, b"").syn(),
        Tcp::server(99, 10, b"").syn(),
        Tcp::client(10, b"abc"),
        Tcp::client(23, b"xyz"),
        Tcp::server(100, 26, b""),
    ];
    segments.extend((0..59).map(|_| Tcp::server(100, 26, b"")));
    let mut late = segments.clone();
    late.push(Tcp::client(13, b"0123456789"));
    let told = one(&late);
    assert_eq!((told.bytes[0].as_slice(), told.gaps), (b"abc0123456789xyz".as_slice(), vec![]));

    segments.extend((0..9).map(|_| Tcp::server(100, 26, b"")));
    segments.push(Tcp::client(13, b"0123456789"));
    let told = one(&segments);
    assert_eq!(told.bytes[0], b"abcxyz");
    assert_eq!(told.gaps, [(Side::A, 3, 10, GapCause::Lost)]);
}

#[test]
fn a_hole_that_is_not_acknowledged_is_waited_for() {
    let mut segments =
        vec![Tcp::client(9, b"").syn(), Tcp::server(99, 10, b"").syn(), Tcp::client(13, b"def")];
    segments.extend((0..200).map(|_| Tcp::server(100, 10, b"")));
    segments.push(Tcp::client(10, b"abc"));
    let told = one(&segments);
    assert_eq!((told.bytes[0].as_slice(), told.gaps), (b"abcdef".as_slice(), vec![]));
}

#[test]
fn what_is_missing_at_the_end_is_told() {
    let told = one(&[
        Tcp::client(9, b"").syn(),
        Tcp::server(99, 10, b"").syn(),
        Tcp::client(10, b"abc"),
        Tcp::server(100, 33, b""),
    ]);
    // TCP counts a FIN like a byte: the last that was acknowledged may be one.
    assert_eq!(told.gaps, [(Side::A, 3, 19, GapCause::Acknowledged)]);
    let told = one(&[Tcp::client(9, b"").syn(), Tcp::client(20, b"").fin()]);
    assert_eq!(told.gaps, [(Side::A, 0, 10, GapCause::End)]);
    assert_eq!(told.closed, [(Side::A, Close::Fin, 2)]);
}

/// A side that hears what comes behind the acknowledgment of its last byte has not closed: a host answers data for a
/// connection that its program has closed with a reset (RFC 9293, section 3.6.1).
#[test]
fn where_the_connection_goes_on_the_last_that_was_acknowledged_is_a_byte() {
    let hears = |ack| Tcp { ack: Some(ack), ..Tcp::client(33, b"") };
    let answer = || Tcp::server(100, 33, b"answer");
    let gaps = |behind: Vec<Tcp>| {
        let before = vec![Tcp::client(9, b"").syn(), Tcp::server(99, 10, b"").syn()];
        one(&[before, behind].concat()).gaps
    };
    let byte = [(Side::A, 0, 23, GapCause::End)];
    let open = [(Side::A, 0, 22, GapCause::Acknowledged)];
    assert_eq!(gaps(vec![answer(), hears(106)]), byte);
    assert_eq!(gaps(vec![Tcp::server(100, 33, b""), answer(), hears(106)]), byte);
    // It need not have had the answer, and may have had before its FIN what came before.
    assert_eq!(gaps(vec![answer()]), open);
    assert_eq!(gaps(vec![answer(), hears(103)]), open);
    let earlier = Tcp::server(100, 10, b"answer");
    assert_eq!(gaps(vec![earlier, Tcp::server(106, 33, b""), hears(106)]), open);
}

#[test]
fn bytes_cut_by_the_snap_length_are_a_gap() {
    let mut sink = Recorder::default();
    let mut flows = Flows::default();
    let packets = [Tcp::client(9, b"").syn(), Tcp::client(10, b"abcdef"), Tcp::client(16, b"ghi")];
    for (number, tcp) in (1..).zip(&packets) {
        let packet = tcp.ip();
        let cut = packet.len().min(43);
        let frame = frame(101, &packet[..cut]);
        flows.push(
            Stamp { frame: number, ..Stamp::default() },
            &segment(&mut Net::default(), &frame),
            &mut sink,
        );
    }
    flows.finish(&mut sink);
    assert_eq!(sink.ended[0].bytes[0], b"abcghi");
    assert_eq!(sink.ended[0].gaps, [(Side::A, 3, 3, GapCause::Cut)]);
}

#[test]
fn addresses_used_again_are_a_new_connection() {
    let told = run(&[
        Tcp::client(9, b"").syn(),
        Tcp::server(99, 10, b"").syn(),
        Tcp::client(10, b"old"),
        Tcp::client(9, b"").syn(),
        Tcp::client(13, b"er"),
        Tcp::client(70_000, b"").syn(),
        Tcp::server(700, 70_001, b"").syn(),
        Tcp::client(70_001, b"new"),
        Tcp::server(701, 70_004, b"answer"),
    ]);
    assert_eq!(told.len(), 2);
    assert_eq!(
        (told[0].stream, told[0].bytes[0].as_slice(), told[0].end),
        (0, b"older".as_slice(), Some(End::Reused))
    );
    assert_eq!(
        (told[1].stream, told[1].bytes[0].as_slice(), told[1].end),
        (1, b"new".as_slice(), Some(End::Capture))
    );
    assert_eq!(told[1].bytes[1], b"answer");
}

#[test]
fn a_connection_may_begin_in_the_middle() {
    let told = one(&[Tcp::server(500, 20, b"b"), Tcp::client(20, b"a"), Tcp::client(15, b"early")]);
    assert_eq!(told.bytes, [b"b".to_vec(), b"a".to_vec()]);
    assert_eq!(told.opener, None);
}

#[test]
fn a_refused_connection_is_closed() {
    let told =
        one(&[Tcp::client(9, b"").syn(), Tcp { ack: Some(10), ..Tcp::server(0, 0, b"").rst() }]);
    assert_eq!(told.closed, [(Side::B, Close::Rst, 2)]);
}

#[test]
fn held_bytes_are_bounded_for_a_side_and_over_all() {
    let mut segments = vec![Tcp::client(0, b"").syn()];
    segments.extend((0..100).map(|n| Tcp::client(1 + 1000 + n * 100, &[1; 100])));
    let limits = Limits { held_per_side: 5000, ..Limits::default() };
    let (told, _) = run_with(&segments, limits, Recorder::default());
    assert_eq!(
        (told[0].gaps.as_slice(), told[0].bytes[0].len()),
        ([(Side::A, 0, 1000, GapCause::Bound)].as_slice(), 10_000)
    );

    let ports = 1000_u16;
    let mut segments: Vec<_> =
        (0..ports).map(|n| Tcp { client_port: 10_000 + n, ..Tcp::client(0, b"").syn() }).collect();
    segments
        .extend((0..ports).map(|n| Tcp { client_port: 10_000 + n, ..Tcp::client(10, &[1; 100]) }));
    let limits = Limits { held_in_all: 50_000, ..Limits::default() };
    let (told, flows) = run_with(&segments, limits, Recorder::default());
    assert_eq!(told.len(), 1000);
    assert!(told.iter().all(|told| told.bytes[0].len() == 100 && told.gaps.len() == 1));
    let bound = told.iter().filter(|told| told.gaps[0].3 == GapCause::Bound).count();
    assert!(bound > 800, "{bound}");
    assert_eq!(flows.counters().gap_bytes, 9 * 1000);
}

#[test]
fn the_longest_idle_connections_are_forgotten() {
    let segments: Vec<_> =
        (0..500_u16).map(|n| Tcp { client_port: 10_000 + n, ..Tcp::client(0, b"abc") }).collect();
    let limits = Limits { flows: 64, ..Limits::default() };
    let (told, flows) = run_with(&segments, limits, Recorder::default());
    assert_eq!(told.len(), 500);
    assert!(
        told.iter().zip(0..).all(|(told, stream)| told.stream == stream && told.bytes[0] == b"abc")
    );
    let forgotten = told.iter().filter(|told| told.end == Some(End::Forgotten)).count();
    assert_eq!(flows.counters().forgotten, forgotten as u64);
    assert!((436..=440).contains(&forgotten), "{forgotten}");
}

#[test]
fn a_consumer_may_decline_and_may_stop() {
    let declined = [Tcp { client_port: 9, ..Tcp::client(0, b"abc") }, Tcp::client(0, b"abc")];
    let told = run(&declined);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].stream, 1, "a declined connection counts all the same");

    let segments = [
        Tcp::client(0, b"abc"),
        Tcp::client(9, b"xyz"),
        Tcp::client(3, b"def"),
        Tcp::client(6, b"ghi"),
    ];
    let sink = Recorder { stop_after: Some(6), ..Recorder::default() };
    let (told, _) = run_with(&segments, Limits::default(), sink);
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].bytes[0].as_slice(), told[0].end),
        (b"abcdef".as_slice(), Some(End::Unwanted))
    );
}
