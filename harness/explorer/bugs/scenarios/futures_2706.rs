//! futures' `Shared`: the one who polls is woken, and gives up.
//!
//! One of several handles polls the future that they share; the others leave their wakers and wait. If the future wakes them while it is still
//! being polled, another handle that looks finds the poll under way, and waits again. The one who polled then ends its poll without an answer,
//! and if it is dropped instead of polling again, nobody wakes the others.
//!
//! <https://github.com/rust-lang/futures-rs/issues/2706>: open.
//!
//! Expected of futures-util 0.3.34: a deadlock. There is no mended release.

use futures_util::future::{FutureExt, poll_fn};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

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

/// Who waits for the end hears of it, though another handle was dropped.
pub fn dropped_handle_beside_completion() {
    let state: Arc<Mutex<(bool, Option<Waker>)>> = Arc::default();
    let theirs = Arc::clone(&state);
    let shared = poll_fn(move |context| {
        let (done, waker) = &mut *theirs.lock().unwrap();
        if *done {
            return Poll::Ready(());
        }
        *waker = Some(context.waker().clone());
        Poll::Pending
    })
    .shared();
    let mut impatient = shared.clone();
    let one = thread::spawn(move || {
        let _ = Pin::new(&mut impatient).poll(&mut Context::from_waker(Waker::noop()));
    });
    let two = thread::spawn(move || {
        let waker = {
            let (done, waker) = &mut *state.lock().unwrap();
            *done = true;
            waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    });
    block_on(shared);
    one.join().unwrap();
    two.join().unwrap();
}
