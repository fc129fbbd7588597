//! Several connections by hand: clients that come back, throw each other out, and Wills.

mod complete;
mod copies;
mod left;
mod passed;
mod session;
mod take_over;
mod wills;

use crate::annotate::Tape;
use crate::session::ended::{Closed, Ended, Fate};
use crate::session::{At, Connection, Facts, Line, Partner, Proof, Seen, Shared};
use crate::spec::{Rule, Sender};
use crate::stream::Close;
use std::collections::BTreeMap;
use std::net::SocketAddr;

const C: Sender = Sender::Client;
const S: Sender = Sender::Server;

/// Clean Start, no session behind it; the same with a session of 100 s; and one that goes on with
/// it. The client is `a`.
const NEW: &str = "100e00044d5154540502003c00 000161";
const LASTS: &str = "101300044d5154540502003c051100000064 000161";
const RESUMES: &str = "101300044d5154540500003c051100000064 000161";
const ACCEPTED: &str = "2003000000";
const PRESENT: &str = "2003010000";
const REFUSED: &str = "2003008700";
const LEAVES: &str = "e000";

/// All connections of a capture.
#[derive(Default)]
pub(super) struct World {
    shared: Shared,
    number: u64,
    seconds: i64,
    connections: BTreeMap<u64, Connection>,
    pub(super) told: Vec<Ended>,
    /// No time passes from packet to packet.
    is_still: bool,
    /// Connections with odd numbers come from another host.
    has_two_hosts: bool,
}

impl World {
    fn at(&mut self) -> At {
        self.number += 1;
        self.seconds += i64::from(!self.is_still);
        let time = Some(self.seconds * 1_000_000_000);
        At { number: self.number, frame: self.number, time }
    }

    /// Nothing happens for so many seconds more.
    pub(super) fn waits(&mut self, seconds: i64) {
        self.seconds += seconds;
    }

    /// A packet, a second after the last one: what is found on it, and some of what is known.
    pub(super) fn packet(
        &mut self,
        stream: u64,
        sender: Sender,
        hex: &str,
    ) -> (Vec<Rule>, Facts<'static>) {
        let (rules, facts, own) = self.any_packet(stream, sender, hex);
        assert_eq!(own, 0, "{rules:?}");
        (rules, facts)
    }

    /// The same for one that need not be legal: how many of the findings it has by itself.
    fn any_packet(
        &mut self,
        stream: u64,
        sender: Sender,
        hex: &str,
    ) -> (Vec<Rule>, Facts<'static>, usize) {
        let at = self.at();
        let bytes = hex::decode(hex.replace(' ', "")).unwrap();
        let connection = self.connections.entry(stream).or_insert_with(|| {
            let mut connection = Connection::of_stream(None);
            connection.begin();
            connection
        });
        let (mut tape, mut scratch) = (Tape::new(), [Tape::new(), Tape::new()]);
        let (decoded, _) = connection.read(&bytes, Some(sender), &mut tape, &mut scratch);
        assert!(decoded.packet.is_some(), "{:?}", tape.findings());
        let own = tape.findings().len();
        let end = |host: &str, port: u64| SocketAddr::new(host.parse().unwrap(), port as u16);
        let host = if self.has_two_hosts && stream % 2 == 1 { "10.0.0.8" } else { "10.0.0.7" };
        let (client, server) = (end(host, 50_000 + stream), end("10.0.0.1", 1883));
        let line = Line { stream, client: &client, server: &server };
        let place = Some(at.number as u32);
        let proof = Proof { is_settled: true, had: place, end: place, ..Proof::default() };
        let seen = Seen {
            at,
            sender: Some(sender),
            line: Some(line),
            began: None,
            proof: &proof,
            is_secret: false,
            bytes: &bytes,
            decoded: &decoded,
        };
        connection.track(&seen, &mut self.shared, &mut tape);
        let facts = connection.facts();
        let Facts { answers, repeats, copy_of, lowered_from, .. } = facts;
        let kept =
            |partner: Option<&Partner>| partner.map(|partner| &*Box::leak(Box::new(*partner)));
        let [answers, repeats, copy_of] = [answers, repeats, copy_of].map(kept);
        let facts = Facts { answers, repeats, copy_of, lowered_from, ..Facts::default() };
        let rules = tape.findings().iter().map(|finding| finding.rule).collect();
        self.told.extend(self.shared.told(at.time));
        (rules, facts, own)
    }

    pub(super) fn finds(&mut self, stream: u64, sender: Sender, hex: &str, expected: &[Rule]) {
        assert_eq!(self.packet(stream, sender, hex).0, expected, "stream {stream}: {hex}");
    }

    pub(super) fn quiet(&mut self, stream: u64, packets: &[(Sender, &str)]) {
        for (sender, hex) in packets {
            self.finds(stream, *sender, hex, &[]);
        }
    }

    /// Both sides end, the one that is named first.
    pub(super) fn closes(&mut self, stream: u64, first: Sender) {
        let at = self.at();
        for sender in [first, first.other()] {
            let closed = Closed { how: Close::Fin, at, proof: Proof::default() };
            self.connections.get_mut(&stream).unwrap().closed(sender, closed, &mut self.shared);
        }
        let ended = self.connections.remove(&stream).unwrap().end(&mut self.shared);
        self.shared.ended(ended);
        self.told.extend(self.shared.told(at.time));
    }

    /// The client goes on with the session of stream 0 on stream 1: which takes the place of the first, or
    /// comes when that is over, so that there may have been another one in between.
    fn goes_on(&mut self, takes_over: bool) {
        if !takes_over {
            self.closes(0, C);
        }
        self.packet(1, C, RESUMES);
        if takes_over {
            self.closes(0, S);
        }
        self.packet(1, S, PRESENT);
    }

    /// Bytes of one side are not there.
    pub(super) fn loses(&mut self, stream: u64, sender: Sender) {
        let at = self.at();
        self.connections.get_mut(&stream).unwrap().lost(sender, at, &mut self.shared);
    }

    /// One side ends.
    fn ends(&mut self, stream: u64, by: Sender, how: Close) {
        let closed = Closed { how, at: self.at(), proof: Proof::default() };
        self.connections.get_mut(&stream).unwrap().closed(by, closed, &mut self.shared);
    }

    /// A whole connection.
    fn session(&mut self, stream: u64, connect: &str, connack: &str) {
        self.packet(stream, C, connect);
        self.packet(stream, S, connack);
        self.packet(stream, C, LEAVES);
        self.closes(stream, C);
    }

    /// The capture ends.
    fn end(mut self) -> Vec<Ended> {
        for (_, mut connection) in std::mem::take(&mut self.connections) {
            let ended = connection.end(&mut self.shared);
            self.shared.ended(ended);
        }
        self.told.extend(self.shared.told(None));
        self.told.sort_by_key(|ended| ended.stream);
        self.told
    }
}
