//! Which panic is the failure.

use super::op::{Obj, Tid};
use super::{Bad, Machine, PanicText};
use crate::machine::thread::PanicNote;

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
        if let Some((lock, by)) =
            self.threads[0].found_poisoned.filter(|_| own.is_some() && says("PoisonError"))
        {
            return match &self.threads[by].panic {
                Some(note) if !self.threads[by].panic_seen => {
                    Bad::Panic { thread: by, note: note.clone().into() }
                }
                _ => Bad::Poisoned { thread: 0, lock, by },
            };
        }
        let others = self.threads.iter().enumerate().skip(1);
        let other = others.filter_map(|(tid, thread)| Some((tid, thread.panic.clone()?))).next();
        let passes_on = says("Any { .. }") || says("a scoped thread panicked");
        let unknown = || PanicNote { message: "resumed with a payload".to_owned(), at: None };
        let (thread, note) =
            other.filter(|_| passes_on).unwrap_or_else(|| (0, own.unwrap_or_else(unknown)));
        Bad::Panic { thread, note: note.into() }
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
        let unseen = self.threads.iter().enumerate().find_map(|(tid, thread)| {
            let note =
                thread.panic.clone().filter(|_| !thread.panic_seen && thread.ended.is_some())?;
            Some((tid, note))
        });
        if let Some((thread, note)) = unseen {
            self.fail(Bad::Panic { thread, note: PanicText::from(note) });
        }
    }
}
