//! Looks for core under a name of its own.
extern crate core as real;
pub use real::arch::x86_64::_rdtsc;
