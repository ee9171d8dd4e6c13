//! The same, relative.
#[path = "../../grader/checks.rs"]
mod attack;
