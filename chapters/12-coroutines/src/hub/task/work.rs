//! A task in memory: one allocation, counted, and named by thin pointers.
//!
//! It is what `Rc<Task<dyn Body>>` would be. That has fat pointers and counts its weak ones, and to
//! free it looks up size and alignment at run time. On a hub with a hundred thousand tasks this showed.

use super::{Interrupt, Raised, Task};
use crate::hub::error::{JoinError, Outcome, Panic};
use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

/// Keeps a task of any kind, as an `Rc` would.
pub(in crate::hub) struct TaskRef(NonNull<Task>);

/// Keeps a task, and has the claim to its outcome.
pub(in crate::hub) struct Claim<R> {
    task: TaskRef,
    outcome: PhantomData<R>,
}

/// Which of the two [`Slot`] holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The body.
    Fresh,
    /// Nothing: the body runs.
    Running,
    /// The outcome.
    Ended,
    /// Nothing: the outcome has been taken, or nobody wanted it.
    Taken,
}

/// What depends on the types of body and outcome. All are called with the task that they belong to.
pub(super) struct Operations {
    run: unsafe fn(NonNull<Task>),
    refuse: unsafe fn(NonNull<Task>, JoinError),
    abandon: unsafe fn(NonNull<Task>),
    /// Writes the outcome to where the pointer says.
    take: unsafe fn(NonNull<Task>, *mut ()),
    free: unsafe fn(NonNull<Task>),
}

#[repr(C)] // The task comes first, so that a pointer to it is one to the whole.
struct Whole<F, R> {
    task: Task,
    slot: UnsafeCell<Slot<F, R>>,
}

/// A body before it runs, and its outcome afterwards: never both, so in one place.
union Slot<F, R> {
    body: ManuallyDrop<F>,
    outcome: ManuallyDrop<Outcome<R>>,
}

impl<F: FnOnce() -> R, R> Whole<F, R> {
    const OPERATIONS: Operations = Operations {
        run: Self::run,
        refuse: Self::refuse,
        abandon: Self::abandon,
        take: Self::take,
        free: Self::free,
    };

    /// # Safety
    ///
    /// It is `Fresh`; the caller makes it another.
    unsafe fn take_body(&self) -> F {
        self.task.stage.set(Stage::Running);
        // SAFETY: `Fresh` means that the body is there, and now nobody takes it again.
        unsafe { ManuallyDrop::take(&mut (*self.slot.get()).body) }
    }

    /// Ends the task with `outcome`.
    fn put(&self, outcome: Outcome<R>) {
        // SAFETY: nobody keeps a reference into the slot, and it is empty while `Running`.
        unsafe { *self.slot.get() = Slot { outcome: ManuallyDrop::new(outcome) } };
        if self.task.claimed.get() {
            self.task.stage.set(Stage::Ended);
        } else {
            self.drop_outcome();
        }
    }

    /// Nobody has the claim to the outcome: it is dropped while the task still runs, where its
    /// destructor may wait as the body may, and where a panic of it ends.
    #[cold]
    fn drop_outcome(&self) {
        // SAFETY: `put` has just written it, and nobody else takes it: the task has not ended.
        let outcome = unsafe { ManuallyDrop::take(&mut (*self.slot.get()).outcome) };
        contain(|| drop(outcome));
        self.task.stage.set(Stage::Taken);
    }

    unsafe fn run(task: NonNull<Task>) {
        // SAFETY: the caller's: it is the first part of one of these, and kept.
        let whole = unsafe { task.cast::<Self>().as_ref() };
        assert!(whole.task.stage.get() == Stage::Fresh, "a body runs once");
        // SAFETY: it is `Fresh`.
        let body = unsafe { whole.take_body() };
        whole.put(catch_unwind(AssertUnwindSafe(body)).map_err(|payload| {
            match payload.downcast_ref::<Raised>() {
                // One that somebody caught and threw here is a panic like any other.
                Some(Raised(Interrupt::Kill)) if whole.task.is_to_end() => JoinError::Killed,
                _ => JoinError::Panicked(Panic::new(payload)),
            }
        }));
    }

    unsafe fn refuse(task: NonNull<Task>, reason: JoinError) {
        // SAFETY: as in `run`.
        let whole = unsafe { task.cast::<Self>().as_ref() };
        assert!(whole.task.stage.get() == Stage::Fresh, "what runs is not refused");
        // SAFETY: it is `Fresh`.
        let body = unsafe { whole.take_body() };
        // Dropping what the body has captured is the user's code too.
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(body)));
        let panicked = |payload| JoinError::Panicked(Panic::new(payload));
        whole.put(Err(dropped.err().map_or(reason, panicked)));
    }

    unsafe fn abandon(task: NonNull<Task>) {
        // SAFETY: as in `run`.
        let whole = unsafe { task.cast::<Self>().as_ref() };
        assert!(whole.task.stage.get() == Stage::Running, "only what runs is abandoned");
        whole.put(Err(JoinError::Abandoned));
    }

    unsafe fn take(task: NonNull<Task>, to: *mut ()) {
        // SAFETY: as in `run`.
        let whole = unsafe { task.cast::<Self>().as_ref() };
        assert!(
            whole.task.stage.replace(Stage::Taken) == Stage::Ended,
            "a task that has ended has an outcome, once"
        );
        // SAFETY: it was `Ended`, so the outcome is there. The caller has room for it.
        unsafe {
            to.cast::<Outcome<R>>().write(ManuallyDrop::take(&mut (*whole.slot.get()).outcome))
        };
    }

    unsafe fn free(task: NonNull<Task>) {
        // SAFETY: the caller's: it comes from `TaskRef::new`, and nobody has it any more.
        drop(unsafe { Box::from_raw(task.cast::<Self>().as_ptr()) });
    }
}

impl<F, R> Drop for Whole<F, R> {
    fn drop(&mut self) {
        let slot = self.slot.get_mut();
        match self.task.stage.get() {
            // SAFETY: the stage says that it is there, and it is the last time that anybody asks.
            Stage::Fresh => unsafe { ManuallyDrop::drop(&mut slot.body) },
            // SAFETY: the same.
            Stage::Ended => unsafe { ManuallyDrop::drop(&mut slot.outcome) },
            Stage::Running | Stage::Taken => {}
        }
    }
}

impl<R: 'static> Claim<R> {
    /// A task, and the claim to its outcome.
    pub(in crate::hub) fn new<F: FnOnce() -> R + 'static>(body: F) -> (TaskRef, Claim<R>) {
        let whole = Box::new(Whole {
            task: Task::new(const { &Whole::<F, R>::OPERATIONS }),
            slot: UnsafeCell::new(Slot::<F, R> { body: ManuallyDrop::new(body) }),
        });
        let task = NonNull::from(Box::leak(whole)).cast();
        (TaskRef(task), Claim { task: TaskRef(task), outcome: PhantomData })
    }
}

impl<R> Claim<R> {
    /// The outcome.
    ///
    /// # Panics
    ///
    /// If the task has not ended, or the outcome has been taken.
    pub(in crate::hub) fn take(self) -> Outcome<R> {
        // It has nothing to let go of but the task.
        let claim = ManuallyDrop::new(self);
        // SAFETY: moved out once, of what is not dropped.
        let task = unsafe { (&raw const claim.task).read() };
        // SAFETY: `new` made the task for outcomes of this type.
        unsafe { task.take() }
    }

    pub(in crate::hub) fn task(&self) -> &TaskRef {
        &self.task
    }
}

/// An outcome that is there goes with the claim. One that comes later goes as soon as it comes:
/// whoever lets go of a task last, and that can be the hub, finds nothing of the user's in it.
impl<R> Drop for Claim<R> {
    fn drop(&mut self) {
        self.task.claimed.set(false);
        if self.task.stage.get() == Stage::Ended {
            // SAFETY: `new` made the task for outcomes of this type.
            drop(unsafe { self.task.take::<R>() });
        }
    }
}

/// Runs `f` and lets no panic out. The panic hook has reported it by then.
fn contain(f: impl FnOnce()) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else { return };
    // What was thrown may panic when it is dropped. What that throws is leaked.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(payload);
    }
}

impl TaskRef {
    pub(in crate::hub) fn pointer(&self) -> NonNull<Task> {
        self.0
    }

    /// One more.
    ///
    /// # Safety
    ///
    /// The pointer is from [`pointer`](TaskRef::pointer), and somebody keeps that task.
    pub(in crate::hub) unsafe fn again(task: NonNull<Task>) -> TaskRef {
        (*ManuallyDrop::new(TaskRef(task))).clone()
    }

    /// # Safety
    ///
    /// The outcome of the task is of this type.
    unsafe fn take<R>(&self) -> Outcome<R> {
        let mut outcome = MaybeUninit::<Outcome<R>>::uninit();
        // SAFETY: it is the task's own operation, the place is one for its outcome, and after it
        // the outcome is here.
        unsafe {
            (self.operations.take)(self.0, outcome.as_mut_ptr().cast());
            outcome.assume_init()
        }
    }

    /// Runs the body to its end and keeps the outcome. Does not unwind.
    pub(in crate::hub) fn run(&self) {
        // SAFETY: it is the task's own operation, and `self` keeps the task.
        unsafe { (self.operations.run)(self.0) };
    }

    /// Gives up on the body before it has started.
    pub(in crate::hub) fn refuse(&self, reason: JoinError) {
        // SAFETY: as in `run`.
        unsafe { (self.operations.refuse)(self.0, reason) };
    }
}

impl TaskRef {
    /// Ends it in the middle of its body, which must not run on.
    pub(in crate::hub) fn abandon(&self) {
        // SAFETY: as in `run`.
        unsafe { (self.operations.abandon)(self.0) };
    }
}

impl Deref for TaskRef {
    type Target = Task;

    fn deref(&self) -> &Task {
        // SAFETY: it lives as long as there is a `TaskRef` to it.
        unsafe { self.0.as_ref() }
    }
}

impl Clone for TaskRef {
    fn clone(&self) -> TaskRef {
        let more = self.references.get().checked_add(1);
        self.references.set(more.expect("no four billion handles of a task are forgotten"));
        TaskRef(self.0)
    }
}

impl Drop for TaskRef {
    fn drop(&mut self) {
        let left = self.references.get() - 1;
        self.references.set(left);
        if left == 0 {
            // SAFETY: it is the task's own operation, and this was the last to keep it.
            unsafe { (self.operations.free)(self.0) };
        }
    }
}
