//! From a function to a thread.

use crate::current;
use crate::record::Record;
use crate::{JoinHandle, Thread, lock, registry};
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

/// Says what a thread shall be like before there is one.
///
/// ```
/// use ch02_threads::Builder;
///
/// let handle = Builder::new().name("logger").daemon(true).spawn(|| 42)?;
/// assert!(handle.is_daemon());
/// assert_eq!(handle.join().unwrap(), 42);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Builder {
    name: Option<String>,
    daemon: Option<bool>,
    stack_size: Option<usize>,
}

impl Builder {
    /// A fresh name, the daemon flag of the thread that builds, and the stack
    /// size that `std` chooses.
    ///
    /// ```
    /// let handle = ch02_threads::Builder::new().spawn(|| 6 * 7)?;
    /// assert_eq!(handle.join().unwrap(), 42);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new() -> Builder {
        Builder::default()
    }

    /// The thread's name. Without this it is `Thread-1`, `Thread-2`, ….
    ///
    /// ```
    /// let unstarted = ch02_threads::Builder::new().name("t.0").build(|| ());
    /// assert_eq!(unstarted.thread().name(), "t.0");
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Builder {
        self.name = Some(name.into());
        self
    }

    /// Whether the thread is a daemon: the [main scope](crate::main_scope) does
    /// not wait for it. Without this it is one if the thread that builds it is.
    ///
    /// ```
    /// let unstarted = ch02_threads::Builder::new().daemon(true).build(|| ());
    /// assert!(unstarted.thread().is_daemon());
    /// ```
    pub fn daemon(mut self, daemon: bool) -> Builder {
        self.daemon = Some(daemon);
        self
    }

    /// The size of the thread's stack in bytes; the operating system may round it up.
    ///
    /// ```
    /// let small = ch02_threads::Builder::new().stack_size(64 * 1024);
    /// assert!(small.spawn(|| ())?.join().is_ok());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn stack_size(mut self, bytes: usize) -> Builder {
        self.stack_size = Some(bytes);
        self
    }

    /// A thread that will run `function` once it is started.
    ///
    /// ```
    /// use ch02_threads::Builder;
    ///
    /// let unstarted = Builder::new().build(|| "done");
    /// assert!(!unstarted.thread().is_alive());
    /// assert_eq!(unstarted.start()?.join().unwrap(), "done");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn build<T>(self, function: impl FnOnce() -> T + Send + 'static) -> Unstarted<T>
    where
        T: Send + 'static,
    {
        let name = self.name.unwrap_or_else(registry::fresh_name);
        let daemon = self.daemon.unwrap_or_else(|| current().is_daemon());
        Unstarted {
            thread: Thread(Arc::new(Record::new(name, daemon))),
            stack_size: self.stack_size,
            function: Box::new(function),
        }
    }

    /// Builds the thread and starts it at once.
    ///
    /// # Errors
    ///
    /// Those of [`Unstarted::start`].
    ///
    /// ```
    /// let refused = ch02_threads::Builder::new().name("no\0name").spawn(|| ());
    /// assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
    /// ```
    pub fn spawn<T>(
        self,
        function: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<JoinHandle<T>>
    where
        T: Send + 'static,
    {
        self.build(function).start()
    }
}

/// Starts a thread with a fresh name.
///
/// # Panics
///
/// The operating system has no more threads to give. [`Builder::spawn`] returns
/// that as an error.
///
/// ```
/// assert_eq!(ch02_threads::spawn(|| 6 * 7).join().unwrap(), 42);
/// ```
pub fn spawn<T>(function: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T>
where
    T: Send + 'static,
{
    Builder::new().spawn(function).expect("the operating system could not start a thread")
}

/// A thread that is not yet one: what Python's `Thread(…)` returns.
///
/// It is started or run at most once, and cannot be joined before. Python finds
/// out about either mistake when the program runs; here it does not compile.
///
/// ```compile_fail,E0382
/// let unstarted = ch02_threads::Builder::new().build(|| ());
/// let first = unstarted.start();
/// let second = unstarted.start();
/// ```
#[must_use = "the thread is not started yet"]
pub struct Unstarted<T> {
    thread: Thread,
    stack_size: Option<usize>,
    function: Box<dyn FnOnce() -> T + Send>,
}

impl<T: Send + 'static> Unstarted<T> {
    /// The thread that it will be.
    ///
    /// ```
    /// let unstarted = ch02_threads::Builder::new().build(|| ());
    /// assert!(!unstarted.thread().is_alive());
    /// ```
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Starts the thread. Its result, or its panic, comes back through
    /// [`JoinHandle::join`].
    ///
    /// # Errors
    ///
    /// The name contains a NUL character ([`io::ErrorKind::InvalidInput`]), or
    /// the operating system cannot make a thread of this stack size or any more
    /// threads at all. The function is dropped then, without having run; in
    /// Python such a thread can be started again.
    ///
    /// ```
    /// let unstarted = ch02_threads::Builder::new().build(|| "ran");
    /// assert_eq!(unstarted.start()?.join().unwrap(), "ran");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn start(self) -> io::Result<JoinHandle<T>> {
        let Unstarted { thread, stack_size, function } = self;
        let name = thread.name();
        if name.contains('\0') {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("the thread name {name:?} contains a NUL character"),
            ));
        }
        let mut builder = std::thread::Builder::new().name(name);
        if let Some(bytes) = stack_size {
            builder = builder.stack_size(bytes);
        }

        let scope = current::scope();
        let result = Arc::new(Mutex::new(None));
        let body = {
            let (thread, scope, result) = (thread.clone(), scope.clone(), Arc::clone(&result));
            move || {
                let _finish = FinishOnDrop(&thread.0);
                current::enter(Arc::clone(&thread.0), scope);
                let outcome = catch_unwind(AssertUnwindSafe(function));
                *lock(&result) = Some(outcome);
                // A result that nobody will ask for is dropped here, while the thread lives.
                drop(result);
            }
        };

        registry::add(&thread.0);
        thread.0.launch(|| builder.spawn(body))?;
        // Before the creator can end, so that no scope misses the thread.
        if let Some(scope) = scope.filter(|_| !thread.is_daemon()) {
            scope.add(&thread.0);
        }
        Ok(JoinHandle::new(thread, result))
    }

    /// Runs the function here and now, in the calling thread. No thread is
    /// started, and a panic is not caught.
    ///
    /// ```
    /// use ch02_threads::{Builder, current};
    ///
    /// let unstarted = Builder::new().name("never started").build(|| current().ident());
    /// assert_eq!(unstarted.run(), current().ident());
    /// ```
    pub fn run(self) -> T {
        (self.function)()
    }
}

impl<T> fmt::Debug for Unstarted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unstarted").field("thread", &self.thread).finish_non_exhaustive()
    }
}

/// Even a panic in the drop of the result must not leave a joiner waiting.
struct FinishOnDrop<'a>(&'a Record);

impl Drop for FinishOnDrop<'_> {
    fn drop(&mut self) {
        self.0.finish();
    }
}
