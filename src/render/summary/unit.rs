//! What a unit of the carrier says, in one line.

use crate::annotate::view::{Row, rows};
use crate::pipeline::Record;
use crate::spec::Field;
use crate::spec::field::{Kind, Meaning};
use crate::spec::unit::Unit;
use crate::text::{self, Escaped};
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

/// Bytes of a value that are shown.
const LIMIT: usize = 80;

/// What a unit says; `None` for one that has no line of its own making. Untrusted text is escaped
/// in it.
pub(super) fn line(unit: Unit, record: &Record<'_>) -> Option<String> {
    let rows: Vec<Row<'_>> = rows(record.tape, record.bytes, false).collect();
    let parts = Parts { rows: &rows };
    Some(match unit {
        Unit::HTTP_REQUEST => parts.request(),
        Unit::HTTP_RESPONSE => parts.response(),
        Unit::WEBSOCKET_CLOSE => parts.close(),
        Unit::WEBSOCKET_PING => parts.data(Field::WS_PING),
        Unit::WEBSOCKET_PONG => parts.data(Field::WS_PONG),
        Unit::WEBSOCKET_STRAY => text::count(record.bytes.len() as u64, "byte"),
        Unit::PROXY => parts.proxy(),
        _ => return None,
    })
}

struct Parts<'r> {
    rows: &'r [Row<'r>],
}

impl<'r> Parts<'r> {
    fn find(&self, field: Field) -> Option<&'r Row<'r>> {
        self.rows.iter().find(|row| row.field == field)
    }

    fn number(&self, field: Field) -> Option<u64> {
        self.find(field).map(|row| row.number)
    }

    fn text(&self, field: Field) -> Option<String> {
        let content = self.find(field)?.content();
        let cut = content.get(..LIMIT).unwrap_or(content);
        let dots = if cut.len() < content.len() { "…" } else { "" };
        Some(format!("{}{dots}", Escaped(cut)))
    }

    fn request(&self) -> String {
        let words = [Field::HTTP_METHOD, Field::HTTP_URI].map(|field| self.text(field));
        let mut out = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
        self.negotiation(&mut out);
        out
    }

    fn response(&self) -> String {
        let status = self.number(Field::HTTP_STATUS).unwrap_or_default();
        let phrase = self.text(Field::HTTP_PHRASE).unwrap_or_default();
        let refuses = if matches!(status, 100..=199) { "" } else { "the server refuses: " };
        let mut out = format!("{refuses}{status} {phrase}").trim_end().to_owned();
        self.negotiation(&mut out);
        out
    }

    fn negotiation(&self, out: &mut String) {
        // Writing to a String does not fail.
        if let Some(name) = self.text(Field::HTTP_WS_PROTOCOL) {
            let _ = write!(out, ", subprotocol {name}");
        }
        if let Some(extensions) = self.text(Field::HTTP_WS_EXTENSIONS) {
            let _ = write!(out, ", {extensions}");
        }
    }

    fn close(&self) -> String {
        let Some(code) = self.number(Field::WS_CLOSE_CODE) else { return "no code".into() };
        let mut out = format!("{code} {}", name(Field::WS_CLOSE_CODE, code)).trim_end().to_owned();
        if let Some(reason) = self.text(Field::WS_CLOSE_REASON) {
            let _ = write!(out, " \"{reason}\"");
        }
        out
    }

    fn data(&self, field: Field) -> String {
        let Some(row) = self.find(field) else { return "no data".into() };
        let len = text::count(row.bytes.len() as u64, "byte");
        match self.text(field) {
            Some(shown) if text::is_readable(row.bytes) => format!("{len} \"{shown}\""),
            _ => len,
        }
    }

    fn proxy(&self) -> String {
        let of = |fields: [Field; 4], port: [Field; 2]| {
            let port = port.iter().find_map(|field| self.number(*field))?;
            let address = fields.iter().find_map(|field| self.address(*field))?;
            Some(SocketAddr::new(address, u16::try_from(port).ok()?).to_string())
        };
        let src = of(
            [
                Field::PROXY_V1_SRC_4,
                Field::PROXY_V1_SRC_6,
                Field::PROXY_V2_SRC_4,
                Field::PROXY_V2_SRC_6,
            ],
            [Field::PROXY_V1_SRC_PORT, Field::PROXY_V2_SRC_PORT],
        );
        let dst = of(
            [
                Field::PROXY_V1_DST_4,
                Field::PROXY_V1_DST_6,
                Field::PROXY_V2_DST_4,
                Field::PROXY_V2_DST_6,
            ],
            [Field::PROXY_V1_DST_PORT, Field::PROXY_V2_DST_PORT],
        );
        match (src, dst, self.number(Field::PROXY_V2_COMMAND)) {
            (Some(src), Some(dst), None | Some(1)) => format!("for {src} -> {dst}"),
            (_, _, Some(command)) => name(Field::PROXY_V2_COMMAND, command).into(),
            _ => self.text(Field::PROXY_V1_PROTO).unwrap_or_default(),
        }
    }

    fn address(&self, field: Field) -> Option<IpAddr> {
        let content = self.find(field)?.content();
        if field.kind() != Kind::Address {
            return std::str::from_utf8(content).ok()?.parse().ok();
        }
        let v4 = <[u8; 4]>::try_from(content).map(IpAddr::from);
        v4.or_else(|_| <[u8; 16]>::try_from(content).map(IpAddr::from)).ok()
    }
}

/// The name of a value, as its field's row has it.
fn name(field: Field, value: u64) -> &'static str {
    match field.info().map(|info| info.meaning) {
        Some(Meaning::Values(rows)) => {
            rows.iter().find(|row| row.0 == value).map_or("", |row| row.1)
        }
        _ => "",
    }
}
