//! Something comes at another moment: a signal, a fork, an end in a hundred years.

use crate::append;
use ch08_multiprocessing::{Message, Process, StartMethod};
use ch09_shared_data::Value;
use ch09_shared_data::manager::{List, Manager, Object};
use std::thread;
use std::time::Duration;
use test_support::copies::in_a_copy;
use test_support::limits::PATIENCE;
use test_support::storm;

const CENTURY: Duration = Duration::from_secs(100 * 366 * 86_400);

pub fn hundred_years() {
    let manager = Manager::builder().key("k").start().unwrap();
    let address = manager.address().clone();
    drop(Manager::connect_timeout(address, "k", CENTURY).unwrap());
    let (lock, event) = (manager.lock().unwrap(), manager.event().unwrap());
    let (queue, barrier) = (manager.queue(1).unwrap(), manager.barrier(2).unwrap());
    let semaphore = manager.semaphore(0).unwrap();
    let guard = lock.lock().unwrap();
    thread::scope(|scope| {
        let waits = [
            scope.spawn(|| drop(lock.lock_timeout(CENTURY).unwrap().unwrap())),
            scope.spawn(|| assert!(event.wait_timeout(CENTURY).unwrap())),
            scope.spawn(|| drop(queue.get_timeout(CENTURY).unwrap())),
            scope.spawn(|| _ = barrier.wait_timeout(CENTURY).unwrap()),
            scope.spawn(|| assert!(semaphore.acquire_timeout(CENTURY).unwrap())),
        ];
        while barrier.waiting().unwrap() == 0 {}
        drop(guard);
        event.set().unwrap();
        queue.put_timeout(1, CENTURY).unwrap();
        barrier.wait_timeout(CENTURY).unwrap();
        semaphore.release(1).unwrap();
        waits.into_iter().for_each(|wait| wait.join().unwrap());
    });
    let value = Value::new(1_i64).unwrap();
    drop(value.lock_timeout(CENTURY).unwrap());
}

fn append_all(list: List) {
    for n in 0..5 {
        list.append(n).unwrap();
    }
    let manager = Manager::start().unwrap();
    assert_eq!(manager.list([1]).unwrap().len().unwrap(), 1);
}

pub fn fork_amid(_: ()) {
    let manager = Manager::start().unwrap();
    let (list, noise) = (manager.list::<[i32; 0]>([]).unwrap(), manager.list([0]).unwrap());
    let stop = ch08_multiprocessing::Event::new().unwrap();
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let (noise, stop) = (noise.clone(), stop.clone());
            thread::spawn(move || {
                while !stop.is_set() {
                    noise.len().unwrap();
                    let noise = noise.clone();
                    thread::spawn(move || noise.len().unwrap()).join().unwrap();
                    drop(Message::encode(&Value::new(1_i64).unwrap()).unwrap());
                }
            })
        })
        .collect();
    for round in 0..20 {
        let child = Process::new(append_all, list.clone()).method(StartMethod::Fork);
        let child = child.allow_threads().start().unwrap();
        let code = child.join_timeout(PATIENCE).unwrap();
        if code.is_none() {
            child.kill().unwrap();
        }
        assert_eq!(code, Some(0), "round {round}");
    }
    stop.set();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(list.len().unwrap(), 100);
}

pub fn any_fork_amid(_: ()) {
    let manager = Manager::start().unwrap();
    let (list, noise) = (manager.list::<[i32; 0]>([]).unwrap(), manager.list([0]).unwrap());
    let stop = ch08_multiprocessing::Event::new().unwrap();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.is_set() {
                    noise.len().unwrap();
                    let value = Message::encode(&Value::new(1_i64).unwrap()).unwrap();
                    assert_eq!(value.decode::<Value<i64>>().unwrap().get(), 1);
                    drop(Message::encode(&noise).unwrap().decode::<List>().unwrap());
                }
            });
        }
        for n in 0..100 {
            in_a_copy(|| {
                assert_eq!(Value::new(n).unwrap().get(), n);
                list.append(n).unwrap();
                let lent: List = Message::encode(&list).unwrap().decode().unwrap();
                assert_eq!(lent.pop(-1).unwrap(), Object::from(n));
            });
        }
        stop.set();
    });
    assert!(list.is_empty().unwrap());
}

pub fn signals(_: ()) {
    storm::signals();
    for _ in 0..5 {
        let manager =
            Manager::builder().listen(([127, 0, 0, 1], 0).into()).key("k").start().unwrap();
        let list = manager.list([0]).unwrap();
        for n in 0..50 {
            list.append(n).unwrap();
        }
        list.append(Object::Bytes(vec![7; 20 << 20])).unwrap();
        assert_eq!(list.pop(-1).unwrap(), Object::Bytes(vec![7; 20 << 20]));
        let event = manager.event().unwrap();
        assert!(!event.wait_timeout(Duration::from_millis(30)).unwrap());
        assert_eq!(Process::new(append, list.clone()).start().unwrap().join().unwrap(), 0);
        assert_eq!(list.len().unwrap(), 52);
    }
}

pub fn one_name() {
    let manager = Manager::start().unwrap();
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                for _ in 0..10 {
                    manager.named::<List>("one").unwrap().append(1).unwrap();
                }
            });
        }
    });
    assert_eq!(manager.named::<List>("one").unwrap().len().unwrap(), 200);
    assert_eq!(manager.count().unwrap(), 1);
}
