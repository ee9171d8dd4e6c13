//! What the tests of several packages share. Tests panic where something is not as it should be, and so does all of this.
//!
//! | module | what it is for |
//! |---|---|
//! | [`valgrind`] | a test's own executable once more, under memcheck |
//! | [`trials`] | tests that start processes, and so need a `main` of their own |
//! | [`kills`] | scenes in which a process is killed, again and again |
//! | [`system_calls`] | a scene in which a process is killed at each of its system calls |
//! | [`copies`] | copies that a bare `fork` makes of a process amid what its threads do |
//! | [`interrupt`] | Ctrl-C in the middle of a program |
//! | [`faults`] | a table of functions, each tried while means run out |
//! | [`limits`] | fewer descriptors or threads, or less memory, for a process that plays a scene |
//! | [`storm`] | signals at any moment |
//! | [`left_behind`] | processes and shared memory that a test left behind |

pub mod copies;
pub mod faults;
pub mod interrupt;
pub mod kills;
pub mod left_behind;
pub mod limits;
pub mod storm;
pub mod system_calls;
pub mod trials;
pub mod valgrind;
