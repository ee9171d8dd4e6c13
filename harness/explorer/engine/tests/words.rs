//! Atomics that nobody has created: of zeroed memory, and of memory of somebody else.

use std::mem::{MaybeUninit, zeroed};
use std::sync::Arc;

use explore_engine::sync::Mutex;
use explore_engine::sync::atomic::Ordering::{Relaxed, SeqCst};
use explore_engine::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize,
};
use explore_engine::{Explorer, Outcome, thread};

fn explore(scenario: fn()) -> Outcome {
    Explorer::default().run("scenario", scenario)
}

fn proved(scenario: fn()) {
    let outcome = explore(scenario);
    assert!(outcome.is_proved(), "{outcome}");
}

fn failed(words: &str, scenario: fn()) {
    let outcome = explore(scenario);
    assert!(outcome.is_failed() && outcome.summary.contains(words), "{outcome}");
}

struct Block {
    next: AtomicPtr<Block>,
    slots: [(AtomicUsize, u32); 3],
}

#[test]
fn zeroed_memory_is_an_atomic_that_is_zero() {
    proved(|| {
        // SAFETY: all bytes zero is a value of each of these.
        let (number, set, pointer): (AtomicU64, AtomicBool, AtomicPtr<u8>) = unsafe { zeroed() };
        assert_eq!(number.fetch_add(1, SeqCst), 0);
        assert!(!set.swap(true, SeqCst) && set.load(SeqCst));
        assert!(pointer.load(SeqCst).is_null());
        assert_eq!(format!("{number:?} {set:?}"), "1 true");
    });
    proved(|| {
        // SAFETY: as above.
        let block: Box<Block> = unsafe { Box::new(MaybeUninit::zeroed().assume_init()) };
        block.slots[1].0.store(3, SeqCst);
        assert_eq!((block.slots[0].0.load(SeqCst), block.slots[1].0.load(SeqCst)), (0, 3));
        assert!(block.next.load(SeqCst).is_null() && block.slots[2].1 == 0);
    });
    proved(|| {
        // SAFETY: as above; a mutex is a word and what is in it.
        let lock: Mutex<u32> = unsafe { zeroed() };
        thread::scope(|scope| {
            scope.spawn(|| *lock.lock().unwrap() += 1);
            *lock.lock().unwrap() += 1;
        });
        assert_eq!(lock.into_inner().unwrap(), 2);
    });
}

#[test]
fn zeroed_atomics_are_told_apart_and_explored() {
    failed("an update is lost", || {
        // SAFETY: all bytes zero is a value of it.
        let all: Arc<[AtomicU32; 2]> = Arc::new(unsafe { zeroed() });
        let theirs = Arc::clone(&all);
        let other = thread::spawn(move || theirs[0].store(theirs[0].load(SeqCst) + 1, SeqCst));
        all[0].store(all[0].load(SeqCst) + 1, SeqCst);
        other.join().unwrap();
        assert_eq!(all[0].load(SeqCst), 2, "an update is lost");
    });
    proved(|| {
        // SAFETY: as above.
        let all: Arc<[AtomicU32; 2]> = Arc::new(unsafe { zeroed() });
        let theirs = Arc::clone(&all);
        let other = thread::spawn(move || theirs[1].store(1, SeqCst));
        all[0].store(1, SeqCst);
        other.join().unwrap();
        assert_eq!((all[0].load(SeqCst), all[1].load(SeqCst)), (1, 1));
    });
}

#[test]
fn memory_of_somebody_else_is_an_atomic() {
    proved(|| {
        let mut number = 3_u32;
        // SAFETY: nobody else uses it meanwhile.
        let atomic = unsafe { AtomicU32::from_ptr(&raw mut number) };
        assert_eq!(atomic.swap(7, Relaxed), 3);
        assert_eq!(number, 7, "it is that memory");
        number = 8;
        // SAFETY: as above.
        let atomic = unsafe { AtomicU32::from_ptr(&raw mut number) };
        assert_eq!(atomic.compare_exchange(8, 9, SeqCst, SeqCst), Ok(8));
        assert_eq!(atomic.fetch_add(1, SeqCst), 9);
        assert_eq!(number, 10);
    });
    // A byte of an array, beside others.
    proved(|| {
        let mut bytes = [1_u8, 2, 3];
        // SAFETY: as above.
        let middle = unsafe { AtomicU8::from_ptr(bytes.as_mut_ptr().add(1)) };
        middle.store(9, SeqCst);
        assert_eq!(bytes, [1, 9, 3]);
    });
}

/// Two who see the same memory see the same atomic.
#[test]
fn memory_of_somebody_else_is_explored() {
    struct Shared(*mut u64);
    // SAFETY: it is only used as an atomic by both.
    unsafe impl Send for Shared {}
    impl Shared {
        fn atomic(&self) -> &AtomicU64 {
            // SAFETY: the memory lives as long as the scenario.
            unsafe { AtomicU64::from_ptr(self.0) }
        }
    }
    failed("an update is lost", || {
        let memory = Box::into_raw(Box::new(0_u64));
        let (mine, theirs) = (Shared(memory), Shared(memory));
        let other =
            thread::spawn(move || theirs.atomic().store(theirs.atomic().load(SeqCst) + 1, SeqCst));
        mine.atomic().store(mine.atomic().load(SeqCst) + 1, SeqCst);
        other.join().unwrap();
        // SAFETY: nobody else has it any more.
        assert_eq!(*unsafe { Box::from_raw(memory) }, 2, "an update is lost");
    });
    proved(|| {
        let memory = Box::into_raw(Box::new(0_u64));
        let (mine, theirs) = (Shared(memory), Shared(memory));
        let other = thread::spawn(move || theirs.atomic().fetch_add(1, Relaxed));
        mine.atomic().fetch_add(1, Relaxed);
        other.join().unwrap();
        // SAFETY: nobody else has it any more.
        assert_eq!(*unsafe { Box::from_raw(memory) }, 2);
    });
}

/// Outside of an exploration it is what it is in `std`.
#[test]
fn memory_of_somebody_else_is_an_atomic_where_nothing_is_explored() {
    let mut number = 3_u32;
    // SAFETY: nobody else uses it meanwhile.
    assert_eq!(unsafe { AtomicU32::from_ptr(&raw mut number) }.fetch_add(1, SeqCst), 3);
    assert_eq!(number, 4);
}
