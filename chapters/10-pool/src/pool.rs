//! The pool: its workers from creation to end, and single tasks.

use crate::assembly::{Assembly, read};
use crate::builder::Builder;
use crate::callbacks::Callbacks;
use crate::dispatch::{Dispatch, Job};
use crate::error::{PoolError, TaskError};
use crate::mapping::{Chunks, Mapping};
use crate::panics::{discard, discard_each};
use crate::result::AsyncResult;
use crate::tender;
use crate::worker::{Task, Worker};
use ch08_multiprocessing::{EncodeError, Function, Message, NotInExecutable};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};

/// Worker processes that do tasks: calls of functions with arguments.
///
/// `main` must begin with `ch08_multiprocessing::init()`; the workers are
/// processes of this same executable.
///
/// A pool ends in one of two ways: [`close`](Pool::close) and then
/// [`join`](ClosedPool::join) does everything that was submitted;
/// [`terminate`](Pool::terminate), or dropping the pool, kills the workers.
/// Submitting after closing, and joining before it, do not compile.
///
/// ```
/// use ch10_pool::Pool;
///
/// fn square(x: i64) -> i64 {
///     x * x
/// }
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     ch08_multiprocessing::init();
///     let pool = Pool::new(2)?;
///     let later = pool.apply_async(square, 20);
///     assert_eq!(pool.map(square, 0..5)?, [0, 1, 4, 9, 16]);
///     assert_eq!(later.get()?, 400);
///     pool.close().join();
///     Ok(())
/// }
/// ```
///
/// Not for work that takes microseconds: a task costs a message there and one
/// back. For threads, which share memory and cost less, see chapter 11.
#[must_use = "dropping a pool kills its workers"]
pub struct Pool {
    pub(crate) inner: Inner,
}

/// A pool that takes no more tasks.
#[derive(Debug)]
#[must_use = "dropping a pool kills its workers; join() lets them finish"]
pub struct ClosedPool {
    inner: Inner,
}

impl Pool {
    /// A pool of `processes` workers.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::{Pool, TaskError};
    /// let pool = Pool::new(2)?;
    /// assert_eq!(pool.worker_pids().len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`PoolError`].
    pub fn new(processes: usize) -> Result<Pool, PoolError> {
        Pool::builder().processes(processes).start()
    }

    /// A pool with more choices.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::{Pool, TaskError};
    /// let pool = Pool::builder().processes(1).start()?;
    /// assert_eq!(pool.worker_pids().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Creates a pool of `processes`, runs `body` with it, and waits until
    /// everything that was submitted is done. If `body` panics, the workers
    /// are killed.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::{Pool, TaskError};
    /// let squares = Pool::scope(2, |pool| pool.map(|n: u32| n * n, 0..4))??;
    /// assert_eq!(squares, [0, 1, 4, 9]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`PoolError`].
    pub fn scope<T>(processes: usize, body: impl FnOnce(&Pool) -> T) -> Result<T, PoolError> {
        let pool = Pool::new(processes)?;
        let result = body(&pool);
        pool.close().join();
        Ok(result)
    }

    /// Has a worker call `function` with `argument`, and waits for the result.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::{Pool, TaskError};
    /// let pool = Pool::new(1)?;
    /// assert_eq!(pool.apply(|(a, b): (i32, i32)| a - b, (5, 3))?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`TaskError`].
    pub fn apply<A, R>(&self, function: fn(A) -> R, argument: A) -> Result<R, TaskError>
    where
        A: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        let task = part(Function::new(function), Message::encode(&argument))?;
        match self.inner.dispatch.perform_here(task) {
            Ok(result) => result.and_then(read),
            Err(task) => self.inner.submit_alone(Ok(task), read).get(),
        }
    }

    /// Has a worker call `function` with `argument`. Never waits: a task for
    /// which no worker is free is queued, without a limit.
    ///
    /// What goes wrong, here or there, is in the result.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::{Pool, TaskError};
    /// let pool = Pool::new(2)?;
    /// let results = [1, 2, 3].map(|n| pool.apply_async(|n: u32| 10 * n, n));
    /// assert_eq!(results.map(|result| result.get().unwrap()), [10, 20, 30]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn apply_async<A, R>(&self, function: fn(A) -> R, argument: A) -> AsyncResult<R>
    where
        A: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        let part = part(Function::new(function), Message::encode(&argument));
        self.inner.submit_alone(part, read)
    }

    /// What lies under all the other methods: a call without its types.
    ///
    /// The argument is what `function` decodes, the result what it encoded.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::{Pool, TaskError};
    /// use ch08_multiprocessing::{Function, Message};
    /// let pool = Pool::new(1)?;
    /// let double = Function::new(|n: i64| 2 * n)?;
    /// let result = pool.call(double, Message::encode(&21_i64)?).get()?;
    /// assert_eq!(result.decode::<i64>()?, 42);
    /// # Ok(())
    /// # }
    /// ```
    pub fn call(&self, function: Function, argument: Message) -> AsyncResult<Message> {
        self.inner.submit_alone(part(Ok(function), Ok(argument)), Ok)
    }

    /// The methods that map, with chunks of `size` elements.
    ///
    /// A chunk is one message and one task. Larger chunks cost less an element;
    /// smaller ones spread the work more evenly. 0 counts as 1.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::{Pool, TaskError};
    /// let pool = Pool::new(2)?;
    /// assert_eq!(pool.chunks_of(100).map(|n: u32| n + 1, 0..1000)?.len(), 1000);
    /// # Ok(())
    /// # }
    /// ```
    pub fn chunks_of(&self, size: usize) -> Mapping<'_> {
        Mapping::new(&self.inner, Chunks::Of(size.max(1)))
    }

    /// The methods that map, with CPython's chunks: four a worker.
    pub(crate) fn mapping(&self) -> Mapping<'_> {
        Mapping::new(&self.inner, Chunks::FourAWorker)
    }

    /// The process ids of the workers. One that died is listed until its
    /// replacement is.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::{Pool, TaskError};
    /// let pool = Pool::new(2)?;
    /// assert!(pool.worker_pids().contains(&pool.apply(|()| std::process::id(), ())?));
    /// # Ok(())
    /// # }
    /// ```
    pub fn worker_pids(&self) -> Vec<u32> {
        self.inner.dispatch.children().iter().map(|child| child.pid()).collect()
    }

    /// Takes no more tasks. Those submitted are still done.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::{Pool, TaskError};
    /// let pool = Pool::new(1)?;
    /// let result = pool.apply_async(|n: u32| n + 1, 1);
    /// pool.close().join();
    /// assert_eq!(result.get()?, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn close(self) -> ClosedPool {
        self.inner.dispatch.close();
        ClosedPool { inner: self.inner }
    }

    /// Kills the workers and waits until they have ended. Tasks without a
    /// result fail with [`TaskError::Terminated`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::{Pool, TaskError};
    /// let pool = Pool::new(1)?;
    /// let endless = |()| -> () { loop { std::thread::park() } };
    /// let result = pool.apply_async(endless, ());
    /// pool.terminate();
    /// assert_eq!(result.get(), Err(TaskError::Terminated));
    /// # Ok(())
    /// # }
    /// ```
    pub fn terminate(self) {
        drop(self);
    }
}

impl ClosedPool {
    /// Waits until every task is done, every callback has run, and every
    /// worker has ended.
    ///
    /// Called while the pool reads or drops a result, in one of its own
    /// threads, it does not wait for that thread; a task that nobody else can do
    /// fails with [`TaskError::Terminated`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::{Pool, TaskError};
    /// let pool = Pool::new(2)?;
    /// let squares = pool.map_async(|n: u32| n * n, 0..3);
    /// pool.close().join();
    /// assert!(squares.ready());
    /// # Ok(())
    /// # }
    /// ```
    pub fn join(mut self) {
        self.inner.join();
    }

    /// As [`Pool::terminate`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::{Pool, TaskError};
    /// let pool = Pool::new(1)?;
    /// let endless = |()| -> () { loop { std::thread::park() } };
    /// let result = pool.apply_async(endless, ());
    /// pool.close().terminate();
    /// assert_eq!(result.get(), Err(TaskError::Terminated));
    /// # Ok(())
    /// # }
    /// ```
    pub fn terminate(self) {
        drop(self);
    }
}

/// What open and closed pools have in common.
pub(crate) struct Inner {
    pub(crate) dispatch: Arc<Dispatch>,
    callbacks: Arc<Callbacks>,
    /// The threads that tend the workers.
    tenders: Vec<JoinHandle<()>>,
}

/// A task that may already have failed, on the way into its message.
pub(crate) type Part = Result<Task, TaskError>;

pub(crate) fn part(
    function: Result<Function, NotInExecutable>,
    arguments: Result<Message, EncodeError>,
) -> Part {
    Ok(Task::new(function?, arguments?))
}

impl Inner {
    /// Gives each worker a seat, and starts as many threads.
    ///
    /// # Errors
    ///
    /// If the system has not as many; then none is left, nor a worker.
    pub(crate) fn new(dispatch: Arc<Dispatch>, workers: Vec<Worker>) -> io::Result<Inner> {
        let callbacks = Arc::new(Callbacks::start()?);
        let mut inner = Inner { dispatch, callbacks, tenders: Vec::new() };
        let (begun, have_begun) = channel::<()>();
        for worker in workers {
            let (dispatch, begun) = (Arc::clone(&inner.dispatch), begun.clone());
            inner.tenders.push(tender::start(dispatch, || drop(begun))?);
            inner.dispatch.seat(worker);
        }
        // One that has still to begin when no memory is left would end the process.
        drop(begun);
        let _ = have_begun.recv();
        Ok(inner)
    }

    /// Submits the parts of one result, each as soon as it is there; they are
    /// read as they arrive and then put together.
    pub(crate) fn submit<R: DeserializeOwned + Send + 'static>(
        &self,
        parts: impl ExactSizeIterator<Item = Part>,
    ) -> AsyncResult<Vec<R>> {
        let (result, slot) = AsyncResult::new(&self.callbacks, discard_each);
        let assembly = Assembly::new(parts.len(), slot);
        for (i, part) in parts.enumerate() {
            let assembly = Arc::clone(&assembly);
            self.submit_part(part, Box::new(move |result| assembly.put(i, result)));
        }
        result
    }

    /// Submits what is a result by itself.
    fn submit_alone<R: Send + 'static>(
        &self,
        part: Part,
        read: fn(Message) -> Result<R, TaskError>,
    ) -> AsyncResult<R> {
        let (result, slot) = AsyncResult::new(&self.callbacks, discard);
        let deliver = move |message: Result<_, _>| slot.complete(message.and_then(read));
        self.submit_part(part, Box::new(deliver));
        result
    }

    pub(crate) fn submit_part(
        &self,
        part: Part,
        deliver: Box<dyn FnOnce(Result<Message, TaskError>) + Send>,
    ) {
        match part {
            Ok(task) => self.dispatch.submit(Job { task, deliver }),
            Err(error) => deliver(Err(error)),
        }
    }

    fn join(&mut self) {
        // In a forked copy these threads do not exist.
        if self.dispatch.is_ours() {
            let me = thread::current().id();
            // The pool may end while one of them reads or drops a result: that one ends by itself.
            let stand_ins = std::iter::from_fn(|| self.dispatch.stand_ins.take());
            let tenders = self.tenders.drain(..).chain(stand_ins);
            for tender in tenders.filter(|tender| tender.thread().id() != me) {
                // A tender does not panic: what users' code does is caught.
                let _ = tender.join();
            }
            self.dispatch.join_retired();
            self.callbacks.finish();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.dispatch.is_ours() {
            self.dispatch.terminate();
            self.join();
        } else {
            // Where these threads had their stacks the copy's own may have theirs by now, and it would detach those.
            self.tenders.drain(..).for_each(std::mem::forget);
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pool").field(&self.inner).finish()
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").field("workers", &self.dispatch.children()).finish_non_exhaustive()
    }
}
