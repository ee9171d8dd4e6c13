//! SIGKILL to whoever holds a lock, to a manager, and to who started it.

use ch08_multiprocessing::{Child, Connection, OwnerDied, Process, pipe};
use ch09_shared_data::manager::{Address, List, Lock, Manager, ManagerError};
use ch09_shared_data::{TryLockError, Value};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Serialize, de::DeserializeOwned};
use std::thread;
use std::time::Duration;
use test_support::kills::{self, PATIENCE, rounds, time};
use test_support::trials;

fn main() {
    kills::mark();
    trials::run(
        ch08_multiprocessing::init,
        [
            ("who_waits_for_a_value_whose_holder_is_killed_gets_it", || rounds(holder)),
            ("a_killed_client_gives_back_its_lock_and_its_references", || rounds(client)),
            ("a_killed_client_waits_no_longer", || rounds(waiter)),
            ("a_killed_manager_is_gone_for_all", || rounds(manager)),
            ("a_manager_ends_with_a_parent_that_is_killed", || rounds(parent)),
        ],
    );
}

/// A child that runs `function`, once it has said that it is ready.
fn ready_child<T, M>(
    function: fn((T, Connection)) -> Result<(), ManagerError>,
    shared: T,
) -> (Child, Connection, M)
where
    T: Serialize + DeserializeOwned,
    M: DeserializeOwned,
{
    let (mut ours, theirs) = pipe().unwrap();
    let child = Process::new(function, (shared, theirs)).start().unwrap();
    let said = ours.recv_timeout(PATIENCE).unwrap().expect("it says that it is ready");
    (child, ours, said)
}

fn hold_value((value, mut main): (Value<i64>, Connection)) -> Result<(), ManagerError> {
    let guard = value.lock().unwrap();
    guard.set(7);
    main.send(&()).unwrap();
    let _ = main.recv::<()>();
    Ok(())
}

fn holder() -> Duration {
    let value = Value::new(1_i64).unwrap();
    let (holder, _open, ()) = ready_child(hold_value, value.clone());
    let (took, next) = time(|| holder.kill().unwrap(), || value.lock_timeout(PATIENCE));
    let Err(TryLockError::OwnerDied(died)) = next else { panic!("{next:?}") };
    assert_eq!(OwnerDied::into_inner(died).get(), 7, "what it had stored by then");
    assert!(value.lock().is_ok(), "told of once");
    assert_eq!(holder.join().unwrap(), -9);
    took
}

type LockAndList = (Lock, List);

fn hold(((lock, list), mut main): (LockAndList, Connection)) -> Result<(), ManagerError> {
    lock.acquire()?;
    main.send(&()).unwrap();
    let _ = main.recv::<()>();
    drop(list);
    Ok(())
}

fn client() -> Duration {
    let manager = Manager::start().unwrap();
    let (lock, list) = (manager.lock().unwrap(), manager.list([1]).unwrap());
    let (child, _open, ()) = ready_child(hold, (lock.clone(), list.clone()));
    drop(list);
    assert_eq!(manager.count().unwrap(), 2, "the child refers to the list");
    assert!(!lock.try_acquire().unwrap());
    let (took, next) = time(|| child.kill().unwrap(), || lock.acquire_timeout(PATIENCE));
    assert!(next.unwrap());
    child.join().unwrap();
    // Its connections are closed one by one; the last takes the references.
    while manager.count().unwrap() > 1 {
        thread::yield_now();
    }
    took
}

fn wait_for((lock, mut main): (Lock, Connection)) -> Result<(), ManagerError> {
    lock.is_locked()?;
    main.send(&()).unwrap();
    lock.acquire()
}

fn waiter() -> Duration {
    let manager = Manager::start().unwrap();
    let lock = manager.lock().unwrap();
    let guard = lock.lock().unwrap();
    let (child, _open, ()) = ready_child(wait_for, lock.clone());
    child.kill().unwrap();
    child.join().unwrap();
    let (took, next) = time(|| drop(guard), || lock.acquire_timeout(PATIENCE));
    assert!(next.unwrap(), "the dead one did not get it, or gave it back");
    took
}

fn manager() -> Duration {
    let manager = Manager::start().unwrap();
    let lock = manager.lock().unwrap();
    let guard = lock.lock().unwrap();
    let (took, error) = thread::scope(|scope| {
        let waiting = scope.spawn(|| lock.acquire_timeout(PATIENCE));
        let pid = Pid::from_raw(manager.pid().unwrap() as i32).unwrap();
        let kill = || kill_process(pid, Signal::KILL).unwrap();
        time(kill, || waiting.join().unwrap().unwrap_err())
    });
    // Under way, or not even connected yet.
    let gone = |error: &ManagerError| {
        matches!(error, ManagerError::Gone { .. } | ManagerError::Connect { .. })
    };
    assert!(gone(&error) || matches!(error, ManagerError::WrongKey { .. }), "{error}");
    // Waits until its process has ended: until then it may still listen.
    manager.shutdown();
    assert!(gone(&lock.is_locked().unwrap_err()));
    assert!(matches!(lock.is_locked(), Err(ManagerError::Connect { .. })));
    drop(guard);
    took
}

fn start_a_manager(((), mut main): ((), Connection)) -> Result<(), ManagerError> {
    let manager = Manager::builder().key("known").start().unwrap();
    main.send(manager.address()).unwrap();
    let _ = main.recv::<()>();
    Ok(())
}

fn parent() -> Duration {
    let (parent, _open, address) = ready_child::<_, Address>(start_a_manager, ());
    let client = Manager::connect(address, "known").unwrap();
    let lock = client.lock().unwrap();
    let guard = lock.lock().unwrap();
    let (took, error) = thread::scope(|scope| {
        let waiting = scope.spawn(|| lock.acquire_timeout(PATIENCE));
        time(|| parent.kill().unwrap(), || waiting.join().unwrap().unwrap_err())
    });
    assert!(!matches!(error, ManagerError::Remote(_)), "{error}");
    drop(guard);
    assert_eq!(parent.join().unwrap(), -9);
    took
}
