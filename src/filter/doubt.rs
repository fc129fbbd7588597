//! What a filter says and its author likely does not mean.

use super::lexer::Operator;
use super::syntax::{At, Expression, Operand, Relation};
use super::table;
use crate::text;

/// Sentences about an expression.
pub(super) fn doubts(expression: &At<Expression>) -> Vec<String> {
    let mut found = Vec::new();
    add(&expression.node, &mut found);
    found
}

fn add(expression: &Expression, found: &mut Vec<String>) {
    match expression {
        Expression::And(parts) | Expression::Or(parts) | Expression::Xor(parts) => {
            parts.iter().for_each(|part| add(&part.node, found));
        }
        Expression::Not(inner) => add(&inner.node, found),
        Expression::Relation(relation) => found.extend(regular_expression(relation)),
        Expression::Present(_) | Expression::Member { .. } => {}
    }
}

/// A Topic Filter with the signs of a regular expression. A `$` at the beginning is one of topics.
fn regular_expression(relation: &Relation) -> Option<String> {
    let (Operand::Word(key), Operand::Quoted(filter)) = (&relation.left.node, &relation.right.node)
    else {
        return None;
    };
    let is_topic = table::field(key).is_some_and(|row| row.is_topic);
    let rest = filter.raw.strip_prefix('$').unwrap_or(&filter.raw);
    let sign = rest.chars().find(|c| "^$*\\".contains(*c))?;
    (is_topic && relation.operator.node == Operator::Tilde).then(|| {
        format!(
            "in {key} ~ \"{}\" the {sign} means itself, as ~ takes a Topic Filter; for a regular expression: {key} matches \"{}\"",
            text::safe(&filter.raw),
            text::safe(&filter.raw)
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::filter::Filter;

    #[test]
    fn signs_of_regular_expressions_are_doubted_in_topic_filters() {
        for (filter, is_doubted) in [
            (r#"mqtt.topic ~ "^a/b""#, true),
            (r#"mqtt.qos == 1 && !(mqtt.topic ~ "a/b$")"#, true),
            (r#"mqtt.topic ~ "a/.*""#, true),
            (r#"mqtt.topic ~ "a\\.b""#, true),
            (r#"mqtt.topic ~ "$SYS/#""#, false),
            (r#"mqtt.topic ~ "a/+/#""#, false),
            (r#"mqtt.clientid ~ "^a""#, false),
            (r#"mqtt.topic matches "^a/b""#, false),
        ] {
            let doubts = Filter::parse(filter).unwrap().unwrap().doubts().to_vec();
            assert_eq!(!doubts.is_empty(), is_doubted, "{filter}: {doubts:?}");
        }
    }
}
