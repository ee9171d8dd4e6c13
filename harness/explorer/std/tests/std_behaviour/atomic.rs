use lib::panic::catch_unwind;
use lib::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use lib::sync::atomic::{AtomicBool, AtomicI8, AtomicPtr, AtomicU8, Ordering, fence};
use std::cell::RefCell;

pub fn observed() -> Vec<String> {
    let all = RefCell::new(Vec::new());
    let note = |text: String| all.borrow_mut().push(text);
    let byte = AtomicU8::new(250);
    note(format!("{byte:?} {} {}", byte.fetch_add(10, SeqCst), byte.load(Acquire)));
    note(format!("{} {}", byte.fetch_sub(5, Release), byte.swap(12, AcqRel)));
    note(format!("{} {}", byte.fetch_and(10, SeqCst), byte.fetch_nand(3, SeqCst)));
    note(format!("{} {}", byte.fetch_or(2, SeqCst), byte.fetch_xor(255, SeqCst)));
    note(format!(
        "{} {} {}",
        byte.fetch_max(100, SeqCst),
        byte.fetch_min(50, SeqCst),
        byte.load(SeqCst)
    ));
    note(format!("{:?}", byte.compare_exchange(50, 51, AcqRel, Relaxed)));
    note(format!("{:?}", byte.compare_exchange(50, 52, SeqCst, SeqCst)));
    note(format!("{:?}", byte.fetch_update(SeqCst, SeqCst, |value| value.checked_mul(2))));
    note(format!("{:?}", byte.fetch_update(SeqCst, SeqCst, |value| value.checked_mul(9))));
    note(format!(
        "{} {:?}",
        byte.update(SeqCst, SeqCst, |value| value - 1),
        byte.try_update(SeqCst, SeqCst, |_| None)
    ));
    let mut byte = byte;
    *byte.get_mut() = 7;
    note(format!("{} {}", byte.load(Relaxed), byte.into_inner()));

    let signed = AtomicI8::new(-3);
    note(format!("{} {} {signed:?}", signed.fetch_max(-5, SeqCst), signed.fetch_min(-5, SeqCst)));
    let flag = AtomicBool::default();
    note(format!(
        "{} {} {}",
        flag.fetch_not(SeqCst),
        flag.fetch_nand(true, SeqCst),
        flag.fetch_or(true, SeqCst)
    ));
    note(format!("{} {} {flag:?}", flag.fetch_and(false, SeqCst), flag.fetch_xor(true, SeqCst)));

    let mut values = [1_u32, 2, 3];
    let start = values.as_mut_ptr();
    let pointer = AtomicPtr::new(start);
    note(format!("{}", pointer.fetch_ptr_add(2, SeqCst) == start));
    // SAFETY: it points to the last value.
    note(format!("{}", unsafe { *pointer.load(SeqCst) }));
    note(format!("{}", pointer.fetch_byte_sub(4, SeqCst) == start.wrapping_add(2)));
    note(format!("{}", pointer.load(SeqCst) == start.wrapping_add(1)));

    // Orderings that an operation cannot have; not written out in the calls, where rustc would refuse them.
    let says = |f: fn(Ordering), order| crate::message(&*catch_unwind(|| f(order)).unwrap_err());
    let load: fn(Ordering) = |order| _ = AtomicU8::new(0).load(order);
    let store: fn(Ordering) = |order| AtomicU8::new(0).store(0, order);
    let failure: fn(Ordering) = |order| _ = AtomicU8::new(0).compare_exchange(0, 0, SeqCst, order);
    for order in [Release, AcqRel] {
        note(format!("{} {}", says(load, order), says(failure, order)));
    }
    for order in [Acquire, AcqRel] {
        note(says(store, order));
    }
    note(says(fence, Relaxed));
    all.into_inner()
}
