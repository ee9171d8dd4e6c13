//! The small programs of SCTBench, written anew, each with the same program without its bug.
//!
//! Thomson, Donaldson, Betts: "Concurrency Testing Using Schedule Bounding: an Empirical Study", PPoPP 2014, collected programs of other studies, most of
//! them in C. These are their shapes, by their descriptions: what was a plain variable there is a `SeqCst` atomic here, as that study knew no other
//! memory. Where a number of threads is in the name, `main` is not among them.

mod buffers;
mod counters;
mod files;
mod locks;
mod once;
mod stealing;
mod waits;

/// A program with a bug, and without it.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Its name there.
    pub name: &'static str,
    /// The threads that it starts.
    pub threads: usize,
    /// What the verdict says of its bug, among other things.
    pub words: &'static str,
    /// The program: mended or not.
    pub run: fn(bool),
}

const fn program(
    name: &'static str,
    threads: usize,
    words: &'static str,
    run: fn(bool),
) -> Program {
    Program { name, threads, words, run }
}

/// All of them.
pub const PROGRAMS: &[Program] = &[
    program("account", 3, "the balance", counters::account),
    program("arithmetic_prog", 2, "the sum", waits::arithmetic_progression),
    program("bluetooth_driver", 2, "the driver has stopped", counters::bluetooth_driver),
    program("carter01", 2, "deadlock", locks::carter),
    program("circular_buffer", 2, "index out of bounds", buffers::circular_buffer),
    program("deadlock01", 2, "deadlock", locks::deadlock),
    program("din_phil2", 2, "deadlock", |mended| locks::philosophers(2, mended)),
    program("din_phil3", 3, "deadlock", |mended| locks::philosophers(3, mended)),
    program("din_phil4", 4, "deadlock", |mended| locks::philosophers(4, mended)),
    program("din_phil5", 5, "deadlock", |mended| locks::philosophers(5, mended)),
    program("din_phil6", 6, "deadlock", |mended| locks::philosophers(6, mended)),
    program("din_phil7", 7, "deadlock", |mended| locks::philosophers(7, mended)),
    program("fsbench", 15, "a block belongs to two files", files::fsbench),
    program("lazy01", 3, "too much", counters::lazy),
    program("phase01", 2, "deadlock", locks::phase),
    program("queue", 2, "another one", buffers::queue),
    program("reorder_3", 3, "half of it", |mended| once::reorder(3, mended)),
    program("reorder_4", 4, "half of it", |mended| once::reorder(4, mended)),
    program("reorder_5", 5, "half of it", |mended| once::reorder(5, mended)),
    program("reorder_10", 10, "half of it", |mended| once::reorder(10, mended)),
    program("reorder_20", 20, "half of it", |mended| once::reorder(20, mended)),
    program("stack", 2, "nothing is on the stack", buffers::stack),
    program("sync01", 2, "deadlock", waits::early_notification),
    program("sync02", 3, "deadlock", waits::notified_if_it_was_empty),
    program("token_ring", 4, "out of turn", waits::token_ring),
    program("twostage", 2, "one stage", |mended| once::two_stages(2, mended)),
    program("twostage_60", 60, "one stage", |mended| once::two_stages(60, mended)),
    program("wronglock_3", 4, "somebody else", |mended| locks::wrong_lock(3, mended)),
    program("wronglock", 8, "somebody else", |mended| locks::wrong_lock(7, mended)),
    program("IWSQ", 2, "taken twice", stealing::last_without_exchange),
    program("IWSQWS", 3, "taken twice", stealing::stolen_without_exchange),
    program("SWSQ", 2, "taken twice", stealing::steals_unannounced),
    program("WSQ", 2, "taken twice", stealing::pops_unannounced),
];
