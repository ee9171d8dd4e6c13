//! An atomic is its value and nothing else: with the size and the alignment of std's, in whatever memory, however it came to be.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::cell::UnsafeCell;
use std::mem::{ManuallyDrop, MaybeUninit, align_of, size_of, transmute};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16,
    AtomicU32, AtomicU64, AtomicUsize, Ordering::*,
};
use std::thread;

const _: () = assert!(size_of::<AtomicU64>() == 8 && align_of::<AtomicU64>() == 8);
const _: () = assert!(size_of::<AtomicU8>() == 1 && align_of::<AtomicBool>() == 1);
const _: () = assert!(size_of::<[AtomicU16; 3]>() == 6 && size_of::<AtomicI8>() == 1);
const _: () = assert!(size_of::<AtomicPtr<u8>>() == size_of::<usize>());
const _: () = assert!(size_of::<Option<&AtomicU32>>() == size_of::<usize>());

/// Lets a pointer go to another thread.
struct To<T>(*const T);

// SAFETY: what the scenarios do with it is what is explored.
unsafe impl<T> Send for To<T> {}

impl<T> To<T> {
    fn get(&self) -> &T {
        // SAFETY: the scenarios join before they give it back.
        unsafe { &*self.0 }
    }
}

/// An array of numbers is one of atomics.
fn transmuted_array() {
    // SAFETY: the same size and alignment, and every number is a value of it.
    let all: [AtomicUsize; 4] = unsafe { transmute([1_usize, 2, 3, 4]) };
    let all = Arc::new(all);
    let theirs = Arc::clone(&all);
    let other = thread::spawn(move || theirs[1].fetch_add(10, Relaxed));
    all[1].fetch_add(10, Relaxed);
    other.join().unwrap();
    assert_eq!(all.iter().map(|one| one.load(Relaxed)).sum::<usize>(), 30);
}

/// Must fail: panic. Of an array of pointers, one update is lost.
fn transmuted_pointers_lose_an_update() {
    // SAFETY: as above.
    let all: [AtomicPtr<u8>; 2] = unsafe { transmute([ptr::null_mut::<u8>(); 2]) };
    let all = Arc::new(all);
    let add = |all: &[AtomicPtr<u8>; 2]| {
        all[1].store(all[1].load(Acquire).wrapping_add(1), Release);
    };
    let theirs = Arc::clone(&all);
    let other = thread::spawn(move || add(&theirs));
    add(&all);
    other.join().unwrap();
    assert_eq!(all[1].load(Relaxed).addr(), 2);
}

/// A slice of plain memory, seen as atomics, and as plain memory again.
fn slice_of_plain_memory() {
    let mut plain = vec![0_u32; 3];
    {
        // SAFETY: the same size and alignment; borrowed as long as it is used.
        let atomics: &[AtomicU32] =
            unsafe { std::slice::from_raw_parts(plain.as_mut_ptr().cast(), plain.len()) };
        thread::scope(|scope| {
            scope.spawn(|| atomics[2].fetch_add(1, Relaxed));
            atomics[2].fetch_add(2, Relaxed);
        });
    }
    assert_eq!(plain, [0, 0, 3]);
    plain[2] = 7;
    // SAFETY: as above.
    let again = unsafe { &*ptr::from_mut(&mut plain[2]).cast::<AtomicU32>() };
    assert_eq!(again.swap(1, SeqCst), 7);
}

#[repr(transparent)]
struct Flag(AtomicU8);

/// A byte in the middle of a struct, by a newtype and a cast of a pointer.
fn newtype_by_a_cast() {
    #[repr(C)]
    struct Header {
        before: u8,
        flag: UnsafeCell<u8>,
        after: u16,
    }
    let header = Header { before: 1, flag: UnsafeCell::new(0), after: 2 };
    let seen = To(header.flag.get().cast::<Flag>());
    let other = thread::spawn(move || seen.get().0.store(9, Release));
    // SAFETY: the flag is used as an atomic only, until the other is joined.
    let flag = unsafe { &*header.flag.get().cast::<Flag>() };
    assert!([0, 9].contains(&flag.0.load(Acquire)));
    other.join().unwrap();
    assert_eq!((header.before, header.flag.into_inner(), header.after), (1, 9, 2));
}

struct Block {
    next: AtomicPtr<Block>,
    slots: [Slot; 2],
}

struct Slot {
    value: UnsafeCell<MaybeUninit<u32>>,
    ready: AtomicBool,
}

// SAFETY: a slot is read after `ready` only.
unsafe impl Sync for Block {}
// SAFETY: likewise.
unsafe impl Send for Block {}

fn block() -> Box<Block> {
    let layout = Layout::new::<Block>();
    // SAFETY: all bytes zero is a block: no next one, nothing ready.
    unsafe { Box::from_raw(alloc_zeroed(layout).cast()) }
}

fn takes(order: std::sync::atomic::Ordering) {
    let first: Arc<Block> = Arc::from(block());
    let theirs = Arc::clone(&first);
    let other = thread::spawn(move || {
        // SAFETY: nobody reads it before it is ready.
        unsafe { (*theirs.slots[1].value.get()).write(5) };
        theirs.slots[1].ready.store(true, order);
        theirs.next.store(Box::into_raw(block()), Release);
    });
    if first.slots[1].ready.load(Acquire) {
        // SAFETY: it is ready.
        assert_eq!(unsafe { (*first.slots[1].value.get()).assume_init_read() }, 5);
    }
    other.join().unwrap();
    let next = first.next.load(Relaxed);
    // SAFETY: made by `block`, and nobody else has it.
    let next = unsafe { Box::from_raw(next) };
    assert!(next.next.load(Relaxed).is_null() && !next.slots[0].ready.load(Relaxed));
}

/// A block of slots out of zeroed memory, as channels have it.
fn zeroed_block() {
    takes(Release);
}

/// Must fail: data race. Its slot is published by a `Relaxed` store.
fn zeroed_block_published_relaxed() {
    takes(Relaxed);
}

/// What is moved is another atomic with the same value, and knows nothing of where it was.
fn moved() {
    let mut all = vec![AtomicU64::new(1)];
    all[0].store(2, Relaxed);
    all.extend((0..20).map(AtomicU64::new));
    let all = Arc::new(all);
    let theirs = Arc::clone(&all);
    let other = thread::spawn(move || theirs[0].fetch_add(1, Relaxed));
    assert!([2, 3].contains(&all[0].load(Relaxed)));
    other.join().unwrap();
    let taken = Arc::try_unwrap(all).unwrap().remove(0);
    assert_eq!(taken.load(Relaxed), 3);
    let copied = ManuallyDrop::new(taken);
    // SAFETY: the other copy is not used any more.
    let taken: AtomicU64 = unsafe { ptr::read(&*copied) };
    assert_eq!(taken.into_inner(), 3);
}

/// The same place on the stack, round after round.
fn a_new_one_in_each_round() {
    for round in 0..3_usize {
        let number = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| number.fetch_add(round, Relaxed));
            assert!(number.load(Relaxed) <= round);
        });
        assert_eq!(number.load(Relaxed), round);
    }
}

/// What is written by `get_mut` is read by whoever gets it then.
fn get_mut_is_seen() {
    let mut number = AtomicI32::new(0);
    for round in 1..3 {
        *number.get_mut() = -round;
        thread::scope(|scope| {
            scope.spawn(|| assert_eq!(number.load(Relaxed), -round));
            assert_eq!(number.load(Relaxed), -round);
        });
    }
}

/// Two who see one word by two types see one atomic.
fn signed_and_unsigned() {
    let word = Box::new(AtomicI64::new(-1));
    let seen = To(ptr::from_ref(&*word).cast::<AtomicU64>());
    let other = thread::spawn(move || seen.get().fetch_add(2, Relaxed));
    let old = word.fetch_sub(1, Relaxed);
    assert!(old == -1 || old == 1, "{old}");
    other.join().unwrap();
    assert_eq!(word.load(Relaxed), 0);
}

/// Must fail: panic. A lost update, one half of it by another type.
fn signed_and_unsigned_lose_an_update() {
    let word = Box::new(AtomicIsize::new(-5));
    let seen = To(ptr::from_ref(&*word).cast::<AtomicUsize>());
    let other = thread::spawn(move || seen.get().store(seen.get().load(SeqCst) + 1, SeqCst));
    word.store(word.load(SeqCst) + 1, SeqCst);
    other.join().unwrap();
    assert_eq!(word.load(SeqCst), -3);
}

/// Must fail: data race. Half of a word is written while the whole of it is.
fn two_sizes() {
    let word = Box::new(AtomicU32::new(0));
    let seen = To(ptr::from_ref(&*word).cast::<AtomicU16>());
    let other = thread::spawn(move || seen.get().store(1, SeqCst));
    word.store(0, SeqCst);
    other.join().unwrap();
}

/// Two sizes, one after the other.
fn two_sizes_in_turn() {
    let word = Box::new(AtomicU32::new(0x0102_0304));
    let halves = ptr::from_ref(&*word).cast::<[AtomicU16; 2]>();
    let seen = To(halves);
    let other = thread::spawn(move || seen.get()[1].fetch_add(1, Relaxed));
    other.join().unwrap();
    assert_eq!(word.fetch_add(1, Relaxed), 0x0103_0304);
    let seen = To(halves);
    let other = thread::spawn(move || seen.get()[0].load(Relaxed));
    assert_eq!(other.join().unwrap(), 0x0305);
}

/// Must fail: data race. A plain write through a pointer to an atomic that another thread uses.
fn as_ptr_beside_others() {
    let number = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&number);
    let other = thread::spawn(move || theirs.load(Acquire));
    // SAFETY: none: that is what is explored.
    unsafe { *number.as_ptr() = 1 };
    other.join().unwrap();
}

/// A plain read beside atomic reads goes with them, and sees what was written before.
fn as_ptr_read_beside_loads() {
    let number = Arc::new(AtomicU32::new(4));
    let theirs = Arc::clone(&number);
    let other = thread::spawn(move || theirs.load(Relaxed));
    // SAFETY: nobody writes meanwhile.
    assert_eq!(unsafe { *number.as_ptr() }, 4);
    assert_eq!(other.join().unwrap(), 4);
}

/// Must fail: use after free. An atomic in a block that was freed.
fn in_a_freed_block() {
    let layout = Layout::new::<AtomicU32>();
    // SAFETY: as for any block.
    let memory = unsafe { alloc_zeroed(layout) };
    let seen = To(memory.cast::<AtomicU32>());
    let other = thread::spawn(move || seen.get().fetch_add(1, SeqCst));
    // SAFETY: none: that is what is explored.
    unsafe { dealloc(memory, layout) };
    let _ = other.join();
}

static COUNT: AtomicU32 = AtomicU32::new(3);
static TABLE: [AtomicU8; 3] = [const { AtomicU8::new(1) }; 3];
static mut PLAIN: u64 = 8;

/// Atomics in statics are as they were in every execution, whoever writes them.
fn in_statics() {
    let other = thread::spawn(|| {
        TABLE[1].fetch_add(1, Relaxed);
        COUNT.fetch_add(1, Relaxed)
    });
    assert!([3, 4].contains(&COUNT.fetch_add(1, Relaxed)));
    other.join().unwrap();
    assert_eq!((COUNT.load(Relaxed), TABLE[1].load(Relaxed), TABLE[2].load(Relaxed)), (5, 2, 1));
    // SAFETY: nobody else is there.
    unsafe { *COUNT.as_ptr() = 50 };
    assert_eq!(COUNT.load(Relaxed), 50);
}

/// A plain static, as an atomic.
fn static_by_from_ptr() {
    // SAFETY: all who use it do so by this atomic.
    let atomic = || unsafe { AtomicU64::from_ptr(&raw mut PLAIN) };
    let other = thread::spawn(move || atomic().fetch_add(1, Relaxed));
    atomic().fetch_add(1, Relaxed);
    other.join().unwrap();
    // SAFETY: nobody else is there any more.
    assert_eq!(unsafe { PLAIN }, 10);
}

union Word {
    number: u32,
    _bytes: [u8; 4],
}

/// Whatever bytes are there, those are the value.
fn out_of_a_union() {
    let word = Word { number: 0x00FF_00FF };
    // SAFETY: of one size and alignment.
    let atomic: AtomicU32 = unsafe { transmute(word) };
    assert_eq!(atomic.fetch_and(0xFF, SeqCst), 0x00FF_00FF);
    assert_eq!(format!("{atomic:?}"), "255");
    // SAFETY: as above.
    assert_eq!(unsafe { transmute::<AtomicU32, Word>(atomic).number }, 0xFF);
}

/// A block of many pages is the system's, and another one in each execution.
fn in_a_large_block() {
    let layout = Layout::from_size_align(1 << 16, 1 << 13).unwrap();
    // SAFETY: as for any block.
    let memory = unsafe { alloc_zeroed(layout) };
    let word = memory.cast::<AtomicU32>();
    let seen = To(word.cast_const());
    let other = thread::spawn(move || seen.get().fetch_add(1, Relaxed));
    // SAFETY: the block is there.
    unsafe { &*word }.fetch_add(1, Relaxed);
    other.join().unwrap();
    // SAFETY: the block is there, and nobody uses it afterwards.
    unsafe {
        assert_eq!(*memory.cast::<u32>(), 2);
        *memory.cast::<u32>() = 77;
        dealloc(memory, layout);
    }
}

/// A compare-exchange that fails only reads, so a plain read beside it is fine.
fn failed_exchange_beside_a_plain_read() {
    let number = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&number);
    let other = thread::spawn(move || theirs.compare_exchange(1, 2, Relaxed, Relaxed).is_err());
    // SAFETY: nobody writes it.
    assert_eq!(unsafe { *number.as_ptr() }, 0);
    assert!(other.join().unwrap());
}

/// Must fail: data race. One that succeeds writes.
fn exchange_beside_a_plain_read() {
    let number = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&number);
    let other = thread::spawn(move || theirs.compare_exchange(0, 2, Relaxed, Relaxed).is_ok());
    // SAFETY: none: that is what is explored.
    std::hint::black_box(unsafe { *number.as_ptr() });
    other.join().unwrap();
}

/// Must fail: data race. A failed one reads, beside a plain write.
fn failed_exchange_beside_a_plain_write() {
    let number = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&number);
    let other = thread::spawn(move || theirs.compare_exchange(7, 2, Relaxed, Relaxed).is_err());
    // SAFETY: none: that is what is explored.
    unsafe { *number.as_ptr() = 1 };
    other.join().unwrap();
}

/// A plain read after what the exchange publishes.
fn exchange_before_a_plain_read() {
    let number = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&number);
    let other = thread::spawn(move || theirs.compare_exchange(0, 1, Release, Relaxed).is_ok());
    if number.load(Acquire) == 1 {
        // SAFETY: who has read the 1 knows who wrote it, and nobody writes again.
        assert_eq!(unsafe { *number.as_ptr() }, 1);
    }
    assert!(other.join().unwrap());
}
