//! Whose turn it is: asking the search, telling it what was done, and noticing the end.

use std::time::Instant;

use super::op::{Loc, Op, Tid};
use super::spinning::kind;
use super::thread::{self, Thread};
use super::{Bad, Machine};
use crate::config::Fault;
use crate::search::usual::usual;
use crate::search::{Choice, Footprint, Next, Pending, Taken, View};

impl Machine {
    /// The current thread will do `op` next. Afterwards [`Machine::chosen`] says who goes on; nobody, if the execution is over.
    pub fn announce(&mut self, op: Op, at: Loc) {
        self.watch.tick(self.current, at);
        let op = op.as_std_waits();
        if !self.nameless.is_empty() {
            self.name_by_use(op, at);
        }
        let thread = &mut self.threads[self.current];
        thread.nap = match op {
            Op::Sleep(time) => Some(time),
            _ => None,
        };
        thread.pending = op;
        thread.at = at;
        thread.patient = at.file() == self.config.patient;
        let late = self.config.eager_timeouts && thread.timeouts_left == 0;
        let timed = !thread.patient && op.timeout().is_some_and(|time| time > 0);
        self.policies.timed |= timed;
        self.policies.naps |= timed && op.timeout().is_some_and(thread::is_nap);
        self.bounds_met.timeouts |= late && timed;
        self.watch_kin(op);
        self.decide();
    }

    /// Chooses who goes next.
    pub fn decide(&mut self) {
        self.chosen = None;
        if self.is_over() {
            return;
        }
        if self.steps >= self.config.max_steps {
            self.collect();
            match self.choices.is_empty() {
                true => self.ended(),
                false => self.fail(Bad::TooLong),
            }
            return;
        }
        let long = self.is_long();
        if long && self.goes_in_circles() {
            self.fail(Bad::Circle);
            return;
        }
        let yielding = yielding(&self.threads) | self.tired();
        let choice = match self.search.forced() {
            Some(choice) => {
                self.quiescent = choice.alt == crate::search::QUIESCENT_ALT;
                if self.tracer.is_some() || self.record_schedule || self.counts_others() || long {
                    self.collect();
                }
                if !self.is_possible(choice) {
                    self.fail(Bad::Refused(format!(
                        "it is not deterministic: at step {} it did something else than before, after the same choices",
                        self.steps
                    )));
                    return;
                }
                choice
            }
            None => {
                self.collect();
                if self.choices.is_empty() {
                    self.ended();
                    return;
                }
                if self.quiescent && self.who_waits() != 0 && self.may_doubt() {
                    // A time-out fires because nothing else can happen; but what was left out takes time.
                    return self.doubt();
                }
                let who_is_stuck = self.stuck();
                let all = self.choices.iter().all(|choice| who_is_stuck >> choice.thread & 1 == 1);
                let stuck = all && self.may_doubt() && !self.search.redundant();
                if who_is_stuck != 0 {
                    self.tell_all_apart();
                }
                let next = match (self.search.looks_ahead(), who_is_stuck) {
                    (false, 0) => Vec::new(),
                    (false, _) => self.next_steps(|(_, widest)| widest),
                    (true, _) => self.next_steps(|(touched, _)| touched),
                };
                let twins = self.twins();
                let view = View {
                    choices: &self.choices,
                    last: self.last as u8,
                    quiescent: self.quiescent,
                    objects: self.places.len() as u32,
                    places: &self.places,
                    yielding,
                    waiting: self.who_waits(),
                    stuck: who_is_stuck,
                    looking: self.looking(),
                    storing: self.storing(),
                    silent: silent(&self.threads),
                    next: &next,
                    twins: &twins,
                };
                let choice = self.search.choose(&view);
                if stuck {
                    if self.search.redundant() {
                        return self.doubt();
                    }
                    self.threads[usize::from(choice.thread)].spin.vain.decides = true;
                }
                if self.search.stops() {
                    self.fail(Bad::CutOff);
                    return;
                }
                choice
            }
        };
        if self.record_schedule {
            if self.is_odd(choice) {
                self.odd.push(self.schedule.len());
            }
            let alt = self.place_among_all(choice);
            self.schedule.push((choice.thread, alt as u16));
            if usual(&self.choices, self.last as u8, yielding, |_| true) != Some(choice) {
                self.telling = self.schedule.len();
            }
        }
        if self.tracer.is_some() {
            self.trace_choice(choice.thread);
        }
        self.note_others(usize::from(choice.thread));
        if long {
            self.note_circle(choice);
        }
        self.steps += 1;
        self.chosen = Some(choice);
    }

    /// What the next step of each thread that can go on would touch, as the first of its alternatives, or could.
    fn next_steps(&self, which: fn((Footprint, Footprint)) -> Footprint) -> Vec<(u8, Footprint)> {
        let mut next: Vec<(u8, Footprint)> = Vec::new();
        for &Choice { thread, alt } in &self.choices {
            if next.last().is_none_or(|&(last, _)| last != thread) {
                next.push((thread, which(self.footprints(usize::from(thread), alt))));
            }
        }
        next
    }

    /// A thread ends.
    pub(super) fn end(&mut self, tid: Tid, step: u32) {
        self.threads[tid].ended = Some(step);
        let acts = |other: Tid| self.threads[other].could_act() && !self.only_counts(other);
        if tid == 0 && (0..self.threads.len()).any(acts) {
            self.leak();
        }
    }

    /// The main thread has ended before others.
    fn leak(&mut self) {
        if !self.config.detached {
            self.fail(Bad::Leak);
        }
    }

    /// Whether the execution that has just ended well leaves a thread behind in another order of the same steps; then a run that shows it.
    ///
    /// The end of the main thread depends on nothing, so the search need not try it before the last steps of another thread. It does not
    /// have to: if nothing orders the two, both orders are possible.
    pub fn left_behind(&self) -> Option<Vec<Choice>> {
        let main = self.threads.first()?;
        let end = main.ended.filter(|_| self.failure.is_none() && !self.config.detached)?;
        let mut others = self
            .threads
            .iter()
            .skip(1)
            .filter(|thread| thread.ended.is_some() && !thread.is_daemon);
        others.find_map(|thread| self.search.turned_round(thread.last_act, end))
    }

    /// Whether what went wrong ends the execution. After a panic of the main thread the others go on only if the whole execution
    /// counts, not just its failure.
    fn is_over(&self) -> bool {
        // A program that has ended itself is over, whatever went wrong in it before.
        self.exited
            || match &self.failure {
                None => false,
                Some(Bad::Panic { .. } | Bad::Leak) => !self.config.keep_going,
                Some(_) => true,
            }
    }

    /// Nobody can go on.
    fn ended(&mut self) {
        self.say_who_waits();
        let unfinished = |thread: &Thread| thread.exists && thread.ended.is_none();
        if !self.threads.iter().any(unfinished) {
            return;
        }
        self.show_all_blocked();
        // The program has ended, and with it whoever waits while it destroys its thread-locals, and the threads of others.
        let returned = |thread: &Thread| thread.has_returned() && !self.config.everybody_ends;
        let may_be_left =
            |thread: &Thread| self.config.detached || returned(thread) || thread.is_daemon;
        let mut left = self.threads.iter().filter(|thread| unfinished(thread));
        let is_left = self.threads[0].ended.is_some() && left.all(may_be_left);
        let spins = (0..self.threads.len()).any(|tid| self.spins(tid));
        if self.is_cut_off() {
            self.fail(Bad::CutOff);
        } else if is_left {
            // Nobody waits for those.
        } else if spins {
            self.fail(Bad::Livelock);
        } else if self.threads[0].ended.is_some() {
            self.leak();
        } else {
            self.fail(Bad::Deadlock);
        }
    }

    /// Tells the search that the execution is over, and asks for another one to run.
    pub fn finish(&mut self, deadline: Instant) -> Next {
        let pending = self.waiting_for.take().unwrap_or_else(|| self.all_pending());
        self.watch.pause(true);
        let next = self.search.finish(&pending, &self.places, deadline);
        self.watch.pause(false);
        next
    }

    /// What is never done of what was announced.
    pub(super) fn all_pending(&self) -> Vec<Pending> {
        let mut pending = Vec::new();
        for number in 0..self.threads.len() {
            let thread = &self.threads[number];
            if !thread.exists || thread.ended.is_some() {
                continue;
            }
            let footprint = self.footprint_if_blocked(number);
            let branching = thread.pending.branches(&self.config);
            let after = match (thread.pending, thread.woken) {
                (Op::Start, _) if self.config.fault == Some(Fault::LostStarts) => continue,
                (Op::Start, _) => thread.spawned_by,
                (_, thread::Woken::By(step)) => Some(step),
                _ => None,
            };
            let waits = self.waits(&thread.pending);
            pending.push(Pending { thread: number as u8, footprint, branching, waits, after });
        }
        pending
    }

    /// Reports a performed step to the search. `widest` was computed before the step, like `footprint`.
    pub(super) fn report(
        &mut self,
        tid: Tid,
        choice: Choice,
        op: Op,
        footprint: Footprint,
        widest: Footprint,
    ) {
        let place = std::ptr::from_ref(self.threads[tid].at) as usize as u64;
        let kind = kind(&op);
        let signature =
            (place << 8 ^ kind).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(op.object());
        let step = Taken {
            choice,
            footprint,
            widest,
            branching: op.branches(&self.config),
            after: &self.after,
            freed: &self.freed,
            waits: self.waits(&op),
            observed: self.observed,
            quiescent: choice.alt == crate::search::QUIESCENT_ALT,
            signature,
        };
        if let Err(diverged) = self.search.taken(&step) {
            self.fail(Bad::Refused(format!(
                "it is not deterministic: at step {} it did something else than before, after the same choices",
                diverged.step
            )));
        }
    }
}

/// The threads that are about to yield, as a bit mask.
fn yielding(threads: &[Thread]) -> u64 {
    let yields =
        |thread: &Thread| matches!(thread.pending, Op::Yield | Op::SpinYield | Op::Sleep(_));
    let numbered = threads.iter().enumerate();
    numbered.filter(|(_, thread)| yields(thread)).fold(0, |all, (tid, _)| all | 1 << tid)
}

/// The threads that are about to do what nobody else can tell the time of, as a bit mask. The end of the main thread is the end of the
/// program: that can be told as long as there are others.
fn silent(threads: &[Thread]) -> u64 {
    let alone = threads.iter().skip(1).all(|thread| thread.ended.is_some());
    let is_silent = |(tid, thread): &(Tid, &Thread)| match thread.pending {
        Op::Start | Op::Spawn | Op::Join(_) | Op::JoinScoped(_) => true,
        Op::End => *tid != 0 || alone,
        _ => false,
    };
    threads.iter().enumerate().filter(is_silent).fold(0, |all, (tid, _)| all | 1 << tid)
}
