//! The right to a thread's result.

use crate::{Ident, Thread, current, lock};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::thread::Result;
use std::time::Duration;

/// The right to wait for a thread and to have its result.
///
/// Dropping it detaches the thread: it goes on, nobody gets its result, and the
/// [main scope](crate::main_scope) still waits for it unless it is a daemon.
pub struct JoinHandle<T> {
    thread: Thread,
    result: Arc<Mutex<Option<Result<T>>>>,
}

impl<T> JoinHandle<T> {
    pub(crate) fn new(thread: Thread, result: Arc<Mutex<Option<Result<T>>>>) -> JoinHandle<T> {
        JoinHandle { thread, result }
    }

    /// Waits until the thread has ended and its thread-local values are dropped,
    /// and returns its result.
    ///
    /// All that the thread did happens before `join` returns.
    ///
    /// # Errors
    ///
    /// What the thread panicked with. Python hands a thread's exception to
    /// `threading.excepthook` and `join` does not know of it.
    ///
    /// # Panics
    ///
    /// The thread would join itself, and so wait for ever.
    ///
    /// ```
    /// let failed = ch02_threads::spawn(|| panic!("no such file"));
    /// let payload = failed.join().unwrap_err();
    /// assert_eq!(payload.downcast_ref(), Some(&"no such file"));
    /// ```
    pub fn join(self) -> Result<T> {
        self.refuse_itself();
        self.thread.0.wait(None);
        self.into_result()
    }

    /// Waits until the thread has ended, but no longer than `timeout`; a
    /// `timeout` of zero asks without waiting.
    ///
    /// To have ended is to be no longer [alive](Thread::is_alive). The destructors of
    /// the thread's thread-local values may still run then: they could block, and
    /// the time-out would mean nothing. Who needs their effects uses
    /// [`join`](JoinHandle::join), or a [main scope](crate::main_scope), which waits for them.
    ///
    /// # Errors
    ///
    /// The thread is still running. The handle comes back, to try again.
    ///
    /// # Panics
    ///
    /// The thread would join itself.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Duration;
    ///
    /// let (finish, wait_for_it) = mpsc::channel();
    /// let slow = ch02_threads::spawn(move || wait_for_it.recv().unwrap());
    /// let slow = slow.join_timeout(Duration::from_millis(1)).expect_err("it still waits");
    /// finish.send("done").unwrap();
    /// assert_eq!(slow.join().unwrap(), "done");
    /// ```
    pub fn join_timeout(self, timeout: Duration) -> std::result::Result<Result<T>, JoinHandle<T>> {
        self.refuse_itself();
        if self.thread.0.wait(Some(timeout)) { Ok(self.into_result()) } else { Err(self) }
    }

    fn refuse_itself(&self) {
        assert!(self.thread != current(), "a thread cannot join itself: it would wait for ever");
    }

    /// Only for a thread that has ended.
    fn into_result(self) -> Result<T> {
        lock(&self.result).take().expect("a thread leaves its result before it ends")
    }

    /// The thread itself, for everything else there is to ask.
    ///
    /// ```
    /// let handle = ch02_threads::spawn(ch02_threads::current);
    /// let thread = handle.thread().clone();
    /// assert_eq!(handle.join().unwrap(), thread);
    /// ```
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Whether the thread has not ended yet. See [`Thread::is_alive`].
    ///
    /// ```
    /// let (finish, wait_for_it) = std::sync::mpsc::channel::<()>();
    /// let handle = ch02_threads::spawn(move || wait_for_it.recv());
    /// assert!(handle.is_alive());
    /// # drop(finish);
    /// ```
    pub fn is_alive(&self) -> bool {
        self.thread.is_alive()
    }

    /// Whether the main scope leaves the thread behind. See [`Thread::is_daemon`].
    ///
    /// ```
    /// assert!(!ch02_threads::spawn(|| ()).is_daemon());
    /// ```
    pub fn is_daemon(&self) -> bool {
        self.thread.is_daemon()
    }

    /// The thread's identifier. See [`Thread::ident`].
    ///
    /// ```
    /// assert!(ch02_threads::spawn(|| ()).ident().is_some());
    /// ```
    pub fn ident(&self) -> Option<Ident> {
        self.thread.ident()
    }

    /// What the kernel calls the thread. See [`Thread::native_id`].
    ///
    /// ```
    /// let own = ch02_threads::current().native_id();
    /// let others = ch02_threads::spawn(|| ()).native_id();
    /// assert!(own.is_none() || own != others);
    /// ```
    pub fn native_id(&self) -> Option<u64> {
        self.thread.native_id()
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("thread", &self.thread).finish_non_exhaustive()
    }
}
