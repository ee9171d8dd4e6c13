//! Computes for ever at compile time.
pub const ATTACK: u64 = {
    let mut n = 0_u64;
    while n < u64::MAX {
        n += 1;
    }
    n
};
