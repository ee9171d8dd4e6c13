//! What users' code does with a pool that nobody would recommend: panics where it is not expected, the end of a pool from
//! within, copies, numbers at the edge of their range. Nothing hangs, and whoever asks hears why.

use ch08_multiprocessing::{Connection, Process, StartMethod, pipe};
use ch10_pool::{AsyncResult, Pool, PoolError, TaskError, TimedOut};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tasks::{process_id, running};
use test_support::limits::PATIENCE;
use test_support::trials;

#[path = "support/tasks.rs"]
mod tasks;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("an_element_that_panics_on_its_way_leaves_imap_whole", imap_of_panicking_elements),
            ("so_does_an_iterator_that_panics", imap_of_a_panicking_iterator),
            ("a_map_whose_element_panics_on_its_way_harms_no_other", map_of_panicking_elements),
            ("a_result_that_panics_while_it_is_read_is_an_error", reading_panics),
            ("a_pool_may_end_in_its_callback", ended_in_a_callback),
            ("a_pool_may_end_in_the_destructor_of_a_result", ended_in_a_destructor),
            ("a_pool_may_end_while_a_result_is_read", ended_while_reading),
            ("a_copy_of_the_creator_waits_for_nothing", copied),
            ("numbers_at_the_edge_of_their_range", numbers),
            ("time_outs_of_nothing_and_of_eternity", time_outs),
            ("a_result_is_had_once", taken),
            ("callbacks_that_panic_submit_and_come_late", callbacks),
            ("an_imap_that_is_dropped_in_the_middle_holds_up_nothing", dropped_imap),
            ("a_scope_that_panics_leaves_no_worker", scope_panics),
        ],
    );
}

fn square(x: i64) -> i64 {
    x * x
}

/// Runs this in a thread, so that what hangs fails.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, is_done) = channel();
    std::thread::spawn(move || done.send(work()));
    is_done.recv_timeout(PATIENCE).expect("it hangs or panicked")
}

fn caught<T>(work: impl FnOnce() -> T) -> Result<T, ()> {
    catch_unwind(AssertUnwindSafe(work)).map_err(drop)
}

/// An element that panics on its way to a worker if it is 3.
struct Shy(i64);

impl Serialize for Shy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert_ne!(self.0, 3, "an element's own panic");
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Shy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shy, D::Error> {
        i64::deserialize(deserializer).map(Shy)
    }
}

fn open_up(shy: Shy) -> i64 {
    shy.0
}

/// Asks until there is nothing more, and counts the panics on the way.
fn all<A, I>(results: &mut ch10_pool::Imap<'_, I, i64>) -> (Vec<i64>, usize)
where
    I: Iterator<Item = A>,
    A: Serialize,
{
    let (mut got, mut panics) = (Vec::new(), 0);
    loop {
        match caught(|| results.next_timeout(PATIENCE)) {
            Ok(Ok(Some(result))) => got.push(result.unwrap()),
            Ok(Ok(None)) => return (got, panics),
            Ok(Err(TimedOut)) => panic!("it waits for what was never submitted"),
            Err(()) => panics += 1,
        }
    }
}

fn imap_of_panicking_elements() {
    for ordered in [true, false] {
        let pool = Pool::new(1).unwrap();
        // Two are submitted at once; the fourth only while results are asked for.
        let items = (0..6).map(Shy);
        let mut results = match ordered {
            true => pool.imap(open_up, items),
            false => pool.imap_unordered(open_up, items),
        };
        assert_eq!(all(&mut results), (vec![0, 1, 2, 4, 5], 1));
        drop(results);
        pool.close().join();
    }
}

fn imap_of_a_panicking_iterator() {
    let pool = Pool::new(1).unwrap();
    let items = (0..6).inspect(|&n| assert_ne!(n, 3, "the iterator's own panic"));
    let mut results = pool.imap(square, items);
    assert_eq!(all(&mut results), (vec![0, 1, 4, 16, 25], 1));
    drop(results);
    pool.close().join();
}

fn map_of_panicking_elements() {
    let pool = Pool::new(2).unwrap();
    assert!(caught(|| pool.chunks_of(1).map(open_up, (0..6).map(Shy))).is_err());
    assert!(caught(|| pool.apply(open_up, Shy(3))).is_err());
    assert!(caught(|| drop(pool.apply_async(open_up, Shy(3)))).is_err());
    let builder = || Pool::builder().processes(1).initializer(|_: Shy| {}, Shy(3));
    assert!(caught(builder).is_err());
    assert_eq!(pool.map(open_up, [4, 5].map(Shy)).unwrap(), [4, 5]);
    in_time(move || pool.close().join());
}

/// A result that panics while it is read.
struct Unreadable;

impl Serialize for Unreadable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(7)
    }
}

impl<'de> Deserialize<'de> for Unreadable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Unreadable, D::Error> {
        u8::deserialize(deserializer)?;
        panic!("cannot be read")
    }
}

fn unreadable(_: i64) -> Unreadable {
    Unreadable
}

fn is_unreadable<T>(result: Result<T, TaskError>) {
    let Err(TaskError::Serialization { reason }) = result else { panic!("it was read") };
    assert!(reason.to_string().contains("cannot be read"), "{reason}");
}

fn reading_panics() {
    let pool = Pool::new(2).unwrap();
    is_unreadable(pool.apply(unreadable, 1));
    is_unreadable(pool.apply_async(unreadable, 1).get());
    is_unreadable(pool.map(unreadable, 0..10));
    assert_eq!(pool.imap(unreadable, 0..5).map(is_unreadable).count(), 5);
    assert_eq!(pool.imap_unordered(unreadable, 0..5).map(is_unreadable).count(), 5);
    in_time(move || pool.close().join());
}

fn ended_in_a_callback() {
    for close in [true, false] {
        let pool = Arc::new(Mutex::new(Some(Pool::new(1).unwrap())));
        let (gate, other) = pipe().unwrap();
        let start = pool.lock().unwrap();
        let first = start.as_ref().unwrap().apply_async(until_the_end, other);
        let later = start.as_ref().unwrap().apply_async(square, 3);
        drop(start);
        let mine = Arc::clone(&pool);
        let first = first.callback(move |_| {
            let pool = mine.lock().unwrap().take().unwrap();
            match close {
                true => pool.close().join(),
                false => pool.terminate(),
            }
        });
        drop(gate);
        let (first, later) = in_time(move || (first.get(), later.get()));
        assert_eq!(first, Ok(()));
        match close {
            true => assert_eq!(later, Ok(9)),
            false => assert!(matches!(later, Ok(9) | Err(TaskError::Terminated)), "{later:?}"),
        }
    }
}

fn until_the_end(mut connection: Connection) {
    let _ = connection.recv::<()>();
}

static ENDING: Mutex<Option<Pool>> = Mutex::new(None);

/// Ends the pool when it is dropped, in whatever thread that is.
#[derive(Serialize, Deserialize)]
struct Ender(bool);

impl Drop for Ender {
    fn drop(&mut self) {
        let pool = ENDING.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        drop(pool);
    }
}

fn ender((mut gate, reads): (Connection, bool)) -> Ender {
    let _ = gate.recv::<()>();
    Ender(reads)
}

fn ended_in_a_destructor() {
    let pool = Pool::new(2).unwrap();
    let (gate, other) = pipe().unwrap();
    // Nobody wants the result: it is dropped by the thread that received it.
    drop(pool.apply_async(ender, (other, false)));
    let (_open, _, running) = running(&pool);
    let queued = [(); 4].map(|()| pool.apply_async(process_id, ()));
    *ENDING.lock().unwrap() = Some(pool);
    drop(gate);
    assert_eq!(in_time(|| running.get()), Err(TaskError::Terminated));
    for result in queued {
        let result = in_time(|| result.get());
        assert!(matches!(result, Ok(_) | Err(TaskError::Terminated)), "{result:?}");
    }
    assert!(ENDING.lock().unwrap().is_none(), "the lock is not poisoned: nothing panicked");
}

static READING: Mutex<Option<Pool>> = Mutex::new(None);

/// A result that ends the pool while it is read.
struct Final;

impl Serialize for Final {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(7)
    }
}

impl<'de> Deserialize<'de> for Final {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Final, D::Error> {
        u8::deserialize(deserializer)?;
        if let Some(pool) = READING.lock().unwrap().take() {
            pool.close().join();
        }
        Ok(Final)
    }
}

fn last(mut gate: Connection) -> Final {
    let _ = gate.recv::<()>();
    Final
}

fn ended_while_reading() {
    let pool = Pool::new(1).unwrap();
    let (gate, other) = pipe().unwrap();
    let result = pool.apply_async(last, other);
    let later = pool.apply_async(square, 5);
    *READING.lock().unwrap() = Some(pool);
    drop(gate);
    assert!(in_time(|| result.get()).is_ok(), "joining in that thread does not wait for itself");
    // That thread was the only one to do it.
    assert_eq!(in_time(|| later.get()), Err(TaskError::Terminated));
}

type Pending = (Pool, Mutex<Option<AsyncResult<()>>>, Mutex<Option<AsyncResult<()>>>);
static PENDING: OnceLock<Pending> = OnceLock::new();

fn wait_in_the_copy(_: ()) -> i32 {
    let (pool, first, second) = PENDING.get().unwrap();
    let is_told = |result| matches!(result, Err(TaskError::OtherProcess));
    let first = first.lock().unwrap().take().unwrap();
    first.wait();
    let mut second = second.lock().unwrap().take().unwrap();
    let told = [
        is_told(second.get_timeout(Duration::ZERO).map(drop)),
        second.get_timeout(Duration::MAX) == Err(TaskError::Taken),
        is_told(first.get()),
        pool.imap(square, 0..3).all(|result| is_told(result.map(drop))),
        is_told(pool.map(square, 0..3).map(drop)),
    ];
    told.iter().filter(|told| **told).count() as i32
}

fn copied() {
    let (pool, first, second) = PENDING.get_or_init(|| {
        let pool = Pool::new(2).unwrap();
        (pool, Mutex::default(), Mutex::default())
    });
    let (gate, _, result) = running(pool);
    let (other_gate, _, other) = running(pool);
    *first.lock().unwrap() = Some(result);
    *second.lock().unwrap() = Some(other);
    let copy = Process::new(wait_in_the_copy, ()).method(StartMethod::Fork).allow_threads();
    let copy = copy.daemon(true).start().unwrap();
    let code = copy.join_timeout(PATIENCE).unwrap();
    let _ = copy.kill();
    assert_eq!(code, Some(5), "None: the copy waits for what it can never get");
    drop((gate, other_gate));
    assert_eq!(first.lock().unwrap().take().unwrap().get(), Ok(()));
    assert_eq!(second.lock().unwrap().take().unwrap().get(), Ok(()));
}

fn numbers() {
    assert!(matches!(Pool::new(0), Err(PoolError::NoWorkers)));
    let none = Pool::builder().processes(1).tasks_per_child(0).start();
    assert!(matches!(none, Err(PoolError::NoTasks)));
    let pool = Pool::builder().processes(1).tasks_per_child(u64::MAX).start().unwrap();
    for size in [0, 1, 3, usize::MAX] {
        let sized = pool.chunks_of(size);
        assert_eq!(sized.map(square, 0..3).unwrap(), [0, 1, 4]);
        assert!(sized.map(square, []).unwrap().is_empty());
        assert_eq!(sized.imap(square, 0..3).collect::<Result<Vec<_>, _>>().unwrap(), [0, 1, 4]);
        assert_eq!(sized.imap(square, []).count(), 0);
    }
    pool.close().join();
}

fn time_outs() {
    let pool = Pool::new(1).unwrap();
    let (gate, _, mut result) = running(&pool);
    assert_eq!(result.get_timeout(Duration::ZERO), Ok(None));
    assert!(!result.wait_timeout(Duration::ZERO));
    let mut mapped = pool.imap(square, 2..4);
    assert_eq!(mapped.next_timeout(Duration::ZERO), Err(TimedOut));
    drop(gate);
    assert!(result.wait_timeout(Duration::MAX));
    assert_eq!(result.get_timeout(Duration::ZERO), Ok(Some(())));
    assert_eq!(mapped.next_timeout(Duration::MAX), Ok(Some(Ok(4))));
    assert_eq!(mapped.next(), Some(Ok(9)));
    assert_eq!(mapped.next_timeout(Duration::ZERO), Ok(None));
    assert_eq!(mapped.next(), None);
    drop(mapped);
    pool.close().join();
}

fn taken() {
    let pool = Pool::new(1).unwrap();
    let mut result = pool.apply_async(square, 3);
    assert_eq!(result.get_timeout(PATIENCE), Ok(Some(9)));
    assert_eq!(result.successful(), Some(true));
    assert_eq!(result.get_timeout(Duration::MAX), Err(TaskError::Taken));
    // A callback of a result that is gone has nothing to be called with, and holds up nobody.
    let mut result = result.callback(|_| unreachable!()).error_callback(|_| unreachable!());
    assert_eq!(result.get_timeout(PATIENCE), Err(TaskError::Taken));
    assert_eq!(in_time(move || result.get()), Err(TaskError::Taken));
    pool.close().join();
}

fn callbacks() {
    let pool = Arc::new(Pool::new(1).unwrap());
    let (say, said) = channel();
    let mine = Arc::clone(&pool);
    let result = pool.apply_async(square, 3).callback(|_| panic!("a callback's own")).callback(
        move |nine| {
            let next = mine.apply_async(square, *nine);
            say.send(next).unwrap();
        },
    );
    let result = in_time(move || {
        result.wait();
        result
    });
    // After the result: it is called all the same, and the result is still there.
    let (late, came) = channel();
    let result = result.callback(move |nine| late.send(*nine).unwrap());
    assert_eq!(came.recv_timeout(PATIENCE), Ok(9));
    assert_eq!(in_time(move || result.get()), Ok(9));
    let next = said.recv_timeout(PATIENCE).unwrap();
    assert_eq!(in_time(move || next.get()), Ok(81));
    in_time(move || drop(pool));
}

fn dropped_imap() {
    let pool = Pool::new(2).unwrap();
    let mut endless = pool.imap(square, 0..);
    assert_eq!(endless.next(), Some(Ok(0)));
    drop(endless);
    std::mem::forget(pool.imap_unordered(square, 0..));
    assert_eq!(pool.apply(square, 7), Ok(49));
    in_time(move || pool.close().join());
}

fn scope_panics() {
    let workers = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&workers);
    let scope = caught(|| {
        Pool::scope(2, |pool| {
            *seen.lock().unwrap() = pool.worker_pids();
            let (_gate, _, _result) = running(pool);
            panic!("the body's own");
        })
    });
    assert!(scope.is_err());
    let workers = workers.lock().unwrap();
    assert_eq!(workers.len(), 2);
    for pid in &*workers {
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists(), "{pid} is still there");
    }
}
