//! SIGKILL to whoever holds a lock, to a manager, and to who started it.

use ch08_multiprocessing::{Child, Connection, OwnerDied, Process, pipe};
use ch09_shared_data::manager::{Address, List, Lock, Manager, ManagerError};
use ch09_shared_data::{TryLockError, Value};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Serialize, de::DeserializeOwned};
use std::thread;
use std::time::Duration;
use test_support::kills::{self, PATIENCE, rounds, time};
use test_support::system_calls::{Scene, kill_at_each};
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
            ("a_manager_killed_at_any_system_call", || kill_at_each(0, || scene(use_a_manager))),
            ("a_client_killed_at_any_system_call", || kill_at_each(1, || scene(have_a_client))),
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
    assert!(gone(&error), "{error}");
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

fn scene(play: fn(Connection)) -> Scene {
    let (mut ours, theirs) = pipe().unwrap();
    let pid = Process::new(play, theirs).start().unwrap().pid();
    Scene { pid, go: Box::new(move || ours.send(&()).unwrap()) }
}

/// Whether it was done. Otherwise the manager is gone, and that is said.
fn done<T>(result: Result<T, ManagerError>) -> bool {
    match result {
        Ok(_) => true,
        Err(ManagerError::Gone { .. } | ManagerError::Connect { .. }) => false,
        Err(error) => panic!("{error:?}"),
    }
}

/// The manager may be killed once, at any moment.
fn use_a_manager(mut gate: Connection) {
    gate.recv::<()>().unwrap();
    if let Ok(manager) = Manager::start()
        && let (Ok(lock), Ok(list)) = (manager.lock(), manager.list([0]))
    {
        thread::scope(|scope| {
            for n in 1..3 {
                let (lock, list) = (&lock, &list);
                scope.spawn(move || {
                    let guard = lock.lock();
                    if done(list.append(n)) {
                        done(list.len());
                    }
                    done(guard);
                });
            }
        });
        if done(list.len()) {
            done(lock.try_lock());
        }
    }
    let manager = Manager::start().unwrap();
    assert_eq!(manager.list([1]).unwrap().len().unwrap(), 1);
}

fn append(((lock, list), mut main): (LockAndList, Connection)) -> Result<(), ManagerError> {
    for n in 1..=3_u32 {
        let guard = lock.lock()?;
        list.append(n)?;
        drop(guard);
        main.send(&n).unwrap();
    }
    Ok(())
}

/// Has a client that may be killed once, at any moment.
fn have_a_client(mut gate: Connection) {
    gate.recv::<()>().unwrap();
    let manager = Manager::start().unwrap();
    let (lock, list) = (manager.lock().unwrap(), manager.list::<[u32; 0]>([]).unwrap());
    let (mut ours, theirs) = pipe().unwrap();
    let started = Process::new(append, ((lock.clone(), list.clone()), theirs)).start();
    let mut acknowledged = 0;
    while let Ok(Some(n)) = ours.recv_timeout::<u32>(PATIENCE) {
        acknowledged = n;
    }
    let guard = lock.lock_timeout(PATIENCE).unwrap().expect("the lock is free again");
    let kept = list.to_vec().unwrap();
    let expected: Vec<_> = (1..=kept.len() as u32).map(Into::into).collect();
    assert_eq!(kept, expected, "each once, and in order");
    assert!((acknowledged..=acknowledged + 1).contains(&(kept.len() as u32)), "{acknowledged}");
    drop(guard);
    if let Ok(client) = started {
        assert!(matches!(client.join().unwrap(), 0 | -9));
    }
    // Its references are given back.
    drop(list);
    while manager.count().unwrap() > 1 {
        thread::yield_now();
    }
}
