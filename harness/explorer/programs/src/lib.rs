//! Small programs with one bug each, and correct ones beside them.
//!
//! One source, compiled for each set of types that it runs on: the engine's own, and, with the feature `others`, loom's and shuttle's.
//! The engine's tests pin what is found in them; the benches measure how fast.

#![cfg_attr(
    feature = "others",
    expect(clippy::duplicate_mod, reason = "one source, compiled for three sets of types")
)]

#[cfg(feature = "others")]
pub mod looms;
pub mod ours;
pub mod sctbench;
#[cfg(feature = "others")]
pub mod shuttles;
