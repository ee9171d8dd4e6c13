//! Stacks for coroutines, kept for the next one when a coroutine ends.

use corosensei::stack::DefaultStack;
use std::io;

/// Address space of a stack unless somebody asks for another size. Only the
/// pages that a coroutine touches become memory; a sleeping one needs one.
pub(crate) const DEFAULT_SIZE: usize = 256 * 1024;

/// More spare stacks than this are given back to the system.
const SPARE: usize = 64;

/// Stacks of one size. Making a stack takes three system calls and a page
/// fault, some microseconds; taking a spare one takes none of them.
pub(crate) struct Stacks {
    size: usize,
    spare: Vec<DefaultStack>,
}

impl Default for Stacks {
    fn default() -> Stacks {
        Stacks::of_size(DEFAULT_SIZE)
    }
}

impl Stacks {
    pub(crate) const fn of_size(size: usize) -> Stacks {
        Stacks { size, spare: Vec::new() }
    }

    /// A spare stack, or a new one.
    ///
    /// # Errors
    ///
    /// The system has no memory or, on Linux, no mapping left
    /// (`vm.max_map_count`, two mappings a stack).
    pub(crate) fn take(&mut self) -> io::Result<DefaultStack> {
        match self.spare.pop() {
            Some(stack) => Ok(stack),
            // Rounded up to pages, and with its guard, it must still be a size.
            None if self.size > isize::MAX as usize / 2 => Err(io::ErrorKind::OutOfMemory.into()),
            None => DefaultStack::new(self.size),
        }
    }

    /// Keeps `stack`, which must come from here, for the next coroutine.
    pub(crate) fn give_back(&mut self, stack: DefaultStack) {
        if self.spare.len() < SPARE {
            self.spare.push(stack);
        }
    }
}
