//! What the words of a text are that may be nothing but digits: counted, before they are read.

use super::bits;
use super::digits;
use super::literal::{self, Mistyped};
use super::source::is_word;
use super::token::Token;
use super::whole::Text;

/// What the tokens are.
#[derive(Default)]
pub(super) struct Count {
    pub(super) good: usize,
    pub(super) bad: usize,
    /// Bad ones that are one digit, or a decimal number that a byte holds.
    pub(super) single: usize,
    pub(super) digits: usize,
    pub(super) pairs: usize,
    /// Hex digits that stand alone, without a `0x` before them.
    pub(super) short: usize,
    /// Decimal numbers but for one character.
    pub(super) mistyped: usize,
    pub(super) bits: usize,
    pub(super) nearly_bits: usize,
    pub(super) mistyped_bits: usize,
}

impl Text<'_> {
    /// Counts a word; false where it is too much unlike digits.
    pub(super) fn count(&mut self, token: &Token<'_>) -> bool {
        self.style.token(token);
        let count = &mut self.count;
        let whole = token.digits;
        let add = |n: &mut usize, yes: bool| *n = n.saturating_add(usize::from(yes));
        add(&mut count.digits, whole.bytes().any(|b| b.is_ascii_digit()));
        add(&mut count.pairs, whole.len() == 2);
        let binary = !whole.is_empty() && whole.bytes().all(|b| b == b'0' || b == b'1');
        add(&mut count.bits, digits::bits(whole).is_some());
        add(&mut count.nearly_bits, binary && whole.len() > 4 && whole.len() != 8);
        add(&mut count.mistyped_bits, bits::is_mistyped(whole));
        let good = token.is_good();
        add(&mut count.good, good);
        add(&mut count.bad, !good);
        let is_alone = whole.len() == 1 && token.prefix.is_empty();
        add(&mut count.short, is_alone && whole.bytes().all(|b| b.is_ascii_hexdigit()));
        // Not at the beginning, where a label stands.
        let has_number = count.good > 0 || count.single > 0;
        let is_mistyped = token.prefix.is_empty()
            && literal::is_decimal(whole)
            && (has_number || Mistyped::of(whole, 10).is_some());
        add(&mut count.mistyped, is_mistyped);
        let short = whole.len() <= 3 && whole.bytes().all(|b| b.is_ascii_hexdigit());
        add(&mut count.single, !good && short);
        let usual =
            if count.good == 0 || count.pairs.saturating_mul(2) > count.good { 2 } else { 4 };
        let enough = count.good > 2 || count.good > 0 && count.bad == 1;
        let wrong_pair = whole.len() == 2 && enough && whole.bytes().all(is_word);
        let near = digits::near(whole, usual) && count.bad <= count.good.saturating_add(4);
        // Lines of odd length, of a stream that was broken in the middle of its bytes.
        let broken = whole.len() > 4 && whole.bytes().all(|b| b.is_ascii_hexdigit());
        good || short || near || wrong_pair || broken || is_mistyped
    }
}
