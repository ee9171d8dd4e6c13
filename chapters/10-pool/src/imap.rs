//! Results one by one.

use crate::arrivals::Arrivals;
use crate::assembly::read;
use crate::error::{TaskError, TimedOut};
use crate::panics::discard_each;
use crate::pool::{Inner, part};
use crate::tender::about_to_wait;
use ch08_multiprocessing::{Function, Message, NotInExecutable};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    OfInput,
    OfArrival,
}

type Arrival<R> = (usize, Result<Vec<R>, TaskError>);

/// The results of [`Pool::imap`](crate::Pool::imap) and
/// [`imap_unordered`](crate::Pool::imap_unordered).
///
/// A chunk that failed is one `Err` among the results; those after it follow.
/// What the destructor of a result throws that nobody has asked for goes nowhere.
#[must_use = "items are submitted as results are asked for"]
pub struct Imap<'pool, I, R> {
    pool: &'pool Inner,
    order: Order,
    function: Result<Function, NotInExecutable>,
    items: I,
    size: usize,
    /// How many chunks were submitted, and how many of them were handed out.
    submitted: usize,
    returned: usize,
    arrivals: Arc<Arrivals<Arrival<R>>>,
    /// Arrived before their turn.
    early: BTreeMap<usize, Result<Vec<R>, TaskError>>,
    /// The chunk that is being handed out.
    current: VecDeque<R>,
}

impl<'pool, I, A, R> Imap<'pool, I, R>
where
    I: Iterator<Item = A>,
    A: Serialize,
    R: DeserializeOwned + Send + 'static,
{
    pub(crate) fn new(
        pool: &'pool Inner,
        order: Order,
        function: Result<Function, NotInExecutable>,
        items: I,
        size: usize,
    ) -> Imap<'pool, I, R> {
        let mut imap = Imap {
            pool,
            order,
            function,
            items,
            size,
            submitted: 0,
            returned: 0,
            arrivals: Arc::new(Arrivals::new()),
            early: BTreeMap::new(),
            current: VecDeque::new(),
        };
        imap.submit_ahead();
        imap
    }

    /// Keeps every worker busy, and a task waiting for it.
    fn submit_ahead(&mut self) {
        while self.submitted - self.returned < 2 * self.pool.dispatch.seats() {
            let chunk: Vec<A> = self.items.by_ref().take(self.size).collect();
            if chunk.is_empty() {
                return;
            }
            // May panic, as may the iterator: what is counted is on its way.
            let part = part(self.function, Message::encode(&chunk));
            let (number, arrivals) = (self.submitted, Arc::clone(&self.arrivals));
            self.submitted += 1;
            let deliver = move |result: Result<Message, TaskError>| {
                let chunk = result.and_then(read::<Vec<R>>);
                // Nobody waits for it if the iterator was dropped.
                if let Err((_, chunk)) = arrivals.put((number, chunk)) {
                    discard_each(chunk.into_iter().flatten());
                }
            };
            self.pool.submit_part(part, Box::new(deliver));
        }
    }

    /// The next result, waiting at most `timeout`; `Ok(None)` after the last.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// use std::time::Duration;
    /// let pool = Pool::new(2)?;
    /// let mut squares = pool.imap(|n: u32| n * n, 2..4);
    /// while let Some(square) = squares.next_timeout(Duration::from_secs(60))? {
    ///     assert!([4, 9].contains(&square?));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`TimedOut`]. The result is not lost: ask again.
    pub fn next_timeout(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<Result<R, TaskError>>, TimedOut> {
        self.next_until(Instant::now().checked_add(timeout))
    }

    fn next_until(
        &mut self,
        deadline: Option<Instant>,
    ) -> Result<Option<Result<R, TaskError>>, TimedOut> {
        loop {
            if let Some(result) = self.current.pop_front() {
                return Ok(Some(Ok(result)));
            }
            self.submit_ahead();
            if self.returned == self.submitted {
                return Ok(None);
            }
            let chunk = self.next_chunk(deadline)?;
            self.returned += 1;
            match chunk {
                Ok(results) => self.current = results.into(),
                Err(error) => return Ok(Some(Err(error))),
            }
        }
    }

    fn next_chunk(
        &mut self,
        deadline: Option<Instant>,
    ) -> Result<Result<Vec<R>, TaskError>, TimedOut> {
        loop {
            if let Some(chunk) = self.early.remove(&self.returned) {
                return Ok(chunk);
            }
            let (number, chunk) = if self.pool.dispatch.is_ours() {
                match self.arrivals.try_take() {
                    Some(arrival) => arrival,
                    None => {
                        about_to_wait();
                        self.arrivals.take_until(deadline).ok_or(TimedOut)?
                    }
                }
            } else {
                // What has not come to this copy of the creator by now never will.
                match self.arrivals.try_take() {
                    Some(arrival) => arrival,
                    None => return Ok(Err(TaskError::OtherProcess)),
                }
            };
            if self.order == Order::OfArrival {
                return Ok(chunk);
            }
            self.early.insert(number, chunk);
        }
    }
}

impl<I, A, R> Iterator for Imap<'_, I, R>
where
    I: Iterator<Item = A>,
    A: Serialize,
    R: DeserializeOwned + Send + 'static,
{
    type Item = Result<R, TaskError>;

    fn next(&mut self) -> Option<Result<R, TaskError>> {
        // Without a deadline no time can be up.
        self.next_until(None).ok().flatten()
    }
}

/// Whether a result has come by now, or will be dropped by a thread of the pool, is a matter of time: so nobody hears of it.
impl<I, R> Drop for Imap<'_, I, R> {
    fn drop(&mut self) {
        discard_each(std::mem::take(&mut self.current));
        let early = std::mem::take(&mut self.early).into_values();
        for chunk in early.chain(self.arrivals.close().into_iter().map(|(_, chunk)| chunk)) {
            discard_each(chunk.into_iter().flatten());
        }
    }
}

impl<I, R> fmt::Debug for Imap<'_, I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Imap")
            .field("order", &self.order)
            .field("submitted", &self.submitted)
            .field("returned", &self.returned)
            .finish_non_exhaustive()
    }
}
