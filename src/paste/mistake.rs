//! What went wrong in a text, in words, with a hint.

use super::place::Place;
use std::fmt;

/// Typing mistakes that may stand side by side: of more it is more likely that something else stands there.
pub(super) const SIDE_BY_SIDE: usize = 2;

/// A place that could not be read inside of bytes that could.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub kind: MistakeKind,
    /// The offending characters.
    pub place: Place,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MistakeKind {
    /// A character that looks like a digit and is none.
    Lookalike {
        /// What stands there.
        found: char,
        /// What was probably meant.
        meant: char,
    },
    /// A character that is no digit.
    NotADigit {
        /// What stands there.
        found: char,
        /// The base of the digits around it.
        base: u8,
    },
    /// A run of hex digits that is not made of pairs.
    OddDigits {
        /// How many digits there are.
        digits: usize,
    },
    /// A run of binary digits that is not made of eights.
    OddBits {
        /// How many digits there are.
        digits: usize,
    },
    /// A number with a digit more or less than the others.
    Digits {
        /// How many digits there are.
        found: usize,
        /// How many the others have.
        due: usize,
    },
    /// A single digit among pairs.
    OneDigit,
    /// A blank inside of a byte.
    SplitByte,
    /// A blank inside of a word of base64.
    SplitWord,
    /// A group of binary digits that is not eight long.
    NotEightBits {
        /// How many digits there are.
        digits: usize,
    },
    /// A number that no byte holds.
    TooBig {
        /// The number, as written.
        number: String,
    },
    /// A first byte of the type 0, which no packet has (MQTT 5.0, 2.1.2), before what a packet goes on with.
    NoType {
        /// The byte.
        byte: u8,
    },
    /// An element of an array that is no number.
    NotANumber {
        /// The element, as written.
        element: String,
    },
    /// Another mark where a comma is due between two elements of an array.
    NoComma {
        /// What stands there.
        found: char,
    },
    /// Base64 that ends before the last byte of which it holds a part.
    CutByte,
    /// A word of base64 with a character more or less than the lengths in its packets say.
    Base64Length {
        /// How many characters there are, without the signs that fill it up.
        found: usize,
        /// How many there should be.
        due: usize,
    },
    /// A character of the other alphabet of base64: `+` and `/`, or `-` and `_`.
    OtherAlphabet {
        /// What stands there.
        found: char,
    },
    /// An escape that is not known or not complete.
    BadEscape,
    /// The program that printed the bytes left some out.
    LeftOut {
        /// How many, where it says so.
        count: Option<usize>,
    },
    /// The address of a dump's line does not follow from the line before.
    Gap {
        /// The address that was due.
        expected: u64,
        /// The address that stands there.
        found: u64,
    },
    /// The address of a dump's line is not the one that is due, nor that of another line.
    BadAddress {
        /// The address that was due.
        due: u64,
    },
    /// The end of the text comes before the end of the notation.
    Unclosed {
        /// What should end it.
        missing: &'static str,
    },
    /// The text is longer than is read.
    TooLong {
        /// How many bytes of it are read.
        limit: usize,
    },
    /// There are more pieces or mistakes than are kept.
    TooMany {
        /// How many are kept.
        limit: usize,
    },
}

impl Mistake {
    /// What to do about it, where that can be said.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match &self.kind {
            MistakeKind::Lookalike { found, meant } => {
                format!("{} was probably meant to be the digit {meant}", name(*found))
            }
            MistakeKind::NotADigit { base: 16, .. } => "hex digits are 0-9 and a-f".to_owned(),
            MistakeKind::NotADigit { base: 64, .. } => {
                "the digits of base64 are A-Z, a-z, 0-9, + and / (or - and _)".to_owned()
            }
            MistakeKind::NotADigit { base, .. } => {
                format!("digits in base {base} are expected here")
            }
            MistakeKind::OddDigits { .. } => {
                "a byte is two hex digits: one is missing or too many".to_owned()
            }
            MistakeKind::OddBits { .. } => {
                "a byte is eight binary digits: one is missing or too many".to_owned()
            }
            MistakeKind::Digits { .. } => "a digit is missing or too many".to_owned(),
            MistakeKind::OneDigit => {
                "a byte is two hex digits: a zero before it was left out, or another digit"
                    .to_owned()
            }
            MistakeKind::SplitByte => {
                "the digits on both sides of the blank are read as one byte".to_owned()
            }
            MistakeKind::SplitWord => "what stands on both sides of the blank is read as one word".to_owned(),
            MistakeKind::CutByte => {
                "four characters of base64 are three bytes: the end was cut off".to_owned()
            }
            MistakeKind::Base64Length { .. } => {
                "four characters are three bytes: one is missing or too many here".to_owned()
            }
            MistakeKind::OtherAlphabet { .. } => {
                "base64 has + and /, base64url has - and _: a text has one of both".to_owned()
            }
            MistakeKind::NotEightBits { .. } => "a byte is eight binary digits".to_owned(),
            MistakeKind::TooBig { .. } => {
                "a byte is 0 to 255, or -128 to 127 where it has a sign".to_owned()
            }
            MistakeKind::NoType { .. } => {
                "the type 0 is reserved; the bytes behind are as many as the length says: a digit is \
                 probably missing"
                    .to_owned()
            }
            MistakeKind::LeftOut { .. } => {
                "have the program print all of them, as hex for instance".to_owned()
            }
            MistakeKind::Gap { .. } => "lines are missing or stand twice".to_owned(),
            MistakeKind::BadAddress { .. } => {
                "the bytes are read all the same: only their address is wrong".to_owned()
            }
            MistakeKind::NoComma { .. } => "the elements are read as if a comma stood there".to_owned(),
            MistakeKind::TooLong { .. } => "give the bytes as a file, or in parts".to_owned(),
            _ => return None,
        })
    }
}

impl fmt::Display for MistakeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lookalike { found, .. } => write!(f, "{} is not a digit", name(*found)),
            Self::NotADigit { found, base: 16 } => write!(f, "{} is not a hex digit", name(*found)),
            Self::NotADigit { found, base } => {
                write!(f, "{} is not a digit in base {base}", name(*found))
            }
            Self::OddDigits { digits } => write!(f, "odd number of hex digits: {digits}"),
            Self::OddBits { digits } => {
                write!(f, "{digits} binary digits, which are no multiple of 8")
            }
            Self::Digits { found, due } => write!(f, "{found} digits where the others have {due}"),
            Self::OneDigit => f.write_str("one hex digit, its second is missing"),
            Self::SplitByte => f.write_str("a blank stands inside of a byte"),
            Self::SplitWord => f.write_str("a blank stands inside of a word of base64"),
            Self::NotEightBits { digits } => write!(f, "{digits} binary digits instead of 8"),
            Self::TooBig { number } => write!(f, "{number} does not fit into a byte"),
            Self::NoType { byte } => write!(f, "no packet begins with {byte:#04x}"),
            Self::NotANumber { element } => write!(f, "{element:?} is not a number"),
            Self::NoComma { found } => write!(f, "{found:?} stands where a comma is due"),
            Self::CutByte => f.write_str("the text ends inside of a byte"),
            Self::Base64Length { found, due } => {
                write!(f, "{found} characters of base64 instead of {due}")
            }
            Self::OtherAlphabet { found } => {
                write!(f, "{} is of another alphabet of base64 than the others", name(*found))
            }
            Self::BadEscape => f.write_str("escape sequence not understood"),
            Self::LeftOut { count: Some(n) } => {
                write!(f, "{n} bytes were left out when this was printed")
            }
            Self::LeftOut { count: None } => {
                f.write_str("bytes were left out when this was printed")
            }
            Self::Gap { expected, found } => {
                write!(f, "the address {found:#x} does not follow: {expected:#x} was due")?;
                match found.checked_sub(*expected) {
                    Some(1) => f.write_str(", 1 byte is skipped"),
                    Some(skipped) => write!(f, ", {skipped} bytes are skipped"),
                    None => Ok(()),
                }
            }
            Self::BadAddress { due } => write!(f, "the address is mistyped: {due:#x} was due"),
            Self::Unclosed { missing } => write!(f, "the closing {missing} is missing"),
            Self::TooLong { limit } => {
                write!(f, "the text is too long: only {limit} bytes of it are read")
            }
            Self::TooMany { limit } => write!(f, "only the first {limit} are kept"),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.place.line, self.place.column, self.kind)
    }
}

impl std::error::Error for Mistake {}

/// The digit that a character looks like.
pub(super) fn lookalike(c: char) -> Option<char> {
    Some(match c {
        'O' | 'o' | '\u{41e}' | '\u{43e}' | '\u{39f}' | '\u{3bf}' => '0',
        'l' | 'I' | 'i' | '|' | '\u{406}' | '\u{456}' | '\u{4cf}' => '1',
        'Z' | 'z' => '2',
        '\u{417}' | '\u{437}' => '3',
        'S' | 's' => '5',
        '\u{431}' => '6',
        '\u{410}' | '\u{430}' | '\u{391}' => 'a',
        '\u{412}' | '\u{432}' | '\u{392}' => 'b',
        '\u{421}' | '\u{441}' | '\u{3f9}' => 'c',
        '\u{415}' | '\u{435}' | '\u{395}' => 'e',
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff26}' | '\u{ff41}'..='\u{ff46}' => {
            char::from_u32((c as u32).checked_sub(0xfee0)?)?
        }
        _ => return None,
    })
}

/// A character by a name that can be told from its twins.
fn name(c: char) -> String {
    let code = u32::from(c);
    match c {
        '\u{ff01}'..='\u{ff5e}' => format!("the full-width {c:?} (U+{code:04X})"),
        '\u{370}'..='\u{3ff}' => format!("the Greek letter {c:?} (U+{code:04X})"),
        '\u{400}'..='\u{4ff}' => format!("the Cyrillic letter {c:?} (U+{code:04X})"),
        _ if c.is_ascii_alphabetic() => format!("the letter {c:?}"),
        _ if c.is_ascii() => format!("{c:?}"),
        _ => format!("{c:?} (U+{code:04X})"),
    }
}
