use super::*;
use crate::net::Net;
use crate::stream::Course;

/// A random number generator, so that each run is the same.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % bound
    }
}

/// Writes down what it is told, and lets go of a connection after some events.
struct Scribe {
    told: Vec<String>,
    most: usize,
}

impl Sink for Scribe {
    type State = ();

    fn opened(&mut self, _: &Connection) -> Option<()> {
        Some(())
    }

    fn event(
        &mut self,
        connection: &Connection,
        (): &mut (),
        side: Side,
        event: Event<'_>,
    ) -> ControlFlow<()> {
        self.told.push(format!("{side:?} {event:?} {:?}", connection.course));
        if self.told.len() < self.most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn ended(&mut self, _: &Connection, (): (), end: End) {
        self.told.push(format!("{end:?}"));
    }
}

/// What a side has sent, and what it has of the other one.
#[derive(Clone, Copy)]
struct Peer {
    seq: u32,
    ack: u32,
}

/// IPv4 and TCP (RFC 791, section 3.1; RFC 9293, section 3.1).
fn packet(side: Side, (seq, ack): (u32, u32), flags: u8, payload: &[u8]) -> Vec<u8> {
    let (from, to) = if side == Side::A { (1u8, 2u8) } else { (2, 1) };
    let total = (40 + payload.len() as u16).to_be_bytes();
    let ip = [0x45, 0, total[0], total[1], 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, to];
    let [seq, ack] = [seq, ack].map(u32::to_be_bytes);
    let ports = [7, from, 7, to];
    [&ip[..], &ports, &seq, &ack, &[0x50, flags, 1, 0, 0, 0, 0, 0], payload].concat()
}

/// The packets of a connection that mostly goes on as it should: some are lost, come late or again, probe, acknowledge
/// what was not sent, or end it.
fn packets(random: &mut Random) -> Vec<(Side, Vec<u8>)> {
    let start = [u32::MAX - 60, 1_000];
    let mut peers = start.map(|seq| Peer { seq, ack: 0 });
    (peers[0].ack, peers[1].ack) = (start[1], start[0]);
    let mut all = Vec::new();
    for nth in 0..60 {
        let own = random.below(2) as usize;
        let side = [Side::A, Side::B][own];
        let Peer { seq, ack } = peers[own];
        let payload = vec![nth; random.below(4) as usize * 7];
        let (mut flags, mut at) = (0x10, (seq, ack));
        match random.below(150) {
            // A probe, something again, something early, and an acknowledgment that is too old, or too new.
            0 => at.0 = seq.wrapping_sub(1),
            1 => at.0 = seq.wrapping_sub(random.below(30) as u32),
            2 => at.0 = seq.wrapping_add(random.below(30) as u32),
            3 => at.1 = ack.wrapping_sub(random.below(30) as u32),
            4 => at.1 = ack.wrapping_add(random.below(30) as u32),
            5 if nth > 30 => flags = 0x11,
            6 if nth > 30 => flags = 0x14,
            7 => flags = 0x12,
            8 => flags = 0,
            _ if nth < 2 && random.below(2) == 0 => flags = 0x12,
            _ => {}
        }
        let is_lost = random.below(100) == 0;
        if !is_lost {
            all.push((side, packet(side, at, flags, &payload)));
        }
        if at.0 == seq {
            peers[own].seq = seq.wrapping_add(payload.len() as u32 + u32::from(flags & 3 != 0));
            if random.below(3) > 0 {
                peers[1 - own].ack = peers[own].seq;
            }
        }
        if random.below(100) == 0 && all.len() > 1 {
            let last = all.len() - 1;
            all.swap(last, last - 1);
        }
    }
    all
}

/// What is told of a connection, how often it went the short way where it may, and what its course was.
fn run(packets: &[(Side, Vec<u8>)], most: usize, may_be_short: bool) -> (Vec<String>, u64, Course) {
    let connection = Connection {
        stream: 0,
        a: ([10, 0, 0, 1], 1793).into(),
        b: ([10, 0, 0, 2], 1794).into(),
        first_frame: 1,
        opener: None,
        course: Course::default(),
    };
    let (mut shared, mut sink) = (Shared::default(), Scribe { told: Vec::new(), most });
    let (mut net, mut flow, mut short) = (Net::default(), Flow::new(connection, true, Some(())), 0);
    for (number, (side, data)) in (1..).zip(packets) {
        let segment = net.segment(data);
        let at = Stamp { frame: number, time: Some(number as i64), previous: None };
        shared.counters.segments += 1;
        let is_low = *side == Side::A;
        let next = may_be_short.then(|| flow.goes_on(&segment, is_low)).flatten();
        if let Some(next) = next {
            flow.go_on(next, at, &segment, &mut shared, &mut sink);
            short += 1;
        } else {
            flow.push(at, &segment, is_low, &mut shared, &mut sink);
        }
        // What is kept of it is what a new look at it says.
        assert!(flow.steady.is_none() || flow.steady == flow.look(), "packet {number}");
    }
    let course = flow.connection.course;
    flow.finish(End::Capture, &mut shared, &mut sink);
    sink.told.push(format!("{:?}", shared.counters));
    (sink.told, short, course)
}

#[test]
fn the_short_way_tells_what_the_long_way_does() {
    let (mut random, mut short, mut all) = (Random(7), 0, 0);
    for nth in 0..300 {
        let packets = packets(&mut random);
        let most = if nth % 4 == 0 { 1 + random.below(40) as usize } else { usize::MAX };
        let (told, count, course) = run(&packets, most, true);
        assert_eq!((told, course), {
            let (told, _, course) = run(&packets, most, false);
            (told, course)
        });
        (short, all) = (short + count, all + packets.len() as u64);
    }
    assert!(short > all / 5 && short < all, "{short} of {all}");
}
