//! What a filter is asked about: a record, and how values are read from it.

use super::table::{FieldRow, Part, Source};
use super::value::{Type, Value};
use crate::annotate::view::Row;
use crate::annotate::{Node, Tape};
use crate::pipeline::Record;
use crate::spec::Field;
use crate::spec::field::Kind;
use crate::spec::property::Wire;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::ControlFlow;

/// A record, and what was made of it for the filter.
#[derive(Debug)]
pub(super) struct Subject<'r> {
    pub(super) record: &'r Record<'r>,
    /// Whether the tree, the findings and the facts are there.
    pub(super) is_whole: bool,
    /// The payload as JSON, once it was asked for.
    json: OnceCell<Option<serde_json::Value>>,
}

/// Takes values; `Break` wants no more.
pub(super) type Take<'t, 's> = &'t mut dyn FnMut(Value<'s>) -> ControlFlow<()>;

/// Gives all values of a field. `false`: they are not known yet.
pub(super) type Read = for<'s, 't> fn(&'s Subject<'s>, Take<'t, 's>) -> bool;

/// The value of a field that a record has no more than one of.
#[derive(Debug)]
pub(super) enum One<'r> {
    /// It is not known without the tree, or there are several.
    Unknown,
    /// There is none.
    Nothing,
    /// A number.
    Number(u64),
    /// Text.
    Text(&'r [u8]),
}

/// Gives the only value of a field.
pub(super) type ReadOne = for<'r> fn(&'r Record<'r>) -> One<'r>;

/// How the values of a field are read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reader {
    /// No record has several.
    One(ReadOne),
    /// Few have: they are read in the second way where the first tells nothing.
    Few(ReadOne, Read),
    /// In one way.
    Each(Read),
}

impl Reader {
    /// Gives all values. `false`: they are not known yet.
    fn read<'s>(self, subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
        let one = match self {
            Self::Each(read) => return read(subject, take),
            Self::One(one) | Self::Few(one, _) => one(subject.record),
        };
        let value = match (one, self) {
            (One::Unknown, Self::Few(_, read)) => return read(subject, take),
            (One::Unknown, _) => return false,
            (One::Nothing, _) => return true,
            (One::Number(number), _) => Value::number(number),
            (One::Text(text), _) => Value::text(text),
        };
        let _ = take(value);
        true
    }

    /// What gives the only value of most records.
    const fn one(self) -> Option<ReadOne> {
        match self {
            Self::One(one) | Self::Few(one, _) => Some(one),
            Self::Each(_) => None,
        }
    }
}

impl<'r> From<Option<&'r [u8]>> for One<'r> {
    fn from(text: Option<&'r [u8]>) -> Self {
        text.map_or(Self::Nothing, Self::Text)
    }
}

impl From<Option<u64>> for One<'_> {
    fn from(number: Option<u64>) -> Self {
        number.map_or(Self::Nothing, Self::Number)
    }
}

impl<'r> Subject<'r> {
    pub(super) const fn new(record: &'r Record<'r>, is_whole: bool) -> Self {
        Self { record, is_whole, json: OnceCell::new() }
    }

    /// The payload of a PUBLISH as JSON; `None` where it is none.
    pub(super) fn json(&self) -> Option<&serde_json::Value> {
        self.json.get_or_init(|| super::json::parse(super::facts::payload(self.record)?)).as_ref()
    }
}

impl FieldRow {
    /// All values of the field in a record, in the order of its bytes.
    #[must_use]
    #[doc(hidden)]
    pub fn values(&self, record: &Record<'_>) -> Vec<Value<'static>> {
        let subject = Subject::new(record, true);
        let mut values = Vec::new();
        self.read(&subject, &mut |value| {
            values.push(value.into_owned());
            ControlFlow::Continue(())
        });
        values
    }

    /// Gives the values of the field in a record. `false`: they are not known yet.
    pub(super) fn read<'s>(&self, subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
        match &self.source {
            Source::Fact(reader) => reader.read(subject, take),
            Source::Tree { quick, .. } if !subject.is_whole => {
                quick.is_some_and(|quick| quick.read(subject, take))
            }
            Source::Tree { fields, part, instead, .. } => {
                let mut is_given = false;
                if let Some(instead) = instead {
                    instead(subject, &mut |value| {
                        is_given = true;
                        take(value)
                    });
                }
                if !is_given {
                    let _ = self.in_trees(subject.record, fields, *part, take);
                }
                true
            }
        }
    }

    /// What gives the only value of the field in most records whose trees are not there yet.
    pub(super) fn one(&self) -> Option<ReadOne> {
        match &self.source {
            Source::Fact(reader) => reader.one(),
            Source::Tree { quick, .. } => quick.and_then(Reader::one),
        }
    }

    /// The values in the tree of the packet and in those of the headers that brought it.
    fn in_trees<'s>(
        &self,
        record: &'s Record<'s>,
        fields: &[Field],
        part: Part,
        take: Take<'_, 's>,
    ) -> ControlFlow<()> {
        self.in_tree(record.tape, record.bytes, fields, part, take)?;
        for header in record.headers {
            self.in_tree(&header.tape, &header.bytes, fields, part, take)?;
        }
        ControlFlow::Continue(())
    }

    fn in_tree<'s>(
        &self,
        tape: &Tape,
        bytes: &'s [u8],
        fields: &[Field],
        part: Part,
        take: Take<'_, 's>,
    ) -> ControlFlow<()> {
        for node in tape.nodes() {
            if fields.contains(&node.field()) {
                let row = row(node, bytes);
                match part {
                    Part::Length => take(Value::number(row.content().len() as u64))?,
                    Part::Value => {
                        if let Some(value) = value(&row, self.kind) {
                            take(value)?;
                        }
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// A node as a row. Where among its siblings it stands makes no difference to its value.
pub(super) fn row<'a>(node: &Node, bytes: &'a [u8]) -> Row<'a> {
    Row {
        field: node.field(),
        whole: node.field(),
        depth: node.depth(),
        span: node.span,
        number: node.value,
        bytes: node.span.of(bytes),
        index: 0,
        in_will: false,
        is_group: node.field().kind() == Kind::Group,
    }
}

/// The value of a field in the tree.
pub(super) fn value<'a>(row: &Row<'a>, kind: Type) -> Option<Value<'a>> {
    let content = row.content();
    Some(match row.field.kind() {
        Kind::Group if kind == Type::Number => Value::number(row.number),
        Kind::Group => Value::Present,
        Kind::Text | Kind::Tail | Kind::Line | Kind::HeaderLine | Kind::Property(Wire::Utf8)
            if kind != Type::Address =>
        {
            Value::text(content)
        }
        Kind::Data | Kind::Rest | Kind::Hex | Kind::Undecoded | Kind::Property(Wire::Binary) => {
            Value::bytes(content)
        }
        Kind::Property(Wire::Pair) => {
            let (name, value) = row.pair()?;
            Value::Text(Cow::Owned([name, b"=", value].concat()))
        }
        _ if kind == Type::Address => Value::Address(address(content)?),
        _ => Value::number(row.number),
    })
}

/// An address in four bytes, in sixteen, or in text.
fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(bytes).into());
    }
    if let Ok(bytes) = <[u8; 16]>::try_from(bytes) {
        return Some(Ipv6Addr::from(bytes).into());
    }
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// Gives a number, if there is one.
pub(super) fn option<'s, T: Into<i128>>(value: Option<T>, take: Take<'_, 's>) -> bool {
    if let Some(value) = value {
        let _ = take(Value::number(value));
    }
    true
}

/// Gives text, if there is some.
pub(super) fn text<'s>(value: Option<&'s [u8]>, take: Take<'_, 's>) -> bool {
    if let Some(value) = value {
        let _ = take(Value::text(value));
    }
    true
}

/// Gives that something is there, if it is.
pub(super) fn protocol(is_there: bool, take: Take<'_, '_>) -> bool {
    if is_there {
        let _ = take(Value::Present);
    }
    true
}
