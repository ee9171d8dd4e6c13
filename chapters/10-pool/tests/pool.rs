//! What a pool's methods do while nothing dies.

use ch08_multiprocessing::{Connection, RecvError, pipe};
use ch10_pool::{Pool, PoolError, TaskError, TimedOut};
use libtest_mimic::{Arguments, Trial};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use std::cell::Cell;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(3600);

fn main() {
    ch08_multiprocessing::init();
    let tests: [(&str, fn()); 15] = [
        ("map_keeps_the_order_of_its_items_in_chunks_of_any_size", map_order),
        ("starmap_takes_pairs", starmap),
        ("imap_waits_for_the_first_and_unordered_does_not", imap_orders),
        ("imap_takes_no_more_items_than_it_needs", imap_lazy),
        ("imap_goes_on_after_a_chunk_that_failed", imap_errors),
        ("a_time_out_gives_none_and_the_result_can_be_had_once", get_timeout),
        ("a_panic_comes_back_with_its_message_and_place", panics),
        ("the_error_of_a_map_is_that_of_its_first_failed_chunk", first_error),
        ("callbacks_run_one_at_a_time_before_the_result_is_ready", callbacks),
        ("a_callback_that_panics_harms_nothing", panicking_callback),
        ("closing_does_what_was_submitted", closing),
        ("what_cannot_be_serialised_is_an_error_on_either_way", serialization),
        ("a_pool_can_be_used_by_many_threads", many_threads),
        ("a_task_can_have_a_pool_of_its_own", nested),
        ("a_pool_that_cannot_work_is_refused", builder_errors),
    ];
    let trials = tests.map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit();
}

fn square(n: i64) -> i64 {
    n * n
}

fn squares(range: std::ops::Range<i64>) -> Vec<i64> {
    range.map(square).collect()
}

fn map_order() {
    let pool = Pool::new(3).unwrap();
    for count in [0, 1, 2, 12, 13, 100] {
        assert_eq!(pool.map(square, 0..count).unwrap(), squares(0..count));
        for size in [0, 1, 2, 5, 1000] {
            let result = pool.chunks_of(size).map(square, 0..count);
            assert_eq!(result.unwrap(), squares(0..count), "{count} in chunks of {size}");
        }
    }
}

fn starmap() {
    let pool = Pool::new(2).unwrap();
    let pairs = (0..20).map(|n| (n, format!("-{n}")));
    let join = |n: i32, text: String| format!("{n}{text}");
    let expected: Vec<_> = (0..20).map(|n| format!("{n}-{n}")).collect();
    assert_eq!(pool.starmap(join, pairs.clone()).unwrap(), expected);
    assert_eq!(pool.chunks_of(3).starmap_async(join, pairs).get().unwrap(), expected);
}

/// Returns the number once the connection, if there is one, has ended.
fn wait_and_return((n, gate): (i32, Option<Connection>)) -> i32 {
    if let Some(mut gate) = gate {
        assert!(matches!(gate.recv::<()>(), Err(RecvError::Closed)));
    }
    n
}

fn imap_orders() {
    let pool = Pool::new(2).unwrap();
    let (gate, theirs) = pipe().unwrap();
    let mut unordered = pool.imap_unordered(wait_and_return, [(0, Some(theirs)), (1, None)]);
    assert_eq!(unordered.next().unwrap().unwrap(), 1);
    assert_eq!(unordered.next_timeout(Duration::ZERO), Err(TimedOut));
    drop(gate);
    assert_eq!(unordered.next_timeout(LONG).unwrap().unwrap().unwrap(), 0);
    assert_eq!(unordered.next_timeout(Duration::ZERO), Ok(None));
    assert!(unordered.next().is_none());

    let (gate, theirs) = pipe().unwrap();
    let mut ordered = pool.imap(wait_and_return, [(0, Some(theirs)), (1, None)]);
    // The other worker does this after task 1, or nobody does.
    assert_eq!(pool.apply(wait_and_return, (2, None)).unwrap(), 2);
    assert_eq!(ordered.next_timeout(Duration::ZERO), Err(TimedOut));
    drop(gate);
    assert_eq!(ordered.next_timeout(Duration::MAX).unwrap().unwrap().unwrap(), 0);
    assert_eq!(ordered.map(Result::unwrap).collect::<Vec<_>>(), [1]);
}

fn imap_lazy() {
    let pool = Pool::new(2).unwrap();
    let taken = Cell::new(0);
    let endless = std::iter::repeat_with(|| {
        taken.set(taken.get() + 1);
        i64::from(taken.get())
    });
    let results: Vec<i64> = pool.imap(square, endless).take(10).map(Result::unwrap).collect();
    assert_eq!(results, squares(1..11));
    // Two chunks of one element for each of two workers.
    assert!(taken.get() <= 14, "{} items were taken for 10 results", taken.get());
}

fn even(n: i64) -> i64 {
    assert!(n % 2 == 0, "{n} is odd");
    n
}

fn imap_errors() {
    let pool = Pool::new(2).unwrap();
    let results: Vec<_> = pool.imap(even, 0..4).map(|result| result.ok()).collect();
    assert_eq!(results, [Some(0), None, Some(2), None]);
    let in_pairs = pool.chunks_of(2).imap(even, [0, 2, 4, 5, 6, 8]);
    let results: Vec<_> = in_pairs.map(|result| result.ok()).collect();
    assert_eq!(results, [Some(0), Some(2), None, Some(6), Some(8)]);
}

fn get_timeout() {
    let pool = Pool::new(1).unwrap();
    let (gate, theirs) = pipe().unwrap();
    let mut result = pool.apply_async(wait_and_return, (7, Some(theirs)));
    assert_eq!(result.get_timeout(Duration::ZERO).unwrap(), None);
    assert_eq!(result.get_timeout(Duration::from_millis(1)).unwrap(), None);
    assert!(!result.ready());
    assert_eq!(result.successful(), None);
    assert!(!result.wait_timeout(Duration::ZERO));
    drop(gate);
    assert!(result.wait_timeout(Duration::MAX));
    assert_eq!(result.successful(), Some(true));
    assert_eq!(result.get_timeout(LONG).unwrap(), Some(7));
    assert_eq!(result.get_timeout(LONG), Err(TaskError::Taken));
    assert_eq!(result.successful(), Some(true));
    assert_eq!(result.get(), Err(TaskError::Taken));
}

fn panics() {
    let pool = Pool::new(1).unwrap();
    match pool.apply(even, 3) {
        Err(TaskError::Panicked { message, location }) => {
            assert_eq!(message, "3 is odd");
            assert!(
                location.as_ref().is_some_and(|place| place.contains("tests/pool.rs")),
                "{location:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    // The same worker goes on.
    assert_eq!(pool.apply(even, 4).unwrap(), 4);
}

fn first_error() {
    let pool = Pool::new(2).unwrap();
    for _ in 0..5 {
        let error = pool.chunks_of(1).map(even, [0, 7, 2, 9, 5]).unwrap_err();
        assert!(matches!(&error, TaskError::Panicked { message, .. } if message == "7 is odd"));
    }
}

fn callbacks() {
    let pool = Pool::new(4).unwrap();
    let (sender, calls) = channel();
    let results: Vec<_> = (0..50)
        .map(|n| {
            let sender = sender.clone();
            let result = pool.apply_async(even, n);
            let error_sender = sender.clone();
            result
                .callback(move |n| sender.send((thread::current().id(), Ok(*n))).unwrap())
                .error_callback(move |error| {
                    error_sender.send((thread::current().id(), Err(error.clone()))).unwrap()
                })
        })
        .collect();
    for result in &results {
        result.wait();
    }
    drop(sender);
    let calls: Vec<_> = calls.try_iter().collect();
    assert_eq!(calls.len(), 50);
    assert_eq!(calls.iter().filter(|(_, result)| result.is_ok()).count(), 25);
    assert!(calls.iter().all(|(thread, _)| *thread == calls[0].0));

    // Also when there is a result already.
    let (sender, calls) = channel();
    let result = pool.apply_async(square, 5);
    result.wait();
    let result = result.callback(move |n| sender.send(*n).unwrap());
    assert_eq!(result.get().unwrap(), 25);
    assert_eq!(calls.recv().unwrap(), 25);
}

fn panicking_callback() {
    let pool = Pool::new(2).unwrap();
    let result = pool.apply_async(square, 3).callback(|_| panic!("this panic belongs to a test"));
    assert_eq!(result.get().unwrap(), 9);
    let (sender, calls) = channel();
    let result = pool.apply_async(square, 4).callback(move |n| sender.send(*n).unwrap());
    assert_eq!(result.get().unwrap(), 16);
    assert_eq!(calls.recv().unwrap(), 16);
    pool.close().join();
}

fn closing() {
    let pool = Pool::new(2).unwrap();
    let results: Vec<_> = (0..100).map(|n| pool.apply_async(square, n)).collect();
    pool.close().join();
    let results: Vec<i64> = results.into_iter().map(|result| result.get().unwrap()).collect();
    assert_eq!(results, squares(0..100));
    assert_eq!(Pool::scope(2, |pool| pool.apply_async(square, 6)).unwrap().get().unwrap(), 36);
}

/// A value that can be written or read only where a test wants it.
#[derive(Debug)]
struct Stubborn {
    can_be_written: bool,
}

impl Serialize for Stubborn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.can_be_written {
            true => serializer.serialize_unit(),
            false => Err(ser::Error::custom("not this one")),
        }
    }
}

impl<'de> Deserialize<'de> for Stubborn {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Stubborn, D::Error> {
        Err(de::Error::custom("not this one"))
    }
}

/// A value whose reading panics.
#[derive(Debug, Serialize)]
struct Explosive;

impl<'de> Deserialize<'de> for Explosive {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Explosive, D::Error> {
        panic!("this panic belongs to a test")
    }
}

fn serialization() {
    let pool = Pool::new(1).unwrap();
    let take = |_: Stubborn| {};
    let give = |can_be_written: bool| Stubborn { can_be_written };
    let is_error = |error: TaskError| matches!(error, TaskError::Serialization { .. });
    assert!(is_error(pool.apply(take, Stubborn { can_be_written: false }).unwrap_err()));
    assert!(is_error(pool.apply(take, Stubborn { can_be_written: true }).unwrap_err()));
    assert!(is_error(pool.apply(give, false).unwrap_err()));
    assert!(is_error(pool.apply(give, true).unwrap_err()));
    assert!(is_error(pool.apply(|_: ()| Explosive, ()).unwrap_err()));
    let mut results = pool.imap(|_: i32| Explosive, [1, 2]);
    assert!(is_error(results.next().unwrap().unwrap_err()));
    assert!(is_error(results.next().unwrap().unwrap_err()));
    assert_eq!(pool.apply(square, 2).unwrap(), 4);
}

fn many_threads() {
    let pool = Pool::new(2).unwrap();
    thread::scope(|scope| {
        for start in 0..8 {
            let pool = &pool;
            scope.spawn(move || {
                let all = start..start + 30;
                assert_eq!(pool.map(square, all.clone()).unwrap(), squares(all.clone()));
                for n in all {
                    // One waits in the queue while the other perhaps needs none.
                    let later = pool.apply_async(square, n);
                    assert_eq!(pool.apply(square, n + 1), Ok((n + 1) * (n + 1)));
                    assert_eq!(later.get(), Ok(n * n));
                }
            });
        }
    });
}

fn in_a_pool_of_its_own(n: i64) -> Vec<i64> {
    Pool::scope(2, |pool| pool.map(square, 0..n).unwrap()).unwrap()
}

fn nested() {
    let pool = Pool::new(2).unwrap();
    assert_eq!(pool.map(in_a_pool_of_its_own, [2, 3]).unwrap(), [squares(0..2), squares(0..3)]);
}

fn builder_errors() {
    assert!(matches!(Pool::new(0), Err(PoolError::NoWorkers)));
    let none = Pool::builder().tasks_per_child(0).start();
    assert!(matches!(none, Err(PoolError::NoTasks)));
    let stubborn = Stubborn { can_be_written: false };
    let unserialisable = Pool::builder().initializer(|_| {}, stubborn).start();
    assert!(matches!(unserialisable, Err(PoolError::Initializer(_))));
}
