//! Statics are as they were at the start of each execution, whoever's type they are.

use std::cell::{Cell, UnsafeCell};
use std::hint::{black_box, spin_loop};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::sync::{LazyLock, Mutex, Once, OnceLock, RwLock};
use std::thread;

struct Lazy {
    once: Once,
    make: Cell<Option<fn() -> Vec<u32>>>,
    value: UnsafeCell<Vec<u32>>,
}

// SAFETY: what is in it is written within the `Once` only.
unsafe impl Sync for Lazy {}

static LAZY: Lazy = Lazy {
    once: Once::new(),
    make: Cell::new(Some(|| vec![1, 2, 3])),
    value: UnsafeCell::new(Vec::new()),
};

fn lazy() -> &'static [u32] {
    LAZY.once.call_once(|| {
        let make = LAZY.make.take().expect("it is made once in each execution");
        // SAFETY: within the `Once`.
        unsafe { *LAZY.value.get() = make() };
    });
    // SAFETY: after the `Once`.
    unsafe { &*LAZY.value.get() }
}

/// A lazy value of one's own, as crates have it: a `Once` beside plain cells.
fn a_lazy_value_of_one_s_own() {
    let other = thread::spawn(|| lazy().len());
    assert_eq!(lazy().len(), 3);
    assert_eq!(other.join().unwrap(), 3);
}

static LOCK: Mutex<()> = Mutex::new(());
static mut CALLS: u32 = 0;

fn call() {
    let _held = LOCK.lock().unwrap();
    // SAFETY: under the lock.
    unsafe { CALLS += 1 };
}

/// A `static mut` under a lock begins at 0 in every execution.
fn static_mut_under_a_lock() {
    let other = thread::spawn(call);
    call();
    other.join().unwrap();
    // SAFETY: the other thread has been joined.
    assert_eq!(unsafe { CALLS }, 2);
}

/// Must fail: data race. A `static mut` without one.
fn static_mut_without_a_lock() {
    // SAFETY: none: that is what is explored.
    let call = || unsafe { CALLS += 1 };
    let other = thread::spawn(call);
    call();
    other.join().unwrap();
}

static WORDS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LATER: LazyLock<Mutex<u32>> = LazyLock::new(Mutex::default);
static ONCE: OnceLock<String> = OnceLock::new();
static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// Those of std's own types.
fn those_of_std() {
    let work = || {
        WORDS.lock().unwrap().push("word".into());
        *LATER.lock().unwrap() += 1;
        ONCE.get_or_init(|| "once".into());
        NUMBER.fetch_add(1, Relaxed);
    };
    let other = thread::spawn(work);
    work();
    other.join().unwrap();
    assert_eq!(WORDS.lock().unwrap().len(), 2);
    assert_eq!((*LATER.lock().unwrap(), NUMBER.load(Relaxed)), (2, 2));
}

static MAIN_WAS_FIRST: AtomicBool = AtomicBool::new(false);

/// Does it in the order that is tried first, and not in the other one, which must find the statics as they were.
fn in_the_first_order(act: fn()) {
    let other = thread::spawn(move || {
        if MAIN_WAS_FIRST.load(SeqCst) {
            act();
        }
    });
    MAIN_WAS_FIRST.store(true, SeqCst);
    other.join().unwrap();
}

/// Must fail: panic. Who holds the lock panics in one order only.
fn poisoned_in_one_order() {
    static LOCK: Mutex<u32> = Mutex::new(0);
    in_the_first_order(|| {
        drop(catch_unwind(|| {
            let _held = LOCK.lock();
            panic!();
        }));
    });
    assert!(LOCK.is_poisoned());
}

/// Must fail: panic. The same with a lock for readers and writers.
fn poisoned_by_a_writer_in_one_order() {
    static LOCK: RwLock<u32> = RwLock::new(0);
    in_the_first_order(|| {
        drop(catch_unwind(|| {
            let _held = LOCK.write();
            panic!();
        }));
    });
    assert!(LOCK.is_poisoned());
}

/// Must fail: panic. Poison is cleared in one order only.
fn cleared_in_one_order() {
    static LOCK: Mutex<u32> = Mutex::new(0);
    drop(catch_unwind(|| {
        let _held = LOCK.lock();
        panic!();
    }));
    in_the_first_order(|| LOCK.clear_poison());
    assert!(!LOCK.is_poisoned());
}

/// Must fail: panic. A value is set in one order only.
fn set_in_one_order() {
    static CELL: OnceLock<Vec<u32>> = OnceLock::new();
    in_the_first_order(|| CELL.set(vec![1]).unwrap());
    assert!(CELL.get().is_some());
}

/// Must fail: panic. An initialisation panics in one order only.
fn broken_in_one_order() {
    static ONCE: Once = Once::new();
    in_the_first_order(|| drop(catch_unwind(|| ONCE.call_once(|| panic!()))));
    assert!(catch_unwind(|| ONCE.call_once(|| ())).is_err());
}

/// Must fail: panic. A guard is forgotten in one order only.
fn locked_for_good_in_one_order() {
    static LOCK: Mutex<u32> = Mutex::new(0);
    in_the_first_order(|| std::mem::forget(LOCK.lock()));
    assert!(LOCK.try_lock().is_err());
}

/// A lock of one's own.
struct Spin<T> {
    held: AtomicBool,
    value: UnsafeCell<T>,
}
// SAFETY: under the lock.
unsafe impl<T: Send> Sync for Spin<T> {}

impl<T> Spin<T> {
    const fn new(value: T) -> Self {
        Spin { held: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }
    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        while self.held.compare_exchange(false, true, Acquire, Relaxed).is_err() {
            spin_loop()
        }
        let result = f(unsafe { &mut *self.value.get() });
        self.held.store(false, Release);
        result
    }
}

fn two(f: impl Fn() + Sync) {
    thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(|| f());
        }
    });
}

/// It is right.
fn std_gives_a_static_room() {
    static S: Spin<Vec<u8>> = Spin::new(Vec::new());
    two(|| {
        S.with(|s| {
            s.reserve(10);
            s.push(1);
            s.shrink_to_fit()
        })
    });
    S.with(|s| assert_eq!(s.len(), 2));
}

/// It is right.
fn std_clones_into_a_static() {
    static S: Spin<String> = Spin::new(String::new());
    two(|| {
        S.with(|s| {
            let t = format!("{s}ab");
            s.clone_from(&t)
        })
    });
    S.with(|s| assert_eq!(s, "abab"));
}

/// It is right.
fn std_copies_into_a_static() {
    static S: Spin<[u8; 64]> = Spin::new([0; 64]);
    two(|| {
        S.with(|s| {
            let n = s[0] + 1;
            assert!(n < 3);
            s.copy_from_slice(&black_box([n; 64]))
        })
    });
}

/// It is right.
fn remembers() {
    static mut T: [u8; 64] = [0; 64];
    static M: Mutex<u32> = Mutex::new(0);
    thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(|| *M.lock().unwrap() += 1);
        }
    });
    unsafe {
        assert_eq!(black_box(T[5]), 0);
        (*(&raw mut T)).copy_from_slice(&black_box([7; 64]));
        assert_eq!(black_box(T[5]), 7);
    }
}

/// It is right.
fn safe_remembers() {
    static T: Mutex<[u8; 64]> = Mutex::new([0; 64]);
    thread::scope(|s| {
        for _ in 0..2 {
            s.spawn(|| {
                let mut all = T.lock().unwrap();
                let n = all[0] + 1;
                assert!(n < 3);
                all.copy_from_slice(&black_box([n; 64]));
            });
        }
    });
}

#[unsafe(no_mangle)]
static mut COUNT_WITH_A_NAME: u32 = 0;
#[unsafe(export_name = "a count of one's own")]
static mut COUNT_WITH_ANOTHER_NAME: u32 = 0;
static mut COUNT: u32 = 0;

trait Looks {
    fn third() -> bool;
}
/// A function of a type that is another crate's.
impl<T> Looks for Vec<T> {
    #[inline(never)]
    fn third() -> bool {
        static mut IN_A_FUNCTION: u32 = 0;
        third(&raw mut IN_A_FUNCTION)
    }
}

#[inline(never)]
fn third(count: *mut u32) -> bool {
    unsafe {
        *count += 1;
        *count >= 3
    }
}

fn gives_up(give_up: impl Fn() -> bool) {
    let flag = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| flag.store(true, Relaxed));
        while !flag.load(Relaxed) {
            assert!(!give_up(), "too slow");
        }
    });
}

/// Must fail: panic. A loop that counts is not in vain, wherever it counts.
fn counts_in_a_static() {
    gives_up(|| third(&raw mut COUNT));
}

/// Must fail: panic.
fn counts_in_a_static_with_a_name() {
    gives_up(|| third(&raw mut COUNT_WITH_A_NAME));
}

/// Must fail: panic.
fn counts_in_a_static_with_another_name() {
    gives_up(|| third(&raw mut COUNT_WITH_ANOTHER_NAME));
}

/// Must fail: panic.
fn counts_in_a_static_of_a_foreign_type() {
    gives_up(<Vec<u32> as Looks>::third);
}

const fn reversed<const N: usize>() -> [u32; N] {
    let mut numbers = [0; N];
    let mut i = 0;
    while i < N {
        numbers[i] = (N - 1 - i) as u32;
        i += 1;
    }
    numbers
}

static mut LARGE_NUMBERS: [u32; 20_000] = reversed();
static mut SMALL_NUMBERS: [u32; 10_000] = reversed();

fn sorts(numbers: &mut [u32]) {
    static CHANGED: AtomicUsize = AtomicUsize::new(0);
    assert_eq!(numbers[0], numbers.len() as u32 - 1);
    numbers.sort_unstable();
    // Two executions.
    thread::scope(|scope| {
        scope.spawn(|| CHANGED.fetch_add(1, Relaxed));
        scope.spawn(|| CHANGED.fetch_add(1, Relaxed));
    });
}

/// What precompiled code of std writes is put back, also in a large static.
fn a_large_one_is_sorted() {
    sorts(unsafe { &mut *(&raw mut LARGE_NUMBERS) });
}

/// And in one that lies beside it.
fn a_small_one_is_sorted() {
    sorts(unsafe { &mut *(&raw mut SMALL_NUMBERS) });
}
