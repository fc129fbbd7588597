//! `tshark -z follow,tcp,raw`: a head that names the two nodes, then a line of hex a segment,
//! those of node 1 behind a tab.

use super::columns::{self, Ascii};
use super::digits;
use super::frame;
use super::notation::Notation;
use super::piece::Direction;
use super::run::{Class, Join, Run};
use super::source::{Source, Taken};

/// Reads from the line `Follow:` to the closing rule.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let line = source.line(at);
    let form = line.text.trim_start().strip_prefix("Follow: ")?;
    let hex = form.contains(",hex");
    if !hex && !form.contains(",raw") {
        return None;
    }
    let conversation = conversation(source, line.next);
    let mut follow = Follow { row, source, runs: Vec::new(), ports: [None; 2] };
    let mut at = line.next;
    while at < source.text.len() {
        let line = source.line(at);
        at = line.next;
        if line.text.starts_with("====") {
            break;
        }
        if let Some(node) = line.text.strip_prefix("Node ") {
            follow.node(node);
        } else if !follow.line(line.start, line.end, hex)
            && !line.text.contains(": ")
            && !line.text.is_empty()
        {
            at = line.start;
            break;
        }
    }
    let runs = follow.directed(conversation);
    Some(Taken { runs, end: at, modem: 0 })
}

/// The stream's number in the filter line.
fn conversation(source: Source<'_>, at: usize) -> u32 {
    let filter = source.line(at).text;
    filter.rsplit_once(" eq ").and_then(|(_, n)| n.trim().parse().ok()).unwrap_or(0)
}

struct Follow<'t> {
    row: &'static Notation,
    source: Source<'t>,
    runs: Vec<(usize, Run)>,
    ports: [Option<u16>; 2],
}

/// The ports that a broker listens on.
const SERVER_PORTS: [u16; 5] = [1883, 8883, 1884, 8080, 9001];

impl Follow<'_> {
    fn node(&mut self, text: &str) {
        let Some((number, address)) = text.split_once(": ") else { return };
        let slot = number.parse().ok().and_then(|n: usize| self.ports.get_mut(n));
        if let Some(slot) = slot {
            *slot = address.rsplit(':').next().and_then(|port| port.trim().parse().ok());
        }
    }

    fn line(&mut self, start: usize, end: usize, hex: bool) -> bool {
        let text = self.source.range(start..end);
        let side = usize::from(text.starts_with('\t'));
        let begin = self.source.skip_blanks(start);
        let mut run = Run::new(self.row, Class::Sure, begin..end);
        if hex {
            let Some((address, bytes)) = text.trim_start().split_once("  ") else { return false };
            let from = end.saturating_sub(bytes.len());
            columns::read(self.source, from..end, Ascii::Maybe, &mut run);
            let wrong = address.char_indices().find(|(_, c)| !c.is_ascii_hexdigit());
            if let Some((n, wrong)) = wrong {
                let at = begin.saturating_add(n);
                let range = at..at.saturating_add(wrong.len_utf8());
                run.beside(range, digits::not_a_digit(wrong));
            }
        } else if digits::near(text.trim(), text.trim().len()) {
            let end = begin.saturating_add(text.trim().len());
            digits::hex(self.source, begin..end, &mut run);
            run.range = begin..end;
        }
        run.join = Join::Stream;
        let found = !run.data.bytes.is_empty();
        if found {
            self.runs.push((side, run));
        }
        found
    }

    /// The node with a broker's port is the server, or else the one that sends no CONNECT.
    fn directed(self, conversation: u32) -> Vec<Run> {
        let is_server = |port: Option<u16>| port.is_some_and(|p| SERVER_PORTS.contains(&p));
        let connects = |side: usize| {
            self.runs.iter().any(|(s, run)| *s == side && frame::connect(&run.data.bytes))
        };
        let server = match self.ports.map(is_server) {
            [true, false] => Some(0),
            [false, true] => Some(1),
            _ if connects(0) => Some(1),
            _ if connects(1) => Some(0),
            _ => None,
        };
        let direction = |side| {
            server.map(|s| if s == side { Direction::FromServer } else { Direction::FromClient })
        };
        let directed = self.runs.into_iter().map(|(side, mut run)| {
            run.direction = direction(side);
            run.conversation = conversation;
            run
        });
        directed.collect()
    }
}
