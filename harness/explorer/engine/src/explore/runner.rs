//! Runs single executions.

use std::rc::Rc;

use crate::config::Config;
use crate::machine::context::{self, Answer, Context};
use crate::machine::fibers::{Crash, Fibers, Ran};
use crate::machine::op::{Loc, Op, Tid};
use crate::machine::plain::{self, accepted, faults, leaks};
use crate::machine::{Bad, Machine, statics, sweep};
use crate::outside;
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
    pub fn new(config: Config, search: Box<dyn Search>, scenario: Scenario, at: Loc) -> Self {
        debug_assert!(config.max_steps <= Config::MOST_STEPS);
        crate::panic::install_hook();
        crate::machine::overflow::install();
        accepted::forget();
        let fibers = Fibers::new(config.stack, config.entropy);
        let machine = Machine::new(config, search).into();
        Self { context: Context { machine, fibers }, scenario, at }
    }

    /// Runs one execution. Returns how it ended badly, if it did.
    pub fn execute(&self, trace: bool) -> Option<Bad> {
        accepted::begin();
        loop {
            let bad = self.execute_as_told(trace);
            let accept = self.with(|machine| machine.config.accept.clone());
            if accept.is_empty() || !matches!(bad, Some(Bad::Memory(_))) {
                return bad;
            }
            // Once more, for the lines.
            let bad = if trace { bad } else { self.execute_as_told(true) };
            let accepted = match &bad {
                Some(Bad::Memory(fault)) => fault.accepted_by(&accept).zip(fault.clash),
                _ => None,
            };
            match accepted {
                Some((by, clash)) if accepted::accept(clash, by) => {}
                _ => return bad,
            }
        }
    }

    fn execute_as_told(&self, trace: bool) -> Option<Bad> {
        let mut bad = self.execute_once(trace);
        if trace && matches!(bad, Some(Bad::Memory(_))) {
            if faults::is_incomplete() {
                // Now it is known what to look out for.
                bad = self.execute_once(trace);
            }
            if let Some(Bad::Memory(fault)) = &mut bad {
                fault.locate();
            }
            self.context.machine.borrow_mut().failure = bad.clone();
        }
        bad
    }

    fn execute_once(&self, trace: bool) -> Option<Bad> {
        loop {
            let bad = self.attempt(trace);
            // A thread came to where it had been before, as far as was looked: the same again, with a closer look.
            let closer = self.with(|machine| machine.closer.take());
            match closer {
                Some(closer) => self.with(|machine| machine.closeness = closer),
                None => return bad,
            }
        }
    }

    fn attempt(&self, trace: bool) -> Option<Bad> {
        let context = &self.context;
        if crate::panic::is_spent() {
            return Some(Bad::Refused(
                "an earlier scenario stopped inside its panic hook, and no panic can be seen in this process any more; explore this one alone".to_owned(),
            ));
        }
        let unwinds = std::thread::panicking();
        context.fibers.clear();
        let scenario = self.scenario.clone();
        // What the engine makes on first use must not be made within an execution: its maps would take keys of the program's.
        drop(statics::all());
        outside::restore();
        if sweep::is_due() {
            sweep::dead(context.fibers.unused());
        }
        context.machine.borrow_mut().begin(self.at, trace);
        if let Err(error) =
            context.fibers.launch(0, None, Box::new(move || thread_main(0, move || scenario())))
        {
            return Some(Bad::Refused(format!("there is no memory for a stack: {error}")));
        }
        context::enter(context, || {
            context.machine.borrow_mut().decide();
            self.run();
            self.abandon();
        });
        self.look_for_leaks();
        if !crate::panic::is_spent() && !unwinds {
            crate::panic::forget_unwinding();
        }
        let mut machine = context.machine.borrow_mut();
        machine.read.keys |= context.fibers.keys_were_read();
        machine.settle_panics();
        machine.place_refusal();
        machine.failure.clone()
    }

    /// Fails the execution that has just ended, if it leaves memory behind. One that ends its process, or leaves threads behind, may.
    fn look_for_leaks(&self) {
        let mut machine = self.context.machine.borrow_mut();
        let ended = machine.threads.iter().all(|thread| thread.ended.is_some());
        if !machine.config.leaks
            || !plain::is_on()
            || machine.failure.is_some()
            || machine.exited
            || !ended
        {
            return;
        }
        if let Some(fault) = leaks::find(machine.held()) {
            machine.fail(Bad::Memory(Box::new(fault)));
        }
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
                Ran::Crashed(Crash::Overflow) => context.machine.borrow_mut().overflow(tid),
                Ran::Crashed(Crash::Signal(signal)) => {
                    context.machine.borrow_mut().crash(tid, signal);
                }
            }
        }
    }

    /// Forgets what is left. A program that hangs, fails or exits unwinds nothing either. Unwound all the same, destructors would meet
    /// poisoned locks and threads that never ended, and a panic in one of them is the end of the process.
    fn abandon(&self) {
        let Context { machine, fibers } = &self.context;
        for tid in (0..fibers.len()).filter(|&tid| fibers.is_alive(tid)) {
            fibers.discard(tid);
            std::mem::forget(std::mem::take(&mut machine.borrow_mut().threads[tid].locals));
        }
    }
}

/// What the coroutine of a thread runs.
pub(crate) fn thread_main(tid: Tid, body: impl FnOnce()) {
    context::with(|machine| machine.perform(&|value| value));
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).is_err() {
        context::with(|machine| machine.root_panicked(tid));
    }
    let at = context::with(|machine| machine.threads[tid].spawned);
    // A scope, and `is_finished`, do not wait for the destructors of thread-locals.
    if let (Some(at), true) = (at, crate::thread::local::any_left()) {
        context::visible(Op::Return, at);
        if std::panic::catch_unwind(crate::thread::local::destroy_all).is_err() {
            // std ends the process.
            context::visible(Op::Abort, at);
            context::leave();
        }
    }
    crate::thread::local::free_all();
    if let Some(at) = context::with(|machine| machine.threads[tid].spawned) {
        let ended = context::visible(Op::End, at);
        debug_assert_ne!(ended, Answer::Outside);
    }
}
