//! From the messages that workers send back to a result.

use crate::error::TaskError;
use crate::panics::{contain, discard_each, panic_message};
use crate::result::Slot;
use ch08_multiprocessing::{Message, Reason};
use serde::de::DeserializeOwned;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// The value in a message.
pub(crate) fn read<T: DeserializeOwned>(message: Message) -> Result<T, TaskError> {
    // A user's `Deserialize` may panic: that must leave nobody waiting.
    match catch_unwind(AssertUnwindSafe(|| message.decode())) {
        Ok(result) => result.map_err(TaskError::from),
        Err(panic) => {
            let message = panic_message(&*panic);
            let reason = Reason::new(format!("reading the result panicked: {message}"));
            contain(|| drop(panic));
            Err(TaskError::Serialization { reason })
        }
    }
}

/// Where the parts of a result are put together. They are read one by one,
/// each in the thread that received it, while others are still at work.
pub(crate) struct Assembly<R> {
    parts: Mutex<Parts<R>>,
    slot: Arc<Slot<Vec<R>>>,
}

struct Parts<R> {
    read: Vec<Option<Vec<R>>>,
    missing: usize,
    /// The error of the first part that failed, in the order of the parts.
    error: Option<(usize, TaskError)>,
}

impl<R: DeserializeOwned + Send + 'static> Assembly<R> {
    pub(crate) fn new(count: usize, slot: Arc<Slot<Vec<R>>>) -> Arc<Assembly<R>> {
        if count == 0 {
            slot.complete(Ok(Vec::new()));
        }
        let read = (0..count).map(|_| None).collect();
        let parts = Mutex::new(Parts { read, missing: count, error: None });
        Arc::new(Assembly { parts, slot })
    }

    /// Puts in a part; with the last one the result is complete.
    pub(crate) fn put(&self, part: usize, result: Result<Message, TaskError>) {
        let result = result.and_then(read);
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        match result {
            Ok(value) => parts.read[part] = Some(value),
            Err(error) if parts.error.as_ref().is_none_or(|(first, _)| part < *first) => {
                parts.error = Some((part, error));
            }
            Err(_) => {}
        }
        parts.missing -= 1;
        if parts.missing > 0 {
            return;
        }
        let (read, error) = (std::mem::take(&mut parts.read), parts.error.take());
        drop(parts);
        let read: Vec<Vec<R>> = read.into_iter().flatten().collect();
        self.slot.complete(match error {
            Some((_, error)) => {
                // A destructor that panics must leave nobody waiting.
                discard_each(read.into_iter().flatten());
                Err(error)
            }
            None => {
                let mut all = Vec::with_capacity(read.iter().map(Vec::len).sum());
                read.into_iter().for_each(|mut chunk| all.append(&mut chunk));
                Ok(all)
            }
        });
    }
}
