use explore_engine::sync::Mutex;
use explore_engine::thread;
use std::sync::Arc;
fn held(times: u32) {
    let m = Arc::new(Mutex::new(0));
    let n = Arc::clone(&m);
    let t = thread::spawn(move || {
        loop {
            if *n.lock().unwrap() == 1 {
                break;
            }
        }
    });
    let mut all = true;
    for _ in 0..times {
        all &= m.try_lock().is_err();
        drop(m.lock().unwrap());
    }
    *m.lock().unwrap() = 1;
    t.join().unwrap();
    assert!(!all);
}
/// Must fail: it was held at each try, and could be had in between.
pub fn held_2() {
    held(2)
}
/// Must fail
pub fn held_3() {
    held(3)
}
/// Must fail
pub fn held_4() {
    held(4)
}

/// Right: proved. One holds a lock, and lets go of it for a moment in each round, until the other has had it.
pub fn lets_go_for_a_moment() {
    let m = Arc::new((Mutex::new(0), explore_engine::sync::atomic::AtomicBool::new(false)));
    let n = Arc::clone(&m);
    let order = explore_engine::sync::atomic::Ordering::SeqCst;
    let t = thread::spawn(move || {
        drop(n.0.lock().unwrap());
        n.1.store(true, order);
    });
    let mut guard = m.0.lock().unwrap();
    while !m.1.load(order) {
        drop(guard);
        guard = m.0.lock().unwrap();
    }
    drop(guard);
    t.join().unwrap();
}
