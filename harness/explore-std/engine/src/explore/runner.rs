//! Runs single executions.

use std::rc::Rc;

use crate::config::Config;
use crate::machine::context::{self, Abort, Answer, Context};
use crate::machine::fibers::{Fibers, Ran};
use crate::machine::hashing;
use crate::machine::op::{Loc, Op, Tid};
use crate::machine::{Bad, Machine};
use crate::search::Search;

/// A program to explore: called once for each execution.
pub(crate) type Scenario = Rc<dyn Fn()>;

/// A machine, ready to run executions of one scenario.
pub(crate) struct Runner {
    context: Context,
    scenario: Scenario,
    at: Loc,
}

impl Runner {
    pub fn new(mut config: Config, search: Box<dyn Search>, scenario: Scenario, at: Loc) -> Self {
        // The places of stores are counted in 15 bits.
        config.max_steps = config.max_steps.min(30_000);
        crate::panic::install_hook();
        crate::machine::overflow::install();
        let fibers = Fibers::new(config.stack);
        let machine = Machine::new(config, search).into();
        Self { context: Context { machine, fibers }, scenario, at }
    }

    /// Runs one execution. Returns how it ended badly, if it did.
    pub fn execute(&self, trace: bool) -> Option<Bad> {
        let context = &self.context;
        context.fibers.clear();
        let scenario = self.scenario.clone();
        hashing::restart();
        context.machine.borrow_mut().begin(self.at, trace);
        if let Err(error) =
            context.fibers.launch(0, Box::new(move || thread_main(0, move || scenario())))
        {
            return Some(Bad::Refused(format!("there is no memory for a stack: {error}")));
        }
        context::enter(context, || {
            context.machine.borrow_mut().decide();
            self.run();
            self.abort();
        });
        let mut machine = context.machine.borrow_mut();
        machine.settle_panics();
        machine.failure.clone()
    }

    /// Calls `f` with the machine, between executions.
    pub fn with<R>(&self, f: impl FnOnce(&mut Machine) -> R) -> R {
        f(&mut self.context.machine.borrow_mut())
    }

    fn run(&self) {
        let context = &self.context;
        loop {
            let tid = {
                let mut machine = context.machine.borrow_mut();
                let Some(choice) = machine.chosen else { return };
                let tid = Tid::from(choice.thread);
                machine.current = tid;
                tid
            };
            match context.fibers.resume(tid) {
                Ran::Suspended => {}
                Ran::Ended => context.machine.borrow_mut().decide(),
                Ran::Overflowed => context.machine.borrow_mut().overflow(tid),
            }
        }
    }

    /// Unwinds what is left, the youngest thread first: it may borrow from older ones.
    fn abort(&self) {
        let context = &self.context;
        // A program that hangs, or whose stack overflowed, unwinds nothing either. Unwound all the same, destructors would meet
        // poisoned locks and threads that never ended, and a panic in one of them is the end of the process.
        let failed = context.machine.borrow().failure.is_some();
        for tid in (0..context.fibers.len()).rev() {
            if !context.fibers.is_alive(tid) {
                continue;
            }
            {
                let mut machine = context.machine.borrow_mut();
                machine.aborting = true;
                machine.current = tid;
            }
            if failed
                || !context.fibers.has_started(tid)
                || context.fibers.resume(tid) == Ran::Suspended
            {
                context.fibers.discard(tid);
            }
        }
    }
}

/// What the coroutine of a thread runs.
pub(crate) fn thread_main(tid: Tid, body: impl FnOnce()) {
    context::with(|machine| machine.perform(&|value| value));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body));
    if let Err(payload) = result {
        if payload.is::<Abort>() {
            return;
        }
        context::with(|machine| machine.root_panicked(tid));
    }
    // Destructors of thread-locals run as part of the thread, and may panic or be aborted like the rest of it.
    let result = std::panic::catch_unwind(crate::thread::local::destroy_all);
    if result.is_err_and(|payload| payload.is::<Abort>()) {
        return;
    }
    let at = context::with(|machine| machine.threads[tid].spawned);
    if let Some(at) = at {
        let ended = std::panic::catch_unwind(|| context::visible(Op::End, at));
        debug_assert!(!matches!(ended, Ok(Answer::Outside)));
    }
}
