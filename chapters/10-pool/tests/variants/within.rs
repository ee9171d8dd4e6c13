//! The pool is used, or ends, from within something that it runs, or that ends itself.

use crate::{goes_on, in_time, square};
use ch08_multiprocessing::{Process, active_children};
use ch10_pool::Pool;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;
use test_support::limits::PATIENCE;

thread_local! {
    static HERE: RefCell<Option<Pool>> = const { RefCell::new(None) };
}

pub fn thread_local() {
    let pids = in_time(|| {
        thread::spawn(|| {
            HERE.with_borrow_mut(|here| {
                let pool = here.insert(Pool::new(2).unwrap());
                assert_eq!(pool.map(square, 0..3).unwrap(), [0, 1, 4]);
                let _ = pool.apply_async(square, 3).callback(|_| {});
                pool.worker_pids()
            })
        })
        .join()
        .unwrap()
    });
    assert!(active_children().iter().all(|child| !pids.contains(&child.pid())));
}

/// The one pool of a test, which a value can find.
static POOL: Mutex<Option<Arc<Pool>>> = Mutex::new(None);

fn the_pool() -> Option<Arc<Pool>> {
    POOL.lock().unwrap().clone()
}

/// Asks the pool for a square on every occasion, if there is a pool in this process.
#[derive(Debug)]
struct Asks(i64);

impl Asks {
    fn ask(&self) {
        let Some(pool) = the_pool() else { return };
        let squared = self.0 * self.0;
        match self.0 % 4 {
            0 => assert_eq!(pool.apply(square, self.0), Ok(squared)),
            1 => assert_eq!(pool.apply_async(square, self.0).get(), Ok(squared)),
            2 => assert_eq!(pool.map(square, [self.0; 3]), Ok(vec![squared; 3])),
            _ => assert_eq!(pool.imap(square, [self.0; 3]).last(), Some(Ok(squared))),
        }
    }
}

impl Serialize for Asks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.ask();
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Asks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Asks, D::Error> {
        let asks = Asks(i64::deserialize(deserializer)?);
        asks.ask();
        Ok(asks)
    }
}

impl Drop for Asks {
    fn drop(&mut self) {
        self.ask();
    }
}

/// Plays the scene with a pool of one worker that values can find, and ends that.
fn with_the_pool(scene: impl FnOnce(&Pool)) {
    let pool = Arc::new(Pool::new(1).unwrap());
    *POOL.lock().unwrap() = Some(Arc::clone(&pool));
    scene(&pool);
    goes_on(&pool);
    POOL.lock().unwrap().take();
    drop(pool);
}

fn asks(n: i64) -> Asks {
    Asks(n)
}

fn asked(asks: Asks) -> i64 {
    asks.0
}

pub fn results() {
    in_time(|| {
        with_the_pool(|pool| {
            assert_eq!(pool.apply_async(asks, 3).get_timeout(PATIENCE).unwrap().unwrap().0, 3);
            assert_eq!(pool.apply(asks, 4).unwrap().0, 4);
            assert_eq!(pool.map(asks, 0..6).unwrap().len(), 6);
            assert_eq!(pool.imap(asks, 0..6).filter(Result::is_ok).count(), 6);
            // Dropped by whoever has it last, in a thread of the pool perhaps.
            for n in 0..10 {
                drop(pool.apply_async(asks, n));
                drop(pool.map_async(asks, 0..3));
                drop(pool.imap(asks, 0..3));
            }
        });
    });
}

pub fn items() {
    in_time(|| {
        with_the_pool(|pool| {
            assert_eq!(pool.apply(asked, Asks(3)), Ok(3));
            assert_eq!(pool.map(asked, (0..4).map(Asks)).unwrap(), [0, 1, 2, 3]);
            let squares = (0..10).map(|n| pool.apply(square, n).unwrap());
            assert_eq!(pool.imap(square, squares).last(), Some(Ok(81 * 81)));
        });
    });
}

#[derive(Serialize, Deserialize)]
struct Falls(u32);

impl Drop for Falls {
    fn drop(&mut self) {
        // Where it came from; the worker has another.
        assert_ne!(self.0, std::process::id(), "an argument's own panic");
    }
}

fn id_of(falls: Falls) -> u32 {
    falls.0
}

pub fn argument() {
    let pool = Pool::new(1).unwrap();
    let fall = || Falls(std::process::id());
    let caught = |work: &dyn Fn()| catch_unwind(AssertUnwindSafe(work)).is_err();
    assert!(caught(&|| drop(pool.apply(id_of, fall()))));
    assert!(caught(&|| drop(pool.apply_async(id_of, fall()))));
    assert!(caught(&|| drop(pool.map(id_of, [fall()]))));
    assert!(caught(&|| drop(pool.imap(id_of, [fall()]).next())));
    goes_on(&pool);
    in_time(move || pool.close().join());
}

fn exits_in_a_callback(_: ()) {
    let pool = Pool::new(2).unwrap();
    let result = pool.apply_async(square, 3).callback(|_| std::process::exit(7));
    let _ = result.get();
    loop {
        thread::park();
    }
}

pub fn callback_exits() {
    let child = Process::new(exits_in_a_callback, ()).daemon(true).start().unwrap();
    let code = child.join_timeout(PATIENCE).unwrap();
    let _ = child.kill();
    assert_eq!(code, Some(7));
}
