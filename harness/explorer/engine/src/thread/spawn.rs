//! `spawn`, `Builder`, `JoinHandle`.

use std::any::Any;
use std::fmt;
use std::io;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::scope::Leave;
use super::{Result, Scope, ScopedJoinHandle, Thread};
use crate::explore::runner::thread_main;
use crate::machine::context::{self, Answer};
use crate::machine::op::{Loc, Op, Tid};
use crate::machine::plain;
use crate::record;

/// Where a thread leaves its result. The thread and the handle share it.
pub(super) struct Packet<T> {
    result: Mutex<Option<Result<T>>>,
    scope: Option<Leave>,
}

impl<T> Packet<T> {
    fn new(scope: Option<Leave>) -> Arc<Self> {
        Arc::new(Self { result: Mutex::new(None), scope })
    }

    fn result(&self) -> MutexGuard<'_, Option<Result<T>>> {
        self.result.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread, or whoever has its handle, lets go of its result. The later one destroys it.
fn let_go<T>(packet: Arc<Packet<T>>, of: Option<Tid>, at: Loc) {
    let Some(of) = of.filter(|_| std::mem::needs_drop::<T>()) else { return };
    let is_step = context::with(|machine| machine.config.results) == Some(true);
    if is_step {
        context::visible(Op::LetGo(of), at);
    }
    let is_last = Arc::strong_count(&packet) == 1;
    let knew = context::with(|machine| machine.begins_to_let_go(of, is_last));
    drop(packet);
    context::with(|machine| machine.has_let_go(knew));
}

impl<T> Drop for Packet<T> {
    fn drop(&mut self) {
        let result = self.result().take();
        if let (Some(scope), Some(Err(_))) = (&mut self.scope, &result) {
            scope.panicked = true;
        }
        // Before the scope hears that the thread is done: the result may borrow from it.
        if context::is_exploring() && std::mem::needs_drop::<T>() {
            let destroy = || {
                let _user = plain::as_the_user();
                drop(result);
            };
            if crate::panic::catch(destroy).is_err() {
                // As std does.
                context::visible(Op::Abort, std::panic::Location::caller());
                context::leave();
            }
        } else {
            drop(result);
        }
    }
}

/// Owns the permission to join a thread, as `std::thread::JoinHandle`.
pub struct JoinHandle<T> {
    /// Nothing, once the thread was joined.
    packet: Option<Arc<Packet<T>>>,
    thread: Thread,
    real: Option<std::thread::JoinHandle<()>>,
}

// SAFETY: as for std's `JoinHandle`: the result passes from one thread to the other, never shared.
unsafe impl<T> Send for JoinHandle<T> {}
// SAFETY: a shared handle only tells whether the thread has ended.
unsafe impl<T> Sync for JoinHandle<T> {}

impl<T> JoinHandle<T> {
    /// Waits for the thread to end, as `std::thread::JoinHandle::join`.
    ///
    /// # Errors
    ///
    /// The payload of the panic that ended the thread.
    #[track_caller]
    pub fn join(mut self) -> Result<T> {
        wait_for(&self.thread, self.real.take(), Location::caller());
        let result = self.packet.take().and_then(|packet| packet.result().take());
        // Only when the join was refused is there no result.
        result.unwrap_or_else(|| Err(Box::new("the execution was given up")))
    }

    /// The thread's handle.
    pub fn thread(&self) -> &Thread {
        if let Some(tid) = self.thread.tid() {
            context::with(|machine| machine.tell_apart_from_others(tid));
        }
        &self.thread
    }

    /// [`thread`](Self::thread), of which the program learns nothing.
    pub(super) fn tid(&self) -> Option<Tid> {
        self.thread.tid()
    }

    /// Whether the thread has ended, as `std::thread::JoinHandle::is_finished`.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        plain::reads(std::ptr::from_ref(self).addr(), size_of::<Self>());
        match (&self.real, self.thread.tid()) {
            (Some(real), _) => real.is_finished(),
            (None, Some(tid)) => {
                let asked =
                    context::visible_as(Op::IsFinished(tid), "is_finished", Location::caller());
                matches!(asked, Answer::Done(done) if done.ok)
            }
            (None, None) => true,
        }
    }
}

impl<T> Drop for JoinHandle<T> {
    #[track_caller]
    fn drop(&mut self) {
        if let Some(packet) = self.packet.take() {
            let_go(packet, self.thread.tid().filter(|_| self.real.is_none()), Location::caller());
        }
    }
}

/// Waits until a thread has ended.
fn wait_for(thread: &Thread, real: Option<std::thread::JoinHandle<()>>, at: Loc) {
    if let Some(real) = real {
        let child = record::thread_of(thread.id());
        let wait = || {
            let _ = real.join();
        };
        let waits_for = trace::WaitsFor::Join { thread: child };
        record::blocking(trace::Operation::Join { child }, waits_for, "join", at, wait);
    } else if let Some(tid) = thread.tid() {
        if context::with(|machine| machine.current) == Some(tid) {
            // As std does where `pthread_join` refuses it.
            let refused = io::Error::from_raw_os_error(libc::EDEADLK);
            panic!("failed to join thread: {refused}");
        }
        context::visible(Op::Join(tid), at);
        context::with(|machine| machine.receive_panic(tid));
    }
}

#[cfg(unix)]
impl<T> std::os::unix::thread::JoinHandleExt for JoinHandle<T> {
    fn as_pthread_t(&self) -> std::os::unix::thread::RawPthread {
        self.real.as_ref().map_or(0, std::os::unix::thread::JoinHandleExt::as_pthread_t)
    }

    fn into_pthread_t(mut self) -> std::os::unix::thread::RawPthread {
        self.real.take().map_or(0, std::os::unix::thread::JoinHandleExt::into_pthread_t)
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// Starts a thread, as `std::thread::spawn`.
///
/// # Panics
///
/// If the operating system has no thread to give.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    plain::taken(&f);
    // SAFETY: the closure and its result are 'static.
    unsafe { start(Builder::new(), f, None, Location::caller()) }.expect("failed to spawn thread")
}

/// A thread to be, as `std::thread::Builder`.
#[must_use = "must eventually spawn the thread"]
pub struct Builder {
    name: Option<String>,
    stack_size: Option<usize>,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("name", &self.name)
            .field("stack_size", &self.stack_size)
            .field("no_hooks", &false)
            .finish()
    }
}

impl Builder {
    /// A thread without a name and with the usual stack.
    #[expect(clippy::new_without_default, reason = "std has no default either")]
    pub fn new() -> Self {
        Self { name: None, stack_size: None }
    }

    /// Names the thread.
    pub fn name(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    /// Sets the size of the stack, in bytes.
    pub fn stack_size(mut self, size: usize) -> Self {
        self.stack_size = Some(size);
        self
    }

    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// If the operating system has no thread to give.
    ///
    /// # Panics
    ///
    /// If the name has a zero byte in it.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        plain::taken(&f);
        // SAFETY: the closure and its result are 'static.
        unsafe { start(self, f, None, Location::caller()) }
    }

    /// Starts a thread that may borrow from its creator's frame, as `std::thread::Builder::spawn_unchecked`.
    ///
    /// # Errors
    ///
    /// If the operating system has no thread to give.
    ///
    /// # Safety
    ///
    /// The thread must be joined before anything is dropped that it borrows.
    #[track_caller]
    pub unsafe fn spawn_unchecked<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send,
        T: Send,
    {
        plain::taken(&f);
        // SAFETY: the caller's promise.
        unsafe { start(self, f, None, Location::caller()) }
    }

    /// Starts a thread in a scope.
    ///
    /// # Errors
    ///
    /// If the operating system has no thread to give.
    #[track_caller]
    pub fn spawn_scoped<'scope, 'env, F, T>(
        self,
        scope: &'scope Scope<'scope, 'env>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        plain::taken(&f);
        scope.start(self, f, Location::caller())
    }
}

/// What a thread does: it calls the closure, leaves the result, and says how it ended before it lets go of the result.
type Body<'a> = Box<dyn FnOnce(&mut dyn FnMut(Option<String>)) + Send + 'a>;

/// Starts a thread. `scope` is dropped when the thread and the handle have left its result.
///
/// # Safety
///
/// The closure and its result must outlive the thread.
pub(super) unsafe fn start<'a, F, T>(
    builder: Builder,
    f: F,
    scope: Option<Leave>,
    at: Loc,
) -> io::Result<JoinHandle<T>>
where
    F: FnOnce() -> T + Send + 'a,
    T: Send + 'a,
{
    // A result that says nothing is the same for all.
    let says_nothing = size_of::<T>() == 0 && !std::mem::needs_drop::<T>();
    if builder.name.is_none() && builder.stack_size.is_none() && says_nothing {
        // SAFETY: they are the bytes of the closure. Some may never have been written: so the compiler is not told whose they are.
        let captured = unsafe {
            let first = std::hint::black_box(std::ptr::from_ref(&f).cast::<u8>());
            std::slice::from_raw_parts(first, size_of::<F>())
        };
        let code = call::<F, T> as *const () as usize;
        context::with(|machine| machine.bears(code, captured, at));
    }
    let packet = Packet::new(scope);
    let theirs = Arc::clone(&packet);
    let body = move |ended: &mut dyn FnMut(Option<String>)| {
        let mut f = Some(f);
        let mut value = None;
        let caught = crate::panic::catch_dyn(&mut || value = f.take().map(call));
        let message = caught.as_ref().err().map(message);
        *theirs.result() = Some(caught.map(|()| value.expect("the closure returned")));
        ended(message);
        let own = context::with(|machine| machine.current);
        let_go(theirs, own, at);
    };
    // SAFETY: the caller's promise.
    let (thread, real) = unsafe { launch(builder, Box::new(body), at) }?;
    Ok(JoinHandle { packet: Some(packet), thread, real })
}

/// Calls a closure. Two whose calls are one function do the same with what they have captured.
fn call<F: FnOnce() -> T, T>(f: F) -> T {
    f()
}

/// [`start`] without its types: what is here is compiled once, and not for each closure of a program again.
///
/// # Safety
///
/// What the body borrows must outlive the thread.
unsafe fn launch(
    builder: Builder,
    body: Body<'_>,
    at: Loc,
) -> io::Result<(Thread, Option<std::thread::JoinHandle<()>>)> {
    // SAFETY: only the lifetime changes. The body is dropped when its thread ends, or never; both happen before what it may
    // borrow is dropped, by the caller's promise.
    let body = unsafe { std::mem::transmute::<Body<'_>, Body<'static>>(body) };
    if let Some(name) = builder.name.as_deref().filter(|name| name.contains('\0'))
        && let Err(odd) = std::ffi::CString::new(name)
    {
        panic!("thread name may not contain interior null bytes: {odd:?}");
    }
    if context::is_exploring() {
        return Ok((explored(builder, body, at)?, None));
    }
    let mut real = std::thread::Builder::new();
    let name = builder.name;
    if let Some(name) = name.clone() {
        real = real.name(name);
    }
    if let Some(size) = builder.stack_size {
        real = real.stack_size(size);
    }
    let birth = record::birth(name, at);
    let real = real.spawn(move || {
        record::begin(birth);
        body(&mut record::end);
    })?;
    let thread = Thread::real(real.thread().clone());
    record::born(birth, thread.id());
    Ok((thread, Some(real)))
}

/// The message of a panic that ended a thread.
fn message(payload: &Box<dyn Any + Send>) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}

fn explored(builder: Builder, body: Body<'static>, at: Loc) -> io::Result<Thread> {
    let answer = context::visible(Op::Spawn, at);
    let Answer::Done(_) = answer else {
        // The execution was refused, and nothing starts any more.
        return Ok(Thread::explored(0, 0, None));
    };
    // A thread whose stack cannot be had is none, and its closure is destroyed here, by the program.
    let room = context::with_context(|context| {
        let tid = context.machine.borrow().threads.len();
        builder.stack_size.map_or(Ok(()), |size| context.fibers.reserve(tid, size))
    });
    if let Some(Err(error)) = room {
        let _user = plain::as_the_user();
        drop(body);
        return Err(error);
    }
    let run: Box<dyn FnOnce()> = Box::new(|| body(&mut |_| ()));
    let started = context::with_context(|context| {
        let mut machine = context.machine.borrow_mut();
        let Some(tid) = machine.start_thread(builder.name, at) else {
            return Err(io::Error::other("too many threads to explore"));
        };
        context.fibers.launch(tid, builder.stack_size, Box::new(move || thread_main(tid, run)))?;
        let name = machine.threads[tid].name.clone();
        Ok(Thread::explored(machine.id, tid, name))
    });
    started.unwrap_or_else(|| Err(io::Error::other("the execution is over")))
}
