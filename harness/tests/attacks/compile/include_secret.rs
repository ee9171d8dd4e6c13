//! Puts a file of the machine into the program.
pub const ATTACK: &str = include_str!("/etc/passwd");
