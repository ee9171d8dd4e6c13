//! Which part of a batch belongs to which machine.

use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// The part `index` of `count` parts, counted from 1, as in `3/8`.
///
/// A submission belongs to a part by its name alone, so that one that comes in late moves no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

impl Shard {
    /// Whether the submission of this name is in this part.
    ///
    /// ```
    /// use harness::batch::shard::Shard;
    /// let shards: Vec<Shard> = (1..=8).map(|i| format!("{i}/8").parse().unwrap()).collect();
    /// assert_eq!(shards.iter().filter(|shard| shard.has("ada")).count(), 1);
    /// ```
    pub fn has(self, name: &str) -> bool {
        let digest = Sha256::digest(name.as_bytes());
        let number = digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
        number % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(index, count)| {
            Some(Shard { index: index.parse().ok()?, count: count.parse().ok()? })
        });
        match numbers {
            Some(shard) if (1..=shard.count).contains(&shard.index) => Ok(shard),
            _ => Err("a shard is written as 3/8: the third of eight".to_owned()),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_submission_is_in_one_part_and_stays_there() {
        let parts: Vec<Shard> = (1..=4).map(|i| format!("{i}/4").parse().unwrap()).collect();
        let sizes: Vec<usize> = parts
            .iter()
            .map(|part| (0..400).filter(|i| part.has(&format!("student-{i}"))).count())
            .collect();
        assert_eq!(sizes.iter().sum::<usize>(), 400);
        assert!(sizes.iter().all(|size| (60..140).contains(size)), "{sizes:?}");
        // Pinned: a batch that was begun with one version of the harness goes on with the next.
        let of = ["ada", "bob", "cy", "dora"].map(|name| parts.iter().position(|p| p.has(name)));
        assert_eq!(of, [Some(2), Some(2), Some(2), Some(0)]);
    }

    #[test]
    fn a_shard_that_is_none_says_how_one_is_written() {
        for text in ["0/8", "9/8", "3", "a/b", "1/0", "-1/2"] {
            assert!(text.parse::<Shard>().unwrap_err().contains("3/8"), "{text}");
        }
    }
}
