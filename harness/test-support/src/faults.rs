//! A table: the functions of a library, and what each comes to while the system's means run out.
//!
//! A row prepares what its function needs, then lets something run out, and calls. Whatever comes of it, the call comes back,
//! says what there was too little of, leaves nothing behind, and works once there is enough again.

use crate::limits::{
    PATIENCE, become_nobody, causes, descriptors, fill_descriptors, lower_descriptors,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::any::Any;
use std::error::Error;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Instant;

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

/// A limit of this process, lowered while it lives.
struct Lowered(Resource, Rlimit);

impl Lowered {
    fn to(resource: Resource, current: u64) -> Lowered {
        let before = getrlimit(resource);
        setrlimit(resource, Rlimit { current: Some(current), ..before }).unwrap();
        Lowered(resource, before)
    }
}

impl Drop for Lowered {
    fn drop(&mut self) {
        let _ = setrlimit(self.0, self.1);
    }
}

/// Every row while the process gets no further memory from the system. Each either works with what there is, or says that there is
/// none; and works again afterwards. Prints the table.
pub fn memory_runs_out(rows: &[Row]) {
    let says =
        ["Cannot allocate memory", "temporarily unavailable", "(os error 11)", "(os error 12)"];
    all_without(rows, "memory", &says, || Lowered::to(Resource::As, 1));
}

/// Every row while no file may grow, memory that is shared among them. As [`memory_runs_out`].
pub fn disk_runs_out(rows: &[Row]) {
    let says = ["File too large", "(os error 27)"];
    all_without(rows, "disk", &says, || Lowered::to(Resource::Fsize, 0));
}

fn all_without(rows: &[Row], thing: &str, says: &[&str], take_away: fn() -> Lowered) {
    plenty(rows);
    for row in rows {
        let works = works_without(row, thing, says, take_away);
        let outcome = if works { "works" } else { "is refused" };
        println!("{:34} {outcome} without {thing}", row.0);
    }
}

/// Whether the row works without the thing. If not it says so; and it works with the thing again.
fn works_without(
    (name, run): &Row,
    thing: &str,
    says: &[&str],
    take_away: impl Fn() -> Lowered + 'static,
) -> bool {
    eprintln!("{name}, without {thing}");
    let before = descriptors();
    let starve: Starve = Rc::new(move || Box::new(take_away()));
    let outcome = run(&starve);
    let text = told(&outcome);
    assert!(
        outcome.is_ok() || says.iter().any(|s| text.contains(s)),
        "{name}, without {thing}, does not say why: {text}"
    );
    assert!(descriptors() <= before, "{name}, without {thing}, leaves descriptors behind");
    let again = run(&none());
    assert!(again.is_ok(), "{name}, with {thing} again: {}", told(&again));
    outcome.is_ok()
}

/// Every row with room for 0, 1, 2 … threads or processes, until it works twice in a row, which it must with `most`. Where this process
/// cannot become that of a user who has no other, only with none, if that means anything for its user. Each either works,
/// or says that there are none; leaves none behind; and works again afterwards. Prints the table.
///
/// Changes who the calling process is.
pub fn threads_run_out(rows: &[Row], most: u64) {
    let alone = become_nobody();
    plenty(rows);
    for row in rows {
        let before = tasks_of_user();
        let mut worked = Vec::new();
        for left in 0..=if alone { most } else { 0 } {
            let thing = format!("threads but {left}");
            // One that ends just now is counted, and so may give its place to a further one.
            let limit = move || if alone { tasks_of_user() + left } else { 0 };
            let take_away = move || Lowered::to(Resource::Nproc, limit());
            // A child that had too few itself has said why by itself.
            let says = ["(os error 11)", "exit code 1"];
            worked.push(works_without(row, &thing, &says, take_away));
            let deadline = Instant::now() + PATIENCE;
            while alone && tasks_of_user() > before {
                assert!(Instant::now() < deadline, "{}, without {thing}, leaves threads", row.0);
                std::thread::yield_now();
            }
            if worked.ends_with(&[true, true]) {
                break;
            }
        }
        let needs = worked.iter().rposition(|worked| !worked).map_or(0, |last| last + 1);
        assert!(!alone || needs < worked.len(), "{} does not work with {most} threads", row.0);
        println!("{:34} needs {needs} threads", row.0);
    }
}

/// How many threads the user of this process has, in all processes.
fn tasks_of_user() -> u64 {
    let me = rustix::process::getuid().as_raw().to_string();
    let is_mine = |process: &std::path::Path| {
        // Not by its other name, /proc/self.
        if process.is_symlink() {
            return false;
        }
        let status = std::fs::read_to_string(process.join("status")).unwrap_or_default();
        let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"));
        uid.and_then(|uids| uids.split_whitespace().next()) == Some(me.as_str())
    };
    let threads = |process: std::path::PathBuf| {
        std::fs::read_dir(process.join("task")).map_or(0, |tasks| tasks.count() as u64)
    };
    let all = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    all.filter(|process| is_mine(process)).map(threads).sum()
}
