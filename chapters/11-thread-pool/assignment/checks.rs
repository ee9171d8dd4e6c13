//! What a pool with priorities must do.

use judge::drawn;
use std::cell::Cell;
use std::panic::resume_unwind;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use student::{Outcome, Pool, ShutDown, Ticket};

judge::seen!(Outcome { Done, Panicked, Cancelled });
judge::seen!(ShutDown);

/// The numbers that tasks say: others each time, and each another.
fn numbers<const N: usize>() -> [u64; N] {
    let mut base = 0;
    [(); N].map(|()| {
        base += 1000;
        base + drawn(0..1000)
    })
}

/// What happened, in order; and a gate that keeps a worker busy until it is opened.
#[derive(Clone, Default)]
struct Scene(Arc<(Mutex<Seen>, Condvar)>);

#[derive(Default)]
struct Seen {
    said: Vec<u64>,
    waiting: usize,
    open: bool,
}

impl Scene {
    fn say(&self, number: u64) -> impl FnOnce() + Send + 'static {
        let scene = self.clone();
        move || scene.0.0.lock().unwrap().said.push(number)
    }

    /// A task that waits at the gate, says the first number, and the second one when its thread has
    /// ended.
    fn say_how_it_ends(&self, [number, last]: [u64; 2]) -> impl FnOnce() + Send + 'static {
        let (scene, stand, say) = (self.clone(), self.stand_at_the_gate(), self.say(number));
        move || {
            AT_THE_END.set(Some(AtTheEnd(scene, last)));
            stand();
            say();
        }
    }

    fn said(&self) -> Vec<u64> {
        self.0.0.lock().unwrap().said.clone()
    }

    /// A task that waits at the gate.
    fn stand_at_the_gate(&self) -> impl FnOnce() + Send + 'static {
        let scene = self.clone();
        move || {
            let (seen, changed) = &*scene.0;
            let mut seen = seen.lock().unwrap();
            seen.waiting += 1;
            changed.notify_all();
            drop(changed.wait_while(seen, |seen| !seen.open).unwrap());
        }
    }

    /// Blocks until so many tasks stand at the gate.
    fn until_waiting(&self, tasks: usize) {
        let (seen, changed) = &*self.0;
        drop(changed.wait_while(seen.lock().unwrap(), |seen| seen.waiting < tasks).unwrap());
    }

    fn open(&self) {
        let (seen, changed) = &*self.0;
        seen.lock().unwrap().open = true;
        changed.notify_all();
    }
}

/// Says a number when it is dropped.
struct AtTheEnd(Scene, u64);

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        self.0.say(self.1)();
    }
}

thread_local! {
    static AT_THE_END: Cell<Option<AtTheEnd>> = const { Cell::new(None) };
}

fn submit(pool: &Pool, priority: u32, task: impl FnOnce() + Send + 'static) -> Ticket {
    match pool.submit(priority, task) {
        Ok(ticket) => ticket,
        Err(ShutDown) => panic!("the pool refused a task, although nobody has shut it down"),
    }
}

/// Two threads, two tasks: both run.
pub fn tasks_run() {
    let (pool, scene, numbers) = (Pool::new(2), Scene::default(), numbers::<2>());
    let tickets = numbers.map(|number| submit(&pool, 0, scene.say(number)));
    for ticket in tickets {
        assert_eq!(ticket.wait(), Outcome::Done);
    }
    let mut said = scene.said();
    said.sort_unstable();
    assert_eq!(said, numbers);
}

/// Two tasks that wait for each other need two threads at the same time.
pub fn threads_work_at_the_same_time() {
    let (pool, scene) = (Pool::new(2), Scene::default());
    let tickets = [(); 2].map(|()| submit(&pool, 0, scene.stand_at_the_gate()));
    scene.until_waiting(2);
    scene.open();
    for ticket in tickets {
        assert_eq!(ticket.wait(), Outcome::Done);
    }
}

/// While the only thread is busy, tasks of three priorities arrive.
pub fn the_most_urgent_goes_first() {
    let (pool, scene, [low, middle, high]) = (Pool::new(1), Scene::default(), numbers());
    submit(&pool, 0, scene.stand_at_the_gate());
    scene.until_waiting(1);
    for (priority, number) in [(1, low), (9, high), (5, middle)] {
        submit(&pool, priority, scene.say(number));
    }
    scene.open();
    pool.shutdown();
    assert_eq!(scene.said(), [high, middle, low]);
}

/// Tasks of equal priority keep their order.
pub fn equals_keep_their_order() {
    let (pool, scene, numbers) = (Pool::new(1), Scene::default(), numbers::<5>());
    submit(&pool, 0, scene.stand_at_the_gate());
    scene.until_waiting(1);
    for number in numbers {
        submit(&pool, 7, scene.say(number));
    }
    scene.open();
    pool.shutdown();
    assert_eq!(scene.said(), numbers);
}

/// A task panics. Its ticket says so, and its thread goes on with the next.
pub fn a_panic_costs_no_thread() {
    let (pool, scene, [number]) = (Pool::new(1), Scene::default(), numbers());
    let bad = submit(&pool, 0, || resume_unwind(Box::new("a task panics")));
    let good = submit(&pool, 0, scene.say(number));
    assert_eq!(bad.wait(), Outcome::Panicked);
    assert_eq!(good.wait(), Outcome::Done);
    assert_eq!(scene.said(), [number]);
}

/// A task may use the pool.
pub fn a_task_may_submit() {
    let (pool, scene, [number]) = (Arc::new(Pool::new(1)), Scene::default(), numbers());
    let (inner, say) = (Arc::clone(&pool), scene.say(number));
    let ticket = submit(&pool, 0, move || {
        submit(&inner, 0, say);
    });
    assert_eq!(ticket.wait(), Outcome::Done);
    pool.shutdown();
    assert_eq!(scene.said(), [number]);
}

/// A queued task is cancelled: it never runs, and everybody hears of it.
pub fn a_cancelled_task_never_runs() {
    let (pool, scene) = (Pool::new(1), Scene::default());
    let busy = submit(&pool, 0, scene.stand_at_the_gate());
    scene.until_waiting(1);
    let ticket = submit(&pool, 0, scene.say(drawn(0..1000)));
    assert!(ticket.cancel(), "the task had not begun");
    assert!(!ticket.cancel(), "it was cancelled already");
    assert_eq!(ticket.wait(), Outcome::Cancelled);
    assert!(!busy.cancel(), "the task had begun");
    scene.open();
    assert_eq!(busy.wait(), Outcome::Done);
    pool.shutdown();
    assert_eq!(scene.said(), [0; 0]);
}

/// Cancelling races with running: either it ran, or it was cancelled, and both sides know which.
pub fn cancelled_or_run() {
    let (pool, scene, [number]) = (Pool::new(1), Scene::default(), numbers());
    let ticket = submit(&pool, 0, scene.say(number));
    let cancelled = ticket.cancel();
    let outcome = ticket.wait();
    pool.shutdown();
    let expected = match cancelled {
        true => (Outcome::Cancelled, vec![]),
        false => (Outcome::Done, vec![number]),
    };
    // Together: what each of them is alone says nothing.
    let found = (outcome, scene.said());
    assert_eq!((cancelled, found), (cancelled, expected), "`cancel` said {cancelled}");
}

/// Two threads cancel the same task at once: one of them did it.
pub fn one_of_two_cancels() {
    let (pool, scene) = (Pool::new(1), Scene::default());
    let busy = submit(&pool, 0, scene.stand_at_the_gate());
    scene.until_waiting(1);
    let ticket = submit(&pool, 0, scene.say(drawn(0..1000)));
    let mut did_it = thread::scope(|scope| {
        let other = scope.spawn(|| ticket.cancel());
        [ticket.cancel(), other.join().unwrap()]
    });
    did_it.sort_unstable();
    assert_eq!(did_it, [false, true], "what `cancel` said to two threads");
    assert_eq!(ticket.wait(), Outcome::Cancelled);
    scene.open();
    assert_eq!(busy.wait(), Outcome::Done);
    assert_eq!(scene.said(), [0; 0]);
}

/// Two threads ask for the outcome, and then this comes about.
fn two_learn(ticket: &Ticket, outcome: Outcome, then: impl FnOnce()) {
    thread::scope(|scope| {
        let waiters = [(); 2].map(|()| scope.spawn(|| ticket.wait()));
        then();
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), outcome);
        }
    });
}

/// Several threads ask for the outcome of one task that is cancelled, and of one that runs.
pub fn everybody_learns_the_outcome() {
    let (pool, scene) = (Pool::new(1), Scene::default());
    let busy = submit(&pool, 0, scene.stand_at_the_gate());
    scene.until_waiting(1);
    let ticket = submit(&pool, 0, || ());
    two_learn(&ticket, Outcome::Cancelled, || {
        assert!(ticket.cancel(), "the task had not begun");
    });
    two_learn(&busy, Outcome::Done, || scene.open());
}

/// `shutdown` runs what is queued, takes nothing more, and returns when all is done.
pub fn shutdown_runs_the_queue() {
    let (pool, scene, [a, b, late]) = (Pool::new(2), Scene::default(), numbers());
    let tickets = [a, b].map(|number| submit(&pool, 0, scene.say(number)));
    pool.shutdown();
    let said = || {
        let mut said = scene.said();
        said.sort_unstable();
        said
    };
    assert_eq!(said(), [a, b], "tasks that ran by the end of `shutdown`");
    for ticket in tickets {
        assert_eq!(ticket.wait(), Outcome::Done);
    }
    assert_eq!(pool.submit(0, scene.say(late)).err(), Some(ShutDown));
    pool.shutdown();
    assert_eq!(said(), [a, b]);
}

/// Two threads call `shutdown`. For both it returns when all is done, and the threads have ended.
pub fn shutdown_waits_for_the_end() {
    let (pool, scene, [number, last]) = (Pool::new(1), Scene::default(), numbers());
    scene.open();
    submit(&pool, 0, scene.say_how_it_ends([number, last]));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                pool.shutdown();
                assert!(
                    scene.said().contains(&number),
                    "`shutdown` returned before the task had run"
                );
            });
        }
    });
    assert_eq!(scene.said(), [number, last], "`shutdown` returned before the thread had ended");
}

/// `shutdown_now` cancels what is queued and lets what runs come to its end.
pub fn shutdown_now_cancels_the_queue() {
    let (pool, scene) = (Pool::new(1), Scene::default());
    let busy = submit(&pool, 0, scene.stand_at_the_gate());
    scene.until_waiting(1);
    let queued = submit(&pool, 9, scene.say(drawn(0..1000)));
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(queued.wait(), Outcome::Cancelled);
            scene.open();
        });
        pool.shutdown_now();
    });
    assert_eq!(busy.wait(), Outcome::Done);
    assert_eq!(scene.said(), [0; 0]);
    assert_eq!(pool.submit(0, || ()).err(), Some(ShutDown));
}

/// `shutdown_now` returns when the task that runs, and its thread, have ended.
pub fn shutdown_now_waits_for_the_end() {
    let (pool, scene, numbers) = (Pool::new(1), Scene::default(), numbers());
    let busy = submit(&pool, 0, scene.say_how_it_ends(numbers));
    scene.until_waiting(1);
    thread::scope(|scope| {
        scope.spawn(|| scene.open());
        pool.shutdown_now();
        assert_eq!(scene.said(), numbers, "`shutdown_now` returned before the thread had ended");
    });
    assert_eq!(busy.wait(), Outcome::Done);
}

/// Idle threads end when the pool is dropped.
pub fn idle_threads_end() {
    drop(Pool::new(2));
    let pool = Pool::new(1);
    let ticket = submit(&pool, 0, || ());
    drop(pool);
    assert_eq!(ticket.wait(), Outcome::Done);
}
