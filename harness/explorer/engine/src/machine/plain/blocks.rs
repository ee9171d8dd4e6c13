//! What the program has allocated, and whether it may free it.

use std::alloc::Layout;
use std::collections::BTreeMap;

use super::shadow::How;
use super::{Plain, access, faults};
use crate::machine::op::Tid;
use crate::machine::{Bad, context};

/// What an allocation is known by in every execution: its thread, and the how many'th of the thread it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    pub tid: Tid,
    pub number: u32,
}

/// A block of memory.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    pub start: usize,
    pub size: usize,
    pub align: usize,
    pub made: Made,
    is_free: bool,
}

impl Block {
    /// Whether it was not freed.
    pub fn is_alive(&self) -> bool {
        !self.is_free
    }
}

/// The blocks of an execution.
#[derive(Debug, Default)]
pub struct Blocks {
    all: BTreeMap<usize, Block>,
    numbers: Vec<u32>,
}

impl Blocks {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.all.clear();
        self.numbers.clear();
    }

    /// The block that an address lies in.
    pub fn around(&self, address: usize) -> Option<Block> {
        let (_, block) = self.all.range(..=address).next_back()?;
        (address < block.start + block.size.max(1)).then_some(*block)
    }

    /// Those that were not freed, by address.
    pub fn alive(&self) -> impl Iterator<Item = Block> {
        self.all.values().copied().filter(Block::is_alive)
    }

    fn add(&mut self, tid: Tid, start: usize, layout: Layout) -> Made {
        if self.numbers.len() <= tid {
            self.numbers.resize(tid + 1, 0);
        }
        self.numbers[tid] += 1;
        let made = Made { tid, number: self.numbers[tid] };
        let (size, align) = (layout.size(), layout.align());
        self.all.insert(start, Block { start, size, align, made, is_free: false });
        made
    }
}

/// The program has allocated.
#[inline(never)]
pub fn allocated(tid: Tid, start: usize, layout: Layout) {
    if !super::is_on() || start == 0 {
        return;
    }
    context::apart(|| {
        super::with(|plain: &mut Plain| {
            plain.shadow.forget(start, layout.size());
            plain.counts.forget(start, layout.size());
            let made = plain.blocks.add(tid, start, layout);
            plain.witnesses.allocated(made);
        });
        faults::witness();
    });
}

/// The engine has freed what the program has allocated and given away.
#[inline(never)]
pub fn given_back(start: usize) {
    if super::is_on() {
        super::with(|plain| {
            if let Some(block) = plain.blocks.all.get_mut(&start) {
                block.is_free = true;
            }
        });
    }
}

/// The program is about to free what it says has this layout. Does not return if it may not.
#[inline(never)]
pub fn freed(start: usize, layout: Layout) {
    if !super::is_on() {
        return;
    }
    enum May {
        Yes(usize),
        Not,
    }
    let may = context::with(|machine| {
        super::with(|plain| match plain.blocks.all.get(&start).copied() {
            Some(block)
                if !block.is_free
                    && (block.size, block.align) == (layout.size(), layout.align()) =>
            {
                May::Yes(block.size)
            }
            // What fails already is abandoned.
            _ if machine.failure.is_some() => May::Yes(0),
            block => {
                let is_alive = block.is_some_and(|block| !block.is_free);
                let earlier = block.and_then(|_| plain.shadow.freed(start));
                plain.witnesses.seek(earlier, block.map(|block| block.made));
                let fault = match block.filter(|_| is_alive) {
                    Some(block) => faults::Fault::other_layout(machine.now(), block, layout),
                    None => faults::Fault::free(machine.now(), earlier, block),
                };
                machine.fail(Bad::Memory(Box::new(fault)));
                machine.chosen = None;
                May::Not
            }
        })
    });
    match may.flatten() {
        Some(May::Yes(size)) => {
            access(start, size, How::Free, 0);
            super::with(|plain| {
                if let Some(block) = plain.blocks.all.get_mut(&start) {
                    block.is_free = true;
                }
            });
        }
        Some(May::Not) => {
            faults::keep_stack();
            context::give_up_here()
        }
        None => {}
    }
}
