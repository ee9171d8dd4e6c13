//! The hub itself: the line of ready tasks, and the loop that serves it.

use super::error::{JoinError, RunError};
use super::reactor::Reactor;
use super::task::{Claim, Interrupt, Task, TaskRef};
use super::timers::Timers;
use crate::greenlet::{Current, swap_current};
use crate::stack::Stacks;
use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::panic::resume_unwind;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[derive(Default)]
pub(super) struct Hub {
    id: Cell<u64>,
    /// The process that it is in.
    process: Cell<u32>,
    pub(super) timers: RefCell<Timers>,
    pub(super) reactor: RefCell<Option<Reactor>>,
    /// How many tasks wait for a socket.
    pub(super) waiting_for_sockets: Cell<usize>,
    ready: RefCell<VecDeque<TaskRef>>,
    /// How many of those in the line have their turn before clock and sockets are looked at.
    turns: Cell<usize>,
    /// The task that runs. [`Hub::work`] keeps it.
    current: Cell<Option<NonNull<Task>>>,
    /// Where the current task suspends itself.
    yielder: Cell<Option<NonNull<Yielder<(), ()>>>>,
    /// Every task that is suspended, in the order of their first suspension.
    kept: RefCell<BTreeMap<u64, TaskRef>>,
    last_kept: Cell<u64>,
    next_timeout: Cell<u64>,
    /// The main task has ended: every wait is raised in.
    closing: Cell<bool>,
    stacks: RefCell<Stacks>,
}

thread_local! {
    static HUB: Cell<*const Hub> = const { Cell::new(ptr::null()) };
}

/// Calls `f` with the hub of this thread.
///
/// # Panics
///
/// If there is none.
pub(super) fn with<R>(f: impl FnOnce(&Hub) -> R) -> R {
    try_with(f).expect("no hub runs on this thread: call this inside hub::run")
}

/// Calls `f` with the hub of this thread, if there is one.
pub(super) fn try_with<R>(f: impl FnOnce(&Hub) -> R) -> Option<R> {
    // SAFETY: `run` sets the pointer to a hub on its own stack and clears it before that hub goes.
    // Tasks, which may be suspended in the middle of `f`, are all unwound before that.
    unsafe { HUB.get().as_ref() }.map(f)
}

/// Suspends the current task until something makes it ready. May return early.
///
/// # Panics
///
/// With what interrupts the task; outside a task; in a destructor during a panic.
pub(super) fn park() {
    with(|hub| {
        let task = hub.current();
        assert!(
            !std::thread::panicking(),
            "a destructor that runs because of a panic must not wait on the hub"
        );
        hub.raise(&task);
        hub.suspend();
        hub.raise(&task);
    });
}

/// The current task, which is about to wait: nothing is noted of the wait yet.
///
/// A task that is deaf to what ends its waits is left here for ever.
///
/// # Panics
///
/// Outside a task.
pub(super) fn about_to_wait() -> TaskRef {
    with(|hub| {
        let task = hub.current();
        if task.is_deaf() && !std::thread::panicking() {
            hub.abandon(task);
        }
        task
    })
}

fn next_id() -> u64 {
    static NEXT_ID: AtomicU64 = AtomicU64::new(1);
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

/// [`super::run`].
pub(super) fn run<R: 'static>(
    stack_size: usize,
    main: impl FnOnce() -> R + 'static,
) -> Result<R, RunError> {
    if !HUB.get().is_null() {
        return Err(RunError::Nested);
    }
    let hub = Hub {
        id: Cell::new(next_id()),
        process: Cell::new(std::process::id()),
        stacks: RefCell::new(Stacks::of_size(stack_size)),
        ..Hub::default()
    };
    // The hub goes down whatever happens, and is no longer to be found after that.
    struct Close<'a>(&'a Hub);
    impl Drop for Close<'_> {
        fn drop(&mut self) {
            self.0.close();
        }
    }
    struct Forget(Current);
    impl Drop for Forget {
        fn drop(&mut self) {
            HUB.set(ptr::null());
            swap_current(self.0);
        }
    }
    HUB.set(&hub);
    // Each task is the main greenlet of its own greenlets, also if `run` is called in one.
    let forget = Forget(swap_current(ptr::null()));
    let close = Close(&hub);
    let (task, main) = Claim::new(main);
    task.is_main.set(true);
    hub.line_up(task);
    let served = hub.serve(main.task());
    drop(close);
    drop(forget);
    served?;
    match main.take() {
        Ok(value) => Ok(value),
        Err(JoinError::Panicked(panic)) => resume_unwind(panic.into_payload()),
        Err(JoinError::NoStack(error)) => Err(RunError::NoStack(error)),
        Err(JoinError::Abandoned) => Err(RunError::Abandoned),
        Err(JoinError::Killed) => unreachable!("nobody has a handle to kill the main task with"),
    }
}

impl Hub {
    /// No two hubs of a process have the same.
    pub(super) fn id(&self) -> u64 {
        if self.process.get() != std::process::id() {
            self.part_from_creator();
        }
        self.id.get()
    }

    /// In a forked copy of the process. What its sockets are registered with is its creator's too: whoever takes an event
    /// from there or a socket out takes it from the creator. So no socket from before is waited for here, and those who do hear of it.
    #[cold]
    fn part_from_creator(&self) {
        self.process.set(std::process::id());
        self.id.set(next_id());
        if let Some(reactor) = self.reactor.take() {
            reactor.wake_all();
        }
    }

    /// The task that runs.
    ///
    /// # Panics
    ///
    /// Outside tasks: in a destructor that the hub itself runs.
    pub(super) fn current(&self) -> TaskRef {
        let current = self.current.get().expect("only a task can wait on the hub");
        // SAFETY: `work`, further out, keeps what runs.
        unsafe { TaskRef::again(current) }
    }

    pub(super) fn next_timeout(&self) -> u64 {
        self.next_timeout.replace(self.next_timeout.get() + 1)
    }

    /// Puts `task` at the end of the line, unless it stands there or has ended.
    pub(super) fn make_ready(&self, task: TaskRef) {
        if !task.has_ended() && !task.ready.get() {
            self.line_up(task);
        }
    }

    /// Puts `task` at the end of the line, where it does not stand yet.
    pub(super) fn line_up(&self, task: TaskRef) {
        task.ready.set(true);
        self.ready.borrow_mut().push_back(task);
    }

    /// Keeps a task alive until it ends or the hub does.
    pub(super) fn keep(&self, task: TaskRef) {
        if task.more().kept.get() == 0 {
            let number = self.last_kept.get() + 1;
            self.last_kept.set(number);
            task.more().kept.set(number);
            self.kept.borrow_mut().insert(number, task);
        }
    }

    fn raise(&self, task: &Task) {
        let kill = self.closing.get().then_some(Interrupt::Kill);
        if let Some(interrupt) = kill.or_else(|| task.pending()) {
            task.raise(interrupt);
        }
    }

    /// Gives way to the hub, until it gives the current task a turn.
    fn suspend(&self) {
        // What belongs to this task is set aside on its own stack.
        let yielder = self.yielder.get().expect("a running task has one");
        let greenlet = swap_current(ptr::null());
        // SAFETY: the running task has set the yielder, which lives at the base of its stack.
        unsafe { yielder.as_ref() }.suspend(());
        swap_current(greenlet);
        self.yielder.set(Some(yielder));
    }

    /// Ends the current task, which gets no turn again: unwinding it has been tried often enough.
    #[cold]
    fn abandon(&self, task: TaskRef) -> ! {
        eprintln!(
            "a task of the hub caught every panic, its kill or time-out too, and was given up: \
             nothing on its stack is dropped"
        );
        task.abandon();
        self.end(&task);
        self.timers.borrow_mut().cancel_all_of(&task);
        drop(task);
        self.suspend();
        unreachable!("a task that has ended gets no turn")
    }

    /// Runs tasks until `main` ends.
    fn serve(&self, main: &Task) -> Result<(), RunError> {
        loop {
            // Those who become ready meanwhile wait until clock and sockets were looked at.
            self.turns.set(self.ready.borrow().len());
            while let Some(next) = self.next_if(|_| true) {
                self.give_turn(next);
            }
            if main.has_ended() {
                return Ok(());
            }
            self.wait()?;
        }
    }

    /// Takes the first task out of the line, if there is a turn left and it is as wanted.
    fn next_if(&self, wanted: impl FnOnce(&Task) -> bool) -> Option<TaskRef> {
        let turns = self.turns.get().checked_sub(1)?;
        let next = self.ready.borrow_mut().pop_front_if(|next| wanted(next))?;
        self.turns.set(turns);
        Some(next)
    }

    /// Makes ready whom clock and sockets wake; sleeps until then if nobody is ready.
    fn wait(&self) -> Result<(), RunError> {
        let due = self.timers.borrow().next();
        let pause = if !self.ready.borrow().is_empty() {
            Some(Duration::ZERO)
        } else {
            due.map(|due| due.saturating_duration_since(Instant::now()))
        };
        if self.waiting_for_sockets.get() > 0 {
            self.id();
            if let Some(reactor) = &mut *self.reactor.borrow_mut() {
                reactor.wait(pause).map_err(RunError::Poll)?;
            }
        } else {
            match pause {
                None => return Err(RunError::Deadlock),
                Some(Duration::ZERO) => {}
                Some(pause) => std::thread::sleep(pause),
            }
        }
        if due.is_some() {
            let now = Instant::now();
            loop {
                let Some(due) = self.timers.borrow_mut().pop_due(now) else { break };
                if let Some(interrupt) = due.interrupt {
                    due.task.interrupt(interrupt);
                }
                self.make_ready(due.task);
            }
        }
        Ok(())
    }

    /// Runs `task` until it waits or ends.
    fn give_turn(&self, task: TaskRef) {
        task.ready.set(false);
        if task.has_ended() {
            return;
        }
        let running = task.pointer();
        let suspended = task.any_more().and_then(|more| more.coroutine.borrow_mut().take());
        let mut coroutine = match suspended {
            Some(coroutine) => coroutine,
            None => match self.stack_for(&task) {
                Ok(stack) => Coroutine::with_stack(stack, |yielder: &Yielder<(), ()>, ()| {
                    with(|hub| hub.work(yielder, task));
                }),
                Err(reason) => {
                    task.refuse(reason);
                    return self.end(&task);
                }
            },
        };
        self.current.set(Some(running));
        match coroutine.resume(()) {
            CoroutineResult::Yield(()) => {
                let task = self.current();
                self.current.set(None);
                if task.has_ended() {
                    // It was given up. To drop its stack would be to unwind it once more.
                    return std::mem::forget(coroutine);
                }
                *task.more().coroutine.borrow_mut() = Some(coroutine);
                self.keep(task);
            }
            CoroutineResult::Return(()) => {
                self.stacks.borrow_mut().give_back(coroutine.into_stack());
            }
        }
    }

    fn stack_for(&self, task: &Task) -> Result<DefaultStack, JoinError> {
        if self.closing.get() || task.is_killed() {
            return Err(JoinError::Killed);
        }
        self.stacks.borrow_mut().take().map_err(JoinError::NoStack)
    }

    /// What a coroutine does: it runs `first`, then those that come next.
    ///
    /// Only those that are new: one that is suspended has a coroutine of its own. To go on from one
    /// to the next here costs less than to end, and to make another coroutine on the same stack.
    fn work(&self, yielder: &Yielder<(), ()>, first: TaskRef) {
        self.yielder.set(Some(yielder.into()));
        let mut task = first;
        loop {
            self.current.set(Some(task.pointer()));
            task.run();
            self.current.set(None);
            self.end(&task);
            let Some(next) = self.next_if(Task::is_new) else { return };
            next.ready.set(false);
            task = next;
        }
    }

    fn end(&self, task: &Task) {
        if let Some(more) = task.any_more() {
            more.joiners.notify_all();
            self.kept.borrow_mut().remove(&more.kept.get());
            if let Some(start) = more.start.get() {
                self.timers.borrow_mut().cancel(start);
            }
        }
        if task.is_main.get() {
            self.turns.set(0);
        }
    }

    /// Whether its main task has ended, and with it all others.
    pub(super) fn is_closing(&self) -> bool {
        self.closing.get()
    }

    /// Ends all tasks that are left: those suspended by unwinding them, in order.
    fn close(&self) {
        self.closing.set(true);
        self.turns.set(0);
        while let Some(task) = self.next_to_end() {
            // What a task panics with stays in it, also in the destructors that run at its end.
            self.give_turn(task);
        }
    }

    fn next_to_end(&self) -> Option<TaskRef> {
        let suspended = self.kept.borrow().first_key_value().map(|(_, task)| task.clone());
        suspended
            .or_else(|| self.ready.borrow_mut().pop_front())
            .or_else(|| self.timers.borrow_mut().pop_any().map(|due| due.task))
    }
}
