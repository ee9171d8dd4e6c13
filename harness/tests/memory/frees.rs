//! Memory that is given back: too early, twice, or by the right one.

use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering::*};
use std::sync::{Arc, Barrier, Mutex, Once, RwLock, mpsc};
use std::thread;

struct Shared {
    done: AtomicBool,
    count: AtomicUsize,
    value: u64,
}

fn made() -> usize {
    Box::into_raw(Box::new(Shared { done: false.into(), count: 0.into(), value: 7 })) as usize
}

/// # Safety
///
/// None: that is what is explored.
unsafe fn at(place: usize) -> &'static Shared {
    // SAFETY: see above.
    unsafe { &*(place as *const Shared) }
}

fn free(place: usize) {
    // SAFETY: see above.
    drop(unsafe { Box::from_raw(place as *mut Shared) });
}

/// Must fail: use after free. It says that it is done, and counts once more.
fn counts_after_it_is_done() {
    let place = made();
    let other = thread::spawn(move || {
        // SAFETY: see `at`.
        let shared = unsafe { at(place) };
        shared.done.store(true, Release);
        shared.count.fetch_add(1, Relaxed);
    });
    // SAFETY: see `at`.
    while !unsafe { at(place) }.done.load(Acquire) {
        thread::yield_now();
    }
    free(place);
    other.join().unwrap();
}

/// It counts first, and then says that it is done.
fn counts_before_it_is_done() {
    let place = made();
    let other = thread::spawn(move || {
        // SAFETY: see `at`.
        let shared = unsafe { at(place) };
        shared.count.fetch_add(1, Relaxed);
        shared.done.store(true, Release);
    });
    // SAFETY: see `at`.
    while !unsafe { at(place) }.done.load(Acquire) {
        thread::yield_now();
    }
    free(place);
    other.join().unwrap();
}

/// Must fail: use after free. What says that it is done is relaxed, so that the count may come later.
fn done_is_relaxed() {
    let place = made();
    let other = thread::spawn(move || {
        // SAFETY: see `at`.
        let shared = unsafe { at(place) };
        let _ = shared.value;
        shared.done.store(true, Relaxed);
    });
    // SAFETY: see `at`.
    while !unsafe { at(place) }.done.load(Acquire) {
        thread::yield_now();
    }
    free(place);
    other.join().unwrap();
}

/// Must fail: use after free. In one thread.
fn read_after_it_was_freed() {
    let place = made();
    free(place);
    // SAFETY: see `at`.
    let _ = std::hint::black_box(unsafe { at(place) }.value);
}

/// Must fail: use after free. In one thread, which has another value of the same size meanwhile.
fn read_after_another_was_made() {
    let first = Box::into_raw(Box::new(7_u64));
    // SAFETY: made above.
    drop(unsafe { Box::from_raw(first) });
    let second = std::hint::black_box(Box::new(8_u64));
    // SAFETY: none.
    std::hint::black_box(unsafe { *first });
    drop(second);
}

/// A loop that allocates in each round and waits. It comes back to where it was.
fn allocated_in_each_round() {
    let flag = Arc::new(AtomicBool::new(false));
    let theirs = Arc::clone(&flag);
    let other = thread::spawn(move || theirs.store(true, Release));
    while !flag.load(Acquire) {
        for size in [1, 40, 3] {
            drop(std::hint::black_box(vec![0_u8; size]));
        }
        thread::yield_now();
    }
    other.join().unwrap();
}

/// A thread that reads what is at an address.
fn reader(place: usize) -> thread::JoinHandle<u64> {
    // SAFETY: whoever calls makes sure of it, or not.
    thread::spawn(move || unsafe { *std::ptr::with_exposed_provenance::<u64>(place) })
}

/// Must fail: use after free. The local variable of a thread that has ended.
fn read_after_its_thread_ended() {
    let place = thread::spawn(|| (&raw const *std::hint::black_box(&7_u64.swap_bytes())).expose_provenance());
    let place = place.join().unwrap();
    reader(place).join().unwrap();
}

/// The local variable of a function that waits.
fn read_while_its_function_waits() {
    let local = std::hint::black_box(7_u64);
    assert_eq!(reader((&raw const local).expose_provenance()).join().unwrap(), 7);
}

/// Those of several threads, deep in calls, lent to others by a scope.
fn lent_by_a_scope() {
    fn deep(depth: u64) -> u64 {
        let mut local = std::hint::black_box(depth);
        if depth > 0 {
            return deep(depth - 1) + std::hint::black_box(local);
        }
        thread::scope(|scope| {
            let lent = &mut local;
            scope.spawn(|| thread::scope(|inner| drop(inner.spawn(|| *lent += 1))));
        });
        local
    }
    let other = thread::spawn(|| deep(3));
    assert_eq!(deep(2), 4);
    assert_eq!(other.join().unwrap(), 7);
}

/// Must fail: double free. Both look whether it is still there, and both free it.
fn both_free() {
    let place = made();
    let freed = Arc::new(AtomicBool::new(false));
    let free_once = move |freed: &AtomicBool| {
        if !freed.load(SeqCst) {
            freed.store(true, SeqCst);
            free(place);
        }
    };
    let theirs = Arc::clone(&freed);
    let other = thread::spawn(move || free_once(&theirs));
    free_once(&freed);
    other.join().unwrap();
}

/// One of the two frees it, whoever is the first to ask.
fn one_frees() {
    let place = made();
    let freed = Arc::new(AtomicBool::new(false));
    let free_once = move |freed: &AtomicBool| {
        if !freed.swap(true, AcqRel) {
            free(place);
        }
    };
    let theirs = Arc::clone(&freed);
    let other = thread::spawn(move || free_once(&theirs));
    free_once(&freed);
    other.join().unwrap();
}

fn count_down(order: std::sync::atomic::Ordering) {
    let place = made();
    let leave = move || {
        // SAFETY: see `at`.
        let shared = unsafe { at(place) };
        let _ = std::hint::black_box(shared.value);
        if shared.count.fetch_add(1, order) == 1 {
            free(place);
        }
    };
    let other = thread::spawn(leave);
    leave();
    other.join().unwrap();
}

/// The last of two frees.
fn the_last_frees() {
    count_down(AcqRel);
}

/// Must fail: use after free. The last of two frees, and does not know of the other's reads.
fn the_last_frees_relaxed() {
    count_down(Relaxed);
}

/// Must fail: use after free. A list whose reader does not keep what it reads.
fn taken_and_freed() {
    let head = AtomicPtr::new(Box::into_raw(Box::new(1_u64)));
    thread::scope(|scope| {
        scope.spawn(|| {
            let old = head.swap(std::ptr::null_mut(), AcqRel);
            // SAFETY: see `at`.
            drop(unsafe { Box::from_raw(old) });
        });
        let now = head.load(Acquire);
        if !now.is_null() {
            // SAFETY: see `at`.
            assert_eq!(unsafe { *now }, 1);
        }
    });
}

/// What is under a lock is freed by whoever holds it.
fn freed_under_a_lock() {
    let list = Mutex::new(vec![Box::new(1), Box::new(2)]);
    thread::scope(|scope| {
        scope.spawn(|| list.lock().unwrap().pop());
        list.lock().unwrap().clear();
    });
    assert!(list.into_inner().unwrap().is_empty());
}

/// Allocated here, freed there.
fn handed_over() {
    let (send, receive) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || send.send(vec![String::from("a"), String::from("b")]).unwrap());
        let mut all = receive.recv().unwrap();
        all.push("c".into());
        assert_eq!(all.concat(), "abc");
    });
}

std::thread_local! {
    static OWN: std::cell::Cell<u32> = const { std::cell::Cell::new(5) };
    static MADE: std::cell::RefCell<String> = std::cell::RefCell::new("made".to_owned());
}

/// Must fail: use after free. A thread's own value ends with its thread.
fn a_local_of_an_ended_thread() {
    let address = thread::spawn(|| OWN.with(|own| own.as_ptr().expose_provenance()));
    let address = address.join().unwrap();
    // SAFETY: none. That is what is explored.
    assert!(unsafe { *std::ptr::with_exposed_provenance::<u32>(address) } < 7);
}

/// Must fail: use after free. One with a destructor, which the thread that reads it need not have seen to its end.
fn a_local_of_a_thread_that_ends() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let other = thread::spawn(move || {
        sender.send(MADE.with(|made| made.as_ptr().expose_provenance())).unwrap();
    });
    let address = receiver.recv().unwrap();
    // SAFETY: none.
    assert!(unsafe { &*std::ptr::with_exposed_provenance::<String>(address) }.len() < 7);
    other.join().unwrap();
}

/// Lent to another thread, and joined.
fn a_local_that_is_lent() {
    let address = OWN.with(|own| own.as_ptr().expose_provenance());
    OWN.set(1);
    // SAFETY: main waits.
    thread::spawn(move || unsafe { *std::ptr::with_exposed_provenance_mut::<u32>(address) = 2 })
        .join()
        .unwrap();
    assert_eq!(OWN.get(), 2);
}

/// A box, and a pointer to what is in it.
fn boxed() -> (Box<u32>, Bare) {
    let mut owner = Box::new(1_u32);
    let pointer = Bare(&raw mut *owner);
    (owner, pointer)
}

struct Bare(*mut u32);

// SAFETY: none. That is what is explored.
unsafe impl Send for Bare {}

impl Bare {
    fn get(&self) -> u32 {
        // SAFETY: whoever calls makes sure of it, or not.
        std::hint::black_box(unsafe { *self.0 })
    }
}

/// Must fail: use after free. The message goes with the channel.
fn a_message_that_nobody_receives() {
    let (owner, pointer) = boxed();
    let (sender, receiver) = mpsc::channel();
    sender.send(owner).unwrap();
    drop((receiver, sender));
    pointer.get();
}

/// A channel that goes with a message of another thread: what the two did to it is in order.
fn a_message_of_another_thread_that_nobody_receives() {
    let (sender, receiver) = mpsc::channel();
    let other = thread::spawn(move || {
        let mut owner = Box::new(1_u32);
        *owner += 1;
        let _ = sender.send(owner);
    });
    drop(receiver);
    other.join().unwrap();
}

/// Must fail: use after free. The result goes with the handle.
fn a_result_that_nobody_joins() {
    let (owner, pointer) = boxed();
    let other = thread::spawn(move || owner);
    while !other.is_finished() {
        thread::yield_now();
    }
    drop(other);
    pointer.get();
}

/// Must fail: use after free. Large blocks are blocks.
fn a_large_block() {
    let bytes = vec![1_u8; 200_000];
    let inside = &raw const bytes[5];
    drop(bytes);
    // SAFETY: it is not.
    std::hint::black_box(unsafe { *inside });
}

/// Must fail: use after free. Likewise, beside who frees it.
fn a_large_block_that_grows() {
    let mut bytes = vec![1_u32; 50_000];
    let inside = Bare(&raw mut bytes[5]);
    let other = thread::spawn(move || inside.get());
    bytes.push(1);
    other.join().unwrap();
}

/// In order, that is nothing.
fn a_large_block_that_grows_afterwards() {
    let mut bytes = vec![1_u32; 50_000];
    let inside = Bare(&raw mut bytes[5]);
    thread::spawn(move || inside.get()).join().unwrap();
    bytes.push(1);
    assert_eq!(bytes[5], 1);
}

/// A value, and a pointer to it that outlives it.
fn lent<T>(value: T) -> (Box<T>, Lent<T>) {
    let owner = Box::new(value);
    let pointer = Lent(&raw const *owner);
    (owner, pointer)
}

struct Lent<T>(*const T);

// SAFETY: none. That is what is explored.
unsafe impl<T> Send for Lent<T> {}

impl<T> Lent<T> {
    fn get(&self) -> &T {
        // SAFETY: whoever calls makes sure of it, or not.
        unsafe { &*self.0 }
    }
}

/// Frees what another thread uses as soon as that says so, from within.
fn freed_when_it_is_said<T>(value: T, uses: fn(&T, &AtomicBool)) {
    let (owner, pointer) = lent(value);
    let said = AtomicBool::new(false);
    thread::scope(|scope| {
        let said = &said;
        scope.spawn(move || uses(pointer.get(), said));
        while !said.load(Acquire) {
            thread::yield_now();
        }
        drop(owner);
    });
}

/// Must fail: use after free. Whoever has a lock is still going to give it back.
fn a_lock_that_is_held() {
    freed_when_it_is_said(Mutex::new(0), |lock, said| {
        let _guard = lock.lock();
        said.store(true, Release);
    });
}

/// Must fail: use after free. Likewise.
fn a_lock_that_is_shared() {
    freed_when_it_is_said(RwLock::new(0), |lock, said| {
        let _guard = lock.read();
        said.store(true, Release);
    });
}

/// Must fail: use after free. Whoever initialises is still going to say that it is done.
fn a_cell_that_is_initialised() {
    freed_when_it_is_said(Once::new(), |once, said| once.call_once(|| said.store(true, Release)));
}

/// It was given back before.
fn a_lock_that_was_held() {
    freed_when_it_is_said(Mutex::new(0), |lock, said| {
        drop(lock.lock());
        said.store(true, Release);
    });
}

/// Whoever takes the lock afterwards may free it.
fn a_lock_that_is_taken_and_freed() {
    let (owner, pointer) = lent(Mutex::new(false));
    thread::scope(|scope| {
        scope.spawn(move || *pointer.get().lock().unwrap() = true);
        while !*owner.lock().unwrap() {
            thread::yield_now();
        }
        drop(owner);
    });
}

/// Must fail: use after free. Who comes out of a barrier first frees it, and the other is still there.
fn a_barrier_that_one_is_in() {
    let (owner, pointer) = lent(Barrier::new(2));
    thread::scope(|scope| {
        scope.spawn(move || drop(pointer.get().wait()));
        owner.wait();
        drop(owner);
    });
}

/// A value of the user's, with a name that locks' own guards have.
struct Guard(#[allow(dead_code, reason = "only its destructor counts")] Box<u32>);

/// Must fail: use after free. What is in a lock goes with it, whatever its name.
fn a_value_in_a_lock() {
    let (owner, pointer) = boxed();
    drop(Mutex::new(Guard(owner)));
    pointer.get();
}

/// Must fail: invalid free. Most allocators do not mind; those that are told the size do.
fn freed_as_something_larger() {
    let eight = Box::into_raw(Box::new(1_u64));
    // SAFETY: none. That is what is explored.
    unsafe { drop(Box::from_raw(eight.cast::<[u64; 4]>())) };
}

/// Must fail: invalid free. The size is right, the alignment is not.
fn freed_with_another_alignment() {
    let bytes = Box::into_raw(Box::new([0_u8; 8]));
    // SAFETY: none. That is what is explored.
    unsafe { std::alloc::dealloc(bytes.cast(), std::alloc::Layout::from_size_align_unchecked(8, 4)) };
}

/// Must fail: invalid free. A vector whose capacity is not what was allocated.
fn a_vector_that_says_it_is_smaller() {
    let mut four = std::mem::ManuallyDrop::new(vec![1_u32, 2, 3, 4]);
    // SAFETY: none. That is what is explored.
    drop(unsafe { Vec::from_raw_parts(four.as_mut_ptr(), 2, 2) });
}

/// Must fail: invalid free. The old size is told when memory grows, too.
fn grown_from_another_size() {
    let layout = |size| std::alloc::Layout::from_size_align(size, 8).unwrap();
    // SAFETY: none. That is what is explored.
    unsafe {
        let sixteen = std::alloc::alloc(layout(16));
        let more = std::alloc::realloc(sixteen, layout(24), 32);
        std::alloc::dealloc(more, layout(32));
    }
}

/// What is freed as it was allocated, in all kinds of ways.
fn freed_as_it_was() {
    let mut vector = Vec::with_capacity(3);
    for number in 0..40_u32 {
        vector.push(number);
    }
    vector.truncate(5);
    let boxed = vector.into_boxed_slice();
    let shared: std::sync::Arc<[u32]> = boxed.into();
    let text: Box<str> = "a text".into();
    let text: std::sync::Arc<str> = text.into();
    let dynamic: Box<dyn Fn() -> u32 + Send> = Box::new(move || shared[4]);
    let sum = thread::spawn(move || dynamic() + text.len() as u32).join().unwrap();
    assert_eq!(sum, 10);
    let eight = Box::into_raw(Box::new(1_u64));
    // SAFETY: `u64` and `[u32; 2]` differ in their alignment, `u64` and `f64` in nothing.
    drop(unsafe { Box::from_raw(eight.cast::<f64>()) });
}

static LOOKED_AT: AtomicUsize = AtomicUsize::new(0);
static PUBLISHED: AtomicBool = AtomicBool::new(false);
static NOTHING: Mutex<()> = Mutex::new(());
static mut POINTER: *mut u64 = std::ptr::null_mut();

/// Must fail: use after free. Who looks at something in between gets another block.
fn used_after_a_look() {
    let old = Box::into_raw(Box::new(1_u64));
    unsafe { drop(Box::from_raw(old)) };
    LOOKED_AT.load(Relaxed);
    let new = Box::new(2_u64);
    unsafe { std::hint::black_box(old.read()) };
    drop(new);
}

/// Must fail: double free.
fn freed_twice_after_a_look() {
    let old = Box::into_raw(Box::new(1_u64));
    unsafe { drop(Box::from_raw(old)) };
    LOOKED_AT.load(Relaxed);
    let new = Box::new(2_u64);
    unsafe { drop(Box::from_raw(old)) };
    std::mem::forget(new);
}

/// Must fail: use after free. A vector that has grown is elsewhere.
fn used_after_it_grew() {
    let mut list: Vec<u64> = Vec::with_capacity(1);
    list.push(1);
    let first = list.as_ptr();
    list.push(2);
    let _ = NOTHING.try_lock();
    let other: Vec<u64> = Vec::with_capacity(1);
    unsafe { std::hint::black_box(first.read()) };
    drop(other);
}

/// Must fail: use after free. Another thread knows the block by what no step has changed.
fn known_by_a_plain_pointer() {
    let other = thread::spawn(|| unsafe {
        let old = Box::into_raw(Box::new(1_u64));
        POINTER = old;
        drop(Box::from_raw(old));
        LOOKED_AT.load(Relaxed);
        std::hint::black_box(Box::into_raw(Box::new(2_u64)));
        PUBLISHED.store(true, Release);
    });
    if PUBLISHED.load(Acquire) {
        unsafe { std::hint::black_box(POINTER.read()) };
    }
    other.join().unwrap();
}

/// Must fail: use after free. The pointer was written under a lock, and a lock section that changes nothing comes in between.
fn known_by_what_a_lock_guards() {
    let other = thread::spawn(|| unsafe {
        let old = Box::into_raw(Box::new(1_u64));
        {
            let _held = NOTHING.lock().unwrap();
            POINTER = old;
        }
        drop(Box::from_raw(old));
        drop(NOTHING.lock().unwrap());
        std::hint::black_box(Box::into_raw(Box::new(2_u64)));
        PUBLISHED.store(true, Release);
    });
    if PUBLISHED.load(Acquire) {
        let _held = NOTHING.lock().unwrap();
        unsafe { std::hint::black_box(POINTER.read()) };
    }
    other.join().unwrap();
}

/// A loop that allocates in each round is in vain all the same.
fn waits_and_allocates() {
    let ready = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| ready.store(true, Release));
        while !ready.load(Acquire) {
            std::hint::black_box(vec![Box::new(1_u64), Box::new(2)]);
        }
    });
}
