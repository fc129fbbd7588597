//! Regular expressions, as `matches` takes them.

use super::error::FilterError;
use super::operand::Typed;
use super::plan::Check;
use super::syntax::{self, At};
use regex::bytes::RegexBuilder;
use regex_syntax::ast::parse::ParserBuilder;
use std::ops::Range;

/// What a compiled regular expression may take, in bytes: enough for any that a person writes.
const MAX_REGEX: usize = 1 << 20;
/// Groups inside each other in a regular expression.
const MAX_REGEX_DEPTH: u32 = 64;

type Checked<T> = Result<T, FilterError>;

/// A check by a regular expression.
pub(super) fn matching(left: &Typed, right: &At<syntax::Operand>) -> Checked<Check> {
    if !left.kind.has_bytes() {
        return Err(left.needs("matches", "text or bytes"));
    }
    let pattern = match &right.node {
        syntax::Operand::Quoted(quoted) if quoted.unknown_escape.is_some() => quoted.raw.clone(),
        syntax::Operand::Quoted(quoted) => {
            String::from_utf8(quoted.bytes.clone()).unwrap_or_else(|_| quoted.raw.clone())
        }
        syntax::Operand::Word(word) => word.clone(),
        _ => {
            let message = "a regular expression in quotes is expected here";
            return Err(FilterError::new(right.at.clone(), message));
        }
    };
    let written = pattern;
    let pattern = cased(&written);
    // Bytes, not characters: what is matched need not be UTF-8. Where that cannot be, characters.
    let build = |is_unicode| {
        RegexBuilder::new(&pattern)
            .unicode(is_unicode)
            .case_insensitive(true)
            .size_limit(MAX_REGEX)
            .nest_limit(MAX_REGEX_DEPTH)
            .build()
    };
    build(false).or_else(|error| build(true).map_err(|_| error)).map(Check::Matches).map_err(
        |error| {
            let message = error.to_string();
            let last = message.lines().last().unwrap_or_default().trim_start_matches("error: ");
            let at = place(&written, right);
            FilterError::new(at, format!("this is no regular expression: {last}"))
        },
    )
}

/// Where a pattern is wrong; all of it where that is not told, or where escapes have moved what is in it.
fn place(pattern: &str, right: &At<syntax::Operand>) -> Range<usize> {
    let raw = match &right.node {
        syntax::Operand::Quoted(quoted) => &quoted.raw,
        syntax::Operand::Word(word) => word,
        _ => return right.at.clone(),
    };
    let parsed = ParserBuilder::new().nest_limit(MAX_REGEX_DEPTH).build().parse(pattern);
    let Some(error) = parsed.err().filter(|_| raw == pattern) else { return right.at.clone() };
    // Behind a quoted pattern stands its quote.
    let quote = usize::from(matches!(right.node, syntax::Operand::Quoted(_)));
    let begin = right.at.end.saturating_sub(raw.len()).saturating_sub(quote);
    let span = error.span();
    let end = span.end.offset.max(span.start.offset.saturating_add(1));
    begin.saturating_add(span.start.offset)..begin.saturating_add(end)
}

/// The same with classes of Unicode such as `\p{Lu}` told from others in their case: that letters match in
/// any case is, as in Wireshark, said of letters alone. In brackets they stay as they are.
fn cased(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut is_in_brackets = false;
    while let Some(c) = rest.chars().next() {
        let len = match c {
            '\\' => escape_len(rest),
            c => c.len_utf8(),
        };
        let (part, behind) = rest.split_at_checked(len).unwrap_or((rest, ""));
        let is_class = part.len() > 2 && (part.starts_with("\\p") || part.starts_with("\\P"));
        match part {
            part if is_class && !is_in_brackets => {
                out.push_str("(?-i:");
                out.push_str(part);
                out.push(')');
            }
            part => out.push_str(part),
        }
        match c {
            '[' => is_in_brackets = true,
            ']' => is_in_brackets = false,
            _ => {}
        }
        rest = behind;
    }
    out
}

/// Bytes of the escape at the beginning: `\p{..}`, `\pL`, or a character behind the backslash.
fn escape_len(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    let Some((at, c)) = chars.next() else { return text.len() };
    let one = at.saturating_add(c.len_utf8());
    if !matches!(c, 'p' | 'P') {
        return one;
    }
    match chars.next() {
        Some((_, '{')) => text.find('}').map_or(one, |end| end.saturating_add(1)),
        Some((at, class)) => at.saturating_add(class.len_utf8()),
        None => one,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_unicode_keep_their_case() {
        for (pattern, read) in [
            (r"a.b", r"a.b"),
            (r"^\p{Lu}$", r"^(?-i:\p{Lu})$"),
            (r"\pL\PN", r"(?-i:\pL)(?-i:\PN)"),
            (r"\\p{Lu}", r"\\p{Lu}"),
            (r"[\p{Lu}x]\p{L}", r"[\p{Lu}x](?-i:\p{L})"),
            (r"\p", r"\p"),
            (r"\p{L", r"\p{L"),
            (r"é\", r"é\"),
        ] {
            assert_eq!(cased(pattern), read);
        }
    }
}
