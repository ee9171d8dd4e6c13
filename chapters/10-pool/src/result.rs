//! A result that arrives later.

use crate::callbacks::Callbacks;
use crate::error::TaskError;
use crate::panics::{contain, discard_each};
use crate::tender::about_to_wait;
use ch08_forks::{Condvar, Whole, WholeGuard};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The result of a task, or of a whole map, that is perhaps still on its way.
///
/// Dropping it does not stop the task, but nobody will then see its error. What
/// the destructor of a result throws that nobody has taken goes nowhere, whether
/// the result had come by then or not. In a forked copy of the pool's creator a result that had not come before the fork
/// is [`TaskError::OtherProcess`].
#[must_use = "an error in the task is seen only by who asks for the result"]
pub struct AsyncResult<R> {
    slot: Arc<Slot<R>>,
}

type Callback<R> = Box<dyn FnOnce(&Result<R, TaskError>) + Send>;

/// Where a result arrives.
pub(crate) struct Slot<R> {
    state: Whole<State<R>>,
    done: Condvar,
    callbacks: Arc<Callbacks>,
    /// Drops a result that nobody takes, and lets no panic out.
    discard: fn(R),
}

struct State<R> {
    value: Value<R>,
    waiting: Vec<Callback<R>>,
}

enum Value<R> {
    NotYet,
    Ready(Result<R, TaskError>),
    Taken { successful: bool },
}

impl<R: Send + 'static> AsyncResult<R> {
    pub(crate) fn new(
        callbacks: &Arc<Callbacks>,
        discard: fn(R),
    ) -> (AsyncResult<R>, Arc<Slot<R>>) {
        let slot = Arc::new(Slot {
            state: Whole::new(State { value: Value::NotYet, waiting: Vec::new() }),
            done: Condvar::new(),
            callbacks: Arc::clone(callbacks),
            discard,
        });
        (AsyncResult { slot: Arc::clone(&slot) }, slot)
    }

    /// Calls `callback` with the result if there is one, in the pool's one
    /// thread for callbacks. The result is [`ready`](AsyncResult::ready) after
    /// its callbacks have run; a panic in one harms nothing else.
    ///
    /// A callback must not wait for a result that has callbacks itself: they
    /// would have to run in the thread that waits.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(1)?;
    /// use std::sync::mpsc::channel;
    /// let (tell, told) = channel();
    /// let result = pool.apply_async(|n: u32| n + 1, 1).callback(move |n| tell.send(*n).unwrap());
    /// assert_eq!((told.recv()?, result.get()?), (2, 2));
    /// # Ok(())
    /// # }
    /// ```
    pub fn callback(self, callback: impl FnOnce(&R) + Send + 'static) -> AsyncResult<R> {
        self.when_done(Box::new(move |result| {
            if let Ok(value) = result {
                callback(value);
            }
        }))
    }

    /// Calls `callback` with the error if there is one; otherwise as
    /// [`callback`](AsyncResult::callback).
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(1)?;
    /// use std::sync::mpsc::channel;
    /// let (tell, told) = channel();
    /// let fails = |()| -> () { panic!("no luck") };
    /// let result = pool.apply_async(fails, ());
    /// let result = result.error_callback(move |error| tell.send(error.to_string()).unwrap());
    /// assert!(told.recv()?.contains("no luck"));
    /// assert!(result.get().is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn error_callback(
        self,
        callback: impl FnOnce(&TaskError) + Send + 'static,
    ) -> AsyncResult<R> {
        self.when_done(Box::new(move |result| {
            if let Err(error) = result {
                callback(error);
            }
        }))
    }

    fn when_done(self, callback: Callback<R>) -> AsyncResult<R> {
        let mut state = self.slot.state();
        state.waiting.push(callback);
        // Nobody else can have seen the result: this is the one handle to it.
        let result = match &state.value {
            Value::Ready(_) => Some(std::mem::replace(&mut state.value, Value::NotYet)),
            Value::NotYet | Value::Taken { .. } => None,
        };
        drop(state);
        if let Some(Value::Ready(result)) = result {
            self.slot.complete(result);
        }
        self
    }

    /// Waits for the result.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(1)?;
    /// assert_eq!(pool.apply_async(|n: u32| n + 1, 1).get()?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`TaskError`].
    pub fn get(self) -> Result<R, TaskError> {
        self.wait();
        self.slot.take().unwrap_or(Err(TaskError::Taken))
    }

    /// Waits for the result, at most `timeout`; `None` if the time was up
    /// first. The result can be had once.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(1)?;
    /// use std::time::Duration;
    /// let mut result = pool.apply_async(|n: u32| n + 1, 1);
    /// assert_eq!(result.get_timeout(Duration::from_secs(60))?, Some(2));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`TaskError`]; [`TaskError::Taken`] if an earlier call returned the result.
    pub fn get_timeout(&mut self, timeout: Duration) -> Result<Option<R>, TaskError> {
        match self.wait_timeout(timeout) {
            true => self.slot.take().unwrap_or(Err(TaskError::Taken)).map(Some),
            false => Ok(None),
        }
    }
}

impl<R> AsyncResult<R> {
    /// Waits until there is a result or an error.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(1)?;
    /// let result = pool.apply_async(|n: u32| n + 1, 1);
    /// result.wait();
    /// assert!(result.ready());
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait(&self) {
        if !self.ready() {
            about_to_wait();
        }
        let mut state = self.slot.state();
        while matches!(state.value, Value::NotYet) {
            state = self.slot.done.wait(state);
        }
    }

    /// Waits until there is a result or an error, at most `timeout`; false if
    /// the time was up first.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(1)?;
    /// use std::time::Duration;
    /// let result = pool.apply_async(|n: u32| n + 1, 1);
    /// assert!(result.wait_timeout(Duration::from_secs(60)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        // A deadline beyond what a clock can hold never comes.
        let Some(deadline) = Instant::now().checked_add(timeout) else {
            self.wait();
            return true;
        };
        if !timeout.is_zero() && !self.ready() {
            about_to_wait();
        }
        let mut state = self.slot.state();
        while matches!(state.value, Value::NotYet) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.slot.done.wait_timeout(state, left);
        }
        true
    }

    /// Whether there is a result or an error. Never blocks.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(1)?;
    /// let result = pool.apply_async(|n: u32| n + 1, 1);
    /// result.wait();
    /// assert!(result.ready());
    /// # Ok(())
    /// # }
    /// ```
    pub fn ready(&self) -> bool {
        self.successful().is_some()
    }

    /// Whether there is a result (`true`) or an error (`false`); `None` while
    /// there is neither. Never blocks.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(1)?;
    /// let fails = |()| -> () { panic!("no luck") };
    /// let result = pool.apply_async(fails, ());
    /// result.wait();
    /// assert_eq!(result.successful(), Some(false));
    /// # Ok(())
    /// # }
    /// ```
    pub fn successful(&self) -> Option<bool> {
        match &self.slot.state().value {
            Value::NotYet => None,
            Value::Ready(result) => Some(result.is_ok()),
            Value::Taken { successful } => Some(*successful),
        }
    }
}

impl<R> Slot<R> {
    fn state(&self) -> WholeGuard<'_, State<R>> {
        let mut state = self.state.lock();
        // What has not come to this copy of the creator by now never will.
        if matches!(state.value, Value::NotYet) && !self.callbacks.are_ours() {
            state.value = Value::Ready(Err(TaskError::OtherProcess));
        }
        state
    }

    fn take(&self) -> Option<Result<R, TaskError>> {
        let mut state = self.state();
        let successful = match &state.value {
            Value::Ready(result) => result.is_ok(),
            _ => return None,
        };
        match std::mem::replace(&mut state.value, Value::Taken { successful }) {
            Value::Ready(result) => Some(result),
            _ => None,
        }
    }
}

/// Whoever lets go last, the caller or a thread of the pool, is a matter of time: so nobody hears of it.
impl<R> Drop for Slot<R> {
    fn drop(&mut self) {
        let state = self.state.get_mut();
        discard_each(std::mem::take(&mut state.waiting));
        let value = std::mem::replace(&mut state.value, Value::Taken { successful: false });
        if let Value::Ready(Ok(result)) = value {
            (self.discard)(result);
        }
    }
}

impl<R: Send + 'static> Slot<R> {
    /// Publishes the result, after the callbacks that wait for it.
    pub(crate) fn complete(self: &Arc<Self>, result: Result<R, TaskError>) {
        let mut state = self.state();
        let waiting = std::mem::take(&mut state.waiting);
        if waiting.is_empty() {
            state.value = Value::Ready(result);
            drop(state);
            self.done.notify_all();
            return;
        }
        drop(state);
        let slot = Arc::clone(self);
        self.callbacks.run(Box::new(move || {
            for callback in waiting {
                contain(|| callback(&result));
            }
            slot.complete(result);
        }));
    }
}
