//! `a + b` and so on, with the ranks and the whole numbers of Wireshark.

use super::error::FilterError;
use super::lexer::Operator;
use super::literal::{Against, Constant, constant};
use super::operand::{Typed, is_value, typed as operand};
use super::plan::Operand;
use super::syntax::{self, At};
use super::value::{Type, Value};
use std::net::IpAddr;
use std::ops::Range;

type Checked<T> = Result<T, FilterError>;

impl Operator {
    /// The sign, where it is one of arithmetic.
    const fn sign(self) -> &'static str {
        match self {
            Self::BitAnd => "&",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Over => "/",
            _ => "%",
        }
    }

    /// Two numbers as one; `None` where there is no such number, as behind a division by zero.
    pub(super) fn of(self, a: i128, b: i128) -> Option<i128> {
        match self {
            Self::BitAnd => Some(a & b),
            Self::Plus => a.checked_add(b),
            Self::Minus => a.checked_sub(b),
            Self::Times => a.checked_mul(b),
            Self::Over => a.checked_div(b),
            _ => a.checked_rem(b),
        }
    }

    /// Two values as one.
    pub(super) fn of_values<'v>(self, a: &Value<'_>, b: &Value<'_>) -> Option<Value<'v>> {
        let (a, b) = match (a, b) {
            (Value::Number(a), Value::Number(b)) => return self.of(*a, *b).map(Value::Number),
            (Value::Float(a), Value::Float(b)) => (*a, *b),
            (Value::Float(a), Value::Number(b)) => (*a, *b as f64),
            (Value::Number(a), Value::Float(b)) => (*a as f64, *b),
            _ if self == Self::BitAnd => return masked(a, b),
            _ => return None,
        };
        let number = match self {
            Self::Plus => a + b,
            Self::Minus => a - b,
            Self::Times => a * b,
            Self::Over => a / b,
            Self::Modulo => a % b,
            _ => return None,
        };
        Some(Value::Float(number)).filter(|_| number.is_finite())
    }
}

/// The operand that a calculation is, of which one side at least is no value as it stands.
pub(super) fn typed(
    left: &At<syntax::Operand>,
    operator: Operator,
    right: &At<syntax::Operand>,
    at: &Range<usize>,
) -> Checked<Typed> {
    let (a, b) = match (is_value(left), is_value(right)) {
        (false, true) => {
            let a = field(left, operator)?;
            let b = value(right, operator, a.kind)?;
            (a, b)
        }
        (true, false) => {
            let b = field(right, operator)?;
            (value(left, operator, b.kind)?, b)
        }
        _ => (field(left, operator)?, field(right, operator)?),
    };
    let Some(kind) = together(a.kind, operator, b.kind) else {
        let (a, b) = (a.kind.name(), b.kind.name());
        let message = format!("{} does not go with a {a} and a {b}", operator.sign());
        return Err(FilterError::new(at.clone(), message));
    };
    let operand = Operand::Arithmetic(Box::new(a.operand), operator, Box::new(b.operand));
    Ok(Typed { operand, kind, row: None, at: at.clone() })
}

/// A calculation with values alone.
pub(super) fn folded(
    left: &At<syntax::Operand>,
    operator: Operator,
    right: &At<syntax::Operand>,
    at: &Range<usize>,
    kind: Type,
) -> Checked<Value<'static>> {
    let (a, b) = (value(left, operator, kind)?, value(right, operator, kind)?);
    let (Operand::Constant(a), Operand::Constant(b)) = (a.operand, b.operand) else {
        return Err(FilterError::new(at.clone(), "values are expected here"));
    };
    operator
        .of_values(&a, &b)
        .ok_or_else(|| FilterError::new(at.clone(), "there is no number that this would be"))
}

/// One side that is made of a field.
fn field(side: &At<syntax::Operand>, operator: Operator) -> Checked<Typed> {
    let side = operand(side)?;
    match side.kind {
        Type::Number | Type::Flag | Type::Any => Ok(side),
        Type::Duration if operator != Operator::BitAnd => Ok(side),
        kind if operator == Operator::BitAnd && (kind == Type::Bytes || kind.is_address()) => {
            Ok(side)
        }
        _ => Err(side.needs(operator.sign(), "numbers")),
    }
}

/// One side that is a value as it stands, beside one of this type.
fn value(side: &At<syntax::Operand>, operator: Operator, beside: Type) -> Checked<Typed> {
    let is_sum = matches!(operator, Operator::Plus | Operator::Minus);
    // A time is multiplied by a number, and divided by one.
    let kind = match beside {
        Type::Duration if is_sum => Type::Duration,
        Type::Any => Type::Any,
        Type::Bytes | Type::Ipv4 | Type::Ipv6 | Type::Address if operator == Operator::BitAnd => {
            beside
        }
        _ => Type::Number,
    };
    let against = Against { kind, row: None, is_whole: true };
    let found = match constant(side, against) {
        Ok(Constant::Value(value @ (Value::Number(_) | Value::Float(_)))) => Some(value),
        Ok(Constant::Value(value @ (Value::Bytes(_) | Value::Address(_)))) if kind == beside => {
            Some(value)
        }
        Err(error) if kind == Type::Bytes || kind.is_address() => return Err(error),
        _ => None,
    };
    let Some(value) = found else {
        let message = format!("{} takes numbers, and this is none", operator.sign());
        return Err(FilterError::new(side.at.clone(), message)
            .hint("text with signs stands in quotes: \"plant/+/temp\""));
    };
    Ok(Typed { operand: Operand::Constant(value), kind, row: None, at: side.at.clone() })
}

/// The bits that are 1 in both: of bytes as far as both go, of addresses of the same kind.
fn masked<'v>(a: &Value<'_>, b: &Value<'_>) -> Option<Value<'v>> {
    Some(match (a, b) {
        (Value::Bytes(a), Value::Bytes(b)) => {
            Value::Bytes(a.iter().zip(b.iter()).map(|(a, b)| a & b).collect())
        }
        (Value::Address(IpAddr::V4(a)), Value::Address(IpAddr::V4(b))) => {
            Value::Address(IpAddr::V4(*a & *b))
        }
        (Value::Address(IpAddr::V6(a)), Value::Address(IpAddr::V6(b))) => {
            Value::Address(IpAddr::V6(*a & *b))
        }
        _ => return None,
    })
}

/// The type of what two types give.
fn together(a: Type, operator: Operator, b: Type) -> Option<Type> {
    let is_number = |kind| matches!(kind, Type::Number | Type::Flag);
    match (a, b) {
        (Type::Bytes, Type::Bytes) => Some(Type::Bytes),
        (a, b) if a.is_address() && a == b => Some(a),
        (Type::Any, b) if is_number(b) || b == Type::Any => Some(Type::Any),
        (a, Type::Any) if is_number(a) => Some(Type::Any),
        (a, b) if is_number(a) && is_number(b) => Some(Type::Number),
        (Type::Duration, Type::Duration) => {
            matches!(operator, Operator::Plus | Operator::Minus).then_some(Type::Duration)
        }
        (Type::Duration, b) if is_number(b) => {
            matches!(operator, Operator::Times | Operator::Over).then_some(Type::Duration)
        }
        (a, Type::Duration) if is_number(a) => {
            (operator == Operator::Times).then_some(Type::Duration)
        }
        _ => None,
    }
}
