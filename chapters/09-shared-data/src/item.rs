//! One element of a [`Typecode`], as a value that knows its own kind.

use crate::typecode::{Representation, Typecode};
use std::fmt;
use thiserror::Error;

/// What goes into and comes out of the forms that choose their type at run
/// time, [`AnyValue`](crate::AnyValue) and [`AnyArray`](crate::AnyArray).
///
/// `Display` writes it as Python's `repr` does.
///
/// ```
/// use ch09_shared_data::Item;
/// assert_eq!(Item::from(2.0).to_string(), "2.0");
/// assert_eq!(Item::from('x').to_string(), "'x'");
/// assert_eq!(Item::Char(b'x').to_string(), "b'x'");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Item {
    /// A whole number.
    Int(i128),
    /// A number with a fraction.
    Float(f64),
    /// A byte that stands for a character.
    Char(u8),
    /// A Unicode character.
    Unicode(char),
}

/// Why an item does not fit a typecode.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum ItemError {
    /// The item is of another kind: a fraction where only whole numbers go,
    /// or a number where a character goes.
    #[error("{item} is not {wanted}, which typecode {typecode} needs")]
    WrongType {
        /// What was to be stored.
        item: Item,
        /// What would have been right.
        wanted: &'static str,
        /// Where it was to go.
        typecode: Typecode,
    },
    /// The number would become infinite in the smaller type. (CPython stores
    /// the infinity without a word.)
    #[error("{item} is too large for typecode {typecode}")]
    OutOfRange {
        /// What was to be stored.
        item: Item,
        /// Where it was to go.
        typecode: Typecode,
    },
}

impl Item {
    /// The item as the bytes of an element, low byte first in the number's
    /// own value, in the low bits of the result.
    ///
    /// Whole numbers wrap around, as in C and in CPython: only the low bits
    /// that the type has are kept.
    pub(crate) fn to_bits(self, typecode: Typecode) -> Result<u64, ItemError> {
        let wrong = |wanted| Err(ItemError::WrongType { item: self, wanted, typecode });
        match (typecode.representation(), self) {
            (_, Item::Char(byte)) if typecode == Typecode::Char => Ok(byte.into()),
            (_, Item::Int(n)) if typecode == Typecode::Char => {
                u8::try_from(n).map(u64::from).or_else(|_| wrong("a single byte"))
            }
            (_, _) if typecode == Typecode::Char => wrong("a single byte"),
            (Representation::Signed(_) | Representation::Unsigned(_), Item::Int(n)) => Ok(n as u64),
            (Representation::Signed(_) | Representation::Unsigned(_), _) => wrong("a whole number"),
            (Representation::Unicode, Item::Unicode(char)) => Ok(char.into()),
            (Representation::Unicode, _) => wrong("a character"),
            (Representation::Float(size), Item::Int(_) | Item::Float(_)) => {
                let number = match self {
                    Item::Int(n) => n as f64,
                    Item::Float(x) => x,
                    Item::Char(_) | Item::Unicode(_) => return wrong("a number"),
                };
                if size == size_of::<f64>() {
                    return Ok(number.to_bits());
                }
                let rounded = number as f32;
                if rounded.is_infinite() && number.is_finite() {
                    return Err(ItemError::OutOfRange { item: self, typecode });
                }
                Ok(rounded.to_bits().into())
            }
            (Representation::Float(_), _) => wrong("a number"),
        }
    }

    /// The item that an element's bytes stand for.
    pub(crate) fn from_bits(bits: u64, typecode: Typecode) -> Item {
        match typecode.representation() {
            Representation::Unsigned(_) if typecode == Typecode::Char => Item::Char(bits as u8),
            Representation::Signed(size) => {
                let unused = 64 - 8 * size as u32;
                Item::Int(((bits << unused) as i64 >> unused).into())
            }
            Representation::Unsigned(size) => {
                let unused = 64 - 8 * size as u32;
                Item::Int((bits << unused >> unused).into())
            }
            Representation::Float(4) => Item::Float(f32::from_bits(bits as u32).into()),
            Representation::Float(_) => Item::Float(f64::from_bits(bits)),
            Representation::Unicode => {
                Item::Unicode(char::from_u32(bits as u32).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
        }
    }
}

macro_rules! from_whole_numbers {
    ($($type:ty)*) => {$(
        impl From<$type> for Item {
            fn from(number: $type) -> Item {
                Item::Int(number.into())
            }
        }
    )*};
}
from_whole_numbers!(i8 u8 i16 u16 i32 u32 i64 u64 i128);

impl From<f64> for Item {
    fn from(number: f64) -> Item {
        Item::Float(number)
    }
}

impl From<char> for Item {
    fn from(char: char) -> Item {
        Item::Unicode(char)
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Item::Int(n) => write!(f, "{n}"),
            Item::Float(x) => crate::repr::float(f, x),
            Item::Char(byte) => crate::repr::bytes(f, &[byte]),
            Item::Unicode(char) => crate::repr::text(f, char.encode_utf8(&mut [0; 4])),
        }
    }
}
