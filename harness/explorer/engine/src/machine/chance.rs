//! What a program reads from outside of itself, and what it is given: the same in every execution.
//!
//! Random numbers come from a seed. Each thread has a stream of its own, which others do not move: what a thread reads depends on nothing but the thread.

use std::collections::BTreeSet;
use std::ffi::CStr;

use super::op::Tid;
use super::{Bad, Machine, arena, context, plain};
use crate::search::MAX_THREADS;

/// What was read, in any execution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Random numbers of the kernel.
    pub random: bool,
    /// The keys of a `HashMap`.
    pub keys: bool,
    /// The calendar.
    pub calendar: bool,
    /// A clock.
    pub clock: bool,
    /// The number of the process, or of a thread of the operating system.
    pub process: bool,
    /// How many threads can run at once.
    pub processors: bool,
    /// That a file is not there.
    pub absent: bool,
    /// What is in a file.
    pub files: bool,
    /// Variables of the environment, by name.
    pub environment: BTreeSet<String>,
}

impl Read {
    /// What was read in another process as well.
    pub fn join(&mut self, other: Self) {
        self.random |= other.random;
        self.keys |= other.keys;
        self.calendar |= other.calendar;
        self.clock |= other.clock;
        self.process |= other.process;
        self.processors |= other.processors;
        self.absent |= other.absent;
        self.files |= other.files;
        self.environment.extend(other.environment);
    }
}

/// What a seed and a place in a thread's stream give: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
fn mixed(seed: u64, at: u64) -> u64 {
    let state = seed.wrapping_add(at.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let state = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ state >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ state >> 31
}

/// The keys of the first `HashMap` of a thread.
pub fn keys(entropy: u64, tid: usize) -> [u64; 2] {
    let [first, second] = match entropy {
        0 => [0x5EED, 0xE7E1],
        seed => [mixed(seed, 0), mixed(seed, 1)],
    };
    [first.wrapping_add((tid as u64) << 32), second]
}

/// Fills memory with random numbers, if it is an explored program that asks.
pub fn fill(bytes: &mut [u8]) -> bool {
    if !arena::is_explored() {
        return false;
    }
    plain::asks_who();
    let filled = context::with(|machine| {
        machine.read.random = true;
        let tid = machine.current as u64;
        let seed = mixed(machine.config.entropy, tid * MAX_THREADS as u64);
        let thread = &mut machine.threads[machine.current];
        // They lie on no stack: a loop that reads one has others in the next round.
        thread.spin.saw_the_clock();
        for part in bytes.chunks_mut(8) {
            let number = mixed(seed, thread.random);
            thread.random += 1;
            part.copy_from_slice(&number.to_le_bytes()[..part.len()]);
        }
    });
    filled.is_some()
}

/// Notes that the explored program reads something; nothing outside of executions. Whether it is an explored program.
pub fn note(reads: impl FnOnce(&mut Read)) -> bool {
    arena::is_explored() && context::with(|machine| reads(&mut machine.read)).is_some()
}

/// Which thread of an explored program runs.
pub fn current() -> Option<usize> {
    if !arena::is_explored() {
        return None;
    }
    context::with(|machine| machine.current)
}

/// What lies outside of the program, and is not the same before and after it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Thing {
    /// A variable of the environment; all of them, if the name is empty.
    Variable(Vec<u8>),
    /// Where reading goes on in an opened file: by which number of the execution's files, and its path.
    Place(usize, String),
    /// What is called when a thread panics.
    Hook,
}

impl Thing {
    /// Whether a use of the one may be a use of the other.
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Variable(one), Self::Variable(another)) => {
                one.is_empty() || another.is_empty() || one == another
            }
            _ => self == other,
        }
    }
}

/// A use of something outside of the program that is no step: it lies between two steps of its thread.
#[derive(Clone, Debug)]
pub struct Use {
    thing: Thing,
    tid: Tid,
    /// How many steps its thread had taken.
    after: u16,
    changes: bool,
}

impl Machine {
    /// The current thread uses a thing. What two threads do, of which one changes it, has to be in an order: no other is explored.
    fn uses(&mut self, thing: Thing, changes: bool) {
        let tid = self.current;
        if changes {
            // In which order births, joins and this come is not looked at.
            self.tell_all_apart();
        }
        let Some(after) = self.search.known_steps(tid as u8, tid as u8) else { return };
        let clashes = |earlier: &&Use| {
            let known = self.search.known_steps(earlier.tid as u8, tid as u8);
            earlier.thing.meets(&thing)
                && earlier.tid != tid
                && (changes || earlier.changes)
                && known.is_some_and(|known| known <= earlier.after)
        };
        if let Some(other) = self.used_outside.iter().find(clashes) {
            let (who, whom) = match changes {
                true => (tid, other.tid),
                false => (other.tid, tid),
            };
            let (who, whom) = (self.thread_name(who), self.thread_name(whom));
            let both = match (&thing, &other.thing) {
                (Thing::Place(_, path), _) => {
                    format!("{who} reads on in the file `{path}`, opened once, as {whom} does")
                }
                (Thing::Variable(name), Thing::Variable(others)) => {
                    let does = if changes && other.changes { "changes" } else { "reads" };
                    let what = match if name.is_empty() { others } else { name }.as_slice() {
                        [] => "the environment".to_owned(),
                        name => {
                            format!("the environment variable `{}`", String::from_utf8_lossy(name))
                        }
                    };
                    format!("{who} changes {what}, which {whom} {does}")
                }
                (Thing::Hook, _) => {
                    let both = if changes && other.changes { "as" } else { "and" };
                    let does = if changes && other.changes { "does" } else { "panics" };
                    format!("{who} changes the panic hook, {both} {whom} {does}")
                }
                (Thing::Variable(_), Thing::Place(..) | Thing::Hook) => return,
            };
            self.fail(Bad::Refused(format!(
                "{both}, and nothing orders the two, so that only one order can be explored; have a lock or a join order them"
            )));
        }
        self.used_outside.push(Use { thing, tid, after, changes });
    }
}

impl Machine {
    /// The current thread panics, or changes what is called then.
    pub fn uses_hook(&mut self, changes: bool) {
        self.uses(Thing::Hook, changes);
    }
}

/// An explored program reads a variable, or all if the name is empty, or changes it.
pub fn uses_environment(name: &[u8], changes: bool) {
    if arena::is_explored() {
        context::with(|machine| machine.uses(Thing::Variable(name.to_owned()), changes));
    }
}

/// An explored program reads on in a file of this number and path, or moves the place where that goes on.
pub fn reads_on(number: usize, path: &CStr) {
    plain::asks_who();
    context::with(|machine| {
        machine.read.files = true;
        // The place lies on no stack.
        machine.threads[machine.current].spin.saw_the_clock();
        machine.uses(Thing::Place(number, path.to_string_lossy().into_owned()), true);
    });
}

/// Variables that std and crates for errors look at when something goes wrong, and that say only how it is told.
const ABOUT_ERRORS: &[u8] = b"RUST_";

/// An explored program reads a variable of the environment.
pub fn reads_variable(name: &CStr) {
    uses_environment(name.to_bytes(), false);
    if !name.to_bytes().starts_with(ABOUT_ERRORS) {
        note(|read| {
            let name = name.to_string_lossy();
            if !read.environment.contains(&*name) {
                read.environment.insert(name.into_owned());
            }
        });
    }
}

/// An explored program reads the whole environment.
pub fn reads_environment() {
    uses_environment(b"", false);
    note(|read| {
        read.environment.insert(WHOLE.to_owned());
    });
}

/// Stands for all variables.
pub const WHOLE: &str = "anything";

impl Read {
    /// What the verdict does not speak about, because of what was read.
    pub fn not_checked(&self) -> Vec<String> {
        let said = [
            (self.random, "other random numbers: every execution reads the same ones"),
            (self.keys, "other orders of a HashMap: every execution has the same one"),
            (self.calendar, "other dates: every execution begins at the start of 2000"),
            (self.clock, "code that takes time: only sleeping and waiting do"),
            (self.process, "other process ids: every execution has the same one"),
            (self.processors, "other numbers of processors: every execution has two"),
            (self.absent, "files that were not there: they are in no execution"),
            (self.files, "other contents of files: every execution reads what is in them now"),
        ];
        let mut lines: Vec<String> = said
            .iter()
            .filter(|(was_read, _)| *was_read)
            .map(|(_, line)| (*line).to_owned())
            .collect();
        if self.environment.contains(WHOLE) {
            lines.push("another environment: every execution reads this one".to_owned());
        } else if !self.environment.is_empty() {
            let names: Vec<&str> = self.environment.iter().map(String::as_str).collect();
            let names = names.join(" ");
            lines.push(format!("other values of {names}: every execution reads the same"));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_seed_and_place() {
        let numbers: BTreeSet<u64> =
            (0..10).flat_map(|seed| (0..100).map(move |at| mixed(seed * 64, at))).collect();
        assert_eq!(numbers.len(), 1000);
        let of: BTreeSet<_> = [keys(0, 0), keys(0, 1), keys(1, 0), keys(1, 1)].into();
        assert_eq!(of.len(), 4);
    }
}
