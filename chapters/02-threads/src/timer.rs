//! A function that runs later, unless it is cancelled.

use crate::{Builder, JoinHandle, Thread, lock};
use std::io;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Runs a function in a thread of its own after a while, unless it is cancelled
/// before. Python's `threading.Timer`.
///
/// Dropping it does not cancel it. Whether the [main scope](crate::main_scope)
/// waits for it depends on its thread's daemon flag, as for any thread.
///
/// A program with many timers wants one thread for all of them, such as an
/// asynchronous runtime has. This one is for a handful.
///
/// ```
/// use ch02_threads::Timer;
/// use std::time::Duration;
///
/// let soon = Timer::start(Duration::from_millis(1), || "rang")?;
/// assert_eq!(soon.join().unwrap(), Some("rang"));
///
/// let late = Timer::start(Duration::from_secs(3600), || "rang")?;
/// assert!(late.cancel());
/// assert_eq!(late.join().unwrap(), None);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Timer<T> {
    shared: Arc<Shared>,
    handle: JoinHandle<Option<T>>,
}

#[derive(Debug, Default)]
struct Shared {
    stage: Mutex<Stage>,
    cancelled: Condvar,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum Stage {
    #[default]
    Waiting,
    Cancelled,
    Fired,
}

impl<T: Send + 'static> Timer<T> {
    /// Runs `function` no sooner than `after` from now.
    ///
    /// # Errors
    ///
    /// The thread cannot be started; see [`Unstarted::start`](crate::Unstarted::start).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = ch02_threads::Timer::start(Duration::from_millis(1), || println!("rang"))?;
    /// timer.join().unwrap();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn start(
        after: Duration,
        function: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<Timer<T>> {
        Timer::start_with(Builder::new(), after, function)
    }

    /// The same in a thread as `builder` says.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Timer::start).
    ///
    /// ```
    /// use ch02_threads::{Builder, Timer};
    /// use std::time::Duration;
    ///
    /// let builder = Builder::new().name("alarm").daemon(true);
    /// let timer = Timer::start_with(builder, Duration::from_secs(3600), || ())?;
    /// assert!(timer.thread().is_daemon());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn start_with(
        builder: Builder,
        after: Duration,
        function: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<Timer<T>> {
        let shared = Arc::<Shared>::default();
        let handle = builder.spawn({
            let shared = Arc::clone(&shared);
            move || shared.fires(after).then(function)
        })?;
        Ok(Timer { shared, handle })
    }

    /// Waits until the function has run and returns its result; `None` if the
    /// timer was cancelled.
    ///
    /// # Errors
    ///
    /// What the function panicked with.
    ///
    /// # Panics
    ///
    /// The function would wait for its own timer.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = ch02_threads::Timer::start(Duration::ZERO, || 6 * 7)?;
    /// assert_eq!(timer.join().unwrap(), Some(42));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn join(self) -> std::thread::Result<Option<T>> {
        self.handle.join()
    }

    /// [`join`](Timer::join) that waits no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// The timer is still waiting or its function still running: the timer
    /// comes back.
    ///
    /// # Panics
    ///
    /// The function would wait for its own timer.
    ///
    /// ```
    /// use ch02_threads::Timer;
    /// use std::time::Duration;
    ///
    /// let timer = Timer::start(Duration::from_secs(3600), || ())?;
    /// let timer = timer.join_timeout(Duration::ZERO).expect_err("it rings in an hour");
    /// timer.cancel();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn join_timeout(
        self,
        timeout: Duration,
    ) -> Result<std::thread::Result<Option<T>>, Timer<T>> {
        let Timer { shared, handle } = self;
        handle.join_timeout(timeout).map_err(|handle| Timer { shared, handle })
    }
}

impl<T> Timer<T> {
    /// Cancels the timer. True if its function has not been called and never
    /// will be; false if the cancellation came too late.
    ///
    /// Does not wait for the timer's thread, which ends soon after.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = ch02_threads::Timer::start(Duration::from_secs(60), || println!("rang"))?;
    /// assert!(timer.cancel());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn cancel(&self) -> bool {
        let mut stage = lock(&self.shared.stage);
        if *stage == Stage::Waiting {
            *stage = Stage::Cancelled;
            self.shared.cancelled.notify_one();
        }
        *stage == Stage::Cancelled
    }

    /// The thread that waits and then calls the function.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let timer = ch02_threads::Timer::start(Duration::from_secs(60), || ())?;
    /// assert!(timer.thread().is_alive());
    /// timer.cancel();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn thread(&self) -> &Thread {
        self.handle.thread()
    }
}

impl Shared {
    /// Waits for the time to come or the cancellation, and says which it was.
    fn fires(&self, after: Duration) -> bool {
        let waiting = |stage: &mut Stage| *stage == Stage::Waiting;
        let (mut stage, _) = self
            .cancelled
            .wait_timeout_while(lock(&self.stage), after, waiting)
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        // Decided under the lock: a timer fires or is cancelled, never both.
        if *stage == Stage::Waiting {
            *stage = Stage::Fired;
        }
        *stage == Stage::Fired
    }
}
