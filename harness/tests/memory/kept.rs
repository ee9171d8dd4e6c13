//! A pointer into an `Arc` that is kept when the `Arc` is gone: if another thread is the last, it frees, and nothing orders that and the use.

use std::hint::black_box;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::thread;

/// Must fail: use after free.
fn as_ptr_kept() {
    let a = Arc::new(5u32);
    let b = a.clone();
    let h = thread::spawn(move || drop(b));
    let p = Arc::as_ptr(&a);
    drop(a);
    black_box(unsafe { *p });
    h.join().unwrap();
}

/// Must fail: use after free.
fn box_kept() {
    let a = Arc::new(Box::new(5u32));
    let b = a.clone();
    let h = thread::spawn(move || drop(b));
    let p = &raw const **a;
    drop(a);
    assert_eq!(black_box(unsafe { *p }), 5);
    h.join().unwrap();
}

/// Must fail: use after free.
fn string_kept() {
    let a = Arc::new(String::from("abc"));
    let b = a.clone();
    let h = thread::spawn(move || drop(b));
    let p = a.as_ptr();
    drop(a);
    black_box(unsafe { *p });
    h.join().unwrap();
}

/// Must fail: use after free.
fn got_under_a_mutex() {
    let a = Arc::new(Mutex::new(Box::new(5u32)));
    let b = a.clone();
    let h = thread::spawn(move || drop(b));
    let g = a.lock().unwrap();
    let p: *const u32 = &raw const **g;
    drop(g);
    drop(a);
    black_box(unsafe { *p });
    h.join().unwrap();
}

struct S(Rc<u32>);
unsafe impl Send for S {}
unsafe impl Sync for S {}

/// Must fail: data race.
fn rc() {
    let r = Rc::new(1);
    let a = Arc::new(S(r.clone()));
    let b = a.clone();
    let h = thread::spawn(move || {
        black_box(&b.0);
        drop(b)
    });
    drop(a);
    drop(r);
    h.join().unwrap();
}

struct Owner(*mut u32);
unsafe impl Send for Owner {}
unsafe impl Sync for Owner {}

impl Drop for Owner {
    fn drop(&mut self) {
        unsafe { drop(Box::from_raw(self.0)) }
    }
}

/// Must fail: use after free.
fn owner_by_pointer() {
    let p = Box::into_raw(Box::new(5));
    let a = Arc::new(Owner(p));
    let b = a.clone();
    let h = thread::spawn(move || drop(b));
    drop(a);
    unsafe { *p = 6 };
    h.join().unwrap();
}

/// Must fail: use after free.
fn mirrored() {
    let a = Arc::new(Box::new(5u32));
    let b = a.clone();
    let h = thread::spawn(move || {
        let p = &raw const **b;
        drop(b);
        black_box(unsafe { *p });
    });
    drop(a);
    h.join().unwrap();
}

/// Must fail: use after free.
fn swapped_under_a_lock() {
    let l = std::sync::RwLock::new(Arc::new(Box::new(5)));
    thread::scope(|s| {
        s.spawn(|| *l.write().unwrap() = Arc::new(Box::new(6)));
        let a = l.read().unwrap().clone();
        let p = &raw const **a;
        drop(a);
        black_box(unsafe { *p });
    });
}
