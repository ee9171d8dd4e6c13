//! The coroutines that the threads of the program run on.

use std::cell::{Cell, RefCell};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use corosensei::stack::{DefaultStack, Stack};
use corosensei::trap::CoroutineTrapHandler;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::arena::{self, Whose};
use super::chance;
use super::context::{self, Context};
use super::hashing;
use super::op::Tid;
use super::plain::frames;

type Fiber = Coroutine<(), (), (), DefaultStack>;

/// The coroutines of one execution, and stacks to be used again.
#[derive(Default)]
pub struct Fibers {
    slots: RefCell<Vec<Slot>>,
    /// The stacks of each thread, which has the same ones in every execution.
    stacks: RefCell<Vec<Stacks>>,
    size: usize,
    /// The seed of what is random.
    entropy: u64,
    /// Whether a thread has made a `HashMap` with std's own hasher.
    keys_read: Cell<bool>,
    /// How to make the running coroutine return, if its stack overflows.
    trap: Cell<Option<CoroutineTrapHandler<()>>>,
    /// Where the running coroutine's stack ends.
    limit: Cell<usize>,
    /// Why it was made to return: its stack is full, or a signal.
    crashed: Cell<Option<Crash>>,
    /// The end of the stack on which the engine runs for the running coroutine.
    engine: Cell<usize>,
}

/// The stacks of a thread.
struct Stacks {
    /// Its own; absent while a coroutine has it.
    own: Option<DefaultStack>,
    /// The engine's, when the thread calls it.
    engine: DefaultStack,
    /// How deep its own was seen to be.
    lowest: Cell<usize>,
}

struct Slot {
    /// Absent while it runs and after it has ended.
    fiber: Option<Fiber>,
    /// Where its stack ends.
    limit: usize,
    /// Where its stack begins.
    base: usize,
    /// How deep it was when it last called the engine for an operation: below, nothing is alive while it does not run.
    depth: Cell<usize>,
    /// The keys of its next `HashMap`.
    keys: Cell<[u64; 2]>,
    /// How the running coroutine gives the turn away.
    yielder: Cell<*const Yielder<(), ()>>,
}

/// How much of a stack a call into the engine may take, with the guard page.
const ENGINE_NEEDS: usize = 24 << 10;
/// The stack on which the engine runs. Only what a thread's operations do is done there; a search plans elsewhere.
const ENGINE_STACK: usize = 128 << 10;
/// What the main thread has on Linux.
const MAIN_STACK: usize = 8 << 20;
/// What std gives a thread that asks for nothing, and the environment for nothing else. Memory that is not touched costs nothing.
const THREAD_STACK: usize = 2 << 20;
/// The main thread of the program is a thread like others.
static MAIN_IS_SPAWNED: AtomicBool = AtomicBool::new(false);
/// What a call into the engine needs must fit in, however little the program asks for.
const LEAST_STACK: usize = 64 << 10;
/// No system has more memory than that.
const MOST_STACK: usize = 1 << 46;
/// How much deeper than seen a stack may have been used.
const UNSEEN: usize = 16 << 10;

/// Why a coroutine was made to return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// Its stack is full.
    Overflow,
    /// A signal that its code is to blame for.
    Signal(i32),
}

/// What a coroutine did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// It gave the turn away.
    Suspended,
    /// Its thread has ended.
    Ended,
    /// It was made to return.
    Crashed(Crash),
}

/// From here on the main thread of programs has the stack of a thread that was spawned, as each test has under `cargo test`.
pub fn main_is_spawned() {
    MAIN_IS_SPAWNED.store(true, Ordering::Relaxed);
}

/// What the environment asks for, as std reads it, or the usual. Read before the program runs: it is no look of the program's.
fn stack_of_threads() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    let asked = || std::env::var("RUST_MIN_STACK").ok()?.parse().ok();
    *SIZE.get_or_init(|| asked().unwrap_or(THREAD_STACK))
}

impl Fibers {
    /// No coroutines yet; each will have a stack of `size` bytes, and keys for its `HashMap`s from this seed.
    pub fn new(size: usize, entropy: u64) -> Self {
        stack_of_threads();
        Self { size, entropy, ..Self::default() }
    }

    /// Whether a thread has made a `HashMap` with std's own hasher, in any execution.
    pub fn keys_were_read(&self) -> bool {
        self.keys_read.get()
    }

    /// Forgets the coroutines of the last execution.
    pub fn clear(&self) {
        self.slots.borrow_mut().clear();
    }

    /// Makes the coroutine of thread `tid`, with a stack of so many bytes, or the usual. It does not run yet.
    ///
    /// # Errors
    ///
    /// If there is no memory for its stack.
    pub fn launch(
        &self,
        tid: Tid,
        size: Option<usize>,
        body: Box<dyn FnOnce()>,
    ) -> std::io::Result<()> {
        frames::launched(tid);
        let usual = match (self.size, tid) {
            (0, 0) if !MAIN_IS_SPAWNED.load(Ordering::Relaxed) => MAIN_STACK,
            (0, _) => stack_of_threads(),
            (size, _) => size,
        };
        let stack = self.stack(tid, size.unwrap_or(usual).max(LEAST_STACK))?;
        let (limit, base) = (stack.limit().get(), stack.base().get());
        let fiber = Coroutine::with_stack(stack, move |yielder: &Yielder<(), ()>, ()| {
            arena::runs(Whose::of(tid));
            context::with_context(|context| {
                context.fibers.slots.borrow()[tid].yielder.set(yielder)
            });
            body();
        });
        let mut slots = self.slots.borrow_mut();
        debug_assert_eq!(slots.len(), tid);
        slots.push(Slot {
            fiber: Some(fiber),
            limit,
            base,
            depth: Cell::new(base),
            keys: Cell::new(chance::keys(self.entropy, tid)),
            yielder: Cell::new(std::ptr::null()),
        });
        Ok(())
    }

    /// Makes sure that there is a stack of so many bytes for a thread that is about to be made.
    ///
    /// # Errors
    ///
    /// If there is no memory for it.
    pub fn reserve(&self, tid: Tid, size: usize) -> std::io::Result<()> {
        let stack = self.stack(tid, size.max(LEAST_STACK))?;
        self.keep(tid, stack);
        Ok(())
    }

    /// The stack of a thread, as if it had never been used: what lies in its frames may not differ from one execution to the next.
    fn stack(&self, tid: Tid, size: usize) -> std::io::Result<DefaultStack> {
        if size > MOST_STACK {
            // As `pthread_create` says it.
            return Err(std::io::Error::from_raw_os_error(libc::EAGAIN));
        }
        let mut all = self.stacks.borrow_mut();
        while all.len() <= tid {
            let engine = DefaultStack::new(ENGINE_STACK)?;
            all.push(Stacks { own: None, engine, lowest: Cell::new(usize::MAX) });
        }
        let known =
            all[tid].own.take().filter(|stack| room(stack) >= size && room(stack) <= 2 * size);
        let Some(stack) = known else { return DefaultStack::new(size) };
        let base = stack.base().get();
        let lowest = all[tid].lowest.replace(usize::MAX).min(base);
        let used = (base - lowest + UNSEEN).min(size);
        // SAFETY: nobody uses the stack.
        unsafe { std::ptr::with_exposed_provenance_mut::<u8>(base - used).write_bytes(0, used) };
        Ok(stack)
    }

    /// Where all stacks are that no coroutine has, and the engine's.
    pub fn unused(&self) -> Vec<std::ops::Range<usize>> {
        let range = |stack: &DefaultStack| stack.limit().get()..stack.base().get();
        let stacks = self.stacks.borrow();
        stacks.iter().flat_map(|all| all.own.iter().chain([&all.engine])).map(range).collect()
    }

    /// Takes back a stack.
    fn keep(&self, tid: Tid, stack: DefaultStack) {
        self.stacks.borrow_mut()[tid].own = Some(stack);
    }

    /// Whether the coroutine exists and has not ended.
    pub fn is_alive(&self, tid: Tid) -> bool {
        self.slots.borrow().get(tid).is_some_and(|slot| slot.fiber.is_some())
    }

    /// How many coroutines there are.
    pub fn len(&self) -> usize {
        self.slots.borrow().len()
    }

    /// Runs a coroutine until it gives the turn away or ends.
    pub fn resume(&self, tid: Tid) -> Ran {
        let (fiber, limit, keys) = {
            let slot = &mut self.slots.borrow_mut()[tid];
            (slot.fiber.take(), slot.limit, slot.keys.get())
        };
        let Some(mut fiber) = fiber else { return Ran::Ended };
        self.engine.set(self.stacks.borrow()[tid].engine.base().get());
        self.trap.set(Some(fiber.trap_handler()));
        self.limit.set(limit);
        frames::resumed(tid);
        hashing::put(keys);
        let result = fiber.resume(());
        frames::suspended(tid);
        if let Some(next) = hashing::next().filter(|next| *next != keys) {
            self.keys_read.set(true);
            self.slots.borrow()[tid].keys.set(next);
        }
        self.trap.set(None);
        // A coroutine that ends, or is made to, does so as the program's code.
        arena::runs(Whose::ENGINE);
        match result {
            CoroutineResult::Yield(()) => {
                self.slots.borrow_mut()[tid].fiber = Some(fiber);
                Ran::Suspended
            }
            CoroutineResult::Return(()) => {
                self.keep(tid, fiber.into_stack());
                let Some(crash) = self.crashed.take() else { return Ran::Ended };
                self.stacks.borrow()[tid].lowest.set(0);
                Ran::Crashed(crash)
            }
        }
    }

    /// How to make the running coroutine return; `None` if none runs.
    pub fn trap(&self) -> Option<CoroutineTrapHandler<()>> {
        self.trap.get()
    }

    /// The running coroutine is made to return because of a signal; without one, because its stack overflowed.
    pub fn note_crash(&self, signal: Option<i32>) {
        self.crashed.set(Some(signal.map_or(Crash::Overflow, Crash::Signal)));
    }

    /// The end of the stack on which the engine runs for the running coroutine.
    pub fn engine_stack(&self) -> usize {
        self.engine.get()
    }

    /// A thread has called the engine, with its stack pointer here. Returns where its stack begins.
    pub fn note_depth(&self, tid: Tid, here: usize) -> usize {
        let lowest = &self.stacks.borrow()[tid].lowest;
        lowest.set(lowest.get().min(here));
        let slot = &self.slots.borrow()[tid];
        slot.depth.set(here);
        slot.base
    }

    /// Whether an address lies on the stack of a thread, in a part that no function has any more. `here` is how deep the running thread, `me`, is.
    pub fn is_left(&self, me: Tid, here: usize, address: usize) -> bool {
        let slots = self.slots.borrow();
        let mut all = slots.iter().enumerate();
        let Some((tid, slot)) = all.find(|(_, slot)| (slot.limit..slot.base).contains(&address))
        else {
            return false;
        };
        if tid == me {
            return address < here;
        }
        let deepest = slot.depth.get().max(frames::innermost_of_the_user(tid));
        slot.fiber.is_none() || address < deepest
    }

    /// On whose stack an address lies.
    pub fn owner(&self, address: usize) -> Option<Tid> {
        let slots = self.slots.borrow();
        slots.iter().position(|slot| (slot.limit..slot.base).contains(&address))
    }

    /// Whether an address lies on the stack of a thread.
    pub fn has(&self, address: usize) -> bool {
        self.owner(address).is_some()
    }

    /// Whether the running coroutine has stack enough for a call into the engine.
    pub fn has_room(&self) -> bool {
        let here = std::ptr::from_ref(&self.limit.get()).addr();
        here.saturating_sub(self.limit.get()) > ENGINE_NEEDS
    }

    /// Ends a coroutine by forgetting what is on its stack, or what it would have run.
    pub fn discard(&self, tid: Tid) {
        let fiber = self.slots.borrow_mut()[tid].fiber.take();
        if let Some(mut fiber) = fiber {
            // SAFETY: nothing that the abandoned frames own or lend is used again: all coroutines of their execution have ended, or
            // are abandoned with this one. What they own is leaked, and so is the closure of a thread that has not begun.
            unsafe { fiber.force_reset() };
            self.keep(tid, fiber.into_stack());
        }
    }
}

/// How many bytes a stack has, with the guard page.
fn room(stack: &DefaultStack) -> usize {
    stack.base().get() - stack.limit().get()
}

/// Gives the turn away; returns when the thread's coroutine is resumed.
pub fn suspend(context: &Context, me: Tid) {
    let yielder = context.fibers.slots.borrow()[me].yielder.get();
    // SAFETY: set by this coroutine when it began, and valid until it ends; this code runs on it.
    unsafe { (*yielder).suspend(()) };
}
