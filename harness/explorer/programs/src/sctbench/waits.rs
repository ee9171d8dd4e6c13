//! Threads that wait for one another.

use explore_engine::sync::{Condvar, Mutex};
use explore_engine::thread;

/// A number that one thread raises, and another lowers.
#[derive(Default)]
struct Count {
    number: Mutex<usize>,
    empty: Condvar,
    full: Condvar,
}

impl Count {
    fn lower(&self) {
        let number = self.number.lock().unwrap();
        *self.full.wait_while(number, |number| *number == 0).unwrap() -= 1;
        self.empty.notify_one();
    }
}

/// Bug: two threads take turns, and what the one adds up is not what is expected. In every order.
pub(super) fn arithmetic_progression(mended: bool) {
    const ROUNDS: usize = 3;
    let count = Count::default();
    let sum = thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..ROUNDS {
                let number = count.number.lock().unwrap();
                *count.empty.wait_while(number, |number| *number > 0).unwrap() += 1;
                count.full.notify_one();
            }
        });
        let adds = scope.spawn(|| {
            let add = |sum, round| {
                count.lower();
                sum + round
            };
            (0..ROUNDS).fold(0, add) + ROUNDS
        });
        adds.join().unwrap()
    });
    let right = sum == ROUNDS * (ROUNDS + 1) / 2;
    assert!(right == mended, "the sum is {sum}");
}

/// Bug: the notification comes before the change that it is about.
pub(super) fn early_notification(mended: bool) {
    let count = Count::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            if !mended {
                count.full.notify_one();
            }
            *count.number.lock().unwrap() += 1;
            if mended {
                count.full.notify_one();
            }
        });
        scope.spawn(|| count.lower());
    });
}

/// Bug: only who finds nothing there notifies, but two may wait.
pub(super) fn notified_if_it_was_empty(mended: bool) {
    let count = Count::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..2 {
                let mut number = count.number.lock().unwrap();
                *number += 1;
                if mended || *number == 1 {
                    count.full.notify_one();
                }
            }
        });
        for _ in 0..2 {
            scope.spawn(|| count.lower());
        }
    });
}

/// Bug: three threads pass on what they get from the one before, and nobody waits for their turn.
pub(super) fn token_ring(mended: bool) {
    // What each has, whether it has had its turn, and whose turn it is.
    let ring = Mutex::new(([0; 3], [false; 3], 0));
    let next = Condvar::new();
    let (ring, next) = (&ring, &next);
    let turn = move |me: usize| {
        let guard = ring.lock().unwrap();
        next.wait_while(guard, |ring| mended && ring.2 != me).unwrap()
    };
    thread::scope(|scope| {
        for me in 0..3 {
            scope.spawn(move || {
                let mut ring = turn(me);
                let token = ring.0[(me + 2) % 3];
                ring.0[me] = if me == 0 { (token + 1) % 4 } else { token };
                ring.1[me] = true;
                ring.2 += 1;
                next.notify_all();
            });
        }
        scope.spawn(move || {
            let ring = turn(3);
            let passed = ring.0.iter().all(|token| *token == ring.0[0]);
            assert!(passed || ring.1.contains(&false), "somebody was out of turn: {:?}", ring.0);
        });
    });
}
