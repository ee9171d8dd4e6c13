//! Every function that needs something of the system, while there is too little of it.

use ch08_multiprocessing::{Function, Message, Process, active_children};
use ch10_pool::{Pool, TaskError};
use rustix::process::{Pid, Signal, kill_process};
use test_support::faults::{
    Outcome, Row, Starve, descriptors_run_out, disk_runs_out, memory_runs_out, threads_run_out,
};
use test_support::limits::PATIENCE;
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("descriptors_run_out", || alone(|()| descriptors_run_out(&ROWS, 20))),
            ("memory_runs_out", || alone(|()| memory_runs_out(&ROWS[MEMORY..]))),
            ("disk_runs_out", || alone(|()| disk_runs_out(&ROWS))),
            ("threads_run_out", || alone(|()| threads_run_out(&ROWS, 8))),
        ],
    );
}

/// In a process of its own, whose limits are lowered. A panic in it is the test's.
fn alone(scene: fn(())) {
    let child = Process::new(scene, ()).daemon(true).name("scene").start().unwrap();
    let code = child.join_timeout(2 * PATIENCE).unwrap();
    if code.is_none() {
        let _ = child.kill();
    }
    assert_eq!(code, Some(0), "None: it hangs; anything else: see what it printed");
}

/// From here on the rows start no process and no thread: std ends a process whose new thread finds no memory for its signals.
const MEMORY: usize = 5;

const ROWS: [Row; 15] = [
    ("Pool::new", makes),
    ("Pool::scope", scope),
    ("Pool::builder, initializer", makes_with_an_initializer),
    ("a task after its worker was killed", after_a_kill),
    ("tasks_per_child", one_task_a_child),
    ("Pool::apply", |starve| with(starve, |pool| pool.apply(square, 3).map(is(9)))),
    ("Pool::apply_async", |starve| {
        with(starve, |pool| waits(pool.apply_async(square, 3)).map(is(9)))
    }),
    ("Pool::map", |starve| with(starve, |pool| pool.map(square, [1, 2, 3]).map(is(vec![1, 4, 9])))),
    ("Pool::starmap", |starve| with(starve, |pool| pool.starmap(sum, [(1, 2)]).map(is(vec![3])))),
    ("Pool::map_async, starmap_async, call", |starve| with(starve, later)),
    ("Pool::imap", |starve| {
        with(starve, |pool| pool.imap(square, [2, 3]).collect::<Result<_, _>>().map(is(vec![4, 9])))
    }),
    ("Pool::imap_unordered", |starve| {
        with(starve, |pool| {
            pool.imap_unordered(square, [2]).collect::<Result<_, _>>().map(is(vec![4]))
        })
    }),
    ("AsyncResult::callback", |starve| with(starve, called_back)),
    ("AsyncResult::error_callback", |starve| with(starve, fails)),
    ("Pool::terminate", terminates),
];

fn square(x: i64) -> i64 {
    x * x
}

fn sum(a: i64, b: i64) -> i64 {
    a + b
}

fn nothing(_: ()) {}

fn is<T: PartialEq + std::fmt::Debug>(expected: T) -> impl FnOnce(T) {
    move |value| assert_eq!(value, expected)
}

/// In time: a result that never comes is a failure and no hang.
fn waits(mut result: ch10_pool::AsyncResult<i64>) -> Result<i64, TaskError> {
    let value = result.get_timeout(PATIENCE)?;
    Ok(value.expect("the result comes in time"))
}

fn end(pool: Pool) {
    pool.close().join();
    active_children();
}

fn makes(starve: &Starve) -> Outcome {
    let hungry = starve();
    let made = Pool::new(2);
    let used = made.as_ref().ok().map(|pool| waits(pool.apply_async(square, 3)));
    drop(hungry);
    active_children();
    end(made?);
    assert_eq!(used.unwrap()?, 9);
    Ok(())
}

fn scope(starve: &Starve) -> Outcome {
    let hungry = starve();
    let used = Pool::scope(1, |pool| waits(pool.apply_async(square, 3)));
    drop(hungry);
    active_children();
    assert_eq!(used??, 9);
    Ok(())
}

fn makes_with_an_initializer(starve: &Starve) -> Outcome {
    let hungry = starve();
    let made = Pool::builder().processes(1).initializer(nothing, ()).start();
    let used = made.as_ref().ok().map(|pool| waits(pool.apply_async(square, 3)));
    drop(hungry);
    active_children();
    end(made?);
    assert_eq!(used.unwrap()?, 9);
    Ok(())
}

/// A pool whose worker is there, and whose threads have begun.
fn running() -> Result<Pool, Box<dyn std::error::Error>> {
    let pool = Pool::new(1)?;
    called_back(&pool)?;
    Ok(pool)
}

/// With a pool whose worker is there, and goes on afterwards.
fn with(starve: &Starve, what: fn(&Pool) -> Result<(), TaskError>) -> Outcome {
    let pool = running()?;
    let hungry = starve();
    let outcome = what(&pool);
    drop(hungry);
    assert_eq!(waits(pool.apply_async(square, 4))?, 16);
    end(pool);
    Ok(outcome?)
}

fn called_back(pool: &Pool) -> Result<(), TaskError> {
    let (sender, said) = std::sync::mpsc::channel();
    let result = pool.apply_async(square, 3).callback(move |x| _ = sender.send(*x));
    waits(result)?;
    assert_eq!(said.recv_timeout(PATIENCE), Ok(9));
    Ok(())
}

fn later(pool: &Pool) -> Result<(), TaskError> {
    let mapped = pool.map_async(square, [1, 2]).get_timeout(PATIENCE)?;
    assert_eq!(mapped, Some(vec![1, 4]));
    let starmapped = pool.starmap_async(sum, [(1, 2)]).get_timeout(PATIENCE)?;
    assert_eq!(starmapped, Some(vec![3]));
    let function = Function::new(square)?;
    let called = pool.call(function, Message::encode(&3_i64)?).get_timeout(PATIENCE)?;
    assert_eq!(called.expect("in time").decode::<i64>()?, 9);
    Ok(())
}

fn fail(_: ()) -> i64 {
    std::panic::resume_unwind(Box::new("on purpose"))
}

fn fails(pool: &Pool) -> Result<(), TaskError> {
    let (sender, said) = std::sync::mpsc::channel();
    let mut failed =
        pool.apply_async(fail, ()).error_callback(move |error| _ = sender.send(error.clone()));
    let error = failed.get_timeout(PATIENCE).unwrap_err();
    if !matches!(error, TaskError::Panicked { .. }) {
        return Err(error);
    }
    assert_eq!(said.recv_timeout(PATIENCE), Ok(error));
    Ok(())
}

/// The pool replaces the worker, for which it needs descriptors.
fn after_a_kill(starve: &Starve) -> Outcome {
    let pool = Pool::new(1)?;
    let worker = pool.worker_pids()[0];
    let child = active_children().into_iter().find(|child| child.pid() == worker).unwrap();
    let hungry = starve();
    kill_process(Pid::from_raw(worker as i32).unwrap(), Signal::KILL)?;
    child.join()?;
    let outcome = waits(pool.apply_async(square, 3));
    drop(hungry);
    assert_eq!(waits(pool.apply_async(square, 4))?, 16);
    drop(child);
    end(pool);
    assert_eq!(outcome?, 9);
    Ok(())
}

fn one_task_a_child(starve: &Starve) -> Outcome {
    let pool = Pool::builder().processes(1).tasks_per_child(1).start()?;
    let hungry = starve();
    // The first has its worker; the second needs a new one.
    let first = waits(pool.apply_async(square, 3));
    let second = waits(pool.apply_async(square, 4));
    drop(hungry);
    assert_eq!(first?, 9);
    assert_eq!(waits(pool.apply_async(square, 5))?, 25);
    end(pool);
    assert_eq!(second?, 16);
    Ok(())
}

fn terminates(starve: &Starve) -> Outcome {
    let pool = running()?;
    let result = pool.apply_async(square, 3);
    let hungry = starve();
    pool.terminate();
    let outcome = waits(result);
    drop(hungry);
    active_children();
    assert!(matches!(outcome, Ok(9) | Err(TaskError::Terminated)), "{outcome:?}");
    Ok(())
}
