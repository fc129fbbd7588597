//! Which name a mistyped one is like.

/// Longer words are not compared letter by letter.
const MAX_WORD: usize = 64;
/// How unlike a name may be to be suggested: a letter in three.
const LETTERS_A_MISTAKE: usize = 3;
/// Shorter words are parts of too many names.
const SHORTEST_PART: usize = 4;

/// The number of letters to change, put in, leave out or swap with their neighbour; `None` for words
/// that are too long.
#[must_use]
pub fn distance(a: &str, b: &str) -> Option<usize> {
    let is_long = |word: &str| word.chars().nth(MAX_WORD).is_some();
    (!is_long(a) && !is_long(b)).then(|| strsim::osa_distance(a, b))
}

/// The name that is most like `word`, in whatever case, or the shortest that holds it; `None` where
/// none is like it.
///
/// ```
/// use mqttscope::text::nearest;
///
/// assert_eq!(nearest("topcis", ["types", "topics"].into_iter()), Some("topics"));
/// ```
#[must_use]
pub fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let word = word.to_ascii_lowercase();
    let letters = word.chars().count();
    let most = (letters / LETTERS_A_MISTAKE).max(1);
    let names: Vec<&'n str> = names.collect();
    let far =
        names.iter().filter_map(|name| Some((distance(&word, &name.to_ascii_lowercase())?, *name)));
    let nearest = far.filter(|(far, _)| *far <= most).min();
    let holds =
        |name: &&&str| letters >= SHORTEST_PART && name.to_ascii_lowercase().contains(&word);
    let shortest = || names.iter().filter(holds).min_by_key(|name| name.len());
    nearest.map(|(_, name)| name).or_else(|| shortest().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_mistyped_name_is_recognised() {
        let names = ["topics", "types", "io,stat", "payload_max"];
        for (word, meant) in [
            ("topcis", Some("topics")),
            ("TYPES", Some("types")),
            ("io,sta", Some("io,stat")),
            ("payload", Some("payload_max")),
            ("max", None),
            ("nonsense", None),
        ] {
            assert_eq!(nearest(word, names.into_iter()), meant, "{word}");
        }
    }
}
