//! thread_local's `ThreadLocal`: going through all values while a thread puts its first one in.
//!
//! The values lie in buckets, which are allocated when they are needed. `iter` read the pointer to a bucket `Relaxed`: nothing said that what
//! the other thread wrote into the bucket, such as that there is no value yet, had happened before it was read.
//!
//! <https://rustsec.org/advisories/RUSTSEC-2022-0006>, mended in 1.1.4 by `Acquire`.
//!
//! Expected of thread_local 1.1.3: a data race between the initialisation of the bucket and the iterator. Of 1.1.10: proved.

use std::sync::Arc;
use std::thread;
use thread_local::ThreadLocal;

/// The iterator sees the other thread's value, or not.
pub fn iterate_beside_first_value() {
    let values = Arc::new(ThreadLocal::with_capacity(0));
    let theirs = Arc::clone(&values);
    let other = thread::spawn(move || {
        theirs.get_or(|| 7);
    });
    let seen: Vec<u32> = values.iter().copied().collect();
    assert!(seen.is_empty() || seen == [7]);
    other.join().unwrap();
}
