//! Local variables that another thread uses: when their function returns, or their thread ends, that must know of it.

use std::hint::black_box;
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32};
use std::sync::{Condvar, Mutex, OnceLock, mpsc};
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

struct Place(*const AtomicU32);
// SAFETY: whether it is right is what these scenarios are about.
unsafe impl Send for Place {}

/// Looks at it in another thread.
fn lends(number: &AtomicU32) -> thread::JoinHandle<u32> {
    let place = Place(number);
    thread::spawn(move || {
        let place = place;
        unsafe { (*place.0).load(Acquire) }
    })
}

#[inline(never)]
fn lends_its_own() -> thread::JoinHandle<u32> {
    lends(&AtomicU32::new(5))
}

/// Must fail: use after free. It has returned, and who called it joins.
fn of_a_function_that_has_returned() {
    black_box(lends_its_own().join().unwrap());
}

/// Must fail: use after free. Who called it waits for a message.
fn of_a_function_before_a_message() {
    let (sender, receiver) = mpsc::channel();
    let place = {
        #[inline(never)]
        fn own() -> Place {
            Place(black_box(&AtomicU32::new(5)))
        }
        own()
    };
    let other = thread::spawn(move || {
        let place = place;
        sender.send(unsafe { (*place.0).load(Acquire) }).unwrap();
    });
    black_box(receiver.recv().unwrap());
    other.join().unwrap();
}

/// Must fail: use after free. It was left by a panic.
fn of_a_function_that_was_unwound() {
    let started = Mutex::new(None);
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let number = AtomicU32::new(5);
        *started.lock().unwrap() = Some(lends(&number));
        panic!("leaves");
    }));
    assert!(unwound.is_err());
    let other = started.lock().unwrap().take().unwrap();
    black_box(other.join().unwrap());
}

/// It is right. What a closure owns is there while it runs, wherever it was called.
fn owned_by_closures() {
    let owns = || {
        let number = AtomicU32::new(5);
        move || lends(&number).join().unwrap()
    };
    assert_eq!(catch_unwind(AssertUnwindSafe(owns())).unwrap(), 5);
    assert_eq!(*OnceLock::new().get_or_init(owns()), 5);
    let owned = owns();
    assert_eq!(thread::scope(move |_| owned()), 5);
    assert_eq!(thread::spawn(owns()).join().unwrap(), 5);
}

/// It is right. Its own variables are there while it waits, in whatever way.
fn lent_while_it_waits() {
    let number = AtomicU32::new(5);
    let (sender, receiver) = mpsc::channel();
    let place = Place(&raw const number);
    let other = thread::spawn(move || {
        let place = place;
        sender.send(unsafe { (*place.0).load(Acquire) }).unwrap();
        thread::park();
        unsafe { (*place.0).load(Acquire) }
    });
    assert_eq!(receiver.recv().unwrap(), 5);
    other.thread().unpark();
    assert_eq!(other.join().unwrap(), 5);
}
