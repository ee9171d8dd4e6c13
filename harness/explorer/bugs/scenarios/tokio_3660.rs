//! tokio's `Notify`: waking all who wait takes away what was kept for one.
//!
//! `notify_one` with nobody waiting keeps a permit for the next who waits. `notify_waiters` wakes those who wait now and keeps nothing; but it
//! also threw a kept permit away.
//!
//! <https://github.com/tokio-rs/tokio/pull/3660>, mended in 1.5.1 by leaving the permit.
//!
//! Expected of tokio 1.5.0: a deadlock. Of 1.13.1: proved.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};
use tokio::sync::Notify;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// The permit of `notify_one` is there whenever somebody waits.
pub fn notify_one_beside_notify_waiters() {
    let notify = Arc::new(Notify::new());
    let theirs = Arc::clone(&notify);
    let other = thread::spawn(move || theirs.notify_waiters());
    notify.notify_one();
    block_on(notify.notified());
    other.join().unwrap();
}
