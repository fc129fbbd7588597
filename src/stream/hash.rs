//! The key of a connection, and a fast hash for it.

use std::{
    hash::{BuildHasher, Hash, Hasher, RandomState},
    net::IpAddr,
};

use crate::net::Segment;

/// Both ends of a connection, in an order that is the same for both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    low: u128,
    high: u128,
    ports: u64,
}

impl Key {
    /// The key of a segment, and whether its sender is the lower end.
    #[inline]
    pub(super) fn of(segment: &Segment<'_>) -> (Self, bool) {
        let (src, dst) = (segment.layers.ip.src, segment.layers.ip.dst);
        let (src_port, dst_port) = (segment.tcp.src_port, segment.tcp.dst_port);
        if let (IpAddr::V4(src), IpAddr::V4(dst)) = (src, dst) {
            return Self::v4((src.to_bits(), src_port), (dst.to_bits(), dst_port));
        }
        let from = (bits(src), src_port);
        let to = (bits(dst), dst_port);
        let sender_is_low = from <= to;
        let (low, high) = if sender_is_low { (from, to) } else { (to, from) };
        let family = u64::from(src.is_ipv6()) << 32;
        let ports = family | u64::from(low.1) << 16 | u64::from(high.1);
        (Self { low: low.0, high: high.0, ports }, sender_is_low)
    }

    /// The same of IPv4, where address and port fit into one number.
    #[inline]
    fn v4(src: (u32, u16), dst: (u32, u16)) -> (Self, bool) {
        let end = |(address, port): (u32, u16)| u64::from(address) << 16 | u64::from(port);
        let (from, to) = (end(src), end(dst));
        let (low, high) = (from.min(to), from.max(to));
        let ports = (low & 0xffff) << 16 | (high & 0xffff);
        (Self { low: (low >> 16).into(), high: (high >> 16).into(), ports }, from <= to)
    }
}

impl Hash for Key {
    /// Of addresses that fit into 32 bits, both at once: no more is in them to be told apart by.
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        if (self.low | self.high) >> 32 == 0 {
            let addresses = (self.low as u64) << 32 | self.high as u64;
            state.write_u128(u128::from(self.ports) << 64 | u128::from(addresses));
        } else {
            state.write_u128(self.low);
            state.write_u128(self.high);
            state.write_u64(self.ports);
        }
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_bits().into(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// Builds hashers with a seed of their own, so that nobody can choose addresses that collide.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seed(u64);

impl Default for Seed {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0))
    }
}

impl BuildHasher for Seed {
    type Hasher = Mix;

    fn build_hasher(&self) -> Mix {
        Mix(self.0)
    }
}

/// The fractional part of the golden ratio: odd, and without a pattern in its bits.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The product of two numbers, its halves one over the other.
#[inline]
fn folded(a: u64, b: u64) -> u64 {
    let product = u128::from(a).wrapping_mul(b.into());
    (product as u64) ^ ((product >> 64) as u64)
}

/// Multiplies and folds: a handful of instructions for a [`Key`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    #[inline]
    fn write_u64(&mut self, value: u64) {
        self.0 = folded(self.0 ^ value, GOLDEN);
    }

    /// Both halves at once. Each has its own part of the seed, so that nobody can choose one of them that makes the
    /// other not count.
    #[inline]
    fn write_u128(&mut self, value: u128) {
        let (low, high) = (value as u64, (value >> 64) as u64);
        self.0 = folded(self.0 ^ low, self.0.rotate_left(32) ^ GOLDEN ^ high);
    }
}
