//! oneshot: a receiver that has been polled goes, while the sender wakes it.
//!
//! A sender that finds a waiting receiver marks the channel "I am about to wake you", takes the waker, and then writes how it ends.
//! A receiver that goes overwrites that mark with "gone", sees that the sender is waking it, and waits for the sender's last word. But it
//! takes its own "gone" for that word, and frees the channel under the sender.
//!
//! <https://github.com/faern/oneshot/issues/87>: open, and in each release from 0.1.11 to 0.2.1.
//!
//! Expected of oneshot 0.2.1: a use after free, or a data race with the free. There is no mended release.

use oneshot_0_2 as oneshot;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::thread;

/// The message arrives nowhere, and is dropped once.
pub fn polled_receiver_goes_beside_send() {
    let (sender, receiver) = oneshot::channel();
    let mut receiver = receiver.into_future();
    let polled = Pin::new(&mut receiver).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Pending));
    let other = thread::spawn(move || drop(sender.send(Box::new(7))));
    drop(receiver);
    other.join().unwrap();
}
