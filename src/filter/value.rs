//! Values of fields, their types, and how they compare.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::net::IpAddr;

/// What kind of values a field has.
///
/// ```
/// use mqttscope::filter::{Type, table::field};
///
/// assert_eq!(field("ip.src").unwrap().kind, Type::Ipv4);
/// assert_eq!(field("mqtt.username").unwrap().kind, Type::Text);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// No value: the field is there or not.
    Presence,
    /// 0 or 1.
    Flag,
    /// A whole number.
    Number,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A point in time.
    Time,
    /// A span of time, in seconds.
    Duration,
    /// An address of IPv4.
    Ipv4,
    /// An address of IPv6.
    Ipv6,
    /// An address of either kind.
    Address,
    /// Whatever the packet says: a value of JSON.
    Any,
}

impl Type {
    /// What it is called in messages and in the list of fields.
    ///
    /// ```
    /// # use mqttscope::filter::Type;
    /// assert_eq!(Type::Duration.name(), "seconds");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Presence => "presence",
            Self::Flag => "flag",
            Self::Number => "number",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Time => "time",
            Self::Duration => "seconds",
            Self::Ipv4 => "IPv4 address",
            Self::Ipv6 => "IPv6 address",
            Self::Address => "address",
            Self::Any => "JSON",
        }
    }

    /// Wireshark's name of it.
    ///
    /// ```
    /// # use mqttscope::filter::Type;
    /// assert_eq!(Type::Flag.wireshark(), "FT_BOOLEAN");
    /// ```
    #[must_use]
    pub const fn wireshark(self) -> &'static str {
        match self {
            Self::Presence => "FT_NONE",
            Self::Flag => "FT_BOOLEAN",
            Self::Number => "FT_UINT64",
            Self::Text | Self::Address | Self::Any => "FT_STRING",
            Self::Bytes => "FT_BYTES",
            Self::Time => "FT_ABSOLUTE_TIME",
            Self::Duration => "FT_RELATIVE_TIME",
            Self::Ipv4 => "FT_IPv4",
            Self::Ipv6 => "FT_IPv6",
        }
    }

    /// Whether it is made of bytes that can be searched and sliced.
    pub(super) const fn has_bytes(self) -> bool {
        matches!(self, Self::Text | Self::Bytes | Self::Any)
    }

    /// Whether it is an address.
    pub(super) const fn is_address(self) -> bool {
        matches!(self, Self::Ipv4 | Self::Ipv6 | Self::Address)
    }

    /// Whether values have an order of numbers.
    pub(super) const fn is_numeric(self) -> bool {
        matches!(self, Self::Flag | Self::Number | Self::Time | Self::Duration | Self::Any)
    }

    /// Whether two fields of these types can be compared with each other.
    pub(super) fn meets(self, other: Self) -> bool {
        let is_address = |t| matches!(t, Self::Ipv4 | Self::Ipv6 | Self::Address | Self::Any);
        (self.has_bytes() && other.has_bytes())
            || (self.is_numeric() && other.is_numeric())
            || (is_address(self) && is_address(other))
    }
}

/// A value of a field.
///
/// ```
/// # use mqttscope::paste;
/// # use mqttscope::pipeline::{Each, PastedSettings, Record, read_paste};
/// # fn read(text: &str, each: impl FnMut(&Record<'_>)) {
/// #     let pasted = paste::parse(text, &paste::Options::default());
/// #     read_paste(&pasted, PastedSettings::default(), Each(each));
/// # }
/// use mqttscope::filter::{Value, table::field};
///
/// let id = field("mqtt.msgid").unwrap();
/// read("40 02 00 07", |record| {
///     assert_eq!(id.values(record), [Value::Number(7)]);
/// });
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// The field is there, which is all that there is to say.
    Present,
    /// A number, a flag, or nanoseconds.
    Number(i128),
    /// A number of JSON with a fraction.
    Float(f64),
    /// Text, which need not be UTF-8.
    Text(Cow<'a, [u8]>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// An address.
    Address(IpAddr),
}

impl<'a> Value<'a> {
    pub(super) fn number(value: impl Into<i128>) -> Self {
        Self::Number(value.into())
    }

    pub(super) const fn text(bytes: &'a [u8]) -> Self {
        Self::Text(Cow::Borrowed(bytes))
    }

    pub(super) const fn bytes(bytes: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }

    /// The same, without what it was read from.
    #[must_use]
    #[doc(hidden)]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Present => Value::Present,
            Self::Number(number) => Value::Number(number),
            Self::Float(number) => Value::Float(number),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
            Self::Address(address) => Value::Address(address),
        }
    }

    /// The bytes of text and of bytes.
    pub(super) fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Text(bytes) | Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The bytes of text, of bytes and of addresses.
    pub(super) fn octets(&self) -> Option<Cow<'_, [u8]>> {
        Some(match self {
            Self::Address(IpAddr::V4(address)) => Cow::Owned(address.octets().to_vec()),
            Self::Address(IpAddr::V6(address)) => Cow::Owned(address.octets().to_vec()),
            value => Cow::Borrowed(value.as_bytes()?),
        })
    }

    /// Whether a bit of it is 1.
    pub(super) fn has_bit(&self) -> bool {
        match self {
            Self::Number(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            value => value.octets().is_some_and(|octets| octets.iter().any(|byte| *byte != 0)),
        }
    }

    /// The order of two values; `None` where they are of different kinds. As in Wireshark, text is
    /// ordered by its first difference, and of bytes the longer ones are greater.
    pub(super) fn order(&self, other: &Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Value::Number(b)) => Some(a.cmp(b)),
            (Self::Number(a), Value::Float(b)) => (*a as f64).partial_cmp(b),
            (Self::Float(a), Value::Number(b)) => a.partial_cmp(&(*b as f64)),
            (Self::Float(a), Value::Float(b)) => a.partial_cmp(b),
            (Self::Address(a), Value::Address(b)) if a.is_ipv4() == b.is_ipv4() => Some(a.cmp(b)),
            (Self::Bytes(a), Value::Bytes(b)) => Some(a.len().cmp(&b.len()).then_with(|| a.cmp(b))),
            _ => Some(self.as_bytes()?.cmp(other.as_bytes()?)),
        }
    }
}
