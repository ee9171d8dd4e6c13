//! How code in a program under exploration finds its machine, and how it gives the turn away.

use std::cell::{Cell, RefCell};

use super::fibers::Fibers;
use super::op::{Loc, Op};
use super::perform::Done;
use super::{Bad, Machine, arena, callers, crossing, fibers};

/// A machine with its coroutines.
pub struct Context {
    /// Borrowed only for the moment of a call, never across a switch.
    pub machine: RefCell<Machine>,
    pub fibers: Fibers,
}

thread_local! {
    static CURRENT: Cell<*const Context> = const { Cell::new(std::ptr::null()) };
}

/// What came of asking for a visible operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// There is no execution: do the real thing.
    Outside,
    /// It was refused: do nothing.
    Inert,
    /// Done.
    Done(Done),
}

fn current() -> Option<&'static Context> {
    let context = CURRENT.try_with(Cell::get).ok()?;
    // SAFETY: the pointer is set by `enter`, for as long as the context lives; and no caller keeps the reference beyond a call, which
    // is made by code that runs inside of `enter`.
    unsafe { context.as_ref() }
}

/// Runs `f` as code of an execution in `context`.
pub fn enter<R>(context: &Context, f: impl FnOnce() -> R) -> R {
    struct Restore(*const Context);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    let _restore = Restore(CURRENT.replace(context));
    f()
}

/// Calls `f` with the machine; `None` outside of an execution.
pub fn with<R>(f: impl FnOnce(&mut Machine) -> R) -> Option<R> {
    let context = current()?;
    as_engine(context, |_| {
        // Borrowed already only if the engine itself panics; then nothing here can help.
        let mut machine = context.machine.try_borrow_mut().ok()?;
        Some(f(&mut machine))
    })
}

/// [`with`], and where the stack of the program's code is.
pub fn with_stack<R>(f: impl FnOnce(&mut Machine, &Fibers, usize) -> R) -> Option<R> {
    let context = current()?;
    as_engine(context, |stack| {
        let mut machine = context.machine.try_borrow_mut().ok()?;
        Some(f(&mut machine, &context.fibers, stack))
    })
}

/// Calls `f` with the whole context; `None` outside of an execution.
pub fn with_context<R>(f: impl FnOnce(&Context) -> R) -> Option<R> {
    let context = current()?;
    Some(as_engine(context, |_| f(context)))
}

/// Calls `f` as the engine's code, and on its stack if there is an execution: what `f` does for the first time, and not again, leaves nothing on the
/// stack of the program's code. By what lies there it is told whether a thread stands where it stood before.
pub fn apart<R>(f: impl FnOnce() -> R) -> R {
    match current() {
        Some(context) => as_engine(context, |_| f()),
        None => arena::outside(f),
    }
}

/// Calls `f` on the engine's stack, with the stack pointer of the program's code; 0 if it is the engine that calls.
fn as_engine<R>(context: &Context, f: impl FnOnce(usize) -> R) -> R {
    if !arena::is_explored() {
        return f(0);
    }
    // SAFETY: each coroutine has a stack for the engine. The program's code runs, so nobody uses it, and the engine does not call the program's
    // code on it.
    unsafe { crossing::on_stack(context.fibers.engine_stack(), f) }
}

/// Whether this code is explored.
pub fn is_exploring() -> bool {
    CURRENT.try_with(|current| !current.get().is_null()).unwrap_or(false)
}

/// Announces an operation, waits until it is this thread's turn, does it.
pub fn visible(op: Op, at: Loc) -> Answer {
    updating(op, at, "", &|value| value)
}

/// [`visible`], for one of several functions of `std` that do the same.
pub fn visible_as(op: Op, call: &'static str, at: Loc) -> Answer {
    updating(op, at, call, &|value| value)
}

/// [`visible`], for an operation that writes what `update` makes of what it reads.
#[inline(never)]
pub fn updating(op: Op, at: Loc, call: &'static str, update: &dyn Fn(u64) -> u64) -> Answer {
    let Some(context) = current() else { return Answer::Outside };
    super::debugger::called();
    super::plain::steps();
    if !context.fibers.has_room() {
        let me = as_engine(context, |_| {
            let mut machine = context.machine.borrow_mut();
            let me = machine.current;
            machine.overflow(me);
            me
        });
        give_up(context, me);
    }
    as_engine(context, |stack| {
        callers::note(at);
        answer(context, op, at, call, update, stack)
    })
}

fn answer(
    context: &Context,
    op: Op,
    at: Loc,
    call: &'static str,
    update: &dyn Fn(u64) -> u64,
    stack: usize,
) -> Answer {
    let me = {
        let mut machine = context.machine.borrow_mut();
        let me = machine.current;
        machine.threads[me].caller = callers::last();
        let base = context.fibers.note_depth(me, stack);
        // A guard that is dropped where it was made has the line of the call that made it.
        let line =
            std::ptr::from_ref(at).addr().rotate_left(8) ^ super::spinning::kind(&op) as usize;
        super::arena::note_step(me, (line, stack));
        if machine.in_hook {
            let ends = matches!(op, Op::BeginExit | Op::Exit(_) | Op::Abort);
            let does = if ends { "ends the program" } else { "uses what threads share" };
            machine
                .fail(Bad::Refused(format!("its panic hook {does}, and hooks are not explored")));
            if !ends && machine.can_be_had(op) {
                return Answer::Inert;
            }
            // What another holds nobody gives back meanwhile, and the end of a program does not return.
            machine.chosen = None;
            drop(machine);
            crate::panic::never_again();
            give_up(context, me);
        }
        if machine.goes_round(op, at, (stack, base)) {
            // A loop without a yield gets one where it begins again.
            machine.announce(Op::SpinYield, at);
            drop(machine);
            take_turn(context, me, &|value| value);
            machine = context.machine.borrow_mut();
        }
        if machine.closer.is_some() {
            machine.chosen = None;
            drop(machine);
            give_up(context, me);
        }
        machine.threads[me].call = call;
        machine.tie(op, at);
        machine.announce(op, at);
        drop(machine);
        me
    };
    take_turn(context, me, update)
}

/// Waits until it is this thread's turn, and does what it announced.
fn take_turn(context: &Context, me: usize, update: &dyn Fn(u64) -> u64) -> Answer {
    {
        let mut machine = context.machine.borrow_mut();
        if machine.chosen.is_some_and(|choice| usize::from(choice.thread) == me) {
            return Answer::Done(machine.perform(update));
        }
        machine.show_blocked(me);
    }
    loop {
        fibers::suspend(context, me);
        let mut machine = context.machine.borrow_mut();
        if machine.chosen.is_some_and(|choice| usize::from(choice.thread) == me) {
            return Answer::Done(machine.perform(update));
        }
    }
}

/// Gives the turn away for good, after a failure that was not announced as an operation.
pub fn give_up_here() -> ! {
    let Some(context) = current() else { unreachable!("only code of an execution fails") };
    let me = as_engine(context, |_| context.machine.borrow().current);
    give_up(context, me)
}

/// The execution is over: gives the turn away for good.
pub fn leave() -> ! {
    let Some(context) = current() else { std::process::abort() };
    as_engine(context, |_| {
        let me = {
            let mut machine = context.machine.borrow_mut();
            machine.decide();
            machine.current
        };
        give_up(context, me)
    })
}

/// Gives the turn away for good. The coroutine is discarded as it is.
fn give_up(context: &Context, me: usize) -> ! {
    loop {
        fibers::suspend(context, me);
    }
}
