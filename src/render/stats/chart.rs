//! Pictures in text: bars, and curves of one line.

/// A bar of at most `width` columns, in eighths of one: as long as `value` is of `most`.
pub(super) fn bar(value: f64, most: f64, width: usize) -> String {
    const PARTS: [char; 8] = ['█', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    if !(value > 0.0 && most > 0.0) {
        return String::new();
    }
    // What is there is seen, however little it is.
    let eighths = ((value / most).min(1.0) * width as f64 * 8.0).round().max(1.0) as usize;
    let mut out = "█".repeat(eighths >> 3);
    out.extend(PARTS.get(eighths & 7).filter(|_| eighths & 7 > 0));
    out
}

/// A curve of one line: a column for each value, a dot where there is nothing.
pub(super) fn curve(values: &[u64]) -> String {
    const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = values.iter().copied().max().unwrap_or(0).max(1) as f64;
    let step = |value: &u64| match value {
        0 => '·',
        value => {
            let place = (*value as f64 / most * 8.0).ceil().clamp(1.0, 8.0) as usize;
            STEPS.get(place.saturating_sub(1)).copied().unwrap_or('█')
        }
    };
    values.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_values() {
        assert_eq!(bar(10.0, 10.0, 4), "████");
        assert_eq!(bar(5.0, 10.0, 4), "██");
        assert_eq!(bar(1.0, 16.0, 4), "▎");
        assert_eq!(bar(0.001, 10.0, 4), "▏");
        assert_eq!((bar(0.0, 10.0, 4), bar(1.0, 0.0, 4)), (String::new(), String::new()));
    }

    #[test]
    fn a_curve_has_a_column_for_each_value() {
        assert_eq!(curve(&[0, 1, 4, 8]), "·▁▄█");
        assert_eq!(curve(&[]), "");
        assert_eq!(curve(&[0, 0]), "··");
    }
}
