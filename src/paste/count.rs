//! What the words of a text are that may be nothing but digits: counted, before they are read.

use super::bits;
use super::digits;
use super::literal::{self, Mistyped};
use super::reading::Word;
use super::source::is_word;
use super::token::Token;
use super::tokens::Tokens;
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

    /// Whether each line is halves of bytes in four binary digits, of which one may be mistyped; hex of such digits
    /// alone is no packet.
    pub(super) fn are_halves(&self) -> bool {
        let mut words = self.tokens();
        let begins = words.next().is_some_and(|it| it.token.digits != "0000");
        let is_half = |word: &Word<'_>| {
            word.token.digits.len() == 4
                && word.token.digits.bytes().all(|b| matches!(b, b'0' | b'1'))
        };
        let is_near = |word: &Word<'_>| {
            let wrong = word.token.digits.chars().filter(|c| !matches!(c, '0' | '1'));
            let wrong: Vec<char> = wrong.take(2).collect();
            match word.token.digits.chars().count() {
                4 => matches!(wrong[..], [c] if !c.is_ascii_hexdigit()),
                len => len.abs_diff(4) == 1 && wrong.is_empty(),
            }
        };
        let (mut halves, mut others) = (0_usize, 0_usize);
        for word in self.tokens() {
            match is_half(&word) {
                true => halves = halves.saturating_add(1),
                false if is_near(&word) && others == 0 => others = 1,
                false => return false,
            }
        }
        let is_even =
            || self.lines().all(|it| Tokens::of(self.source, &it).count().is_multiple_of(2));
        begins && halves >= LEAST_HALVES && is_even()
    }
}

/// Two bytes, one digit of which may be mistyped.
const LEAST_HALVES: usize = 3;
