//! Which panic is the failure.

use super::op::{Obj, Tid};
use super::{Bad, Machine, PanicText};
use crate::machine::thread::{PanicNote, Thread};

impl Machine {
    /// The closure of a thread has unwound to its root. For the main thread that is a failure; for others it is one if nobody
    /// looks at what `join` returns.
    pub fn root_panicked(&mut self, tid: Tid) {
        self.threads[tid].panics = 0;
        if tid == 0 {
            let cause = self.cause();
            self.fail(cause);
        }
    }

    /// What to show when the main thread panics: its own panic, unless that only passes on another's, which it got from `join` or
    /// found in a poisoned lock.
    fn cause(&self) -> Bad {
        let own = self.threads[0].panic.clone();
        let says = |text: &str| own.as_ref().is_none_or(|note| note.message.contains(text));
        if let Some((lock, by)) = self.gave_up_on_a_lock(0) {
            let by = self.root_of(by);
            return match &self.threads[by].panic {
                Some(note) if !self.threads[by].panic_seen => {
                    Bad::Panic { thread: by, note: note.clone().into() }
                }
                _ => Bad::Poisoned { thread: 0, lock, by },
            };
        }
        let first = self.first_panic(|tid, _| tid > 0);
        let passes_on = says("Any { .. }") || says("a scoped thread panicked");
        let unknown =
            || PanicNote { message: "resumed with a payload".to_owned(), at: None, when: 0 };
        let (thread, note) =
            first.filter(|_| passes_on).unwrap_or_else(|| (0, own.unwrap_or_else(unknown)));
        Bad::Panic { thread, note: note.into() }
    }

    /// The poisoned lock that a thread's panic is about, and who poisoned it.
    fn gave_up_on_a_lock(&self, tid: Tid) -> Option<(Obj, Tid)> {
        let thread = &self.threads[tid];
        let note = thread.panic.as_ref()?;
        thread.found_poisoned.filter(|_| note.message.contains("PoisonError"))
    }

    /// Whose panic is behind a thread's: a thread that finds a lock poisoned, and panics while it holds another, poisons that.
    fn root_of(&self, mut tid: Tid) -> Tid {
        for _ in 0..self.threads.len() {
            match self.gave_up_on_a_lock(tid) {
                Some((_, by)) if by != tid => tid = by,
                _ => break,
            }
        }
        tid
    }

    /// The earliest of some threads' last panics, or the one behind it.
    fn first_panic(&self, among: impl Fn(Tid, &Thread) -> bool) -> Option<(Tid, PanicNote)> {
        let threads = self.threads.iter().enumerate().filter(|(tid, thread)| among(*tid, thread));
        let noted = threads.filter_map(|(tid, thread)| Some((tid, thread.panic.as_ref()?.when)));
        let (tid, _) = noted.min_by_key(|&(_, when)| when)?;
        let root = self.root_of(tid);
        Some((root, self.threads[root].panic.clone()?))
    }

    /// The current thread panics while it holds a lock.
    pub fn poisoned(&mut self, lock: Obj) {
        let by = self.current;
        self.lock_mut(lock).poisoned_by = Some(by);
        self.objects[lock as usize].version += 1;
    }

    /// The current thread has taken a lock that is poisoned.
    pub fn found_poisoned(&mut self, lock: Obj) {
        let current = self.current;
        self.threads[current].found_poisoned = self.lock(lock).poisoned_by.map(|by| (lock, by));
    }

    /// At the end of an execution: a panic that nobody received is a failure.
    pub fn settle_panics(&mut self) {
        let unseen = |_, thread: &Thread| !thread.panic_seen && thread.ended.is_some();
        if let Some((thread, note)) = self.first_panic(unseen) {
            self.fail(Bad::Panic { thread, note: PanicText::from(note) });
        }
    }
}
