//! Workers that do not keep to the rules: they are copied, cut off, stopped, replaced by another program, or
//! slow to end. Each task has its own outcome and no other's, and the pool goes on.

use ch08_multiprocessing::{Connection, Message, Process, RecvError, active_children, pipe};
use ch10_pool::{Pool, TaskError};
use rustix::process::{Pid, Signal, getpid, kill_process};
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
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
            ("a_copy_that_a_task_makes_of_its_worker_answers_nothing", copies),
            ("a_copy_does_no_tasks", copies_take_nothing),
            ("a_worker_without_descriptors_fails_its_task_alone", || fails(close_all)),
            ("so_does_one_that_shuts_its_sockets_down", || fails(shut_down_all)),
            ("so_does_one_that_says_nonsense_and_ends", || fails(lie)),
            ("so_does_one_that_speaks_for_others_and_stays", || fails(forge)),
            ("an_answer_that_is_there_before_its_task_is_none", forged_beforehand),
            ("so_does_one_that_becomes_another_program", || fails(become_another)),
            ("so_does_one_that_ends_in_another_thread", || fails(exit_elsewhere)),
            ("so_does_one_that_aborts", || fails(abort)),
            ("a_worker_that_stands_still_holds_up_nobody_else", stands_still),
            ("a_result_does_not_wait_for_the_end_of_a_worker_that_is_replaced", slow_end),
            ("joining_waits_for_a_worker_that_was_replaced", joined_though_replaced),
            ("an_initializer_that_exits_fails_the_tasks", initializer_exits),
            ("a_worker_may_have_a_pool_of_its_own", nested),
        ],
    );
}

fn square(x: i64) -> i64 {
    x * x
}

/// The pool is as good as new: each task has its own result.
fn goes_on(pool: &Pool) {
    for x in 0..20 {
        assert_eq!(pool.apply(square, x), Ok(x * x));
    }
    assert_eq!(pool.map(square, 0..20).unwrap(), (0..20).map(square).collect::<Vec<_>>());
}

/// A copy of the worker, which returns from the task as the worker does.
fn copy_yourself(mut main: Connection) -> i64 {
    // SAFETY: a worker has its task and a thread that only waits, which holds no lock.
    let copied = unsafe { libc::fork() };
    assert!(copied >= 0);
    if copied == 0 {
        // The task is over before the copy's answer, as bad as can be.
        let _ = main.recv::<()>();
        return -1;
    }
    1
}

fn copies() {
    let pool = Pool::new(1).unwrap();
    let (mut ours, theirs) = pipe().unwrap();
    assert_eq!(pool.apply(copy_yourself, theirs), Ok(1));
    let next = pool.apply_async(process_id, ());
    ours.send(&()).unwrap();
    // The copy holds the other end until it has ended, whatever it wanted to say.
    while ours.recv::<()>().is_ok() {}
    assert!(next.get().is_ok());
    goes_on(&pool);
    pool.close().join();
}

fn copies_take_nothing() {
    let pool = Pool::new(1).unwrap();
    let worker = pool.apply(process_id, ()).unwrap();
    for _ in 0..3 {
        let (mut ours, theirs) = pipe().unwrap();
        assert_eq!(pool.apply(copy_yourself, theirs), Ok(1));
        ours.send(&()).unwrap();
        while ours.recv::<()>().is_ok() {}
    }
    for _ in 0..20 {
        assert_eq!(pool.apply(process_id, ()), Ok(worker), "a copy took a task");
    }
    pool.close().join();
}

/// One task that does this to its worker, and others that must not notice.
fn fails(what: fn(()) -> i64) {
    let pool = Pool::new(2).unwrap();
    let (gate, _, mut unharmed) = running(&pool);
    let mut outcome = pool.apply_async(what, ());
    let error = match outcome.get_timeout(PATIENCE) {
        Err(error) => error,
        other => panic!("{other:?}"),
    };
    assert!(
        matches!(
            error,
            TaskError::WorkerLost { .. }
                | TaskError::WorkerExited { .. }
                | TaskError::Serialization { .. }
        ),
        "{error:?}"
    );
    goes_on(&pool);
    drop(gate);
    assert_eq!(unharmed.get_timeout(PATIENCE), Ok(Some(())));
    pool.close().join();
}

fn close_all(_: ()) -> i64 {
    // SAFETY: nothing of this process uses them afterwards but to find them closed.
    unsafe { libc::close_range(3, u32::MAX, 0) };
    1
}

/// The sockets of a worker: one of them is the way to its pool.
fn sockets() -> Vec<UnixStream> {
    let number = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.ok()?.file_name().to_str()?.parse::<i32>().ok().filter(|&fd| fd > 2)
    };
    let open: Vec<i32> = std::fs::read_dir("/proc/self/fd").unwrap().filter_map(number).collect();
    let copy = |fd| {
        // SAFETY: a number that is not open any more is an error.
        let copy = unsafe { libc::dup(fd) };
        // SAFETY: it is new, and ours.
        (copy >= 0).then(|| unsafe { std::os::fd::FromRawFd::from_raw_fd(copy) })
    };
    let all = open.into_iter().filter_map(copy);
    all.filter(|socket: &UnixStream| socket.local_addr().is_ok()).collect()
}

fn shut_down_all(_: ()) -> i64 {
    for socket in sockets() {
        let _ = socket.shutdown(std::net::Shutdown::Both);
    }
    1
}

fn lie(_: ()) -> i64 {
    for mut socket in sockets() {
        let _ = socket.write_all(&[3, 0, 0, 0, 0, 0, 0, 0, 0xa5, 0xa5, 0xa5]);
    }
    // SAFETY: ends the process at once.
    unsafe { libc::_exit(0) }
}

/// As a worker says that a task is done, of all the next ones.
fn forge(_: ()) -> i64 {
    let nonsense = Message::encode(&666_i64).unwrap();
    for socket in sockets() {
        let mut pool = Connection::from(OwnedFd::from(socket));
        for number in (1..20_u64).flat_map(|n| [n, n << 32]) {
            let _ = pool.send(&(number, 0_u32, &nonsense));
        }
    }
    1
}

/// Speaks later, in a thread that its task leaves behind.
fn forge_when_told(mut main: Connection) -> i64 {
    std::thread::spawn(move || {
        main.recv::<()>().unwrap();
        forge(());
        main.send(&()).unwrap();
    });
    1
}

fn forged_beforehand() {
    let pool = Pool::new(1).unwrap();
    let (mut ours, theirs) = pipe().unwrap();
    assert_eq!(pool.apply(forge_when_told, theirs), Ok(1));
    ours.send(&()).unwrap();
    // It says the nonsense to each socket of its process, and so here, too.
    while let Err(error) = ours.recv::<()>() {
        assert!(matches!(error, RecvError::Decode(_)), "{error}");
    }
    let next = pool.apply(square, 3);
    assert!(matches!(next, Err(TaskError::Serialization { .. })), "{next:?}");
    goes_on(&pool);
    pool.close().join();
}

fn become_another(_: ()) -> i64 {
    panic!("{}", std::process::Command::new("true").exec())
}

fn exit_elsewhere(_: ()) -> i64 {
    let _ = std::thread::spawn(|| std::process::exit(7)).join();
    loop {
        std::thread::park();
    }
}

fn abort(_: ()) -> i64 {
    std::process::abort()
}

fn stop_yourself(mut main: Connection) -> i64 {
    main.send(&()).unwrap();
    kill_process(getpid(), Signal::STOP).unwrap();
    1
}

fn stands_still() {
    let pool = Pool::new(2).unwrap();
    let (mut ours, theirs) = pipe().unwrap();
    let mut still = pool.apply_async(stop_yourself, theirs);
    ours.recv_timeout::<()>(PATIENCE).unwrap().expect("it runs");
    goes_on(&pool);
    assert_eq!(still.get_timeout(Duration::ZERO), Ok(None));
    // A process that stands still can be killed.
    pool.terminate();
    assert_eq!(still.get_timeout(PATIENCE), Err(TaskError::Terminated));
}

/// Runs until the connection ends.
fn stay(mut main: Connection) {
    let _ = main.recv::<()>();
}

/// Leaves a process behind, for whose end its worker waits before it ends itself.
fn leave_one_behind(main: Connection) -> u32 {
    Process::new(stay, main).start().unwrap();
    std::process::id()
}

fn slow_end() {
    let pool = Pool::builder().processes(1).tasks_per_child(1).start().unwrap();
    let mut gates = Vec::new();
    let mut workers = Vec::new();
    for _ in 0..3 {
        let (ours, theirs) = pipe().unwrap();
        let mut result = pool.apply_async(leave_one_behind, theirs);
        workers.push(result.get_timeout(PATIENCE).unwrap().expect("it hangs at the old worker"));
        gates.push(ours);
    }
    workers.dedup();
    assert_eq!(workers.len(), 3, "each is replaced after its task");
    goes_on(&pool);
    drop(gates);
    pool.close().join();
}

fn joined_though_replaced() {
    let before = active_children().len();
    for close in [true, false] {
        let pool = Pool::builder().processes(1).tasks_per_child(1).start().unwrap();
        let (ours, theirs) = pipe().unwrap();
        let worker = pool.apply_async(leave_one_behind, theirs).get_timeout(PATIENCE);
        let worker = worker.unwrap().unwrap();
        if close {
            drop(ours);
            pool.close().join();
        } else {
            pool.terminate();
        }
        assert!(!std::path::Path::new(&format!("/proc/{worker}")).exists(), "it is still there");
        assert_eq!(active_children().len(), before);
    }
}

fn initializer_exits() {
    let exit = |code: i32| std::process::exit(code);
    let pool = Pool::builder().processes(1).initializer(exit, 3).start().unwrap();
    for _ in 0..3 {
        assert_eq!(pool.apply(square, 2), Err(TaskError::WorkerExited { code: 3 }));
    }
    pool.close().join();
}

fn squares_by_others(n: i64) -> (i64, Vec<u32>) {
    let inner = Pool::new(2).unwrap();
    let sum = inner.map(square, 0..n).unwrap().into_iter().sum();
    (sum, inner.worker_pids())
}

fn have_a_pool_and_exit(n: i64) -> i64 {
    let inner = Box::leak(Box::new(Pool::new(2).unwrap()));
    inner.map(square, 0..n).unwrap();
    std::process::exit(4)
}

fn nested() {
    let pool = Pool::new(2).unwrap();
    let all = pool.chunks_of(1).map(squares_by_others, [4, 5, 6]).unwrap();
    assert_eq!(all.iter().map(|(sum, _)| *sum).collect::<Vec<_>>(), [14, 30, 55]);
    for pid in all.into_iter().flat_map(|(_, workers)| workers) {
        let pid = Pid::from_raw(pid as i32).unwrap();
        assert!(rustix::process::test_kill_process(pid).is_err(), "{pid:?} outlives its pool");
    }
    assert_eq!(pool.apply(have_a_pool_and_exit, 3), Err(TaskError::WorkerExited { code: 4 }));
    goes_on(&pool);
    pool.close().join();
}
