//! Atomics: nothing but their value in memory, known by their address.
//!
//! What the machine keeps of an atomic, its history of stores, is found by the address. An address can be given out anew: a local variable of the next round
//! of a loop, a block that its thread has freed. Nobody says so, and nobody has to. If memory holds another value than the newest store wrote, somebody else has
//! written there, and a new history begins. If it holds the same value, the old history does no harm: whoever may use the new atomic knows of all that was
//! done with the old one, so it reads the newest store and learns nothing that it does not know.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

use super::memory::Stored;
use super::object::{Atomic, State};
use super::op::{Loc, Obj};
use super::plain::shadow::{Fast, How};
use super::{Bad, Machine, arena, context, plain, statics};
use crate::config::Fault;

/// The value in memory.
#[derive(Clone, Copy)]
pub struct Word<'a> {
    pub address: usize,
    pub size: usize,
    /// What it is called in `std`: `AtomicUsize`.
    pub kind: &'static str,
    /// Its bits now.
    pub now: &'a dyn Fn() -> u64,
}

/// The atomics by their addresses.
#[derive(Debug, Default)]
pub struct Words {
    /// Those of this execution.
    known: HashMap<usize, Obj, BuildHasherDefault<Fast>>,
    /// Where each was used first, in the first run that used it, if runs are compared: the how many'th at its address it was.
    used: HashMap<(usize, u32), Loc, BuildHasherDefault<DefaultHasher>>,
    /// What was first seen in memory that is not the program's own, in any execution.
    foreign: HashMap<usize, u64, BuildHasherDefault<Fast>>,
}

impl Words {
    /// A new execution begins.
    pub fn clear(&mut self) {
        self.known.clear();
    }
}

/// The atomic, as the current thread uses it at `at`; `None` outside of an execution.
#[inline(never)]
pub fn object(word: Word<'_>, how: How, at: Loc) -> Option<Obj> {
    if !context::is_exploring() {
        return None;
    }
    plain::used(word.address, word.size, how);
    context::with_stack(|machine, fibers, _| {
        if let Some(known) = machine.known_word(word) {
            return known;
        }
        if !machine.words.known.contains_key(&word.address) {
            machine.meet(word, fibers.has(word.address), at);
        }
        machine.add_word(word, at)
    })
}

/// The line to which the current thread came last, for what has none of its own.
pub fn here() -> Loc {
    let here = context::with(|machine| machine.threads[machine.current].at);
    here.unwrap_or_else(std::panic::Location::caller)
}

impl Machine {
    /// The atomic at an address, if its history tells of what is there now.
    fn known_word(&self, word: Word<'_>) -> Option<Obj> {
        let known = *self.words.known.get(&word.address)?;
        let State::Atomic(state) = &self.objects[known as usize].state else { return None };
        let newest = state.stores.last().map(|stored| stored.value);
        (state.size == word.size && newest == Some((word.now)())).then_some(known)
    }

    /// A word is used for the first time in this execution: what outlives executions must be as it was at the start of the first.
    fn meet(&mut self, word: Word<'_>, on_a_stack: bool, at: Loc) {
        let Word { address, size, kind, now } = word;
        let memory = (std::ptr::with_exposed_provenance_mut(address), size);
        let mut all = statics::all();
        let lives_on = if all.is_static(address) {
            match plain::is_on() {
                true => plain::keep_static(address, size),
                false if all.knows(memory) => all.restore(memory),
                false => all.keep(memory),
            }
            false
        } else if arena::holds(address) {
            arena::is_of_earlier(address)
        } else {
            !on_a_stack && *self.words.foreign.entry(address).or_insert_with(now) != now()
        };
        if lives_on {
            let place = format!("{}:{}", at.file(), at.line());
            self.fail(Bad::Refused(format!(
                "the {kind} used at {place} lives on from one execution to the next; create it inside the scenario"
            )));
        }
    }

    /// Runs that are compared take an atomic for the same by where it was used first, and that differs with the order of the threads.
    fn used_first(&mut self, address: usize, at: Loc) -> Loc {
        let mut earlier = 0;
        let mut known = self.words.known.get(&address).copied();
        while let Some(object) = known {
            earlier += 1;
            known = self.objects[object as usize].replaces;
        }
        self.words.used.entry((address, earlier)).or_insert(at)
    }

    fn add_word(&mut self, word: Word<'_>, at: Loc) -> Obj {
        let Word { address, size, kind, now } = word;
        let first = Stored { value: now(), ..Stored::default() };
        let state = State::Atomic(Atomic { index: 0, size, stores: vec![first] });
        let at = if self.whole_stories { self.used_first(address, at) } else { at };
        let object = self.add_object(kind, at, state);
        let alike = [Fault::AtomicsShareAName, Fault::PlacesAreNames].map(Some);
        let is_test = alike.contains(&self.config.fault);
        self.name_by_address(object, if is_test { 0 } else { address });
        let replaced = self.words.known.insert(address, object);
        self.objects[object as usize].replaces = replaced;
        if let Some(replaced) = replaced {
            self.objects[replaced as usize].is_gone = true;
        }
        object
    }
}
