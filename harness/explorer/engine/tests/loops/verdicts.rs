//! Programs with loops and without, of which each says what is right.

use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use explore_engine::sync::{Mutex, RwLock, mpsc};
use explore_engine::thread;

/// Must fail.
pub fn bank() {
    let a = Arc::new(Mutex::new(vec![6i32, 0]));
    let b = a.clone();
    let t = thread::spawn(move || {
        for _ in 0..6 {
            let mut g = b.lock().unwrap();
            g[0] -= 1;
            g[1] += 1;
        }
    });
    assert!(a.lock().unwrap()[0] > 0, "broke");
    t.join().unwrap();
}
struct Counter(Mutex<i32>);
impl Counter {
    fn get(&self) -> i32 {
        *self.0.lock().unwrap()
    }
}
/// Must fail; there is no loop in it.
pub fn straight_line() {
    let c = Arc::new((Counter(Mutex::new(1)), AtomicBool::new(false)));
    let d = c.clone();
    let t = thread::spawn(move || {
        let a = d.0.get();
        let b = d.0.get() * 2;
        assert_eq!(d.0.get() + a, b);
        let x = (d.0.get(), d.0.get());
        assert_eq!(x.0 - x.1, d.0.get() - 1);
        d.1.store(true, SeqCst);
    });
    assert!(!c.1.load(SeqCst));
    t.join().unwrap();
}

/// Must fail.
pub fn sampler() {
    let g = Arc::new(AtomicUsize::new(0));
    let g2 = g.clone();
    let t = thread::spawn(move || (0..8).map(|_| g2.load(Relaxed)).max().unwrap());
    g.store(7, Relaxed);
    assert_eq!(t.join().unwrap(), 7);
}

/// Right: proved.
pub fn sum() {
    let v = RwLock::new(vec![1u64; 200]);
    let mut s = 0;
    for i in 0..200 {
        s += v.read().unwrap()[i];
    }
    assert_eq!(s, 200);
}

/// Time-outs fire at any moment. Right: not a failure of the program.
pub fn tries_again() {
    let (tx, rx) = mpsc::channel();
    thread::scope(|s| {
        s.spawn(move || tx.send(1).unwrap());
        loop {
            match rx.recv_timeout(Duration::from_millis(1)) {
                Ok(v) => {
                    assert_eq!(v, 1);
                    break;
                }
                Err(mpsc::RecvTimeoutError::Timeout) => continue,
                Err(_) => panic!(),
            }
        }
    });
}

/// Right: not the program's failure.
pub fn long_but_finite() {
    let m = Mutex::new(0);
    for _ in 0..10_001 {
        *m.lock().unwrap() += 1
    }
}

/// Time-outs fire at any moment. Right: proved.
pub fn tries_again_with_a_condvar() {
    let pair = Arc::new((Mutex::new(false), explore_engine::sync::Condvar::new()));
    let theirs = Arc::clone(&pair);
    let other = thread::spawn(move || {
        *theirs.0.lock().unwrap() = true;
        theirs.1.notify_one();
    });
    let mut done = pair.0.lock().unwrap();
    while !*done {
        done = pair.1.wait_timeout(done, Duration::from_millis(1)).unwrap().0;
    }
    drop(done);
    other.join().unwrap();
}

/// Time-outs fire at any moment. Right: proved.
pub fn tries_again_parked() {
    let flag = Arc::new(AtomicBool::new(false));
    let (theirs, main) = (Arc::clone(&flag), thread::current());
    let other = thread::spawn(move || {
        theirs.store(true, SeqCst);
        main.unpark();
    });
    while !flag.load(SeqCst) {
        thread::park_timeout(Duration::from_millis(1));
    }
    other.join().unwrap();
}

/// Must fail, whatever is said of time-outs.
pub fn waits_for_no_time() {
    let (tx, rx) = mpsc::channel();
    let other = thread::spawn(move || tx.send(1).unwrap());
    let got = rx.recv_timeout(Duration::ZERO);
    other.join().unwrap();
    assert!(got.is_ok());
}
