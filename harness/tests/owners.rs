//! Random programs that let go of an `Arc`, explored, beside an enumeration of all their interleavings: the same logs come of both.
//!
//! The value's destructor writes to the log, so that it matters who was the last; and the owners write to it before and after.

#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

use harness::explore::target::Target;
use harness::explore::uses::Features;
use harness::explore::{Search, compile};
use protocol::{Config, Memory, Status};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

/// What a thread does with the references that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// Clones the last one.
    Clone,
    /// Lets go of the last one.
    Drop,
    /// `Arc::into_inner` of the last one.
    IntoInner,
    /// `Arc::try_unwrap` of the last one, which stays if others have one.
    TryUnwrap,
    /// Writes its name to the log.
    Log,
}

impl Act {
    fn letter(self) -> char {
        match self {
            Act::Clone => 'c',
            Act::Drop => 'd',
            Act::IntoInner => 'i',
            Act::TryUnwrap => 't',
            Act::Log => 'l',
        }
    }
}

/// What each thread does, `main` first. It begins with one reference.
type Program = Vec<Vec<Act>>;

/// What is compiled: `run` does what the letters say.
const INTERPRETER: &str = r#"
use std::sync::{Arc, Mutex};
use std::thread;

fn note(log: &Mutex<String>, who: usize, what: &str) {
    log.lock().unwrap().push_str(&format!("{who}{what} "));
}

struct Closes(Arc<Mutex<String>>);

thread_local! {
    static ME: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

impl Drop for Closes {
    fn drop(&mut self) {
        note(&self.0, ME.get(), "closes");
    }
}

fn acts(who: usize, letters: &str, first: Arc<Closes>, log: &Mutex<String>) {
    ME.set(who);
    let mut mine = vec![first];
    let gets = |value: Closes| {
        note(log, who, "gets");
        std::mem::forget(value);
    };
    for letter in letters.chars() {
        match letter {
            'l' => note(log, who, ""),
            'c' => mine.push(Arc::clone(mine.last().unwrap())),
            'd' => drop(mine.pop().unwrap()),
            'i' => {
                if let Some(value) = Arc::into_inner(mine.pop().unwrap()) {
                    gets(value);
                }
            }
            't' => match Arc::try_unwrap(mine.pop().unwrap()) {
                Ok(value) => gets(value),
                Err(kept) => {
                    mine.push(kept);
                    note(log, who, "keeps");
                }
            },
            _ => unreachable!(),
        }
        if letter == 't' && mine.is_empty() {
            return;
        }
    }
    while let Some(one) = mine.pop() {
        drop(one);
    }
}

fn run(program: &str) {
    let log = Arc::new(Mutex::new(String::new()));
    let shared = Arc::new(Closes(Arc::clone(&log)));
    let mut threads = program.split('|');
    let first = threads.next().unwrap();
    // A scope has counters of its own, which are nobody's.
    thread::scope(|scope| {
        for (number, letters) in threads.enumerate() {
            let (one, log) = (Arc::clone(&shared), &log);
            scope.spawn(move || acts(number + 1, letters, one, log));
        }
        acts(0, first, shared, &log);
    });
    println!("{}", log.lock().unwrap());
}
"#;

fn random(random: &mut fastrand::Rng) -> Program {
    let threads = random.usize(2..=3);
    let most = if threads == 2 { 4 } else { 2 };
    let thread = |random: &mut fastrand::Rng| {
        let mut mine = 1;
        let mut acts = Vec::new();
        for _ in 0..random.usize(1..=most) {
            let act = match random.u8(0..10) {
                0 if mine > 0 => Act::Clone,
                1..=3 if mine > 0 => Act::Drop,
                4 | 5 if mine > 0 => Act::IntoInner,
                6 if mine > 0 => Act::TryUnwrap,
                _ => Act::Log,
            };
            match act {
                Act::Clone => mine += 1,
                Act::Drop | Act::IntoInner => mine -= 1,
                Act::TryUnwrap | Act::Log => {}
            }
            acts.push(act);
        }
        acts
    };
    (0..threads).map(|_| thread(random)).collect()
}

fn letters(program: &Program) -> String {
    let thread = |acts: &Vec<Act>| acts.iter().map(|act| act.letter()).collect::<String>();
    program.iter().map(thread).collect::<Vec<_>>().join("|")
}

/// Where a thread is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Thread {
    acts: usize,
    mine: usize,
    /// What it writes to the log before it goes on.
    pending: Option<&'static str>,
    returns: bool,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    count: usize,
    threads: Vec<Thread>,
    log: String,
}

impl State {
    /// The state after the next step of a thread; nothing if it has ended.
    fn after(&self, program: &Program, who: usize) -> Option<State> {
        let mut next = self.clone();
        let thread = &mut next.threads[who];
        if let Some(what) = thread.pending.take() {
            write!(next.log, "{who}{what} ").unwrap();
            return Some(next);
        }
        if thread.returns {
            return None;
        }
        // Whatever is left is dropped in the end.
        let act = match program[who].get(thread.acts) {
            Some(&act) => act,
            None if thread.mine > 0 => Act::Drop,
            None => return None,
        };
        thread.acts += 1;
        match act {
            Act::Log => write!(next.log, "{who} ").unwrap(),
            Act::Clone => {
                thread.mine += 1;
                next.count += 1;
            }
            Act::TryUnwrap if next.count > 1 => thread.pending = Some("keeps"),
            Act::Drop | Act::IntoInner | Act::TryUnwrap => {
                thread.mine -= 1;
                next.count -= 1;
                thread.returns = act == Act::TryUnwrap;
                if next.count == 0 {
                    thread.pending = Some(if act == Act::Drop { "closes" } else { "gets" });
                }
            }
        }
        Some(next)
    }
}

/// The logs of all interleavings.
fn logs(program: &Program) -> BTreeSet<String> {
    let thread = Thread { acts: 0, mine: 1, pending: None, returns: false };
    let threads = vec![thread; program.len()];
    let mut left = vec![State { count: threads.len(), threads, log: String::new() }];
    let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
    while let Some(state) = left.pop() {
        if !seen.insert(state.clone()) {
            continue;
        }
        let next: Vec<State> =
            (0..program.len()).filter_map(|who| state.after(program, who)).collect();
        if next.is_empty() {
            found.insert(state.log);
        } else {
            left.extend(next);
        }
    }
    found
}

/// Explores so many programs of a seed, and compares.
fn hold(seed: u64, number: usize) {
    let mut source = fastrand::Rng::with_seed(seed);
    let programs: Vec<Program> = (0..number).map(|_| random(&mut source)).collect();
    let mut text = INTERPRETER.to_owned();
    for (number, program) in programs.iter().enumerate() {
        writeln!(text, "\nfn p{number}() {{\n    run(\"{}\")\n}}", letters(program)).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("owners.rs");
    std::fs::write(&path, text).unwrap();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let target =
        Target::find(workspace, path.to_str().unwrap(), &[], None, &Features::default()).unwrap();
    let scenarios = target.chosen(&[]).unwrap();
    let driver = compile(workspace, &target, &|_| ()).unwrap();
    let config = Config { outputs: true, memory: Memory::SeqCst, ..Config::default() };
    let mut outcomes = Vec::new();
    let mut told = |outcome| outcomes.push(outcome);
    let search = Search { config, ..Search::default() };
    driver.explore(&scenarios, &search, &|_| (), &mut told).unwrap();
    assert_eq!(outcomes.len(), programs.len());
    let mut last = 0;
    for outcome in outcomes {
        let number: usize = outcome.name.rsplit("/p").next().unwrap().parse().unwrap();
        let program = &programs[number];
        assert_eq!(outcome.status, Status::Proved, "{}: {outcome:?}", letters(program));
        let printed = outcome.outputs.iter().map(|it| it.stdout.trim_end_matches('\n').to_owned());
        let found: BTreeSet<String> = printed.collect();
        let expected = logs(program);
        let lost: Vec<_> = expected.difference(&found).collect();
        let extra: Vec<_> = found.difference(&expected).collect();
        assert!(
            lost.is_empty() && extra.is_empty(),
            "seed {seed}, {}: lost {lost:?}, and not possible {extra:?}",
            letters(program)
        );
        last += usize::from(expected.iter().any(|log| log.contains("closes")));
    }
    // What is compared says who was the last.
    assert!(last * 2 > number, "{last} of {number} programs close something");
}

#[test]
fn every_order_of_the_last_owner_is_found() {
    hold(1, 40);
}

#[test]
#[ignore = "two thousand programs: `.ci/full` runs it"]
fn every_order_of_the_last_owner_is_found_in_many() {
    (2..12).for_each(|seed| hold(seed, 200));
}
