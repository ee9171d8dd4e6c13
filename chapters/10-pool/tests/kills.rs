//! SIGKILL to a worker at its task, to workers at any time, and to the pool's
//! creator.

#[path = "support/tasks.rs"]
mod tasks;

use ch08_multiprocessing::{Connection, Process, RecvError, pipe};
use ch10_pool::{AsyncResult, Pool, PoolError, TaskError};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tasks::{announce_and_wait, process_id, running};
use test_support::kills::{self, PATIENCE, rounds, time};
use test_support::system_calls::{Scene, kill_at_each};
use test_support::trials;

fn main() {
    kills::mark();
    trials::run(
        ch08_multiprocessing::init,
        [
            ("a_worker_killed_at_its_task_fails_that_task_alone", || rounds(worker)),
            ("workers_end_with_a_creator_that_is_killed", || rounds(creator)),
            ("every_task_has_one_outcome_while_workers_are_killed", outcomes),
            ("a_worker_killed_at_any_system_call_loses_one_task", || kill_at_each(0, pool_scene)),
        ],
    );
}

/// Kills a worker of this process, if it is one still.
fn kill(pid: u32) {
    let Ok(pidfd) = pidfd_open(Pid::from_raw(pid as i32).unwrap(), PidfdFlags::empty()) else {
        return;
    };
    // The number may by now be another process's; the descriptor is not.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
    if parent == Some(std::process::id().to_string().as_str()) {
        let _ = pidfd_send_signal(&pidfd, Signal::KILL);
    }
}

fn worker() -> Duration {
    let pool = Pool::new(2).unwrap();
    let (gate, _, mut unharmed) = running(&pool);
    let (_gate, victim, mut lost) = running(&pool);
    let (took, outcome) = time(|| kill(victim), || lost.get_timeout(PATIENCE));
    assert_eq!(outcome, Err(TaskError::WorkerLost { signal: 9 }));
    // The other worker is busy, so this one is new.
    let next = pool.apply_async(process_id, ()).get_timeout(PATIENCE).unwrap();
    assert!(next.is_some_and(|pid| pid != victim), "{next:?}");
    drop(gate);
    assert_eq!(unharmed.get_timeout(PATIENCE), Ok(Some(())));
    pool.close().join();
    took
}

fn have_a_pool(connection: Connection) {
    let pool = Pool::new(2).unwrap();
    pool.apply(announce_and_wait, connection).unwrap();
}

fn creator() -> Duration {
    let (mut ours, theirs) = pipe().unwrap();
    let creator = Process::new(have_a_pool, theirs).start().unwrap();
    assert!(ours.recv_timeout::<u32>(PATIENCE).unwrap().is_some());
    let kill = || creator.kill().unwrap();
    let (took, end) = time(kill, || ours.recv_timeout::<()>(PATIENCE));
    assert!(matches!(end, Err(RecvError::Closed)), "{end:?}");
    assert_eq!(creator.join().unwrap(), -9);
    took
}

fn next(n: u64) -> u64 {
    n + 1
}

/// Every 1 000 tasks a worker is killed, wherever it is just then. With
/// `EI_FULL=1` there are a million tasks, else 10 000.
fn outcomes() {
    const WORKERS: usize = 4;
    const UNDER_WAY: usize = 64;
    let tasks = if kills::full() { 1_000_000 } else { 10_000 };
    let start = Instant::now();
    let pool = Pool::new(WORKERS).unwrap();
    let (mut results, mut lost, mut kills) = (0_u64, 0_u64, 0_u64);
    let mut settle = |n: u64, mut outcome: AsyncResult<u64>| match outcome.get_timeout(PATIENCE) {
        Ok(Some(result)) => {
            assert_eq!(result, n + 1);
            results += 1;
        }
        Err(TaskError::WorkerLost { signal: 9 }) => lost += 1,
        other => panic!("task {n}: {other:?}"),
    };
    let mut under_way = VecDeque::new();
    for n in 0..tasks {
        under_way.push_back((n, pool.apply_async(next, n)));
        if under_way.len() == UNDER_WAY {
            let (n, outcome) = under_way.pop_front().unwrap();
            settle(n, outcome);
        }
        if n % 1000 == 999 {
            kill(pool.worker_pids()[(n / 1000) as usize % WORKERS]);
            kills += 1;
        }
    }
    under_way.into_iter().for_each(|(n, outcome)| settle(n, outcome));
    assert_eq!(results + lost, tasks);
    assert!(lost <= kills, "{lost} tasks were lost to {kills} kills");
    pool.close().join();
    let seconds = start.elapsed().as_secs();
    eprintln!("{results} results and {lost} lost in {seconds} s; {kills} kills");
}

/// Has a pool of one worker, which may be killed once, at any moment.
fn use_a_pool(mut gate: Connection) {
    gate.recv::<()>().unwrap();
    let pool = match Pool::new(1) {
        Err(PoolError::Start(_)) => Pool::new(1).unwrap(),
        pool => pool.unwrap(),
    };
    let results: Vec<_> = (0..6).map(|n| (n, pool.apply_async(next, n))).collect();
    let mut lost = 0;
    let mut is_lost = |n, outcome: Result<Option<u64>, TaskError>| match outcome {
        Ok(Some(result)) => assert_eq!(result, n + 1),
        Err(TaskError::WorkerLost { signal: 9 }) => lost += 1,
        other => panic!("task {n}: {other:?}"),
    };
    for (n, mut result) in results {
        is_lost(n, result.get_timeout(PATIENCE));
    }
    is_lost(6, pool.apply(next, 6).map(Some));
    assert!(lost <= 1, "{lost} tasks were lost to one kill");
    pool.close().join();
}

fn pool_scene() -> Scene {
    let (mut ours, theirs) = pipe().unwrap();
    let pid = Process::new(use_a_pool, theirs).start().unwrap().pid();
    Scene { pid, go: Box::new(move || ours.send(&()).unwrap()) }
}
