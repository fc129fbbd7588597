//! The annotated tree of what carries packets: heads of HTTP, headers and control frames of
//! WebSocket, PROXY headers.
//!
//! To add a kind: a file with `read`, and its line in [`explain`].

mod http;
mod proxy;
mod websocket;

use crate::annotate::{Cursor, Sink, Stop, Tape};
use crate::spec::Field;
use crate::spec::unit::Unit;

/// Builds the tree of a unit, or of the header of a frame, in the place of what the tape held.
///
/// The leaves cover every bit of `bytes` exactly once, whatever they are.
///
/// ```
/// use mqttscope::annotate::Tape;
/// use mqttscope::carrier::explain;
/// use mqttscope::spec::{Field, unit::Unit};
///
/// let mut tape = Tape::new();
/// explain(Unit::WEBSOCKET_FRAME, &[0x82, 0x02], &mut tape);
/// assert_eq!(tape.find(Field::WS_LENGTH).map(|node| node.value), Some(2));
/// ```
pub fn explain(unit: Unit, bytes: &[u8], tape: &mut Tape) {
    tape.clear();
    let mut c = Cursor::new(bytes, tape);
    c.region(bytes.len(), Field::INPUT, |c| {
        read(unit, c)?;
        if !c.at_end() {
            c.rest(Field::UNDECODED);
        }
        Ok(())
    });
}

fn read<S: Sink>(unit: Unit, c: &mut Cursor<'_, '_, S>) -> Result<(), Stop> {
    match unit {
        Unit::WEBSOCKET_FRAME
        | Unit::WEBSOCKET_PING
        | Unit::WEBSOCKET_PONG
        | Unit::WEBSOCKET_CLOSE => websocket::read(c, unit),
        Unit::HTTP_REQUEST => {
            http::read(c, http::REQUEST);
            Ok(())
        }
        Unit::HTTP_RESPONSE => {
            http::read(c, http::RESPONSE);
            Ok(())
        }
        Unit::PROXY => proxy::read(c),
        Unit::HTTP_BODY => {
            rest(c, Field::HTTP_DATA);
            Ok(())
        }
        Unit::WEBSOCKET_STRAY => {
            rest(c, Field::WS_STRAY);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What is left, as one field; nothing makes none.
fn rest<S: Sink>(c: &mut Cursor<'_, '_, S>, field: Field) {
    if !c.at_end() {
        c.rest(field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::unit::UNITS;
    use proptest::prelude::*;

    fn assert_tiled(unit: Unit, bytes: &[u8]) {
        let mut tape = Tape::new();
        explain(unit, bytes, &mut tape);
        let mut end = 0;
        for leaf in tape.leaves() {
            assert_eq!(leaf.span.start, end, "{unit:?} {bytes:02x?}");
            assert!(leaf.span.len > 0, "{unit:?} {bytes:02x?}");
            end = leaf.span.end();
        }
        assert_eq!(end as usize, bytes.len() * 8, "{unit:?} {bytes:02x?}");
    }

    proptest! {
        #[test]
        fn leaves_cover_every_bit(unit in 0..UNITS.len() as u8, bytes: Vec<u8>) {
            assert_tiled(Unit(unit), &bytes);
        }

        #[test]
        fn leaves_cover_every_bit_of_heads_and_proxies(
            unit in 0..UNITS.len() as u8,
            start in prop::sample::select(vec![
                &b"GET / HTTP/1.1\r\nHost: a\r\n"[..], b"HTTP/1.1 101 X\r\n", b"PROXY TCP4 ", b"PROXY ",
                b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x20", b"\r\n\r\n\0\r\nQUIT\n\x21\x21", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14\x01\x02\x03\x04\x01\x02\x03\x04\0\x01\0\x02\x20",
            ]),
            rest in prop::collection::vec(prop::sample::select(b"\r\n: ,a1\0\xff\x20".to_vec()), 0..60),
            cut in 0usize..40,
        ) {
            let bytes = [start, &rest].concat();
            assert_tiled(Unit(unit), &bytes);
            assert_tiled(Unit(unit), &bytes[..cut.min(bytes.len())]);
        }
    }
}
