//! The child is never told what is right.
//!
//! A check of a library shares its process with the submission, and who finds a hole in the compiler says there what he likes. So the verdict is
//! found outside. The same `checks.rs` is compiled with its assertions turned into looks: of `assert_eq!(left, right)` only `left` is left. The
//! process reports what each execution looked at, and the grader compares that with what the reference solution answers to the same questions,
//! asked with numbers that were drawn for this grading.
//!
//! | module | what lives there |
//! |---|---|
//! | [`source`] | from `checks.rs` to checks that only look |
//! | [`alone`] | of a check that makes clients: what one thread gets, and what that explains |
//! | [`reference`](mod@reference) | what right solutions answer, and how a submission's answers differ |

pub mod alone;
pub mod reference;
pub mod source;
