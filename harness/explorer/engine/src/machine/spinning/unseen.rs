//! Loops that read memory which others may write without a step: by volatile accesses, or by plain ones, which is a data race.
//!
//! Such a loop has no operation at which another thread could get the turn. So after very many reads without one, the thread yields: a step that depends on nothing, and at which
//! any thread may be interrupted. What the others then write clashes with what it has read, or is volatile as well.
//!
//! And a round that has read volatile memory is over when that memory changes, not only when something that threads share does.

use std::hash::Hasher;

use crate::machine::Machine;
use crate::machine::plain::shadow::Fast;
use crate::machine::thread::Thread;

/// So many reads without a step, and the thread yields. Where programs are explored, hardly anything reads so much; and it takes some hundredths of a second.
const MANY: u32 = 1 << 20;
/// So often in a row it yields. If nobody has done anything meanwhile, nobody will: it computes, and the watchdog may say so.
const PATIENT: u32 = 16;
/// More places are not kept.
const MOST: usize = 64;

/// What a thread has read of memory that others may write without a step.
#[derive(Debug, Default)]
pub struct Unseen {
    /// How often, in this execution.
    pub reads: u64,
    /// How often when it yielded last because of that.
    yielded: u64,
    places: Vec<Place>,
    /// It has read what cannot be looked at later on, or too much.
    unknown: u64,
}

/// A place, as it was read last.
#[derive(Debug)]
struct Place {
    address: usize,
    size: usize,
    value: u64,
    /// Which of the reads that was.
    read: u64,
}

impl Unseen {
    /// The thread is about to read. `stays` says whether this can be read later on as well.
    pub fn read(&mut self, address: usize, size: usize, stays: bool) {
        self.reads += 1;
        let read = self.reads;
        let known =
            self.places.iter().position(|place| (place.address, place.size) == (address, size));
        match known {
            Some(known) => {
                self.places[known].value = value(address, size);
                self.places[known].read = read;
            }
            None if stays && self.places.len() < MOST => {
                self.places.push(Place { address, size, value: value(address, size), read });
            }
            None => self.unknown = read,
        }
    }

    /// The thread waits after a round that began when it had read so often: what it has read before does not count.
    pub fn waits(&mut self, began: u64) {
        self.places.retain(|place| place.read > began);
    }

    /// Whether what the thread has read in the round after which it waits may be something else now.
    pub fn may_have_changed(&self, began: u64) -> bool {
        let changed = |place: &Place| value(place.address, place.size) != place.value;
        self.unknown > began || self.places.iter().any(changed)
    }
}

/// What is there.
fn value(address: usize, size: usize) -> u64 {
    let mut hasher = Fast::default();
    for offset in 0..size {
        let byte = std::ptr::with_exposed_provenance::<u8>(address + offset);
        // SAFETY: memory of the program's heap, statics or stacks, which stays mapped, or memory that the program is about to read. No code of the program runs meanwhile.
        hasher.write_u8(unsafe { byte.read_volatile() });
    }
    hasher.finish()
}

impl Machine {
    /// Whether it is of any use that the current thread yields because of what it reads: it waits for volatile memory, and where it stands then tells whether in vain; or another
    /// thread may do something.
    fn may_change_meanwhile(&mut self) -> bool {
        let unseen = &mut self.threads[self.current].spin.unseen;
        if unseen.reads > unseen.yielded {
            unseen.yielded = unseen.reads;
            return true;
        }
        let (last, count) = self.read_yields;
        // A yield is a step, and so is waiting for others after it.
        let in_a_row = self.steps <= last + 2;
        self.read_yields = (self.steps, if in_a_row { count + 1 } else { 1 });
        let others = self.threads.iter().enumerate();
        let is_another = |(tid, thread): (usize, &Thread)| {
            tid != self.current && thread.exists && thread.ended.is_none()
        };
        self.read_yields.1 <= PATIENT && others.into_iter().any(is_another)
    }

    /// The current thread is about to read memory. Whether it has read very much since the last step, and should yield.
    pub fn reads_on(&mut self) -> bool {
        if self.read_since.0 != self.steps {
            self.read_since = (self.steps, 0);
        }
        self.read_since.1 += 1;
        let many = self.read_since.1 == MANY;
        if many {
            self.read_since.1 = 0;
        }
        many && self.failure.is_none() && !self.in_hook && self.may_change_meanwhile()
    }
}
