//! What is measured: `Queue` and its peers, doing the same.

mod channels;

use channels::{Channel, Correct, Crossbeam, Flume, Kanal, Ours, Std};
use paired::threads::{Row, alone, together};
use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const ROOM: usize = 10;
const LONGER: u64 = 8;

/// The rows of the table.
pub fn rows() -> Vec<Row> {
    let alone = |peer, theirs| Row {
        what: "put + get on one thread",
        peer,
        reach: Some(1.3),
        cpus: &[1],
        ours: on_one_thread::<Ours>,
        theirs,
    };
    let through = |peer, theirs| Row {
        what: "1 → 1",
        peer,
        reach: Some(1.0),
        cpus: &[1, 2],
        ours: one_to_one::<Ours>,
        theirs,
    };
    let many = |peer, theirs| Row {
        what: "12 → 10",
        peer,
        reach: Some(1.0),
        cpus: &[1, 2],
        ours: many_to_many::<Ours>,
        theirs,
    };
    vec![
        alone("crossbeam", on_one_thread::<Crossbeam>),
        alone("flume", on_one_thread::<Flume>),
        alone("kanal", on_one_thread::<Kanal>),
        alone("`std` sync_channel", on_one_thread::<Std>),
        Row { reach: None, ..alone("`correct::Queue`", on_one_thread::<Correct>) },
        through("crossbeam", one_to_one::<Crossbeam>),
        through("flume", one_to_one::<Flume>),
        through("kanal", one_to_one::<Kanal>),
        through("`std` sync_channel", one_to_one::<Std>),
        Row {
            reach: None,
            cpus: &[1],
            ..through("two changes of thread for twelve items", changes_of_thread)
        },
        many("crossbeam", many_to_many::<Crossbeam>),
        many("flume", many_to_many::<Flume>),
        many("kanal", many_to_many::<Kanal>),
    ]
}

fn on_one_thread<C: Channel>(rounds: u64) -> Duration {
    let (sender, receiver) = C::new(ROOM);
    alone(rounds, || {
        C::put(black_box(&sender), 7);
        black_box(C::get(&receiver));
    })
}

fn one_to_one<C: Channel>(rounds: u64) -> Duration {
    let (sender, receiver) = C::new(ROOM);
    crowd::<C>(rounds, vec![sender], vec![receiver])
}

/// The floor where there is one CPU: ten items are in the queue and one in the hand of each side, and then the other side has to run.
fn changes_of_thread(rounds: u64) -> Duration {
    let rounds = rounds.div_ceil(12);
    let turn = AtomicU64::new(0);
    let until = |mine| {
        while turn.load(Ordering::Acquire) != mine {
            thread::yield_now();
        }
    };
    together(
        || {
            for round in 0..rounds {
                turn.store(2 * round + 1, Ordering::Release);
                until(2 * round + 2);
            }
        },
        || {
            for round in 0..rounds {
                until(2 * round + 1);
                turn.store(2 * round + 2, Ordering::Release);
            }
        },
    )
}

fn many_to_many<C: Channel<Receiver: Clone>>(rounds: u64) -> Duration {
    let (sender, receiver) = C::new(ROOM);
    // Longer, as it takes a while until the last of so many threads has started.
    crowd::<C>(rounds * LONGER, vec![sender; 12], vec![receiver; 10]) / LONGER as u32
}

/// Times about `rounds` items on their way, from when all threads are there
/// until the last consumer has seen the end.
fn crowd<C: Channel>(
    rounds: u64,
    senders: Vec<C::Sender>,
    receivers: Vec<C::Receiver>,
) -> Duration {
    let start = Barrier::new(senders.len() + receivers.len() + 1);
    let each = rounds / senders.len() as u64;
    let last = senders[0].clone();
    thread::scope(|scope| {
        let start = &start;
        for receiver in receivers {
            scope.spawn(move || {
                start.wait();
                while let Some(item) = C::get(&receiver) {
                    black_box(item);
                }
            });
        }
        let producers: Vec<_> = senders
            .into_iter()
            .map(|sender| {
                scope.spawn(move || {
                    start.wait();
                    (0..each).for_each(|item| C::put(&sender, item));
                })
            })
            .collect();
        start.wait();
        let began = Instant::now();
        producers.into_iter().for_each(|producer| producer.join().expect("no put fails"));
        C::close(last);
        began
    })
    .elapsed()
}
