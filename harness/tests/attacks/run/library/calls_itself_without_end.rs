//! Until the stack is full.
fn deeper(n: u64) -> u64 {
    let room = std::hint::black_box([n; 64]);
    deeper(n + 1) + room[(n % 64) as usize]
}

pub fn attack() {
    deeper(0);
}
