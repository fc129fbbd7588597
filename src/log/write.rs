//! Lines are written.

use super::template::{Part, parts};
use crate::spec::mosquitto::lines::LINES;
use crate::spec::mosquitto::{Event, LogField, Release};

/// The most bytes that a line of 2.x has, its time included; the broker cuts the rest off.
pub const MAX_LINE_2: usize = 999;

/// The line that a release of the broker writes of an event; `None` where it writes none, or none
/// with these values.
#[must_use]
pub fn write(event: Event, release: Release, values: &[(LogField, String)]) -> Option<String> {
    let mut rows = LINES.iter().filter(|row| row.event == event && row.is_of(release));
    rows.find_map(|row| fill(row.template, values))
}

/// A line from its template; `None` where a value is missing.
pub(crate) fn fill(template: &'static str, values: &[(LogField, String)]) -> Option<String> {
    let mut out = String::with_capacity(template.len());
    for part in parts(template) {
        match part {
            Part::Literal(literal) => out.push_str(literal),
            Part::Field(field) => out.push_str(&values.iter().find(|row| row.0 == field)?.1),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{LogReader, Read};
    use crate::spec::mosquitto::field::Shape;
    use crate::spec::mosquitto::lines::LINES;

    fn sample(field: LogField) -> String {
        match field.info().shape {
            Shape::Number => "7".into(),
            Shape::Hex => "0a".into(),
            Shape::Ack => "PUBCOMP".into(),
            Shape::Word => "10.0.0.1".into(),
            Shape::Text => "a b, c'd as e:f".into(),
        }
    }

    /// What is written is read back as the same event with the same values, whatever stands in a
    /// text.
    #[test]
    fn each_line_is_read_as_it_was_written() {
        for row in LINES.iter().filter(|row| !row.needs_context()) {
            let fields = parts(row.template).filter_map(|part| match part {
                Part::Field(field) => Some((field, sample(field))),
                Part::Literal(_) => None,
            });
            let values: Vec<_> = fields.collect();
            let text = fill(row.template, &values).unwrap();
            let mut reader = LogReader::default();
            let line = format!("1403334375: {text}");
            let Read::Entry(entry) = reader.line(&line) else { panic!("prose: {text}") };
            assert_eq!(entry.row.event, row.event, "{text}");
            assert_eq!(entry.time(), Some(1_403_334_375_000_000_000));
            if entry.row.template == row.template {
                for (field, value) in &values {
                    assert_eq!(entry.value(*field), Some(value.as_str()), "{text}");
                }
            }
        }
    }
}
