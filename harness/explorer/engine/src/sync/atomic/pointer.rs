//! What only atomic pointers can do.

use std::fmt;
use std::panic::Location;
use std::sync::atomic::Ordering::{self, Relaxed};

use super::AtomicPtr;
use crate::machine::{context, words};

impl<T> AtomicPtr<T> {
    /// Moves the pointer by so many elements, and wraps around; returns the old one.
    #[track_caller]
    pub fn fetch_ptr_add(&self, count: usize, order: Ordering) -> *mut T {
        self.update_value(order, "fetch_ptr_add", Location::caller(), |old| old.wrapping_add(count))
    }

    /// Moves the pointer back by so many elements, and wraps around; returns the old one.
    #[track_caller]
    pub fn fetch_ptr_sub(&self, count: usize, order: Ordering) -> *mut T {
        self.update_value(order, "fetch_ptr_sub", Location::caller(), |old| old.wrapping_sub(count))
    }

    /// Moves the pointer by so many bytes, and wraps around; returns the old one.
    #[track_caller]
    pub fn fetch_byte_add(&self, count: usize, order: Ordering) -> *mut T {
        self.update_value(order, "fetch_byte_add", Location::caller(), |old| {
            old.wrapping_byte_add(count)
        })
    }

    /// Moves the pointer back by so many bytes, and wraps around; returns the old one.
    #[track_caller]
    pub fn fetch_byte_sub(&self, count: usize, order: Ordering) -> *mut T {
        self.update_value(order, "fetch_byte_sub", Location::caller(), |old| {
            old.wrapping_byte_sub(count)
        })
    }

    /// Bitwise "or" on the address; returns the old pointer.
    #[track_caller]
    pub fn fetch_or(&self, bits: usize, order: Ordering) -> *mut T {
        self.update_value(order, "fetch_or", Location::caller(), |old| {
            old.map_addr(|address| address | bits)
        })
    }

    /// Bitwise "and" on the address; returns the old pointer.
    #[track_caller]
    pub fn fetch_and(&self, bits: usize, order: Ordering) -> *mut T {
        self.update_value(order, "fetch_and", Location::caller(), |old| {
            old.map_addr(|address| address & bits)
        })
    }

    /// Bitwise "exclusive or" on the address; returns the old pointer.
    #[track_caller]
    pub fn fetch_xor(&self, bits: usize, order: Ordering) -> *mut T {
        self.update_value(order, "fetch_xor", Location::caller(), |old| {
            old.map_addr(|address| address ^ bits)
        })
    }
}

impl<T> Default for AtomicPtr<T> {
    fn default() -> Self {
        Self::new(std::ptr::null_mut())
    }
}

impl<T> fmt::Pointer for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if context::is_exploring() && !crate::panic::may_look() {
            return fmt::Display::fmt(&crate::panic::NOT_LOOKED_AT, f);
        }
        fmt::Pointer::fmt(&self.load_at(Relaxed, words::here()), f)
    }
}
