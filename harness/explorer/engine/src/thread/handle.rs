//! `Thread` and `ThreadId`.

use std::ffi::CStr;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::machine::op::{Op, Tid};
use crate::machine::{Machine, context, plain};

/// Identifies a thread, as `std::thread::ThreadId`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThreadId(u64);

impl fmt::Debug for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ThreadId({})", self.0)
    }
}

/// A handle to a thread, as `std::thread::Thread`.
#[derive(Clone)]
pub struct Thread {
    id: ThreadId,
    /// With a terminating zero, for [`Thread::name`]'s sake.
    name: Option<Arc<str>>,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    /// A thread of the operating system.
    Real(std::thread::Thread),
    /// A thread of the execution with this number.
    Explored { execution: u32, tid: Tid },
}

impl Thread {
    /// The thread's identifier.
    pub fn id(&self) -> ThreadId {
        context::with(Machine::tell_all_apart);
        self.id
    }

    /// The thread's name, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The thread's name as a C string. Present for completeness; a name with a zero byte has none.
    #[doc(hidden)]
    pub fn cname(&self) -> Option<&CStr> {
        None
    }

    /// Makes the thread's park token available, as `std::thread::Thread::unpark`.
    #[track_caller]
    pub fn unpark(&self) {
        plain::reads(std::ptr::from_ref(self).addr(), size_of::<Self>());
        match &self.kind {
            Kind::Real(real) => {
                crate::record::note(
                    |thread_of| trace::Operation::Unpark { thread: thread_of(self.id) },
                    "unpark",
                    Location::caller(),
                );
                real.unpark();
            }
            Kind::Explored { execution, tid } => {
                let alive = context::with(|machine| machine.id == *execution);
                if alive == Some(true) {
                    context::visible(Op::Unpark(*tid), Location::caller());
                }
            }
        }
    }

    /// The handle of a thread that is explored.
    pub(crate) fn explored(execution: u32, tid: Tid, name: Option<Arc<str>>) -> Self {
        let id = ThreadId(tid as u64 + 1);
        Self { id, name, kind: Kind::Explored { execution, tid } }
    }

    /// The handle of a thread of the operating system.
    pub(crate) fn real(real: std::thread::Thread) -> Self {
        let id = real_id(real.id());
        Self { id, name: real.name().map(Arc::from), kind: Kind::Real(real) }
    }

    /// The thread's number in this execution, if it belongs to it.
    pub(crate) fn tid(&self) -> Option<Tid> {
        match self.kind {
            Kind::Explored { execution, tid } => {
                context::with(|machine| machine.id == execution).unwrap_or(false).then_some(tid)
            }
            Kind::Real(_) => None,
        }
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thread")
            .field("id", &self.id())
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

/// Numbers above those of explored threads: the two kinds never meet, but must not be equal if they do.
fn real_id(id: std::thread::ThreadId) -> ThreadId {
    static KNOWN: std::sync::Mutex<Vec<std::thread::ThreadId>> = std::sync::Mutex::new(Vec::new());
    static OFFSET: AtomicU64 = AtomicU64::new(1 << 40);
    let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let place = known.iter().position(|other| *other == id).unwrap_or_else(|| {
        known.push(id);
        known.len() - 1
    });
    ThreadId(OFFSET.load(Ordering::Relaxed) + place as u64)
}

/// The current thread, as `std::thread::current`.
pub fn current() -> Thread {
    plain::asks_who();
    let explored = context::with(|machine| {
        let tid = machine.current;
        let other = machine.main_is_called.clone().filter(|_| tid == 0);
        let name = other.or_else(|| machine.threads[tid].name.clone());
        Thread::explored(machine.id, tid, name)
    });
    explored.unwrap_or_else(|| Thread::real(std::thread::current()))
}

/// What the explored program finds its main thread called, which pictures go on calling `main`: a test's thread has the name of the test.
pub fn call_main(name: &str) {
    context::with(|machine| machine.main_is_called = Some(Arc::from(name)));
}
