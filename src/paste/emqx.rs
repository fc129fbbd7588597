//! EMQX at log level debug: `msg: raw_bin_received, ... peername: A:P, ... bin: 100E...`.

use super::digits;
use super::notation::Notation;
use super::piece::Direction;
use super::run::{Class, Join, Run};
use super::source::{Source, Taken};
use super::stamp;

/// Reads a line with a field `bin` that holds hex.
pub(super) fn read(row: &'static Notation, source: Source<'_>, at: usize) -> Option<Taken> {
    let line = source.line(at);
    let (field, digits) = ["bin: ", "bin=", "\"bin\":", "bin:"].into_iter().find_map(|key| {
        let found = line.text.find(key)?;
        let value = line.text.get(found..)?.get(key.len()..)?;
        let hex = value.trim_start_matches([' ', '"', '\'', '<', '[']);
        let start = line.text.len().checked_sub(hex.len())?;
        let len = hex.find(|c: char| !c.is_alphanumeric()).unwrap_or(hex.len());
        let is_hex = hex.bytes().take_while(u8::is_ascii_hexdigit).count() >= 4
            || digits::near(hex.get(..len)?, 2);
        // A field, and no part of a name or a path.
        let before = line.text.get(..found)?.chars().next_back();
        let starts_word = before.is_none_or(|c| c.is_whitespace() || ",;\"'{[(".contains(c));
        (is_hex && len >= 4 && starts_word).then_some((found, start..start.saturating_add(len)))
    })?;
    let head = line.text.get(..field)?;
    let range = at.saturating_add(digits.start)..at.saturating_add(digits.end);
    let mut run = Run::new(row, Class::Sure, range.clone());
    digits::hex(source, range, &mut run);
    run.direction = direction(head);
    run.time = stamp::read(head);
    run.conversation = conversation(head);
    run.join = Join::Stream;
    Some(Taken { runs: vec![run], end: line.next, modem: 0 })
}

/// The broker writes the log: what it received comes from a client.
fn direction(head: &str) -> Option<Direction> {
    if head.contains("received") {
        Some(Direction::FromClient)
    } else if head.contains("sent") || head.contains("send") {
        Some(Direction::FromServer)
    } else {
        None
    }
}

/// A number for the client's address: the same in each line of one connection.
fn conversation(head: &str) -> u32 {
    let peer =
        head.split("peername").nth(1).map(|rest| rest.trim_start_matches(['"', ':', '=', ' ']));
    let peer = peer.and_then(|rest| rest.split([',', '"', ' ', ';']).next()).unwrap_or_default();
    // FNV-1a: stable, and a collision of two clients in one log is not to be expected.
    peer.bytes().fold(if peer.is_empty() { 0 } else { 0x811c_9dc5 }, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
