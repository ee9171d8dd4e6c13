//! What each typecode holds, and what becomes of a number that is too large.
//!
//! The document says that its twelve codes are all; `q` and `Q` are missing.

use ch09_shared_data::{AnyValue, CreateError, Item, Typecode};
use tour::{Failure, Program};

/// The table, then what is refused.
pub const PROGRAM: Program =
    Program::fallible("typecodes", "fourteen codes, and where each wraps around", main);

// ANCHOR: main
/// For each typecode something to store. Whole numbers are just too large.
fn example(typecode: Typecode) -> Item {
    match typecode {
        Typecode::Char => Item::Char(b'x'),
        Typecode::Unicode => '男'.into(),
        Typecode::Float | Typecode::Double => 0.1.into(),
        Typecode::SignedChar
        | Typecode::Short
        | Typecode::Int
        | Typecode::Long
        | Typecode::LongLong => Item::Int(1 << (8 * typecode.size() - 1)),
        Typecode::UnsignedChar
        | Typecode::UnsignedShort
        | Typecode::UnsignedInt
        | Typecode::UnsignedLong
        | Typecode::UnsignedLongLong => Item::Int(-1),
    }
}

fn is_refused(typecode: Typecode, item: impl Into<Item>) -> bool {
    matches!(AnyValue::new(typecode, item), Err(CreateError::Item(_)))
}

/// Stores the example of each typecode and reads it back.
pub fn main() -> Result<(), Failure> {
    for typecode in Typecode::ALL {
        let stored = example(typecode);
        let value = AnyValue::new(typecode, stored)?;
        let (name, size) = (typecode.c_name(), typecode.size());
        println!("{typecode} {name:18} {size}  {stored} -> {}", value.get());
    }
    println!("a fraction into i is refused: {}", is_refused(Typecode::Int, 1.5));
    println!("a character into d is refused: {}", is_refused(Typecode::Double, 'x'));
    println!("a number into u is refused: {}", is_refused(Typecode::Unicode, 120));
    println!("x is a typecode: {}", Typecode::try_from('x').is_ok());
    Ok(())
}
// ANCHOR_END: main
