//! Reads the compiler's environment.
pub const ATTACK: &str = env!("PATH");
