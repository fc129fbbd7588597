//! An expression becomes a plan: names are looked up, types are compared, values are converted.

use super::error::FilterError;
use super::lexer::Operator;
use super::literal::{Against, Constant, constant};
use super::operand::{Typed, is_function, is_value, typed};
use super::pattern::matching;
use super::plan::{Check, Operand, Relation, Test, Wanted};
use super::syntax::{self, At, Expression, Quantifier};
use super::table;

use super::value::{Type, Value};
use crate::mqtt::filter::behind_share;
use memchr::memmem::Finder;
use std::cmp::Ordering;
use std::ops::Range;

type Checked<T> = Result<T, FilterError>;

/// The plan of an expression.
pub(super) fn plan(expression: &At<Expression>) -> Checked<Test> {
    let all = |parts: &[At<Expression>]| parts.iter().map(plan).collect::<Checked<Vec<_>>>();
    Ok(match &expression.node {
        Expression::And(parts) => Test::And(all(parts)?),
        Expression::Or(parts) => Test::Or(all(parts)?),
        Expression::Xor(parts) => Test::Xor(all(parts)?),
        Expression::Not(inner) => Test::Not(Box::new(plan(inner)?)),
        Expression::Present(operand) => present(operand)?,
        Expression::Relation(it) => relation(it)?,
        Expression::Member { quantifier, left, set } => member(*quantifier, left, set)?,
    })
}

fn present(operand: &At<syntax::Operand>) -> Checked<Test> {
    match &operand.node {
        syntax::Operand::Call(name, _) if is_function(&name.node) => {
            let message =
                format!("{}(..) is a value: it is to be compared with another", name.node);
            return Err(FilterError::new(operand.at.clone(), message));
        }
        syntax::Operand::Arithmetic(_, operator, _) if *operator != Operator::BitAnd => {
            let message = "a calculation is a value: it is to be compared with another";
            return Err(FilterError::new(operand.at.clone(), message));
        }
        syntax::Operand::Arithmetic(..) => {
            let operand = typed(operand)?.operand;
            return Ok(Test::each(operand, false, Check::AnyBit));
        }
        syntax::Operand::Slice(..) => {
            let operand = typed(operand)?.operand;
            let check = Check::Order(Wanted::Greater, Value::bytes(&[]));
            return Ok(Test::each(operand, false, check));
        }
        _ => {}
    }
    Ok(Test::Present(typed(operand)?.operand))
}

fn relation(it: &syntax::Relation) -> Checked<Test> {
    let (mut left, mut right, mut operator) = (&it.left, &it.right, it.operator.node);
    if is_value(left) && !is_value(right) && operator.is_comparison() {
        // 1 == a is a == 1.
        (left, right) = (right, left);
        operator = mirrored(operator);
    }
    let left = typed(left)?;
    let all = match it.quantifier {
        Some(quantifier) => quantifier == Quantifier::All,
        None => matches!(operator, Operator::NotEqual | Operator::AllEqual),
    };
    let operator_at = it.operator.at.clone();
    if is_element(&left.operand) && !matches!(right.node, syntax::Operand::Quoted(_)) {
        let hint = "an element of an array has its number in the path: mqtt.json.list.0";
        return tested(left, operator, &operator_at, right, all).map_err(|it| it.hint(hint));
    }
    tested(left, operator, &operator_at, right, all)
}

/// Whether it is a slice of JSON: what may be meant as an element of an array.
fn is_element(operand: &Operand) -> bool {
    matches!(operand, Operand::Slice(inner, _) if matches!(**inner, Operand::Json(_)))
}

fn tested(
    left: Typed,
    operator: Operator,
    operator_at: &Range<usize>,
    right: &At<syntax::Operand>,
    all: bool,
) -> Checked<Test> {
    match operator {
        Operator::Tilde if left.row.is_some_and(|row| row.is_topic) => {
            let check = Check::Topic(topic_filter(right)?);
            Ok(Test::each(left.operand, all, check))
        }
        Operator::Matches | Operator::Tilde => {
            let check = matching(&left, right)?;
            Ok(Test::each(left.operand, all, check))
        }
        Operator::Contains => contains(left, right, all),
        _ => compare(left, operator, operator_at, right, all),
    }
}

fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessEqual => Operator::GreaterEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterEqual => Operator::LessEqual,
        other => other,
    }
}

const fn wanted(operator: Operator) -> Wanted {
    match operator {
        Operator::NotEqual | Operator::AnyNotEqual => Wanted::NotEqual,
        Operator::Less => Wanted::Less,
        Operator::LessEqual => Wanted::LessEqual,
        Operator::Greater => Wanted::Greater,
        Operator::GreaterEqual => Wanted::GreaterEqual,
        _ => Wanted::Equal,
    }
}

fn compare(
    left: Typed,
    operator: Operator,
    operator_at: &Range<usize>,
    right: &At<syntax::Operand>,
    all: bool,
) -> Checked<Test> {
    let wanted = wanted(operator);
    if !is_value(right) {
        let right = typed(right)?;
        if left.kind == Type::Presence
            || right.kind == Type::Presence
            || !left.kind.meets(right.kind)
        {
            let (a, b) = (left.kind.name(), right.kind.name());
            let message = format!(
                "{} is of type {a}, and {} of type {b}: they cannot be compared",
                left.name(),
                right.name()
            );
            return Err(FilterError::new(left.at.start..right.at.end, message));
        }
        let relation = Relation::Order(wanted);
        return Ok(Test::Pairs { left: left.operand, right: right.operand, all, relation });
    }
    let is_equality = matches!(wanted, Wanted::Equal | Wanted::NotEqual);
    let value = constant(right, left.against(is_equality));
    let check = match value.map_err(|error| without_unit(error, &left, right))? {
        Constant::Value(value) => Check::Order(wanted, value),
        Constant::Numbers(numbers) if is_equality => {
            Check::Numbers { numbers, is_in: wanted == Wanted::Equal }
        }
        Constant::Network(network) if is_equality => {
            Check::Network { network, is_in: wanted == Wanted::Equal }
        }
        Constant::Numbers(numbers) => {
            let numbers: Vec<_> = numbers.iter().map(i128::to_string).collect();
            let message = format!("the name stands for {}: it has no order", numbers.join(" and "));
            return Err(FilterError::new(right.at.clone(), message));
        }
        Constant::Network(_) => {
            let message = "a network has no order: == and != tell whether an address is in it";
            return Err(FilterError::new(operator_at.clone(), message));
        }
    };
    Ok(Test::each(left.operand, all, check))
}

/// The same error, with the number where a span of time stands beside a field in seconds.
fn without_unit(error: FilterError, left: &Typed, right: &At<syntax::Operand>) -> FilterError {
    const UNITS: [(&str, u64); 5] = [("s", 1), ("m", 60), ("min", 60), ("h", 3_600), ("d", 86_400)];
    let syntax::Operand::Word(word) = &right.node else { return error };
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (digits, unit) = word.split_at_checked(end).unwrap_or((word, ""));
    let unit = UNITS.iter().find(|(name, _)| *name == unit);
    let seconds = unit.and_then(|(_, seconds)| digits.parse::<u64>().ok()?.checked_mul(*seconds));
    match seconds {
        Some(seconds) if left.row.is_some_and(table::FieldRow::is_in_seconds) => {
            error.hint(format!("in seconds, without a unit: {seconds}"))
        }
        _ => error,
    }
}

fn contains(left: Typed, right: &At<syntax::Operand>, all: bool) -> Checked<Test> {
    if !left.kind.has_bytes() {
        return Err(left.needs("contains", "text or bytes"));
    }
    if !is_value(right) {
        let right = typed(right)?;
        if !right.kind.has_bytes() {
            return Err(right.needs("contains", "text or bytes"));
        }
        let relation = Relation::Contains;
        return Ok(Test::Pairs { left: left.operand, right: right.operand, all, relation });
    }
    // In JSON a number is looked for by its digits.
    let kind = if left.kind == Type::Any { Type::Text } else { left.kind };
    let Constant::Value(value) = constant(right, Against { kind, ..left.against(false) })? else {
        return Err(left.needs("contains", "text or bytes"));
    };
    let needle = value.as_bytes().unwrap_or_default();
    let check = match kind {
        // As in Wireshark, no text contains an empty one.
        Type::Text if needle.is_empty() => Check::Any(Vec::new()),
        _ => Check::Contains(Box::new(Finder::new(needle).into_owned())),
    };
    Ok(Test::each(left.operand, all, check))
}

/// A Topic Filter (5.0: section 4.7.1).
fn topic_filter(right: &At<syntax::Operand>) -> Checked<Vec<u8>> {
    let against = Against { kind: Type::Text, row: None, is_whole: false };
    let filter = match constant(right, against)? {
        Constant::Value(Value::Text(filter)) => filter.into_owned(),
        _ => Vec::new(),
    };
    let error = |message: &str| {
        Err(FilterError::new(right.at.clone(), message)
            .hint("~ takes a Topic Filter, such as \"plant/+/temp/#\"; matches takes a regular expression"))
    };
    if filter.is_empty() {
        return error("a Topic Filter is not empty");
    }
    // A shared subscription has a ShareName and a filter behind it (4.8.2).
    if let Some(share) = behind_share(&filter) {
        let len = share.iter().position(|byte| *byte == b'/').unwrap_or(share.len());
        let (name, behind) = share.split_at_checked(len).unwrap_or((share, &[]));
        if name.is_empty() || name.iter().any(|byte| matches!(byte, b'+' | b'#')) {
            return error(
                "behind $share/ stands a name of one character at least, without + and #",
            );
        }
        if behind.len() < 2 {
            return error("behind the name of a shared subscription stands / and a Topic Filter");
        }
    }
    let levels: Vec<_> = filter.split(|byte| *byte == b'/').collect();
    let last = levels.len().saturating_sub(1);
    for (nth, level) in levels.iter().enumerate() {
        if level.len() > 1 && level.iter().any(|byte| matches!(byte, b'+' | b'#')) {
            return error("in a Topic Filter + and # take the whole of a level");
        }
        if **level == b"#"[..] && nth < last {
            return error("in a Topic Filter # is the last level");
        }
    }
    Ok(filter)
}

fn member(
    quantifier: Option<Quantifier>,
    left: &At<syntax::Operand>,
    set: &[(At<syntax::Operand>, Option<At<syntax::Operand>>)],
) -> Checked<Test> {
    let left = typed(left)?;
    let checks = set.iter().map(|(from, to)| {
        if let Some(field) =
            [Some(from), to.as_ref()].into_iter().flatten().find(|it| !is_value(it))
        {
            let message = "a set holds values, not fields";
            return Err(FilterError::new(field.at.clone(), message));
        }
        let first = constant(from, left.against(to.is_none()))?;
        let Some(to) = to else {
            return Ok(match first {
                Constant::Value(value) => Check::Order(Wanted::Equal, value),
                Constant::Numbers(numbers) => Check::Numbers { numbers, is_in: true },
                Constant::Network(network) => Check::Network { network, is_in: true },
            });
        };
        let (Constant::Value(first), Constant::Value(last)) =
            (first, constant(to, left.against(false))?)
        else {
            let message = "a range is from one value to another";
            return Err(FilterError::new(from.at.start..to.at.end, message));
        };
        if first.order(&last) == Some(Ordering::Greater) {
            let message = "the range is empty: its end comes before its beginning";
            return Err(FilterError::new(from.at.start..to.at.end, message));
        }
        Ok(Check::Range(first, last))
    });
    let check = Check::Any(checks.collect::<Checked<_>>()?);
    Ok(Test::each(left.operand, quantifier == Some(Quantifier::All), check))
}
