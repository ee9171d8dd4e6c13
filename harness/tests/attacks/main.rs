//! Submissions that attack the grader. None earns a point, none outlives its check, none is met by the next one.
//!
//! | folder | what is in it |
//! |---|---|
//! | `compile` | what is put before a solution that would pass, and must not compile |
//! | `run/library` | a function `attack` that a library calls which is wrong in everything else |
//! | `run/program` | whole programs |
//!
//! What attacks while it is unpacked is in the tests of `harness::grading::intake` and `harness::batch::archive`.

mod grading;

use grading::{Graded, cases, course};
use harness::grading::assignment::Assignment;
use std::os::unix::fs::MetadataExt;
use std::sync::{Mutex, PoisonError};

/// What an attack leaves running has this among its arguments.
const MARK: &str = "31415926";

/// Wrong in everything: if it earns a point, that is the attack's doing.
const WRONG: &str = "
mod attack;

#[derive(Default)]
pub struct Tally;

impl Tally {
    pub fn new() -> Self {
        Self
    }

    pub fn add(&self, _: u32) {
        attack::attack();
    }

    pub fn total(&self) -> u32 {
        attack::attack();
        0
    }

    pub fn wait_for(&self, _: u32) {
        attack::attack();
    }
}
";

fn uid() -> u32 {
    std::fs::metadata("/proc/self").unwrap().uid()
}

#[test]
fn no_attack_at_compile_time_earns_a_point() {
    let solution = course().join("chapters/01-tally/assignment/solution/src/lib.rs");
    let solution = std::fs::read_to_string(solution).unwrap();
    let solution: Vec<&str> = solution.lines().filter(|line| !line.starts_with("//!")).collect();
    let solution = solution.join("\n");

    let attacks = cases("compile");
    let mut graded = Graded::new("tally");
    for (name, attack) in &attacks {
        graded.submission(name, &[("lib.rs", &format!("{attack}\n{solution}"))]);
    }
    graded.submission("plain", &[("lib.rs", &solution)]);
    graded.grade(&[]);
    // Without an attack the same file passes: what stops the others is the attack.
    assert_eq!(graded.result("plain")["score"], 6);
    for (name, _) in &attacks {
        let result = graded.result(name);
        assert_eq!(result["score"], 0, "{name}: {result:#}");
        assert_eq!(result["status"], "does_not_compile", "{name}: {result:#}");
    }
}

/// What a thread does that is not asked to end: it is spawned in a file that is called as those of other people's crates are; it waits while it destroys
/// its thread-locals; and plainly.
const LEFT_BEHIND: [(&str, &str, &str); 3] = [
    (
        "of_others",
        "registry/src/attack.rs",
        "pub fn attack() { std::thread::spawn(|| loop { std::thread::park() }); }",
    ),
    (
        "destroys",
        "attack.rs",
        "use std::sync::mpsc::{Sender, channel};
        struct Waits(Sender<()>);
        impl Drop for Waits {
            fn drop(&mut self) { self.0.send(()).unwrap(); loop { std::thread::park(); } }
        }
        std::thread_local! { static WAITS: std::cell::RefCell<Option<Waits>> = const { std::cell::RefCell::new(None) }; }
        pub fn attack() {
            let (sender, begun) = channel();
            std::thread::spawn(move || WAITS.with(|waits| *waits.borrow_mut() = Some(Waits(sender))));
            begun.recv().unwrap();
        }",
    ),
    ("plainly", "attack.rs", "pub fn attack() { std::thread::spawn(|| loop { std::thread::park() }); }"),
];

#[test]
fn no_thread_that_is_left_behind_is_overlooked() {
    let solution = course().join("chapters/01-tally/assignment/solution/src/lib.rs");
    let solution = std::fs::read_to_string(solution).unwrap();
    let made = "pub fn new() -> Self {\n";
    assert!(solution.contains(made));
    let mut graded = Graded::new("tally");
    for (name, file, attack) in LEFT_BEHIND {
        let library = solution.replace(made, &format!("{made}attack::attack();\n"));
        let library = format!("{library}\n#[path = {file:?}]\nmod attack;\n");
        graded.submission(name, &[("lib.rs", &library), (file, attack)]);
    }
    graded.grade(&[]);
    for (name, ..) in LEFT_BEHIND {
        let result = graded.result(name);
        // The check that runs once, on real threads, has no eyes for it.
        assert_eq!(result["score"], 1, "{name}: {result:#}");
        let message = result["checks"][1]["message"].as_str().unwrap();
        assert!(message.starts_with("leak"), "{name}: {message}");
    }
}

/// One at a time, since what is left behind is looked for on the whole machine.
static ATTACKED: Mutex<()> = Mutex::new(());

fn no_attack_at_run_time_gets_anywhere(user: Option<u32>, more: &[&str]) {
    let _alone = ATTACKED.lock().unwrap_or_else(PoisonError::into_inner);
    let libraries = cases("run/library");
    let mut tally = Graded::new("tally");
    tally.user = user;
    for (name, attack) in &libraries {
        tally.submission(name, &[("lib.rs", WRONG), ("attack.rs", attack)]);
    }
    tally.grade(more);
    let programs = cases("run/program");
    let mut keeper = Graded::new("keeper");
    keeper.user = user;
    for (name, attack) in &programs {
        keeper.submission(name, &[("main.rs", attack)]);
    }
    keeper.grade(more);
    for (graded, cases) in [(&tally, &libraries), (&keeper, &programs)] {
        for (name, _) in cases {
            let result = graded.result(name);
            // It was run, and it was judged: neither rustc nor trouble of the grader's own has stopped it.
            assert_eq!(result["status"], "graded", "{name}: {result:#}");
            assert_eq!(result["score"], 0, "{name}: {result:#}");
        }
        assert_eq!(graded.left_behind(MARK), Vec::<String>::new(), "processes after the end");
        let most = graded.grader_kilobytes;
        assert!((1..300 << 10).contains(&most), "the grader had {most} KB of memory at its most");
    }
    let compile = cases("compile").len();
    assert!(compile + libraries.len() + programs.len() >= 60, "the corpus has lost cases");
}

#[test]
fn no_attack_at_run_time_earns_a_point() {
    no_attack_at_run_time_gets_anywhere(None, &[]);
}

#[test]
fn nor_does_one_without_namespaces() {
    let root = (uid() == 0).then_some(0);
    no_attack_at_run_time_gets_anywhere(root, &["--no-namespaces"]);
}

/// The same submissions come to the same scores for everybody who grades, however well protected.
#[test]
fn every_protection_and_every_user_gives_the_same_scores() {
    let scores = |user: Option<u32>, more: &[&str]| {
        let mut graded = Graded::new("keeper");
        graded.user = user;
        let keeper = Assignment::load(&course(), "02-keeper").unwrap();
        let wrong = keeper.manifest.wrong.iter().map(|wrong| format!("wrong/{}", wrong.name));
        let right = ["solution", "alternatives/split_once"].map(str::to_owned);
        for sample in wrong.chain(right) {
            let (_, source) = keeper.sample(&sample).unwrap().files.remove(0);
            let name = sample.rsplit('/').next().unwrap();
            graded.submission(name, &[("main.rs", &String::from_utf8(source).unwrap())]);
        }
        graded.grade(more);
        let results = graded.results();
        let protection = results[0]["sandbox"].as_str().unwrap().to_owned();
        let each = results.iter().map(|result| {
            format!(
                "{} {} {} {}",
                result["submission"], result["status"], result["score"], result["message"]
            )
        });
        (protection, each.collect::<Vec<_>>())
    };
    let (protection, expected) = scores(None, &[]);
    assert!(expected.iter().any(|line| line.contains("\"solution\" \"graded\" 5")), "{expected:?}");
    let me = uid();
    let users = if me == 0 { vec![0, 65_534] } else { vec![] };
    if users.is_empty() {
        println!("only as the user {me}: whoever is not root cannot be somebody else");
        let (other, found) = scores(None, &["--no-namespaces"]);
        assert_eq!(found, expected, "with {protection} and with {other}");
    }
    for user in users {
        for more in [&[][..], &["--no-namespaces"]] {
            let (other, found) = scores(Some(user), more);
            assert_eq!(found, expected, "with {protection} and with {other}, as {user}");
            println!("the same as the user {user} with {other}");
            assert_eq!(other.contains("namespaces"), more.is_empty(), "{other}");
        }
    }
}
