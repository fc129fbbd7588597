//! How far two words are apart.

/// Longer words are not compared letter by letter.
const MAX_WORD: usize = 64;

/// The number of letters to change, put in, leave out or swap with their neighbour; `None` for words
/// that are too long.
pub(super) fn distance(a: &str, b: &str) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len() > MAX_WORD || b.len() > MAX_WORD {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, own) in a.iter().enumerate() {
        let mut row = vec![i.saturating_add(1)];
        for (j, other) in b.iter().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX);
            let replaced = cell(&last, j).saturating_add(usize::from(own != other));
            let left_out = cell(&last, j.saturating_add(1)).saturating_add(1);
            let put_in = cell(&row, j).saturating_add(1);
            let mut best = replaced.min(left_out).min(put_in);
            let (i, j) = (i.checked_sub(1), j.checked_sub(1));
            if let (Some(i), Some(j)) = (i, j)
                && a.get(i) == Some(other)
                && b.get(j) == Some(own)
            {
                best = best.min(cell(&before, j).saturating_add(1));
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied()
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
