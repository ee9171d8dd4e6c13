//! Assembly in a function.
pub fn attack() {
    core::arch::asm!("nop");
}
