//! A result in the forms that people and programs read.
//!
//! | module | form |
//! |---|---|
//! | [`terminal`] | text, with the failing interleaving drawn |
//!
//! The JSON form is the result itself: [`crate::grading::result::SubmissionResult`].

pub mod terminal;
