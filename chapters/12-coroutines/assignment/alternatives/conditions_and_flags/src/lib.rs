//! A small executor: `block_on`, `join_all`, `yield_now` and timers.
//!
//! A mutex and a condition variable instead of parking, timers in a plain list, and a flag for each member of a group.

use std::cell::RefCell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

#[derive(Default)]
struct Signal {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        *self.woken.lock().unwrap() = true;
        self.changed.notify_one();
    }
}

impl Signal {
    /// Whether there was a wake-up. It is used up by that.
    fn take(&self) -> bool {
        std::mem::take(&mut *self.woken.lock().unwrap())
    }

    /// Waits for a wake-up until `due` at most.
    fn wait(&self, due: Option<Instant>) {
        let woken = self.woken.lock().unwrap();
        match due {
            None => drop(self.changed.wait_while(woken, |woken| !*woken).unwrap()),
            Some(due) => {
                let left = due.saturating_duration_since(Instant::now());
                drop(self.changed.wait_timeout_while(woken, left, |woken| !*woken).unwrap());
            }
        }
    }
}

thread_local!(static ALARMS: RefCell<Vec<Arc<Alarm>>> = const { RefCell::new(Vec::new()) });

struct Alarm {
    due: Instant,
    waker: Mutex<Waker>,
}

/// Runs a future to its end on this thread, and returns what it comes to. While the future cannot go
/// on, the thread sleeps: it polls again when it was woken, and not before.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let signal = Arc::new(Signal::default());
    let waker = Waker::from(Arc::clone(&signal));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        // In each round: whoever yields again and again keeps no alarm waiting.
        ring(Instant::now());
        while !signal.take() {
            let due = ALARMS.with_borrow(|alarms| alarms.iter().map(|alarm| alarm.due).min());
            signal.wait(due);
            ring(Instant::now());
        }
    }
}

fn ring(now: Instant) {
    let rung: Vec<Arc<Alarm>> = ALARMS.with_borrow_mut(|alarms| {
        let (rung, left) = alarms.drain(..).partition(|alarm| alarm.due <= now);
        *alarms = left;
        rung
    });
    for alarm in rung {
        alarm.waker.lock().unwrap().wake_by_ref();
    }
}

/// Lets the other futures of this thread have a turn.
pub fn yield_now() -> impl Future<Output = ()> {
    Yield(false)
}

struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Waits so long, without keeping the thread from other futures. Works inside of `block_on`.
pub fn sleep(duration: Duration) -> impl Future<Output = ()> {
    let waker = Mutex::new(Waker::noop().clone());
    Sleep(Arc::new(Alarm { due: Instant::now() + duration, waker }))
}

struct Sleep(Arc<Alarm>);

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0.due <= Instant::now() {
            return Poll::Ready(());
        }
        self.0.waker.lock().unwrap().clone_from(context.waker());
        ALARMS.with_borrow_mut(|alarms| {
            if !alarms.iter().any(|alarm| Arc::ptr_eq(alarm, &self.0)) {
                alarms.push(Arc::clone(&self.0));
            }
        });
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        ALARMS.with_borrow_mut(|alarms| alarms.retain(|alarm| !Arc::ptr_eq(alarm, &self.0)));
    }
}

struct Flag {
    up: AtomicBool,
    parent: Arc<Mutex<Waker>>,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.up.store(true, Ordering::SeqCst);
        self.parent.lock().unwrap().wake_by_ref();
    }
}

/// Runs all futures at the same time on this thread. Their results come in the order of the futures.
/// A future is polled at the start and then only when it was woken.
pub async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let parent = Arc::new(Mutex::new(Waker::noop().clone()));
    let mut members: Vec<_> = futures
        .into_iter()
        .map(|future| {
            let flag = Arc::new(Flag { up: AtomicBool::new(true), parent: Arc::clone(&parent) });
            (Box::pin(future), flag, None)
        })
        .collect();
    std::future::poll_fn(|context| {
        parent.lock().unwrap().clone_from(context.waker());
        let mut pending = false;
        for (future, flag, result) in &mut members {
            if result.is_none() && flag.up.swap(false, Ordering::SeqCst) {
                let waker = Waker::from(Arc::clone(flag));
                if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    *result = Some(output);
                }
            }
            pending |= result.is_none();
        }
        if pending { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    members.into_iter().filter_map(|(_, _, result)| result).collect()
}
