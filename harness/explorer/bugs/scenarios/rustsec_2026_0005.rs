//! oneshot: a receiver that has been polled goes, and the sender sees it and goes as well.
//!
//! A receiver that had been polled said "I am gone" first, and dropped its waker, which lies in the channel, afterwards. Who comes last
//! frees the channel: a sender that came in between freed it with the waker still to be dropped.
//!
//! <https://rustsec.org/advisories/RUSTSEC-2026-0005>, mended by dropping the waker before.
//!
//! The sender here goes early only if it sees that the receiver is gone. Otherwise it would meet another bug, which no release has mended:
//! `oneshot_87.rs`.
//!
//! Expected of oneshot 0.1.11: a use after free of the channel. Of 0.1.13: proved.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::thread;

/// Whoever is last frees the channel, when the other has done with it.
pub fn polled_receiver_goes() {
    let (sender, mut receiver) = oneshot::channel::<u32>();
    let polled = Pin::new(&mut receiver).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Pending));
    let other = thread::spawn(move || if sender.is_closed() { None } else { Some(sender) });
    drop(receiver);
    drop(other.join().unwrap());
}
