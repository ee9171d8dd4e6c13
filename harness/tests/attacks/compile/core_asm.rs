//! The same through another crate.
core::arch::global_asm!(".globl attack");
