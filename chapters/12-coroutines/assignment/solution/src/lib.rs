//! A small executor: `block_on`, `join_all`, `yield_now` and timers.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Wakes a thread that is in `block_on`.
struct Parker {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Runs a future to its end on this thread, and returns what it comes to. While the future cannot go
/// on, the thread sleeps: it polls again when it was woken, and not before.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let parker = Arc::new(Parker { thread: thread::current(), woken: AtomicBool::new(true) });
    let waker = Waker::from(Arc::clone(&parker));
    loop {
        // In each round: whoever yields again and again keeps no timer waiting.
        let due = fire_timers();
        // The flag goes down before the poll: a wake-up during it counts.
        if parker.woken.swap(false, Ordering::Acquire) {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return output;
            }
        } else {
            match due {
                Some(due) => thread::park_timeout(due.saturating_duration_since(Instant::now())),
                None => thread::park(),
            }
        }
    }
}

/// Lets the other futures of this thread have a turn.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

thread_local! {
    /// Who is to be woken when. The number tells apart what is due at the same moment.
    static TIMERS: RefCell<(u64, BTreeMap<(Instant, u64), Waker>)> = const { RefCell::new((0, BTreeMap::new())) };
}

/// Wakes whoever is due, and tells when the next is.
fn fire_timers() -> Option<Instant> {
    loop {
        let waker = TIMERS.with_borrow_mut(|(_, timers)| {
            let first = timers.first_entry()?;
            (first.key().0 <= Instant::now()).then(|| first.remove())
        });
        match waker {
            Some(waker) => waker.wake(),
            None => return TIMERS.with_borrow(|(_, timers)| Some(timers.first_key_value()?.0.0)),
        }
    }
}

/// Waits so long, without keeping the thread from other futures. Works inside of `block_on`.
pub async fn sleep(duration: Duration) {
    let mut timer = Timer { due: Instant::now() + duration, number: None };
    poll_fn(|context| timer.poll(context)).await;
}

struct Timer {
    due: Instant,
    number: Option<u64>,
}

impl Timer {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.due {
            return Poll::Ready(());
        }
        TIMERS.with_borrow_mut(|(last, timers)| {
            let number = *self.number.get_or_insert_with(|| {
                *last += 1;
                *last
            });
            timers.insert((self.due, number), context.waker().clone());
        });
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // Nobody waits for it any more.
        if let Some(number) = self.number {
            TIMERS.with_borrow_mut(|(_, timers)| timers.remove(&(self.due, number)));
        }
    }
}

/// Runs all futures at the same time on this thread. Their results come in the order of the futures.
/// A future is polled at the start and then only when it was woken.
pub async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let group = Arc::new(Group {
        ready: Mutex::new((0..futures.len()).collect()),
        whole: Mutex::new(Waker::noop().clone()),
    });
    let mut children: Vec<Child<F>> = futures.into_iter().map(|f| Child::Runs(Box::pin(f))).collect();
    poll_fn(|context| {
        group.whole.lock().unwrap().clone_from(context.waker());
        // Those that are woken from now on have their turn in the next poll, after everybody else's.
        let ready = std::mem::take(&mut *group.ready.lock().unwrap());
        for number in ready {
            let waker = Waker::from(Arc::new(Member { group: Arc::clone(&group), number }));
            if let Child::Runs(future) = &mut children[number]
                && let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker))
            {
                children[number] = Child::Done(output);
            }
        }
        if children.iter().all(|child| matches!(child, Child::Done(_))) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    let done = |child| if let Child::Done(output) = child { Some(output) } else { None };
    children.into_iter().filter_map(done).collect()
}

enum Child<F: Future> {
    Runs(Pin<Box<F>>),
    Done(F::Output),
}

struct Group {
    ready: Mutex<Vec<usize>>,
    whole: Mutex<Waker>,
}

struct Member {
    group: Arc<Group>,
    number: usize,
}

impl Wake for Member {
    fn wake(self: Arc<Self>) {
        let mut ready = self.group.ready.lock().unwrap();
        if !ready.contains(&self.number) {
            ready.push(self.number);
        }
        drop(ready);
        self.group.whole.lock().unwrap().wake_by_ref();
    }
}
