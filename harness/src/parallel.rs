//! The same for many things at a time.

use crate::stop::Stop;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What `f` returns for each item, in the order of the items, with at most `jobs` calls at a time. Blocks until all have returned.
///
/// # Panics
///
/// With the panic of a call, if one panics.
///
/// ```
/// let lengths = harness::parallel::map(2.try_into().unwrap(), &["a", "bc", "def"], |s| s.len());
/// assert_eq!(lengths, [1, 2, 3]);
/// ```
pub fn map<T: Sync, R: Send>(
    jobs: NonZeroUsize,
    items: &[T],
    f: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let stop = Stop::current();
    let work = || {
        let mut done = Vec::new();
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(i) else { return done };
            done.push((i, f(item)));
        }
    };
    let help = || Stop::on_behalf(stop.as_ref(), work);
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..jobs.get().min(items.len())).map(|_| scope.spawn(help)).collect();
        let mut done = work();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(i, _)| *i);
    done.into_iter().map(|(_, result)| result).collect()
}
