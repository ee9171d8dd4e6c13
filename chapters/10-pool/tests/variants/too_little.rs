//! There is too little of something, and nothing may be left behind.

use crate::{count, fails, give, goes_on, len, square, zeros};
use ch08_multiprocessing::{Connection, Descriptor, Message, Process, active_children, pipe};
use ch10_pool::{Pool, PoolError, TaskError};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use serde_bytes::ByteBuf;
use std::fs::File;
use std::os::fd::OwnedFd;
use test_support::limits;
use test_support::limits::lower_memory;
use test_support::limits::{PATIENCE, causes, descriptors, lower_descriptors};

fn little_memory(more: u64) {
    lower_memory(more);
}

pub fn worker_without_memory() {
    let pool = Pool::builder().processes(1).initializer(little_memory, 64 << 20).start().unwrap();
    let large = ByteBuf::from(vec![0; 200 << 20]);
    let error = pool.apply_async(len, large).get_timeout(PATIENCE).unwrap_err();
    assert!(causes(&error).contains("memory"), "{error:?}");
    assert_eq!(pool.apply_async(square, 3).get_timeout(PATIENCE), Ok(Some(9)));
    assert_eq!(pool.apply_async(len, ByteBuf::from(vec![0; 1 << 20])).get(), Ok(1 << 20));
    pool.close().join();
}

pub fn pool_without_memory(_: ()) {
    let pool = Pool::new(1).unwrap();
    goes_on(&pool);
    let before = lower_memory(64 << 20);
    let error = pool.apply_async(zeros, 200 << 20).get_timeout(PATIENCE).unwrap_err();
    setrlimit(Resource::As, before).unwrap();
    assert!(causes(&error).contains("memory"), "{error:?}");
    goes_on(&pool);
    assert_eq!(pool.apply(zeros, 1 << 20).unwrap().len(), 1 << 20);
    pool.close().join();
}

fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap();
    status.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

pub fn no_room_kept(_: ()) {
    let pool = Pool::new(1).unwrap();
    goes_on(&pool);
    let worker = pool.worker_pids()[0];
    let before = (resident(std::process::id()), resident(worker));
    assert_eq!(pool.apply(zeros, 300 << 20).unwrap().len(), 300 << 20);
    assert_eq!(pool.apply(len, zeros(300 << 20)), Ok(300 << 20));
    goes_on(&pool);
    let after = (resident(std::process::id()), resident(worker));
    let room = 32 << 20;
    assert!(after.0 < before.0 + room && after.1 < before.1 + room, "{before:?}, {after:?}");
    pool.close().join();
}

pub fn cannot_start(_: ()) {
    drop(Pool::new(1));
    active_children();
    let before = descriptors();
    lower_descriptors(64);
    for _ in 0..3 {
        let error = Pool::new(40).unwrap_err();
        assert!(limits::is_out_of_descriptors(&error), "{}", causes(&error));
        assert!(active_children().is_empty());
        assert_eq!(descriptors(), before);
    }
    let files: Vec<Descriptor> =
        (0..20).map(|_| OwnedFd::from(File::open("/dev/null").unwrap()).into()).collect();
    let error = Pool::builder().processes(3).initializer(give_up, files).start().unwrap_err();
    assert!(limits::is_out_of_descriptors(&error), "{}", causes(&error));
    let pool = Pool::new(4).unwrap();
    goes_on(&pool);
    pool.close().join();
    assert!(matches!(Pool::new(0), Err(PoolError::NoWorkers)));
}

fn give_up(_: Vec<Descriptor>) {}

fn end(mut main: Connection) {
    let _ = main.recv::<()>();
}

pub fn room(_: ()) {
    lower_descriptors(64);
    let old = Pool::new(1).unwrap();
    goes_on(&old);
    for round in 0..2 {
        let (ours, theirs) = pipe().unwrap();
        let mut children = Vec::new();
        while children.len() < 20 {
            let theirs = Message::encode(&theirs).unwrap().decode::<Connection>().unwrap();
            children.push(Process::new(end, theirs).start().unwrap().pid());
        }
        drop((ours, theirs));
        limits::until_ended(&children);
        let _files = limits::fill_descriptors();
        if round == 0 {
            let pool = Pool::new(1).unwrap();
            goes_on(&pool);
        } else {
            kill_process(Pid::from_raw(old.worker_pids()[0] as i32).unwrap(), Signal::KILL)
                .unwrap();
            let _ = old.apply_async(square, 3).get_timeout(PATIENCE);
            goes_on(&old);
        }
    }
}

fn open_files(_: ()) -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

pub fn no_descriptors_kept() {
    let pool = Pool::new(1).unwrap();
    goes_on(&pool);
    let (before, here) = (pool.apply(open_files, ()).unwrap(), descriptors());
    for _ in 0..50 {
        assert_eq!(pool.apply(count, give(10)), Ok(10));
        assert_eq!(pool.apply(give, 10).unwrap().len(), 10);
        drop(pool.apply_async(give, 10));
        assert!(pool.apply(fails, ()).is_err());
    }
    goes_on(&pool);
    assert_eq!((pool.apply(open_files, ()).unwrap(), descriptors()), (before, here));
    pool.close().join();
}

fn set_limit((which, to): (u32, u64)) {
    let which = [Resource::Fsize, Resource::Nofile, Resource::Nproc, Resource::Cpu][which as usize];
    let limit = Rlimit { current: Some(to), maximum: getrlimit(which).maximum };
    setrlimit(which, limit).unwrap();
}

fn spin(_: ()) {
    loop {
        std::hint::black_box(0);
    }
}

pub fn limits_of_a_task() {
    let pool = Pool::new(1).unwrap();
    for which in 0..3 {
        pool.apply(set_limit, (which, 0)).unwrap();
        goes_on(&pool);
    }
    // It panics, or is killed if it says so into a file.
    assert!(pool.apply(give, 3).is_err());
    goes_on(&pool);
    pool.apply(set_limit, (3, 1)).unwrap();
    let error = pool.apply_async(spin, ()).get_timeout(PATIENCE);
    assert!(matches!(error, Err(TaskError::WorkerLost { signal: libc::SIGXCPU })));
    // A new worker has the pool's own limits.
    assert_eq!(pool.apply(give, 3).unwrap().len(), 3);
    pool.close().join();
}
