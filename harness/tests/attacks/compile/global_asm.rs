//! Assembly at the top level.
std::arch::global_asm!(".globl attack");
