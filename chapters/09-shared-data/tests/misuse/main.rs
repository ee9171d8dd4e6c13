//! What users' code does with a manager that nobody would recommend: proxies that outlive it, objects nested too deeply,
//! strange names, numbers and times at the edge of their range, ends in another order. Nothing hangs, nobody gets
//! somebody else's object, and whoever asks hears why.

mod deep;

use ch09_shared_data::manager::{
    Address, Dict, List, Manager, ManagerError, Object, RemoteError, Semaphore,
};
use ch09_shared_data::{Item, Typecode};
use deep::OwnedByNobodyElse;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;
use test_support::limits::PATIENCE;
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("a_proxy_of_a_manager_before_means_nothing_to_its_successor", successor),
            ("an_object_nested_too_deeply_is_refused_where_it_is_made", deep::too_deep),
            ("an_answer_nested_too_deeply_is_an_error_and_nothing_else", deep::deep_answer),
            ("proxies_dropped_while_their_manager_stands_still_are_given_back", dropped_in_silence),
            ("names_may_be_strange", names),
            ("addresses_are_read_or_refused", addresses),
            ("numbers_at_the_edge_of_their_range", numbers),
            ("time_outs_of_nothing_and_of_eternity", time_outs),
            ("what_is_too_large_costs_nobody_a_lock", too_large),
            ("guards_and_proxies_may_outlive_the_manager", outlived),
            ("the_end_of_a_manager_wakes_those_who_wait", woken),
            ("proxies_of_a_thread_end_with_it", with_a_thread),
            ("a_list_may_hold_itself", holds_itself),
            ("a_batch_that_cannot_wait", batch),
        ],
    );
}

const KEY: &str = "key";

/// Runs this in a thread, so that what hangs fails.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, is_done) = channel();
    thread::spawn(move || done.send(work()));
    is_done.recv_timeout(2 * PATIENCE).expect("it hangs or panicked")
}

fn listening(at: SocketAddr) -> Manager {
    Manager::builder().listen(at).key(KEY).start().unwrap()
}

fn comes_to(manager: &Manager, count: usize) {
    in_time({
        let client = Manager::connect(manager.address().clone(), KEY).unwrap();
        move || while client.count().unwrap() != count {}
    });
}

fn successor() {
    let first = listening(([127, 0, 0, 1], 0).into());
    let Address::Tcp(address) = *first.address() else { unreachable!() };
    let old: Vec<List> = (0..3).map(|n| first.list([n]).unwrap()).collect();
    first.shutdown();
    let second = listening(address);
    let new: Vec<List> = (0..3).map(|n| second.list([10 + n]).unwrap()).collect();
    for list in &old {
        let used = [list.append("lost").err(), list.len().err()];
        for error in used {
            // What was its connection may end first, and be said to have ended.
            assert!(
                matches!(
                    error,
                    Some(ManagerError::Remote(RemoteError::NoObject) | ManagerError::Gone { .. })
                ),
                "{error:?}"
            );
        }
        assert!(matches!(list.len(), Err(ManagerError::Remote(RemoteError::NoObject))));
    }
    drop(old);
    for (n, list) in (0..).zip(&new) {
        assert_eq!(list.to_vec().unwrap(), [Object::from(10 + n)]);
    }
    assert_eq!(second.count().unwrap(), 3);
}

/// Stops a manager's process, and waits until it stands still.
fn stop(manager: &Manager) -> Pid {
    let server = Pid::from_raw(manager.pid().unwrap() as i32).unwrap();
    kill_process(server, Signal::STOP).unwrap();
    waitid(WaitId::Pid(server), WaitIdOptions::STOPPED).unwrap();
    server
}

fn dropped_in_silence() {
    let manager = Manager::builder().key(KEY).start().unwrap();
    let kept = manager.list([0]).unwrap();
    let lists: Vec<List> = (0..40).map(|n| manager.list([n]).unwrap()).collect();
    let server = stop(&manager);
    // A thread that has no connection would wait for one at each of them.
    in_time(move || drop(lists));
    kill_process(server, Signal::CONT).unwrap();
    assert_eq!(kept.len().unwrap(), 1);
    comes_to(&manager, 1);
}

fn names() {
    let manager = Manager::start().unwrap();
    let namespace = manager.namespace().unwrap();
    let dict = manager.dict().unwrap();
    let long = "x".repeat(1 << 20);
    for name in ["", "\0", " ", "\n", "ünïcödé 雪", "a\0b", "../..", &long] {
        let list = manager.named::<List>(name).unwrap();
        list.append(name).unwrap();
        assert_eq!(manager.named::<List>(name).unwrap().len().unwrap(), 1);
        let other = manager.named::<Dict>(name);
        assert!(matches!(other, Err(ManagerError::Remote(RemoteError::Type(_)))), "{other:?}");
        namespace.set(name, 1).unwrap();
        dict.insert(name, 2).unwrap();
        assert_eq!(namespace.get(name).unwrap(), Object::from(1));
        assert_eq!(dict.get(name).unwrap(), Object::from(2));
        assert!(manager.forget(name).unwrap() && !manager.forget(name).unwrap());
        for (type_name, method) in [(name, "len"), ("list", name)] {
            let made = manager.create(type_name, [Object::List(vec![])]);
            let called = made.and_then(|proxy| proxy.call::<Object>(method, []));
            let Err(ManagerError::Remote(error)) = called else { panic!("{called:?}") };
            assert!(matches!(error, RemoteError::NoType(_) | RemoteError::NoMethod { .. }));
        }
    }
}

fn addresses() {
    for text in ["local:", "local:a b", "127.0.0.1:0", "[::1]:65535", "localhost:1"] {
        assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
    }
    for text in ["", ":", ":1", "host", "host:", "host:65536", "host:-1", "::1", "::1:5", "a:b:1"] {
        let error = text.parse::<Address>().unwrap_err();
        assert!(error.to_string().contains("none of"), "{error}");
    }
    let long = Address::Local("x".repeat(200));
    for address in [long, Address::Local("a\0b".into()), "127.0.0.1:1".parse().unwrap()] {
        let error = Manager::connect(address, KEY).unwrap_err();
        assert!(matches!(error, ManagerError::Connect { .. }), "{error:?}");
    }
}

fn is_remote<T: std::fmt::Debug>(result: Result<T, ManagerError>) {
    assert!(matches!(result, Err(ManagerError::Remote(_))), "{result:?}");
}

fn numbers() {
    let manager = Manager::start().unwrap();
    let list = manager.list([1, 2, 3]).unwrap();
    for index in [3, -4, isize::MAX, isize::MIN] {
        is_remote(list.get(index));
        is_remote(list.set(index, 1));
        is_remote(list.pop(index));
    }
    list.insert(isize::MIN, 0).unwrap();
    list.insert(isize::MAX, i128::MAX).unwrap();
    let all = [Object::from(0), 1.into(), 2.into(), 3.into(), Object::Int(i128::MAX)];
    assert_eq!(list.to_vec().unwrap(), all);
    let none = manager.semaphore(0).unwrap();
    assert!(!none.try_acquire().unwrap());
    is_remote(none.release(0));
    none.release(u32::MAX).unwrap();
    none.release(u32::MAX).unwrap();
    is_remote(manager.bounded_semaphore(0).unwrap().release(u32::MAX));
    is_remote(manager.barrier(0));
    assert_eq!(manager.barrier(1).unwrap().wait().unwrap(), 0);
    manager.queue(u32::MAX).unwrap().put(f64::NAN).unwrap();
    // As in C, and as in shared memory.
    let byte = manager.value(Typecode::UnsignedChar, 257).unwrap();
    assert_eq!(byte.get().unwrap(), Item::Int(1));
    let wide = manager.value(Typecode::UnsignedLongLong, -1).unwrap();
    assert_eq!(wide.get().unwrap(), Item::Int(u64::MAX.into()));
    for (set, got) in [(256, 0), (-1, 255), (i64::MIN, 0), (-300, 212)] {
        byte.set(set).unwrap();
        assert_eq!(byte.get().unwrap(), Item::Int(got));
    }
    is_remote(byte.set(1.5));
    let floats = [f64::NAN, f64::INFINITY, -0.0, f64::MIN_POSITIVE].map(Object::from);
    let dict = manager.dict().unwrap();
    for (n, float) in floats.iter().enumerate() {
        dict.insert(float.clone(), n).unwrap();
        assert_eq!(dict.get(float.clone()).unwrap(), Object::from(n));
    }
}

fn time_outs() {
    let manager = Manager::builder().key(KEY).start().unwrap();
    let at = || manager.address().clone();
    drop(Manager::connect_timeout(at(), KEY, Duration::MAX).unwrap());
    // Nothing may be enough or not.
    let now = Manager::connect_timeout(at(), KEY, Duration::ZERO);
    assert!(matches!(now, Ok(_) | Err(ManagerError::Silent { .. })), "{now:?}");
    drop(now);
    let (lock, event) = (manager.lock().unwrap(), manager.event().unwrap());
    let (queue, barrier) = (manager.queue(1).unwrap(), manager.barrier(2).unwrap());
    let guard = lock.lock_timeout(Duration::MAX).unwrap().unwrap();
    let mine = lock.clone();
    assert!(in_time(move || mine.lock_timeout(Duration::ZERO).unwrap().is_none()));
    drop(guard);
    assert!(!event.wait_timeout(Duration::ZERO).unwrap());
    event.set().unwrap();
    assert!(event.wait_timeout(Duration::MAX).unwrap());
    is_remote(queue.get_timeout(Duration::ZERO));
    queue.put_timeout(1, Duration::MAX).unwrap();
    is_remote(queue.put_timeout(2, Duration::ZERO));
    assert!(!queue.join_timeout(Duration::ZERO).unwrap());
    assert_eq!(queue.get_timeout(Duration::MAX).unwrap(), Object::from(1));
    is_remote(barrier.wait_timeout(Duration::ZERO));
    is_remote(barrier.wait_timeout(Duration::MAX));
    assert!(barrier.is_broken().unwrap());
}

fn too_large() {
    let manager = Manager::start().unwrap();
    let (lock, list) = (manager.lock().unwrap(), manager.list([0]).unwrap());
    let guard = lock.lock().unwrap();
    let large = || Object::Bytes(vec![1; 33 << 20]);
    let much = list.extend([large(), large()]);
    assert!(matches!(much, Err(ManagerError::TooLarge { .. })), "{much:?}");
    list.append(large()).unwrap();
    list.append(large()).unwrap();
    is_remote(list.to_vec());
    assert_eq!(list.pop(-1).unwrap(), large());
    assert_eq!(list.len().unwrap(), 2);
    assert!(lock.is_owned_by_nobody_else());
    drop(guard);
}

thread_local! {
    static KEPT: RefCell<Vec<Semaphore>> = const { RefCell::new(Vec::new()) };
}

fn outlived() {
    let manager = Manager::start().unwrap();
    let (lock, rlock, condition) =
        (manager.lock().unwrap(), manager.rlock().unwrap(), manager.condition().unwrap());
    let semaphore = manager.semaphore(1).unwrap();
    let mine = semaphore.clone();
    let guards = (
        lock.lock().unwrap(),
        rlock.lock().unwrap(),
        condition.lock().unwrap(),
        semaphore.permit().unwrap(),
    );
    in_time(move || {
        // Dropped when the thread has nearly ended.
        KEPT.with_borrow_mut(|kept| kept.push(mine));
        manager.shutdown();
    });
    drop(guards);
    let gone = lock.lock();
    assert!(matches!(gone, Err(ManagerError::Gone { .. } | ManagerError::Connect { .. })));
}

fn woken() {
    let manager = Manager::start().unwrap();
    let (queue, lock) = (manager.queue(0).unwrap(), manager.lock().unwrap());
    let _guard = lock.lock().unwrap();
    let (say, said) = channel();
    let waiting: Vec<_> = (0..4)
        .map(|n| {
            let (queue, lock, say) = (queue.clone(), lock.clone(), say.clone());
            thread::spawn(move || {
                // Connected: what follows is the call that waits.
                let _ = lock.try_acquire();
                say.send(()).unwrap();
                if n % 2 == 0 { queue.get().map(drop) } else { lock.acquire() }
            })
        })
        .collect();
    (0..4).for_each(|_| said.recv_timeout(PATIENCE).unwrap());
    in_time(move || manager.shutdown());
    for one in waiting {
        let error = in_time(move || one.join().unwrap()).unwrap_err();
        assert!(matches!(error, ManagerError::Gone { .. } | ManagerError::Connect { .. }));
    }
}

fn with_a_thread() {
    let manager = Manager::builder().key(KEY).start().unwrap();
    let list = manager.list([0]).unwrap();
    let proxies = (manager.semaphore(1).unwrap(), list.clone());
    thread::spawn(move || {
        KEPT.with_borrow_mut(|kept| kept.push(proxies.0));
        assert_eq!(proxies.1.len().unwrap(), 1);
    })
    .join()
    .unwrap();
    comes_to(&manager, 1);
    assert_eq!(list.len().unwrap(), 1);
}

fn holds_itself() {
    let manager = Manager::start().unwrap();
    let list = manager.list([1]).unwrap();
    list.append(list.clone()).unwrap();
    let inner = List::try_from(list.get(-1).unwrap()).unwrap();
    inner.append(2).unwrap();
    assert_eq!(list.len().unwrap(), 3);
    list.remove(inner.clone()).unwrap();
    assert_eq!(list.to_vec().unwrap(), [Object::from(1), 2.into()]);
    drop((list, inner));
    assert_eq!(manager.count().unwrap(), 0);
}

fn batch() {
    let manager = Manager::start().unwrap();
    let queue = manager.queue(1).unwrap();
    let barrier = manager.barrier(2).unwrap();
    let results = queue.as_proxy().batch([
        ("get", vec![]),
        ("put", vec![1.into()]),
        ("put", vec![2.into()]),
        ("nothing", vec![]),
        ("get", vec![]),
    ]);
    let ok: Vec<bool> = results.unwrap().iter().map(Result::is_ok).collect();
    assert_eq!(ok, [false, true, false, false, true]);
    let waited = barrier.as_proxy().batch([("wait", vec![])]).unwrap();
    assert!(waited[0].is_err());
    assert_eq!(barrier.waiting().unwrap(), 0);
    assert!(queue.as_proxy().batch([]).unwrap().is_empty());
}
