//! Connections that have ended are forgotten a minute later, and no sooner.

mod support;

use mqttscope::net::{Net, Transport};
use mqttscope::stream::{Connection, End, Event, Flows, Limits, Side, Sink, Stamp};
use std::ops::ControlFlow;
use support::{Tcp, frame};

const SECOND: i64 = 1_000_000_000;

/// What was told of each connection.
#[derive(Default)]
struct Recorder {
    ended: Vec<(u64, End, Vec<u8>)>,
}

impl Sink for Recorder {
    type State = Vec<u8>;

    fn opened(&mut self, connection: &Connection) -> Option<Vec<u8>> {
        // Nobody cares for the connections of even ports.
        (connection.a.port() % 2 == 1).then(Vec::new)
    }

    fn event(
        &mut self,
        _: &Connection,
        state: &mut Vec<u8>,
        _: Side,
        event: Event<'_>,
    ) -> ControlFlow<()> {
        if let Event::Data { bytes, .. } = event {
            state.extend(bytes);
        }
        ControlFlow::Continue(())
    }

    fn ended(&mut self, connection: &Connection, state: Vec<u8>, end: End) {
        self.ended.push((connection.stream, end, state));
    }
}

struct Run {
    flows: Flows<Vec<u8>>,
    sink: Recorder,
    frames: u64,
}

impl Run {
    fn new(flows: usize) -> Self {
        let limits = Limits { flows, ..Limits::default() };
        Self { flows: Flows::new(limits), sink: Recorder::default(), frames: 0 }
    }

    /// Takes segments, all at one time; the number of the connection of the last.
    fn take(&mut self, time: Option<i64>, segments: &[Tcp]) -> u64 {
        let mut last = 0;
        for tcp in segments {
            self.frames += 1;
            let packet = tcp.ip();
            let at = Stamp { frame: self.frames, time, ..Stamp::default() };
            let (mut net, frame) = (Net::default(), frame(101, &packet));
            let Ok(Transport::Tcp(segment)) = net.packet(&frame) else { panic!("{tcp:?}") };
            last = self.flows.push(at, &segment, &mut self.sink).stream;
        }
        last
    }

    fn at(&mut self, seconds: i64, segments: &[Tcp]) -> u64 {
        self.take(Some(seconds * SECOND), segments)
    }
}

fn on(client_port: u16, tcp: Tcp) -> Tcp {
    Tcp { client_port, ..tcp }
}

/// A whole connection: both sides open it, the client says `hello`, both end it.
fn whole(port: u16) -> Vec<Tcp> {
    let segments = [
        Tcp::client(0, b"").syn(),
        Tcp::server(70, 1, b"").syn(),
        Tcp::client(1, b"hello"),
        Tcp::client(6, b"").fin(),
        Tcp::server(71, 7, b"").fin(),
    ];
    segments.map(|tcp| on(port, tcp)).to_vec()
}

/// Somebody else's segment, so that time goes on.
fn another() -> Vec<Tcp> {
    vec![on(999, Tcp::client(5, b"x"))]
}

#[test]
fn after_a_minute_it_is_forgotten() {
    for port in [1001, 1002] {
        let mut run = Run::new(100);
        run.at(0, &whole(port));
        run.at(59, &another());
        assert_eq!(run.flows.len(), 2);
        run.at(60, &another());
        assert_eq!(run.flows.len(), 1);
        let told = [(0, End::Closed, b"hello".to_vec())];
        assert_eq!(run.sink.ended, told[..usize::from(port == 1001)]);
        assert_eq!(run.flows.counters().forgotten, 0);
    }
}

#[test]
fn a_reset_ends_it_too_unless_it_goes_on() {
    let open = &whole(1001)[..3];
    let reset = on(1001, Tcp::server(71, 6, b"").rst());
    let mut run = Run::new(100);
    run.at(0, open);
    run.at(1, std::slice::from_ref(&reset));
    run.at(61, &another());
    assert_eq!(run.sink.ended, [(0, End::Closed, b"hello".to_vec())]);

    // A reset that the client did not believe: it goes on, and is silent for a while.
    let mut run = Run::new(100);
    run.at(0, open);
    run.at(1, &[Tcp { seq: 1 << 31, ..reset }]);
    run.at(2, &[on(1001, Tcp::client(6, b" and"))]);
    run.at(100, &another());
    assert_eq!(run.at(101, &[on(1001, Tcp::client(10, b" more"))]), 0);
    run.at(200, &another());
    assert_eq!(run.sink.ended, []);
}

#[test]
fn what_is_sent_again_late_belongs_to_it_and_makes_it_stay() {
    let mut run = Run::new(100);
    run.at(0, &whole(1001));
    let again = on(1001, Tcp::client(1, b"hello"));
    assert_eq!(run.at(50, std::slice::from_ref(&again)), 0);
    assert_eq!(run.at(100, std::slice::from_ref(&again)), 0);
    run.at(159, &another());
    assert_eq!(run.flows.len(), 2);
    run.at(160, &another());
    assert_eq!(run.flows.len(), 1);
    // The consumer has let go of it before, when all was told.
    assert_eq!(run.sink.ended, [(0, End::Closed, b"hello".to_vec())]);
}

#[test]
fn half_an_end_is_none() {
    let mut run = Run::new(100);
    run.at(0, &whole(1001)[..4]);
    run.at(1_000, &another());
    assert_eq!(run.at(1_001, &[on(1001, Tcp::server(71, 7, b"still here"))]), 0);
    assert_eq!(run.sink.ended, []);
}

#[test]
fn what_waits_for_lost_bytes_is_told_then() {
    let mut run = Run::new(100);
    let mut segments = whole(1001);
    segments[2] = on(1001, Tcp::client(3, b"llo"));
    run.at(0, &segments);
    run.at(60, &another());
    assert_eq!(run.sink.ended, [(0, End::Closed, b"llo".to_vec())]);
}

#[test]
fn where_room_is_needed_the_ended_go_first_and_are_not_missed() {
    let mut run = Run::new(3);
    run.at(0, &whole(1001)[..3]);
    for port in 0..20 {
        run.at(1, &whole(1003 + 2 * port));
    }
    assert!(run.flows.len() <= 3);
    assert_eq!(run.flows.counters().forgotten, 0);
    assert!(run.sink.ended.iter().all(|(stream, end, _)| *stream > 0 && *end == End::Closed));
}

#[test]
fn without_times_the_segments_count() {
    let mut run = Run::new(100);
    run.take(None, &whole(1001));
    let others: Vec<Tcp> = another().into_iter().cycle().take(100_000).collect();
    run.take(None, &others[..50_000]);
    assert_eq!(run.flows.len(), 2);
    run.take(None, &others[50_000..]);
    assert_eq!(run.flows.len(), 1);
}
