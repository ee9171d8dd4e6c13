//! There is too little of something, and nothing may be left behind.

use crate::{append, in_time};
use ch08_multiprocessing::{Connection, Message, Process, pipe};
use ch09_shared_data::manager::{List, Manager, ManagerError};
use ch09_shared_data::{AnyArray, AnyValue, Array, RawArray, RawValue, Typecode, Value};
use std::net::TcpListener;
use std::thread;
use test_support::limits;
use test_support::limits::{causes, descriptors, lower_descriptors};

pub fn ends(_: ()) {
    drop(Manager::start().unwrap());
    let before = descriptors();
    for n in 0..10 {
        let manager = Manager::start().unwrap();
        let list = manager.list([1]).unwrap();
        let other = Manager::connect(manager.address().clone(), "not the key");
        assert!(matches!(other, Err(ManagerError::WrongKey { .. })), "{other:?}");
        match n % 3 {
            0 => drop(manager),
            1 => {
                let pid = rustix::process::Pid::from_raw(manager.pid().unwrap() as i32).unwrap();
                rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
                in_time(move || while list.len().is_ok() {});
                drop(manager);
            }
            _ => {
                let copy = Message::encode(&list).unwrap();
                manager.shutdown();
                assert!(copy.decode::<List>().is_err());
                assert!(Message::encode(&list).is_err());
            }
        }
    }
    let threads: Vec<_> = (0..6)
        .map(|_| {
            thread::spawn(|| {
                for _ in 0..3 {
                    let manager = Manager::start().unwrap();
                    assert_eq!(manager.list([1]).unwrap().len().unwrap(), 1);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(ch08_multiprocessing::active_children().is_empty());
    assert_eq!(descriptors(), before);
}

fn open_files(manager: &Manager) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", manager.pid().unwrap())).unwrap().count()
}

pub fn clients_left() {
    let manager = Manager::start().unwrap();
    let list = manager.list([1]).unwrap();
    let before = open_files(&manager);
    for _ in 0..5 {
        thread::scope(|scope| {
            for _ in 0..40 {
                scope.spawn(|| list.append(1).unwrap());
            }
        });
        let children: Vec<_> =
            (0..4).map(|_| Process::new(append, list.clone()).start().unwrap()).collect();
        children.into_iter().for_each(|child| assert_eq!(child.join().unwrap(), 0));
    }
    in_time({
        let pid = manager.pid().unwrap();
        let files = move || std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count();
        move || while files() > before {}
    });
    assert_eq!(list.len().unwrap(), 1 + 5 * 44);
}

pub fn end(mut main: Connection) {
    let _ = main.recv::<()>();
}

type Task<'a> = (&'a str, Box<dyn FnMut() -> Result<(), String> + 'a>);

pub fn told<T, E: std::error::Error>(result: Result<T, E>) -> Result<(), String> {
    result.map(drop).map_err(|error| causes(&error))
}

pub fn room(_: ()) {
    lower_descriptors(64);
    let manager = Manager::start().unwrap();
    let list = manager.list([1]).unwrap();
    let list = &list;
    let tasks: Vec<Task> = vec![
        ("start", Box::new(|| told(Manager::start()))),
        (
            "listen",
            Box::new(|| {
                told(Manager::builder().listen(([127, 0, 0, 1], 0).into()).key("k").start())
            }),
        ),
        ("thread", Box::new(|| thread::scope(|s| told(s.spawn(|| list.len()).join().unwrap())))),
        ("encode", Box::new(|| told(Message::encode(list)))),
        ("encode, decode", Box::new(|| told(Message::encode(list).unwrap().decode::<List>()))),
        (
            "connect",
            Box::new(|| {
                let other = Manager::connect(manager.address().clone(), "wrong");
                match other {
                    Err(ManagerError::WrongKey { .. }) => Ok(()),
                    other => told(other),
                }
            }),
        ),
        ("value", Box::new(|| told(Array::<i64>::zeroed(1 << 20)))),
        ("child", Box::new(|| told(Process::new(append, list.clone()).start().map(|c| c.join())))),
    ];
    for (name, mut task) in tasks {
        let (ours, theirs) = pipe().unwrap();
        let mut children = Vec::new();
        while children.len() < 20 {
            let theirs = Message::encode(&theirs).unwrap().decode::<Connection>().unwrap();
            children.push(Process::new(end, theirs).start().unwrap().pid());
        }
        drop((ours, theirs));
        limits::until_ended(&children);
        let _files = limits::fill_descriptors();
        assert_eq!(task(), Ok(()), "{name}");
    }
}

pub fn thousands(_: ()) {
    lower_descriptors(64);
    let values: Vec<_> = (0..3000_i64).map(|n| Value::new(n).unwrap()).collect();
    let raw: Vec<_> = (0..3000_i64).map(|n| RawValue::new(n).unwrap()).collect();
    let any: Vec<_> = (0..3000).map(|n| AnyValue::new(Typecode::Long, n).unwrap()).collect();
    let arrays: Vec<_> = (0..1000_i64).map(|n| Array::new([n, n]).unwrap()).collect();
    let raw_arrays: Vec<_> = (0..1000_i64).map(|n| RawArray::new([n, n]).unwrap()).collect();
    let any_arrays: Vec<_> =
        (0..1000).map(|n| AnyArray::new(Typecode::Long, [n]).unwrap()).collect();
    assert!(descriptors() < 32, "{}", descriptors());
    assert_eq!(values[2999].get(), 2999);
    assert_eq!(raw[2999].load(), 2999);
    assert_eq!(any.len() + arrays.len() + raw_arrays.len() + any_arrays.len(), 6000);
    let child = Process::new(sum, values).start().unwrap();
    assert_eq!(child.join().unwrap(), 0);
}

fn sum(values: Vec<Value<i64>>) {
    assert_eq!(values.iter().map(Value::get).sum::<i64>(), 2999 * 1500);
}

pub fn sizes() {
    for n in [usize::MAX, usize::MAX / 8, usize::MAX / 8 + 1, isize::MAX as usize / 8, 1 << 50] {
        let arrays = [
            Array::<i64>::zeroed(n).map(drop).map_err(|e| causes(&e)),
            RawArray::<i64>::zeroed(n).map(drop).map_err(|e| causes(&e)),
            AnyArray::zeroed(Typecode::Long, n).map(drop).map_err(|e| causes(&e)),
        ];
        for array in arrays {
            assert!(array.unwrap_err().contains("memory"), "{n}");
        }
    }
    assert!(Array::<i64>::zeroed(0).unwrap().is_empty());
    let empty = AnyArray::zeroed(Typecode::Long, 0).unwrap();
    assert_eq!(empty.len(), 0);
    let manager = Manager::start().unwrap();
    let array = manager.array(Typecode::Long, [1; 0]).unwrap();
    assert_eq!(array.len().unwrap(), 0);
}

pub fn taken(_: ()) {
    drop(Manager::start().unwrap());
    let before = descriptors();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = other.local_addr().unwrap();
    let start = |at| Manager::builder().listen(at).key("k").start();
    for at in [place, ([203, 0, 113, 9], 80).into()] {
        let text = causes(&start(at).unwrap_err());
        assert!(text.contains("ddress"), "{text}");
    }
    assert_eq!(descriptors(), before + 1);
    drop(other);
    let manager = start(place).unwrap();
    assert_eq!(manager.list([1]).unwrap().len().unwrap(), 1);
}
