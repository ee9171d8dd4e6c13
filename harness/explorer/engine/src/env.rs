//! The whole environment, as `std::env` lists it: the verdict says that the program has read it. Single variables are noticed in the C library.

use crate::machine::chance;

/// All variables, as `std::env::vars`.
pub fn vars() -> std::env::Vars {
    chance::reads_environment();
    std::env::vars()
}

/// All variables, as `std::env::vars_os`.
pub fn vars_os() -> std::env::VarsOs {
    chance::reads_environment();
    std::env::vars_os()
}
