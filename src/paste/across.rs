//! A stream of hex whose lines were broken in the middle of a byte, or of which a digit is missing or too many.

use super::digits;
use super::frame;
use super::notation::named;
use super::odd;
use super::reading::Word;
use super::run::{Class, Run};
use super::tokens::Tokens;
use super::whole::Text;

impl Text<'_> {
    /// Hex of a run of digits a line, of which one is missing or too many.
    pub(super) fn odd_across(&self) -> Option<Run> {
        let words: Vec<Word<'_>> = self.tokens().take(MOST_ODD).collect();
        let one_each = self.lines().all(|l| Tokens::of(self.source, &l).count() <= 1);
        let is_long = |word: &Word<'_>| word.token.digits.len() > SHORTEST_BROKEN;
        if !one_each || words.len() < 2 || words.len() == MOST_ODD || !words.iter().any(is_long) {
            return None;
        }
        let is_odd = |word: &&Word<'_>| word.token.digits.len() % 2 == 1;
        let own = words
            .iter()
            .find(is_odd)
            .map(|word| word.at..word.at.saturating_add(word.token.len))?;
        // The lines around tell it better, and lines that are packets do not go on.
        let others = words.iter().filter(|word| word.at != own.start);
        let are_packets =
            |word: &Word<'_>| ::hex::decode(word.token.digits).is_ok_and(|it| frame::strict(&it));
        if odd::usual(self.source, &own).is_some() || others.clone().all(are_packets) {
            return None;
        }
        let mut run = Run::new(named("hex stream, xxd -p", self.row), Class::Sure, 0..0);
        let all = words.iter().flat_map(|word| {
            let start = word.at.saturating_add(word.token.prefix.len());
            word.token.digits.char_indices().map(move |(n, c)| (c, start.saturating_add(n)))
        });
        odd::stream(&all.collect::<Vec<_>>(), &mut run)?;
        run.range = run.data.map.text_of(0..run.data.len())?;
        Some(run)
    }

    /// Hex that a mail program broke in the middle of a byte: a run of digits a line.
    pub(super) fn across(&self) -> Option<Run> {
        let one_each = self.lines().all(|l| Tokens::of(self.source, &l).count() <= 1);
        let mut run = Run::new(named("hex stream, xxd -p", self.row), Class::Sure, 0..0);
        let mut high: Option<(u8, usize)> = None;
        for word in self.tokens().filter(|_| one_each) {
            let start = word.at.saturating_add(word.token.prefix.len());
            for (at, digit) in (start..).zip(word.token.digits.bytes()) {
                let value = digits::nibble(digit)?;
                high = match high {
                    None => Some((value, at)),
                    Some((high, from)) => {
                        let width = at.saturating_sub(from).saturating_add(1);
                        run.data.push((high << 4) | value, from, width);
                        None
                    }
                };
            }
        }
        run.range = run.data.map.text_of(0..run.data.len())?;
        let is_long = run.data.len() > SHORTEST_BROKEN;
        (high.is_none() && (is_long || frame::strict(&run.data.bytes))).then_some(run)
    }
}

/// Lines of a stream in which a digit is looked for.
const MOST_ODD: usize = 1000;
/// No program breaks lines earlier.
const SHORTEST_BROKEN: usize = 16;
