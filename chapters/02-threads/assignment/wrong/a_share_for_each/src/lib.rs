//! Calls a function for each item on several threads, and gives back the results in order.

use std::panic::resume_unwind;
use std::thread;

/// Calls `function` for each item, on `threads` threads at most, and returns the results in the order
/// of the items.
///
/// # Panics
///
/// When `function` panics, no further item is begun. When all threads have ended, that panic goes on
/// in the caller, with its own payload; of several, the one of the first item.
pub fn parallel_map<T, R, F>(items: Vec<T>, threads: usize, function: F) -> Vec<R>
where
    T: Send,
    R: Send,
    F: Fn(T) -> R + Sync,
{
    let share = items.len().div_ceil(threads.max(1)).max(1);
    let mut items = items.into_iter();
    thread::scope(|scope| {
        let mut workers = Vec::new();
        loop {
            let mine: Vec<T> = items.by_ref().take(share).collect();
            if mine.is_empty() {
                break;
            }
            let function = &function;
            workers.push(scope.spawn(move || mine.into_iter().map(function).collect::<Vec<R>>()));
        }
        let mut results = Vec::new();
        let mut panic = None;
        for worker in workers {
            match worker.join() {
                Ok(part) => results.extend(part),
                Err(payload) => panic = panic.or(Some(payload)),
            }
        }
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
        results
    })
}
