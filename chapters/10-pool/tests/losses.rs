//! What a pool does when something dies.

use ch08_multiprocessing::{Connection, Process, RecvError, StartMethod, active_children, pipe};
use ch10_pool::{Pool, TaskError};
use rustix::process::{Pid, PidfdFlags, Signal, getpid, kill_process, pidfd_open};
use std::sync::OnceLock;
use std::time::Duration;
use tasks::{announce_and_wait, process_id, running};
use test_support::trials;

#[path = "support/tasks.rs"]
mod tasks;

/// After this long without an answer a test fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("a_worker_killed_at_its_task_fails_that_task", killed_at_task),
            ("a_worker_killed_while_idle_is_replaced_and_fails_nothing", killed_idle),
            ("a_worker_that_exits_fails_its_task_with_the_code", exits),
            ("the_end_is_seen_though_a_grandchild_holds_the_connection", grandchild),
            ("every_task_has_one_outcome_however_many_workers_die", many_deaths),
            ("an_initializer_that_panics_fails_the_tasks", initializer_panics),
            ("workers_are_replaced_after_their_tasks", replaced),
            ("terminating_fails_what_runs_and_what_is_queued", terminating),
            ("dropping_a_pool_leaves_no_process", dropping),
            ("a_copy_of_the_creator_cannot_use_the_pool", copied),
        ],
    );
}

fn kill(pid: u32) {
    kill_process(Pid::from_raw(pid as i32).unwrap(), Signal::KILL).unwrap();
}

fn killed_at_task() {
    let pool = Pool::new(2).unwrap();
    let (gate, other, unharmed) = running(&pool);
    let (_gate, victim, result) = running(&pool);
    kill(victim);
    assert_eq!(result.get(), Err(TaskError::WorkerLost { signal: 9 }));
    assert_ne!(pool.apply(process_id, ()).unwrap(), victim);
    drop(gate);
    unharmed.get().unwrap();
    assert!(pool.worker_pids().contains(&other));
    pool.close().join();
}

fn killed_idle() {
    let pool = Pool::new(1).unwrap();
    let victim = pool.apply(process_id, ()).unwrap();
    let pidfd = pidfd_open(Pid::from_raw(victim as i32).unwrap(), PidfdFlags::empty()).unwrap();
    kill(victim);
    use rustix::event::{PollFd, PollFlags, poll};
    poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], None).unwrap();
    assert_ne!(pool.apply(process_id, ()).unwrap(), victim);
}

fn exits() {
    let pool = Pool::new(1).unwrap();
    for code in [0, 3] {
        let result = pool.apply(|code: i32| std::process::exit(code), code);
        let result: Result<(), TaskError> = result;
        assert_eq!(result, Err(TaskError::WorkerExited { code }));
    }
    assert_eq!(pool.apply(|n: i32| n + 1, 1).unwrap(), 2);
}

fn fork_and_die(connection: Connection) {
    let grandchild = Process::new(announce_and_wait, connection);
    grandchild.method(StartMethod::Fork).allow_threads().start().unwrap();
    let _ = kill_process(getpid(), Signal::KILL);
}

fn grandchild() {
    let pool = Pool::new(1).unwrap();
    let (mut ours, theirs) = pipe().unwrap();
    let mut result = pool.apply_async(fork_and_die, theirs);
    assert_eq!(result.get_timeout(PATIENCE), Err(TaskError::WorkerLost { signal: 9 }));
    let grandchild: u32 = ours.recv().unwrap();
    assert_ne!(grandchild, std::process::id());
    drop(ours);
}

fn die_at_times(n: i32) -> i32 {
    if n % 50 == 49 {
        let _ = kill_process(getpid(), Signal::KILL);
    }
    n
}

fn many_deaths() {
    let pool = Pool::new(4).unwrap();
    let results: Vec<_> = (0..1000).map(|n| (n, pool.apply_async(die_at_times, n))).collect();
    for (n, result) in results {
        match (n % 50, result.get()) {
            (49, Err(TaskError::WorkerLost { signal: 9 })) => {}
            (0..49, Ok(same)) => assert_eq!(same, n),
            (_, other) => panic!("task {n}: {other:?}"),
        }
    }
    pool.close().join();
}

fn initializer_panics() {
    let panics = |what: String| panic!("{what}");
    let pool =
        Pool::builder().processes(2).initializer(panics, "not today".to_owned()).start().unwrap();
    for _ in 0..5 {
        match pool.apply(process_id, ()) {
            Err(TaskError::Initializer { message, .. }) => assert_eq!(message, "not today"),
            other => panic!("{other:?}"),
        }
    }
    pool.close().join();
}

fn replaced() {
    let pool = Pool::builder().processes(1).tasks_per_child(3).start().unwrap();
    let mut pids = pool.chunks_of(1).map(process_id, [(); 12]).unwrap();
    let all = pids.clone();
    pids.dedup();
    assert_eq!(pids.len(), 4, "{all:?}");
    assert!(all.chunks(3).all(|three| three.iter().all(|pid| *pid == three[0])), "{all:?}");
    pool.close().join();
}

fn terminating() {
    let pool = Pool::new(1).unwrap();
    let (mut gate, _, result) = running(&pool);
    let queued = pool.apply_async(process_id, ());
    let mapped = pool.map_async(process_id, [(), ()]);
    pool.terminate();
    assert_eq!(result.get(), Err(TaskError::Terminated));
    assert_eq!(queued.get(), Err(TaskError::Terminated));
    assert_eq!(mapped.get(), Err(TaskError::Terminated));
    assert!(matches!(gate.recv::<()>(), Err(RecvError::Closed)), "its worker is gone");

    let pool = Pool::new(1).unwrap();
    let (_gate, _, result) = running(&pool);
    pool.close().terminate();
    assert_eq!(result.get(), Err(TaskError::Terminated));
}

fn dropping() {
    let before = active_children().len();
    let pool = Pool::new(3).unwrap();
    let (_gate, _, result) = running(&pool);
    let pids = pool.worker_pids();
    assert_eq!(pids.len(), 3);
    drop(pool);
    assert_eq!(result.get(), Err(TaskError::Terminated));
    for pid in pids {
        assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists(), "{pid} is still there");
    }
    assert_eq!(active_children().len(), before);
}

static POOL: OnceLock<Pool> = OnceLock::new();

fn use_the_copy(_: ()) -> i32 {
    let refused = |result| matches!(result, Err(TaskError::OtherProcess));
    let pool = POOL.get().unwrap();
    i32::from(refused(pool.apply(process_id, ())) && refused(pool.apply(process_id, ())))
}

fn copied() {
    let pool = POOL.get_or_init(|| Pool::new(1).unwrap());
    let pid = pool.apply(process_id, ()).unwrap();
    // The pool's threads wait for work and hold no lock.
    let copy = Process::new(use_the_copy, ()).method(StartMethod::Fork).allow_threads();
    let copy = copy.daemon(true).start().unwrap();
    assert_eq!(copy.join_timeout(PATIENCE).unwrap(), Some(1));
    assert_eq!(pool.apply(process_id, ()).unwrap(), pid);
}
