//! What happened at each address, and what does not go together.
//!
//! For every eight bytes the accesses are kept that a later one could clash with: FastTrack (Flanagan, Freund: "FastTrack: Efficient and Precise
//! Dynamic Race Detection", PLDI 2009), with all readers instead of one clock. An access is named by its thread and by how many visible
//! operations that had done (its *epoch*); it happens before what another thread does if that thread's clock has come so far.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::machine::op::Tid;

/// How memory is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum How {
    Read,
    Write,
    /// An atomic operation, or a use of a lock, a channel and the like.
    Atomic,
    /// An atomic operation that only reads.
    AtomicLoad,
    /// `read_volatile`.
    VolatileRead,
    /// `write_volatile`.
    VolatileWrite,
    Free,
}

impl How {
    pub fn is_read(self) -> bool {
        matches!(self, Self::Read | Self::VolatileRead | Self::AtomicLoad)
    }

    fn is_atomic(self) -> bool {
        matches!(self, Self::Atomic | Self::AtomicLoad)
    }

    fn is_volatile(self) -> bool {
        matches!(self, Self::VolatileRead | Self::VolatileWrite)
    }

    /// Whether two accesses that nothing orders go together. Two volatile ones are formally a race, and meant.
    fn goes_with(self, other: Self) -> bool {
        self.is_read() && other.is_read()
            || self.is_atomic() && other.is_atomic()
            || self.is_volatile() && other.is_volatile()
    }
}

/// An access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seen {
    pub tid: u8,
    pub epoch: u16,
    pub how: How,
    /// Which of the eight bytes.
    mask: u8,
    /// The instruction; 0 if it is not known.
    pub at: usize,
    /// The eight bytes.
    pub granule: usize,
}

impl Seen {
    /// Whether two accesses that nothing orders go together. Two atomics that share some bytes and not all do only if both are read.
    fn goes_with(&self, later: &Self) -> bool {
        let one_size = self.mask == later.mask || self.how.is_read() && later.how.is_read();
        let atomic = self.how.is_atomic() && later.how.is_atomic();
        self.how.goes_with(later.how) && (one_size || !atomic)
    }
}

/// What an access clashes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clash {
    pub earlier: Seen,
    pub later: Seen,
}

#[derive(Default)]
struct Cell {
    /// In which execution it was used last.
    generation: u32,
    seen: Vec<Seen>,
}

const PAGE: usize = 4096;
/// What is larger is not noted byte by byte when it is freed.
const MUCH: usize = 1 << 16;
/// So many pages are found without the map.
const NEAR: usize = 256;

type Page = Box<[Cell; PAGE / 8]>;

/// See the [module](self).
pub struct Shadow {
    pages: Vec<Page>,
    /// Which page of `pages` is whose.
    places: HashMap<usize, usize, BuildHasherDefault<Fast>>,
    /// The same, for those that were used last.
    near: Box<[(usize, usize); NEAR]>,
    generation: u32,
    /// Something was freed in this execution.
    any_freed: bool,
    /// The large blocks that were, from one address to another.
    much_freed: Vec<(usize, usize, Seen)>,
    /// Two volatile accesses were let pass that nothing orders.
    pub let_pass: bool,
}

impl Default for Shadow {
    fn default() -> Self {
        Self {
            pages: Vec::new(),
            places: HashMap::default(),
            // No page has this number.
            near: Box::new([(usize::MAX, 0); NEAR]),
            generation: 0,
            any_freed: false,
            much_freed: Vec::new(),
            let_pass: false,
        }
    }
}

impl Shadow {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.generation += 1;
        self.any_freed = false;
        self.much_freed.clear();
        self.let_pass = false;
        if self.generation == u32::MAX {
            *self = Self { generation: 1, ..Self::default() };
        }
    }

    /// Whether an access can clash with nothing: one thread, and nothing freed.
    pub fn is_quiet(&self, threads: usize) -> bool {
        threads < 2 && !self.any_freed
    }

    #[inline]
    fn cell(&mut self, granule: usize) -> &mut Cell {
        let number = (granule << 3) / PAGE;
        let near = self.near[number % NEAR];
        let place = if near.0 == number { near.1 } else { self.place(number) };
        let cell = &mut self.pages[place][granule % (PAGE / 8)];
        if cell.generation != self.generation {
            cell.generation = self.generation;
            cell.seen.clear();
        }
        cell
    }

    #[cold]
    #[inline(never)]
    fn place(&mut self, number: usize) -> usize {
        let place = *self.places.entry(number).or_insert_with(|| {
            self.pages
                .push(Box::new([const { Cell { generation: 0, seen: Vec::new() } }; PAGE / 8]));
            self.pages.len() - 1
        });
        self.near[number % NEAR] = (number, place);
        place
    }

    /// Memory that is given out again is new.
    pub fn forget(&mut self, start: usize, size: usize) {
        let end = start + size.max(1);
        self.much_freed.retain(|&(from, to, _)| to <= start || end <= from);
        if self.any_freed && size > MUCH {
            // So large a block has its pages for itself.
            let pages = start / PAGE..=(end - 1) / PAGE;
            for (_, &place) in self.places.iter().filter(|(number, _)| pages.contains(number)) {
                let page = &mut self.pages[place];
                page.iter_mut().for_each(|cell| cell.seen.clear());
            }
        } else if self.any_freed {
            for granule in (start >> 3)..=((start + size.max(1) - 1) >> 3) {
                self.cell(granule).seen.clear();
            }
        }
    }

    /// Notes an access, unless it clashes with an earlier one. `knows` tells whether the thread knows of what another did in an epoch, and `accepts` which
    /// races are no failure.
    pub fn touch(
        &mut self,
        (start, size): (usize, usize),
        (tid, epoch): (Tid, u16),
        how: How,
        at: usize,
        knows: impl Fn(Tid, u16) -> bool,
        mut accepts: impl FnMut(&Clash) -> bool,
    ) -> Result<(), Clash> {
        self.any_freed |= how == How::Free;
        let end = start + size.max(1);
        if how == How::Free && size > MUCH {
            return self.free_much((start, end), (tid, epoch), at, knows);
        }
        let gone = |&&(from, to, _): &&(usize, usize, Seen)| from < end && start < to;
        if let Some(&(.., freed)) = self.much_freed.iter().find(gone) {
            let granule = start >> 3;
            let later = Seen { tid: tid as u8, epoch, how, mask: u8::MAX, at, granule };
            return Err(Clash { earlier: Seen { granule, ..freed }, later });
        }
        let mut from = start;
        while from < end {
            let granule = from >> 3;
            let to = ((granule + 1) << 3).min(end);
            let mask = (u8::MAX << (from & 7)) & (u8::MAX >> (7 - ((to - 1) & 7)));
            let later = Seen { tid: tid as u8, epoch, how, mask, at, granule };
            let mut let_pass = self.let_pass;
            let cell = self.cell(granule);
            let mut repeats = false;
            for &earlier in &cell.seen {
                if earlier.mask & mask == 0 {
                    continue;
                }
                let own = usize::from(earlier.tid) == tid;
                repeats |= own
                    && earlier.epoch == epoch
                    && earlier.how == how
                    && earlier.mask & mask == mask;
                let goes = earlier.goes_with(&later);
                // Asked only where it matters.
                let any_order = own || goes && !how.is_volatile();
                let ordered = any_order || knows(usize::from(earlier.tid), earlier.epoch);
                let frees = earlier.how == How::Free || how == How::Free;
                let clash = Clash { earlier, later };
                if earlier.how == How::Free || !ordered && !goes && (frees || !accepts(&clash)) {
                    return Err(clash);
                }
                let is_race = !(ordered || earlier.how.is_read() && how.is_read());
                let_pass |= is_race && how.is_volatile();
            }
            if !repeats {
                let replaces = !how.is_read() && !how.is_volatile() && !how.is_atomic();
                cell.seen.retain(|seen| {
                    let covered = seen.mask & !mask == 0;
                    let own = usize::from(seen.tid) == tid && seen.how == how;
                    !(covered && (replaces || own))
                });
                cell.seen.push(later);
            }
            self.let_pass = let_pass;
            from = to;
        }
        Ok(())
    }

    /// A large block is freed: only what was touched of it is looked at, and that it is gone is kept for all of it at once.
    fn free_much(
        &mut self,
        (start, end): (usize, usize),
        (tid, epoch): (Tid, u16),
        at: usize,
        knows: impl Fn(Tid, u16) -> bool,
    ) -> Result<(), Clash> {
        let free =
            |granule| Seen { tid: tid as u8, epoch, how: How::Free, mask: u8::MAX, at, granule };
        for number in start / PAGE..=(end - 1) / PAGE {
            let Some(&place) = self.places.get(&number) else { continue };
            let first = number * (PAGE / 8);
            let cells = self.pages[place].iter().enumerate();
            let touched = cells.filter(|(_, cell)| cell.generation == self.generation);
            for (offset, cell) in touched {
                let granule = first + offset;
                if granule < start >> 3 || granule > (end - 1) >> 3 {
                    continue;
                }
                let unknown = |seen: &&Seen| {
                    usize::from(seen.tid) != tid && !knows(usize::from(seen.tid), seen.epoch)
                };
                if let Some(&earlier) = cell.seen.iter().find(unknown) {
                    return Err(Clash { earlier, later: free(granule) });
                }
            }
        }
        self.much_freed.push((start, end, free(start >> 3)));
        Ok(())
    }

    /// What is known of eight bytes.
    pub fn seen(&mut self, granule: usize) -> &[Seen] {
        &self.cell(granule).seen
    }

    /// Whether the byte was freed, and not given out again.
    pub fn freed(&mut self, address: usize) -> Option<Seen> {
        let gone = |&&(from, to, _): &&(usize, usize, Seen)| (from..to).contains(&address);
        if let Some(&(.., freed)) = self.much_freed.iter().find(gone) {
            return Some(Seen { granule: address >> 3, ..freed });
        }
        let bit = 1 << (address & 7);
        let freed = |seen: &&Seen| seen.how == How::Free && seen.mask & bit != 0;
        self.cell(address >> 3).seen.iter().find(freed).copied()
    }
}

/// A hash for addresses.
#[derive(Default)]
pub struct Fast(u64);

impl Hasher for Fast {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_usize(byte.into());
        }
    }

    fn write_usize(&mut self, number: usize) {
        self.0 = (self.0 ^ number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: (Tid, u16) = (0, 1);
    const OTHER: (Tid, u16) = (1, 1);

    fn ignorant(_: Tid, _: u16) -> bool {
        false
    }

    fn none(_: &Clash) -> bool {
        false
    }

    fn shadow() -> Shadow {
        let mut shadow = Shadow::default();
        shadow.clear();
        shadow
    }

    #[test]
    fn two_reads_go_together_and_a_write_with_neither() {
        let mut shadow = shadow();
        shadow.touch((64, 8), MAIN, How::Read, 1, ignorant, none).unwrap();
        shadow.touch((64, 8), OTHER, How::Read, 2, ignorant, none).unwrap();
        let clash = shadow.touch((68, 1), OTHER, How::Write, 3, ignorant, none).unwrap_err();
        assert_eq!((clash.earlier.tid, clash.earlier.at), (0, 1));
    }

    #[test]
    fn what_the_thread_knows_of_is_no_clash() {
        let mut shadow = shadow();
        shadow.touch((64, 8), MAIN, How::Write, 1, ignorant, none).unwrap();
        shadow
            .touch((64, 8), OTHER, How::Write, 2, |tid, epoch| (tid, epoch) == MAIN, none)
            .unwrap();
    }

    #[test]
    fn bytes_beside_each_other_are_not_the_same() {
        let mut shadow = shadow();
        shadow.touch((64, 3), MAIN, How::Write, 1, ignorant, none).unwrap();
        shadow.touch((67, 9), OTHER, How::Write, 2, ignorant, none).unwrap();
        assert!(shadow.touch((75, 1), MAIN, How::Read, 3, ignorant, none).is_err());
    }

    #[test]
    fn what_was_freed_is_not_touched_by_anybody_even_in_order() {
        let mut shadow = shadow();
        shadow.touch((64, 16), MAIN, How::Free, 1, ignorant, none).unwrap();
        let clash = shadow.touch((72, 8), MAIN, How::Read, 2, ignorant, none).unwrap_err();
        assert_eq!(clash.earlier.how, How::Free);
        assert!(shadow.freed(72).is_some());
        shadow.forget(64, 16);
        shadow.touch((72, 8), MAIN, How::Read, 3, ignorant, none).unwrap();
    }

    #[test]
    fn a_large_block_is_freed_as_a_small_one() {
        let mut shadow = shadow();
        let block = (1 << 20, 3 * MUCH + 5);
        let (inside, last) = (block.0 + MUCH, block.0 + block.1 - 1);
        shadow.touch((inside, 1), OTHER, How::Read, 1, ignorant, none).unwrap();
        let clash = shadow.touch(block, MAIN, How::Free, 2, ignorant, none).unwrap_err();
        assert_eq!((clash.earlier.tid, clash.earlier.granule), (1, inside >> 3));
        shadow.touch(block, MAIN, How::Free, 2, |tid, _| tid == 1, none).unwrap();
        assert!(shadow.freed(last).is_some() && shadow.freed(last + 1).is_none());
        let clash = shadow.touch((last, 1), OTHER, How::Read, 3, |_, _| true, none).unwrap_err();
        assert_eq!((clash.earlier.how, clash.earlier.tid), (How::Free, 0));
        shadow.touch((last + 1, 1), OTHER, How::Write, 4, ignorant, none).unwrap();
        shadow.forget(block.0, block.1);
        shadow.touch((inside, 8), OTHER, How::Write, 5, |_, _| true, none).unwrap();
    }

    #[test]
    fn atomic_and_plain_do_not_go_together_and_volatile_with_volatile_does() {
        let mut shadow = shadow();
        shadow.touch((64, 8), MAIN, How::Atomic, 1, ignorant, none).unwrap();
        shadow.touch((64, 8), OTHER, How::Atomic, 2, ignorant, none).unwrap();
        assert!(shadow.touch((64, 8), OTHER, How::Read, 3, ignorant, none).is_err());
        shadow.touch((88, 8), MAIN, How::AtomicLoad, 1, ignorant, none).unwrap();
        shadow.touch((88, 8), OTHER, How::Read, 2, ignorant, none).unwrap();
        assert!(shadow.touch((88, 8), OTHER, How::Write, 3, ignorant, none).is_err());
        shadow.touch((72, 8), MAIN, How::VolatileWrite, 1, ignorant, none).unwrap();
        shadow.touch((72, 8), OTHER, How::VolatileRead, 2, ignorant, none).unwrap();
        assert!(shadow.touch((72, 8), OTHER, How::Write, 3, ignorant, none).is_err());
    }

    #[test]
    fn atomics_of_two_sizes_go_together_only_if_both_are_read() {
        let mut shadow = shadow();
        shadow.touch((64, 8), MAIN, How::AtomicLoad, 1, ignorant, none).unwrap();
        shadow.touch((68, 4), OTHER, How::AtomicLoad, 2, ignorant, none).unwrap();
        assert!(shadow.touch((64, 4), OTHER, How::Atomic, 3, ignorant, none).is_err());
        shadow.touch((72, 4), MAIN, How::Atomic, 1, ignorant, none).unwrap();
        shadow.touch((76, 4), OTHER, How::Atomic, 2, ignorant, none).unwrap();
        shadow
            .touch((72, 8), MAIN, How::Atomic, 1, |tid, epoch| (tid, epoch) == OTHER, none)
            .unwrap();
    }

    #[test]
    fn a_race_that_is_accepted_is_noted_and_a_free_is_none() {
        let mut shadow = shadow();
        let accepts = |clash: &Clash| (clash.earlier.at, clash.later.at) == (1, 2);
        shadow.touch((64, 8), MAIN, How::Write, 1, ignorant, accepts).unwrap();
        shadow.touch((64, 8), OTHER, How::Write, 2, ignorant, accepts).unwrap();
        let clash = shadow.touch((64, 8), MAIN, How::Read, 3, ignorant, accepts).unwrap_err();
        assert_eq!((clash.earlier.tid, clash.earlier.at), (1, 2));
        shadow.touch((72, 8), MAIN, How::Write, 1, ignorant, accepts).unwrap();
        assert!(shadow.touch((72, 8), OTHER, How::Free, 2, ignorant, accepts).is_err());
    }

    #[test]
    fn an_execution_begins_without_what_was() {
        let mut shadow = shadow();
        shadow.touch((64, 8), MAIN, How::Write, 1, ignorant, none).unwrap();
        shadow.clear();
        shadow.touch((64, 8), OTHER, How::Write, 2, ignorant, none).unwrap();
    }
}
