//! What is measured: `Condition` and its peers, doing the same.

use ch03_locks::Lock;
use ch06_condition::{Condition, ConditionLock};
use paired::threads::{Row, together};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

const ONE_AND_TWO: &[usize] = &[1, 2];

/// The rows of the table.
pub fn rows() -> Vec<Row> {
    let row = |what, peer, reach, ours, theirs| Row {
        what,
        peer,
        reach,
        cpus: ONE_AND_TWO,
        ours,
        theirs,
    };
    let peer = "parking_lot `Condvar`";
    vec![
        row("ping-pong over `Lock`", peer, Some(1.15), over_lock, over_parking_lot),
        row("ping-pong over `RLock`", peer, Some(1.15), over_rlock, over_parking_lot),
        row("ping-pong over `Lock`", "`std` `Condvar`", None, over_lock, over_std),
        row("ping-pong, two conditions", peer, Some(1.15), two_ours, two_parking_lot),
    ]
}

/// Two threads take turns `rounds` times: `turn(me)` waits until it is so, and
/// makes it the other's.
fn ping_pong(rounds: u64, turn: impl Fn(bool) + Sync) -> Duration {
    together(|| (0..rounds).for_each(|_| turn(true)), || (0..rounds).for_each(|_| turn(false)))
}

fn over_lock(rounds: u64) -> Duration {
    one_condition(&Condition::with_lock(Arc::new(Lock::new())), rounds)
}

fn over_rlock(rounds: u64) -> Duration {
    one_condition(&Condition::new(), rounds)
}

fn one_condition<L: ConditionLock + Sync + Send>(
    condition: &Condition<L>,
    rounds: u64,
) -> Duration {
    let whose = AtomicBool::new(true);
    ping_pong(rounds, |me| {
        let held = condition.lock();
        held.wait_for(|| whose.load(Relaxed) == me);
        whose.store(!me, Relaxed);
        held.notify(1);
    })
}

fn over_parking_lot(rounds: u64) -> Duration {
    let (whose, changed) = (parking_lot::Mutex::new(true), parking_lot::Condvar::new());
    ping_pong(rounds, |me| {
        let mut whose = whose.lock();
        changed.wait_while(&mut whose, |whose| *whose != me);
        *whose = !me;
        changed.notify_one();
    })
}

fn over_std(rounds: u64) -> Duration {
    let (whose, changed) = (std::sync::Mutex::new(true), std::sync::Condvar::new());
    ping_pong(rounds, |me| {
        let mut whose = changed.wait_while(whose.lock().unwrap(), |whose| *whose != me).unwrap();
        *whose = !me;
        changed.notify_one();
    })
}

/// As with a bounded queue: each waits for a condition of its own.
fn two_ours(rounds: u64) -> Duration {
    let lock = Arc::new(Lock::new());
    let turns = [Condition::with_lock(Arc::clone(&lock)), Condition::with_lock(lock)];
    let whose = AtomicBool::new(true);
    ping_pong(rounds, |me| {
        let held = turns[usize::from(me)].lock();
        held.wait_for(|| whose.load(Relaxed) == me);
        whose.store(!me, Relaxed);
        held.on(&turns[usize::from(!me)]).notify(1);
    })
}

fn two_parking_lot(rounds: u64) -> Duration {
    let whose = parking_lot::Mutex::new(true);
    let turns = [parking_lot::Condvar::new(), parking_lot::Condvar::new()];
    ping_pong(rounds, |me| {
        let mut whose = whose.lock();
        turns[usize::from(me)].wait_while(&mut whose, |whose| *whose != me);
        *whose = !me;
        turns[usize::from(!me)].notify_one();
    })
}
