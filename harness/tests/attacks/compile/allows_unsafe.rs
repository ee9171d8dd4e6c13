//! Allows itself what the compiler was told to forbid.
#![allow(unsafe_code)]
pub fn attack() -> u8 {
    unsafe { *(16 as *const u8) }
}
