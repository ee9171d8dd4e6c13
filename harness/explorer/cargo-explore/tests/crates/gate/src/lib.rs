//! A gate that tasks wait at.

use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;

/// A gate, closed at first.
#[derive(Debug, Default)]
pub struct Gate {
    is_open: AtomicBool,
    opened: Notify,
}

impl Gate {
    /// Opens it for all.
    pub fn open(&self) {
        self.is_open.store(true, Ordering::SeqCst);
        self.opened.notify_waiters();
    }

    /// Waits until it is open. The bug: whoever opens it after the look tells only those who wait already.
    pub async fn pass(&self) {
        if !self.is_open.load(Ordering::SeqCst) {
            self.opened.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread::{self, Thread};

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(value) => return value,
                Poll::Pending => thread::park(),
            }
        }
    }

    #[test]
    fn everybody_passes() {
        let gate = Gate::default();
        thread::scope(|scope| {
            scope.spawn(|| block_on(gate.pass()));
            gate.open();
        });
    }
}
