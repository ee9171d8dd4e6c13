//! Which panic is the failure.

use super::op::Tid;
use super::{Bad, Machine, PanicText};
use crate::machine::thread::PanicNote;

impl Machine {
    /// The closure of a thread has unwound to its root. For the main thread that is a failure; for others it is one if nobody
    /// looks at what `join` returns.
    pub fn root_panicked(&mut self, tid: Tid) {
        self.threads[tid].panics = 0;
        if tid == 0 {
            let (thread, note) = self.cause();
            self.fail(Bad::Panic { thread, note: note.into() });
        }
    }

    /// The panic to show when the main thread panics: its own, unless it only passes on what it got from `join`.
    fn cause(&self) -> (Tid, PanicNote) {
        let unknown = || PanicNote { message: "resumed with a payload".to_owned(), at: None };
        let own = self.threads[0].panic.clone();
        let passes_on = own.as_ref().is_none_or(|note| {
            note.message.contains("Any { .. }") || note.message == "a scoped thread panicked"
        });
        let others = self.threads.iter().enumerate().skip(1);
        match others.filter_map(|(tid, thread)| Some((tid, thread.panic.clone()?))).next() {
            Some(other) if passes_on => other,
            _ => (0, own.unwrap_or_else(unknown)),
        }
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
