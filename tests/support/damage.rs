//! Damage to the transport of a clean connection: what a network and a capture do to segments.

use super::Tcp;
use super::streams::Stream;

/// A linear congruential generator: the same damage for the same seed.
#[derive(Clone, Copy, Debug)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// Below a bound, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.next() as usize % bound
    }

    /// True once in so many times.
    pub fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}

/// The segments of a connection: a handshake, what each side sends, acknowledged, and the end.
/// Sequence numbers count from `base` on both sides.
pub fn segments(stream: &Stream, base: u32, port: u16) -> Vec<Tcp> {
    let (mut client, mut server) = (base, base.wrapping_mul(3));
    let mut list = vec![
        Tcp { client_port: port, ..Tcp::client(client, b"").syn() },
        Tcp { client_port: port, ..Tcp::server(server, client.wrapping_add(1), b"").syn() },
    ];
    (client, server) = (client.wrapping_add(1), server.wrapping_add(1));
    let add = |list: &mut Vec<Tcp>, segment: Tcp| {
        list.push(Tcp { client_port: port, ..segment });
    };
    for turn in &stream.turns {
        let len = turn.bytes.len() as u32;
        if turn.from_client {
            add(&mut list, Tcp { ack: Some(server), ..Tcp::client(client, &turn.bytes) });
            client = client.wrapping_add(len);
            add(&mut list, Tcp::server(server, client, b""));
        } else {
            add(&mut list, Tcp::server(server, client, &turn.bytes));
            server = server.wrapping_add(len);
            add(&mut list, Tcp { ack: Some(server), ..Tcp::client(client, b"") });
        }
    }
    add(&mut list, Tcp { ack: Some(server), ..Tcp::client(client, b"") }.fin());
    add(&mut list, Tcp::server(server, client.wrapping_add(1), b"").fin());
    list
}

/// Each segment with payload in pieces of up to `most` bytes.
pub fn cut(list: &[Tcp], most: usize, random: &mut Random) -> Vec<Tcp> {
    let mut out = Vec::new();
    for segment in list {
        let mut at = 0;
        while segment.payload.len() - at > 1 {
            let len = (1 + random.below(most)).min(segment.payload.len() - at);
            out.push(part(segment, at, len));
            at += len;
        }
        if segment.payload.len() - at == 1 || segment.payload.is_empty() {
            out.push(part(segment, at, segment.payload.len() - at));
        }
    }
    out
}

/// A part of a segment's payload; the last one has its FIN.
pub fn part(segment: &Tcp, at: usize, len: usize) -> Tcp {
    let shift = at as u32 + u32::from(segment.syn && at > 0);
    Tcp {
        seq: segment.seq.wrapping_add(shift),
        syn: segment.syn && at == 0,
        fin: segment.fin && at + len == segment.payload.len(),
        payload: segment.payload[at..at + len].to_vec(),
        ..segment.clone()
    }
}

/// Neighbours of one side in one segment, as long as they follow upon each other and the other side
/// says nothing between them.
pub fn merge(list: &[Tcp], most: usize) -> Vec<Tcp> {
    let mut out: Vec<Tcp> = Vec::new();
    for segment in list {
        let last = out.iter_mut().rev().find(|last| !last.payload.is_empty());
        let plain = |tcp: &Tcp| !(tcp.syn || tcp.fin || tcp.rst);
        match last {
            Some(last)
                if plain(last)
                    && plain(segment)
                    && last.from_client == segment.from_client
                    && last.seq.wrapping_add(last.payload.len() as u32) == segment.seq
                    && last.payload.len() + segment.payload.len() <= most =>
            {
                last.payload.extend(&segment.payload);
            }
            _ => out.push(segment.clone()),
        }
    }
    out
}

/// What one side sends before the other speaks, with the bare acknowledgements among it.
fn turns(list: &[Tcp]) -> Vec<Vec<Tcp>> {
    let mut turns: Vec<(bool, Vec<Tcp>)> = Vec::new();
    for segment in list {
        let is_bare = segment.payload.is_empty() && !segment.fin;
        match turns.last_mut() {
            Some((from_client, turn)) if is_bare || *from_client == segment.from_client => {
                turn.push(segment.clone());
            }
            _ => turns.push((segment.from_client, vec![segment.clone()])),
        }
    }
    turns.into_iter().map(|(_, turn)| turn).collect()
}

/// Segments change places with others at most `window` further on. An answer never comes before
/// what it answers: no network does that.
pub fn reorder(list: &[Tcp], window: usize, random: &mut Random) -> Vec<Tcp> {
    let shuffled = turns(list).into_iter().flat_map(|turn| {
        let mut keyed: Vec<(usize, Tcp)> = Vec::new();
        for (index, segment) in turn.into_iter().enumerate() {
            // An acknowledgment never comes before what it acknowledges, either.
            let is_bare = segment.payload.is_empty() && !segment.fin;
            let later = if is_bare { window } else { random.below(window) };
            keyed.push((index + later, segment));
        }
        // A stable sort: nothing moves further than the window.
        keyed.sort_by_key(|(key, _)| *key);
        keyed.into_iter().map(|(_, segment)| segment)
    });
    shuffled.collect()
}

/// One in `many` segments with payload is lost before it is captured, and sent again when those
/// behind it have come.
pub fn send_again(list: &[Tcp], many: usize, random: &mut Random) -> Vec<Tcp> {
    let delayed = turns(list).into_iter().flat_map(|turn| {
        // What is acknowledged has arrived: the acknowledgements come last.
        let (bare, data): (Vec<Tcp>, Vec<Tcp>) =
            turn.into_iter().partition(|one| one.payload.is_empty());
        let (late, in_time): (Vec<Tcp>, Vec<Tcp>) =
            data.into_iter().partition(|_| random.one_in(many));
        in_time.into_iter().chain(late).chain(bare)
    });
    delayed.collect()
}

/// One in `many` segments comes again, up to `later` segments later, and one in two of those with
/// bytes of its neighbours.
pub fn repeat(list: &[Tcp], many: usize, later: usize, random: &mut Random) -> Vec<Tcp> {
    let mut keyed: Vec<(usize, Tcp)> = Vec::new();
    for (index, segment) in list.iter().enumerate() {
        keyed.push((index * 2, segment.clone()));
        if !random.one_in(many) {
            continue;
        }
        let at = (index + random.below(later)) * 2 + 1;
        let next = list[index + 1..].iter().find(|next| next.from_client == segment.from_client);
        let follows = |next: &&Tcp| {
            let end = segment.seq.wrapping_add(segment.payload.len() as u32);
            next.seq == end && !segment.syn && !segment.fin && !next.fin
        };
        match next.filter(follows) {
            Some(next) if random.one_in(2) => {
                let payload = [&segment.payload[..], &next.payload].concat();
                let start = random.below(payload.len() + 1);
                let whole = Tcp { payload, ..segment.clone() };
                let len = random.below(whole.payload.len() - start + 1);
                keyed.push((at, part(&whole, start, len)));
            }
            _ => keyed.push((at, segment.clone())),
        }
    }
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, segment)| segment).collect()
}

/// Keep-alive probes, with a byte of their own, and zero windows: both sides probe here and there.
pub fn probe(list: &[Tcp], many: usize, random: &mut Random) -> Vec<Tcp> {
    let mut out = Vec::new();
    let mut next: [Option<u32>; 2] = [None, None];
    for segment in list {
        out.push(segment.clone());
        let len = segment.payload.len() as u32 + u32::from(segment.syn);
        let side = &mut next[usize::from(segment.from_client)];
        let end = segment.seq.wrapping_add(len);
        *side = side.map_or(Some(end), |known| {
            Some(if (end.wrapping_sub(known) as i32) > 0 { end } else { known })
        });
        let acked = side.is_some() && !segment.fin && segment.payload.len() > 1;
        if acked && random.one_in(many) {
            let payload = if random.one_in(2) { vec![0xee] } else { Vec::new() };
            out.push(Tcp { seq: end.wrapping_sub(1), payload, syn: false, ..segment.clone() });
        }
    }
    out
}

/// The segments of several connections, in turns.
pub fn interleave(lists: &[Vec<Tcp>], random: &mut Random) -> Vec<Tcp> {
    let mut left: Vec<_> = lists.iter().map(|list| list.iter()).collect();
    let mut out = Vec::new();
    while !left.is_empty() {
        let index = random.below(left.len());
        match left[index].next() {
            Some(segment) => out.push(segment.clone()),
            None => drop(left.remove(index)),
        }
    }
    out
}

/// Without the segments that are picked; what was lost of each side, as sequence numbers.
pub fn lose(list: &[Tcp], mut pick: impl FnMut(usize, &Tcp) -> bool) -> (Vec<Tcp>, Vec<Tcp>) {
    let (mut kept, mut lost) = (Vec::new(), Vec::new());
    for (index, segment) in list.iter().enumerate() {
        if pick(index, segment) { lost.push(segment.clone()) } else { kept.push(segment.clone()) }
    }
    (kept, lost)
}
