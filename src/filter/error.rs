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
    let with_distance =
        names.map(|name| (strsim::osa_distance(&word, &name.to_ascii_lowercase()), name));
    with_distance.filter(|(distance, _)| *distance <= most).min().map(|(_, name)| name)
}
