//! A number and an array in shared memory: what a child stores, its parent
//! reads.

use ch08_multiprocessing::Process;
use ch09_shared_data::{Array, IndexError, Value};
use tour::{Failure, Program};

/// One child changes both.
pub const PROGRAM: Program =
    Program::fallible("value-array", "a number and an array in shared memory", main);

// ANCHOR: main
#[expect(clippy::approx_constant, reason = "the number of the tutorial")]
fn f((number, array): (Value<f64>, Array<i32>)) -> Result<(), IndexError> {
    number.set(3.1415927);
    for i in 0..array.len() as isize {
        array.set(i, -array.get(i)?)?;
    }
    Ok(())
}

/// Both arguments go to the child as descriptors of the same memory.
pub fn main() -> Result<(), Failure> {
    let number = Value::new(0.0)?;
    let array = Array::new(0..10)?;
    Process::new(f, (number.clone(), array.clone())).start()?.join()?;
    println!("{}", number.get());
    println!("{:?}", array.slice(..));
    Ok(())
}
// ANCHOR_END: main
