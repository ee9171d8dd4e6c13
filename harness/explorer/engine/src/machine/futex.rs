//! `futex`: how programs wait below `std`, as `parking_lot` does.
//!
//! A word that threads wait at is an atomic of the program. Behind it the machine keeps a lock and a condition variable, as the kernel does: to look at the
//! word and to begin to wait is one step to whoever wakes. So a wait for a futex is explored as every other wait.

use std::ffi::{c_int, c_long};

use super::Machine;
use super::context::{self, Answer};
use super::object::{Lock, State};
use super::op::{Loc, Obj, Op};
use super::plain::shadow::How;
use super::words::{self, Word};
use std::sync::atomic::Ordering::SeqCst;

/// What stands for a futex: the word itself, and what threads wait at.
#[derive(Clone, Copy, Debug)]
pub struct Futex {
    address: usize,
    lock: Obj,
    condvar: Obj,
}

/// What is asked of a futex.
#[derive(Clone, Copy, Debug)]
pub enum Call {
    /// To wait, if the word is `expected`; at most for so many nanoseconds.
    Wait { expected: u32, timeout: Option<u64> },
    /// To wake so many.
    Wake { most: u32 },
}

/// Does it. Returns what the kernel returns.
///
/// # Errors
///
/// The number of the kernel's error.
///
/// # Safety
///
/// There is a word at this address, if it is to wait.
pub unsafe fn call(address: usize, call: Call) -> Result<c_long, c_int> {
    if let Call::Wake { most: 0 } = call {
        return Ok(0);
    }
    let word = match call {
        // SAFETY: the caller's promise.
        Call::Wait { .. } => unsafe { word(address) },
        Call::Wake { .. } => None,
    };
    let Some((futex, at)) = context::with(|machine| (machine.futex(address), machine.here()))
    else {
        return Err(libc::ENOSYS);
    };
    let lock = futex.lock;
    if !matches!(context::visible_as(Op::Lock(lock), "futex", at), Answer::Done(_)) {
        // Nothing can be waited for any more.
        return Err(libc::EAGAIN);
    }
    let result = match (call, word) {
        (Call::Wait { expected, timeout }, Some(atomic)) => {
            wait(futex, atomic, expected, timeout, at)
        }
        (Call::Wake { most }, _) => Ok(wake(futex, most, at)),
        (Call::Wait { .. }, None) => Err(libc::EFAULT),
    };
    context::visible_as(Op::Unlock(lock), "futex", at);
    result
}

fn wait(
    futex: Futex,
    atomic: Obj,
    expected: u32,
    timeout: Option<u64>,
    at: Loc,
) -> Result<c_long, c_int> {
    // The kernel reads the newest value, never an older one.
    let order = SeqCst;
    let read = context::updating(Op::Update { atomic, order }, at, "futex", &|value| value);
    match read {
        Answer::Done(done) if done.value as u32 == expected => {}
        _ => return Err(libc::EAGAIN),
    }
    let Futex { lock, condvar, .. } = futex;
    context::visible_as(Op::Wait { condvar, lock, timeout }, "futex", at);
    match context::visible_as(Op::Wake { condvar, lock, timeout }, "futex", at) {
        Answer::Done(done) if !done.ok => Err(libc::ETIMEDOUT),
        _ => Ok(0),
    }
}

fn wake(futex: Futex, most: u32, at: Loc) -> c_long {
    let waiting = context::with(|machine| machine.waiters(futex.condvar)).unwrap_or(0);
    let woken = waiting.min(most);
    if woken == 0 {
        // Nobody is there: that too is something that the others can tell the time of.
        context::visible_as(Op::NotifyOne(futex.condvar), "futex", at);
    } else if woken == waiting {
        context::visible_as(Op::NotifyAll(futex.condvar), "futex", at);
    } else {
        for _ in 0..woken {
            context::visible_as(Op::NotifyOne(futex.condvar), "futex", at);
        }
    }
    c_long::from(woken)
}

/// The execution cannot be explored: the current thread does this.
pub fn refuse(what: &str) {
    context::with(|machine| {
        let thread = machine.thread_name(machine.current);
        machine.refuse_here(format!("{thread} {what}, and that cannot be explored"));
    });
}

/// The atomic at this address.
///
/// # Safety
///
/// There is a word at this address.
unsafe fn word(address: usize) -> Option<Obj> {
    let memory = std::ptr::with_exposed_provenance::<u32>(address);
    // SAFETY: the caller's promise.
    let now = || u64::from(unsafe { memory.read_volatile() });
    let word = Word { address, size: size_of::<u32>(), kind: "AtomicU32", now: &now };
    words::object(word, How::AtomicLoad, words::here())
}

impl Machine {
    /// The line that the current thread came to last: a call of the kernel has none.
    pub(super) fn here(&self) -> Loc {
        self.threads[self.current].at
    }

    fn futex(&mut self, address: usize) -> Futex {
        if let Some(known) = self.futexes.iter().find(|futex| futex.address == address) {
            return *known;
        }
        let at = self.here();
        let lock = self.add_object("Mutex", at, State::Lock(Lock::default()));
        self.name_by_address(lock, address ^ 1);
        let condvar = self.add_object("Condvar", at, State::Condvar { waiting: 0 });
        self.name_by_address(condvar, address ^ 2);
        let futex = Futex { address, lock, condvar };
        self.futexes.push(futex);
        futex
    }

    fn waiters(&self, condvar: Obj) -> u32 {
        match &self.objects[condvar as usize].state {
            State::Condvar { waiting } => waiting.count_ones(),
            _ => 0,
        }
    }
}
