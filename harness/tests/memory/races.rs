//! Plain data that two threads touch: what nothing orders is a race, what something orders is none.

use std::cell::UnsafeCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*, fence};
use std::sync::{Barrier, Condvar, Mutex, Once, OnceLock, RwLock, mpsc};
use std::thread;

/// A value that anybody may touch, at their own risk.
#[derive(Default)]
struct Bare(UnsafeCell<[u32; 4]>);

// SAFETY: none. That is what is explored.
unsafe impl Sync for Bare {}

impl Bare {
    fn set(&self, at: usize, value: u32) {
        // SAFETY: whoever calls makes sure of it, or not.
        unsafe { (*self.0.get())[at] = value };
    }

    fn get(&self, at: usize) -> u32 {
        // SAFETY: as above.
        unsafe { (*self.0.get())[at] }
    }
}

/// Must fail: data race. Both add one, with nothing between them.
fn both_add() {
    let bare = Bare::default();
    thread::scope(|scope| {
        scope.spawn(|| bare.set(0, bare.get(0) + 1));
        bare.set(0, bare.get(0) + 1);
    });
}

/// Must fail: data race. One writes, one reads.
fn one_reads() {
    let bare = Bare::default();
    thread::scope(|scope| {
        scope.spawn(|| bare.set(0, 1));
        assert!(bare.get(0) < 2);
    });
}

/// Both only read.
fn both_read() {
    let bare = Bare::default();
    bare.set(0, 7);
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(bare.get(0), 7));
        assert_eq!(bare.get(0), 7);
    });
}

/// Neighbours in memory are not the same.
fn each_has_its_own() {
    let bare = Bare::default();
    thread::scope(|scope| {
        scope.spawn(|| bare.set(0, 1));
        bare.set(1, 1);
    });
    assert_eq!(bare.get(0) + bare.get(1), 2);
}

fn published(store: std::sync::atomic::Ordering, load: std::sync::atomic::Ordering) {
    let (bare, ready) = (Bare::default(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            bare.set(0, 7);
            ready.store(true, store);
        });
        if ready.load(load) {
            assert_eq!(bare.get(0), 7);
        }
    });
}

/// Must fail: data race. A flag that is stored relaxed publishes nothing.
fn relaxed_store() {
    published(Relaxed, Acquire);
}

/// Must fail: data race. A flag that is read relaxed teaches nothing.
fn relaxed_load() {
    published(Release, Relaxed);
}

/// Release and acquire order what is around them.
fn release_and_acquire() {
    published(Release, Acquire);
}

/// Must fail: data race. A fence on one side alone orders nothing.
fn one_fence() {
    let (bare, ready) = (Bare::default(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            bare.set(0, 7);
            ready.store(true, Relaxed);
        });
        if ready.load(Relaxed) {
            fence(Acquire);
            assert_eq!(bare.get(0), 7);
        }
    });
}

/// Fences on both sides do.
fn two_fences() {
    let (bare, ready) = (Bare::default(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            bare.set(0, 7);
            fence(Release);
            ready.store(true, Relaxed);
        });
        if ready.load(Relaxed) {
            fence(Acquire);
            assert_eq!(bare.get(0), 7);
        }
    });
}

/// Must fail: data race. Two `SeqCst` fences, with nothing that one side reads of the other.
fn fences_alone() {
    let bare = Bare::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            bare.set(0, 7);
            fence(SeqCst);
        });
        fence(SeqCst);
        let _ = bare.get(0);
    });
}

/// A chain of updates passes on what the first has published.
fn release_sequence() {
    let (bare, steps) = (Bare::default(), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            bare.set(0, 7);
            steps.store(1, Release);
        });
        scope.spawn(|| steps.fetch_add(10, Relaxed));
        if steps.load(Acquire) == 11 {
            assert_eq!(bare.get(0), 7);
        }
    });
}

/// A lock orders those who take it.
fn under_a_lock() {
    let (bare, lock) = (Bare::default(), Mutex::new(()));
    let add = || {
        let _held = lock.lock().unwrap();
        bare.set(0, bare.get(0) + 1);
    };
    thread::scope(|scope| {
        scope.spawn(add);
        add();
    });
    assert_eq!(bare.get(0), 2);
}

/// Must fail: data race. Each holds a lock, but not the same.
fn under_two_locks() {
    let (bare, locks) = (Bare::default(), [Mutex::new(()), Mutex::new(())]);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _held = locks[0].lock().unwrap();
            bare.set(0, 1);
        });
        let _held = locks[1].lock().unwrap();
        bare.set(0, 2);
    });
}

/// Must fail: data race. Two readers of a lock write what is beside it.
fn written_by_readers() {
    let (bare, lock) = (Bare::default(), RwLock::new(()));
    let write = || {
        let _held = lock.read().unwrap();
        bare.set(0, 1);
    };
    thread::scope(|scope| {
        scope.spawn(write);
        write();
    });
}

/// Spawning, joining, channels, barriers, `Once`, condition variables and park tokens order.
fn everything_else_orders() {
    let bare = Bare::default();
    bare.set(0, 1);
    let (send, receive) = mpsc::channel();
    let (barrier, once) = (Barrier::new(2), Once::new());
    let (done, changed) = (Mutex::new(false), Condvar::new());
    let main = thread::current();
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            bare.set(2, 1);
            main.unpark();
            bare.set(0, bare.get(0) + 1);
            send.send(()).unwrap();
            barrier.wait();
            once.call_once(|| bare.set(1, 1));
            *done.lock().unwrap() = true;
            changed.notify_one();
        });
        // First: a channel may leave a token.
        thread::park();
        assert_eq!(bare.get(2), 1);
        receive.recv().unwrap();
        assert_eq!(bare.get(0), 2);
        barrier.wait();
        once.call_once(|| bare.set(1, 1));
        assert_eq!(bare.get(1), 1);
        let mut guard = done.lock().unwrap();
        while !*guard {
            guard = changed.wait(guard).unwrap();
        }
        drop(guard);
        other.join().unwrap();
    });
}

/// Must fail: data race. A thread that is not joined yet.
fn read_before_the_join() {
    let bare = Bare::default();
    thread::scope(|scope| {
        let other = scope.spawn(|| bare.set(0, 1));
        let early = bare.get(0);
        other.join().unwrap();
        assert!(early < 2);
    });
}

/// Must fail: data race. What was written beside the spawn, not before it.
fn written_after_the_spawn() {
    let bare = Bare::default();
    thread::scope(|scope| {
        scope.spawn(|| bare.get(3));
        bare.set(3, 1);
    });
}

/// Two volatile accesses race in name only: they are meant.
fn both_volatile() {
    let bare = Bare::default();
    let place = bare.0.get() as usize;
    thread::scope(|scope| {
        // SAFETY: none; that is what is explored.
        scope.spawn(move || unsafe { (place as *mut u32).write_volatile(1) });
        // SAFETY: as above.
        let _ = unsafe { (place as *const u32).read_volatile() };
    });
}

/// Must fail: data race. One volatile access is not enough.
fn one_volatile() {
    let bare = Bare::default();
    let place = bare.0.get() as usize;
    thread::scope(|scope| {
        // SAFETY: none; that is what is explored.
        scope.spawn(move || unsafe { (place as *mut u32).write_volatile(1) });
        let _ = bare.get(0);
    });
}

/// A text of one's own, longer than the compiler compares at once.
fn text() -> (&'static TextCell, &'static str) {
    let said = "what everybody reads, and one writes";
    (Box::leak(Box::new(TextCell(said.to_owned().into()))), said)
}

struct TextCell(UnsafeCell<String>);

// SAFETY: none, as above.
unsafe impl Sync for TextCell {}

impl TextCell {
    fn write(&self) {
        // SAFETY: none, as above; what it writes is text.
        unsafe { (*self.0.get()).as_bytes_mut()[3] = b'T' };
    }
}

/// Must fail: data race. One compares what the other writes: a call of the C library reads it.
fn compared_beside_a_write() {
    let (text, said) = text();
    let other = thread::spawn(|| text.write());
    // SAFETY: none, as above.
    std::hint::black_box(unsafe { *text.0.get() == said });
    other.join().unwrap();
}

/// Must fail: data race. One clones what the other writes: code that `std` has precompiled reads it.
fn cloned_beside_a_write() {
    let (text, _) = text();
    let other = thread::spawn(|| text.write());
    // SAFETY: none, as above.
    std::hint::black_box(unsafe { (*text.0.get()).clone() });
    other.join().unwrap();
}

/// Compared and cloned after the other has ended.
fn compared_after_a_write() {
    let (text, said) = text();
    thread::spawn(|| text.write()).join().unwrap();
    // SAFETY: the other thread is gone.
    let now = unsafe { (*text.0.get()).clone() };
    assert_ne!(now, said);
}

/// The keys of a new map come from a place that std has once for each thread of the operating system, and all explored threads share that.
fn a_map_in_each_thread() {
    thread::scope(|scope| {
        scope.spawn(|| HashMap::from([(1, 2)]).len());
        let map: HashMap<u32, u32> = HashMap::default();
        assert!(map.is_empty());
    });
}

/// So do those of what hashes with them.
fn a_hasher_in_each_thread() {
    let twice = || {
        let hasher = RandomState::new();
        assert_eq!(hasher.hash_one(1), hasher.hash_one(1));
    };
    let other = thread::spawn(twice);
    twice();
    other.join().unwrap();
}

std::thread_local! {
    static OWN: std::cell::Cell<u32> = const { std::cell::Cell::new(5) };
}

/// Must fail: data race. A thread's own value, which another one writes through a pointer.
fn a_local_of_another() {
    let address = OWN.with(|own| own.as_ptr().expose_provenance());
    // SAFETY: none.
    let other = thread::spawn(move || unsafe {
        *std::ptr::with_exposed_provenance_mut::<u32>(address) = 1;
    });
    OWN.set(9);
    other.join().unwrap();
}

/// Must fail: data race. Whether a thread has finished says nothing of what it did.
fn finished_and_not_joined() {
    let bare = Bare::default();
    thread::scope(|scope| {
        let other = scope.spawn(|| bare.set(0, 1));
        if other.is_finished() {
            assert_eq!(bare.get(0), 1);
        }
    });
}

/// Joined, it does.
fn finished_and_joined() {
    let bare = Bare::default();
    thread::scope(|scope| {
        let other = scope.spawn(|| bare.set(0, 1));
        while !other.is_finished() {
            thread::yield_now();
        }
        other.join().unwrap();
        assert_eq!(bare.get(0), 1);
    });
}

/// The lock of a standard stream orders as others do.
fn under_the_lock_of_a_stream() {
    let bare = Bare::default();
    let add = || {
        let _alone = std::io::stdout().lock();
        bare.set(0, bare.get(0) + 1);
    };
    thread::scope(|scope| {
        scope.spawn(add);
        add();
    });
    assert_eq!(bare.get(0), 2);
}

/// Must fail: data race. Two streams, two locks.
fn under_the_locks_of_two_streams() {
    let bare = Bare::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            let _alone = std::io::stderr().lock();
            bare.set(0, bare.get(0) + 1);
        });
        let _alone = std::io::stdout().lock();
        bare.set(0, bare.get(0) + 1);
    });
}

static mut NUMBER: u32 = 0;

/// Gives all types the same.
trait Bump {
    fn bump(&self) {
        // SAFETY: it is not.
        unsafe { NUMBER += 1 }
    }

    fn bump_by_a_closure(&self) {
        // SAFETY: as above.
        let bump = || unsafe { NUMBER += 1 };
        bump();
    }
}

impl Bump for Mutex<u32> {}
impl<T> Bump for mpsc::Sender<T> {}
impl Bump for AtomicUsize {}

/// Calls it in two threads.
fn twice(call: impl Fn() + Sync) {
    thread::scope(|scope| {
        scope.spawn(&call);
        call();
    });
}

/// Must fail: data race. The method is the user's, whoever's the type is.
fn a_method_that_a_trait_gives_to_a_lock() {
    let lock = Mutex::new(0);
    twice(|| lock.bump());
}

/// Must fail: data race. Likewise.
fn a_method_that_a_trait_gives_to_an_atomic() {
    let number = AtomicUsize::new(0);
    twice(|| number.bump());
}

/// Must fail: data race. Likewise, in a closure.
fn a_closure_that_a_trait_gives_to_a_sender() {
    let (sender, _receiver) = mpsc::channel::<u32>();
    let sender = Mutex::new(sender);
    twice(|| {
        let own = sender.lock().unwrap().clone();
        own.bump_by_a_closure();
    });
}

/// In order, it is none.
fn a_method_that_a_trait_gives_and_a_lock_orders() {
    let lock = Mutex::new(0);
    twice(|| {
        let _guard = lock.lock();
        lock.bump();
    });
}

/// Must fail: data race. To clone what is in a cell is to read it.
fn a_clone_of_a_cell() {
    let mut numbers = vec![1_u32, 2];
    let first = AtMyRisk(numbers.as_mut_ptr());
    let cell = OnceLock::from(numbers);
    thread::scope(|scope| {
        scope.spawn(|| first.put(5));
        assert_eq!(cell.clone().get().map(Vec::len), Some(2));
    });
}

/// A pointer that anybody may use.
struct AtMyRisk(*mut u32);

// SAFETY: none. That is what is explored.
unsafe impl Sync for AtMyRisk {}
// SAFETY: as above.
unsafe impl Send for AtMyRisk {}

impl AtMyRisk {
    fn put(&self, value: u32) {
        // SAFETY: whoever calls makes sure of it, or not.
        unsafe { *self.0 = value }
    }
}
