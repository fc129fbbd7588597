//! Members of a JSON payload, by their path: `mqtt.json.sensors.temp`.

use super::subject::Take;
use super::value::Value;
use std::ops::ControlFlow;

/// The longest payload that is read as JSON for a filter, in bytes: a tree of a larger one takes
/// memory that a filter is not worth. A packet with a longer payload has no `mqtt.json`.
const MAX_JSON: usize = 1 << 20;

/// A payload as JSON; a bare number or word is JSON, too.
pub(super) fn parse(payload: &[u8]) -> Option<serde_json::Value> {
    if payload.is_empty() || payload.len() > MAX_JSON {
        return None;
    }
    serde_json::from_slice(payload).ok()
}

/// The parts of a path: `sensors.temp`, and in quotes what holds a blank, a dot or a sign: `"room 1".temp`. `None`
/// where a part is empty, or quotes are not closed.
pub(super) fn path(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let (part, behind) = match rest.strip_prefix('"') {
            Some(inside) => {
                let end = end_of_quotes(inside)?;
                let quoted = inside.get(..end.saturating_sub(1))?;
                (quoted.replace("\\\"", "\""), inside.get(end..)?)
            }
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                (rest.get(..end)?.to_owned(), rest.get(end..)?)
            }
        };
        if part.is_empty() {
            return None;
        }
        parts.push(part);
        rest = match behind.strip_prefix('.') {
            Some(next) => next,
            None => return behind.is_empty().then_some(parts),
        };
    }
}

/// The length of what stands before the next quote that no backslash precedes, with that quote.
pub(super) fn end_of_quotes(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    let end = text.char_indices().find(|(_, c)| {
        let ends = *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        ends
    });
    end.map(|(at, _)| at.saturating_add(1))
}

/// The values at a path. Of an array without an index in the path, those of all its elements.
pub(super) fn at<'s>(
    value: &'s serde_json::Value,
    path: &[String],
    take: Take<'_, 's>,
) -> ControlFlow<()> {
    use serde_json::Value as Json;
    match (value, path) {
        (Json::Array(elements), [first, rest @ ..]) => {
            match first.parse::<usize>().ok().and_then(|nth| elements.get(nth)) {
                Some(element) => at(element, rest, take),
                None => elements.iter().try_for_each(|element| at(element, path, take)),
            }
        }
        (Json::Array(elements), []) if elements.is_empty() => take(Value::Present),
        (Json::Array(elements), []) => {
            elements.iter().try_for_each(|element| at(element, path, take))
        }
        (Json::Object(members), [first, rest @ ..]) => match members.get(first) {
            Some(member) => at(member, rest, take),
            None => ControlFlow::Continue(()),
        },
        (_, [_, ..]) => ControlFlow::Continue(()),
        (Json::Object(_) | Json::Null, []) => take(Value::Present),
        (Json::Bool(flag), []) => take(Value::number(u8::from(*flag))),
        (Json::String(text), []) => take(Value::text(text.as_bytes())),
        (Json::Number(number), []) => take(match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::number(number),
            (None, Some(number)) => Value::number(number),
            (None, None) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        }),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_has_parts() {
        let path = |text: &str| super::path(text).map(|parts| parts.join("|"));
        assert_eq!(path("a.0.b-c").unwrap(), "a|0|b-c");
        assert_eq!(path(r#""room 1"."x.y".z"#).unwrap(), "room 1|x.y|z");
        assert_eq!(path(r#""say \"no\"""#).unwrap(), r#"say "no""#);
        for text in ["", "a.", "a..b", r#""a"b"#, r#""a"#, r#""""#] {
            assert_eq!(path(text), None, "{text}");
        }
    }
}
