//! Calls a function for each item on several threads, and gives back the results in order.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Calls `function` for each item, on `threads` threads at most, and returns the results in the order
/// of the items.
///
/// A thread that is free takes the next item, so that nobody waits behind a slow one. No more threads
/// are started than there are items; with `threads` 0 it is as with 1.
///
/// # Panics
///
/// When `function` panics, its thread keeps the others from taking more items. When all have ended,
/// that panic goes on in the caller, with its own payload; of several, the one of the first item.
pub fn parallel_map<T, R, F>(items: Vec<T>, threads: usize, function: F) -> Vec<R>
where
    T: Send,
    R: Send,
    F: Fn(T) -> R + Sync,
{
    let count = items.len();
    let work = Mutex::new(items.into_iter().enumerate());
    let results = Mutex::new(Results { done: Vec::with_capacity(count), panic: None });
    thread::scope(|scope| {
        for _ in 0..threads.clamp(1, count.max(1)).min(count) {
            scope.spawn(|| {
                loop {
                    let next = lock(&work).next();
                    let Some((number, item)) = next else { break };
                    let result = catch_unwind(AssertUnwindSafe(|| function(item)));
                    match result {
                        Ok(result) => lock(&results).done.push((number, result)),
                        Err(payload) => {
                            // Nobody begins another item.
                            lock(&work).by_ref().for_each(drop);
                            lock(&results).keep_first(number, payload);
                        }
                    }
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, payload)) = results.panic {
        resume_unwind(payload);
    }
    results.done.sort_by_key(|(number, _)| *number);
    results.done.into_iter().map(|(_, result)| result).collect()
}

struct Results<R> {
    done: Vec<(usize, R)>,
    panic: Option<(usize, Box<dyn Any + Send>)>,
}

impl<R> Results<R> {
    fn keep_first(&mut self, number: usize, payload: Box<dyn Any + Send>) {
        if self.panic.as_ref().is_none_or(|(other, _)| number < *other) {
            self.panic = Some((number, payload));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
