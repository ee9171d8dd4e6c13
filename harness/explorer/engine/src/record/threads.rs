//! What threads call where they begin and end.

use trace::{Operation, Step, ThreadId};

use super::{Key, MYSELF, myself, number, step, with};
use crate::machine::op::Loc;

/// A thread that is about to start: its recording and its number there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Birth(u32, ThreadId);

/// Notes that a thread is spawned.
pub(crate) fn birth(name: Option<String>, at: Loc) -> Birth {
    let child = with(|tape| {
        let child = ThreadId(tape.threads.len() as u32);
        tape.threads.push(trace::Thread { name, parent: Some(myself()), spawned: Some(at.into()) });
        tape.push(step(Operation::Spawn { child }, "", at));
        child
    });
    match child {
        Some(child) => Birth(number(), child),
        None => Birth(0, ThreadId(0)),
    }
}

/// The first thing that a spawned thread does.
pub(crate) fn begin(Birth(recording, thread): Birth) {
    if recording == 0 {
        return;
    }
    MYSELF.set((recording, thread.0));
    with(|tape| {
        tape.known.insert(crate::thread::current().id(), thread);
        tape.push(Step::new(thread, Operation::Start));
    });
}

/// Notes which thread of the program was born.
pub(crate) fn born(Birth(recording, thread): Birth, id: crate::thread::ThreadId) {
    if recording != 0 {
        with(|tape| tape.known.insert(id, thread));
    }
}

/// The last thing that a spawned thread does. `panic`: its message, if it panicked.
pub(crate) fn end(panic: Option<String>) {
    with(|tape| {
        let me = myself();
        if let Some(message) = panic {
            tape.push(Step::new(me, Operation::Panic { message }));
        }
        let place = tape.push(Step::new(me, Operation::End));
        tape.enablers.insert(Key::End(me), place);
    });
}
