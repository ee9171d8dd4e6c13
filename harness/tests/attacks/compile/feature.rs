//! Turns on what is not stable.
#![feature(core_intrinsics)]
pub fn attack() {}
