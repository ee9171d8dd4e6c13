//! What a small executor must do.

use judge::drawn;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};
use student::{block_on, join_all, sleep, yield_now};

const SECOND: Duration = Duration::from_secs(1);
const SLACK: Duration = Duration::from_millis(100);

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Something that is set once and can be waited for, from any thread.
#[derive(Default)]
struct Once {
    state: Mutex<(bool, Option<Waker>)>,
}

impl Once {
    fn set(&self) {
        let mut state = self.state.lock().unwrap();
        state.0 = true;
        let waker = state.1.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Counts in `polls` how often it is polled.
    async fn wait(&self, polls: &Cell<u32>) {
        poll_fn(|context| {
            polls.set(polls.get() + 1);
            let mut state = self.state.lock().unwrap();
            if state.0 {
                return Poll::Ready(());
            }
            state.1 = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// Whoever polls with a waker of this does not hear it: a later poll is with another.
struct Unheard;

impl Wake for Unheard {
    fn wake(self: Arc<Self>) {}
}

/// Polls once, with a waker that nobody hears.
fn polled_before<F: Future>(future: F) -> Pin<Box<F>> {
    let mut future = Box::pin(future);
    let unheard = Waker::from(Arc::new(Unheard));
    let first = future.as_mut().poll(&mut Context::from_waker(&unheard));
    assert!(first.is_pending(), "ready at the first poll, although it has to wait");
    future
}

fn on_time(start: Instant, seconds: u32) {
    let passed = start.elapsed();
    assert!(passed >= SECOND * seconds, "it took {passed:?} instead of {seconds} s");
    assert!(passed < SECOND * seconds + SLACK, "it took {passed:?} instead of {seconds} s");
}

/// A future that never waits; it may borrow, and return anything.
pub fn block_on_returns_the_output() {
    let number = drawn(1..1000);
    let text = number.to_string();
    assert_eq!(block_on(async { text.len() }), number.to_string().len());
    assert_eq!(block_on(async { block_on(async { number }) + 1 }), number + 1);
}

/// A future wakes itself while it is polled. That wake-up counts.
pub fn a_wake_up_during_the_poll_counts() {
    let (polls, enough) = (Cell::new(0), drawn(3..8));
    block_on(poll_fn(|context| {
        polls.set(polls.get() + 1);
        if polls.get() == enough {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }));
    assert_eq!(polls.get(), enough);
}

/// Another thread wakes the future, at any moment.
pub fn another_thread_wakes() {
    let (once, polls, number) = (Once::default(), Cell::new(0), drawn(0..1000));
    let got = thread::scope(|scope| {
        scope.spawn(|| once.set());
        block_on(async {
            once.wait(&polls).await;
            number
        })
    });
    assert_eq!(got, number);
    // One too many may be overlooked here. Whoever polls until it is ready has not been woken.
    assert!(polls.get() <= 3, "one wake-up, and {} polls", polls.get());
}

/// A future is polled at the start and when it was woken: twice at most here. A thread that comes back from parking for
/// no reason was not woken.
pub fn nothing_is_polled_without_a_wake_up() {
    let once = Once::default();
    let polls = Cell::new(0);
    thread::scope(|scope| {
        scope.spawn(|| once.set());
        block_on(once.wait(&polls));
    });
    assert!(polls.get() <= 2, "one wake-up, and {} polls", polls.get());
}

/// Two threads, each in a `block_on` of its own.
pub fn each_thread_has_its_own() {
    let (a, b) = (Once::default(), Once::default());
    let (first, second) = (drawn(0..1000), drawn(0..1000));
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            let got = block_on(async {
                a.wait(&Cell::new(0)).await;
                first
            });
            b.set();
            got
        });
        let got = block_on(async {
            a.set();
            b.wait(&Cell::new(0)).await;
            second
        });
        assert_eq!(got, second);
        assert_eq!(other.join().unwrap(), first);
    });
}

/// `yield_now` gives its turn away, and gets it back. So it does in a `join_all` that is a future among others.
pub fn yield_now_lets_others_go() {
    let order = RefCell::new(Vec::new());
    let (a, b) = (drawn(0..1000), drawn(1000..2000));
    let task = async |name: u64| {
        for _ in 0..3 {
            order.borrow_mut().push(name);
            yield_now().await;
        }
    };
    block_on(async {
        let both: Vec<Boxed<'_, ()>> = vec![Box::pin(task(a)), Box::pin(task(b))];
        join_all(both).await;
    });
    assert_eq!(order.take(), [a, b, a, b, a, b]);
    block_on(async {
        let within = async {
            join_all(vec![task(a)]).await;
        };
        let both: Vec<Boxed<'_, ()>> = vec![Box::pin(within), Box::pin(task(b))];
        join_all(both).await;
    });
    assert_eq!(
        order.into_inner(),
        [a, b, a, b, a, b],
        "with one of the two in a `join_all` of its own"
    );
}

/// Results come in the order of the futures, whichever is done first.
pub fn join_all_keeps_the_order() {
    let numbers = [(); 3].map(|()| drawn(0..1000));
    let futures = [3, 1, 2].into_iter().zip(numbers);
    let results = block_on(join_all(futures.map(|(n, number)| number_after(n, number)).collect()));
    assert_eq!(results, numbers);
    assert!(block_on(join_all(Vec::<Boxed<'_, u8>>::new())).is_empty());
}

async fn number_after(yields: u32, number: u64) -> u64 {
    for _ in 0..yields {
        yield_now().await;
    }
    number
}

/// The first future waits for what the second does.
pub fn join_all_runs_them_together() {
    let once = Once::default();
    let polls = Cell::new(0);
    block_on(async {
        let both: Vec<Boxed<'_, ()>> =
            vec![Box::pin(once.wait(&polls)), Box::pin(async { once.set() })];
        join_all(both).await;
    });
    assert_eq!(polls.get(), 2);
}

/// One future yields again and again; the other, which nobody wakes meanwhile, is left in peace.
pub fn join_all_polls_only_who_was_woken() {
    let once = Once::default();
    let polls = Cell::new(0);
    block_on(async {
        let both: Vec<Boxed<'_, ()>> = vec![
            Box::pin(once.wait(&polls)),
            Box::pin(async {
                number_after(5, 0).await;
                once.set();
            }),
        ];
        join_all(both).await;
    });
    assert_eq!(polls.get(), 2, "polls of a future that was woken once");
    whose_waker_is_called_late_is_not_polled();
    whoever_polled_last_is_woken();
}

/// One future is over, and its waker is called afterwards.
fn whose_waker_is_called_late_is_not_polled() {
    let (polls, kept) = (Cell::new(0), RefCell::new(None));
    let over = poll_fn(|context| {
        polls.set(polls.get() + 1);
        kept.replace(Some(context.waker().clone()));
        Poll::Ready(())
    });
    let late = async {
        yield_now().await;
        kept.take().into_iter().for_each(Waker::wake);
        yield_now().await;
    };
    let both: Vec<Boxed<'_, ()>> = vec![Box::pin(over), Box::pin(late)];
    block_on(join_all(both));
    assert_eq!(polls.get(), 1, "polls of a future that was ready at the first");
}

/// Another thread wakes what was polled with one waker first, and with another afterwards.
fn whoever_polled_last_is_woken() {
    let (once, polls) = (Once::default(), Cell::new(0));
    let all = polled_before(join_all(vec![once.wait(&polls)]));
    let ended = thread::scope(|scope| {
        scope.spawn(|| once.set());
        block_on(all).len()
    });
    assert_eq!(ended, 1);
}

/// A sleep takes its time, and no more.
pub fn a_sleep_takes_its_time() {
    let start = Instant::now();
    block_on(async {
        sleep(SECOND).await;
        on_time(start, 1);
        sleep(SECOND * 2).await;
        on_time(start, 3);
    });
}

/// Three sleeps at the same time take as long as the longest, and end in the order of their moments.
pub fn sleeps_run_together() {
    let start = Instant::now();
    let order = RefCell::new(Vec::new());
    let base = drawn(0..1000);
    block_on(join_all(
        [3, 1, 2]
            .map(|seconds| {
                let order = &order;
                async move {
                    sleep(SECOND * seconds).await;
                    on_time(start, seconds);
                    order.borrow_mut().push(base + u64::from(seconds));
                }
            })
            .into(),
    ));
    on_time(start, 3);
    assert_eq!(order.into_inner(), [1, 2, 3].map(|n| base + n));
}

/// While one future sleeps for an hour, another is woken by a thread.
pub fn a_sleep_does_not_keep_others_waiting() {
    let once = Once::default();
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| once.set());
        block_on(async {
            let both: Vec<Boxed<'_, ()>> = vec![
                Box::pin(sleep(SECOND * 3600)),
                Box::pin(async {
                    once.wait(&Cell::new(0)).await;
                    assert!(start.elapsed() < SLACK, "it was kept waiting for the sleep");
                }),
            ];
            join_all(both).await;
        });
    });
    on_time(start, 3600);
    // Whoever polled it last is woken.
    block_on(polled_before(sleep(SECOND)));
    on_time(start, 3601);
}

/// A sleep that is dropped is not waited for.
pub fn a_dropped_sleep_is_forgotten() {
    let start = Instant::now();
    block_on(async {
        let mut long: Boxed<'_, ()> = Box::pin(sleep(SECOND * 3600));
        let mut short: Boxed<'_, ()> = Box::pin(sleep(SECOND));
        poll_fn(|context| match long.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => short.as_mut().poll(context),
        })
        .await;
    });
    on_time(start, 1);
    block_on(sleep(SECOND));
    on_time(start, 2);
}
