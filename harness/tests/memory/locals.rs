//! Local variables that another thread uses: when their function returns, or their thread ends, that must know of it.

use std::hint::black_box;
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::atomic::{AtomicBool, AtomicPtr};
use std::sync::{Condvar, Mutex};
use std::thread;

static AT: AtomicPtr<u32> = AtomicPtr::new(null_mut());
static GO: AtomicBool = AtomicBool::new(false);

fn waits_for(x: &mut u32) {
    AT.store(x, Release);
    while !GO.load(Acquire) {
        thread::yield_now();
    }
}

fn address() -> *mut u32 {
    loop {
        let place = AT.load(Acquire);
        if !place.is_null() {
            return place;
        }
        thread::yield_now();
    }
}

/// Lets it go on, and looks at what lies on its stack.
fn looks(_: ()) {
    let place = address();
    GO.store(true, Release);
    black_box(unsafe { *place });
}

/// Must fail: use after free. The thread may have ended.
fn of_a_thread() {
    let other = thread::spawn(|| {
        let mut x = 5;
        waits_for(&mut x);
    });
    looks(());
    other.join().unwrap();
}

/// Must fail: use after free. The same in a scope.
fn of_a_scoped_thread() {
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut x = 5;
            waits_for(&mut x);
        });
        looks(());
    });
}

/// Must fail: use after free. The function may have returned, and the thread use the place again.
fn of_a_function() {
    #[inline(never)]
    fn waits() {
        let mut x = 5;
        waits_for(&mut x);
    }
    #[inline(never)]
    fn fills() {
        black_box(&mut [7u32; 64]);
    }
    let other = thread::spawn(|| {
        waits();
        fills();
    });
    looks(());
    other.join().unwrap();
}

/// Must fail: use after free. It writes.
fn written_too_late() {
    let other = thread::spawn(|| {
        let mut x = 5;
        waits_for(&mut x);
    });
    let place = address();
    GO.store(true, Release);
    unsafe { *place = 6 };
    other.join().unwrap();
}

struct Node {
    thread: thread::Thread,
    go: AtomicBool,
}

struct Head(*const Node);
// SAFETY: whether it is right is what these scenarios are about.
unsafe impl Send for Head {}

fn list_of_waiters(wakes: fn(*const Node)) {
    let head = Mutex::new(Head(null_mut()));
    thread::scope(|scope| {
        scope.spawn(|| {
            let node = Node { thread: thread::current(), go: AtomicBool::new(false) };
            *head.lock().unwrap() = Head(&raw const node);
            while !node.go.load(Acquire) {
                thread::park();
            }
        });
        loop {
            let node = head.lock().unwrap().0;
            if !node.is_null() {
                wakes(node);
                break;
            }
            thread::yield_now();
        }
    });
}

/// Must fail: use after free. The handle is taken out of the node when that may be gone.
fn woken_by_what_is_gone() {
    list_of_waiters(|node| unsafe {
        (*node).go.store(true, Release);
        (*node).thread.unpark();
    });
}

/// It is right. The handle is taken out before.
fn woken_by_a_copy() {
    list_of_waiters(|node| unsafe {
        let thread = (*node).thread.clone();
        (*node).go.store(true, Release);
        thread.unpark();
    });
}

/// It is right. It looks first.
fn looked_at_in_time() {
    let other = thread::spawn(|| {
        let mut x = 5;
        waits_for(&mut x);
    });
    let place = address();
    black_box(unsafe { *place });
    GO.store(true, Release);
    other.join().unwrap();
}

/// It is right. It writes first, and the function that waited returns.
fn written_in_time() {
    #[inline(never)]
    fn waits() -> u32 {
        let mut x = 5;
        waits_for(&mut x);
        x
    }
    let other = thread::spawn(|| {
        let found = waits();
        black_box(&mut [7u32; 64]);
        found
    });
    let place = address();
    unsafe { *place = 6 };
    GO.store(true, Release);
    assert_eq!(other.join().unwrap(), 6);
}

/// It is right. A lock and a condition variable on the stack of who waits.
fn a_condition_on_the_stack() {
    type Gate = (Mutex<bool>, Condvar);
    static GATE: AtomicPtr<Gate> = AtomicPtr::new(null_mut());
    let other = thread::spawn(|| {
        let gate: Gate = (Mutex::new(false), Condvar::new());
        let (lock, opened) = &gate;
        let mut open = lock.lock().unwrap();
        GATE.store((&raw const gate).cast_mut(), Release);
        while !*open {
            open = opened.wait(open).unwrap();
        }
    });
    let gate = loop {
        let gate = GATE.load(Acquire);
        if !gate.is_null() {
            break gate;
        }
        thread::yield_now();
    };
    let (lock, opened) = unsafe { &*gate };
    let mut open = lock.lock().unwrap();
    *open = true;
    opened.notify_one();
    drop(open);
    other.join().unwrap();
}

/// It is right. Threads of a scope write into variables of whoever waits for them.
fn borrowed_by_a_scope() {
    #[inline(never)]
    fn sum() -> u32 {
        let (mut left, mut right) = (1, 2);
        thread::scope(|scope| {
            scope.spawn(|| left += 10);
            scope.spawn(|| right += 10);
        });
        left + right
    }
    assert_eq!(sum() + sum(), 46);
}
