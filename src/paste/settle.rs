//! Types and lengths of packets that could not be read, told from what stands behind them.

use super::frame::{self, Chain, Fit};
use super::piece::Meant;
use super::run::{Run, Slip};

/// How the bytes of a run frame, with what stands in for those that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mended {
    /// As whole packets.
    Whole,
    /// As whole packets, of the first of which the type is not known.
    Headless,
    /// As no packets.
    Not,
}

/// Tells the bytes that could not be read where the packets do.
pub(super) fn settle(run: &mut Run) -> Mended {
    let filled = run.filled();
    if filled.len() > LONGEST {
        return of(&filled, Chain::of(&filled), false);
    }
    let mut walk = Walk { filled: &filled, chain: Chain::new(), fed: 0 };
    let (mut shift, mut is_headless) = (0_usize, false);
    for slip in run.slips.iter_mut().filter(|slip| !slip.is_beside()) {
        let at = slip.index.saturating_add(shift);
        shift = shift.saturating_add(slip.lost);
        is_headless |= walk.slip(slip, at) && at == 0;
    }
    let Walk { mut chain, fed, .. } = walk;
    chain.feed(filled.get(fed..).unwrap_or_default());
    of(&run.filled(), chain, is_headless)
}

fn of(filled: &[u8], chain: Chain, is_headless: bool) -> Mended {
    match chain.fit() {
        Fit::Whole if frame::head(filled) => Mended::Whole,
        Fit::Whole if is_headless && filled.len() >= SHORTEST_HEADLESS => Mended::Headless,
        _ => Mended::Not,
    }
}

struct Walk<'b> {
    filled: &'b [u8],
    chain: Chain,
    /// How many of the bytes the chain has seen.
    fed: usize,
}

impl Walk<'_> {
    /// Looks at one mistake, where `at` is the first byte that it hides; whether that is a packet's type
    /// that nothing tells.
    fn slip(&mut self, slip: &mut Slip, at: usize) -> bool {
        self.chain.feed(self.filled.get(self.fed..at).unwrap_or_default());
        self.fed = at.saturating_add(slip.lost);
        let hidden = self.filled.get(at..self.fed).unwrap_or_default();
        let &[byte] = hidden else {
            self.chain.feed(hidden);
            return false;
        };
        let rest = self.filled.get(self.fed..).unwrap_or_default();
        let first = at.checked_sub(1).and_then(|n| self.filled.get(n)).copied();
        let mut stand_in = byte;
        let mut is_unknown = false;
        if self.chain.fit() == Fit::Whole && !frame::head(&[byte]) {
            // A CONNECT says what it is a second time.
            let connect = [&[CONNECT], rest].concat();
            is_unknown = !frame::connect(&connect);
            stand_in = if is_unknown { ANY } else { CONNECT };
            slip.meant = if is_unknown { None } else { Some(Meant::Type(CONNECT)) };
        } else if let Some(first) = first.filter(|_| self.chain.is_before_length())
            && !frame::fits(first, byte, rest)
            && let Some(length) = (0..0x80).find(|length| frame::fits(first, *length, rest))
        {
            slip.meant = Some(Meant::Length(length));
            stand_in = length;
        }
        self.chain.feed(&[stand_in]);
        is_unknown
    }
}

const CONNECT: u8 = 0x10;
/// Stands in for a type that nothing tells.
const ANY: u8 = 0x20;
/// Fewer bytes fit a length by chance.
const SHORTEST_HEADLESS: usize = 8;
/// Told from so many bytes at most.
const LONGEST: usize = 1 << 12;
