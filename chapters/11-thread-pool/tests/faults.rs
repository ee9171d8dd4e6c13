//! Every function that needs something of the system, while there is too little of it. A file of its own: it limits what the whole
//! process may have.

use ch11_thread_pool::{ExecuteError, Sizes, TaskHandle, ThreadPool, WaitError};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Barrier};
use test_support::faults::{
    Outcome, Row, Starve, descriptors_run_out, disk_runs_out, memory_runs_out, threads_run_out,
};
use test_support::limits::PATIENCE;

/// From here on the pool has its thread: std ends a process whose new thread finds no memory for its signals.
const MEMORY: usize = 8;

const ROWS: [Row; 16] = [
    ("ThreadPool::submit", |starve| first(starve, |pool| pool.submit(six_times_seven))),
    ("ThreadPool::try_submit", |starve| first(starve, |pool| pool.try_submit(six_times_seven))),
    ("ThreadPool::submit_timeout", |starve| {
        first(starve, |pool| pool.submit_timeout(six_times_seven, PATIENCE))
    }),
    ("ThreadPool::execute", |starve| called_back(starve, |pool, f, c| pool.execute(f, c))),
    ("ThreadPool::try_execute", |starve| called_back(starve, |pool, f, c| pool.try_execute(f, c))),
    ("ThreadPool::execute_timeout", |starve| {
        called_back(starve, |pool, f, c| pool.execute_timeout(f, c, PATIENCE))
    }),
    ("the second of two threads", second_thread),
    ("a task that submits one", within),
    ("submit, with a thread there", |starve| {
        with(starve, |pool| ends(pool.submit(six_times_seven)?))
    }),
    ("try_submit, with a thread there", |starve| {
        with(starve, |pool| ends(pool.try_submit(six_times_seven)?))
    }),
    ("execute, with a thread there", |starve| {
        with(starve, |pool| {
            let (sender, said) = channel();
            pool.execute(six_times_seven, move |x| _ = sender.send(x.unwrap()))?;
            assert_eq!(said.recv_timeout(PATIENCE)?, 42);
            Ok(())
        })
    }),
    ("TaskHandle::cancel", |starve| with(starve, cancelled)),
    ("a panic in a task", |starve| with(starve, panics)),
    ("ThreadPool::wait_idle", |starve| with(starve, waits)),
    ("ThreadPool::close, join", |starve| with(starve, closes)),
    ("ThreadPool::terminate", |starve| with(starve, terminates)),
];

#[test]
fn what_runs_out_is_said_and_nothing_hangs() {
    let (done, is_done) = channel();
    let table = std::thread::spawn(move || {
        memory_runs_out(&ROWS[MEMORY..]);
        disk_runs_out(&ROWS);
        descriptors_run_out(&ROWS, 2);
        threads_run_out(&ROWS, 3);
        let _ = done.send(());
    });
    let in_time = is_done.recv_timeout(2 * PATIENCE);
    assert!(in_time != Err(RecvTimeoutError::Timeout), "the last row hangs");
    table.join().unwrap();
}

fn six_times_seven() -> i32 {
    6 * 7
}

/// In time: a result that never comes is a failure and no hang.
fn ends(handle: TaskHandle<i32>) -> Outcome {
    let result = handle.join_timeout(PATIENCE).expect("the result comes in time");
    assert_eq!(result?, 42);
    Ok(())
}

fn end(pool: &ThreadPool) -> Outcome {
    pool.close();
    Ok(pool.join_timeout(PATIENCE)?)
}

/// The pool's first task, for which it needs a thread.
fn first<T: Send + 'static>(
    starve: &Starve,
    submit: fn(&ThreadPool) -> Result<TaskHandle<i32>, ExecuteError<T>>,
) -> Outcome {
    let pool = ThreadPool::bounded(2, 1);
    let hungry = starve();
    let submitted = submit(&pool);
    let refused = submitted.is_err();
    let outcome = submitted.map(ends);
    drop(hungry);
    if refused {
        assert_eq!(pool.sizes(), Sizes { spawned: 0, idle: 0, waiting: 0 });
    }
    ends(pool.try_submit(six_times_seven)?)?;
    end(&pool)?;
    outcome?
}

type Task = fn() -> i32;
type Said = Box<dyn FnOnce(Result<i32, ch11_thread_pool::TaskPanic>) + Send>;
type Executed = Result<(), ExecuteError<(Task, Said)>>;

fn called_back(starve: &Starve, execute: fn(&ThreadPool, Task, Said) -> Executed) -> Outcome {
    let pool = ThreadPool::bounded(1, 1);
    let (sender, said) = channel();
    let hungry = starve();
    let executed = execute(&pool, six_times_seven, Box::new(move |x| _ = sender.send(x.unwrap())));
    let heard = executed.is_ok().then(|| said.recv_timeout(PATIENCE));
    drop(hungry);
    if let Err(refused) = executed {
        // What comes back still works, its callback too.
        let text = test_support::limits::causes(&refused);
        let (task, callback) = refused.into_task();
        callback(Ok(task()));
        assert_eq!(said.recv_timeout(PATIENCE)?, 42);
        end(&pool)?;
        return Err(text.into());
    }
    assert_eq!(heard, Some(Ok(42)));
    end(&pool)
}

/// One that cannot be had is done without.
fn second_thread(starve: &Starve) -> Outcome {
    let pool = ThreadPool::bounded(2, 1);
    let gate = Arc::new(Barrier::new(2));
    let its_gate = Arc::clone(&gate);
    let held = pool.submit(move || its_gate.wait().is_leader())?;
    let hungry = starve();
    let waits = pool.submit(six_times_seven);
    drop(hungry);
    gate.wait();
    ends(waits?)?;
    held.join()?;
    end(&pool)
}

fn within(starve: &Starve) -> Outcome {
    let pool = Arc::new(ThreadPool::new(2));
    let its_own = Arc::clone(&pool);
    let (go_on, told) = channel::<()>();
    let outer = pool.submit(move || {
        let _ = told.recv();
        its_own.submit(six_times_seven).map_err(|refused| refused.to_string())
    })?;
    let hungry = starve();
    drop(go_on);
    let inner = outer.join_timeout(PATIENCE).expect("the result comes in time");
    drop(hungry);
    ends(inner??)?;
    end(&pool)
}

/// With a pool whose one thread is there.
fn with(starve: &Starve, what: fn(&ThreadPool) -> Outcome) -> Outcome {
    let pool = ThreadPool::bounded(1, 8);
    ends(pool.submit(six_times_seven)?)?;
    let hungry = starve();
    let outcome = what(&pool);
    drop(hungry);
    end(&pool)?;
    outcome
}

fn cancelled(pool: &ThreadPool) -> Outcome {
    let gate = Arc::new(Barrier::new(2));
    let its_gate = Arc::clone(&gate);
    let held = pool.submit(move || its_gate.wait().is_leader())?;
    let waits = pool.submit(six_times_seven)?;
    assert!(waits.cancel());
    gate.wait();
    held.join()?;
    ends(pool.submit(six_times_seven)?)
}

fn panics(pool: &ThreadPool) -> Outcome {
    let panicked = pool.submit(|| std::panic::resume_unwind(Box::new("broken")))?;
    let panicked: Result<(), _> = panicked.join();
    assert!(panicked.unwrap_err().to_string().contains("broken"));
    ends(pool.submit(six_times_seven)?)
}

fn waits(pool: &ThreadPool) -> Outcome {
    let handle = pool.submit(six_times_seven)?;
    pool.wait_idle_timeout(PATIENCE)?;
    assert!(handle.is_finished());
    assert_eq!(pool.join_timeout(PATIENCE), Err(WaitError::Open));
    ends(handle)
}

fn closes(pool: &ThreadPool) -> Outcome {
    let handle = pool.submit(six_times_seven)?;
    pool.close();
    pool.join_timeout(PATIENCE)?;
    assert!(matches!(pool.try_submit(six_times_seven), Err(ExecuteError::Closed(_))));
    ends(handle)
}

fn terminates(pool: &ThreadPool) -> Outcome {
    let gate = Arc::new(Barrier::new(2));
    let its_gate = Arc::clone(&gate);
    let held = pool.submit(move || (its_gate.wait(), its_gate.wait()).1.is_leader())?;
    let waits = pool.submit(six_times_seven)?;
    gate.wait(); // it has begun
    let left = pool.terminate();
    assert_eq!(left.len(), 1, "the task that had not begun");
    gate.wait();
    held.join()?;
    left.into_iter().for_each(|task| task.run());
    ends(waits)?;
    Ok(pool.join_timeout(PATIENCE)?)
}
