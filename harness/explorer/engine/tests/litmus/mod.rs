//! The memory model: litmus tests, held against the literature and against the axioms of RC11.
//!
//! | file | holds |
//! |---|---|
//! | `table` | the tests of the literature, with what it says of each; and the shapes whose every combination is checked |
//! | `program` | how a test is written |
//! | `axioms` | RC11, as axioms on graphs |
//! | `engine` | runs a test on the engine |
//! | `check` | compares |

pub mod axioms;
pub mod check;
pub mod engine;
#[path = "../fuzz/numbers.rs"]
pub mod numbers;
pub mod program;
pub mod table;
