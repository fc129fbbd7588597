//! The files that a text was put together from.

/// Files one behind the other in one text, where there are several: the first line of each, and its name.
#[derive(Clone, Debug, Default)]
pub struct Files(Vec<(usize, String)>);

impl Files {
    /// The next file begins in a line of the text, counted from 1.
    pub fn push(&mut self, line: usize, name: String) {
        self.0.push((line, name));
    }

    /// The file that a line of the text is of, and its number in that file. Without files it is the line
    /// itself.
    #[must_use]
    pub fn of(&self, line: usize) -> (Option<&str>, usize) {
        let after = self.0.partition_point(|(first, _)| *first <= line);
        let Some((first, name)) = after.checked_sub(1).and_then(|n| self.0.get(n)) else {
            return (None, line);
        };
        (Some(name), line.saturating_sub(*first).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_of_the_last_file_that_begins_before_it() {
        let mut files = Files::default();
        assert_eq!(files.of(3), (None, 3));
        for (line, name) in [(1, "a"), (4, "nothing"), (4, "b")] {
            files.push(line, name.to_owned());
        }
        let all = [1, 3, 4, 9].map(|line| files.of(line));
        assert_eq!(all, [(Some("a"), 1), (Some("a"), 3), (Some("b"), 1), (Some("b"), 6)]);
    }
}
