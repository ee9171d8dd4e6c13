//! The types that elements of shared memory can have.

use crate::typecode::Typecode;
use std::fmt::Debug;
use std::sync::atomic::{
    AtomicU8, AtomicU16, AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed, Release, SeqCst},
};

/// A number that can lie in shared memory: `i8` to `i64`, `u8` to `u64`,
/// `f32` and `f64`.
///
/// Every pattern of its bytes is a value of the type, and a load or a store of
/// it is one machine instruction. No other type can implement this.
pub trait Element: Copy + Debug + PartialEq + Send + Sync + 'static + sealed::Sealed {
    /// The typecode that a new value or array of this type gets. Another
    /// process may open it by any code of the same representation.
    const TYPECODE: Typecode;
}

/// What this library needs of an element, and nobody else may implement.
pub(crate) mod sealed {
    pub trait Sealed: Copy {
        /// The sum. Whole numbers wrap around.
        fn plus(self, other: Self) -> Self;
        /// # Safety
        ///
        /// `at` must be valid for reads and writes, aligned, and written to by
        /// atomic operations only for as long as this runs.
        unsafe fn atomic_load(at: *mut Self) -> Self;
        /// # Safety
        ///
        /// As `atomic_load`.
        unsafe fn atomic_store(at: *mut Self, new: Self);
        /// # Safety
        ///
        /// As `atomic_load`.
        unsafe fn atomic_swap(at: *mut Self, new: Self) -> Self;
        /// The old value, and whether it was replaced. Compares bits.
        ///
        /// # Safety
        ///
        /// As `atomic_load`.
        unsafe fn atomic_compare_exchange(at: *mut Self, old: Self, new: Self) -> (Self, bool);
    }
}

macro_rules! elements {
    ($($type:ty, $typecode:ident, $atomic:ty, $bits:ty,
       $to_bits:expr, $from_bits:expr, $plus:expr;)*) => {$(
        impl Element for $type {
            const TYPECODE: Typecode = Typecode::$typecode;
        }

        impl sealed::Sealed for $type {
            fn plus(self, other: $type) -> $type {
                let plus: fn($type, $type) -> $type = $plus;
                plus(self, other)
            }

            unsafe fn atomic_load(at: *mut $type) -> $type {
                let from_bits: fn($bits) -> $type = $from_bits;
                // SAFETY: the caller's promise; the atomic has the size and,
                // on every platform with memfd, the alignment of the number.
                from_bits(unsafe { <$atomic>::from_ptr(at.cast()) }.load(Acquire))
            }

            unsafe fn atomic_store(at: *mut $type, new: $type) {
                let to_bits: fn($type) -> $bits = $to_bits;
                // SAFETY: as above.
                unsafe { <$atomic>::from_ptr(at.cast()) }.store(to_bits(new), Release);
            }

            unsafe fn atomic_swap(at: *mut $type, new: $type) -> $type {
                let to_bits: fn($type) -> $bits = $to_bits;
                let from_bits: fn($bits) -> $type = $from_bits;
                // SAFETY: as above.
                from_bits(unsafe { <$atomic>::from_ptr(at.cast()) }.swap(to_bits(new), SeqCst))
            }

            unsafe fn atomic_compare_exchange(
                at: *mut $type,
                old: $type,
                new: $type,
            ) -> ($type, bool) {
                let to_bits: fn($type) -> $bits = $to_bits;
                let from_bits: fn($bits) -> $type = $from_bits;
                // SAFETY: as above.
                let atomic = unsafe { <$atomic>::from_ptr(at.cast()) };
                match atomic.compare_exchange(to_bits(old), to_bits(new), SeqCst, Relaxed) {
                    Ok(old) => (from_bits(old), true),
                    Err(found) => (from_bits(found), false),
                }
            }
        }
    )*};
}

elements! {
    i8, SignedChar, AtomicU8, u8, |x| x as u8, |x| x as i8, |a, b| a.wrapping_add(b);
    u8, UnsignedChar, AtomicU8, u8, |x| x, |x| x, |a, b| a.wrapping_add(b);
    i16, Short, AtomicU16, u16, |x| x as u16, |x| x as i16, |a, b| a.wrapping_add(b);
    u16, UnsignedShort, AtomicU16, u16, |x| x, |x| x, |a, b| a.wrapping_add(b);
    i32, Int, AtomicU32, u32, |x| x as u32, |x| x as i32, |a, b| a.wrapping_add(b);
    u32, UnsignedInt, AtomicU32, u32, |x| x, |x| x, |a, b| a.wrapping_add(b);
    i64, LongLong, AtomicU64, u64, |x| x as u64, |x| x as i64, |a, b| a.wrapping_add(b);
    u64, UnsignedLongLong, AtomicU64, u64, |x| x, |x| x, |a, b| a.wrapping_add(b);
    f32, Float, AtomicU32, u32, f32::to_bits, f32::from_bits, |a, b| a + b;
    f64, Double, AtomicU64, u64, f64::to_bits, f64::from_bits, |a, b| a + b;
}
