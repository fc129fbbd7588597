//! A filter made ready: names are looked up, values converted, patterns compiled. What is left to do
//! for a record is here.

use super::json;
use super::lexer::Operator;
use super::slice::Slice;
use super::subject::{One, ReadOne, Subject, Take};
use super::table::FieldRow;
use super::value::Value;
use crate::pipeline::Record;
use crate::session::matches;
use memchr::memmem::Finder;
use regex::bytes::Regex;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::net::IpAddr;
use std::ops::ControlFlow;

/// Values of one field that are compared with those of another. A packet with more has them left
/// out: the comparisons of a packet are at most the square of this.
const MAX_PAIRED: usize = 1_024;

/// Something that is true or false of a record, or not known yet.
#[derive(Debug)]
pub(super) enum Test {
    /// All of them.
    And(Vec<Test>),
    /// One of them at least.
    Or(Vec<Test>),
    /// An odd number of them.
    Xor(Vec<Test>),
    /// Not this.
    Not(Box<Test>),
    /// The operand has a value.
    Present(Operand),
    /// One value, or with `all` every one, passes.
    Each { operand: Operand, all: bool, check: Check, usual: Option<Usual> },
    /// The same for pairs of values.
    Pairs { left: Operand, right: Operand, all: bool, relation: Relation },
}

/// How most records whose trees are not there yet are decided: by the only value of a field.
#[derive(Debug)]
pub(super) struct Usual {
    read: ReadOne,
    /// What a number has to be, where the check is no more than that.
    number: Option<(Wanted, u64)>,
}

impl Usual {
    fn new(operand: &Operand, check: &Check) -> Option<Self> {
        let read = operand.one()?;
        let number = match check {
            Check::Order(wanted, Value::Number(than)) => {
                u64::try_from(*than).ok().map(|than| (*wanted, than))
            }
            _ => None,
        };
        Some(Self { read, number })
    }

    /// Whether the value passes; `None` where it is not known, or not the only one.
    #[inline]
    fn decide(&self, record: &Record<'_>, check: &Check) -> Option<bool> {
        match (self.read)(record) {
            One::Unknown => None,
            One::Nothing => Some(false),
            One::Text(text) => Some(check.holds(&Value::text(text))),
            One::Number(number) => Some(match self.number {
                Some((wanted, than)) => wanted.holds(Some(number.cmp(&than))),
                None => check.holds(&Value::number(number)),
            }),
        }
    }
}

/// What two values may be to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Order(Wanted),
    Contains,
}

/// An order of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Wanted {
    /// Values of different kinds are not equal, and have no order.
    #[inline]
    fn holds(self, order: Option<Ordering>) -> bool {
        match (self, order) {
            (Self::NotEqual, order) => order != Some(Ordering::Equal),
            (_, None) => false,
            (Self::Equal, Some(order)) => order.is_eq(),
            (Self::Less, Some(order)) => order.is_lt(),
            (Self::LessEqual, Some(order)) => order.is_le(),
            (Self::Greater, Some(order)) => order.is_gt(),
            (Self::GreaterEqual, Some(order)) => order.is_ge(),
        }
    }
}

/// What a value has to be.
#[derive(Debug)]
pub(super) enum Check {
    Order(Wanted, Value<'static>),
    /// One of these numbers, or none of them.
    Numbers {
        numbers: Vec<i128>,
        is_in: bool,
    },
    /// In a network, or not in it.
    Network {
        network: Network,
        is_in: bool,
    },
    Range(Value<'static>, Value<'static>),
    /// One of these.
    Any(Vec<Check>),
    /// In a box, as it is large.
    Contains(Box<Finder<'static>>),
    Matches(Regex),
    /// A bit of it is 1.
    AnyBit,
    /// A topic that a Topic Filter matches.
    Topic(Vec<u8>),
}

/// An address and how many of its bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    pub(super) address: IpAddr,
    pub(super) bits: u32,
}

impl Network {
    fn holds(self, address: IpAddr) -> bool {
        let (ours, theirs, width) = match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                (u128::from(a.to_bits()), u128::from(b.to_bits()), 32)
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
            _ => return false,
        };
        let free = u32::saturating_sub(width, self.bits);
        (ours ^ theirs).checked_shr(free).unwrap_or_default() == 0
    }
}

impl Check {
    fn holds(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Self::Order(wanted, than), value) => wanted.holds(value.order(than)),
            (Self::Numbers { numbers, is_in }, Value::Number(number)) => {
                numbers.contains(number) == *is_in
            }
            (Self::Network { network, is_in }, Value::Address(address)) => {
                network.holds(*address) == *is_in
            }
            (Self::Range(from, to), value) => {
                value.order(from).is_some_and(Ordering::is_ge)
                    && value.order(to).is_some_and(Ordering::is_le)
            }
            (Self::Any(checks), value) => checks.iter().any(|check| check.holds(value)),
            (Self::Contains(finder), value) => {
                contains(value, finder.needle(), |bytes| finder.find(bytes).is_some())
            }
            (Self::Matches(regex), value) => {
                value.as_bytes().is_some_and(|bytes| regex.is_match(bytes))
            }
            (Self::AnyBit, value) => value.has_bit(),
            (Self::Topic(filter), value) => {
                value.as_bytes().is_some_and(|topic| matches(filter, topic))
            }
            (Self::Numbers { .. } | Self::Network { .. }, _) => false,
        }
    }
}

/// Something that has values.
#[derive(Debug)]
pub(super) enum Operand {
    Field(&'static FieldRow),
    /// A member of a JSON payload.
    Json(Vec<String>),
    Constant(Value<'static>),
    Slice(Box<Operand>, Vec<Slice>),
    Length(Box<Operand>),
    /// The number without its sign.
    Absolute(Box<Operand>),
    Lower(Box<Operand>),
    Upper(Box<Operand>),
    /// The value as text.
    Text(Box<Operand>, &'static FieldRow),
    /// How many values there are, if there is one.
    Count(Box<Operand>),
    /// The least or the greatest of all values.
    Extreme(Vec<Operand>, Ordering),
    /// The values of both, each with each.
    Arithmetic(Box<Operand>, Operator, Box<Operand>),
}

impl Test {
    /// One value of an operand, or with `all` every one, has to pass.
    pub(super) fn each(operand: Operand, all: bool, check: Check) -> Self {
        let usual = Usual::new(&operand, &check);
        Self::Each { operand, all, check, usual }
    }

    /// Whether it is true of a record; `None` where that is not known yet.
    #[inline]
    pub(super) fn eval(&self, subject: &Subject<'_>) -> Option<bool> {
        // Most filters refuse most packets with this.
        if let Self::Each { check, usual: Some(usual), .. } = self
            && !subject.is_whole
            && let Some(is) = usual.decide(subject.record, check)
        {
            return Some(is);
        }
        self.eval_any(subject)
    }

    fn eval_any(&self, subject: &Subject<'_>) -> Option<bool> {
        match self {
            Self::And(tests) => fold(tests, subject, false),
            Self::Or(tests) => fold(tests, subject, true),
            Self::Xor(tests) => {
                let mut tests = tests.iter();
                tests.try_fold(false, |odd, test| Some(odd ^ test.eval(subject)?))
            }
            Self::Not(test) => test.eval(subject).map(|is| !is),
            Self::Present(operand) => is_present(operand, subject),
            Self::Each { operand, all, check, .. } => {
                decide(operand, *all, subject, |value| check.holds(value))
            }
            Self::Pairs { left, right, all, relation } => {
                pairs((left, right), *all, *relation, subject)
            }
        }
    }
}

fn is_present(operand: &Operand, subject: &Subject<'_>) -> Option<bool> {
    let mut is_there = false;
    let is_known = operand.each(subject, &mut |_| {
        is_there = true;
        ControlFlow::Break(())
    });
    is_known.then_some(is_there)
}

/// Whether one value of the first and one of the second are to each other as they have to be, or with `all` every
/// two of them.
fn pairs(
    (left, right): (&Operand, &Operand),
    all: bool,
    relation: Relation,
    subject: &Subject<'_>,
) -> Option<bool> {
    let (others, is_known) = few(right, subject);
    let mut left_to_see = MAX_PAIRED;
    let result = decide(left, all, subject, |value| {
        let is_one = left_to_see > 0;
        left_to_see = left_to_see.saturating_sub(1);
        let mut pairs = others.iter().map(|other| relation.holds(value, other));
        let all_of_some = all && !others.is_empty();
        is_one && if all { all_of_some && pairs.all(|is| is) } else { pairs.any(|is| is) }
    });
    result.filter(|_| is_known)
}

impl Relation {
    fn holds(self, value: &Value<'_>, other: &Value<'_>) -> bool {
        match self {
            Self::Order(wanted) => wanted.holds(value.order(other)),
            Self::Contains => other.as_bytes().is_some_and(|other| {
                contains(value, other, |bytes| memchr::memmem::find(bytes, other).is_some())
            }),
        }
    }
}

/// Whether a value contains a needle that `find` looks for. As in Wireshark, text contains no empty
/// one, and bytes do where there are some.
fn contains(value: &Value<'_>, needle: &[u8], find: impl Fn(&[u8]) -> bool) -> bool {
    match value {
        Value::Text(_) if needle.is_empty() => false,
        value => value.as_bytes().is_some_and(|bytes| !bytes.is_empty() && find(bytes)),
    }
}

/// `||` ends with the first that is true, `&&` with the first that is false, whatever is not known of
/// the others.
fn fold(tests: &[Test], subject: &Subject<'_>, end: bool) -> Option<bool> {
    let mut result = Some(!end);
    for test in tests {
        match test.eval(subject) {
            Some(is) if is == end => return Some(end),
            Some(_) => {}
            None => result = None,
        }
    }
    result
}

/// Whether one value passes, or with `all` every one of at least one.
fn decide<'s>(
    operand: &'s Operand,
    all: bool,
    subject: &'s Subject<'s>,
    mut passes: impl FnMut(&Value<'s>) -> bool,
) -> Option<bool> {
    let mut result = false;
    let is_known = operand.each(subject, &mut |value| {
        result = passes(&value);
        if result == all { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    is_known.then_some(result)
}

impl Operand {
    /// What gives the only value of it in most records whose trees are not there yet.
    pub(super) fn one(&self) -> Option<ReadOne> {
        match self {
            Self::Field(row) => row.one(),
            _ => None,
        }
    }

    /// Gives all values. `false`: they are not known yet.
    pub(super) fn each<'s>(&'s self, subject: &'s Subject<'s>, take: Take<'_, 's>) -> bool {
        match self {
            Self::Field(row) => row.read(subject, take),
            Self::Json(path) => {
                let is_known =
                    subject.record.decoded.is_none_or(|decoded| decoded.packet.is_some());
                if let Some(value) = subject.json() {
                    let _ = json::at(value, path, take);
                }
                subject.is_whole || is_known
            }
            Self::Constant(value) => {
                let _ = take(value.clone());
                true
            }
            Self::Slice(inner, parts) => mapped(inner, subject, take, |value| slice(&value, parts)),
            Self::Length(inner) => mapped(inner, subject, take, |value| {
                Some(Value::number(value.as_bytes()?.len() as u64))
            }),
            Self::Absolute(inner) => mapped(inner, subject, take, |value| match value {
                Value::Number(number) => number.checked_abs().map(Value::Number),
                Value::Float(number) => Some(Value::Float(number.abs())),
                _ => None,
            }),
            Self::Lower(inner) => mapped(inner, subject, take, |value| {
                Some(Value::Text(Cow::Owned(value.as_bytes()?.to_ascii_lowercase())))
            }),
            Self::Upper(inner) => mapped(inner, subject, take, |value| {
                Some(Value::Text(Cow::Owned(value.as_bytes()?.to_ascii_uppercase())))
            }),
            Self::Text(inner, row) => mapped(inner, subject, take, |value| {
                Some(Value::Text(Cow::Owned(row.shown(&value).into_bytes())))
            }),
            Self::Arithmetic(left, operator, right) => {
                let (left, a_known) = few(left, subject);
                let (right, b_known) = few(right, subject);
                let pairs = left.iter().flat_map(|a| right.iter().map(move |b| (a, b)));
                let mut values =
                    pairs.take(MAX_PAIRED).filter_map(|(a, b)| operator.of_values(a, b));
                let _ = values.try_for_each(take);
                a_known && b_known
            }
            Self::Count(inner) => {
                let mut count = 0_u64;
                let is_known = inner.each(subject, &mut |_| {
                    count = count.saturating_add(1);
                    ControlFlow::Continue(())
                });
                if count > 0 {
                    let _ = take(Value::number(count));
                }
                is_known
            }
            Self::Extreme(operands, wanted) => {
                let mut best: Option<Value<'s>> = None;
                let is_known = operands.iter().all(|operand| {
                    operand.each(subject, &mut |value| {
                        if best.as_ref().is_none_or(|best| value.order(best) == Some(*wanted)) {
                            best = Some(value);
                        }
                        ControlFlow::Continue(())
                    })
                });
                if let Some(best) = best.filter(|_| is_known) {
                    let _ = take(best);
                }
                is_known
            }
        }
    }
}

/// The values of an operand, as many as are paired with others, and whether they are known.
fn few<'s>(operand: &'s Operand, subject: &'s Subject<'s>) -> (Vec<Value<'s>>, bool) {
    let mut values = Vec::new();
    let is_known = operand.each(subject, &mut |value| {
        values.push(value);
        if values.len() < MAX_PAIRED { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    (values, is_known)
}

/// The values of an operand, each turned into another or left out.
fn mapped<'s>(
    operand: &'s Operand,
    subject: &'s Subject<'s>,
    take: Take<'_, 's>,
    turn: impl Fn(Value<'s>) -> Option<Value<'s>>,
) -> bool {
    operand.each(subject, &mut |value| match turn(value) {
        Some(value) => take(value),
        None => ControlFlow::Continue(()),
    })
}

/// Parts of a value one behind the other. As in Wireshark, one that reaches beyond the value ends
/// them, so that nothing may be left.
fn slice<'s>(value: &Value<'s>, parts: &[Slice]) -> Option<Value<'s>> {
    let octets = value.octets()?;
    let found = parts.iter().map_while(|part| part.of(&octets));
    Some(Value::Bytes(Cow::Owned(found.flatten().copied().collect())))
}
