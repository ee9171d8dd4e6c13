//! The one-letter codes that name C types, as Python's `array` module has them.

use std::fmt;
use thiserror::Error;

/// The C type of the elements of an [`AnyValue`](crate::AnyValue) or an
/// [`AnyArray`](crate::AnyArray).
///
/// The codes are those of Python's `array` and `ctypes`. Sizes are C's on this
/// platform, which is why [`Long`](Typecode::Long) has 8 bytes on 64-bit Linux
/// and 4 elsewhere.
///
/// ```
/// use ch09_shared_data::Typecode;
/// let code: Typecode = 'd'.try_into()?;
/// assert_eq!((code, code.size(), code.c_name()), (Typecode::Double, 8, "double"));
/// assert_eq!(
///     Typecode::try_from('x').unwrap_err().to_string(),
///     "x is no typecode; there are c b B u h H i I l L q Q f d"
/// );
/// # Ok::<(), ch09_shared_data::UnknownTypecode>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Typecode {
    /// `c`: a byte that stands for a character.
    Char,
    /// `b`: a signed byte.
    SignedChar,
    /// `B`: an unsigned byte.
    UnsignedChar,
    /// `u`: a Unicode character, `wchar_t` in C.
    Unicode,
    /// `h`
    Short,
    /// `H`
    UnsignedShort,
    /// `i`
    Int,
    /// `I`
    UnsignedInt,
    /// `l`
    Long,
    /// `L`
    UnsignedLong,
    /// `q`
    LongLong,
    /// `Q`
    UnsignedLongLong,
    /// `f`: a float of 4 bytes.
    Float,
    /// `d`: a float of 8 bytes.
    Double,
}

/// What the bytes of an element mean. Codes of the same representation may
/// stand for one another, as `l` and `q` on 64-bit Linux.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Representation {
    Signed(usize),
    Unsigned(usize),
    Float(usize),
    Unicode,
}

/// The letter is not one of the fourteen typecodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0} is no typecode; there are c b B u h H i I l L q Q f d")]
pub struct UnknownTypecode(
    /// The letter.
    pub char,
);

impl Typecode {
    /// All typecodes, in the order of Python's documentation.
    pub const ALL: [Typecode; 14] = [
        Typecode::Char,
        Typecode::SignedChar,
        Typecode::UnsignedChar,
        Typecode::Unicode,
        Typecode::Short,
        Typecode::UnsignedShort,
        Typecode::Int,
        Typecode::UnsignedInt,
        Typecode::Long,
        Typecode::UnsignedLong,
        Typecode::LongLong,
        Typecode::UnsignedLongLong,
        Typecode::Float,
        Typecode::Double,
    ];

    /// The letter.
    ///
    /// ```
    /// # use ch09_shared_data::Typecode;
    /// assert_eq!(Typecode::Double.letter(), 'd');
    /// ```
    pub const fn letter(self) -> char {
        self.row().0
    }

    /// What C calls the type.
    ///
    /// ```
    /// # use ch09_shared_data::Typecode;
    /// assert_eq!(Typecode::UnsignedShort.c_name(), "unsigned short");
    /// ```
    pub const fn c_name(self) -> &'static str {
        self.row().1
    }

    /// The size of an element in bytes.
    ///
    /// ```
    /// # use ch09_shared_data::Typecode;
    /// assert_eq!(Typecode::Short.size(), 2);
    /// ```
    pub const fn size(self) -> usize {
        match self.row().2 {
            Representation::Signed(size)
            | Representation::Unsigned(size)
            | Representation::Float(size) => size,
            Representation::Unicode => size_of::<char>(),
        }
    }

    pub(crate) const fn representation(self) -> Representation {
        self.row().2
    }

    const fn row(self) -> (char, &'static str, Representation) {
        use Representation::{Float, Signed, Unicode, Unsigned};
        const LONG: usize = size_of::<core::ffi::c_long>();
        match self {
            Typecode::Char => ('c', "char", Unsigned(1)),
            Typecode::SignedChar => ('b', "signed char", Signed(1)),
            Typecode::UnsignedChar => ('B', "unsigned char", Unsigned(1)),
            Typecode::Unicode => ('u', "wchar_t", Unicode),
            Typecode::Short => ('h', "short", Signed(2)),
            Typecode::UnsignedShort => ('H', "unsigned short", Unsigned(2)),
            Typecode::Int => ('i', "int", Signed(4)),
            Typecode::UnsignedInt => ('I', "unsigned int", Unsigned(4)),
            Typecode::Long => ('l', "long", Signed(LONG)),
            Typecode::UnsignedLong => ('L', "unsigned long", Unsigned(LONG)),
            Typecode::LongLong => ('q', "long long", Signed(8)),
            Typecode::UnsignedLongLong => ('Q', "unsigned long long", Unsigned(8)),
            Typecode::Float => ('f', "float", Float(4)),
            Typecode::Double => ('d', "double", Float(8)),
        }
    }
}

impl TryFrom<char> for Typecode {
    type Error = UnknownTypecode;

    fn try_from(letter: char) -> Result<Typecode, UnknownTypecode> {
        Typecode::ALL
            .into_iter()
            .find(|code| code.letter() == letter)
            .ok_or(UnknownTypecode(letter))
    }
}

impl fmt::Display for Typecode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.letter())
    }
}
