//! Users' values, tasks, callbacks and destructors fail in every way.

use crate::{Loud, fails, goes_on, in_time, square};
use ch10_pool::{AsyncResult, Pool, TaskError};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use std::sync::mpsc::channel;
use std::thread;
use test_support::limits::PATIENCE;

#[derive(Debug)]
struct Odd(i64);

impl Serialize for Odd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            1 => Err(ser::Error::custom("an odd one")),
            2 => serializer.collect_seq((0..7).filter(|n| *n > 0)),
            3 => serializer.serialize_u8(200),
            n => n.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Odd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Odd, D::Error> {
        let n = i64::deserialize(deserializer)?;
        assert_ne!(n, 5, "five is not read");
        Ok(Odd(n))
    }
}

fn open_up(odd: Odd) -> i64 {
    odd.0
}

fn make_odd(n: i64) -> Odd {
    Odd(n)
}

pub fn unsendable() {
    let pool = Pool::new(2).unwrap();
    let mut imap = pool.imap(open_up, (0..8).map(Odd));
    let mut results = Vec::new();
    while let Ok(Some(result)) = imap.next_timeout(PATIENCE) {
        results.push(result);
    }
    drop(imap);
    let fine: Vec<usize> = (0..results.len()).filter(|&n| results[n].is_ok()).collect();
    assert_eq!((results.len(), &fine[..]), (8, &[0, 4, 6, 7][..]), "{results:?}");
    let made = pool.chunks_of(1).imap(make_odd, 0..8);
    for (n, result) in made.enumerate() {
        match n {
            1..=3 | 5 => {
                let error = result.unwrap_err();
                assert!(matches!(error, TaskError::Serialization { .. }), "{n}: {error:?}");
            }
            n => assert_eq!(result.unwrap().0, n as i64),
        }
    }
    goes_on(&pool);
    pool.close().join();
}

fn odd_end(how: i64) -> i64 {
    match how {
        0 => std::panic::panic_any(42),
        1 => std::panic::panic_any(Loud),
        2 => panic!("{}", "long ".repeat(1 << 20)),
        3 => {
            let _loud = Loud;
            panic!("and another")
        }
        4 => std::panic::resume_unwind(Box::new("resumed".to_owned())),
        5 => thread::spawn(|| panic!("in a thread")).join().map(|()| 5).unwrap(),
        6 => panic!("\0\u{1b}[31m"),
        7 => {
            let _keep = std::panic::take_hook();
            panic!("without a hook")
        }
        8 => std::process::exit(0),
        9 => std::process::abort(),
        10 => Vec::<u8>::with_capacity(isize::MAX as usize).len() as i64,
        _ => {
            fn deep(n: i64) -> i64 {
                std::hint::black_box([n; 1000])[0] + if n < 0 { 0 } else { deep(n + 1) }
            }
            deep(0)
        }
    }
}

pub fn panics() {
    let pool = Pool::new(1).unwrap();
    for how in 0..12 {
        let mut result = pool.apply_async(odd_end, how);
        let error = result.get_timeout(PATIENCE).unwrap_err();
        let says = match &error {
            TaskError::Panicked { message, location } => match how {
                0 | 1 => message == "(no message)" && location.is_some(),
                2 => message.len() == 5 << 20,
                4 => message == "resumed",
                5 => message.contains("unwrap"),
                6 => message == "\0\u{1b}[31m",
                _ => how == 7 && message == "without a hook",
            },
            TaskError::WorkerExited { code: 0 } => how == 8,
            TaskError::WorkerLost { signal: 6 } => matches!(how, 3 | 9..),
            _ => false,
        };
        assert!(says, "{how}: {error:?}");
        goes_on(&pool);
    }
    pool.close().join();
}

pub fn callbacks() {
    let pool = Pool::new(1).unwrap();
    let (sender, said) = channel();
    let done = pool
        .apply_async(square, 3)
        .callback(|_| std::panic::panic_any(Loud))
        .callback(|_| panic!("plain"))
        .error_callback(|_| unreachable!())
        .callback(move |x| sender.send(*x).unwrap());
    assert_eq!(said.recv_timeout(PATIENCE), Ok(9));
    let mut done = done;
    assert_eq!(done.get_timeout(PATIENCE), Ok(Some(9)));
    let (sender, said) = channel();
    let mut failed = pool
        .apply_async(fails, ())
        .error_callback(|_| std::panic::panic_any(Loud))
        .error_callback(move |error| sender.send(error.clone()).unwrap());
    assert!(matches!(said.recv_timeout(PATIENCE), Ok(TaskError::Panicked { .. })));
    assert!(failed.get_timeout(PATIENCE).is_err());
    let loud = Loud;
    let mut captured = pool.apply_async(square, 3).callback(move |_| {
        let _ = &loud;
    });
    assert_eq!(captured.get_timeout(PATIENCE), Ok(Some(9)));
    let loud = Loud;
    let mut never = pool.apply_async(square, 3).error_callback(move |_| {
        let _ = &loud;
    });
    assert_eq!(never.get_timeout(PATIENCE), Ok(Some(9)));
    goes_on(&pool);
    in_time(move || pool.close().join());
}

#[derive(Debug, Serialize, Deserialize)]
struct Bomb(u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.0 != std::process::id() {
            std::panic::panic_any(Loud);
        }
    }
}

fn make(_: i64) -> Bomb {
    Bomb(std::process::id())
}

fn take(bomb: Bomb) {
    assert_ne!(bomb.0, std::process::id());
}

pub fn destructors() {
    let pool = Pool::new(2).unwrap();
    for has_come in [false, true] {
        let discard = |result: AsyncResult<Vec<Bomb>>| {
            assert!(!has_come || result.wait_timeout(PATIENCE));
            drop(result);
        };
        discard(pool.map_async(make, 0..10));
        discard(pool.chunks_of(1).map_async(make, 0..10));
        let one = pool.apply_async(make, 0);
        assert!(!has_come || one.wait_timeout(PATIENCE));
        drop(one);
        for mut imap in [pool.chunks_of(3).imap(make, 0..30), pool.imap_unordered(make, 0..30)] {
            // Its own is the caller's to drop.
            std::mem::forget(imap.next_timeout(PATIENCE).unwrap().unwrap().unwrap());
            if has_come {
                // Most of it has come when this has.
                goes_on(&pool);
            }
            drop(imap);
        }
    }
    // In the worker, where the argument is somebody else's.
    let error = pool.apply_async(take, Bomb(std::process::id())).get_timeout(PATIENCE);
    assert!(matches!(error, Err(TaskError::Panicked { .. })));
    let callback = pool.apply_async(make, 0).callback(|_| {});
    callback.wait();
    drop(callback);
    goes_on(&pool);
    in_time(move || pool.close().join());
}
