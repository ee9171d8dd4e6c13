//! A small executor: `block_on`, `join_all`, `yield_now` and timers.
//!
//! Each sleep that is polled has a thread of its own, which waits for its time or until the sleep is dropped.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

#[derive(Default)]
struct Flag {
    up: Mutex<bool>,
    rose: Condvar,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        *self.up.lock().unwrap() = true;
        self.rose.notify_one();
    }
}

/// Runs a future to its end.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let flag = Arc::new(Flag::default());
    let waker = Waker::from(Arc::clone(&flag));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        let up = flag.up.lock().unwrap();
        *flag.rose.wait_while(up, |up| !*up).unwrap() = false;
    }
}

/// Lets others go first, once.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[derive(Default)]
struct Timer {
    over: bool,
    dropped: bool,
    waker: Option<Waker>,
}

struct Sleep {
    until: Instant,
    timer: Arc<(Mutex<Timer>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

/// Ready when `duration` has passed.
pub async fn sleep(duration: Duration) {
    Sleep { until: Instant::now() + duration, timer: Arc::default(), thread: None }.await;
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut timer = self.timer.0.lock().unwrap();
        if timer.over {
            return Poll::Ready(());
        }
        timer.waker = Some(cx.waker().clone());
        drop(timer);
        if self.thread.is_none() {
            let (until, timer) = (self.until, Arc::clone(&self.timer));
            self.thread = Some(thread::spawn(move || {
                let left = until.saturating_duration_since(Instant::now());
                let guard = timer.0.lock().unwrap();
                let waiting = timer.1.wait_timeout_while(guard, left, |timer| !timer.dropped);
                let (mut timer, _) = waiting.unwrap();
                timer.over = true;
                let waker = timer.waker.take();
                drop(timer);
                if let Some(waker) = waker {
                    waker.wake();
                }
            }));
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.timer.0.lock().unwrap().dropped = true;
        self.timer.1.notify_all();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// A member of a group: its wake-up says which one it is.
struct Member {
    number: usize,
    group: Arc<Mutex<Group>>,
}

struct Group {
    woken: Vec<usize>,
    whole: Waker,
}

impl Wake for Member {
    fn wake(self: Arc<Self>) {
        let mut group = self.group.lock().unwrap();
        group.woken.push(self.number);
        let whole = group.whole.clone();
        drop(group);
        whole.wake();
    }
}

/// The outputs of all futures, in their order.
pub async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut left = futures.len();
    let whole = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    let group = Arc::new(Mutex::new(Group { woken: (0..left).collect(), whole }));
    let mut members: Vec<_> = futures
        .into_iter()
        .enumerate()
        .map(|(number, future)| {
            let member = Member { number, group: Arc::clone(&group) };
            (Box::pin(future), Waker::from(Arc::new(member)))
        })
        .collect();
    let mut outputs: Vec<Option<F::Output>> = members.iter().map(|_| None).collect();
    poll_fn(|cx| {
        let mut group = group.lock().unwrap();
        group.whole = cx.waker().clone();
        let mut woken = std::mem::take(&mut group.woken);
        drop(group);
        woken.sort_unstable();
        woken.dedup();
        for number in woken {
            if outputs[number].is_some() {
                continue;
            }
            let (future, waker) = &mut members[number];
            if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(waker)) {
                outputs[number] = Some(output);
                left -= 1;
            }
        }
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    outputs.into_iter().flatten().collect()
}
