//! Something comes at another moment: a signal, a kill, a fork, an end in a hundred years.

use crate::tasks::{process_id, running};
use crate::{count, goes_on, in_time, len, square, zeros};
use ch08_multiprocessing::{Descriptor, Process, StartMethod, active_children};
use ch09_shared_data::manager::{Dict, List, Manager};
use ch10_pool::{AsyncResult, Pool, TaskError};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::mpsc::channel;
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::Duration;
use test_support::limits::PATIENCE;
use test_support::storm;

static KEPT: OnceLock<Mutex<(Dict, Vec<List>)>> = OnceLock::new();

fn keep((dict, lists): (Dict, Vec<List>)) {
    KEPT.get_or_init(|| Mutex::new((dict, lists)));
}

fn note(i: i64) -> u32 {
    let kept = KEPT.get().unwrap().lock().unwrap();
    kept.0.insert(i, i * i).unwrap();
    kept.1[(i % 2) as usize].append(i).unwrap();
    process_id(())
}

fn append_to((list, n): (List, i64)) -> List {
    list.append(n).unwrap();
    list
}

pub fn proxies() {
    let manager = Manager::start().unwrap();
    let dict = manager.dict().unwrap();
    let lists: Vec<List> = (0..2).map(|_| manager.list::<[i64; 0]>([]).unwrap()).collect();
    let start = || Pool::builder().processes(2).initializer(keep, (dict.clone(), lists.clone()));
    let pool = start().tasks_per_child(1).start().unwrap();
    pool.chunks_of(1).map(note, 0..8).unwrap();
    pool.close().join();
    let pool = start().start().unwrap();
    for i in 8..12 {
        let pid = pool.apply(note, i).unwrap();
        let child = active_children().into_iter().find(|child| child.pid() == pid).unwrap();
        child.kill().unwrap();
        child.join().unwrap();
    }
    assert_eq!(dict.len().unwrap(), 12);
    assert_eq!(lists[0].len().unwrap() + lists[1].len().unwrap(), 12);
    let back = pool.map(append_to, (0..6).map(|n| (lists[0].clone(), n))).unwrap();
    assert!(back.iter().all(|list| list.len().unwrap() == 12));
    drop(back);
    // Never read; never sent.
    drop(pool.apply_async(append_to, (lists[0].clone(), 1)));
    drop(pool.map_async(append_to, (0..6).map(|n| (lists[0].clone(), n))));
    pool.terminate();
    drop((dict, lists));
    let deadline = std::time::Instant::now() + PATIENCE;
    while manager.count().unwrap() != 0 {
        assert!(std::time::Instant::now() < deadline, "{}", manager.count().unwrap());
    }
}

fn signals_here(_: ()) {
    storm::signals();
}

pub fn signals(_: ()) {
    storm::signals();
    let pool = Pool::builder().processes(2).initializer(signals_here, ()).start().unwrap();
    let squares: Vec<i64> = (0..2000).map(square).collect();
    assert_eq!(pool.map(square, 0..2000).unwrap(), squares);
    assert_eq!(pool.imap(square, 0..200).collect::<Result<Vec<_>, _>>().unwrap(), squares[..200]);
    assert_eq!(pool.apply(zeros, 30 << 20).unwrap().len(), 30 << 20);
    assert_eq!(pool.apply(len, zeros(30 << 20)), Ok(30 << 20));
    let files: Vec<Descriptor> =
        (0..300).map(|_| OwnedFd::from(File::open("/dev/null").unwrap()).into()).collect();
    assert_eq!(pool.apply(count, files), Ok(300));
    kill_process(Pid::from_raw(pool.worker_pids()[0] as i32).unwrap(), Signal::KILL).unwrap();
    let _ = pool.map(square, 0..10);
    goes_on(&pool);
    pool.close().join();
}

const CENTURY: Duration = Duration::from_secs(100 * 366 * 86_400);

pub fn hundred_years() {
    let pool = Pool::new(1).unwrap();
    let mut result = pool.apply_async(square, 3);
    assert!(result.wait_timeout(CENTURY));
    assert_eq!(result.get_timeout(CENTURY), Ok(Some(9)));
    let mut imap = pool.imap(square, 0..2);
    assert_eq!(imap.next_timeout(CENTURY), Ok(Some(Ok(0))));
    assert_eq!(imap.next_timeout(CENTURY), Ok(Some(Ok(1))));
    assert_eq!(imap.next_timeout(CENTURY), Ok(None));
    drop(imap);
    pool.close().join();
}

pub fn all_die() {
    for limit in [None, Some(1)] {
        let builder = Pool::builder().processes(4);
        let pool = match limit {
            Some(tasks) => builder.tasks_per_child(tasks).start().unwrap(),
            None => builder.start().unwrap(),
        };
        let results: Vec<AsyncResult<i64>> =
            (0..200).map(|n| pool.apply_async(square, n)).collect();
        for _ in 0..3 {
            for pid in pool.worker_pids() {
                let _ = kill_process(Pid::from_raw(pid as i32).unwrap(), Signal::KILL);
            }
        }
        let mut lost = 0;
        for (n, mut result) in (0..).zip(results) {
            match result.get_timeout(PATIENCE) {
                Ok(Some(x)) => assert_eq!(x, n * n),
                Err(TaskError::WorkerLost { signal: 9 }) => lost += 1,
                other => panic!("{n}: {other:?}"),
            }
        }
        assert!(lost <= 12, "{lost}");
        goes_on(&pool);
        in_time(move || pool.close().join());
    }
}

pub fn dropped() {
    let pool = Pool::new(1).unwrap();
    let (gate, _, busy) = running(&pool);
    let waits: Vec<_> = (0..4)
        .map(|n| {
            let mut result = pool.apply_async(square, n);
            thread::spawn(move || {
                if n % 2 == 0 {
                    result.get()
                } else {
                    result.get_timeout(CENTURY).map(|x| x.expect("not in a hundred years"))
                }
            })
        })
        .collect();
    let busy = thread::spawn(move || busy.get());
    in_time(move || drop(pool));
    for one in waits {
        assert_eq!(in_time(move || one.join().unwrap()), Err(TaskError::Terminated));
    }
    assert_eq!(in_time(move || busy.join().unwrap()), Err(TaskError::Terminated));
    drop(gate);
}

pub fn many() {
    let pool = Pool::new(2).unwrap();
    thread::scope(|scope| {
        for n in 0..8 {
            let pool = &pool;
            scope.spawn(move || {
                for i in 0..20 {
                    assert_eq!(pool.apply(square, i + n), Ok((i + n) * (i + n)));
                    assert_eq!(pool.map(square, [i, n]), Ok(vec![i * i, n * n]));
                    let (sender, said) = channel();
                    let result = pool.apply_async(square, i).callback(move |x| _ = sender.send(*x));
                    assert_eq!(said.recv_timeout(PATIENCE), Ok(i * i));
                    drop(result);
                }
            });
        }
    });
    in_time(move || pool.close().join());
}

fn own_pool(_: ()) -> i32 {
    let pool = Pool::new(1).unwrap();
    let x = pool.apply_async(square, 3).get_timeout(PATIENCE);
    pool.close().join();
    i32::from(x != Ok(Some(9)))
}

pub fn fork_amid(_: ()) {
    let pool = Pool::new(2).unwrap();
    let stop = ch08_multiprocessing::Event::new().unwrap();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.is_set() {
                    let _ = pool.map(square, 0..20).unwrap();
                }
            });
        }
        for round in 0..10 {
            let child = Process::new(own_pool, ()).method(StartMethod::Fork);
            let child = child.allow_threads().start().unwrap();
            let code = child.join_timeout(PATIENCE).unwrap();
            if code.is_none() {
                child.kill().unwrap();
                stop.set();
            }
            assert_eq!(code, Some(0), "round {round}");
        }
        stop.set();
    });
}
