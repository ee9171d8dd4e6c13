//! A pool when the system's means run out, or users' code does what it must
//! not: an error that says so, every result has its end, and the pool goes on.

use ch08_multiprocessing::{Connection, Descriptor, Process, active_children, pipe};
use ch09_shared_data::manager::{Dict, Manager};
use ch10_pool::{Pool, PoolError, TaskError};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::panic::{catch_unwind, panic_any, resume_unwind, set_hook};
use std::sync::OnceLock;
use std::sync::mpsc::channel;
use test_support::limits::{
    PATIENCE, causes, descriptors, fill_descriptors, is_out_of_descriptors, lower_descriptors,
    lower_threads,
};
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("a_task_that_cannot_be_sent_fails_and_its_worker_stays", || alone(cannot_be_sent)),
            ("a_task_that_the_worker_has_no_descriptors_for", || alone(worker_without_descriptors)),
            ("a_result_that_cannot_be_sent", || alone(result_cannot_be_sent)),
            ("a_result_that_the_pool_has_no_descriptors_for", || alone(pool_without_descriptors)),
            ("tasks_and_results_of_four_gigabytes", four_gigabytes),
            ("a_pool_for_which_there_are_no_descriptors", || alone(no_descriptors_at_all)),
            ("callbacks_run_though_there_is_no_thread_left", || alone(out_of_threads)),
            ("a_pool_for_which_there_are_no_threads", || alone(pool_without_threads)),
            ("destructors_of_unwanted_results_may_panic", destructors),
            ("a_panic_is_told_by_its_payload", panics),
            ("a_proxy_reaches_every_worker_as_the_initializers_argument", proxy_for_all),
        ],
    );
}

/// Plays the scene in a process of its own, whose limits it may lower. A panic
/// in it is the test's.
fn alone(scene: fn(())) {
    let child = Process::new(scene, ()).daemon(true).name("scene").start().unwrap();
    let code = child.join_timeout(2 * PATIENCE).unwrap();
    if code.is_none() {
        let _ = child.kill();
    }
    assert_eq!(code, Some(0), "None: it hangs; anything else: see what it printed");
}

fn square(x: i64) -> i64 {
    x * x
}

fn process_id(_: ()) -> u32 {
    std::process::id()
}

/// Ends once the connection has.
fn wait(mut gate: Connection) {
    let _ = gate.recv::<()>();
}

fn null() -> Descriptor {
    OwnedFd::from(File::open("/dev/null").unwrap()).into()
}

fn count(files: Vec<Descriptor>) -> usize {
    files.len()
}

fn open_some(n: usize) -> Vec<Descriptor> {
    (0..n).map(|_| null()).collect()
}

fn limit_descriptors_here(limit: u64) {
    lower_descriptors(limit);
}

fn not_through<R: std::fmt::Debug>(result: Result<R, TaskError>) -> TaskError {
    let error = result.unwrap_err();
    assert!(matches!(error, TaskError::Serialization { .. }), "{error:?}");
    error
}

fn cannot_be_sent(_: ()) {
    lower_descriptors(64);
    let pool = Pool::new(1).unwrap();
    let worker = pool.apply(process_id, ()).unwrap();
    let (gate, theirs) = pipe().unwrap();
    let busy = pool.apply_async(wait, theirs);
    let task = pool.apply_async(count, open_some(10));
    let files = fill_descriptors();
    drop(gate);
    busy.get().unwrap();
    task.wait();
    drop(files);
    let error = not_through(task.get());
    assert!(is_out_of_descriptors(&error), "{}", causes(&error));
    assert_eq!(pool.apply(count, open_some(10)), Ok(10));
    assert_eq!(pool.apply(process_id, ()), Ok(worker));
    pool.close().join();
}

fn worker_without_descriptors(_: ()) {
    let pool = Pool::new(1).unwrap();
    pool.apply(limit_descriptors_here, 12).unwrap();
    let error = not_through(pool.apply(count, open_some(20)));
    assert!(causes(&error).contains("ulimit -n"), "{}", causes(&error));
    // That worker could not go on; the next one can.
    assert_eq!(pool.apply(count, open_some(20)), Ok(20));
    pool.close().join();
}

fn give_what_cannot_be_copied(_: ()) -> Vec<Descriptor> {
    lower_descriptors(12);
    let mut files: Vec<Descriptor> = std::iter::from_fn(|| File::open("/dev/null").ok())
        .map(|f| OwnedFd::from(f).into())
        .collect();
    files.pop();
    files
}

fn result_cannot_be_sent(_: ()) {
    let pool = Pool::new(1).unwrap();
    let worker = pool.apply(process_id, ()).unwrap();
    let error = not_through(pool.apply(give_what_cannot_be_copied, ()));
    assert!(is_out_of_descriptors(&error), "{}", causes(&error));
    assert_eq!(pool.apply(square, 3), Ok(9));
    assert_eq!(pool.apply(process_id, ()), Ok(worker), "the worker stays");
    pool.close().join();
}

fn open_after((mut gate, n): (Connection, usize)) -> Vec<Descriptor> {
    let _ = gate.recv::<()>();
    open_some(n)
}

fn pool_without_descriptors(_: ()) {
    lower_descriptors(64);
    let pool = Pool::new(1).unwrap();
    let (gate, theirs) = pipe().unwrap();
    let task = pool.apply_async(open_after, (theirs, 10));
    // With the arguments sent, the descriptors in them are given back.
    let mut files = fill_descriptors();
    files.truncate(files.len() - 3);
    drop(gate);
    task.wait();
    drop(files);
    let error = not_through(task.get());
    assert!(causes(&error).contains("ulimit -n"), "{}", causes(&error));
    assert_eq!(pool.apply(open_some, 10).unwrap().len(), 10);
    pool.close().join();
}

fn len(bytes: ByteBuf) -> usize {
    bytes.len()
}

fn make_large(_: ()) -> ByteBuf {
    // Zeros that nobody touches take no memory.
    ByteBuf::from(vec![0; (4 << 30) + 4])
}

fn four_gigabytes() {
    let pool = Pool::new(1).unwrap();
    let worker = pool.apply(process_id, ()).unwrap();
    let mut results = [pool.apply_async(len, make_large(()))];
    let error = not_through(results[0].get_timeout(PATIENCE));
    assert!(causes(&error).contains("less than 4 GiB"), "{}", causes(&error));
    let error = not_through(pool.apply(make_large, ()));
    assert!(causes(&error).contains("less than 4 GiB"), "{}", causes(&error));
    assert_eq!(pool.apply(process_id, ()), Ok(worker));
    pool.close().join();
}

fn no_descriptors_at_all(_: ()) {
    lower_descriptors(64);
    let before = descriptors();
    let error = Pool::new(40).unwrap_err();
    assert!(is_out_of_descriptors(&error), "{}", causes(&error));
    assert!(active_children().is_empty());
    assert_eq!(descriptors(), before);
    let pool = Pool::new(2).unwrap();
    assert_eq!(pool.apply(square, 3), Ok(9));
    pool.close().join();
    active_children();
    assert_eq!(descriptors(), before);
}

fn out_of_threads(_: ()) {
    let pool = Pool::new(1).unwrap();
    pool.apply(square, 2).unwrap();
    if !lower_threads(0) {
        return eprintln!("skipped: only root can become a user without other processes");
    }
    let (sender, said) = channel();
    let mut result = pool.apply_async(square, 3).callback(move |x| sender.send(*x).unwrap());
    assert_eq!(result.get_timeout(PATIENCE), Ok(Some(9)));
    assert_eq!(said.recv_timeout(PATIENCE), Ok(9));
    assert_eq!(pool.apply_async(square, 4).get_timeout(PATIENCE), Ok(Some(16)));
    pool.close().join();
}

fn pool_without_threads(_: ()) {
    if !lower_threads(0) {
        return eprintln!("skipped: only root can become a user without other processes");
    }
    let before = descriptors();
    let limit = getrlimit(Resource::Nproc);
    let none = limit.current.unwrap();
    let mut refused = 0;
    for extra in (0..14).chain([60]) {
        setrlimit(Resource::Nproc, Rlimit { current: Some(none + extra), ..limit }).unwrap();
        match Pool::new(4) {
            Err(error) => {
                assert!(matches!(error, PoolError::Thread(_) | PoolError::Start(_)), "{error:?}");
                assert!(causes(&error).contains("os error 11"), "{}", causes(&error));
                refused += 1;
            }
            Ok(pool) => {
                // Perhaps its workers have not enough threads: then that is said.
                let result = pool.apply_async(square, 3).get_timeout(PATIENCE);
                assert_ne!(result, Ok(None), "it hangs");
                assert!(extra < 60 || result == Ok(Some(9)), "{result:?}");
            }
        }
        assert!(active_children().is_empty(), "{extra}");
        assert_eq!(descriptors(), before, "{extra}");
    }
    assert!(refused > 3, "{refused}");
}

/// Panics when it is dropped, but in its worker.
#[derive(Debug, Serialize, Deserialize)]
struct Bomb {
    made_by: u32,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.made_by != std::process::id() && !std::thread::panicking() {
            panic!("this panic belongs to a test");
        }
    }
}

fn make_bomb(fails: bool) -> Bomb {
    assert!(!fails, "this panic belongs to a test");
    Bomb { made_by: std::process::id() }
}

/// Waits until the pool's only worker, and so all tasks before, are done.
fn drain(pool: &Pool) {
    assert_eq!(pool.apply_async(square, 3).get_timeout(PATIENCE), Ok(Some(9)));
}

fn destructors() {
    let pool = Pool::new(1).unwrap();
    drop(pool.apply_async(make_bomb, false));
    drain(&pool);
    drop(pool.map_async(make_bomb, [false, false]));
    drain(&pool);
    // The parts that are there are dropped for the one that is missing.
    let mut map = pool.chunks_of(1).map_async(make_bomb, [false, true, false]);
    let error = map.get_timeout(PATIENCE).unwrap_err();
    assert!(matches!(error, TaskError::Panicked { .. }), "{error:?}");
    drop(pool.apply_async(make_bomb, false).callback(|_| ()));
    drain(&pool);
    drop(pool.imap(make_bomb, [false]));
    drain(&pool);
    let (sender, said) = channel();
    let result = pool.apply_async(square, 5).callback(move |x| sender.send(*x).unwrap());
    assert_eq!(result.get(), Ok(25));
    assert_eq!(said.recv_timeout(PATIENCE), Ok(25));
    pool.close().join();
}

/// As scoped threads and most pools pass a panic on.
fn forward(_: ()) {
    let Err(panic) = std::thread::spawn(|| panic!("the real reason")).join();
    resume_unwind(panic)
}

fn caught(_: ()) {
    let _ = catch_unwind(|| panic!("an old one, caught"));
}

fn caught_and_another(_: ()) {
    let _ = catch_unwind(|| panic!("an old one, caught"));
    resume_unwind(Box::new("the real reason"))
}

fn own_hook(_: ()) {
    set_hook(Box::new(|panic| eprintln!("a hook of its own: {panic}")));
}

fn plain(_: ()) {
    panic!("plain")
}

fn number(_: ()) {
    panic_any(7)
}

fn told(result: Result<(), TaskError>) -> (String, bool) {
    match result {
        Err(
            TaskError::Panicked { message, location }
            | TaskError::Initializer { message, location },
        ) => (message, location.is_some_and(|place| place.contains("run_out.rs"))),
        other => panic!("{other:?}"),
    }
}

fn panics() {
    let said = |text: &str, place: bool| (text.to_owned(), place);
    let pool = Pool::new(1).unwrap();
    assert_eq!(told(pool.apply(forward, ())), said("the real reason", false));
    pool.apply(caught, ()).unwrap();
    assert_eq!(told(pool.apply(forward, ())), said("the real reason", false));
    assert_eq!(told(pool.apply(caught_and_another, ())), said("the real reason", false));
    assert_eq!(told(pool.apply(plain, ())), said("plain", true));
    assert_eq!(told(pool.apply(number, ())), said("(no message)", true));
    let pool = Pool::builder().processes(1).initializer(own_hook, ()).start().unwrap();
    assert_eq!(told(pool.apply(plain, ())), said("plain", false));
    let pool = Pool::builder().processes(1).initializer(forward, ()).start().unwrap();
    assert_eq!(told(pool.apply(plain, ())), said("the real reason", false));
}

static DICT: OnceLock<Dict> = OnceLock::new();

fn keep(dict: Dict) {
    let _ = DICT.set(dict);
}

fn note(i: i64) -> u32 {
    DICT.get().unwrap().insert(i, i * i).unwrap();
    std::process::id()
}

fn proxy_for_all() {
    let manager = Manager::start().unwrap();
    let dict = manager.dict().unwrap();
    let builder = Pool::builder().processes(3).tasks_per_child(2);
    let pool = builder.initializer(keep, dict.clone()).start().unwrap();
    let mut workers = pool.chunks_of(1).map(note, 0..12).unwrap();
    workers.sort_unstable();
    workers.dedup();
    assert!(workers.len() >= 6, "they are replaced after two tasks: {workers:?}");
    assert_eq!(dict.len().unwrap(), 12);
    pool.close().join();
    drop(dict);
    // The workers have gone, and the pool's own copy with the pool.
    while manager.count().unwrap() > 0 {
        std::thread::yield_now();
    }
}
