//! The differential fuzzer: on random small programs, the usual search must find what full enumeration finds.
//!
//! | file | holds |
//! |---|---|
//! | `program` | programs as data, and how they read |
//! | `numbers` | random numbers |
//! | `random` | the program of a seed |
//! | `interpret` | runs a program on the engine, collects outcomes |
//! | `compare` | one program, two searches |
//! | `shrink` | makes a failing program small |

pub mod compare;
pub mod interpret;
pub mod numbers;
pub mod program;
pub mod random;
pub mod shrink;
