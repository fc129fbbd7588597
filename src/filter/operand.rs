//! Names and what is made of them: fields, slices, functions.

use super::arithmetic;
use super::error::FilterError;
use super::json;
use super::literal::{Against, Constant, constant};
use super::plan::Operand;
use super::syntax::{self, At};
use super::table::{self, FieldRow, JSON};
use super::value::Type;
use std::cmp::Ordering;
use std::ops::Range;

type Checked<T> = Result<T, FilterError>;

/// The operand that a field is, and its type.
pub(super) fn column(key: &str) -> Checked<(Operand, Type)> {
    field(key, &(0..key.len())).map(|typed| (typed.operand, typed.kind))
}

/// An operand whose type is known.
pub(super) struct Typed {
    pub(super) operand: Operand,
    pub(super) kind: Type,
    /// The field, where nothing is made of it.
    pub(super) row: Option<&'static FieldRow>,
    pub(super) at: Range<usize>,
}

impl Typed {
    /// What it is called in messages.
    pub(super) fn name(&self) -> String {
        self.row.map_or_else(|| "what stands here".to_owned(), |row| row.key.to_owned())
    }

    pub(super) fn against(&self, is_whole: bool) -> Against {
        Against { kind: self.kind, row: self.row, is_whole }
    }

    /// The error where an operator or a function needs another type.
    pub(super) fn needs(&self, what: &str, types: &str) -> FilterError {
        let message =
            format!("{} is of type {}, and {what} takes {types}", self.name(), self.kind.name());
        let error = FilterError::new(self.at.clone(), message);
        // The bytes of a frame are no bytes of a packet.
        let is_layer =
            self.row.is_some_and(|row| row.kind == Type::Presence && LAYERS.contains(&row.key));
        if is_layer && BYTES.contains(&what) {
            return error.hint("a filter is about packets of MQTT: mqtt contains \"a\" looks into all bytes of one");
        }
        error
    }
}

/// What packets of MQTT come in.
const LAYERS: [&str; 5] = ["frame", "ip", "ipv6", "tcp", "udp"];
/// What looks at bytes.
const BYTES: [&str; 3] = ["contains", "matches", "a slice"];

/// Whether it is a value as it stands, not a field or what is made of one.
pub(super) fn is_value(operand: &At<syntax::Operand>) -> bool {
    match &operand.node {
        syntax::Operand::Word(word) => !is_field(word) && !is_meant_as_field(word),
        syntax::Operand::Quoted(_) | syntax::Operand::Char(_) => true,
        syntax::Operand::Arithmetic(left, _, right) => is_value(left) && is_value(right),
        _ => false,
    }
}

fn is_field(word: &str) -> bool {
    word.starts_with(JSON) || table::field(word).is_some()
}

/// A word behind an operator that begins as fields do is no text: it is likely mistyped.
fn is_meant_as_field(word: &str) -> bool {
    const PROTOCOLS: [&str; 6] = ["mqtt.", "mqttsn.", "tcp.", "udp.", "ip.", "frame."];
    PROTOCOLS.iter().any(|protocol| word.starts_with(protocol))
}

pub(super) fn typed(operand: &At<syntax::Operand>) -> Checked<Typed> {
    let at = operand.at.clone();
    let made = |operand, kind| Typed { operand, kind, row: None, at: at.clone() };
    match &operand.node {
        syntax::Operand::Word(word) => field(word, &at),
        syntax::Operand::Quoted(_) | syntax::Operand::Char(_) => {
            Err(FilterError::new(at, "a field is expected here, not a value"))
        }
        syntax::Operand::Slice(inner, parts) => {
            let inner = typed(inner)?;
            if !inner.kind.has_bytes() && !inner.kind.is_address() {
                return Err(inner.needs("a slice", "text, bytes or an address"));
            }
            Ok(made(Operand::Slice(Box::new(inner.operand), parts.clone()), Type::Bytes))
        }
        syntax::Operand::Arithmetic(left, operator, right) => {
            arithmetic::typed(left, *operator, right, &at)
        }
        syntax::Operand::Call(name, arguments) => call(name, arguments, &at),
    }
}

fn field(word: &str, at: &Range<usize>) -> Checked<Typed> {
    if let Some(path) = word.strip_prefix(JSON) {
        let Some(path) = json::path(path) else {
            return Err(FilterError::new(
                at.clone(),
                "a member of JSON has a name: mqtt.json.temp, or mqtt.json.\"room 1\".temp",
            ));
        };
        return Ok(Typed {
            operand: Operand::Json(path),
            kind: Type::Any,
            row: None,
            at: at.clone(),
        });
    }
    if let Some(row) = table::field(word) {
        return Ok(Typed {
            operand: Operand::Field(row),
            kind: row.kind,
            row: Some(row),
            at: at.clone(),
        });
    }
    let error = FilterError::new(at.clone(), format!("there is no field {word}"));
    Err(error.hint(table::hint(word)))
}

/// The functions, with what they take in words.
const FUNCTIONS: [(&str, &str); 8] = [
    ("len", "len(text or bytes)"),
    ("count", "count(field)"),
    ("lower", "lower(text)"),
    ("upper", "upper(text)"),
    ("string", "string(field)"),
    ("max", "max(field, ...)"),
    ("min", "min(field, ...)"),
    ("abs", "abs(number or span of time)"),
];

/// Whether there is a function of this name.
pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.iter().any(|(function, _)| *function == name)
}

fn call(name: &At<String>, arguments: &[At<syntax::Operand>], at: &Range<usize>) -> Checked<Typed> {
    let Some((function, form)) = FUNCTIONS.iter().find(|(known, _)| *known == name.node) else {
        let forms: Vec<_> = FUNCTIONS.iter().map(|(_, form)| *form).collect();
        let message = format!("there is no function {}", name.node);
        let hint = format!("there are: {}", forms.join(", "));
        return Err(FilterError::new(name.at.clone(), message).hint(hint));
    };
    let made = |operand, kind| Ok(Typed { operand, kind, row: None, at: at.clone() });
    if matches!(*function, "max" | "min") {
        let order = if *function == "max" { Ordering::Greater } else { Ordering::Less };
        return extreme(arguments, order, form, at);
    }
    let [argument] = arguments else {
        let message = format!("{function} takes one field");
        return Err(FilterError::new(at.clone(), message).hint(*form));
    };
    let inner = typed(argument)?;
    let needs = |types| Err(inner.needs(function, types));
    let boxed = |inner: Typed| Box::new(inner.operand);
    match *function {
        "count" => made(Operand::Count(boxed(inner)), Type::Number),
        "string" => match inner.row.or_else(|| json_row(inner.kind)) {
            Some(row) if inner.kind != Type::Presence => {
                made(Operand::Text(boxed(inner), row), Type::Text)
            }
            _ => needs("a field"),
        },
        "abs" => match inner.kind {
            kind @ (Type::Number | Type::Duration | Type::Any) => {
                made(Operand::Absolute(boxed(inner)), kind)
            }
            _ => needs("a number or a span of time"),
        },
        _ if !inner.kind.has_bytes() => needs("text or bytes"),
        "len" => made(Operand::Length(boxed(inner)), Type::Number),
        "lower" => made(Operand::Lower(boxed(inner)), Type::Text),
        _ => made(Operand::Upper(boxed(inner)), Type::Text),
    }
}

/// The row of a member of JSON: that of the whole payload.
fn json_row(kind: Type) -> Option<&'static FieldRow> {
    table::field(JSON.trim_end_matches('.')).filter(|_| kind == Type::Any)
}

fn extreme(
    arguments: &[At<syntax::Operand>],
    order: Ordering,
    form: &str,
    at: &Range<usize>,
) -> Checked<Typed> {
    let mut fields = arguments.iter().filter(|argument| !is_value(argument)).map(typed);
    let Some(first) = fields.next().transpose()? else {
        return Err(FilterError::new(at.clone(), "one field at least is expected here").hint(form));
    };
    let (kind, row) = (first.kind, first.row);
    let mut operands = vec![first.operand];
    for other in fields {
        let other = other?;
        if !kind.meets(other.kind) {
            return Err(other.needs("the other", kind.name()));
        }
        operands.push(other.operand);
    }
    for argument in arguments.iter().filter(|argument| is_value(argument)) {
        match constant(argument, Against { kind, row, is_whole: true })? {
            Constant::Value(value) => operands.push(Operand::Constant(value)),
            _ => return Err(FilterError::new(argument.at.clone(), "one value is expected here")),
        }
    }
    // Alone, a field keeps the names of its values.
    let row = row.filter(|_| operands.len() == 1);
    Ok(Typed { operand: Operand::Extreme(operands, order), kind, row, at: at.clone() })
}
