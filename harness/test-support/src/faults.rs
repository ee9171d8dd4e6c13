//! A table: the functions of a library, and what each comes to while the system's means run out.
//!
//! A row prepares what its function needs, then lets something run out, and calls. Whatever comes of it, the call comes back,
//! says what there was too little of, leaves nothing behind, and works once there is enough again.

use crate::limits::{causes, descriptors, fill_descriptors, lower_descriptors};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::any::Any;
use std::error::Error;
use std::fmt::Write as _;
use std::rc::Rc;

/// What a row's function came to.
pub type Outcome = Result<(), Box<dyn Error>>;

/// One function, by its name.
pub type Row = (&'static str, fn(&Starve) -> Outcome);

/// Lets something run out, until what it returns is dropped.
pub type Starve = Rc<dyn Fn() -> Box<dyn Any>>;

fn none() -> Starve {
    Rc::new(|| Box::new(()))
}

/// Every row works while nothing is lacking; what it opens the first time and keeps is not counted afterwards.
fn plenty(rows: &[Row]) {
    for (name, run) in rows {
        let outcome = run(&none());
        assert!(outcome.is_ok(), "{name}, with plenty: {}", told(&outcome));
    }
}

fn told(outcome: &Outcome) -> String {
    match outcome {
        Ok(()) => "works".to_owned(),
        Err(error) => causes(&**error),
    }
}

/// Every row with room for 0, 1, 2 … descriptors. With `most` it must work, and with more than it once worked with as well.
///
/// Lowers the limit of the calling process. Prints the table.
pub fn descriptors_run_out(rows: &[Row], most: usize) {
    lower_descriptors(128);
    plenty(rows);
    let mut table = String::new();
    for (name, run) in rows {
        let mut before = descriptors();
        let mut needs = None;
        for left in 0..=most {
            eprintln!("{name}, with {left} descriptors");
            let starve: Starve = Rc::new(move || {
                let mut files = fill_descriptors();
                files.truncate(files.len().saturating_sub(left));
                Box::new(files)
            });
            let outcome = run(&starve);
            let text = told(&outcome);
            match outcome {
                Ok(()) => _ = needs.get_or_insert(left),
                Err(_) => {
                    assert!(
                        needs.is_none(),
                        "{name}: works with {needs:?}, not with {left}: {text}"
                    );
                    // The system's own sentence, or ours of what was lost on the way.
                    let said =
                        ["Too many open files", "ulimit -n"].iter().any(|s| text.contains(s));
                    assert!(said, "{name}, with {left} descriptors, does not say why: {text}");
                }
            }
            let after = descriptors();
            assert!(after <= before, "{name}, with {left} descriptors, leaves some behind");
            // Who had nothing left may have collected children of earlier calls.
            before = after;
            if needs.is_some_and(|needs| left > needs + 1) {
                break;
            }
        }
        let needs = needs.unwrap_or_else(|| panic!("{name} does not work with {most} descriptors"));
        let _ = writeln!(table, "{name:34} refused below {needs}, works from there on");
    }
    println!("{table}");
}

struct Memory(Rlimit);

impl Drop for Memory {
    fn drop(&mut self) {
        let _ = setrlimit(Resource::As, self.0);
    }
}

/// Every row while the process gets no further memory from the system. Each either works with what there is, or says that there is
/// none; and works again afterwards. Prints the table.
pub fn memory_runs_out(rows: &[Row]) {
    plenty(rows);
    let mut table = String::new();
    for (name, run) in rows {
        eprintln!("{name}, without memory");
        let before = descriptors();
        let starve: Starve = Rc::new(|| {
            let limit = getrlimit(Resource::As);
            setrlimit(Resource::As, Rlimit { current: Some(1), ..limit }).unwrap();
            Box::new(Memory(limit))
        });
        let outcome = run(&starve);
        let text = told(&outcome);
        if outcome.is_err() {
            let said = [
                "Cannot allocate memory",
                "temporarily unavailable",
                "(os error 11)",
                "(os error 12)",
            ];
            assert!(
                said.iter().any(|s| text.contains(s)),
                "{name}, without memory, does not say why: {text}"
            );
        }
        assert!(descriptors() <= before, "{name}, without memory, leaves descriptors behind");
        let again = run(&none());
        assert!(again.is_ok(), "{name}, with memory again: {}", told(&again));
        let _ = writeln!(table, "{name:34} {}", if text == "works" { "works" } else { "refused" });
    }
    println!("{table}");
}
