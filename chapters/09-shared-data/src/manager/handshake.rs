//! How a client and a manager prove to each other that they have the same key,
//! without saying it.
//!
//! ```text
//! manager → client: MAGIC, its nonce
//! client → manager: its nonce, who it is, HMAC(key, "client", both nonces, who)
//! manager → client: HMAC(key, "manager", both nonces, who)
//! ```
//!
//! A manager that can take no further client says so instead of its magic
//! number, and hangs up. One whose only thread computes says that first, and greets later. To a client with
//! another key it says that instead of its proof, so that its own end is not taken for this.
//!
//! Both nonces are in both proofs, so that neither can be replayed; the names
//! of the sides are, so that a proof cannot be sent back to its maker. All
//! messages have a fixed length: before the proof nothing that a stranger says
//! is believed, not even a size. Python's `multiprocessing` does the same in
//! two rounds (and with MD5 until 3.12).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io;

/// What both must have.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key(pub(super) Vec<u8>);

pub(super) const NONCE: usize = 32;
pub(super) const PROOF: usize = 32;
const MAGIC: &[u8; 8] = b"every-in";
const FULL: &[u8; 8] = b"every-no";
const COMPUTES: &[u8; 8] = b"every-on";
const OTHER_KEY: &[u8; 8] = b"every-ke";

pub(super) const GREETING: usize = MAGIC.len() + NONCE;
pub(super) const INTRODUCTION: usize = NONCE + Who::SIZE + PROOF;

/// The client: which process, and what the connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Who {
    /// A random number of the process's own.
    pub(super) process: u128,
    /// True for the one connection whose end means the end of the process.
    pub(super) is_home: bool,
}

impl Who {
    const SIZE: usize = 17;

    fn to_bytes(self) -> [u8; Who::SIZE] {
        let mut bytes = [self.is_home.into(); Who::SIZE];
        bytes[..16].copy_from_slice(&self.process.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; Who::SIZE]) -> Who {
        let (process, is_home) = bytes.split_at(16);
        let process = process.iter().rev().fold(0, |n, &byte| n << 8 | u128::from(byte));
        Who { process, is_home: is_home[0] == 1 }
    }
}

impl Key {
    /// A key that nobody can guess.
    pub(super) fn random() -> io::Result<Key> {
        let mut key = vec![0; 32];
        getrandom::fill(&mut key)?;
        Ok(Key(key))
    }

    fn mac(&self, side: &[u8], manager: &[u8], client: &[u8], who: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any size");
        for part in [side, manager, client, who] {
            mac.update(part);
        }
        mac
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Fresh random bytes.
pub(super) fn nonce() -> io::Result<[u8; NONCE]> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce)?;
    Ok(nonce)
}

/// The manager's first message.
pub(super) fn greeting(nonce: &[u8; NONCE]) -> Vec<u8> {
    [&MAGIC[..], nonce].concat()
}

/// What a manager says instead of its greeting if it has no room for another client.
pub(super) fn refusal() -> [u8; GREETING] {
    padded(FULL)
}

pub(super) fn is_refusal(greeting: &[u8; GREETING]) -> bool {
    greeting.starts_with(FULL)
}

/// What a manager says before its greeting if a method computes meanwhile.
pub(super) fn computes() -> [u8; GREETING] {
    padded(COMPUTES)
}

pub(super) fn is_computing(greeting: &[u8; GREETING]) -> bool {
    greeting.starts_with(COMPUTES)
}

/// What a manager says instead of its proof to a client with another key. Nobody's proof.
pub(super) fn other_key() -> [u8; PROOF] {
    padded(OTHER_KEY)
}

fn padded<const N: usize>(word: &[u8; MAGIC.len()]) -> [u8; N] {
    let mut padded = [0; N];
    padded[..word.len()].copy_from_slice(word);
    padded
}

/// The client's answer to a greeting, and the proof that must come back.
/// `None` if the greeting is not a manager's.
pub(super) fn introduce(
    key: &Key,
    greeting: &[u8; GREETING],
    nonce: &[u8; NONCE],
    who: Who,
) -> Option<(Vec<u8>, Expected)> {
    let manager = greeting.strip_prefix(MAGIC)?;
    let who = who.to_bytes();
    let proof = key.mac(b"client", manager, nonce, &who).finalize().into_bytes();
    let expected = Expected(key.mac(b"manager", manager, nonce, &who));
    Some(([&nonce[..], &who, &proof].concat(), expected))
}

/// The proof that a client waits for.
pub(super) struct Expected(Hmac<Sha256>);

impl Expected {
    /// Compares in constant time.
    pub(super) fn is(self, proof: &[u8; PROOF]) -> bool {
        self.0.verify_slice(proof).is_ok()
    }
}

/// The manager's check of an introduction; the client, and the manager's own
/// proof. `None` if the client does not have the key. Compares in constant time.
pub(super) fn check(
    key: &Key,
    nonce: &[u8; NONCE],
    introduction: &[u8; INTRODUCTION],
) -> Option<(Who, Vec<u8>)> {
    let (client, rest) = introduction.split_at(NONCE);
    let (who, proof) = rest.split_at(Who::SIZE);
    key.mac(b"client", nonce, client, who).verify_slice(proof).ok()?;
    let answer = key.mac(b"manager", nonce, client, who).finalize().into_bytes();
    Some((Who::from_bytes(who.try_into().ok()?), answer.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key(text.into())
    }

    #[test]
    fn both_sides_prove_the_key() {
        let who = Who { process: 0x0123_4567 << 96 | 89, is_home: true };
        let hello = greeting(&[1; NONCE]).try_into().unwrap();
        let (introduction, expected) = introduce(&key("k"), &hello, &[2; NONCE], who).unwrap();
        let introduction = introduction.try_into().unwrap();
        let (seen, proof) = check(&key("k"), &[1; NONCE], &introduction).unwrap();
        assert_eq!(seen, who);
        assert!(expected.is(&proof.try_into().unwrap()));
    }

    #[test]
    fn another_key_another_nonce_or_a_changed_byte_prove_nothing() {
        let who = Who { process: 7, is_home: false };
        let hello: [u8; GREETING] = greeting(&[1; NONCE]).try_into().unwrap();
        let (introduction, expected) = introduce(&key("k"), &hello, &[2; NONCE], who).unwrap();
        let introduction: [u8; INTRODUCTION] = introduction.try_into().unwrap();
        assert!(check(&key("other"), &[1; NONCE], &introduction).is_none());
        assert!(check(&key("k"), &[3; NONCE], &introduction).is_none());
        for i in 0..INTRODUCTION {
            let mut changed = introduction;
            changed[i] ^= 1;
            assert!(check(&key("k"), &[1; NONCE], &changed).is_none(), "byte {i}");
        }
        // What the client itself sent is not the manager's proof.
        assert!(!expected.is(introduction[INTRODUCTION - PROOF..].try_into().unwrap()));
        assert!(introduce(&key("k"), &[0; GREETING], &[2; NONCE], who).is_none());
    }
}
