//! Every `static` as it was at the start of each execution, whoever's type it is: what is about to be written in the program's writable data is
//! kept, and put back. Code without instrumentation says nothing before it writes, as when `std` has precompiled how a `String` gets more room: so each
//! static that the program has used is also compared as a whole with what was there before the first execution.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::shadow::Fast;
use crate::machine::spinning::plain_statics;
use crate::machine::statics;

/// Between which addresses the program's writable data lies.
static FROM: AtomicUsize = AtomicUsize::new(usize::MAX);
static TO: AtomicUsize = AtomicUsize::new(0);

/// Whether an address lies where the program's writable data is, or between it.
#[inline]
pub fn may_be_static(address: usize) -> bool {
    address >= FROM.load(Relaxed) && address < TO.load(Relaxed)
}

/// What was there.
#[derive(Default)]
pub struct Undo {
    ranges: Vec<(usize, usize)>,
    /// What of that only the linker writes.
    constant: Vec<(usize, usize)>,
    kept: HashMap<usize, u64, BuildHasherDefault<Fast>>,
    whole: Vec<Whole>,
    /// Which of these the program has used, in any execution.
    used: Vec<usize>,
}

/// A static of the program.
struct Whole {
    start: usize,
    /// As it was before the first execution.
    before: Box<[u8]>,
    is_used: bool,
}

/// A larger one is a buffer, and to compare it after each execution would cost more than all else.
const LARGE: usize = 16 << 20;

impl Undo {
    /// Whether an address lies in the program's writable data.
    pub fn is_static(&self, address: usize) -> bool {
        self.ranges.iter().any(|range| (range.0..range.1).contains(&address))
    }

    /// Whether an address lies where only the linker writes: in a table of functions, for instance.
    pub fn is_constant(&self, address: usize) -> bool {
        self.constant.iter().any(|range| (range.0..range.1).contains(&address))
    }

    /// Memory is about to be written.
    pub fn keep(&mut self, address: usize, size: usize) {
        if self.is_static(address) {
            for granule in (address >> 3)..=((address + size.max(1) - 1) >> 3) {
                let there = std::ptr::with_exposed_provenance::<u64>(granule << 3);
                // SAFETY: eight aligned bytes of a segment, which is a whole number of pages.
                self.kept.entry(granule).or_insert_with(|| unsafe { there.read_volatile() });
            }
        }
    }

    /// The program uses a static: from now on it is looked at as a whole.
    pub fn uses(&mut self, address: usize) {
        let after = self.whole.partition_point(|whole| whole.start <= address);
        let Some(at) = after.checked_sub(1) else { return };
        let whole = &mut self.whole[at];
        if !whole.is_used && address - whole.start < whole.before.len() {
            whole.is_used = true;
            self.used.push(at);
        }
    }

    /// An execution begins: everything is put back.
    pub fn begin(&mut self) {
        if self.ranges.is_empty() {
            self.ranges = statics::of_the_program();
            self.constant = statics::constants_of_the_program();
            FROM.store(
                self.ranges.iter().map(|range| range.0).min().unwrap_or(usize::MAX),
                Relaxed,
            );
            TO.store(self.ranges.iter().map(|range| range.1).max().unwrap_or(0), Relaxed);
            let small = plain_statics().iter().filter(|(start, end)| end - start <= LARGE);
            // SAFETY: the ranges are objects of the program, and none of its code runs before the first execution.
            let read = |&(start, end): &(usize, usize)| unsafe {
                let there = std::ptr::with_exposed_provenance::<u8>(start);
                let before = std::slice::from_raw_parts(there, end - start).into();
                Whole { start, before, is_used: false }
            };
            self.whole = small.map(read).collect();
        }
        for (granule, bytes) in self.kept.drain() {
            let there = std::ptr::with_exposed_provenance_mut::<u64>(granule << 3);
            // SAFETY: as above; no code of the program runs between two executions.
            unsafe { there.write_volatile(bytes) };
        }
        for &at in &self.used {
            let Whole { start, before, .. } = &self.whole[at];
            let there = std::ptr::with_exposed_provenance_mut::<u8>(*start);
            // SAFETY: as above; the program's references to it are those of executions that are over.
            let there = unsafe { std::slice::from_raw_parts_mut(there, before.len()) };
            if *there != **before {
                there.copy_from_slice(before);
            }
        }
    }
}
