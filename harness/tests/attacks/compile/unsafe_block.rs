//! Reaches into memory.
pub fn attack() -> u8 {
    unsafe { *(16 as *const u8) }
}
