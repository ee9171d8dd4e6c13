//! A reactor that no file belongs to: `epoll` of numbers (`eventfd`), by which threads of the program wake each other, as asynchronous runtimes do.
//!
//! What the kernel keeps is kept here. A number has a lock, and what waits for numbers has a lock and a condition variable; who writes a number takes both, and
//! who waits takes the latter. So waiting and waking are explored as they are of every other lock, and order what the kernel's own locks order.
//!
//! A pair of sockets may be there as well, as the one by which tokio hears of signals: no signal comes, and nothing is ever written.

mod kept;

use std::collections::VecDeque;
use std::ffi::c_int;

pub use kept::Reactor;
use kept::{EDGE, Entry, IN, NEVER, ONE_SHOT, Poller, Source};

use super::Machine;
use super::context::{self, Answer};
use super::object::{Lock, State};
use super::op::{Obj, Op};

/// What is asked of a poller.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    Add,
    Modify,
    Remove,
}

/// Why it is not done.
#[derive(Clone, Copy, Debug)]
pub enum Not {
    /// The number of the kernel's error.
    Error(c_int),
    /// It cannot be explored.
    Refused(&'static str),
}

/// A number that can be waited for.
pub fn number(count: u64, one_by_one: bool) -> Option<usize> {
    with(|machine| machine.add_source(count, one_by_one, None))
}

/// Two sockets.
pub fn sockets() -> Option<[usize; 2]> {
    with(|machine| {
        let first = machine.reactor.sources.len();
        machine.add_source(0, false, Some(first + 1));
        machine.add_source(0, false, Some(first));
        [first, first + 1]
    })
}

/// Whether there are sockets.
pub fn has_sockets() -> bool {
    let is_one = |source: &Source| source.peer.is_some();
    with(|machine| machine.reactor.sources.iter().any(is_one)).unwrap_or(false)
}

/// What waits for numbers.
pub fn poller() -> Option<usize> {
    with(|machine| {
        let lock = machine.made_here(EPOLLS_LOCK, State::Lock(Lock::default()));
        let condvar = machine.made_here(CALL, State::Condvar { waiting: 0 });
        let poller = Poller { lock, condvar, entries: Vec::new(), ready: VecDeque::new() };
        machine.reactor.pollers.push(poller);
        machine.reactor.pollers.len() - 1
    })
}

/// Adds to a number.
///
/// # Errors
///
/// It would be too large, or what is added is.
pub fn write(source: usize, add: u64) -> Result<(), Not> {
    if add == u64::MAX {
        return Err(Not::Error(libc::EINVAL));
    }
    let known = |machine: &Machine, nth| machine.reactor.of_source(source, nth);
    holding(&known, 0, &mut || {
        let added = with(|machine| {
            let source = machine.reactor.sources.get_mut(source)?;
            source.count = source.count.checked_add(add).filter(|count| *count < u64::MAX)?;
            Some(())
        });
        if added.flatten().is_none() {
            return Err(Not::Error(libc::EAGAIN));
        }
        let mut nth = 0;
        while let Some(condvar) = with(|m| m.reactor.happens(source, nth)).flatten() {
            tell(condvar);
            nth += 1;
        }
        Ok(())
    })
}

/// Takes a number.
///
/// # Errors
///
/// It is 0.
pub fn read(source: usize) -> Result<u64, Not> {
    let known = |machine: &Machine, nth| machine.reactor.of_source(source, nth);
    holding(&known, 0, &mut || {
        let taken = with(|machine| {
            let source = machine.reactor.sources.get_mut(source)?;
            let taken = if source.one_by_one { source.count.min(1) } else { source.count };
            source.count -= taken;
            (taken != 0).then_some(taken)
        });
        taken.flatten().ok_or(Not::Error(libc::EAGAIN))
    })
}

/// From here on a poller looks for something else.
///
/// # Errors
///
/// As the kernel's, and what cannot be explored.
pub fn change(
    poller: usize,
    change: Change,
    key: (usize, c_int),
    (interest, data): (u32, u64),
) -> Result<(), Not> {
    let removes = matches!(change, Change::Remove);
    if !removes && interest & !(IN | EDGE | ONE_SHOT | NEVER) != 0 {
        return Err(Not::Refused("waits for a socket by `epoll_ctl`"));
    }
    let both = |machine: &Machine, nth| match nth {
        0 => machine.reactor.sources.get(key.0).map(|source| source.lock),
        1 => machine.reactor.pollers.get(poller).map(|poller| poller.lock),
        _ => None,
    };
    holding(&both, 0, &mut || {
        let entry = Entry { key, interest, data };
        let changed = with(|machine| machine.reactor.change(poller, change, entry));
        if let Some(condvar) = changed.unwrap_or(Err(Not::Error(libc::EPERM)))? {
            tell(condvar);
        }
        Ok(())
    })
}

/// Waits until something has happened, at most for so many nanoseconds. How much was written to `events`.
///
/// # Errors
///
/// What cannot be explored.
pub fn wait(
    poller: usize,
    timeout: Option<u64>,
    events: &mut [libc::epoll_event],
) -> Result<usize, Not> {
    let of_it = |machine: &Machine, nth| {
        machine.reactor.pollers.get(poller).filter(|_| nth == 0).map(|poller| poller.lock)
    };
    let until = |machine: &Machine| timeout.map(|time| machine.shows().saturating_add(time));
    let Some((deadline, at)) = with(|machine| (until(machine), machine.here())) else {
        return Ok(0);
    };
    holding(&of_it, 0, &mut || {
        let mut late = timeout == Some(0);
        loop {
            let found = with(|machine| {
                let found = machine.reactor.take_ready(poller, events);
                let left = deadline.map(|deadline| deadline.saturating_sub(machine.shows()));
                let kept = machine.reactor.pollers.get(poller)?;
                Some((found, left, kept.lock, kept.condvar))
            });
            let Some(Some((found, timeout, lock, condvar))) = found else { return Ok(0) };
            if found > 0 || late || timeout == Some(0) {
                return Ok(found);
            }
            context::visible_as(Op::Wait { condvar, lock, timeout }, CALL, at);
            late = match context::visible_as(Op::Wake { condvar, lock, timeout }, CALL, at) {
                Answer::Done(done) => !done.ok,
                _ => true,
            };
        }
    })
}

/// A descriptor of a source is closed; `forget` says whether it was the last.
///
/// # Errors
///
/// What cannot be explored.
pub fn close_source(source: usize, forget: &dyn Fn() -> bool) -> Result<(), Not> {
    let known = |machine: &Machine, nth| machine.reactor.of_source(source, nth);
    holding(&known, 0, &mut || {
        if !forget() {
            return Ok(());
        }
        with(|machine| machine.reactor.remove_source(source)).unwrap_or(Ok(()))
    })
}

/// A descriptor of a poller is closed; `forget` says whether it was the last.
pub fn close_poller(poller: usize, forget: &dyn Fn() -> bool) {
    let of_it = |machine: &Machine, nth| {
        machine.reactor.pollers.get(poller).filter(|_| nth == 0).map(|poller| poller.lock)
    };
    let closed = holding(&of_it, 0, &mut || {
        if forget() {
            with(|machine| machine.reactor.remove_poller(poller));
        }
        Ok(())
    });
    debug_assert!(closed.is_ok());
}

/// What steps of this kind are called, and what a thread waits at.
const CALL: &str = "epoll";
const EPOLLS_LOCK: &str = "epoll's lock";
const EVENTFD: &str = "eventfd";

/// What a picture calls an object of this kind, which no line of the program has created.
pub fn name(kind: &'static str) -> Option<&'static str> {
    [CALL, EPOLLS_LOCK, EVENTFD].contains(&kind).then_some(kind)
}

fn with<R>(f: impl FnOnce(&mut Machine) -> R) -> Option<R> {
    context::with(f)
}

/// Calls `f` with all these locks, the first one taken first.
fn holding<R>(
    locks: &dyn Fn(&Machine, usize) -> Option<Obj>,
    nth: usize,
    f: &mut dyn FnMut() -> Result<R, Not>,
) -> Result<R, Not> {
    let next = with(|machine| {
        machine.looks_into_the_kernel();
        locks(machine, nth).map(|lock| (lock, machine.here()))
    });
    let Some((lock, at)) = next.flatten() else { return f() };
    if !matches!(context::visible_as(Op::Lock(lock), CALL, at), Answer::Done(_)) {
        // Nothing can be waited for any more.
        return Err(Not::Error(libc::EPERM));
    }
    let result = holding(locks, nth + 1, f);
    context::visible_as(Op::Unlock(lock), CALL, at);
    result
}

/// Who waits looks again.
fn tell(condvar: Obj) {
    if let Some(at) = with(|machine| machine.here()) {
        context::visible_as(Op::NotifyAll(condvar), CALL, at);
    }
}

impl Machine {
    fn add_source(&mut self, count: u64, one_by_one: bool, peer: Option<usize>) -> usize {
        let lock = self.made_here(EVENTFD, State::Lock(Lock::default()));
        let pollers = Vec::new();
        let source = Source { lock, count, one_by_one, pollers, peer, closed: false };
        self.reactor.sources.push(source);
        self.reactor.sources.len() - 1
    }

    /// An object that the current thread makes here. It is known by its maker, and by how many that has made.
    fn made_here(&mut self, kind: &'static str, state: State) -> Obj {
        let at = self.here();
        let object = self.add_object(kind, at, state);
        let tid = self.current;
        let made = &mut self.reactor.made;
        made.resize(made.len().max(tid + 1), 0);
        made[tid] += 1;
        let nth = made[tid];
        self.name_by_address(object, FIRST_NAME + tid * EACH_THREAD + nth);
        object
    }

    /// What the kernel keeps lies on no stack and in no memory of the program, and it has descriptors that tell threads apart.
    fn looks_into_the_kernel(&mut self) {
        self.tell_all_apart();
        self.circle.spoil();
        self.threads[self.current].spin.saw_the_clock();
    }

    fn shows(&self) -> u64 {
        self.threads[self.current].views.current.time
    }
}

/// No object of a program is at such an address.
const FIRST_NAME: usize = 1 << 20;
const EACH_THREAD: usize = 1 << 10;
