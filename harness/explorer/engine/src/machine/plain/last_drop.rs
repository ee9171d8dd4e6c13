//! The last drop of an `Arc`: what it touches may show whose drop was the last.

use super::{Plain, frames, is_the_program_s, with};
use crate::machine::context;

/// What is known of the last drop that is going on.
#[derive(Debug, Default)]
pub struct LastDrop {
    /// What it has touched that may outlive it.
    touched: Vec<usize>,
    /// The counter that it has made 0.
    counter: usize,
    /// What it has just read: the pointer to that counter, or something else that may lie beside it.
    just_read: JustRead,
}

/// What a last drop has just read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum JustRead {
    #[default]
    Nothing,
    /// The `Arc` itself, at this address.
    Handle(usize),
    /// A word.
    Other(usize),
}

impl Plain {
    /// A counter has become 0: its thread may see, and free, what the others have done.
    pub fn last_of(&mut self, counter: usize) {
        if !frames::in_last_drop() {
            self.borrowed.clear();
        }
        if let Some(knew) = self.counts.knew(counter) {
            self.borrowed.join(knew);
        }
        match self.blocks.around(counter) {
            // The strong counter is the first.
            Some(block) if block.start == counter => {
                frames::arm();
                if !frames::in_last_drop() {
                    self.last_drop.touched.clear();
                    self.last_drop.just_read = JustRead::Nothing;
                    self.last_drop.counter = counter;
                }
            }
            Some(block) => self.freeing = Some(block.start),
            None => self.looked = true,
        }
    }
}

/// The last drop of an `Arc` touches memory.
#[cold]
#[inline(never)]
pub fn touches(address: usize, reads: bool) {
    let here = std::ptr::from_ref(&address).addr();
    let is_own = (here..frames::last_drop_began()).contains(&address);
    if is_own || with(|plain| plain.visible || plain.looked) == Some(true) {
        return;
    }
    context::apart(|| {
        if !is_the_program_s(address) {
            return;
        }
        with(|plain| {
            if reads && plain.undo.is_constant(address) {
                return;
            }
            let just_read = std::mem::take(&mut plain.last_drop.just_read);
            if reads && address.is_multiple_of(size_of::<usize>()) {
                let behind = address + size_of::<usize>();
                // SAFETY: the program is about to read here, and a word lies within a page.
                let word =
                    unsafe { std::ptr::with_exposed_provenance::<usize>(address).read_volatile() };
                if word == plain.last_drop.counter {
                    // The pointer that is being dropped lies wherever its owner has it.
                    plain.last_drop.just_read = JustRead::Handle(address);
                    if just_read == JustRead::Other(behind) {
                        plain.last_drop.touched.pop();
                    }
                    return;
                }
                if just_read == JustRead::Handle(address - size_of::<usize>()) {
                    // Its metadata: both are read together, and nothing else.
                    return;
                }
                plain.last_drop.just_read = JustRead::Other(address);
            }
            plain.last_drop.touched.push(address);
        });
    });
}

/// The last drop of an `Arc` is over. Whose it was makes a difference if it has touched what is still there: for who writes, others find it; and who reads
/// may find what another has written meanwhile, or clash with that.
pub fn ended() {
    with(|plain| {
        let last = plain.blocks.around(plain.last_drop.counter).map(|block| block.start);
        let outlives = |&address: &usize| match plain.blocks.around(address) {
            // What is left of the value, for a `Weak`, nobody reaches.
            Some(block) => block.is_alive() && Some(block.start) != last,
            None => true,
        };
        plain.looked |= plain.last_drop.touched.iter().any(outlives);
        plain.last_drop.touched.clear();
    });
}
