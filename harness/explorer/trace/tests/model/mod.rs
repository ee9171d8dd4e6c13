//! A tiny explorer: every interleaving of straight-line threads, as traces.

use explore_trace::*;

/// What a thread of a model does.
#[derive(Clone, Copy)]
pub enum Op {
    /// Reads the counter.
    Load,
    /// Writes what the thread read, plus one.
    StoreOneMore,
    Lock(u32),
    Unlock(u32),
}

/// Threads that share one counter and some locks.
pub struct Model {
    pub threads: Vec<Vec<Op>>,
    pub locks: u32,
    /// What the counter must be in the end.
    pub expect: u64,
}

pub fn fails(run: &Trace) -> bool {
    matches!(run.verdict.outcome, Outcome::Failed { .. })
}

#[derive(Clone)]
struct State {
    pc: Vec<usize>,
    seen: Vec<u64>,
    value: u64,
    held: Vec<Option<u32>>,
    last_store: Option<usize>,
    steps: Vec<Step>,
}

impl Model {
    /// Every interleaving, each a complete run.
    pub fn runs(&self) -> Vec<Trace> {
        let mut steps: Vec<Step> = Vec::new();
        for index in 0..self.threads.len() as u32 {
            steps.push(Step::new(ThreadId(0), Operation::Spawn { child: ThreadId(index + 1) }));
        }
        let start = State {
            pc: vec![0; self.threads.len()],
            seen: vec![0; self.threads.len()],
            value: 0,
            held: vec![None; self.locks as usize],
            last_store: None,
            steps,
        };
        let mut runs = Vec::new();
        let mut todo = vec![start];
        while let Some(state) = todo.pop() {
            let next: Vec<State> =
                (0..self.threads.len()).rev().filter_map(|t| self.step(&state, t)).collect();
            if next.is_empty() {
                runs.push(self.finish(state));
            }
            todo.extend(next);
        }
        runs
    }

    fn place(&self, thread: usize, pc: usize) -> Option<Location> {
        Some(Location::new("model.rs", (100 * (thread + 1) + pc) as u32))
    }

    fn operation(&self, state: &State, thread: usize) -> Option<Operation> {
        let read = || Read::newest(state.value.to_string(), state.last_store);
        let (atomic, ordering) = (ObjectId(0), Ordering::SeqCst);
        Some(match *self.threads[thread].get(state.pc[thread])? {
            Op::Load => Operation::Load { atomic, ordering, read: read() },
            Op::StoreOneMore => {
                Operation::Store { atomic, ordering, value: (state.seen[thread] + 1).to_string() }
            }
            Op::Lock(lock) => {
                Operation::Lock { lock: ObjectId(lock + 1), mode: LockMode::Exclusive }
            }
            Op::Unlock(lock) => {
                Operation::Unlock { lock: ObjectId(lock + 1), mode: LockMode::Exclusive }
            }
        })
    }

    fn step(&self, state: &State, thread: usize) -> Option<State> {
        let operation = self.operation(state, thread)?;
        let mut next = state.clone();
        match self.threads[thread][state.pc[thread]] {
            Op::Load => next.seen[thread] = state.value,
            Op::StoreOneMore => {
                next.value = state.seen[thread] + 1;
                next.last_store = Some(state.steps.len());
            }
            Op::Lock(lock) if state.held[lock as usize].is_some() => return None,
            Op::Lock(lock) => next.held[lock as usize] = Some(thread as u32 + 1),
            Op::Unlock(lock) => next.held[lock as usize] = None,
        }
        let id = ThreadId(thread as u32 + 1);
        next.steps
            .push(Step { at: self.place(thread, state.pc[thread]), ..Step::new(id, operation) });
        next.pc[thread] += 1;
        if next.pc[thread] == self.threads[thread].len() {
            next.steps.push(Step::new(id, Operation::End));
        }
        Some(next)
    }

    fn finish(&self, mut state: State) -> Trace {
        let mut waits = Vec::new();
        for thread in 0..self.threads.len() {
            let Some(operation) = self.operation(&state, thread) else { continue };
            let Operation::Lock { lock, .. } = operation else { unreachable!("only locks block") };
            let holder = state.held[lock.0 as usize - 1].unwrap();
            let waits_for = Some(WaitsFor::Lock { lock, held_by: vec![ThreadId(holder)] });
            let (id, at) = (ThreadId(thread as u32 + 1), self.place(thread, state.pc[thread]));
            waits.push(Wait {
                thread: id,
                at: at.clone(),
                called_at: None,
                waits_for: waits_for.clone(),
            });
            state.steps.push(Step { at, blocked: waits_for, ..Step::new(id, operation) });
        }
        for child in 1..=self.threads.len() as u32 {
            let join = Step::new(ThreadId(0), Operation::Join { child: ThreadId(child) });
            let ended = state.pc[child as usize - 1] == self.threads[child as usize - 1].len();
            if !ended {
                let waits_for = Some(WaitsFor::Join { thread: ThreadId(child) });
                waits.push(Wait {
                    thread: ThreadId(0),
                    at: None,
                    called_at: None,
                    waits_for: waits_for.clone(),
                });
                state.steps.push(Step { blocked: waits_for, ..join });
                break;
            }
            state.steps.push(join);
        }
        if waits.is_empty() {
            state.steps.push(Step::new(ThreadId(0), Operation::End));
        }
        let outcome = if !waits.is_empty() {
            Outcome::Failed { failure: Failure::Deadlock { waits } }
        } else if state.value != self.expect {
            let message = format!("{} is not {}", state.value, self.expect);
            Outcome::Failed { failure: Failure::Panic { thread: ThreadId(0), message, at: None } }
        } else {
            Outcome::Ended
        };
        let named =
            |name: String| Thread { name: Some(name), parent: Some(ThreadId(0)), spawned: None };
        let main = Thread { name: Some("main".to_owned()), ..Thread::default() };
        let workers =
            (0..self.threads.len() as u8).map(|i| named(char::from(b'A' + i).to_string()));
        let count = Object {
            kind: ObjectKind::Atomic,
            name: Some("count".to_owned()),
            created: None,
            initial: Some("0".to_owned()),
        };
        let lock = |i| Object {
            kind: ObjectKind::Mutex,
            name: Some(format!("fork {i}")),
            created: None,
            initial: None,
        };
        Trace {
            version: VERSION,
            program: Program { name: "model".to_owned(), entry: None },
            origin: Origin::Explored,
            threads: std::iter::once(main).chain(workers).collect(),
            objects: std::iter::once(count).chain((0..self.locks).map(lock)).collect(),
            steps: state.steps,
            verdict: Verdict { outcome, search: None },
            output: Vec::new(),
            sources: Default::default(),
        }
    }
}
