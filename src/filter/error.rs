//! What is wrong with the text of a filter, and where.

use std::fmt;
use std::ops::Range;

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct FilterError {
    /// The bytes of the text concerned; empty at its end, where something is missing.
    pub at: Range<usize>,
    /// What is wrong, as a sentence without its full stop.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

impl FilterError {
    pub(super) fn new(at: Range<usize>, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// How unlike a name may be to be suggested: a letter in three.
const LETTERS_A_MISTAKE: usize = 3;

/// The name that is most like `word`, where one is like it.
pub(super) fn similar<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let word = word.to_ascii_lowercase();
    let most = (word.chars().count() / LETTERS_A_MISTAKE).max(1);
    let names: Vec<&'n str> = names.collect();
    let by_distance =
        names.iter().map(|name| (strsim::osa_distance(&word, &name.to_ascii_lowercase()), *name));
    let nearest = by_distance.filter(|(distance, _)| *distance <= most).min();
    // Or one of which it is a part, if it is more than a few letters.
    let holds = |name: &&&str| word.len() > 3 && name.to_ascii_lowercase().contains(&word);
    let shortest = || names.iter().filter(holds).min_by_key(|name| name.len());
    nearest.map(|(_, name)| name).or_else(|| shortest().copied())
}
