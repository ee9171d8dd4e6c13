//! What every picture of a trace has in common: its rows, in order and numbered, each with the state of all lanes.

use crate::replay::{Effect, Phase, Replay};
use crate::{Failure, Labels, Language, ObjectId, Operation, Outcome, Step, ThreadId, Trace};

/// A trace, prepared for drawing.
#[derive(Debug)]
pub(crate) struct Chart<'t> {
    pub trace: &'t Trace,
    pub labels: Labels,
    pub rows: Vec<Row<'t>>,
    /// The state after the last step.
    pub end: Replay<'t>,
}

/// One step, as a row of a picture.
#[derive(Debug)]
pub(crate) struct Row<'t> {
    /// Counted from 1: what sentences call "step 4".
    pub number: usize,
    /// The step's index in the trace.
    pub index: usize,
    pub step: &'t Step,
    pub effect: Effect,
    /// The state of each thread after the step.
    pub lanes: Vec<Lane>,
    /// The row in which the thread began to wait for what it gets here.
    pub asked: Option<usize>,
    /// The thread that the scheduler took the turn from, although it could have gone on.
    pub preempted: Option<ThreadId>,
    /// Whether the thread was unwinding from a panic when it took the step.
    pub panicking: bool,
    /// What was printed after this step and before the next row: indices into [`Trace::output`].
    pub output: Vec<usize>,
}

/// One thread at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lane {
    pub state: LaneState,
    pub holds: Vec<ObjectId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LaneState {
    /// Not spawned yet, or ended.
    Absent,
    Ready,
    Blocked,
}

impl<'t> Chart<'t> {
    /// Prepares a trace. The first steps of threads (`Start`) get no row: the spawn has one, and so has the next step.
    pub fn new(trace: &'t Trace, language: Language) -> Self {
        let mut replay = Replay::new(trace);
        let mut rows: Vec<Row<'t>> = Vec::new();
        let mut running = None;
        let mut preempted = None;
        let mut asked: Vec<Option<usize>> = vec![None; trace.threads.len()];
        let mut printed = trace.output.iter().enumerate().peekable();
        for (index, step) in trace.steps.iter().enumerate() {
            let state = replay.threads().get(step.thread.0 as usize);
            let panicking = state.is_some_and(|thread| thread.panicking);
            let effect = replay.advance().unwrap_or_default();
            if step.preempts {
                preempted = running.filter(|&before| before != step.thread);
            }
            if step.blocked.is_none() {
                running = Some(step.thread);
            }
            // Output belongs to the row before it, if there is one.
            while let Some(row) = rows.last_mut() {
                let Some((output, _)) = printed.next_if(|(_, output)| output.after <= index) else {
                    break;
                };
                row.output.push(output);
            }
            if step.operation == Operation::Start && step.note.is_none() {
                continue;
            }
            let number = rows.len() + 1;
            let asks = step.blocked.is_some() || matches!(step.operation, Operation::Wait { .. });
            let before = asked.get_mut(step.thread.0 as usize);
            let asked = before.and_then(|slot| {
                let before = *slot;
                *slot = if asks { before.or(Some(number)) } else { None };
                before
            });
            rows.push(Row {
                number,
                index,
                step,
                effect,
                lanes: lanes(&replay),
                asked: asked.filter(|_| !asks),
                preempted: preempted.take(),
                panicking,
                output: Vec::new(),
            });
        }
        if let Some(row) = rows.last_mut() {
            row.output.extend(printed.map(|(output, _)| output));
        }
        Self { trace, labels: Labels::in_language(trace, language), rows, end: replay }
    }

    /// At most so many rows that tell the run, in their order: the first, the last, and of those in between the ones where something turns.
    pub fn turning_points(&self, most: usize) -> Vec<usize> {
        let all = self.rows.len();
        if all <= most {
            return (0..all).collect();
        }
        // How it begins takes little room, how it ends half of it.
        let (first, last) = (most / 8, most / 2);
        let middle = first..all - last;
        let turns = |&index: &usize| {
            let row = &self.rows[index];
            let step = row.step;
            row.preempted.is_some()
                || step.blocked.is_some()
                || step.choice.is_some()
                || row.effect.overwrote.is_some()
                || matches!(step.operation, Operation::Spawn { .. } | Operation::Panic { .. })
        };
        // The later ones say more of the end.
        let mut between: Vec<usize> =
            middle.clone().rev().filter(turns).take(most - first - last).collect();
        let missing = most - first - last - between.len();
        between.extend(middle.clone().rev().filter(|index| !turns(index)).take(missing));
        between.sort_unstable();
        (0..first).chain(between).chain(all - last..all).collect()
    }

    /// The state of the lanes before a row.
    pub fn before(&self, row: usize) -> Vec<Lane> {
        match row.checked_sub(1).and_then(|index| self.rows.get(index)) {
            Some(row) => row.lanes.clone(),
            None => lanes(&Replay::new(self.trace)),
        }
    }
}

/// Whether a row is where things go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowMood {
    Plain,
    /// The thread has to wait, for now.
    Waits,
    /// An update or a notification is lost, an old value read, a panic; or the thread waits for ever.
    Bad,
}

impl Chart<'_> {
    /// Whether a row is where things go wrong.
    pub fn mood(&self, row: &Row<'_>) -> RowMood {
        let bad = match &row.step.operation {
            Operation::Load { read, .. } => read.outdated().is_some(),
            Operation::Notify { .. } => row.step.wakes.is_empty(),
            Operation::Panic { .. } => true,
            _ => row.effect.overwrote.is_some(),
        };
        let thread = row.step.thread;
        let asks =
            row.step.blocked.is_some() || matches!(row.step.operation, Operation::Wait { .. });
        let last = self.rows[row.number..].iter().all(|later| later.step.thread != thread);
        let joins = matches!(row.step.operation, Operation::Join { .. });
        if bad || asks && last && !joins && self.waits_for_ever() {
            RowMood::Bad
        } else if row.step.blocked.is_some() {
            RowMood::Waits
        } else {
            RowMood::Plain
        }
    }

    /// Whether the threads that wait at the end of the run will wait for ever.
    fn waits_for_ever(&self) -> bool {
        matches!(
            self.trace.verdict.outcome,
            Outcome::Failed { failure: Failure::Deadlock { .. } | Failure::Leak { .. } }
        )
    }
}

impl Row<'_> {
    /// The threads that an arrow leads to.
    pub fn arrows(&self) -> Vec<ThreadId> {
        let mut targets = self.step.wakes.clone();
        if let (Operation::Spawn { child }, None) = (&self.step.operation, &self.step.blocked) {
            targets.push(*child);
        }
        targets.retain(|&target| target != self.step.thread);
        targets.sort();
        targets.dedup();
        targets
    }
}

fn lanes(replay: &Replay<'_>) -> Vec<Lane> {
    let lane = |thread: &crate::replay::ThreadState| Lane {
        state: match thread.phase {
            Phase::Unborn | Phase::Ended | Phase::Panicked => LaneState::Absent,
            Phase::Ready => LaneState::Ready,
            Phase::Blocked { .. } => LaneState::Blocked,
        },
        holds: thread.holds.iter().map(|hold| hold.lock).collect(),
    };
    replay.threads().iter().map(lane).collect()
}
