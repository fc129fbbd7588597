//! What is wrong with the text of a filter, and where.

use std::fmt;
use std::ops::Range;

/// Why a text is no filter.
///
/// ```
/// use mqttscope::filter::Filter;
///
/// let text = "mqtt.qos == 2 && mqtt.topik";
/// let error = Filter::parse(text).unwrap_err();
/// assert_eq!(&text[error.at], "mqtt.topik");
/// ```
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
