//! Many submissions: found, graded side by side, resumed, split over machines and put together again.
//!
//! | module | what lives there |
//! |---|---|
//! | [`submissions`] | what is graded: folders, `.zip`, `.tar`, `.tar.gz`, or a folder of them |
//! | [`attempts`] | several files of one student, as Canvas and Moodle hand them out |
//! | [`forms`] | which archive a file is |
//! | [`archive`] | what is taken from an archive, and what is refused |
//! | [`shard`] | which part of a batch belongs to which machine |
//! | [`output`] | where everything is written: a result each, at once or not at all, and the reports made of them |
//! | [`roster`] | who has handed in what, and how late |
//! | [`term`] | free late days that are for a whole term |
//! | [`compare`] | who has another score than in an earlier grading, and why |
//! | [`grade`], [`merge`], [`again`] | the verbs |

pub mod again;
pub mod archive;
pub mod attempts;
pub mod compare;
pub mod forms;
pub mod grade;
pub mod merge;
pub mod output;
pub mod roster;
pub mod shard;
pub mod submissions;
pub mod term;
