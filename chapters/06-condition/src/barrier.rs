//! The barrier: a meeting point that a missing party can break.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// A point where a number of threads wait for each other, as Python's
/// `threading.Barrier`.
///
/// When the last of the `parties` has arrived, an action runs, if there is one,
/// and then all are released. The barrier is then ready for the next round.
///
/// What [`std::sync::Barrier`] lacks is a way out when one does not come. A
/// wait that times out *breaks* this barrier, and so does
/// [`abort`](Barrier::abort): all who wait, and all who come later, are told so
/// at once, until [`reset`](Barrier::reset).
///
/// Everything that a thread did before it arrived is visible to the action, and
/// to all others of its round.
///
/// ```
/// use ch06_condition::Barrier;
/// use std::thread;
///
/// let barrier = Barrier::new(2);
/// thread::scope(|scope| {
///     let other = scope.spawn(|| barrier.wait());
///     let mine = barrier.wait().unwrap();
///     let others = other.join().unwrap().unwrap();
///     assert_eq!(mine + others, 0 + 1);
/// });
/// ```
pub struct Barrier {
    parties: usize,
    /// None: who waits has all the time in the world.
    timeout: Option<Duration>,
    action: Mutex<Option<Box<dyn FnMut() + Send>>>,
    state: Mutex<State>,
    round_over: Condvar,
}

#[derive(Default)]
struct State {
    round: Arc<Round>,
    arrived: usize,
    broken: bool,
}

/// Those who wait for each other share one of these, so that a slow one still
/// learns how its own round ended when the next has long begun.
type Round = OnceLock<Result<(), BarrierError>>;

/// Why a wait at a [`Barrier`] failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BarrierError {
    /// A wait timed out, the action panicked, or somebody called `abort` or `reset`.
    #[error("the barrier is broken; not all parties will come, until somebody resets it")]
    Broken,
    /// The calling thread's own wait timed out, which broke the barrier.
    #[error("not all parties came to the barrier in time, and it is now broken")]
    TimedOut,
}

impl Barrier {
    /// A barrier for `parties` threads. 0 is taken as 1, as `std` does.
    ///
    /// ```
    /// assert_eq!(ch06_condition::Barrier::new(3).parties(), 3);
    /// ```
    pub fn new(parties: usize) -> Barrier {
        Barrier {
            parties: parties.max(1),
            timeout: None,
            action: Mutex::new(None),
            state: Mutex::default(),
            round_over: Condvar::new(),
        }
    }

    /// Adds what the last to arrive runs, once a round, before any is released.
    ///
    /// If the action panics, the barrier breaks, and the panic goes on in the
    /// thread that ran it. A wait at the same barrier inside the action blocks
    /// for ever if it completes another round.
    ///
    /// ```
    /// let barrier = ch06_condition::Barrier::new(1).with_action(|| println!("all here"));
    /// assert_eq!(barrier.wait(), Ok(0));
    /// ```
    #[must_use]
    pub fn with_action(self, action: impl FnMut() + Send + 'static) -> Barrier {
        Barrier { action: Mutex::new(Some(Box::new(action))), ..self }
    }

    /// Sets the time-out of [`wait`](Barrier::wait); without this there is none.
    ///
    /// ```
    /// use ch06_condition::{Barrier, BarrierError};
    /// use std::time::Duration;
    ///
    /// let barrier = Barrier::new(2).with_timeout(Duration::from_millis(1));
    /// assert_eq!(barrier.wait(), Err(BarrierError::TimedOut));
    /// ```
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Barrier {
        Barrier { timeout: Some(timeout), ..self }
    }

    /// Arrives, and blocks until all have. Says as which of them the calling
    /// thread arrived, counted from 0.
    ///
    /// # Errors
    ///
    /// [`BarrierError::Broken`] if the barrier is or gets broken,
    /// [`BarrierError::TimedOut`] if it has a time-out and this wait breaks it.
    ///
    /// # Panics
    ///
    /// If the action does, in the thread that runs it.
    ///
    /// ```
    /// assert_eq!(ch06_condition::Barrier::new(1).wait(), Ok(0));
    /// ```
    pub fn wait(&self) -> Result<usize, BarrierError> {
        self.arrive(self.timeout)
    }

    /// As [`wait`](Barrier::wait), but breaks the barrier if the others have
    /// not come within `timeout`.
    ///
    /// Blocks for at most `timeout` until all have come. From then on nobody
    /// times out, and all block until the action has run: after that of an
    /// earlier round, if that one still runs.
    ///
    /// # Errors
    ///
    /// As [`wait`](Barrier::wait).
    ///
    /// # Panics
    ///
    /// As [`wait`](Barrier::wait).
    ///
    /// ```
    /// use ch06_condition::{Barrier, BarrierError};
    /// use std::time::Duration;
    ///
    /// let barrier = Barrier::new(2);
    /// assert_eq!(barrier.wait_timeout(Duration::ZERO), Err(BarrierError::TimedOut));
    /// assert_eq!(barrier.wait(), Err(BarrierError::Broken));
    /// ```
    pub fn wait_timeout(&self, timeout: Duration) -> Result<usize, BarrierError> {
        self.arrive(Some(timeout))
    }

    /// Arrives, and blocks until all have, at most for `timeout` if there is one.
    fn arrive(&self, timeout: Option<Duration>) -> Result<usize, BarrierError> {
        let mut state = self.state();
        if state.broken {
            return Err(BarrierError::Broken);
        }
        let index = state.arrived;
        state.arrived += 1;
        if state.arrived == self.parties {
            let round = state.begin_next();
            drop(state);
            self.act_and_release(&round);
            return Ok(index);
        }
        let round = Arc::clone(&state.round);
        if let Some(timeout) = timeout {
            (state, _) = self
                .round_over
                .wait_timeout_while(state, timeout, |_| round.get().is_none())
                .unwrap_or_else(PoisonError::into_inner);
            if Arc::ptr_eq(&state.round, &round) {
                self.break_round(&mut state);
                return Err(BarrierError::TimedOut);
            }
        }
        // If the time is up nevertheless, all have come, and the action still runs.
        let _state = self.round_over.wait_while(state, |_| round.get().is_none());
        let outcome = round.get().expect("the end of the round was waited for");
        outcome.map(|()| index)
    }

    /// Breaks the barrier: those who wait and those who come later get
    /// [`BarrierError::Broken`]. Never blocks.
    ///
    /// A round that all have reached is over and stays valid.
    ///
    /// ```
    /// use ch06_condition::{Barrier, BarrierError};
    ///
    /// let barrier = Barrier::new(1);
    /// barrier.abort();
    /// assert_eq!(barrier.wait(), Err(BarrierError::Broken));
    /// ```
    pub fn abort(&self) {
        self.break_round(&mut self.state());
    }

    /// Makes the barrier as new. Those who wait get [`BarrierError::Broken`].
    /// Never blocks.
    ///
    /// ```
    /// let barrier = ch06_condition::Barrier::new(1);
    /// barrier.abort();
    /// barrier.reset();
    /// assert_eq!(barrier.wait(), Ok(0));
    /// ```
    pub fn reset(&self) {
        let mut state = self.state();
        self.break_round(&mut state);
        state.broken = false;
    }

    /// How many threads a round needs.
    ///
    /// ```
    /// assert_eq!(ch06_condition::Barrier::new(0).parties(), 1);
    /// ```
    pub const fn parties(&self) -> usize {
        self.parties
    }

    /// How many have arrived in the present round. Never blocks.
    ///
    /// Other threads go on: the answer may be out of date when it arrives.
    ///
    /// ```
    /// assert_eq!(ch06_condition::Barrier::new(2).waiting(), 0);
    /// ```
    pub fn waiting(&self) -> usize {
        self.state().arrived
    }

    /// Whether the barrier is broken. Never blocks.
    ///
    /// ```
    /// assert!(!ch06_condition::Barrier::new(2).is_broken());
    /// ```
    pub fn is_broken(&self) -> bool {
        self.state().broken
    }

    fn act_and_release(&self, round: &Round) {
        // If the action panics, this drop tells the others; else it lets them go.
        let mut end = EndOfRound { barrier: self, round, outcome: Err(BarrierError::Broken) };
        if let Some(action) = &mut *self.action.lock().unwrap_or_else(PoisonError::into_inner) {
            action();
        }
        end.outcome = Ok(());
    }

    fn break_round(&self, state: &mut State) {
        state.broken = true;
        self.end(&state.begin_next(), Err(BarrierError::Broken));
    }

    /// To be called with the state's mutex held: a waiter that has looked and
    /// not yet gone to sleep would miss this otherwise.
    fn end(&self, round: &Round, outcome: Result<(), BarrierError>) {
        let first = round.set(outcome).is_ok();
        debug_assert!(first, "a round ends once");
        self.round_over.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No user code runs under this mutex: even poisoned, the state is good.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Begins a new round, and returns the one before.
    fn begin_next(&mut self) -> Arc<Round> {
        self.arrived = 0;
        std::mem::take(&mut self.round)
    }
}

struct EndOfRound<'a> {
    barrier: &'a Barrier,
    round: &'a Round,
    outcome: Result<(), BarrierError>,
}

impl Drop for EndOfRound<'_> {
    fn drop(&mut self) {
        let mut state = self.barrier.state();
        if self.outcome.is_err() {
            self.barrier.break_round(&mut state);
        }
        self.barrier.end(self.round, self.outcome);
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Barrier")
            .field("parties", &self.parties)
            .field("waiting", &state.arrived)
            .field("broken", &state.broken)
            .finish()
    }
}
