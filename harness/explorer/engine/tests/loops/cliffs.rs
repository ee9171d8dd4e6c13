use explore_engine::sync::Mutex;
use explore_engine::sync::atomic::{AtomicBool, AtomicU32, Ordering::*};
use explore_engine::thread;
use std::cell::Cell;
use std::sync::Arc;

fn looks(n: u32) {
    let flag = Arc::new(AtomicBool::new(false));
    let other = Arc::clone(&flag);
    let t = thread::spawn(move || other.store(true, SeqCst));
    for _ in 0..n {
        if flag.load(SeqCst) {
            break;
        }
        explore_engine::thread::spin_loop();
    }
    t.join().unwrap();
}
pub fn one_loop_of_10() {
    looks(10)
}
pub fn one_loop_of_100() {
    looks(100)
}
pub fn one_loop_of_1000() {
    looks(1000)
}

fn two(n: u32) {
    let flags = Arc::new((AtomicBool::new(false), AtomicBool::new(false)));
    let other = Arc::clone(&flags);
    let t = thread::spawn(move || {
        other.0.store(true, SeqCst);
        for _ in 0..n {
            if other.1.load(SeqCst) {
                break;
            }
            explore_engine::thread::spin_loop();
        }
    });
    for _ in 0..n {
        if flags.0.load(SeqCst) {
            break;
        }
        explore_engine::thread::spin_loop();
    }
    flags.1.store(true, SeqCst);
    t.join().unwrap();
}
pub fn two_loops_of_10() {
    two(10)
}
pub fn two_loops_of_30() {
    two(30)
}
pub fn two_loops_of_100() {
    two(100)
}

fn locks(n: u32, threads: usize) {
    let both = Arc::new((AtomicBool::new(false), Mutex::new(0)));
    let work = move |b: &(AtomicBool, Mutex<u32>)| {
        let mut got = false;
        for _ in 0..n {
            if b.0.compare_exchange(false, true, Acquire, Relaxed).is_ok() {
                got = true;
                break;
            }
            explore_engine::thread::spin_loop();
        }
        if got {
            b.0.store(false, Release);
        } else {
            drop(b.1.lock().unwrap());
        }
    };
    let ts: Vec<_> = (1..threads)
        .map(|_| {
            let b = Arc::clone(&both);
            thread::spawn(move || work(&b))
        })
        .collect();
    work(&both);
    for t in ts {
        t.join().unwrap();
    }
}
pub fn locks_2_of_10() {
    locks(10, 2)
}
pub fn locks_2_of_100() {
    locks(100, 2)
}
pub fn locks_3_of_3() {
    locks(3, 3)
}
pub fn locks_3_of_10() {
    locks(10, 3)
}

/// Must fail. The progress is in a box.
pub fn counts_in_a_box() {
    let flag = Arc::new(AtomicBool::new(false));
    let other = Arc::clone(&flag);
    let t = thread::spawn(move || other.store(true, SeqCst));
    let mut left = std::hint::black_box(Box::new(5u32));
    let mut seen = false;
    while *left > 0 {
        if flag.load(SeqCst) {
            seen = true;
            break;
        }
        *left -= 1;
    }
    t.join().unwrap();
    assert!(seen);
}
/// Must fail. The progress is the length of a vector with room.
pub fn counts_in_a_vec() {
    let flag = Arc::new(AtomicBool::new(false));
    let other = Arc::clone(&flag);
    let t = thread::spawn(move || other.store(true, SeqCst));
    let mut v = std::hint::black_box(Box::new(Vec::with_capacity(8)));
    let mut seen = false;
    while v.len() < 5 {
        if flag.load(SeqCst) {
            seen = true;
            break;
        }
        v.push(0u8);
    }
    t.join().unwrap();
    assert!(seen);
}
explore_engine::thread_local! { static N: Cell<u32> = const { Cell::new(0) }; }
/// Must fail. The progress is in a thread-local.
pub fn counts_in_a_thread_local() {
    let flag = Arc::new(AtomicBool::new(false));
    let other = Arc::clone(&flag);
    let t = thread::spawn(move || other.store(true, SeqCst));
    let mut seen = false;
    while N.get() < 5 {
        if flag.load(SeqCst) {
            seen = true;
            break;
        }
        N.set(N.get() + 1);
    }
    t.join().unwrap();
    assert!(seen);
}
static mut LEFT: u32 = 5;
/// Must fail. The progress is in a static.
pub fn counts_in_a_static() {
    // SAFETY: only the main thread uses `LEFT`.
    unsafe { LEFT = 5 };
    let flag = Arc::new(AtomicBool::new(false));
    let other = Arc::clone(&flag);
    let t = thread::spawn(move || other.store(true, SeqCst));
    let mut seen = false;
    // SAFETY: only the main thread uses `LEFT`.
    while unsafe { LEFT } > 0 {
        if flag.load(SeqCst) {
            seen = true;
            break;
        }
        // SAFETY: only the main thread uses `LEFT`.
        unsafe { LEFT -= 1 };
    }
    t.join().unwrap();
    assert!(seen);
}
/// Must fail. The progress is on the stack of another thread, that waits.
pub fn counts_on_mains_stack() {
    let flag = AtomicBool::new(false);
    let mut left = 5;
    let seen = AtomicBool::new(false);
    thread::scope(|s| {
        let left = &mut left;
        let (f, g) = (&flag, &seen);
        s.spawn(move || {
            while *left > 0 {
                if f.load(SeqCst) {
                    g.store(true, SeqCst);
                    break;
                }
                *left -= 1;
            }
        });
        f.store(true, SeqCst);
    });
    assert!(seen.load(SeqCst));
}
/// Must fail. A loop that waits for a time as well.
pub fn gives_up_by_the_clock() {
    let flag = Arc::new(AtomicBool::new(false));
    let other = Arc::clone(&flag);
    let t = thread::spawn(move || other.store(true, SeqCst));
    let start = explore_engine::time::Instant::now();
    let mut seen = false;
    while start.elapsed() < std::time::Duration::from_millis(10) {
        if flag.load(SeqCst) {
            seen = true;
            break;
        }
    }
    t.join().unwrap();
    assert!(seen);
}
/// Must fail: for ever.
pub fn livelock_of_two() {
    let f = Arc::new((AtomicBool::new(false), AtomicBool::new(false)));
    let g = Arc::clone(&f);
    let t = thread::spawn(move || {
        while !g.0.load(SeqCst) {
            thread::yield_now();
        }
        g.1.store(true, SeqCst);
    });
    while !f.1.load(SeqCst) {
        thread::yield_now();
    }
    f.0.store(true, SeqCst);
    t.join().unwrap();
}
/// Must fail: one spins for ever, changing and changing back.
pub fn livelock_that_writes() {
    let a = AtomicBool::new(false);
    while !a.swap(true, SeqCst) {
        a.store(false, SeqCst);
    }
}
/// Not proved, not failed: counts for ever.
pub fn counts_for_ever() {
    let a = AtomicU32::new(0);
    while a.fetch_add(1, Relaxed) != u32::MAX {}
}
/// Two threads poll a mutex.
pub fn two_poll() {
    let m = Arc::new(Mutex::new(0));
    let ts: Vec<_> = (0..2)
        .map(|_| {
            let m = Arc::clone(&m);
            thread::spawn(move || {
                *m.lock().unwrap() += 1;
                loop {
                    if *m.lock().unwrap() == 2 {
                        break;
                    }
                    thread::yield_now();
                }
            })
        })
        .collect();
    for t in ts {
        t.join().unwrap();
    }
}
/// Two poll, and one sets, under a lock with a heap value.
pub fn two_poll_a_vec() {
    let m = Arc::new(Mutex::new(vec![0u32]));
    let ts: Vec<_> = (0..2)
        .map(|_| {
            let m = Arc::clone(&m);
            thread::spawn(move || {
                loop {
                    if m.lock().unwrap()[0] == 1 {
                        break;
                    }
                }
            })
        })
        .collect();
    m.lock().unwrap()[0] = 1;
    for t in ts {
        t.join().unwrap();
    }
}
/// Peterson's lock.
pub fn peterson() {
    let s = Arc::new((
        AtomicBool::new(false),
        AtomicBool::new(false),
        AtomicU32::new(0),
        AtomicU32::new(0),
    ));
    let z = Arc::clone(&s);
    let t = thread::spawn(move || {
        z.1.store(true, SeqCst);
        z.2.store(0, SeqCst);
        while z.0.load(SeqCst) && z.2.load(SeqCst) == 0 {}
        let n = z.3.load(Relaxed);
        z.3.store(n + 1, Relaxed);
        z.1.store(false, SeqCst);
    });
    s.0.store(true, SeqCst);
    s.2.store(1, SeqCst);
    while s.1.load(SeqCst) && s.2.load(SeqCst) == 1 {}
    let n = s.3.load(Relaxed);
    s.3.store(n + 1, Relaxed);
    s.0.store(false, SeqCst);
    t.join().unwrap();
    assert_eq!(s.3.load(Relaxed), 2);
}
