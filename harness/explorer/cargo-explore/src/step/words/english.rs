//! English.

use super::{Meanings, Whys, Words};
use protocol::{Status, Untold};

pub(super) static WORDS: Words = Words {
    title: |steps| match steps {
        0 => "You are the scheduler. Nothing has happened yet.".to_owned(),
        1 => "You are the scheduler. 1 step was taken.".to_owned(),
        steps => format!("You are the scheduler. {steps} steps were taken."),
    },
    next: "next: ",
    next_of: |ways| format!("next, in one of {ways} ways: "),
    which: |name| format!("Which of its ways does {name} take?"),
    keys: "A number lets that thread take its step; Enter: go on; b: back; f: find a failure; ?: explain; q: end",
    keys_of_ways: "A number takes that way; b: none of them; ?: explain; q: end",
    keys_at_the_end: "b: back; q: end, with the picture of this run",
    searching: "Searching from here for a run that fails. Ctrl-C ends it.",
    ends_well: "This run ends well.",
    at_the_beginning: "This is the beginning.",
    is_over: "The run is over; b goes back.",
    nobody_can: "Nobody can go on.",
    no_such_thread: |number| format!("There is no thread {number}."),
    no_such_way: |ways| format!("There are {ways} ways: 1 to {ways}."),
    cannot: |name, words| format!("{name} has no step now: it {words}."),
    several: |name, ways| {
        format!(
            "{name} can go on in {ways} ways. Which of them comes is up to the system, and here to you."
        )
    },
    found: |outcome, steps| {
        let (steps, executions) =
            (many(steps as u64, "step"), many(outcome.executions, "execution"));
        format!("A failure, {steps} further ({executions}). b goes back, step by step.")
    },
    not_found: |outcome| match outcome.status {
        Status::Proved => format!(
            "From here no run fails: all were searched, {}.{}",
            many(outcome.executions, "execution"),
            outcome.within.as_ref().map_or(String::new(), |bound| format!(" For {bound}."))
        ),
        _ => format!(
            "No failure was found from here in {}, and not everything was searched: {}.",
            many(outcome.executions, "execution"),
            outcome.summary
        ),
    },
    unknown: |line| format!("“{line}” means nothing here."),
    no_number: |what| format!("{what}: no other thread can tell, so it has no number."),
    keys_of_a_terminal: "↑ ↓: mark another thread; Enter and ?: the marked one; ←: back; PgUp, PgDn: earlier steps; n: on to its next step in your own code",
    keys_of_many: "A, B, C, …: the threads from ten on",
    untold: |untold| match untold {
        Some(Untold::Begins) => "begins",
        Some(Untold::Asks) => "comes to a call that may block",
        Some(Untold::KeptOut) => "waits behind a writer that waits",
        Some(Untold::Prints) => "prints",
        Some(Untold::Reads) => "reads from standard input",
        Some(Untold::GivesBack) => "drops one of several senders",
        Some(Untold::Returns) => "returns from its closure",
        Some(Untold::GoesOn) | None => "goes on",
    },
    left_at: |steps| {
        format!(
            "You chose {}; the rest of this run came about by itself.",
            many(steps as u64, "step")
        )
    },
    again: "again: ",
    meanings: Meanings {
        unseen: "No other thread can tell when this happens.",
        other: "Other threads may notice when it happens.",
        ends: "Who joins it can go on afterwards.",
        panics: "It unwinds: guards are dropped, and locks that it holds are poisoned.",
        exits: "The process ends, whatever other threads are doing.",
        spawns: "From then on the new thread can be chosen.",
        joins: "The other thread has ended, so this one goes on.",
        yields: "It changes nothing; others may go first.",
        parks: "Its token is used up; without one it would have waited.",
        unparks: "The other thread gets a token: its park, now or later, lets it go on. Tokens do not add up.",
        locks: "Until it gives the lock back, whoever asks for it must wait.",
        tries: "It does not wait: whether it gets the lock depends on who holds it now.",
        unlocks: "Whoever waits for the lock can get it, but need not be the first to try.",
        waits: "It gives the lock back and sleeps in one step. Only a notification that comes later wakes it.",
        wakes: "It was notified and has the lock again. Others may have had it in between: what it waited for may no longer be true.",
        notifies: "It reaches who waits at this moment. If nobody does, it is lost.",
        barrier: "Who comes here waits until all have come.",
        once: "One thread initialises; the others wait for it.",
        sends: "Whoever waits at the other end can go on.",
        receives: "It takes the message that came first, and makes room.",
        loads: "It sees a value that its ordering allows; with a weak ordering that may be an old one.",
        stores: "Other threads may see it from now on; with a weak ordering they need not see it at once.",
        updates: "It reads and writes in one step: nothing comes between.",
        fence: "It orders what comes before and after it in this thread.",
    },
    whys: Whys {
        lock: |held_by| match held_by {
            "" => "The lock must be given back first.".to_owned(),
            held_by => format!("Let {held_by} give the lock back first."),
        },
        join: |thread| format!("Let {thread} come to its end first."),
        notify: "Another thread must notify it first; a notification that came before it waited is lost.",
        unpark: "Another thread must unpark it first.",
        barrier: "The other threads must come to the barrier first.",
        message: "Another thread must send a message, or drop the last sender.",
        room: "Another thread must take a message first.",
        change: "It looks at the same values again and again. Another thread must change one first.",
        time: "Time must pass.",
    },
};

fn many(number: u64, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}
