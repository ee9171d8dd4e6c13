//! What is measured: `Event` and its peers, doing the same.

use ch05_event::{Event, correct};
use paired::threads::{Row, alone, together};
use rustix::thread::futex;
use std::hint::black_box;
use std::sync::atomic::{
    AtomicBool, AtomicU32,
    Ordering::{Acquire, Release},
};
use std::time::Duration;

/// The rows of the table.
pub fn rows() -> Vec<Row> {
    let woken = |peer, reach, theirs| Row {
        what: "set → woken",
        peer,
        reach,
        cpus: &[1, 2],
        ours: hand_over::<Event>,
        theirs,
    };
    let waited = |peer, reach, theirs| Row {
        what: "wait, the flag is up",
        peer,
        reach,
        cpus: &[1],
        ours: waited_ours,
        theirs,
    };
    vec![
        woken("a raw futex", Some(1.15), hand_over::<RawFutex>),
        woken("`correct::Event`", None, hand_over::<correct::Event>),
        waited("a bare load", None, waited_bare),
        waited("`correct::Event`", None, waited_correct),
    ]
}

/// What a hand-over needs.
trait Flag: Default + Sync {
    fn set(&self);
    /// Blocks until the flag is up, and takes it down.
    fn take(&self);
}

impl Flag for Event {
    fn set(&self) {
        Event::set(self);
    }

    fn take(&self) {
        self.wait();
        self.clear();
    }
}

impl Flag for correct::Event {
    fn set(&self) {
        correct::Event::set(self);
    }

    fn take(&self) {
        self.wait();
        self.clear();
    }
}

/// The least that Linux needs to hand over: one system call to sleep, one to
/// wake.
#[derive(Default)]
struct RawFutex(AtomicU32);

impl Flag for RawFutex {
    fn set(&self) {
        self.0.store(1, Release);
        futex::wake(&self.0, futex::Flags::PRIVATE, 1).unwrap();
    }

    fn take(&self) {
        while self.0.load(Acquire) == 0 {
            // Fails if the flag has gone up meanwhile, and that is well.
            let _ = futex::wait(&self.0, futex::Flags::PRIVATE, 0, None);
        }
        self.0.store(0, Release);
    }
}

/// Two threads wake each other, `rounds` times there and back.
fn hand_over<F: Flag>(rounds: u64) -> Duration {
    let (ping, pong) = (F::default(), F::default());
    together(
        || {
            for _ in 0..rounds {
                ping.set();
                pong.take();
            }
        },
        || {
            for _ in 0..rounds {
                ping.take();
                pong.set();
            }
        },
    )
}

fn waited_ours(rounds: u64) -> Duration {
    let event = Event::new();
    event.set();
    alone(rounds, || black_box(&event).wait())
}

fn waited_correct(rounds: u64) -> Duration {
    let event = correct::Event::new();
    event.set();
    alone(rounds, || black_box(&event).wait())
}

fn waited_bare(rounds: u64) -> Duration {
    let flag = AtomicBool::new(true);
    alone(rounds, || assert!(black_box(&flag).load(Acquire)))
}
