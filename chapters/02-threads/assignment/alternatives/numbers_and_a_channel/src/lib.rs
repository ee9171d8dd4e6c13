//! Calls a function for each item on several threads, and gives back the results in order.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
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
    let items: Vec<Mutex<Option<T>>> = items.into_iter().map(|item| Mutex::new(Some(item))).collect();
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads.max(1).min(items.len()) {
            let sender = sender.clone();
            let (items, next, stop, function) = (&items, &next, &stop, &function);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(slot) = items.get(number) else { break };
                    let Some(item) = slot.lock().unwrap().take() else { break };
                    let result = catch_unwind(AssertUnwindSafe(|| function(item)));
                    if result.is_err() {
                        stop.store(true, Ordering::Relaxed);
                    }
                    if sender.send((number, result)).is_err() {
                        break;
                    }
                }
            });
        }
    });
    drop(sender);
    let mut results: Vec<_> = receiver.iter().collect();
    results.sort_by_key(|(number, _)| *number);
    results
        .into_iter()
        .map(|(_, result)| result.unwrap_or_else(|payload| resume_unwind(payload)))
        .collect()
}
