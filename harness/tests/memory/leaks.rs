//! Memory that is left behind when the program ends.
//!
//! Memory must not leak.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::AtomicPtr;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, OnceLock, RwLock, Weak, mpsc};
use std::thread;

/// Must fail: memory is leaked.
fn forgotten() {
    std::mem::forget(Box::new(7_u64));
}

/// Must fail: memory is leaked.
fn a_thread_forgets() {
    let other = thread::spawn(|| {
        Box::leak(vec![1, 2, 3].into_boxed_slice()).len()
    });
    assert_eq!(other.join().unwrap(), 3);
}

struct Node {
    next: RefCell<Option<Rc<Node>>>,
}

/// Must fail: memory is leaked.
fn a_circle() {
    let first = Rc::new(Node { next: RefCell::new(None) });
    let second = Rc::new(Node { next: RefCell::new(Some(Rc::clone(&first))) });
    *first.next.borrow_mut() = Some(second);
}

struct Parent {
    children: Mutex<Vec<Arc<Child>>>,
}

struct Child {
    parent: Weak<Parent>,
}

/// The way back keeps nobody alive.
fn a_weak_way_back() {
    let parent = Arc::new(Parent { children: Mutex::new(Vec::new()) });
    let child = Arc::new(Child { parent: Arc::downgrade(&parent) });
    parent.children.lock().unwrap().push(Arc::clone(&child));
    assert!(child.parent.upgrade().is_some());
}

/// A stack that has no destructor.
struct Stack {
    head: AtomicPtr<Entry>,
}

struct Entry {
    value: u32,
    next: *mut Entry,
}

impl Stack {
    fn new() -> Self {
        Self { head: AtomicPtr::new(std::ptr::null_mut()) }
    }

    fn push(&self, value: u32) {
        let entry = Box::into_raw(Box::new(Entry { value, next: std::ptr::null_mut() }));
        loop {
            let head = self.head.load(Relaxed);
            // SAFETY: nobody else knows the entry yet.
            unsafe { (*entry).next = head };
            if self.head.compare_exchange(head, entry, Release, Relaxed).is_ok() {
                return;
            }
        }
    }

    /// Only one thread takes away.
    fn pop(&self) -> Option<u32> {
        loop {
            let head = self.head.load(Acquire);
            if head.is_null() {
                return None;
            }
            // SAFETY: entries are freed by this thread alone.
            let next = unsafe { (*head).next };
            if self.head.compare_exchange(head, next, AcqRel, Relaxed).is_ok() {
                // SAFETY: it was taken away, and nobody else frees it.
                return Some(unsafe { Box::from_raw(head) }.value);
            }
        }
    }
}

/// Must fail: memory is leaked.
fn what_is_left_in_a_stack() {
    let stack = Stack::new();
    thread::scope(|scope| {
        scope.spawn(|| stack.push(1));
        // Whether it is there yet depends.
        stack.pop();
    });
}

/// Nothing is left.
fn a_stack_that_is_emptied() {
    let stack = Stack::new();
    thread::scope(|scope| {
        scope.spawn(|| stack.push(1));
        stack.push(2);
    });
    assert_eq!(stack.pop().unwrap() + stack.pop().unwrap(), 3);
}

/// Only if the other is quicker.
///
/// Must fail: memory is leaked.
fn in_some_orders() {
    let slot = Mutex::new(None);
    thread::scope(|scope| {
        scope.spawn(|| *slot.lock().unwrap() = Some(Box::new(5)));
        if let Some(boxed) = slot.lock().unwrap().take() {
            Box::leak(boxed);
        }
    });
}

static ONCE: OnceLock<Vec<String>> = OnceLock::new();
static LAZY: LazyLock<Mutex<HashMap<u32, Box<u32>>>> = LazyLock::new(Mutex::default);
static PLACE: AtomicPtr<u64> = AtomicPtr::new(std::ptr::null_mut());

/// The program may want it until its end.
fn what_statics_hold_is_kept() {
    ONCE.get_or_init(|| vec!["a string that is long enough".to_owned()]);
    thread::spawn(|| LAZY.lock().unwrap().insert(1, Box::new(2))).join().unwrap();
    PLACE.store(Box::leak(Box::new(3)), Release);
    assert!(LAZY.lock().unwrap().contains_key(&1));
}

/// Must fail: memory is leaked.
fn what_a_static_held_once() {
    PLACE.store(Box::leak(Box::new(3)), Release);
    PLACE.store(std::ptr::null_mut(), Release);
}

thread_local! {
    static MINE: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
    static FLAG: Cell<bool> = const { Cell::new(false) };
}

/// What the program gives to std, std frees.
fn everything_that_std_frees_itself() {
    let pair = (Mutex::new(vec![0]), Condvar::new());
    let lock = RwLock::new(String::from("read"));
    let barrier = Barrier::new(2);
    let (send, receive) = mpsc::channel();
    let (late, _never) = mpsc::sync_channel(3);
    late.send(vec![1]).unwrap();
    thread::scope(|scope| {
        let other = thread::Builder::new().name("other".to_owned()).spawn_scoped(scope, || {
            MINE.with_borrow_mut(|mine| mine.push(1));
            FLAG.set(true);
            pair.0.lock().unwrap().push(1);
            pair.1.notify_one();
            send.send(lock.read().unwrap().clone()).unwrap();
            barrier.wait();
        });
        MINE.with_borrow_mut(|mine| mine.push(2));
        let woken = pair.1.wait_while(pair.0.lock().unwrap(), |all| all.len() < 2);
        drop(woken.unwrap());
        barrier.wait();
        other.unwrap().join().unwrap();
    });
    assert_eq!(receive.recv().unwrap(), "read");
    let ending = String::from("what the hook has is kept");
    std::panic::set_hook(Box::new(move |_| assert!(ending.ends_with("kept"))));
    let caught = thread::spawn(|| panic!("a message of {} words", 4)).join();
    drop(caught.unwrap_err());
}
