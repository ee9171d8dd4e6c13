//! Loops that wait, where memory is watched: a round in vain is told as one, whatever the watching leaves on the stack.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::*};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, RwLock};
use std::thread;

/// Must fail: livelock. Each holds a lock and tries to take the other's.
fn each_tries_the_other_s_lock() {
    let (a, b) = (Mutex::new(()), Mutex::new(()));
    thread::scope(|scope| {
        scope.spawn(|| {
            let _held = a.lock().unwrap();
            while b.try_lock().is_err() {
                spin_loop();
            }
        });
        let _held = b.lock().unwrap();
        while a.try_lock().is_err() {
            spin_loop();
        }
    });
}

/// Must fail: livelock. The same without a scope.
fn each_tries_the_other_s_shared_lock() {
    let (a, b) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
    let (first, second) = (Arc::clone(&a), Arc::clone(&b));
    let other = thread::spawn(move || {
        let _held = first.lock().unwrap();
        while second.try_lock().is_err() {
            spin_loop();
        }
    });
    {
        let _held = b.lock().unwrap();
        while a.try_lock().is_err() {
            spin_loop();
        }
    }
    other.join().unwrap();
}

/// Must fail: livelock. A writer and a reader.
fn a_reader_and_a_writer_try() {
    let (a, b) = (RwLock::new(()), RwLock::new(()));
    thread::scope(|scope| {
        scope.spawn(|| {
            let _held = a.write().unwrap();
            while b.try_write().is_err() {
                spin_loop();
            }
        });
        let _held = b.read().unwrap();
        while a.try_read().is_err() {
            spin_loop();
        }
    });
}

/// It is right: they take the locks in one order.
fn both_try_in_one_order() {
    let (a, b) = (Mutex::new(()), Mutex::new(()));
    let take_both = || {
        let _first = a.lock().unwrap();
        while b.try_lock().is_err() {
            spin_loop();
        }
    };
    thread::scope(|scope| {
        scope.spawn(take_both);
        take_both();
    });
}

static mut LATE: bool = false;
static mut OTHER: bool = false;
static GO: AtomicBool = AtomicBool::new(false);
static LOOKED: AtomicU32 = AtomicU32::new(0);

fn plain(at: *const bool) -> bool {
    // SAFETY: the address of a static.
    unsafe { black_box(at).read() }
}

fn volatile(at: *const bool) -> bool {
    // SAFETY: as above.
    unsafe { at.read_volatile() }
}

fn write_volatile(at: *mut bool) {
    // SAFETY: as above.
    unsafe { at.write_volatile(true) };
}

/// Must fail: data race. Nothing in the loop is a step.
fn plain_memory_is_read_until_it_changes() {
    thread::scope(|scope| {
        scope.spawn(|| unsafe { LATE = true });
        while !plain(&raw const LATE) {
            spin_loop();
        }
    });
}

/// Must fail: data race. Not even a hint.
fn plain_memory_is_read_in_a_bare_loop() {
    thread::scope(|scope| {
        scope.spawn(|| unsafe { LATE = true });
        while !plain(&raw const LATE) {}
    });
}

/// Must fail: data race. The loop counts, and is never where it was before.
fn plain_memory_is_read_and_counted() {
    thread::scope(|scope| {
        scope.spawn(|| unsafe { LATE = true });
        let mut rounds = 0_u64;
        while !plain(&raw const LATE) {
            rounds += 1;
        }
        black_box(rounds);
    });
}

/// One order of volatile accesses is right.
fn volatile_memory_is_read_until_it_changes() {
    thread::scope(|scope| {
        scope.spawn(|| write_volatile(&raw mut LATE));
        while !volatile(&raw const LATE) {
            spin_loop();
        }
    });
}

/// The same without a hint.
fn volatile_memory_is_read_in_a_bare_loop() {
    thread::scope(|scope| {
        scope.spawn(|| write_volatile(&raw mut LATE));
        while !volatile(&raw const LATE) {}
    });
}

/// Whoever writes comes late, and the loop looks at an atomic too, which nobody changes.
fn volatile_memory_changes_late() {
    thread::scope(|scope| {
        scope.spawn(|| {
            while !GO.load(Acquire) {
                spin_loop();
            }
            write_volatile(&raw mut LATE);
        });
        scope.spawn(|| GO.store(true, Release));
        while !volatile(&raw const LATE) {
            LOOKED.load(Relaxed);
            thread::yield_now();
        }
    });
}

/// Must fail: livelock. Nobody writes it.
fn volatile_memory_that_nobody_writes() {
    thread::scope(|scope| {
        scope.spawn(|| write_volatile(&raw mut OTHER));
        while !volatile(&raw const LATE) {
            spin_loop();
        }
    });
}

/// Must fail: livelock. Each writes only when the other has.
fn two_wait_for_each_other_s_volatile_memory() {
    thread::scope(|scope| {
        scope.spawn(|| {
            while !volatile(&raw const OTHER) {
                thread::yield_now();
            }
            write_volatile(&raw mut LATE);
        });
        while !volatile(&raw const LATE) {
            thread::yield_now();
        }
        write_volatile(&raw mut OTHER);
    });
}

/// A thread that reads very much, and waits for nothing.
fn much_is_read() {
    let (numbers, sum) = (vec![1_u32; 4096], Mutex::new(0_u64));
    let add = || {
        let mut all = 0;
        for _ in 0..300 {
            all += black_box(&numbers).iter().map(|&number| u64::from(number)).sum::<u64>();
        }
        *sum.lock().unwrap() += all;
    };
    thread::scope(|scope| {
        scope.spawn(add);
        add();
    });
    assert_eq!(sum.into_inner().unwrap(), 2 * 300 * 4096);
}

/// Gigabytes that are zero take no time, and may be had twice.
fn much_memory_is_zero() {
    thread::scope(|scope| {
        scope.spawn(|| drop(black_box(vec![1_u8; 1 << 17])));
        for _ in 0..2 {
            let zeros = black_box(vec![0_u8; 3 << 30]);
            assert_eq!((zeros[0], zeros[zeros.len() - 1]), (0, 0));
        }
    });
}

/// The value is a reference to a local of main, which main has lent to the others.
fn polls_a_mutex_of_a_reference() {
    let mut x = 0;
    let lock = Mutex::new(&mut x);
    thread::scope(|scope| {
        scope.spawn(|| while **lock.lock().unwrap() == 0 {});
        **lock.lock().unwrap() = 1;
    });
}

/// The same with a part of an array.
fn polls_a_mutex_of_a_slice() {
    let mut x = [0_u8; 4];
    let lock = Mutex::new(&mut x[..]);
    thread::scope(|scope| {
        scope.spawn(|| while lock.lock().unwrap()[2] == 0 {});
        lock.lock().unwrap()[2] = 1;
    });
}

/// What is under the lock is changed through a shared reference.
fn polls_a_mutex_of_a_cell() {
    let lock = Mutex::new(Cell::new(false));
    thread::scope(|scope| {
        scope.spawn(|| while !lock.lock().unwrap().get() {});
        lock.lock().unwrap().set(true);
    });
}

/// And by a cell that counts who has borrowed it.
fn polls_a_mutex_of_a_refcell() {
    let lock = Mutex::new(RefCell::new(0));
    thread::scope(|scope| {
        scope.spawn(|| while *lock.lock().unwrap().borrow() == 0 {});
        *lock.lock().unwrap().borrow_mut() = 1;
    });
}

/// Readers and a writer.
fn polls_a_rwlock_of_a_reference() {
    let mut x = 0;
    let lock = RwLock::new(&mut x);
    thread::scope(|scope| {
        scope.spawn(|| while **lock.read().unwrap() == 0 {});
        **lock.write().unwrap() = 1;
    });
}

/// By `try_lock`, with a yield.
fn tries_a_mutex_of_a_reference() {
    let mut x = 0;
    let lock = Mutex::new(&mut x);
    thread::scope(|scope| {
        scope.spawn(|| {
            loop {
                if let Ok(guard) = lock.try_lock()
                    && **guard == 1
                {
                    break;
                }
                thread::yield_now();
            }
        });
        **lock.lock().unwrap() = 1;
    });
}

struct Slot(UnsafeCell<u32>);
// SAFETY: who reads the lock may write here, as long as there is one who reads.
unsafe impl Sync for Slot {}

/// A reader changes what is under the lock.
fn readers_change() {
    static LOCK: RwLock<Slot> = RwLock::new(Slot(UnsafeCell::new(0)));
    let other = thread::spawn(|| {
        let guard = LOCK.read().unwrap();
        unsafe { *guard.0.get() = 1 }
    });
    loop {
        let guard = LOCK.write().unwrap();
        if unsafe { *guard.0.get() } == 1 {
            break;
        }
    }
    other.join().unwrap();
}

static BESIDE: AtomicU32 = AtomicU32::new(0);
static mut SEEN: bool = false;

/// What it waits for is plain memory, and it looks at an atomic as well.
fn polls_a_volatile_beside_an_atomic() {
    let other = thread::spawn(|| unsafe { (&raw mut SEEN).write_volatile(true) });
    while !unsafe { (&raw const SEEN).read_volatile() } {
        BESIDE.load(Relaxed);
    }
    other.join().unwrap();
}

/// Must fail: livelock. Nobody ever changes what it looks at, and others have changed something else.
fn polls_what_nobody_changes() {
    let mut x = 0;
    let lock = Mutex::new(&mut x);
    let mut other = 0;
    thread::scope(|scope| {
        scope.spawn(|| while **lock.lock().unwrap() == 0 {});
        other += std::hint::black_box(1);
    });
    assert_eq!(other, 1);
}

struct Waits(Receiver<()>);
impl Drop for Waits {
    fn drop(&mut self) {
        self.0.recv().unwrap();
    }
}
thread_local! {
    static WAITS: RefCell<Option<Waits>> = const { RefCell::new(None) };
}

fn polls_the_end(pause: fn()) {
    let (sender, receiver) = channel();
    let other = thread::spawn(move || WAITS.with(|w| *w.borrow_mut() = Some(Waits(receiver))));
    while !other.is_finished() {
        pause();
    }
    sender.send(()).unwrap();
    other.join().unwrap();
}

/// A thread has finished before its thread-locals are gone.
fn polls_whether_a_thread_has_finished() {
    polls_the_end(|| ());
}

/// The same with a yield.
fn polls_politely_whether_a_thread_has_finished() {
    polls_the_end(thread::yield_now);
}

static SLOTS: RwLock<[AtomicU32; 2]> = RwLock::new([AtomicU32::new(0), AtomicU32::new(0)]);

/// A reader stores into an atomic under the lock, and the writer that polls looks at it without a step.
fn readers_store() {
    thread::scope(|scope| {
        scope.spawn(|| SLOTS.read().unwrap()[0].store(1, Relaxed));
        while *SLOTS.write().unwrap()[0].get_mut() == 0 {}
    });
}
