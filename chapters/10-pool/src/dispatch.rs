//! From the queue of tasks to the workers, and the results back.
//!
//! Each worker process has a thread here that tends it: takes a task from the
//! queue, sends it, waits for the reply, hands the reply on. So the process
//! and its tasks are in one thread's hands, and what happens when the process
//! dies is decided in one place.

use crate::error::TaskError;
use crate::worker::{Recipe, Task, Worker};
use ch08_multiprocessing::{Child, Message, StartError};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A task and where its result goes. `deliver` must not panic.
pub(crate) struct Job {
    pub(crate) task: Task,
    pub(crate) deliver: Box<dyn FnOnce(Result<Message, TaskError>) + Send>,
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
    creator: u32,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    phase: Phase,
    queue: VecDeque<Job>,
    /// The worker process in each seat.
    children: Vec<Option<Child>>,
}

impl Dispatch {
    pub(crate) fn new(recipe: Recipe, tasks_per_child: Option<u64>, seats: usize) -> Dispatch {
        let state =
            State { phase: Phase::Open, queue: VecDeque::new(), children: vec![None; seats] };
        Dispatch {
            recipe,
            tasks_per_child,
            creator: std::process::id(),
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn seats(&self) -> usize {
        self.state().children.len()
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.creator == std::process::id()
    }

    pub(crate) fn children(&self) -> Vec<Child> {
        self.state().children.iter().flatten().cloned().collect()
    }

    /// Queues the job; never waits. Its result may be delivered from this call.
    pub(crate) fn submit(&self, job: Job) {
        if !self.is_ours() {
            return (job.deliver)(Err(TaskError::OtherProcess));
        }
        let mut state = self.state();
        if state.phase == Phase::Terminated {
            drop(state);
            return (job.deliver)(Err(TaskError::Terminated));
        }
        state.queue.push_back(job);
        drop(state);
        self.changed.notify_one();
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
        for child in state.children.iter().flatten() {
            let _ = child.kill();
        }
        drop(state);
        self.changed.notify_all();
        for job in dropped {
            (job.deliver)(Err(TaskError::Terminated));
        }
    }

    pub(crate) fn start_worker(&self) -> Result<Worker, StartError> {
        Worker::start(&self.recipe)
    }

    /// Tends the worker in `seat` until the pool has no more work for it.
    pub(crate) fn tend(self: Arc<Self>, seat: usize, first: Worker) {
        let mut worker = Some(first);
        while let Some(Job { task, deliver }) = self.next_job() {
            let result = self.perform(seat, &mut worker, &task);
            // With the task go its descriptors, which someone may wait to see closed.
            drop(task);
            deliver(result);
        }
        if let Some(worker) = worker {
            worker.dismiss();
        }
        self.state().children[seat] = None;
    }

    fn next_job(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            match state.phase {
                Phase::Terminated => return None,
                _ if !state.queue.is_empty() => return state.queue.pop_front(),
                Phase::Closed => return None,
                Phase::Open => {}
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn perform(
        &self,
        seat: usize,
        place: &mut Option<Worker>,
        task: &Task,
    ) -> Result<Message, TaskError> {
        // One that died while it had nothing to do has lost nothing.
        let worker = match place.take().filter(Worker::is_usable) {
            Some(worker) => worker,
            None => self.replace(seat)?,
        };
        let worker = place.insert(worker);
        let result = worker.call(task);
        if matches!(&result, Err(error) if error.ends_worker()) {
            *place = None;
            if self.state().phase == Phase::Terminated {
                return Err(TaskError::Terminated);
            }
        } else if self.tasks_per_child.is_some_and(|limit| worker.tasks() >= limit) {
            if let Some(worker) = place.take() {
                worker.dismiss();
            }
            // Failing now would blame a task that has its result; the next one tries again.
            *place = self.replace(seat).ok();
        }
        result
    }

    fn replace(&self, seat: usize) -> Result<Worker, TaskError> {
        let worker = self
            .start_worker()
            .map_err(|error| TaskError::NoWorker { reason: error.to_string() })?;
        self.take_seat(seat, &worker);
        Ok(worker)
    }

    /// Makes the worker known to `terminate`, which may have been called already.
    pub(crate) fn take_seat(&self, seat: usize, worker: &Worker) {
        let mut state = self.state();
        state.children[seat] = Some(worker.child().clone());
        if state.phase == Phase::Terminated {
            let _ = worker.child().kill();
        }
    }
}

impl TaskError {
    /// Whether there is no worker any more after this.
    fn ends_worker(&self) -> bool {
        matches!(
            self,
            TaskError::WorkerLost { .. }
                | TaskError::WorkerExited { .. }
                | TaskError::Initializer { .. }
                | TaskError::NoWorker { .. }
        )
    }
}
