//! Which part of a search a machine does.

use std::fmt;
use std::str::FromStr;

/// The part `part` of `parts` parts, counted from 1, as in `3/8`.
///
/// ```
/// use cargo_explore::shard::Shard;
/// let shard: Shard = "3/8".parse().unwrap();
/// assert_eq!((shard.part, shard.parts), (3, 8));
/// assert!("9/8".parse::<Shard>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which one, counted from 1.
    pub part: u32,
    /// How many there are.
    pub parts: u32,
}

/// More parts than a search is split into would have nothing to do.
const MOST: u32 = 128;

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(part, parts)| {
            Some(Shard { part: part.parse().ok()?, parts: parts.parse().ok()? })
        });
        match numbers {
            Some(shard) if shard.parts > MOST => {
                Err(format!("a search is split into at most {MOST} parts"))
            }
            Some(shard) if (1..=shard.parts).contains(&shard.part) => Ok(shard),
            _ => Err("a part is written as 3/8: the third of eight".to_owned()),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_none_says_how_one_is_written() {
        for text in ["0/8", "9/8", "3", "a/b", "1/0", "-1/2"] {
            assert!(text.parse::<Shard>().unwrap_err().contains("3/8"), "{text}");
        }
        assert!("1/129".parse::<Shard>().unwrap_err().contains("at most 128"));
        assert_eq!("128/128".parse::<Shard>().unwrap().to_string(), "128/128");
    }
}
