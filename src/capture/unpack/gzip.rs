//! gzip (RFC 1952): members, each with a header, deflated bytes and a check.
//!
//! The framing is read here, as the readers of `flate2` give nothing of what they unpacked before
//! a fault; deflate and the check are that library's.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::{Problem, Unpack};
use crate::capture::window::{Order, Window};

/// First bytes of a member.
pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The only method there is: deflate.
const DEFLATE: u8 = 8;
/// Flags of what the header has besides.
const HEADER_CRC: u8 = 0x02;
const EXTRA: u8 = 0x04;
const NAME: u8 = 0x08;
const COMMENT: u8 = 0x10;

/// Unpacks gzip.
pub(super) struct Gzip {
    deflate: Decompress,
    /// The check of the member that is being unpacked; `None` between members.
    check: Option<Crc>,
    members: u64,
    /// The last call filled all it was given: there may be more without further input.
    full: bool,
    /// A fault that was met behind bytes which were given first.
    problem: Option<String>,
}

impl Default for Gzip {
    fn default() -> Self {
        let deflate = Decompress::new(false);
        Self { deflate, check: None, members: 0, full: false, problem: None }
    }
}

impl Unpack for Gzip {
    fn unpack(&mut self, input: &mut Window, out: &mut [u8]) -> Result<usize, Problem> {
        if let Some(problem) = self.problem.take() {
            return Err(Problem::Damaged(problem));
        }
        loop {
            if self.check.is_none() && !self.begin(input)? {
                return Ok(0);
            }
            if !self.full && input.fill(1)? == 0 {
                return Err(Problem::Ends);
            }
            let count = self.inflate(input, out)?;
            if count > 0 {
                return Ok(count);
            }
        }
    }
}

impl Gzip {
    /// Unpacks what is here; ends the member where it is at its end.
    fn inflate(&mut self, input: &mut Window, out: &mut [u8]) -> Result<usize, Problem> {
        let (taken, given) = (self.deflate.total_in(), self.deflate.total_out());
        let status = self.deflate.decompress(input.bytes(), out, FlushDecompress::None);
        let taken = self.deflate.total_in().saturating_sub(taken);
        let count = self.deflate.total_out().saturating_sub(given);
        let count = usize::try_from(count).unwrap_or(out.len()).min(out.len());
        input.consume(usize::try_from(taken).unwrap_or(usize::MAX));
        self.full = count == out.len();
        if let Some(check) = &mut self.check {
            check.update(out.get(..count).unwrap_or_default());
        }
        match status {
            Ok(Status::StreamEnd) => self.end(input, count)?,
            Ok(Status::Ok | Status::BufError) => {}
            Err(error) if count == 0 => return Err(Problem::Damaged(error.to_string())),
            Err(error) => self.problem = Some(error.to_string()),
        }
        Ok(count)
    }

    /// Reads the header of the next member. `false` at the end, which may be padded with zeros.
    fn begin(&mut self, input: &mut Window) -> Result<bool, Problem> {
        if self.members > 0 {
            while input.fill(1)? > 0 && input.bytes().first() == Some(&0) {
                input.consume(1);
            }
        }
        if input.fill(1)? == 0 {
            return Ok(false);
        }
        let [i1, i2, method, flags, ..] = take::<10>(input)?;
        if [i1, i2] != MAGIC || method != DEFLATE {
            return Err(Problem::Damaged("no further member begins here".into()));
        }
        if flags & EXTRA != 0 {
            let length = u64::from(u16::from_le_bytes(take(input)?));
            if input.skip(length)? < length {
                return Err(Problem::Ends);
            }
        }
        for flag in [NAME, COMMENT] {
            while flags & flag != 0 && take::<1>(input)? != [0] {}
        }
        if flags & HEADER_CRC != 0 {
            take::<2>(input)?;
        }
        self.members = self.members.saturating_add(1);
        self.deflate.reset(false);
        self.check = Some(Crc::new());
        self.full = false;
        Ok(true)
    }

    /// Checks the end of a member. A fault waits until the bytes before it are given.
    fn end(&mut self, input: &mut Window, count: usize) -> Result<(), Problem> {
        let Some(check) = self.check.take() else { return Ok(()) };
        self.full = false;
        if input.fill(8)? < 8 {
            // Told when the next member is looked for: by then all bytes are given.
            self.problem = Some("the check at the end is cut".into());
            input.consume(8);
        } else {
            let at = |offset| Order::Little.u32_at(input.bytes(), offset);
            if (at(0), at(4)) != (Some(check.sum()), Some(check.amount())) {
                self.problem = Some("the check at the end does not agree".into());
            }
            input.consume(8);
        }
        match self.problem.take_if(|_| count == 0) {
            Some(problem) => Err(Problem::Damaged(problem)),
            None => Ok(()),
        }
    }
}

/// Takes `N` bytes.
fn take<const N: usize>(input: &mut Window) -> Result<[u8; N], Problem> {
    input.fill(N)?;
    let bytes = input.bytes().first_chunk::<N>().copied().ok_or(Problem::Ends)?;
    input.consume(N);
    Ok(bytes)
}
