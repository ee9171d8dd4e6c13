//! The differential fuzzer of spin loops. A loop that waits is replaced by one attempt: a run in which the attempt fails is thrown away,
//! unless it fails in the end as well, which is a livelock. What the search finds in the loops must be what it finds in the attempts; there
//! it needs no heuristic, and is held against full enumeration by the other fuzzer.
//!
//! | file | holds |
//! |---|---|
//! | `program` | programs as data, and the program of a seed |
//! | `interpret` | runs a program, with loops or with attempts |
//! | `compare` | holds one against the other |

pub mod compare;
pub mod interpret;
#[path = "../fuzz/numbers.rs"]
pub mod numbers;
pub mod program;
