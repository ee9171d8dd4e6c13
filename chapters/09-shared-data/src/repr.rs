//! Values written as Python's `repr` writes them, so that the programs and
//! their twins print the same lines.

use std::fmt::{self, Formatter, Write};

/// `2.0`, `1e+16`, `1e-05`, `inf`, `nan`.
pub(crate) fn float(f: &mut Formatter<'_>, x: f64) -> fmt::Result {
    if x.is_nan() {
        return f.write_str("nan");
    }
    // Both languages print the shortest digits that read back as the same
    // number; they differ in when they go over to exponents, and how those look.
    let scientific = format!("{x:e}");
    match scientific.split_once('e') {
        Some((digits, exponent)) if x != 0.0 => {
            let exponent: i32 = exponent.parse().unwrap_or(0);
            if (-4..16).contains(&exponent) {
                write!(f, "{x:?}")
            } else {
                let sign = if exponent < 0 { '-' } else { '+' };
                write!(f, "{digits}e{sign}{:02}", exponent.unsigned_abs())
            }
        }
        _ => write!(f, "{x:?}"),
    }
}

/// `'x'`, `"it's"`.
pub(crate) fn text(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    f.write_char(quote)?;
    for char in text.chars() {
        match char {
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c == quote => write!(f, "\\{c}")?,
            c if c < ' ' || c == '\x7f' => write!(f, "\\x{:02x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char(quote)
}

/// `b'x'`, `b'\x00'`.
pub(crate) fn bytes(f: &mut Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    write!(f, "b{quote}")?;
    for &byte in bytes {
        match byte {
            b'\\' => f.write_str("\\\\")?,
            b'\n' => f.write_str("\\n")?,
            b'\r' => f.write_str("\\r")?,
            b'\t' => f.write_str("\\t")?,
            b if char::from(b) == quote => write!(f, "\\{quote}")?,
            b' '..=b'~' => f.write_char(byte.into())?,
            b => write!(f, "\\x{b:02x}")?,
        }
    }
    f.write_char(quote)
}

#[cfg(test)]
mod tests {
    use std::fmt::{self, Display, Formatter};

    struct Float(f64);
    impl Display for Float {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            super::float(f, self.0)
        }
    }
    struct Text(&'static str);
    impl Display for Text {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            super::text(f, self.0)
        }
    }
    struct Bytes(&'static [u8]);
    impl Display for Bytes {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            super::bytes(f, self.0)
        }
    }

    // The right-hand sides were printed by CPython 3.11.
    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (x, repr) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (0.25, "0.25"),
            (1.6180339, "1.6180339"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(Float(x).to_string(), repr);
        }
    }

    #[test]
    fn strings_are_quoted_as_python_quotes_them() {
        assert_eq!(Text("it").to_string(), "'it'");
        assert_eq!(Text("it's").to_string(), "\"it's\"");
        assert_eq!(Text("'\"").to_string(), "'\\'\"'");
        assert_eq!(Text("男\n\x01").to_string(), "'男\\n\\x01'");
        assert_eq!(Bytes(b"ab\0'\xff").to_string(), "b\"ab\\x00'\\xff\"");
    }
}
