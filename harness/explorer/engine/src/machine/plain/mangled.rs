//! Finding one's way in a mangled name (v0): as much of its grammar as it takes to step over a type.

/// What follows the type that begins at `at`; `None` if it is none.
pub fn after_type(name: &[u8], at: usize) -> Option<usize> {
    match name.get(at)? {
        b'A' => after_constant(name, after_type(name, at + 1)?),
        b'S' | b'P' | b'O' => after_type(name, at + 1),
        b'R' | b'Q' => after_type(name, after_lifetime(name, at + 1)?),
        b'T' => after_all(name, at + 1, after_type),
        b'F' => {
            let mut at = after_number(name, at + 1, b'G')?;
            at += usize::from(name.get(at) == Some(&b'U'));
            if name.get(at) == Some(&b'K') {
                at = match name.get(at + 1)? {
                    b'C' => at + 2,
                    _ => after_identifier(name, at + 1)?,
                };
            }
            after_type(name, after_all(name, at, after_type)?)
        }
        b'D' => {
            let bounds = after_number(name, at + 1, b'G')?;
            after_lifetime(name, after_all(name, bounds, after_bound)?)
        }
        b'a'..=b'z' => Some(at + 1),
        _ => after_path(name, at),
    }
}

/// What follows the path that begins at `at`.
pub fn after_path(name: &[u8], at: usize) -> Option<usize> {
    match name.get(at)? {
        b'C' => after_identifier(name, at + 1),
        b'M' => {
            let at = after_path(name, after_number(name, at + 1, b's')?)?;
            after_type(name, at)
        }
        b'X' => {
            let at = after_path(name, after_number(name, at + 1, b's')?)?;
            after_path(name, after_type(name, at)?)
        }
        b'Y' => after_path(name, after_type(name, at + 1)?),
        b'N' => after_identifier(name, after_path(name, at + 2)?),
        b'I' => after_all(name, after_path(name, at + 1)?, after_argument),
        b'B' => after_number(name, at, b'B'),
        _ => None,
    }
}

/// What follows the place of an `impl`: the type that it is for.
pub fn after_implementation(name: &[u8], at: usize) -> Option<usize> {
    after_path(name, after_number(name, at, b's')?)
}

/// One of the traits of a `dyn`, with what it says of their types.
fn after_bound(name: &[u8], at: usize) -> Option<usize> {
    let mut at = after_path(name, at)?;
    while name.get(at) == Some(&b'p') {
        at = after_type(name, after_identifier(name, at + 1)?)?;
    }
    Some(at)
}

fn after_argument(name: &[u8], at: usize) -> Option<usize> {
    match name.get(at)? {
        b'L' => after_lifetime(name, at),
        b'K' => after_constant(name, at + 1),
        _ => after_type(name, at),
    }
}

fn after_constant(name: &[u8], at: usize) -> Option<usize> {
    match name.get(at)? {
        b'B' => after_number(name, at, b'B'),
        b'p' => Some(at + 1),
        b'R' | b'Q' => after_constant(name, at + 1),
        b'A' | b'T' => after_all(name, at + 1, after_constant),
        b'a'..=b'z' => {
            let digits = name.get(at + 1..)?;
            Some(at + 2 + digits.iter().position(|&byte| byte == b'_')?)
        }
        _ => None,
    }
}

/// All of a list that ends with `E`.
fn after_all(name: &[u8], mut at: usize, one: fn(&[u8], usize) -> Option<usize>) -> Option<usize> {
    while *name.get(at)? != b'E' {
        at = one(name, at)?;
    }
    Some(at + 1)
}

fn after_lifetime(name: &[u8], at: usize) -> Option<usize> {
    after_number(name, at, b'L')
}

/// A number, if `tag` says that there is one.
fn after_number(name: &[u8], at: usize, tag: u8) -> Option<usize> {
    if name.get(at) != Some(&tag) {
        return Some(at);
    }
    Some(at + 2 + name.get(at + 1..)?.iter().position(|&byte| byte == b'_')?)
}

fn after_identifier(name: &[u8], at: usize) -> Option<usize> {
    let at = after_number(name, at, b's')?;
    let start = at + usize::from(name.get(at) == Some(&b'u'));
    let digits = name.get(start..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let length: usize = std::str::from_utf8(name.get(start..start + digits)?).ok()?.parse().ok()?;
    let from = start + digits;
    let from = from + usize::from(name.get(from) == Some(&b'_'));
    (from + length <= name.len()).then_some(from + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_stepped_over() {
        for name in [
            "h",
            "Rh",
            "QL_Sm",
            "PAhj10_",
            "TmRShE",
            "FUKCmhEu",
            "FEu",
            "DNtNtCs1_4core3fmt5Debugp4ItemhEL_",
            "INtNtCs77_14explore_engine4sync5MutexmE",
            "INtC4some3MapKj3_L_NtB2_3KeyE",
            "NtCs1234_7mycrateu6_tda_1a",
            "NCNvCs1_7mycrate4main0",
            "YhNtCs1_7mycrate3Ext",
            "B5_",
        ] {
            let more = format!("{name}NtCs1_3etc1X");
            assert_eq!(after_type(more.as_bytes(), 0), Some(name.len()), "{name}");
        }
        for none in ["", "E", "N", "INtC4some", "T", "C99_short"] {
            assert_eq!(after_type(none.as_bytes(), 0), None, "{none}");
        }
    }
}
