use explore_engine::sync::Mutex;
use explore_engine::sync::atomic::{AtomicUsize, Ordering::*};
use explore_engine::thread;
use std::sync::Arc;
/// Must fail: three of eight looks see it.
pub fn three_of_eight() {
    let g = Arc::new(AtomicUsize::new(0));
    let g2 = Arc::clone(&g);
    let t = thread::spawn(move || (0..8).filter(|_| g2.load(Relaxed) != 0).count());
    g.store(7, Relaxed);
    assert_ne!(t.join().unwrap(), 3);
}
/// Must fail: it was held at two tries, and could be had in between.
pub fn held_twice() {
    let m = Arc::new(Mutex::new(0));
    let n = Arc::clone(&m);
    let t = thread::spawn(move || {
        let mut k = 0;
        loop {
            let g = n.lock().unwrap();
            if *g == 1 {
                break;
            }
            drop(g);
            k += 0;
            std::hint::black_box(k);
        }
    });
    let a = m.try_lock().is_err();
    drop(m.lock().unwrap());
    let b = m.try_lock().is_err();
    *m.lock().unwrap() = 1;
    t.join().unwrap();
    assert!(!(a && b));
}
/// Right: proved. One polls a lock, one tries it.
pub fn polls_and_tries() {
    let m = Arc::new(Mutex::new(0));
    let n = Arc::clone(&m);
    let t = thread::spawn(move || {
        loop {
            if let Ok(mut g) = n.try_lock() {
                *g = 1;
                break;
            }
            explore_engine::thread::spin_loop();
        }
    });
    while *m.lock().unwrap() == 0 {}
    t.join().unwrap();
}
