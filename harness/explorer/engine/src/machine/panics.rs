//! Which panic is the failure: the first of those that led to one another.
//!
//! Each panic of an execution is written down with what it came of. A thread that unwraps a poisoned lock, or what `join` gave it,
//! panics because another one did; that one is the failure, and the story ends there.

use super::op::{Obj, Tid};
use super::past::Was;
use super::{Bad, Machine};

/// A panic of this execution.
#[derive(Clone, Debug)]
pub struct Panic {
    /// Whose it is.
    thread: Tid,
    /// Its message.
    message: String,
    /// Where it was raised.
    at: Option<trace::Location>,
    /// After so many steps of the execution.
    when: u32,
    /// The one before it, if it only passes that on.
    because: Option<Because>,
    /// Whether it is one that somebody can catch.
    unwinds: bool,
    /// The program received it, by `join` or `catch_unwind`, after so many steps.
    received: Option<u32>,
    /// How much was told when it had been raised.
    told: Told,
}

/// A panic, as its place in [`Machine::raised`]; and how another came of it.
#[derive(Clone, Copy, Debug)]
enum Because {
    /// The other passes on what was received.
    Received(usize),
    /// The other met what this one left behind: a poisoned lock, a channel with one end.
    Met(usize),
}

/// How far the story of an execution was, see `super::tracer`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    /// How many steps there were.
    pub steps: usize,
    /// How many texts were printed.
    pub output: usize,
    /// How many preemptions there were.
    pub preemptions: u32,
}

/// The message of a panic that has none: its payload was received from another.
const RESUMED: &str = "resumed with a payload";

/// What `std` says, and `unwrap` and `expect` repeat, of a poisoned lock or cell.
const POISON: [&str; 4] = [
    "PoisonError",
    "Poisoned(..)",
    "poisoned lock: another task failed inside",
    "has previously been poisoned",
];

/// The same of a channel whose other end is gone.
const BROKEN: [&str; 4] = ["RecvError", "SendError", "Disconnected", "closed channel"];

impl Machine {
    /// The panic for which a thread is being unwound.
    pub(super) fn unwinds(&self, tid: Tid) -> Option<usize> {
        self.threads[tid].panic.filter(|_| self.threads[tid].panics > 0)
    }

    /// The current thread panics. Some panics do not unwind: they end the process.
    pub fn raise(&mut self, message: String, at: Option<trace::Location>, unwinds: bool) {
        self.note_panic(message, at, true);
        if let Some(panic) = self.raised.last_mut() {
            panic.unwinds = unwinds;
        }
    }

    /// The current thread panics with what it has received.
    pub fn resume(&mut self) {
        self.note_panic(RESUMED.to_owned(), None, false);
    }

    fn note_panic(&mut self, message: String, at: Option<trace::Location>, shown: bool) {
        // What the harness of a test says of it has no place in the program.
        let at = at.filter(|at| !at.file.contains("explorer/test/src/"));
        let current = self.current;
        self.policies.results |= self.threads[current].destroys;
        let thread = &self.threads[current];
        let passes_on = message == RESUMED
            || message.contains("Any { .. }")
            || message == "a scoped thread panicked";
        let is_about = |all: &[&str]| all.iter().any(|words| message.contains(words));
        let because = if is_about(&POISON) {
            thread.found_poisoned.map(Because::Met)
        } else if is_about(&BROKEN) {
            thread.found_broken.map(Because::Met)
        } else {
            thread.received.filter(|_| passes_on).map(Because::Received)
        };
        if shown {
            self.trace_panic(current, message.clone(), at.clone());
        }
        let when = self.steps;
        let told = self.tracer.as_ref().map(super::tracer::Tracer::told).unwrap_or_default();
        self.raised.push(Panic {
            thread: current,
            message,
            at,
            when,
            because,
            unwinds: true,
            received: None,
            told,
        });
        let thread = &mut self.threads[current];
        thread.panics += 1;
        thread.panic = Some(self.raised.len() - 1);
        thread.panic_seen = false;
    }

    /// The current thread has caught its own panic.
    pub fn caught(&mut self) {
        self.receive_panic(self.current);
    }

    /// The current thread has joined another, and the program has what became of it.
    pub fn receive_panic(&mut self, of: Tid) {
        let (current, when) = (self.current, self.steps);
        if let Some(panic) = self.threads[of].panic.filter(|_| !self.threads[of].panic_seen) {
            self.raised[panic].received.get_or_insert(when);
            self.threads[current].received = Some(panic);
        }
        self.threads[of].panic_seen = true;
    }

    /// The scope of the current thread has joined a thread that the program has not: it panics in its place.
    pub fn receive_in_scope(&mut self, of: Tid, first: &mut Option<usize>) {
        if let Some(panic) = self.threads[of].panic.filter(|_| !self.threads[of].panic_seen) {
            *first = Some(first.map_or(panic, |first| first.min(panic)));
        }
        self.threads[of].panic_seen = true;
        if first.is_some() {
            let current = self.current;
            self.threads[current].received = *first;
        }
    }

    /// Why a thread that did not ask for it ends the process, if a panic is the reason.
    pub fn why_it_aborts(&self, tid: Tid) -> Option<String> {
        if self.exits_again && self.exiting == Some(tid) {
            return Some("it calls `exit` while it ends the process".to_owned());
        }
        if self.threads[tid].panics == 0 {
            return None;
        }
        let own: Vec<_> = self.raised.iter().filter(|panic| panic.thread == tid).collect();
        match own.as_slice() {
            [.., first, second, last]
                if last.message.contains("in a destructor during cleanup") =>
            {
                Some(format!(
                    "it panics ({}) while it unwinds from a panic ({})",
                    second.message, first.message
                ))
            }
            [.., first, last] if last.message.contains("that cannot unwind") => Some(format!(
                "its panic ({}) comes to a function that cannot unwind",
                first.message
            )),
            [.., last] if !last.unwinds => {
                let place = last.at.as_ref().map_or(String::new(), |at| format!(" at {at}"));
                Some(format!("its panic{place} ({}) is one that cannot unwind", last.message))
            }
            _ => None,
        }
    }

    /// The number that what the current thread poisons will keep; 0 is not poisoned.
    pub fn poisons(&self) -> u32 {
        self.threads[self.current].panic.map_or(u32::MAX, |panic| panic as u32 + 1)
    }

    /// The current thread panics while it holds a lock.
    pub fn poisoned(&mut self, lock: Obj) {
        let by = self.current;
        self.policies.poisons = true;
        let now = self.threads[by].views.current.time;
        let past = self.lock(lock).poison_past;
        let (slot, known) = self.has_changed_past(by, past, Was::Sound);
        let state = self.lock_mut(lock);
        if past.is_some() {
            // It was poisoned before it was given back.
            state.view.raise(slot, known);
        }
        state.poisoned_by = Some(by);
        state.poison_time = state.poison_time.max(now);
        self.objects[lock as usize].version += 1;
    }

    /// The current thread has found something poisoned; the number is that of [`Machine::poisons`].
    pub fn found_poisoned(&mut self, by: u32) {
        let panic = (by as usize).checked_sub(1).filter(|&panic| panic < self.raised.len());
        let current = self.current;
        self.threads[current].found_poisoned = panic;
    }

    /// The closure of a thread has unwound to its root. For the main thread that is a failure; for others it is one if nobody
    /// looks at what `join` returns.
    pub fn root_panicked(&mut self, tid: Tid) {
        self.threads[tid].panics = 0;
        self.tell_apart_from_others(tid);
        if tid == 0
            && let Some(panic) = self.threads[0].panic
        {
            self.blame(panic);
        }
    }

    /// The failure is what a panic came of. The story ends with the first of them that the program had not received.
    fn blame(&mut self, panic: usize) {
        let (mut root, mut end, mut unforeseen) = (panic, panic, true);
        while let Some(because) = self.raised[root].because {
            let before = match because {
                Because::Received(before) => before,
                Because::Met(before) => {
                    let known = self.raised[before].received;
                    unforeseen &= known.is_none_or(|known| known > self.raised[root].when);
                    before
                }
            };
            root = before;
            if unforeseen {
                end = root;
            }
        }
        if self.failure.is_none() {
            self.ends_at = Some(self.raised[end].told);
        }
        let Panic { thread, message, at, .. } = self.raised[root].clone();
        self.fail(Bad::Panic { thread, note: super::PanicText { message, at } });
    }

    /// At the end of an execution: a panic that nobody received is a failure. So is, before anything that others wait for, one that led to others.
    pub fn settle_panics(&mut self) {
        let ended =
            self.threads.iter().filter(|thread| !thread.panic_seen && thread.ended.is_some());
        let unseen = ended.filter_map(|thread| thread.panic);
        let because = |panic: usize| matches!(self.raised[panic].because, Some(Because::Met(_)));
        let first = match self.failure {
            None => unseen.min(),
            Some(Bad::Deadlock | Bad::Livelock | Bad::Circle | Bad::Leak) => {
                unseen.filter(|&panic| because(panic)).min()
            }
            Some(_) => None,
        };
        if let Some(first) = first {
            self.failure = None;
            self.blame(first);
        }
        if let (Some(told), Some(tracer)) = (self.ends_at.take(), &mut self.tracer)
            && !self.whole_stories
        {
            tracer.end_at(told);
        }
    }
}
