//! A result in the forms that people and programs read.
//!
//! | module | form |
//! |---|---|
//! | [`terminal`] | text, with the failing interleaving drawn |
//! | [`html`] | one page a submission, with the failing interleaving drawn |
//! | [`csv`] | a grade book: a row a submission |
//! | [`junit`] | JUnit's XML, for CI systems |
//! | [`gradescope`] | Gradescope's `results.json` |
//! | [`exercism`] | what an Exercism test runner writes, version 3 |
//! | [`prairielearn`] | PrairieLearn's `results.json` |
//! | [`students`] | a row a student, also as Canvas and Moodle import it |
//!
//! The JSON form is the result itself: [`crate::grading::result::SubmissionResult`]. Each form is a function from results to text; none
//! of them reads or writes a file.

pub mod csv;
pub mod exercism;
pub mod gradescope;
pub mod html;
pub mod junit;
pub mod prairielearn;
pub mod students;
pub mod terminal;
pub mod words;
