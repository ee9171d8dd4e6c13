//! Compiles another's file.
include!("../../grader/checks.rs");
