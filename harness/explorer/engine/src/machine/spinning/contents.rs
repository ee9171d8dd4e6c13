//! What is under a lock, as bytes: whether a critical section has left what it found.
//!
//! A loop that takes a lock to look is a spin loop like any other, if it changes nothing. Its guard hands out `&mut` for many a look
//! (`pop_front` of an empty queue), so the bytes are compared. Only the value itself is seen, not what it points to, and not what is changed
//! through `&`: then a spinning thread waits longer than it need, until nothing else can happen.

use std::mem::MaybeUninit;

/// Values of more bytes count as changed.
const MOST: usize = 64;

/// The bytes of a value before it was handed out.
#[derive(Debug)]
pub struct Contents {
    value: *const u8,
    length: usize,
    bytes: [MaybeUninit<u8>; MOST],
}

impl Contents {
    /// Keeps the bytes of a value.
    pub fn of<T: ?Sized>(value: &T) -> Self {
        let (length, value) = (size_of_val(value), std::ptr::from_ref(value).cast::<u8>());
        let mut bytes = [MaybeUninit::uninit(); MOST];
        if length <= MOST {
            // SAFETY: `value` is valid for `length` bytes, and `bytes` is as long; `MaybeUninit` may hold padding.
            unsafe { std::ptr::copy_nonoverlapping(value.cast(), bytes.as_mut_ptr(), length) };
        }
        Self { value, length, bytes }
    }

    /// Whether the value may have other bytes now. Padding may say so in vain.
    ///
    /// # Safety
    ///
    /// The value is still where it was, and nobody writes it.
    pub unsafe fn have_changed(&self) -> bool {
        // SAFETY: both are valid for so many bytes, as the caller promises. The comparison is C's, which may look at padding.
        let compare =
            || unsafe { libc::memcmp(self.value.cast(), self.bytes.as_ptr().cast(), self.length) };
        self.length > MOST || compare() != 0
    }
}
