//! Whose access it is: what `std` has precompiled copies and fills, on the heap, in a static, on a stack; large values, which are handed over where they
//! lie; functions with names of C.

use std::cell::RefCell;
use std::hint::black_box;
use std::io::{Read, Write};
use std::rc::Rc;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, Once, OnceLock, RwLock};
use std::thread;

#[derive(Clone, Copy)]
struct P<T>(*mut T);
// SAFETY: of what is behind it, nothing is promised: that is what these scenarios are about.
unsafe impl<T> Send for P<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for P<T> {}

impl<T> P<T> {
    fn get(&self) -> *mut T {
        self.0
    }
}

static mut S: [u8; 64] = [b'a'; 64];

fn beside<R>(p: P<[u8; 64]>, f: impl FnOnce(&mut [u8; 64]) -> R) {
    thread::scope(|s| {
        s.spawn(|| black_box(unsafe { (*p.get())[5] }));
        black_box(f(unsafe { &mut *p.get() }));
    });
}

/// Must fail: data race.
fn copy_into_static() {
    beside(P(&raw mut S), |to| to.copy_from_slice(&[7; 64]))
}

/// Must fail: data race.
fn copy_into_stack() {
    let mut local = [b'a'; 64];
    beside(P(&raw mut local), |to| to.copy_from_slice(&[7; 64]))
}

/// Must fail: data race.
fn read_into_static() {
    beside(P(&raw mut S), |to| (&[3u8; 64][..]).read_exact(to).unwrap())
}

/// Must fail: data race.
fn write_into_static() {
    beside(P(&raw mut S), |to| (&mut to[..]).write_all(&[7; 20]).unwrap())
}

/// Must fail: data race.
fn heap() {
    beside(P(Box::into_raw(Box::new([b'a'; 64]))), |to| to.copy_from_slice(&[7; 64]))
}

/// Must fail: data race.
fn user_copy() {
    beside(P(&raw mut S), |to| *to = black_box([7; 64]))
}

/// Must fail: data race. What `std` has precompiled fills as well.
fn resized() {
    let mut bytes = vec![b'a'; 64];
    let p = P(bytes.as_mut_ptr().cast::<[u8; 64]>());
    beside(p, |_| {
        bytes.clear();
        bytes.resize(64, b'b');
    });
}

fn beside_a_large_one<R>(f: impl FnOnce(*mut [u64; 16]) -> R) {
    let p = P(Box::into_raw(Box::new([1u64; 16])));
    thread::scope(|s| {
        s.spawn(|| unsafe { (*p.get())[3] = 4 });
        black_box(f(p.get()));
    });
}

/// Must fail: data race.
fn arc_mutex() {
    let p = P(Box::into_raw(Box::new([1u64; 16])));
    thread::scope(|s| {
        s.spawn(|| unsafe { (*p.get())[3] = 4 });
        let a = Arc::new(Mutex::new(unsafe { *p.get() }));
        assert_eq!(a.lock().unwrap()[0], 1);
    });
}

/// Must fail: data race.
fn mutex() {
    beside_a_large_one(|p| Mutex::new(unsafe { *p }));
}

/// Must fail: data race.
fn rwlock() {
    beside_a_large_one(|p| RwLock::new(unsafe { *p }));
}

/// Must fail: data race.
fn large_one_sent() {
    let (tx, rx) = channel();
    beside_a_large_one(|p| tx.send(unsafe { *p }).unwrap());
    rx.recv().unwrap();
}

/// Must fail: data race.
fn small_one() {
    let p = P(Box::into_raw(Box::new(1u64)));
    thread::scope(|s| {
        s.spawn(|| unsafe { *p.get() = 4 });
        let a = Arc::new(Mutex::new(unsafe { *p.get() }));
        assert!(*a.lock().unwrap() > 0);
    });
}

static mut X: u32 = 0;

/// A function with a name of C is the user's, whoever calls it.
#[unsafe(no_mangle)]
fn named_for_c() {
    unsafe { X += 1 }
}

#[unsafe(export_name = "a_number_for_c")]
fn number() -> u32 {
    unsafe {
        X += 1;
        X
    }
}

/// Must fail: data race.
fn spawned() {
    let h = thread::spawn(named_for_c);
    unsafe { X += 1 };
    h.join().unwrap();
}

/// Must fail: data race.
fn scoped() {
    thread::scope(|s| {
        s.spawn(number);
        unsafe { X += 1 };
    });
}

/// Must fail: data race.
fn once() {
    static O: Once = Once::new();
    thread::scope(|s| {
        s.spawn(|| O.call_once(named_for_c));
        unsafe { X += 1 };
    });
}

/// Must fail: data race.
fn once_lock() {
    static O: OnceLock<u32> = OnceLock::new();
    thread::scope(|s| {
        s.spawn(|| *O.get_or_init(number));
        unsafe { X += 1 };
    });
}

/// Must fail: data race.
fn by_closure() {
    thread::scope(|s| {
        s.spawn(|| named_for_c());
        unsafe { X += 1 };
    });
}

struct Sent<T>(T);
// SAFETY: as above.
unsafe impl<T> Send for Sent<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Sent<T> {}

/// Must fail: data race. A message that nobody took is destroyed with its receiver, and so the `Rc`'s counter changes there.
fn a_message_that_is_left() {
    let counted = Rc::new(1);
    let (sender, receiver) = channel();
    sender.send(Sent(counted.clone())).unwrap();
    let other = thread::spawn(move || drop(receiver));
    drop(counted.clone());
    other.join().unwrap();
    drop(sender);
}

/// Must fail: data race. Likewise a result that nobody joins.
fn a_result_that_is_left() {
    let counted = Rc::new(1);
    let result = Sent(counted.clone());
    thread::scope(|scope| {
        scope.spawn(move || result);
        drop(counted.clone());
    });
}

/// Must fail: use after free. Whoever sets a hook destroys the one before.
fn a_hook_that_is_replaced() {
    let owned = Box::new(5u32);
    let place = &raw const *owned;
    std::panic::set_hook(Box::new(move |_| {
        black_box(&owned);
    }));
    std::panic::set_hook(Box::new(|_| ()));
    black_box(unsafe { *place });
}

/// It is right. The hook that is destroyed may use locks.
fn a_hook_that_unlocks() {
    struct Ends(Arc<Mutex<u32>>);
    impl Drop for Ends {
        fn drop(&mut self) {
            *self.0.lock().unwrap() += 1;
        }
    }
    let count = Arc::new(Mutex::new(0));
    let ends = Ends(Arc::clone(&count));
    std::panic::set_hook(Box::new(move |_| {
        black_box(&ends);
    }));
    std::panic::set_hook(Box::new(|_| ()));
    assert_eq!(*count.lock().unwrap(), 1);
}

/// Must fail: use after free. A handle is asked that is freed.
fn a_handle_that_is_freed() {
    let place = Box::into_raw(Box::new(thread::spawn(|| ())));
    unsafe {
        let handle = place.read();
        drop(Box::from_raw(place.cast::<std::mem::MaybeUninit<thread::JoinHandle<()>>>()));
        handle.join().unwrap();
        black_box((*place).is_finished());
    }
}

thread_local! {
    static BORROWED: RefCell<u32> = const { RefCell::new(5) };
}

/// Must fail: data race. Two that borrow write that they do.
fn a_borrow_of_another_s() {
    let place = P(BORROWED.with(|cell| (&raw const *cell).cast_mut()));
    thread::scope(|scope| {
        scope.spawn(|| drop(unsafe { (*place.get()).borrow() }));
        BORROWED.with_borrow(|_| ());
    });
}

/// Must fail: data race. A sender is overwritten while it is cloned.
fn a_sender_that_is_overwritten() {
    let (mut sender, _receiver) = channel::<u32>();
    let (other, _other_s) = channel();
    let place = P(&raw mut sender);
    thread::scope(|scope| {
        scope.spawn(|| drop(unsafe { &*place.get() }.clone()));
        unsafe { *place.get() = other }
    });
}
