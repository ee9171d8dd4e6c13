//! The differential fuzzer of rounds that are left out: programs that wait in loops beside locks, condition variables, time-outs and panics. What is found without the
//! rounds that come to nothing must be what is found with every round.
//!
//! | file | holds |
//! |---|---|
//! | `program` | programs as data, and the program of a seed |
//! | `interpret` | runs a program |
//! | `compare` | holds a search without such rounds against one with all |

pub mod compare;
pub mod interpret;
#[path = "../fuzz/numbers.rs"]
pub mod numbers;
pub mod program;
