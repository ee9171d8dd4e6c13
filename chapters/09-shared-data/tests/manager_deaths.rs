//! What becomes of everybody else when a client or the manager is killed.

use ch08_multiprocessing::{Connection, Process, pipe};
use ch09_shared_data::manager::{List, Lock, Manager, ManagerError};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::thread;
use std::time::Duration;

#[path = "support/processes.rs"]
mod processes;

fn main() {
    processes::run([
        ("a_killed_client_gives_back_its_lock_and_its_references", killed_client),
        ("a_killed_client_waits_no_longer", killed_waiter),
        ("a_killed_manager_is_gone_for_all", killed_manager),
        ("a_manager_ends_with_the_process_that_started_it", killed_parent),
    ]);
}

const AT_ONCE: Option<Duration> = Some(Duration::ZERO);

fn hold((lock, list, mut main): (Lock, List, Connection)) -> Result<(), ManagerError> {
    lock.acquire(None)?;
    main.send(&()).unwrap();
    let _ = main.recv::<()>();
    drop(list);
    Ok(())
}

fn killed_client() {
    for _ in 0..3 {
        let manager = Manager::start().unwrap();
        let (lock, list) = (manager.lock().unwrap(), manager.list([1]).unwrap());
        let (mut ours, theirs) = pipe().unwrap();
        let child = Process::new(hold, (lock.clone(), list.clone(), theirs)).start().unwrap();
        ours.recv::<()>().unwrap();
        drop(list);
        assert_eq!(manager.count().unwrap(), 2, "the child refers to the list");
        assert!(!lock.acquire(AT_ONCE).unwrap());
        child.kill().unwrap();
        assert!(lock.acquire(None).unwrap());
        child.join().unwrap();
        // Its connections are closed one by one; the last takes the references.
        while manager.count().unwrap() > 1 {
            thread::yield_now();
        }
    }
}

fn wait_for((lock, mut main): (Lock, Connection)) -> Result<(), ManagerError> {
    lock.is_locked()?;
    main.send(&()).unwrap();
    lock.acquire(None).map(drop)
}

fn killed_waiter() {
    let manager = Manager::start().unwrap();
    let lock = manager.lock().unwrap();
    let guard = lock.lock().unwrap();
    let (mut ours, theirs) = pipe().unwrap();
    let child = Process::new(wait_for, (lock.clone(), theirs)).start().unwrap();
    ours.recv::<()>().unwrap();
    child.kill().unwrap();
    child.join().unwrap();
    drop(guard);
    assert!(lock.acquire(None).unwrap(), "the dead one did not get it, or gave it back");
}

fn killed_manager() {
    let manager = Manager::start().unwrap();
    let lock = manager.lock().unwrap();
    let guard = lock.lock().unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| lock.acquire(None));
        let pid = Pid::from_raw(manager.pid().unwrap() as i32).unwrap();
        kill_process(pid, Signal::KILL).unwrap();
        // Under way, or not even connected yet.
        let error = waiting.join().unwrap().unwrap_err();
        assert!(
            matches!(
                error,
                ManagerError::Gone { .. }
                    | ManagerError::Connect { .. }
                    | ManagerError::WrongKey { .. }
            ),
            "{error}"
        );
    });
    assert!(matches!(
        lock.is_locked(),
        Err(ManagerError::Gone { .. } | ManagerError::Connect { .. })
    ));
    assert!(matches!(lock.is_locked(), Err(ManagerError::Connect { .. })));
    drop(guard);
    manager.shutdown();
}

fn start_a_manager(mut main: Connection) {
    let manager = Manager::start().unwrap();
    main.send(&manager.pid().unwrap()).unwrap();
    let _ = main.recv::<()>();
}

fn killed_parent() {
    for _ in 0..3 {
        let (mut ours, theirs) = pipe().unwrap();
        let parent = Process::new(start_a_manager, theirs).start().unwrap();
        let pid = Pid::from_raw(ours.recv::<u32>().unwrap() as i32).unwrap();
        parent.kill().unwrap();
        parent.join().unwrap();
        // Orphans belong to somebody who collects them sooner or later; a
        // zombie would count as alive here.
        while test_kill_process(pid).is_ok() && !is_zombie(pid) {
            thread::yield_now();
        }
    }
}

fn is_zombie(pid: Pid) -> bool {
    std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()))
        .is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z")))
}
