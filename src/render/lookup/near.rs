//! How far two words are apart.

/// Longer words are not compared letter by letter.
const MAX_WORD: usize = 64;

/// The number of letters to change, put in, leave out or swap with their neighbour; `None` for words
/// that are too long.
pub(super) fn distance(a: &str, b: &str) -> Option<usize> {
    let is_long = |word: &str| word.chars().nth(MAX_WORD).is_some();
    (!is_long(a) && !is_long(b)).then(|| strsim::osa_distance(a, b))
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn letters_to_change() {
        for (a, b, far) in [
            ("", "", 0),
            ("a", "", 1),
            ("pubrec", "pubrce", 1),
            ("puback", "pubrec", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), Some(far), "{a} {b}");
            assert_eq!(distance(b, a), Some(far), "{a} {b}");
        }
        assert_eq!(distance(&"x".repeat(100), "x"), None);
    }
}
