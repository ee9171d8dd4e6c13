//! Indices and slices of a shared array, as Python's lists have them.

use ch09_shared_data::{Array, Slice};
use tour::{Failure, Program};

/// Reading, then writing.
pub const PROGRAM: Program =
    Program::fallible("slices", "negative indices, steps, and a length that stays", main);

// ANCHOR: main
/// Ten numbers, in parts.
pub fn main() -> Result<(), Failure> {
    let array = Array::new(0..10)?;
    println!("a[-1]    = {}", array.get(-1)?);
    println!("a[2:5]   = {:?}", array.slice(2..5));
    println!("a[-3:]   = {:?}", array.slice(-3..));
    println!("a[7:100] = {:?}", array.slice(7..100));
    println!("a[1::3]  = {:?}", array.slice(Slice::from(1..).step_by(3)));
    println!("a[::-1]  = {:?}", array.slice(Slice::from(..).reversed()));
    println!("there is an a[10]: {}", array.get(10).is_ok());

    array.set_slice(Slice::from(..).step_by(5), &[50, 55])?;
    println!("a[::5] = [50, 55]: {:?}", array.slice(..));
    println!("two elements take three: {}", array.set_slice(..2, &[1, 2, 3]).is_ok());
    Ok(())
}
// ANCHOR_END: main
