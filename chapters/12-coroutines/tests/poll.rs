//! A future, polled by hand: what an executor does with it, without an executor.

use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

// ANCHOR: future
/// A bell that rings once, and who is to be called then.
#[derive(Default)]
struct Bell {
    rung: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

struct Heard<'a>(&'a Bell);

impl Future for Heard<'_> {
    type Output = &'static str;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<&'static str> {
        if self.0.rung.get() {
            return Poll::Ready("ding");
        }
        self.0.waiting.replace(Some(context.waker().clone()));
        Poll::Pending
    }
}
// ANCHOR_END: future

// ANCHOR: ring
impl Bell {
    fn ring(&self) {
        self.rung.set(true);
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }
}
// ANCHOR_END: ring

// ANCHOR: waker
/// Counts how often it was called.
#[derive(Default)]
struct Calls(AtomicU32);

impl Wake for Calls {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}
// ANCHOR_END: waker

#[test]
fn a_future_goes_on_when_it_is_polled_and_not_when_it_is_woken() {
    let bell = Bell::default();
    let steps = Cell::new(0);
    let mut guest = pin!(async {
        steps.set(1);
        let sound = Heard(&bell).await;
        steps.set(2);
        sound
    });
    let calls = Arc::new(Calls::default());
    let waker = Waker::from(Arc::clone(&calls));
    let mut context = Context::from_waker(&waker);

    assert_eq!(steps.get(), 0);
    assert_eq!(guest.as_mut().poll(&mut context), Poll::Pending);
    assert_eq!(steps.get(), 1);

    bell.ring();

    assert_eq!((calls.0.load(Relaxed), steps.get()), (1, 1));
    assert_eq!(guest.as_mut().poll(&mut context), Poll::Ready("ding"));
    assert_eq!(steps.get(), 2);
}

/// The waker belongs to whoever polled last: one that was handed over before may be stale.
#[test]
fn the_last_waker_is_the_one_that_is_called() {
    let bell = Bell::default();
    let mut guest = pin!(Heard(&bell));
    let [first, second] = [0, 1].map(|_| Arc::new(Calls::default()));
    for calls in [&first, &second] {
        let waker = Waker::from(Arc::clone(calls));
        assert!(guest.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    bell.ring();
    assert_eq!((first.0.load(Relaxed), second.0.load(Relaxed)), (0, 1));
}
