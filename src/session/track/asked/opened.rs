//! The exchanges that are open, by their Packet Identifiers.

use super::Exchange;
use crate::spec::PacketType;
use foldhash::fast::RandomState;
use std::collections::HashMap;

/// Exchanges that are looked for one by one: most connections have no more, and to look through some
/// numbers that stand side by side costs less than to hash one.
const FEW: usize = 48;

/// Exchanges by their identifiers: the first few in lists, those beyond in a table.
#[derive(Debug, Default)]
pub(super) struct Opened {
    ids: Vec<u16>,
    few: Vec<Exchange>,
    more: HashMap<u16, Exchange, RandomState>,
}

impl Opened {
    /// How many there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.few.len().saturating_add(self.more.len())
    }

    /// The exchange with this identifier.
    #[inline]
    pub(super) fn get(&self, id: u16) -> Option<&Exchange> {
        match self.place(id) {
            Some(place) => self.few.get(place),
            None if self.more.is_empty() => None,
            None => self.of_more(id),
        }
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn get_mut(&mut self, id: u16) -> Option<&mut Exchange> {
        match self.place(id) {
            Some(place) => self.few.get_mut(place),
            None if self.more.is_empty() => None,
            None => self.of_more_mut(id),
        }
    }

    /// Adds one whose identifier has none.
    #[inline]
    pub(super) fn add(&mut self, id: u16, exchange: Exchange) {
        if self.few.len() < FEW {
            self.ids.push(id);
            self.few.push(exchange);
        } else {
            self.add_more(id, exchange);
        }
    }

    /// Takes the one with this identifier out, if it waits for a packet of this type.
    #[inline]
    pub(super) fn take(&mut self, id: u16, next: PacketType) -> Option<Exchange> {
        match self.place(id) {
            Some(place) => {
                self.few.get(place).filter(|exchange| exchange.next == next)?;
                self.ids.swap_remove(place);
                Some(self.few.swap_remove(place))
            }
            None if self.more.is_empty() => None,
            None => self.take_more(id, next),
        }
    }

    // Most connections have none of these: what deals with them stands apart.

    #[inline(never)]
    fn of_more(&self, id: u16) -> Option<&Exchange> {
        self.more.get(&id)
    }

    #[inline(never)]
    fn of_more_mut(&mut self, id: u16) -> Option<&mut Exchange> {
        self.more.get_mut(&id)
    }

    #[inline(never)]
    fn add_more(&mut self, id: u16, exchange: Exchange) {
        self.more.insert(id, exchange);
    }

    #[inline(never)]
    fn take_more(&mut self, id: u16, next: PacketType) -> Option<Exchange> {
        self.more.get(&id).filter(|exchange| exchange.next == next)?;
        self.more.remove(&id)
    }

    /// Takes the one with this identifier out.
    #[inline]
    pub(super) fn remove(&mut self, id: u16) {
        match self.place(id) {
            Some(place) => {
                self.ids.swap_remove(place);
                self.few.swap_remove(place);
            }
            None => {
                self.more.remove(&id);
            }
        }
    }

    /// All of them, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, &Exchange)> {
        let few = self.ids.iter().copied().zip(&self.few);
        few.chain(self.more.iter().map(|(id, exchange)| (*id, exchange)))
    }

    /// The same, to be changed, without their identifiers.
    #[inline]
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Exchange> {
        self.few.iter_mut().chain(self.more.values_mut())
    }

    #[inline]
    fn place(&self, id: u16) -> Option<usize> {
        self.ids.iter().position(|of| *of == id)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Ask;
    use super::*;
    use crate::session::At;
    use std::collections::BTreeMap;

    #[test]
    fn few_and_many_are_found_alike() {
        let (mut opened, mut known) = (Opened::default(), BTreeMap::new());
        for step in 0..4_000u64 {
            // Identifiers count up, some come again, and those of every third step are taken out. In the middle
            // there are many, at the end few.
            let id = (step * 7 % 701) as u16;
            let is_taken = step % 3 == 0 || step > 3_000;
            if is_taken {
                // What waits for something else stays.
                assert!(opened.take(id, PacketType::PUBACK).is_none());
                let taken = opened.take(id, PacketType::SUBACK).map(|it| it.first.number);
                assert_eq!(taken, known.remove(&id));
            } else if opened.get(id).is_none() {
                let at = At { number: step, ..At::default() };
                opened.add(id, Exchange::new(Ask::new(PacketType::SUBSCRIBE, 1), at, None));
                known.insert(id, step);
            }
            assert_eq!(opened.len(), known.len());
            let found = |id| opened.get(id).map(|exchange| exchange.first.number);
            assert!((0..701).all(|id| found(id) == known.get(&id).copied()), "{step}");
            let all: BTreeMap<_, _> = opened.iter().map(|(id, it)| (id, it.first.number)).collect();
            assert_eq!(all, known);
        }
        assert!(known.len() < FEW);
    }
}
