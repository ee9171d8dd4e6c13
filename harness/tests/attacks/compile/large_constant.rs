//! Wants more memory than there is.
pub static ATTACK: [u64; 1 << 36] = [1; 1 << 36];
