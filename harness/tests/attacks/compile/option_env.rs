//! The same, by way of core.
pub const ATTACK: Option<&str> = core::option_env!("LD_LIBRARY_PATH");
