//! The harness: runs every program of every chapter and holds what it prints
//! against a snapshot.
//!
//! | module | what lives there |
//! |---|---|
//! | [`command_line`] | the verbs and their options |
//! | [`course`] | the chapters of the workspace: found, built, listed; their assignments checked |
//! | [`execution`] | one process with a deadline, and the end of everything it started |
//! | [`canonical`] | an output brought into the form that its program declares |
//! | [`snapshot`] | what a program printed when somebody last agreed with it |
//! | [`judge`] | all of that for one program: what happened, and what is wrong with it |
//! | [`run`], [`list`], [`doctor`] | the verbs |
//! | [`parallel`], [`stop`], `interrupt` | the same for many things at a time; work that can be stopped; what goes when the harness is ended |
//! | [`files`], `language` | what several parts do with files; the sentences that students read |
//! | [`python`] | the Python twins |
//! | [`bench`] | the chapters beside their peers: measured, decided, written |
//! | [`explore`] | every interleaving of ordinary code |
//! | [`student`], [`batch`] | working copies; many submissions |
//! | [`grading`], [`reports`] | assignments: from a submission to a score, and what is shown of it |
//!
//! The harness never links a chapter. It runs it, as a reader does.

#![warn(missing_docs)]

pub mod batch;
pub mod bench;
pub mod canonical;
pub mod command_line;
pub mod course;
pub mod doctor;
pub mod execution;
pub mod explore;
pub mod files;
pub mod grading;
mod interrupt;
pub mod judge;
mod language;
pub mod list;
pub mod parallel;
pub mod python;
pub mod reports;
pub mod run;
pub mod snapshot;
pub mod stop;
pub mod student;
