//! flume: the last message is lost when its sender goes at once.
//!
//! A receiver that waits as a future looked whether there is a message, and then whether all senders are gone. A message that was sent in between
//! by a sender that went right afterwards was never looked for: the receiver said that the channel had ended.
//!
//! <https://github.com/zesterer/flume/issues/120>, mended in 0.11.0 by looking for a message once more.
//!
//! Expected of flume 0.10.14: a panic of the scenario, since the message does not arrive. Of 0.11.0: proved.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
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

/// The message arrives, though its sender has gone.
pub fn send_and_go() {
    let (sender, receiver) = flume::unbounded();
    let mut message = receiver.recv_async();
    let polled = Pin::new(&mut message).poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    let other = thread::spawn(move || sender.send(7).unwrap());
    assert_eq!(block_on(message), Ok(7));
    other.join().unwrap();
}
