//! Rustc issue 25860: safe code that makes any reference live for ever, and writes to memory that is no longer its own.
static NOTHING: &&() = &&();

fn longer<'a, 'b, T>(_: &'a &'b (), value: &'b mut T) -> &'a mut T {
    value
}

fn for_ever<'a, 'b, T>(value: &'a mut T) -> &'b mut T {
    let widen: for<'x> fn(_, &'x mut T) -> &'b mut T = longer;
    widen(NOTHING, value)
}

fn dangling() -> &'static mut [u64; 512] {
    let mut here = [1; 512];
    for_ever(&mut here)
}

pub fn attack() {
    // Where other functions keep what they are about to return, and whereto.
    let stack = dangling();
    for round in 0..64_u64 {
        for word in stack.iter_mut() {
            *word = word.wrapping_add(round | 1);
        }
    }
    let mut freed = Box::new([1_u64; 64]);
    let heap = for_ever(&mut *freed);
    drop(freed);
    let _ = std::hint::black_box(vec![String::from("somebody else's"); 8]);
    heap.fill(u64::MAX);
}
