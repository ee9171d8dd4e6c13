use explore_engine::sync::atomic::{AtomicBool, Ordering::*};
use explore_engine::sync::{Mutex, mpsc};
use explore_engine::thread;
use std::sync::Arc;
use std::time::Duration;

/// Must fail. Three attempts at a lock, then the work is not done.
pub fn three_try_locks() {
    let m = Arc::new(Mutex::new(0));
    let n = Arc::clone(&m);
    let t = thread::spawn(move || *n.lock().unwrap() += 1);
    for _ in 0..3 {
        if let Ok(mut guard) = m.try_lock() {
            *guard += 1;
            break;
        }
        thread::sleep(Duration::from_millis(1));
    }
    t.join().unwrap();
    assert_eq!(*m.lock().unwrap(), 2);
}
/// Must fail. Three looks for a message, then none.
pub fn three_try_recvs() {
    let (s, r) = mpsc::channel();
    let t = thread::spawn(move || s.send(7).unwrap());
    let mut got = None;
    for _ in 0..3 {
        if let Ok(n) = r.try_recv() {
            got = Some(n);
            break;
        }
        thread::sleep(Duration::from_millis(1));
    }
    t.join().unwrap();
    assert_eq!(got, Some(7));
}
/// Must fail where time-outs fire at any moment. Three time-outs, then none.
pub fn three_recv_timeouts() {
    let (s, r) = mpsc::channel();
    let t = thread::spawn(move || s.send(7).unwrap());
    let got = (0..3).find_map(|_| r.recv_timeout(Duration::from_millis(1)).ok());
    t.join().unwrap();
    assert_eq!(got, Some(7));
}
fn looks(n: u32) {
    let flag = Arc::new(AtomicBool::new(false));
    let other = Arc::clone(&flag);
    let t = thread::spawn(move || other.store(true, SeqCst));
    let mut seen = false;
    for _ in 0..n {
        if flag.load(SeqCst) {
            seen = true;
            break;
        }
        thread::sleep(Duration::from_millis(1));
    }
    t.join().unwrap();
    assert!(seen);
}
/// Must fail
pub fn looks_2() {
    looks(2)
}
/// Must fail
pub fn looks_3() {
    looks(3)
}
