//! The same as bytes, by way of core.
pub const ATTACK: &[u8] = core::include_bytes!("/etc/passwd");
