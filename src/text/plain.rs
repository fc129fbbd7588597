//! Printable ASCII, which nearly all text is, told eight or sixteen bytes at a time.

/// Printable ASCII that is escaped nowhere: neither between our quotes nor in JSON.
#[must_use]
pub const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// Whether it is made of ASCII's printable characters alone.
#[inline]
#[must_use]
pub fn is_printable(text: &[u8]) -> bool {
    let is_printable = |byte: &u8| matches!(byte, b' '..=b'~');
    all(text, unprintable, is_printable)
}

/// Whether one of so many is not printable ASCII: the processor compares all of them at once.
#[inline(always)]
fn has_unprintable(pair: &[u8; 2 * STEP]) -> bool {
    let is_odd = |byte: &u8| byte.wrapping_sub(b' ') > b'~' - b' ';
    pair.iter().fold(false, |any, byte| any | is_odd(byte))
}

/// Whether all bytes are plain, each as [`is_plain`] has it.
#[inline]
pub(crate) fn is_all_plain(text: &[u8]) -> bool {
    all(text, |eight| unprintable(eight) | quotes(eight), |byte| is_plain(*byte))
}

/// Whether no byte is odd, by what marks odd ones among eight, or by what tells one that is not.
#[inline(always)]
fn all(text: &[u8], odd: impl Fn(u64) -> u64, is_one: impl Fn(&u8) -> bool) -> bool {
    // The last eight bytes are what the chunks leave over, and some that they hold.
    let Some(last) = text.last_chunk::<8>() else { return text.iter().all(is_one) };
    let (eights, _) = text.as_chunks::<8>();
    let odd = |eight: &[u8; 8]| odd(u64::from_le_bytes(*eight));
    eights.iter().fold(odd(last), |any, eight| any | odd(eight)) & each(0x80) == 0
}

/// Eight times the same byte.
const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The upper bit of the first byte that is not printable ASCII is set, and none before it. What is behind it
/// is not told.
#[inline(always)]
const fn unprintable(eight: u64) -> u64 {
    // The bit is set from 0x80 on, goes on by a subtraction below a blank, and by an addition at 0x7f.
    eight | eight.wrapping_sub(each(b' ')) | eight.wrapping_add(each(1))
}

/// The same for a double quote or a backslash among ASCII.
#[inline(always)]
const fn quotes(eight: u64) -> u64 {
    let (double, back) = (eight ^ each(b'"'), eight ^ each(b'\\'));
    double.wrapping_sub(each(1)) | back.wrapping_sub(each(1))
}

/// The upper bit of each double quote and backslash among eight bytes of ASCII is set.
#[inline(always)]
const fn each_quote(eight: u64) -> u64 {
    // Of ASCII a sum with 0x7f goes on to the upper bit unless the byte is zero, and no further.
    let (double, back) = (eight ^ each(b'"'), eight ^ each(b'\\'));
    !(double.wrapping_add(each(0x7f)) & back.wrapping_add(each(0x7f))) & each(0x80)
}

/// Adds the printable ASCII at the beginning of a text, with a backslash before each quote and backslash, and
/// returns what is behind it, or a little more of the text.
pub(crate) fn add_escaped<'t>(text: &'t [u8], out: &mut Vec<u8>) -> &'t [u8] {
    let mut rest = text;
    while let Some((pair, behind)) = rest.split_first_chunk() {
        if has_unprintable(pair) {
            break;
        }
        rest = behind;
        let halves = halves(pair);
        let [first, second] = halves.map(each_quote);
        if first | second == 0 {
            out.extend_from_slice(pair);
        } else {
            let [one, other] = halves;
            add_eight(one, first, STEP, out);
            add_eight(other, second, STEP, out);
        }
    }
    add_steps(text, rest, out)
}

/// The first eight bytes, and the last.
#[inline(always)]
fn halves(pair: &[u8; 2 * STEP]) -> [u64; 2] {
    let [a, b, c, d, e, f, g, h, last @ ..] = *pair;
    [[a, b, c, d, e, f, g, h], last].map(u64::from_le_bytes)
}

/// Does to `rest`, which `text` ends with, what [`add_escaped`] does.
#[inline(always)]
fn add_steps<'t>(text: &[u8], rest: &'t [u8], out: &mut Vec<u8>) -> &'t [u8] {
    let (eights, last) = rest.as_chunks::<STEP>();
    for (nth, eight) in eights.iter().enumerate() {
        let eight = u64::from_le_bytes(*eight);
        if unprintable(eight) & each(0x80) != 0 {
            return rest.get(nth.saturating_mul(STEP)..).unwrap_or_default();
        }
        add_eight(eight, each_quote(eight), STEP, out);
    }
    if last.is_empty() {
        return &[];
    }
    let eight = filled(text, last);
    if unprintable(eight) & each(0x80) != 0 {
        return last;
    }
    add_eight(eight, each_quote(eight), last.len(), out);
    &[]
}

/// The last bytes of a text, fewer than eight, and blanks behind them.
#[inline(always)]
fn filled(text: &[u8], last: &[u8]) -> u64 {
    let Some(eight) = text.last_chunk() else {
        let mut padded = [b' '; STEP];
        padded.iter_mut().zip(last).for_each(|(to, from)| *to = *from);
        return u64::from_le_bytes(padded);
    };
    let bits = (last.len() as u32).wrapping_mul(8);
    let wanted = u64::from_le_bytes(*eight).wrapping_shr(64u32.wrapping_sub(bits));
    wanted | each(b' ').wrapping_shl(bits)
}

/// Adds the first `len` of eight bytes of printable ASCII, with a backslash before each that is marked.
#[inline(always)]
fn add_eight(eight: u64, mut marks: u64, len: usize, out: &mut Vec<u8>) {
    if marks == 0 {
        return push_first(&eight.to_le_bytes(), len, out);
    }
    // What is put together elsewhere has to be read again, for which the processor waits.
    let start = out.len();
    out.extend_from_slice(&[0; 3 * STEP]);
    let Some(room) = out.last_chunk_mut::<{ 3 * STEP }>() else { return };
    if let Some(begin) = room.first_chunk_mut() {
        *begin = eight.to_le_bytes();
    }
    let mut slashes = 0usize;
    while marks != 0 {
        // All from the quote on is put behind the backslash; what does not belong there is written over.
        let at = marks.trailing_zeros() & !7;
        let place = ((at >> 3) as usize).saturating_add(slashes);
        let moved = room.get_mut(place..).and_then(<[u8]>::first_chunk_mut::<{ STEP + 1 }>);
        if let Some([slash, behind @ ..]) = moved {
            *slash = b'\\';
            *behind = (eight >> at).to_le_bytes();
        }
        slashes = slashes.saturating_add(1);
        marks &= marks.wrapping_sub(1);
    }
    out.truncate(start.saturating_add(len).saturating_add(slashes));
}

/// Adds the first `len` bytes of some: a length that the compiler knows is copied faster than the one that is
/// asked for.
#[inline(always)]
pub(super) fn push_first<const N: usize>(some: &[u8; N], len: usize, out: &mut Vec<u8>) {
    let end = out.len().saturating_add(len);
    out.extend_from_slice(some);
    out.truncate(end);
}

/// Bytes of a piece, at most.
const PIECE: usize = 64;
/// Bytes of a step, which may go beyond the end of a piece.
const STEP: usize = 8;

/// Gives the printable ASCII at the beginning of a text in pieces, with a backslash before each quote and
/// backslash, and returns what is behind it.
///
/// # Errors
/// What `take` reports.
pub(crate) fn escaped_pieces<E>(
    text: &[u8],
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<&[u8], E> {
    let mut rest = text;
    while let Some((piece, behind)) = rest.split_at_checked(rest.len().min(PIECE)) {
        let (has_odd, has_quotes) = marks(piece);
        if piece.is_empty() || has_odd {
            break;
        } else if has_quotes {
            take(backslashed(piece, &mut [0; 2 * PIECE + STEP]))?;
        } else {
            take(piece)?;
        }
        rest = behind;
    }
    Ok(rest)
}

/// Whether there is something that is not printable ASCII; whether, if not, there are quotes or backslashes.
fn marks(piece: &[u8]) -> (bool, bool) {
    let Some(last) = piece.last_chunk::<STEP>() else {
        return (!is_printable(piece), !is_all_plain(piece));
    };
    let (eights, _) = piece.as_chunks::<STEP>();
    let marks = eights.iter().chain([last]).fold((0, 0), |(odd, quote), eight| {
        let eight = u64::from_le_bytes(*eight);
        (odd | unprintable(eight), quote | quotes(eight))
    });
    (marks.0 & each(0x80) != 0, marks.1 & each(0x80) != 0)
}

/// A piece of printable ASCII with a backslash before each quote and backslash.
fn backslashed<'b>(piece: &[u8], room: &'b mut [u8; 2 * PIECE + STEP]) -> &'b [u8] {
    let mut padded = [b' '; PIECE + STEP];
    if let Some(begin) = padded.get_mut(..piece.len()) {
        begin.copy_from_slice(piece);
    }
    let (mut from, mut to) = (0usize, 0usize);
    while from < piece.len() {
        let step = padded.get(from..).and_then(<[u8]>::first_chunk::<STEP>);
        let place = room.get_mut(to..).and_then(<[u8]>::first_chunk_mut::<STEP>);
        let (Some(step), Some(place)) = (step, place) else { break };
        // All of the step is copied; what is behind a quote is written over by the next one.
        *place = *step;
        let mark = quotes(u64::from_le_bytes(*step)) & each(0x80);
        let plain = (mark.trailing_zeros() >> 3) as usize;
        (from, to) = (from.saturating_add(plain), to.saturating_add(plain));
        if let (Some(quote), Some(place)) = (step.get(plain), room.get_mut(to..)) {
            if let Some(place) = place.first_chunk_mut::<2>() {
                *place = [b'\\', *quote];
            }
            (from, to) = (from.saturating_add(1), to.saturating_add(2));
        }
    }
    let beyond = from.saturating_sub(piece.len());
    room.get(..to.saturating_sub(beyond)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let odd = prop::sample::select(
            b"\0\x1f\x20\x21\x22\x23\x5b\\\x5d\x7e\x7f\x80\xa2\xdc\xff".to_vec(),
        );
        let any = prop_oneof![60 => b' '..=b'~', 2 => odd, 1 => any::<u8>()];
        prop::collection::vec(any, 0..70)
    }

    #[test]
    fn each_byte_is_told_wherever_it_stands() {
        for byte in 0..=255 {
            for len in 1..40 {
                for at in 0..len {
                    let mut text = vec![b'a'; len];
                    text[at] = byte;
                    assert_eq!(is_printable(&text), matches!(byte, b' '..=b'~'), "{byte} at {at}");
                    assert_eq!(is_all_plain(&text), is_plain(byte), "{byte} at {at} of {len}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_added_at_once_is_what_comes_in_pieces(text in bytes()) {
            let (mut pieces, mut added) = (Vec::new(), Vec::new());
            let rest = escaped_pieces(&text, |piece| -> Result<(), ()> {
                pieces.extend_from_slice(piece);
                Ok(())
            });
            let behind = add_escaped(&text, &mut added);
            let begin = text.strip_suffix(behind).unwrap();
            prop_assert!(begin.iter().all(|byte| matches!(byte, b' '..=b'~')));
            prop_assert!(behind.len() <= rest.unwrap().len());
            // All of it but the step with the first byte that is odd.
            prop_assert!(behind.iter().take(STEP).any(|byte| !matches!(byte, b' '..=b'~')) || behind.is_empty());
            prop_assert!(added.starts_with(&pieces));
            let words = String::from_utf8(begin.to_vec()).unwrap();
            let expected = words.replace('\\', "\\\\").replace('"', "\\\"");
            prop_assert_eq!(added, expected.into_bytes());
        }

        #[test]
        fn eight_at_a_time_are_told_as_one_by_one(text in bytes()) {
            prop_assert_eq!(is_printable(&text), text.iter().all(|it| matches!(it, b' '..=b'~')));
            prop_assert_eq!(is_all_plain(&text), text.iter().all(|it| is_plain(*it)));
        }

        #[test]
        fn a_backslash_goes_before_each_quote(text in "[ -~\"\\\\]{0,140}") {
            let odd = [text.as_bytes(), b"\n\""].concat();
            let mut out = Vec::new();
            let mut add = |text: &[u8]| -> Result<(), ()> {
                out.extend_from_slice(text);
                Ok(())
            };
            prop_assert_eq!(escaped_pieces(text.as_bytes(), &mut add), Ok(&[][..]));
            let rest = escaped_pieces(&odd, &mut add).unwrap();
            prop_assert!(rest.ends_with(b"\n\""));
            let all = [text.as_bytes(), &odd[..odd.len() - rest.len()]].concat();
            let expected = String::from_utf8(all).unwrap();
            let expected = expected.replace('\\', "\\\\").replace('"', "\\\"");
            prop_assert_eq!(out, expected.into_bytes());
        }
    }
}
