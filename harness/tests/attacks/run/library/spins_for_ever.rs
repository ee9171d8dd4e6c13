//! Never comes back, and uses all the time that it gets.
pub fn attack() {
    let mut n = 0_u64;
    loop {
        n = std::hint::black_box(n.wrapping_add(1));
    }
}
