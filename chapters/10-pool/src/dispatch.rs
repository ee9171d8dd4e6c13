//! From the queue of tasks to the workers, and the results back.
//!
//! Every worker has a seat. A seat whose worker has nothing to do lies in a
//! list here; whoever takes it out has that worker to itself, sends it a task,
//! waits for the reply, and puts the seat back. So a process and its task are
//! in one thread's hands, and what happens when the process dies is decided in
//! one place.
//!
//! For what is queued the pool has as many threads as workers, the tenders. A
//! caller that wants to wait for its one task anyway does a tender's work
//! itself: that saves two handovers between threads.

use crate::error::TaskError;
use crate::panics::contain;
use crate::stand_ins::StandIns;
use crate::worker::{Recipe, Task, Worker};
use ch08_forks::{Condvar, Whole, WholeGuard, forks};
use ch08_multiprocessing::{Child, Message, Reason, StartError};
use std::collections::VecDeque;

/// A task and where its result goes.
pub(crate) struct Job {
    pub(crate) task: Task,
    pub(crate) deliver: Box<dyn FnOnce(Result<Message, TaskError>) + Send>,
}

impl Job {
    /// Of a result that nobody waits for the destructor runs here, and may panic.
    fn deliver(self, result: Result<Message, TaskError>) {
        let Job { task, deliver } = self;
        // With the task go its descriptors, which someone may wait to see closed.
        drop(task);
        contain(|| deliver(result));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// What is queued is still done.
    Closed,
    /// What is queued is dropped, and what runs is killed.
    Terminated,
}

pub(crate) struct Dispatch {
    recipe: Recipe,
    tasks_per_child: Option<u64>,
    /// Only this process has the threads that tend the workers.
    forks: u32,
    state: Whole<State>,
    changed: Condvar,
    pub(crate) stand_ins: StandIns,
}

struct State {
    phase: Phase,
    queue: VecDeque<Job>,
    /// The seats in nobody's hands.
    idle: Vec<Seat>,
    /// The worker process in each seat.
    children: Vec<Option<Child>>,
    /// Workers that were replaced after their tasks, and may still be on their way out.
    retired: Vec<Child>,
}

/// A worker's place in the pool; it is empty after the worker ended.
struct Seat {
    number: usize,
    worker: Option<Worker>,
}

impl Dispatch {
    pub(crate) fn new(recipe: Recipe, tasks_per_child: Option<u64>) -> Dispatch {
        let state = State {
            phase: Phase::Open,
            queue: VecDeque::new(),
            idle: Vec::new(),
            children: Vec::new(),
            retired: Vec::new(),
        };
        Dispatch {
            recipe,
            tasks_per_child,
            forks: forks(),
            state: Whole::new(state),
            changed: Condvar::new(),
            stand_ins: StandIns::default(),
        }
    }

    fn state(&self) -> WholeGuard<'_, State> {
        self.state.lock()
    }

    pub(crate) fn seats(&self) -> usize {
        self.state().children.len()
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.forks == forks()
    }

    pub(crate) fn children(&self) -> Vec<Child> {
        self.state().children.iter().flatten().cloned().collect()
    }

    /// Queues the job; never waits. Its result may be delivered from this call.
    pub(crate) fn submit(&self, job: Job) {
        if !self.is_ours() {
            return job.deliver(Err(TaskError::OtherProcess));
        }
        let mut state = self.state();
        if state.phase == Phase::Terminated {
            drop(state);
            return job.deliver(Err(TaskError::Terminated));
        }
        state.queue.push_back(job);
        // Otherwise whoever puts the next seat back wakes a tender.
        let wake = !state.idle.is_empty();
        drop(state);
        if wake {
            self.changed.notify_one();
        }
    }

    /// Has the task done in the calling thread, or gives it back: if no worker
    /// has nothing to do, or others wait for one.
    pub(crate) fn perform_here(&self, task: Task) -> Result<Result<Message, TaskError>, Task> {
        if !self.is_ours() {
            return Ok(Err(TaskError::OtherProcess));
        }
        let mut state = self.state();
        if state.phase != Phase::Open || !state.queue.is_empty() {
            return Err(task);
        }
        let Some(mut seat) = state.idle.pop() else { return Err(task) };
        drop(state);
        let result = self.perform(&mut seat, &task);
        self.put_back(seat);
        Ok(result)
    }

    fn put_back(&self, seat: Seat) {
        let mut state = self.state();
        state.idle.push(seat);
        let wake = !state.queue.is_empty() || state.phase != Phase::Open;
        drop(state);
        if wake {
            self.changed.notify_one();
        }
    }

    /// After what is queued, the workers are dismissed.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        if state.phase == Phase::Open {
            state.phase = Phase::Closed;
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Kills the workers and fails what they had and what is queued.
    pub(crate) fn terminate(&self) {
        let mut state = self.state();
        state.phase = Phase::Terminated;
        let dropped = std::mem::take(&mut state.queue);
        for child in state.children.iter().flatten().chain(&state.retired) {
            let _ = child.kill();
        }
        drop(state);
        self.changed.notify_all();
        for job in dropped {
            job.deliver(Err(TaskError::Terminated));
        }
    }

    pub(crate) fn start_worker(&self) -> Result<Worker, StartError> {
        Worker::start(&self.recipe)
    }

    /// Does what is queued, with whatever worker has nothing to do, until the
    /// pool has no more work; then dismisses a worker. After a delivery `goes_on`
    /// may say that another thread does the rest.
    pub(crate) fn tend(&self, goes_on: impl Fn() -> bool) {
        while let Some((mut seat, job)) = self.next_job() {
            let result = self.perform(&mut seat, &job.task);
            // Before the delivery, which reads the result and may drop it: values may ask their pool for something, too.
            self.put_back(seat);
            job.deliver(result);
            if !goes_on() {
                return;
            }
        }
        self.dismiss_one();
    }

    /// Takes the next job and a seat for it.
    fn next_job(&self) -> Option<(Seat, Job)> {
        let mut state = self.state();
        loop {
            match state.phase {
                Phase::Terminated => return None,
                Phase::Closed if state.queue.is_empty() => return None,
                Phase::Open | Phase::Closed => {}
            }
            if !state.queue.is_empty()
                && let Some(seat) = state.idle.pop()
            {
                return state.queue.pop_front().map(|job| (seat, job));
            }
            state = self.changed.wait(state);
        }
    }

    /// There are as many seats as tenders, so each finds one.
    fn dismiss_one(&self) {
        let mut state = self.state();
        let Seat { number, worker } = loop {
            match state.idle.pop() {
                Some(seat) => break seat,
                None => state = self.changed.wait(state),
            }
        };
        drop(state);
        if let Some(worker) = worker {
            let _ = worker.dismiss().join();
        }
        self.state().children[number] = None;
    }

    fn perform(&self, seat: &mut Seat, task: &Task) -> Result<Message, TaskError> {
        let Seat { number, worker: place } = seat;
        // One that died while it had nothing to do has lost nothing.
        let worker = match place.take().filter(Worker::is_usable) {
            Some(worker) => worker,
            None => self.replace(*number)?,
        };
        let worker = place.insert(worker);
        let result = worker.call(task);
        if worker.has_ended() {
            *place = None;
            if self.state().phase == Phase::Terminated {
                return Err(TaskError::Terminated);
            }
        } else if self.tasks_per_child.is_some_and(|limit| worker.tasks() >= limit) {
            if let Some(worker) = place.take() {
                self.retire(worker);
            }
            // Failing now would blame a task that has its result; the next one tries again.
            *place = self.replace(*number).ok();
        }
        result
    }

    /// Nobody's result waits for its end.
    fn retire(&self, worker: Worker) {
        let child = worker.dismiss();
        let mut state = self.state();
        if state.phase == Phase::Terminated {
            let _ = child.kill();
        }
        state.retired.retain(Child::is_alive);
        state.retired.push(child);
    }

    /// Waits until those have ended that were replaced.
    pub(crate) fn join_retired(&self) {
        let retired = std::mem::take(&mut self.state().retired);
        for child in retired {
            let _ = child.join();
        }
    }

    /// Gives a new worker a seat of its own.
    pub(crate) fn seat(&self, worker: Worker) {
        let mut state = self.state();
        let number = state.children.len();
        state.children.push(Some(worker.child().clone()));
        state.idle.push(Seat { number, worker: Some(worker) });
    }

    fn replace(&self, seat: usize) -> Result<Worker, TaskError> {
        let worker = self
            .start_worker()
            .map_err(|error| TaskError::NoWorker { reason: Reason::new(error) })?;
        let mut state = self.state();
        state.children[seat] = Some(worker.child().clone());
        // Nobody else will: `terminate` has been called already.
        if state.phase == Phase::Terminated {
            let _ = worker.child().kill();
        }
        drop(state);
        Ok(worker)
    }
}
