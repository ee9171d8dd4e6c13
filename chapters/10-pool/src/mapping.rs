//! One function over many elements: map, starmap, and their relatives.

use crate::error::TaskError;
use crate::imap::{Imap, Order};
use crate::pool::{Inner, Pool, part};
use crate::result::AsyncResult;
use ch08_multiprocessing::{Function, Message, NotInExecutable};
use serde::{Serialize, de::DeserializeOwned};

/// How many elements go into one message.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Chunks {
    /// CPython's rule: the elements divided by four times the workers, rounded up.
    FourAWorker,
    Of(usize),
}

/// The methods of a [`Pool`] that map, with a chosen size of chunks.
///
/// If the function panics, the rest of that chunk is skipped; all other chunks
/// are done. The error is then that of the first chunk that failed, in the
/// order of the elements.
#[derive(Debug, Clone, Copy)]
pub struct Mapping<'pool> {
    pool: &'pool Inner,
    chunks: Chunks,
}

impl<'pool> Mapping<'pool> {
    pub(crate) fn new(pool: &'pool Inner, chunks: Chunks) -> Mapping<'pool> {
        Mapping { pool, chunks }
    }

    /// See [`Pool::map`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(2)?;
    /// let squares = pool.chunks_of(2).map(|n: u32| n * n, 0..5)?;
    /// assert_eq!(squares, [0, 1, 4, 9, 16]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`TaskError`].
    pub fn map<A, R>(
        &self,
        function: fn(A) -> R,
        items: impl IntoIterator<Item = A>,
    ) -> Result<Vec<R>, TaskError>
    where
        A: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        self.map_async(function, items).get()
    }

    /// See [`Pool::map_async`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(2)?;
    /// let squares = pool.chunks_of(2).map_async(|n: u32| n * n, 0..3);
    /// assert_eq!(squares.get()?, [0, 1, 4]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn map_async<A, R>(
        &self,
        function: fn(A) -> R,
        items: impl IntoIterator<Item = A>,
    ) -> AsyncResult<Vec<R>>
    where
        A: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        self.submit(Function::each(function), items)
    }

    /// See [`Pool::starmap`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(2)?;
    /// let sums = pool.chunks_of(1).starmap(|a: i32, b: i32| a + b, [(1, 2), (3, 4)])?;
    /// assert_eq!(sums, [3, 7]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`TaskError`].
    pub fn starmap<A, B, R>(
        &self,
        function: fn(A, B) -> R,
        items: impl IntoIterator<Item = (A, B)>,
    ) -> Result<Vec<R>, TaskError>
    where
        A: Serialize + DeserializeOwned,
        B: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        self.starmap_async(function, items).get()
    }

    /// See [`Pool::starmap_async`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(2)?;
    /// let sums = pool.chunks_of(1).starmap_async(|a: i32, b: i32| a + b, [(1, 2), (3, 4)]);
    /// assert_eq!(sums.get()?, [3, 7]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn starmap_async<A, B, R>(
        &self,
        function: fn(A, B) -> R,
        items: impl IntoIterator<Item = (A, B)>,
    ) -> AsyncResult<Vec<R>>
    where
        A: Serialize + DeserializeOwned,
        B: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        self.submit(Function::each_pair(function), items)
    }

    /// See [`Pool::imap`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(2)?;
    /// let squares = pool.chunks_of(100).imap(|n: u32| n * n, 0..1000);
    /// assert_eq!(squares.last().unwrap()?, 998_001);
    /// # Ok(())
    /// # }
    /// ```
    pub fn imap<A, R, I>(&self, function: fn(A) -> R, items: I) -> Imap<'pool, I::IntoIter, R>
    where
        A: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
        I: IntoIterator<Item = A>,
    {
        self.imap_in(Order::OfInput, function, items)
    }

    /// See [`Pool::imap_unordered`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(2)?;
    /// let squares = pool.chunks_of(100).imap_unordered(|n: u32| n * n, 0..1000);
    /// assert_eq!(squares.map(Result::unwrap).sum::<u32>(), 332_833_500);
    /// # Ok(())
    /// # }
    /// ```
    pub fn imap_unordered<A, R, I>(
        &self,
        function: fn(A) -> R,
        items: I,
    ) -> Imap<'pool, I::IntoIter, R>
    where
        A: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
        I: IntoIterator<Item = A>,
    {
        self.imap_in(Order::OfArrival, function, items)
    }

    fn imap_in<A, R, I>(
        &self,
        order: Order,
        function: fn(A) -> R,
        items: I,
    ) -> Imap<'pool, I::IntoIter, R>
    where
        A: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
        I: IntoIterator<Item = A>,
    {
        let size = match self.chunks {
            Chunks::Of(size) => size,
            // How many elements there are is not known here.
            Chunks::FourAWorker => 1,
        };
        Imap::new(self.pool, order, Function::each(function), items.into_iter(), size)
    }

    fn submit<A, R>(
        &self,
        function: Result<Function, NotInExecutable>,
        items: impl IntoIterator<Item = A>,
    ) -> AsyncResult<Vec<R>>
    where
        A: Serialize,
        R: DeserializeOwned + Send + 'static,
    {
        let items: Vec<A> = items.into_iter().collect();
        let size = match self.chunks {
            Chunks::Of(size) => size,
            Chunks::FourAWorker => items.len().div_ceil(4 * self.pool.dispatch.seats()).max(1),
        };
        let parts = items.chunks(size).map(|chunk| part(function, Message::encode(chunk)));
        self.pool.submit(parts)
    }
}

/// The methods that map, with CPython's chunks; for others see
/// [`chunks_of`](Pool::chunks_of).
impl Pool {
    /// The results of `function` over all `items`, in the order of the items.
    /// Waits for all of them.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(2)?;
    /// assert_eq!(pool.map(|n: u32| n * n, 0..5)?, [0, 1, 4, 9, 16]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`TaskError`] of the first chunk that failed, after all have been done.
    pub fn map<A, R>(
        &self,
        function: fn(A) -> R,
        items: impl IntoIterator<Item = A>,
    ) -> Result<Vec<R>, TaskError>
    where
        A: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        self.mapping().map(function, items)
    }

    /// As [`map`](Pool::map), without waiting.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(2)?;
    /// let squares = pool.map_async(|n: u32| n * n, 0..3);
    /// // Something else meanwhile.
    /// assert_eq!(squares.get()?, [0, 1, 4]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn map_async<A, R>(
        &self,
        function: fn(A) -> R,
        items: impl IntoIterator<Item = A>,
    ) -> AsyncResult<Vec<R>>
    where
        A: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        self.mapping().map_async(function, items)
    }

    /// As [`map`](Pool::map), for a function of two arguments and pairs of
    /// them. A function of more arguments can take a tuple, with `map`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(2)?;
    /// assert_eq!(pool.starmap(|a: i32, b: i32| a + b, [(1, 2), (3, 4)])?, [3, 7]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`map`](Pool::map).
    pub fn starmap<A, B, R>(
        &self,
        function: fn(A, B) -> R,
        items: impl IntoIterator<Item = (A, B)>,
    ) -> Result<Vec<R>, TaskError>
    where
        A: Serialize + DeserializeOwned,
        B: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        self.mapping().starmap(function, items)
    }

    /// As [`starmap`](Pool::starmap), without waiting.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(2)?;
    /// let sums = pool.starmap_async(|a: i32, b: i32| a + b, [(1, 2), (3, 4)]);
    /// assert_eq!(sums.get()?, [3, 7]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn starmap_async<A, B, R>(
        &self,
        function: fn(A, B) -> R,
        items: impl IntoIterator<Item = (A, B)>,
    ) -> AsyncResult<Vec<R>>
    where
        A: Serialize + DeserializeOwned,
        B: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
    {
        self.mapping().starmap_async(function, items)
    }

    /// The results one by one, in the order of the items, each as soon as it
    /// and those before it are there.
    ///
    /// The items are taken from their iterator as results are asked for, two
    /// chunks a worker ahead: it may be endless, and memory does not grow
    /// with it. Chunks have one element unless
    /// [`chunks_of`](Pool::chunks_of) says otherwise.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(2)?;
    /// // It never ends, and does not have to.
    /// let mut squares = pool.imap(|n: u64| n * n, 0..);
    /// assert_eq!(squares.next(), Some(Ok(0)));
    /// assert_eq!(squares.next(), Some(Ok(1)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn imap<A, R, I>(&self, function: fn(A) -> R, items: I) -> Imap<'_, I::IntoIter, R>
    where
        A: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
        I: IntoIterator<Item = A>,
    {
        self.mapping().imap(function, items)
    }

    /// As [`imap`](Pool::imap), but in the order in which the results arrive.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// # let pool = Pool::new(2)?;
    /// let squares = pool.imap_unordered(|n: u32| n * n, 0..4);
    /// assert_eq!(squares.map(Result::unwrap).sum::<u32>(), 14);
    /// # Ok(())
    /// # }
    /// ```
    pub fn imap_unordered<A, R, I>(
        &self,
        function: fn(A) -> R,
        items: I,
    ) -> Imap<'_, I::IntoIter, R>
    where
        A: Serialize + DeserializeOwned,
        R: Serialize + DeserializeOwned + Send + 'static,
        I: IntoIterator<Item = A>,
    {
        self.mapping().imap_unordered(function, items)
    }
}
