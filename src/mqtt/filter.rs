//! Topic Filters (5.0: sections 4.7 and 4.8.2).

use super::packet::Text;
use super::primitive::{ONES, TOPS, text};
use crate::annotate::{Cursor, Sink, Stop};
use crate::spec::field::SHARE;
use crate::spec::{Field, Rule, Version};
use memchr::memchr2;

/// A Topic Filter: text that is not empty, with its wildcards where they may be.
#[inline]
pub(super) fn topic_filter<'a, S: Sink>(
    c: &mut Cursor<'a, '_, S>,
    field: Field,
    version: Version,
) -> Result<Text<'a>, Stop> {
    let filter = text(c, field)?;
    if S::RECORDS && !is_usual(filter.0) {
        judge(c, field, filter.0, version);
    }
    Ok(filter)
}

/// Whether there is nothing to say of a filter and it is not shared.
#[inline]
fn is_usual(filter: &[u8]) -> bool {
    if matches!(filter, [] | [b'$', ..]) {
        return false;
    }
    let is_placed = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| filter.get(before));
        let behind = filter.get(at.wrapping_add(1));
        let ends_level = match behind {
            None => true,
            Some(next) => *next == b'/' && filter.get(at) == Some(&b'+'),
        };
        ends_level && before.is_none_or(|before| *before == b'/')
    };
    let Some(last) = filter.last_chunk::<8>() else {
        return filter.iter().enumerate().all(|(at, byte)| !is_wildcard(*byte) || is_placed(at));
    };
    let are_placed = |word: &[u8; 8], start: usize| {
        let mut found = wildcards(u64::from_le_bytes(*word));
        while found != 0 {
            if !is_placed(start.wrapping_add((found.trailing_zeros() >> 3) as usize)) {
                return false;
            }
            found &= found.wrapping_sub(1);
        }
        true
    };
    let words = filter.as_chunks::<8>().0;
    words.iter().zip((0..).step_by(8)).all(|(word, start)| are_placed(word, start))
        && are_placed(last, filter.len().wrapping_sub(8))
}

const fn is_wildcard(byte: u8) -> bool {
    matches!(byte, b'+' | b'#')
}

/// The uppermost bit of each byte that is a wildcard.
#[inline]
const fn wildcards(word: u64) -> u64 {
    const LOW: u64 = ONES * 0x7f;
    /// The uppermost bit of a byte stays 0 where all of its bits are.
    const fn others(word: u64) -> u64 {
        ((word & LOW).wrapping_add(LOW)) | word
    }
    const PLUS: u64 = ONES * b'+' as u64;
    const HASH: u64 = ONES * b'#' as u64;
    let (plus, hash) = (word ^ PLUS, word ^ HASH);
    !(others(plus) & others(hash)) & TOPS
}

/// Of a shared subscription what stands behind `$share/`: its name, and the filter that counts. The
/// standard knows it since 5.0; some servers serve it to clients of 3.x too.
#[must_use]
pub fn behind_share(filter: &[u8]) -> Option<&[u8]> {
    filter.strip_prefix(SHARE)
}

/// Whether a filter asks for a shared subscription, which only 5.0 knows.
pub(super) fn is_shared(filter: Text<'_>, version: Version) -> bool {
    version.is_v5() && behind_share(filter.0).is_some()
}

/// Reports what is wrong with a filter whose last byte was the last one read.
fn judge<S: Sink>(c: &mut Cursor<'_, '_, S>, field: Field, filter: &[u8], version: Version) {
    if filter.is_empty() {
        return c.note_last(Rule::TOPIC_EMPTY, field, 2, (0, 0));
    }
    let mut filter = filter;
    if let Some(name) = behind_share(filter).filter(|_| version.is_v5()) {
        let len = memchr::memchr(b'/', name).unwrap_or(name.len());
        let (name, rest) = name.split_at_checked(len).unwrap_or((name, &[]));
        if name.is_empty() || memchr2(b'+', b'#', name).is_some() {
            c.note_last(Rule::SHARE_NAME, field, filter.len(), (0, 0));
        }
        filter = rest.get(1..).unwrap_or_default();
        if filter.is_empty() {
            return c.note_last(Rule::SHARE_FILTER, field, 0, (0, 0));
        }
    }
    if let Some((rule, left)) = misplaced(filter) {
        c.note_back(rule, field, (left, 1), (0, 0));
    }
}

/// The first wildcard that is not where it may be: the rule, and how many bytes of the filter are
/// left from it on.
fn misplaced(filter: &[u8]) -> Option<(Rule, usize)> {
    let mut from = 0;
    while let Some(at) = memchr2(b'+', b'#', filter.get(from..)?) {
        let at = from.saturating_add(at);
        let sign = filter.get(at)?;
        let starts_level = at.checked_sub(1).is_none_or(|before| filter.get(before) == Some(&b'/'));
        let next = filter.get(at.saturating_add(1));
        let left = filter.len().saturating_sub(at);
        match sign {
            b'#' if !starts_level || next.is_some() => {
                return Some((Rule::FILTER_MULTI_LEVEL, left));
            }
            b'+' if !starts_level || next.is_some_and(|next| *next != b'/') => {
                return Some((Rule::FILTER_SINGLE_LEVEL, left));
            }
            _ => from = at.saturating_add(1),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotate::Tape;
    use crate::mqtt::{Reading, decode};

    fn judged(filter: &str, version: Version) -> Vec<(&'static str, usize)> {
        let properties: &[u8] = if version.is_v5() { &[0] } else { &[] };
        let len = [0, filter.len() as u8];
        let body = [&[0, 1], properties, &len, filter.as_bytes(), &[0]].concat();
        let packet = [&[0x82, body.len() as u8][..], &body].concat();
        let start = packet.len() - 1 - filter.len();
        let mut tape = Tape::new();
        decode(&packet, Reading { version, sender: None }, &mut tape);
        let found = tape.findings().iter();
        found.map(|f| (f.info().id, f.span.first_byte().wrapping_sub(start))).collect()
    }

    /// The examples of section 4.7.1, and a few more.
    #[test]
    fn wildcards_have_their_places() {
        for version in Version::ALL {
            for valid in [
                "#",
                "+",
                "/",
                "sport/tennis/#",
                "+/tennis/#",
                "sport/+/player1",
                "/+",
                "a//b",
                "$SYS/#",
            ] {
                assert_eq!(judged(valid, version), [], "{valid}");
            }
            for (wrong, rule, at) in [
                ("sport/tennis#", "filter-multi-level", 12),
                ("sport/tennis/#/ranking", "filter-multi-level", 13),
                ("##", "filter-multi-level", 0),
                ("sport+", "filter-single-level", 5),
                ("+/a+/#", "filter-single-level", 3),
                ("+#", "filter-single-level", 0),
            ] {
                assert_eq!(judged(wrong, version), [(rule, at)], "{wrong}");
            }
        }
    }

    /// Looked at word by word and sign by sign, a filter is the same.
    #[test]
    fn what_is_usual_has_its_wildcards_where_they_may_be() {
        for number in 0..4_usize.pow(6) {
            let signs = (0..6).map(|place| b"a/+#"[number >> (2 * place) & 3]);
            let signs: Vec<u8> = signs.collect();
            for before in ["", "b/", "ccc/dd/", "eeeeeeee/"] {
                for behind in ["", "/f", "/gg/hhhhhhhh"] {
                    let filter = [before.as_bytes(), &signs, behind.as_bytes()].concat();
                    let filter = Text(&filter);
                    assert_eq!(is_usual(filter.0), misplaced(filter.0).is_none(), "{filter}");
                }
            }
        }
        assert!(!is_usual(b"") && !is_usual(b"$share/g/a"));
    }

    #[test]
    fn a_shared_subscription_has_a_name_and_a_filter() {
        for valid in ["$share/g/#", "$share/g//", "$share/g/+/a", "$shared/#", "$share"] {
            assert_eq!(judged(valid, Version::V5), [], "{valid}");
        }
        for (wrong, rule) in [
            ("$share//a", "share-name"),
            ("$share/g+/a", "share-name"),
            ("$share/#/a", "share-name"),
            ("$share/g", "share-filter"),
            ("$share/g/", "share-filter"),
            ("$share/g/a#", "filter-multi-level"),
        ] {
            assert_eq!(judged(wrong, Version::V5)[0].0, rule, "{wrong}");
        }
        assert_eq!(judged("$share//a", Version::V311), []);
    }
}
