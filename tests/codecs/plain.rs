//! A packet in plain values: what every codec's packet can be told as, and so be compared.

use std::fmt;

/// One value, free of any codec's types. Text is bytes: that it is well-formed is told elsewhere.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Number(u64),
    Bytes(Vec<u8>),
    Pair(Vec<u8>, Vec<u8>),
}

impl Value {
    pub(crate) fn number(value: impl Into<u64>) -> Self {
        Self::Number(value.into())
    }

    pub(crate) fn bytes(value: impl AsRef<[u8]>) -> Self {
        Self::Bytes(value.as_ref().to_vec())
    }

    pub(crate) fn pair(name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        Self::Pair(name.as_ref().to_vec(), value.as_ref().to_vec())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => write!(f, "{value}"),
            Self::Bytes(bytes) => write!(f, "\"{}\"", bytes.escape_ascii()),
            Self::Pair(a, b) => write!(f, "\"{}\": \"{}\"", a.escape_ascii(), b.escape_ascii()),
        }
    }
}

/// Properties: identifier and value, in the order of the wire.
pub(crate) type Properties = Vec<(u8, Value)>;

/// One packet: its type, its fields by name, its properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plain {
    kind: &'static str,
    fields: Vec<(&'static str, Value)>,
    properties: Properties,
    will_properties: Properties,
}

impl Plain {
    pub(crate) fn new(kind: &'static str) -> Self {
        Self { kind, fields: Vec::new(), properties: Vec::new(), will_properties: Vec::new() }
    }

    pub(crate) fn number(mut self, name: &'static str, value: impl Into<u64>) -> Self {
        self.fields.push((name, Value::number(value)));
        self
    }

    pub(crate) fn bytes(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.fields.push((name, Value::bytes(value)));
        self
    }

    /// A number that the packet may do without.
    pub(crate) fn maybe_number(self, name: &'static str, value: Option<impl Into<u64>>) -> Self {
        match value {
            Some(value) => self.number(name, value),
            None => self,
        }
    }

    /// Bytes that the packet may do without.
    pub(crate) fn maybe_bytes(self, name: &'static str, value: Option<impl AsRef<[u8]>>) -> Self {
        match value {
            Some(value) => self.bytes(name, value),
            None => self,
        }
    }

    pub(crate) fn properties(self, properties: Properties) -> Self {
        Self { properties, ..self }
    }

    pub(crate) fn will_properties(self, will_properties: Properties) -> Self {
        Self { will_properties, ..self }
    }

    /// For a codec that does not tell everything: properties in the order of their identifiers, and
    /// a Reason Code that is left out as the 0 that it means.
    pub(crate) fn loosened(mut self) -> Self {
        self.properties.sort_by_key(|(id, _)| *id);
        self.will_properties.sort_by_key(|(id, _)| *id);
        if self.fields.iter().all(|(name, _)| *name != "reason") {
            self = self.number("reason", 0u8);
        }
        self
    }
}
