//! Blocks of every size and alignment are watched, and what nobody has written in one is not zero.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::hint::black_box;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

#[repr(align(8192))]
struct Aligned(UnsafeCell<u32>);

#[repr(align(2097152))]
struct Huge(UnsafeCell<u32>);

struct Sent<T>(*mut T);
// SAFETY: none; that is what is explored.
unsafe impl<T> Send for Sent<T> {}

fn made() -> *mut Aligned {
    Box::into_raw(Box::new(Aligned(UnsafeCell::new(7))))
}

/// Must fail: use after free.
fn used_after_free() {
    let block = made();
    let sent = Sent(block);
    let other = thread::spawn(move || unsafe {
        let sent = sent;
        black_box(*(*sent.0).0.get());
    });
    unsafe { drop(Box::from_raw(block)) };
    other.join().unwrap();
}

/// Must fail: use after free.
fn a_huge_one_used_after_free() {
    let block = Box::into_raw(Box::new(Huge(UnsafeCell::new(7))));
    let sent = Sent(block);
    let other = thread::spawn(move || unsafe {
        let sent = sent;
        black_box(*(*sent.0).0.get());
    });
    unsafe { drop(Box::from_raw(block)) };
    other.join().unwrap();
}

/// Must fail: double free.
fn freed_twice() {
    let block = made();
    let sent = Sent(block);
    let other = thread::spawn(move || unsafe {
        let sent = sent;
        drop(Box::from_raw(sent.0));
    });
    unsafe { drop(Box::from_raw(block)) };
    other.join().unwrap();
}

#[inline(never)]
fn tenth(block: *const Aligned) -> bool {
    unsafe {
        *(*block).0.get() += 1;
        *(*block).0.get() >= 17
    }
}

/// Must fail: panic. The loop counts in the block, so no round of it is in vain.
fn counts_in_a_block() {
    let flag = Arc::new(AtomicBool::new(false));
    let theirs = Arc::clone(&flag);
    let block = Box::new(Aligned(UnsafeCell::new(7)));
    let other = thread::spawn(move || theirs.store(true, Relaxed));
    let mut seen = true;
    while !flag.load(Relaxed) {
        if tenth(&raw const *block) {
            seen = false;
            break;
        }
    }
    other.join().unwrap();
    assert!(seen);
}

/// Blocks of one size with different alignments, one after the other.
fn of_all_alignments() {
    for _ in 0..3 {
        let small = Box::new([1_u8; 8192]);
        let large = Box::new(Aligned(UnsafeCell::new(7)));
        let huge = Box::new(Huge(UnsafeCell::new(7)));
        assert_eq!((&raw const *large).addr() % 8192, 0);
        assert_eq!((&raw const *huge).addr() % 2_097_152, 0);
        assert_eq!(small[8191], 1);
        drop(large);
        let again = Box::new([2_u8; 8192]);
        assert_eq!(again[0] + small[0], 3);
        thread::spawn(|| ()).join().unwrap();
    }
}

/// Must fail: panic. A flag that nobody has written is not `false`.
fn reads_what_nobody_wrote() {
    drop(black_box(Box::new([7_u64; 4])));
    let block: Box<MaybeUninit<[u64; 4]>> = Box::new_uninit();
    let found = unsafe { black_box(block.as_ptr()).read() };
    assert_eq!(found[2], 0);
}

/// Must fail: panic. Nor is what a vector grew by.
fn reads_behind_the_end() {
    let mut list = vec![0_u32; 4];
    list.reserve_exact(12);
    unsafe { list.set_len(16) };
    assert_eq!(black_box(&list)[10], 0);
}

/// What is asked for as zero is zero, new or used before.
fn zeroed() {
    for _ in 0..3 {
        let list = vec![0_u64; 64];
        assert!(black_box(&list).iter().all(|&n| n == 0));
        drop(list);
        drop(black_box(vec![7_u64; 64]));
    }
}

fn of_the_system() -> *mut u32 {
    unsafe { System.alloc_zeroed(Layout::new::<u32>()).cast() }
}

/// Must fail: use after free. What is asked of the system's allocator is watched as well.
fn of_the_system_used_after_free() {
    let block = of_the_system();
    let sent = Sent(block);
    let other = thread::spawn(move || unsafe {
        let sent = sent;
        black_box(sent.0.read());
    });
    unsafe { System.dealloc(block.cast(), Layout::new::<u32>()) };
    other.join().unwrap();
}

/// Must fail: panic. A count in it is part of where a loop stands.
fn counts_in_a_block_of_the_system() {
    let flag = AtomicBool::new(false);
    let block = of_the_system();
    thread::scope(|scope| {
        scope.spawn(|| flag.store(true, Relaxed));
        while !flag.load(Relaxed) {
            assert!(!third(block), "too slow");
        }
    });
    unsafe { System.dealloc(block.cast(), Layout::new::<u32>()) };
}

#[inline(never)]
fn third(count: *mut u32) -> bool {
    unsafe {
        *count += 1;
        *count >= 3
    }
}
