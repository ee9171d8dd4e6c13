//! Where a thread stands, and what is in memory, as hashes.

use super::closeness::Closeness;
use super::statics;
use crate::machine::object::{Object, State};
use crate::machine::op::{Loc, Op};
use crate::machine::thread::Thread;
use crate::machine::{Machine, arena};

/// A hash of numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mixed(pub u64);

impl Mixed {
    pub fn add(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(21) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 31;
    }
}

impl Machine {
    /// Where the current thread stands, before it does `op`.
    pub(super) fn place(&mut self, op: Op, at: Loc, stack: (usize, usize)) -> u64 {
        let mut mixed = Mixed(stack.0 as u64);
        mixed.add(std::ptr::from_ref(at).addr() as u64);
        mixed.add(kind(&op) << 32 ^ u64::from(op.object()));
        // What happens for no reason happens so many times: with fewer left, what comes next may be something else.
        let thread = &self.threads[self.current];
        let left = [thread.spurious_left, thread.weak_left, thread.timeouts_left];
        left.into_iter().for_each(|left| mixed.add(u64::from(left)));
        mixed.add(thread.random);
        if self.closeness >= Closeness::Stack {
            match op {
                Op::Store { value, .. } => mixed.add(value),
                Op::Compare { expected, new, .. } => {
                    mixed.add(expected);
                    mixed.add(new);
                }
                _ => {}
            }
            // SAFETY: the thread's own stack, with its registers; the engine runs on another one.
            mixed.add(unsafe { hash(stack.0, stack.1) });
        }
        if self.closeness >= Closeness::Memory {
            mixed.add(heap());
            for (_, stack) in self.stacks_of_others() {
                mixed.add(stack);
            }
        }
        mixed.0
    }

    /// A hash of what a thread that waits could find changed although no step that it looks for says so: the heap, statics, atomics, and the stacks of others that do not wait in
    /// a loop themselves.
    pub(super) fn memory_beside(&self, tid: usize) -> u64 {
        let mut mixed = Mixed(heap());
        for (other, thread) in self.threads.iter().enumerate() {
            let (stack, base) = thread.spin.stack;
            if other != tid && thread.ended.is_none() && stack != 0 && !self.spins(other) {
                // SAFETY: the stack of a thread that has called the engine there, and waits.
                mixed.add(unsafe { hash(stack, base) });
            }
        }
        for object in self.objects.iter().filter(|object| !object.is_gone) {
            if matches!(object.state, State::Atomic(_)) {
                add_object(&mut mixed, object);
            }
        }
        mixed.0
    }

    /// Hashes of the stacks of all threads but the current one: what a thread lends to others lies there.
    pub(super) fn stacks_of_others(&self) -> impl Iterator<Item = (usize, u64)> {
        let others = self.threads.iter().enumerate().filter(|(tid, thread)| {
            *tid != self.current && thread.ended.is_none() && thread.spin.stack.0 != 0
        });
        others.map(|(tid, thread)| {
            let (stack, base) = thread.spin.stack;
            // SAFETY: the stack of a thread that has called the engine there, and waits.
            (tid, unsafe { hash(stack, base) })
        })
    }

    /// A hash of what threads share, except what lies in the program's own memory.
    pub(super) fn shared_state(&self) -> u64 {
        let mut mixed = Mixed(0);
        self.told_and_read().into_iter().for_each(|number| mixed.add(number));
        for thread in &self.threads {
            mixed.add(u64::from(thread.ended.is_some()) << 1 | u64::from(thread.token));
        }
        for object in self.objects.iter().filter(|object| !object.is_gone) {
            add_object(&mut mixed, object);
        }
        mixed.0
    }
}

impl Thread {
    /// What belongs to the state of a thread and lies neither on its stack nor in memory.
    pub(super) fn add_to(&self, mixed: &mut Mixed) {
        mixed.add(kind(&self.pending) << 32 ^ u64::from(self.pending.object()));
        match self.pending {
            Op::Store { value, .. } => mixed.add(value),
            Op::Compare { expected, new, .. } => {
                mixed.add(expected);
                mixed.add(new);
            }
            _ => {}
        }
        mixed.add(std::ptr::from_ref(self.at).addr() as u64);
        mixed.add(kind(&self.woken));
        let flags = [
            self.exists,
            self.ended.is_some(),
            self.has_returned(),
            self.rests,
            self.stray.is_some(),
        ];
        flags.into_iter().for_each(|flag| mixed.add(flag.into()));
        let left = [self.spurious_left, self.weak_left, self.timeouts_left];
        left.into_iter().for_each(|left| mixed.add(left.into()));
        mixed.add(self.random);
        mixed.add(self.panics as u64);
        let (stack, base) = self.spin.stack;
        if self.ended.is_none() && stack != 0 {
            // SAFETY: the stack of a thread that has called the engine there, and waits.
            mixed.add(unsafe { hash(stack, base) });
        }
    }
}

fn add_object(mixed: &mut Mixed, object: &Object) {
    match &object.state {
        State::Atomic(atomic) => {
            mixed.add(atomic.stores.last().map_or(0, |stored| stored.value));
        }
        State::Lock(lock) => {
            mixed.add(lock.owner.map_or(0, |owner| owner as u64 + 1));
            mixed.add(lock.readers.iter().fold(0, |all, &reader| all + (1 << reader)));
            mixed.add(lock.queued);
            mixed.add(lock.waiting);
            mixed.add(lock.kept.into());
            mixed.add(lock.poisoned_by.map_or(0, |by| by as u64 + 1));
        }
        State::Condvar { waiting } => mixed.add(*waiting),
        State::Barrier { arrived, generation, .. } => {
            mixed.add(*arrived as u64);
            mixed.add(u64::from(*generation));
        }
        State::Once(once) => mixed.add(kind(&once.phase)),
        State::Channel(channel) => {
            mixed.add(channel.queue.len() as u64);
            mixed.add(channel.senders as u64);
            mixed.add(u64::from(channel.receiver) << 1 | u64::from(channel.awaited.is_some()));
        }
        State::Name => {}
    }
}

/// A hash of the program's memory: what it has allocated, and its plain statics.
pub(super) fn heap() -> u64 {
    let mut mixed = Mixed(1);
    for (start, end) in arena::used().chain(statics::all().iter().copied()) {
        // SAFETY: the program's memory, and none of its threads runs.
        mixed.add(unsafe { hash(start, end) });
    }
    mixed.0
}

/// A number for the variant of an `enum`.
pub(in crate::machine) fn kind<T>(value: &T) -> u64 {
    // The discriminant itself is not accessible; its hash serves as well.
    use std::hash::{Hash, Hasher};
    let mut hasher = Fnv(0xCBF2_9CE4_8422_2325);
    std::mem::discriminant(value).hash(&mut hasher);
    hasher.finish() & 0xFF
}

/// A hash without setup cost.
struct Fnv(u64);

impl std::hash::Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    fn write_isize(&mut self, value: isize) {
        self.0 = (self.0 ^ value as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// A hash of memory. In four lanes, which the processor works at side by side.
///
/// # Safety
///
/// The memory is readable, and nobody writes it.
#[inline(never)]
unsafe fn hash(start: usize, end: usize) -> u64 {
    const K: [u64; 4] = [
        0x9E37_79B9_7F4A_7C15,
        0xC2B2_AE3D_27D4_EB4F,
        0x1656_67B1_9E37_79F9,
        0xD6E8_FEB8_6659_FD93,
    ];
    let mut lanes = [K[1], K[2], K[3], K[0]];
    // SAFETY: as the caller says. It may be uninitialised for the language: it is read as the processor sees it, and so not by an ordinary read.
    let word = |at: usize| unsafe { std::ptr::with_exposed_provenance::<u64>(at).read_volatile() };
    let mut at = start.next_multiple_of(8);
    while at + 32 <= end {
        for (lane, state) in lanes.iter_mut().enumerate() {
            *state = (*state ^ word(at + 8 * lane)).wrapping_mul(K[lane]);
            *state ^= *state >> 29;
        }
        at += 32;
    }
    while at + 8 <= end {
        lanes[0] = (lanes[0] ^ word(at)).wrapping_mul(K[0]).rotate_left(31);
        at += 8;
    }
    let mut ends = Mixed(end as u64 - start as u64);
    for at in (start..start.next_multiple_of(8).min(end)).chain(at.min(end).max(start)..end) {
        // SAFETY: as above.
        ends.add(unsafe { std::ptr::with_exposed_provenance::<u8>(at).read_volatile() }.into());
    }
    lanes.into_iter().for_each(|lane| ends.add(lane));
    ends.0
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn every_byte_counts() {
        let mut bytes = [7_u8; 100];
        let of = |bytes: &[u8]| {
            let range = bytes.as_ptr_range();
            // SAFETY: the slice's own bytes.
            unsafe { hash(range.start.expose_provenance(), range.end.addr()) }
        };
        for start in 0..17 {
            for end in start..100 {
                let before = of(&bytes[start..end]);
                for at in start..end {
                    bytes[at] = 8;
                    assert_ne!(of(&bytes[start..end]), before, "{start}..{end}, {at}");
                    bytes[at] = 7;
                }
                assert_eq!(of(&bytes[start..end]), before);
            }
        }
    }
}
