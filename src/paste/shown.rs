//! A text of which parts are overwritten by as many bytes before it is read, so that all places stay what they are.

use std::ops::Range;

/// The text; its bytes are copied with the first change.
pub(super) struct Shown<'t> {
    text: &'t str,
    bytes: Option<Vec<u8>>,
}

impl<'t> Shown<'t> {
    /// Nothing is overwritten yet.
    pub(super) const fn of(text: &'t str) -> Self {
        Self { text, bytes: None }
    }

    /// A part that is to be overwritten, with ASCII and whole characters.
    pub(super) fn part(&mut self, range: Range<usize>) -> &mut [u8] {
        let bytes = self.bytes.get_or_insert_with(|| self.text.as_bytes().to_vec());
        bytes.get_mut(range).unwrap_or_default()
    }

    /// The text as it is read; nothing where it is what it was.
    pub(super) fn changed(self) -> Option<String> {
        String::from_utf8(self.bytes?).ok()
    }
}
