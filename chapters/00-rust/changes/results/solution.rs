// `?` returns the error to whoever has called, instead of giving up.

use std::num::ParseIntError;

pub fn add(a: &str, b: &str) -> Result<i32, ParseIntError> {
    let a: i32 = a.parse()?;
    let b: i32 = b.parse()?;
    Ok(a + b)
}
