// It compiles. But it panics when it is given something that is no number, and its
// type has promised an `Err`. Replace what makes it panic.

use std::num::ParseIntError;

pub fn add(a: &str, b: &str) -> Result<i32, ParseIntError> {
    let a: i32 = a.parse().unwrap();
    let b: i32 = b.parse().unwrap();
    Ok(a + b)
}
