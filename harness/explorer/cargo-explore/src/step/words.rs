//! What is said, in each language.

mod chinese;
mod english;

use protocol::{Outcome, Untold};
use trace::Language;

/// The words of one language.
pub(super) struct Words {
    /// What is written at the top, after so many steps.
    pub title: fn(usize) -> String,
    pub next: &'static str,
    pub next_of: fn(usize) -> String,
    /// Which of its ways this thread takes.
    pub which: fn(&str) -> String,
    pub keys: &'static str,
    pub keys_of_ways: &'static str,
    pub keys_at_the_end: &'static str,
    pub searching: &'static str,
    pub ends_well: &'static str,
    pub at_the_beginning: &'static str,
    pub is_over: &'static str,
    pub nobody_can: &'static str,
    pub no_such_thread: fn(usize) -> String,
    /// There are only so many ways.
    pub no_such_way: fn(usize) -> String,
    /// This thread cannot go on: it stands so.
    pub cannot: fn(&str, &str) -> String,
    /// This thread can do so many things.
    pub several: fn(&str, usize) -> String,
    /// A failure, so many steps from here.
    pub found: fn(&Outcome, usize) -> String,
    pub not_found: fn(&Outcome) -> String,
    pub unknown: fn(&str) -> String,
    /// This was done, and has no number in the run.
    pub no_number: fn(&str) -> String,
    /// What keys do that a line cannot.
    pub keys_of_a_terminal: &'static str,
    /// Which keys threads have for which there is no digit.
    pub keys_of_many: &'static str,
    pub untold: fn(Option<Untold>) -> &'static str,
    /// So many steps were chosen, and the rest came about by itself.
    pub left_at: fn(usize) -> String,
    pub again: &'static str,
    pub meanings: Meanings,
    pub whys: Whys,
}

/// What steps mean.
pub(super) struct Meanings {
    pub unseen: &'static str,
    pub other: &'static str,
    pub ends: &'static str,
    pub panics: &'static str,
    pub exits: &'static str,
    pub spawns: &'static str,
    pub joins: &'static str,
    pub yields: &'static str,
    pub parks: &'static str,
    pub unparks: &'static str,
    pub locks: &'static str,
    pub tries: &'static str,
    pub unlocks: &'static str,
    pub waits: &'static str,
    pub wakes: &'static str,
    pub notifies: &'static str,
    pub barrier: &'static str,
    pub once: &'static str,
    pub sends: &'static str,
    pub receives: &'static str,
    pub loads: &'static str,
    pub stores: &'static str,
    pub updates: &'static str,
    pub fence: &'static str,
}

/// What must happen before a thread can go on.
pub(super) struct Whys {
    /// Held by these.
    pub lock: fn(&str) -> String,
    pub join: fn(&str) -> String,
    pub notify: &'static str,
    pub unpark: &'static str,
    pub barrier: &'static str,
    pub message: &'static str,
    pub room: &'static str,
    pub change: &'static str,
    pub time: &'static str,
}

impl Words {
    pub fn of(language: Language) -> &'static Words {
        match language {
            Language::En => &english::WORDS,
            Language::Zh => &chinese::WORDS,
        }
    }
}
