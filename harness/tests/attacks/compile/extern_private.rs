//! Names crates that come with the compiler.
extern crate libc;
pub use libc::_exit;
