//! Values as bits, and orderings as `std` checks them.

use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release};

/// A value that fits into 64 bits.
pub(super) trait Bits: Copy {
    fn to_bits(self) -> u64;
    fn from_bits(bits: u64) -> Self;
}

macro_rules! integers_are_bits {
    ($($t:ty as $unsigned:ty;)*) => {$(
        impl Bits for $t {
            fn to_bits(self) -> u64 {
                // What is in memory, and nothing that its sign would add: it may be seen as an atomic of another type.
                self as $unsigned as u64
            }

            fn from_bits(bits: u64) -> Self {
                bits as $t
            }
        }
    )*};
}

integers_are_bits! {
    u8 as u8; u16 as u16; u32 as u32; u64 as u64; usize as usize;
    i8 as u8; i16 as u16; i32 as u32; i64 as u64; isize as usize;
}

impl Bits for bool {
    fn to_bits(self) -> u64 {
        u64::from(self)
    }

    fn from_bits(bits: u64) -> Self {
        bits != 0
    }
}

impl<T> Bits for *mut T {
    fn to_bits(self) -> u64 {
        self.expose_provenance() as u64
    }

    fn from_bits(bits: u64) -> Self {
        std::ptr::with_exposed_provenance_mut(bits as usize)
    }
}

/// The ordering of a compare-exchange that fails, where only one ordering is given.
pub(super) const fn failure_ordering(success: Ordering) -> Ordering {
    match success {
        Release => Relaxed,
        AcqRel => Acquire,
        other => other,
    }
}

/// Panics where `std` panics, with its words.
pub(super) fn check_load(order: Ordering) {
    match order {
        Release => panic!("there is no such thing as a release load"),
        AcqRel => panic!("there is no such thing as an acquire-release load"),
        _ => {}
    }
}

pub(super) fn check_store(order: Ordering) {
    match order {
        Acquire => panic!("there is no such thing as an acquire store"),
        AcqRel => panic!("there is no such thing as an acquire-release store"),
        _ => {}
    }
}

pub(super) fn check_failure(order: Ordering) {
    match order {
        Release => panic!("there is no such thing as a release failure ordering"),
        AcqRel => panic!("there is no such thing as an acquire-release failure ordering"),
        _ => {}
    }
}
