//! A search in parts, on machines that know nothing of each other, comes to what one machine comes to.

mod divided;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use divided::{adders, rare, readers};
use explore_engine::sync::Mutex;
use explore_engine::{Config, Explorer, Outcome, Resume, Status, thread};

/// One test after the other: a process that is copied while another thread holds a lock has that lock for ever.
#[test]
fn parts_come_to_what_the_whole_comes_to() {
    let folder = std::env::temp_dir().join(format!("explore-shards-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    proofs_are_the_same_however_many_parts_there_are(&folder);
    what_fails_in_one_part_fails(&folder);
    what_std_leaves_open_is_noticed_in_a_part(&folder);
    what_is_missing_is_told(&folder);
    std::fs::remove_dir_all(&folder).unwrap();
}

fn config(jobs: u32) -> Config {
    let max_time = Duration::from_secs(600);
    Config { jobs, piece: 60, max_time, random_executions: 0, ..Config::default() }
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().expect("paths of temporary files are text").to_owned()
}

fn compiled() -> Resume {
    Resume { compiler: "this one".to_owned(), ..Resume::default() }
}

/// One part, with its journal.
fn part(config: Config, scenario: fn(), (part, parts): (u32, u32), file: &str) -> Outcome {
    let resume = Resume { file: file.to_owned(), part, parts, ..compiled() };
    Explorer::new(config).resuming(resume).run("parts", scenario)
}

fn merge(config: Config, scenario: fn(), files: &[String]) -> Outcome {
    let resume = Resume { merge: files.to_vec(), ..compiled() };
    Explorer::new(config).resuming(resume).run("parts", scenario)
}

/// The journals of all parts, and what each came to.
fn all(folder: &Path, scenario: fn(), parts: u32, jobs: u32) -> (Vec<String>, Vec<Outcome>) {
    let each = (1..=parts).map(|number| {
        let file = path(folder, &format!("{number}-of-{parts}"));
        let _ = std::fs::remove_file(&file);
        let outcome = part(config(jobs), scenario, (number, parts), &file);
        (file, outcome)
    });
    each.unzip()
}

/// The first steps of all threads are independent of each other.
fn locks() {
    let locks = Arc::new([const { Mutex::new(0) }; 3]);
    let with = |first: usize| {
        let locks = Arc::clone(&locks);
        thread::spawn(move || {
            for step in 0..2 {
                *locks[(first + step) % 3].lock().unwrap() += 1;
            }
        })
    };
    [with(0), with(1), with(2)].into_iter().for_each(|other| other.join().unwrap());
    let sum: i32 = locks.iter().map(|lock| *lock.lock().unwrap()).sum();
    assert_eq!(sum, 6);
}

fn proofs_are_the_same_however_many_parts_there_are(folder: &Path) {
    for scenario in [adders as fn(), locks] {
        let alone = Explorer::new(Config { piece: 0, ..config(1) }).run("parts", scenario);
        assert!(alone.is_proved(), "{alone}");
        let mut counts = None;
        for (parts, jobs) in [(1, 1), (3, 2), (5, 1)] {
            let (files, outcomes) = all(folder, scenario, parts, jobs);
            for (index, outcome) in outcomes.iter().enumerate() {
                assert_eq!(outcome.status, Status::NotProved, "{outcome}");
                assert_eq!((outcome.part, outcome.parts), (index as u32 + 1, parts));
            }
            // In another order, and with another number of processes.
            let files: Vec<String> = files.into_iter().rev().collect();
            let merged = merge(config(2), scenario, &files);
            assert!(merged.is_proved(), "{merged}");
            assert_eq!(merged.executions - merged.redundant, alone.executions, "{merged}");
            let count = (merged.executions, merged.redundant);
            assert_eq!(*counts.get_or_insert(count), count, "{parts} parts");
            // Each has made these, and all else is made once.
            let each: u64 = outcomes.iter().map(|outcome| outcome.executions).sum();
            let twice = merged.by_each * u64::from(parts - 1);
            assert_eq!(each - twice, merged.executions);
            assert_eq!((&merged.bounds, &merged.not_checked), (&alone.bounds, &alone.not_checked));
        }
    }
}

fn what_fails_in_one_part_fails(folder: &Path) {
    let alone = Explorer::new(Config { piece: 0, ..config(1) }).run("parts", rare);
    assert_eq!(alone.status, Status::Failed, "{alone}");
    let (files, outcomes) = all(folder, rare, 4, 2);
    let failed = outcomes.iter().filter(|outcome| outcome.is_failed()).count();
    assert_eq!(failed, 1, "{outcomes:?}");
    let merged = merge(config(1), rare, &files);
    assert_eq!((merged.status, &merged.summary), (Status::Failed, &alone.summary));
    let schedule = merged.schedule.expect("a failure has a schedule");
    let again = Explorer::default().replay("parts", rare, &schedule).unwrap();
    assert_eq!((again.status, again.summary), (Status::Failed, alone.summary));
}

fn what_std_leaves_open_is_noticed_in_a_part(folder: &Path) {
    let alone = Explorer::new(Config { piece: 0, ..config(1) }).run("parts", readers);
    assert_eq!(alone.status, Status::Failed, "{alone}");
    let (files, _) = all(folder, readers, 2, 1);
    let merged = merge(config(2), readers, &files);
    assert_eq!((merged.status, &merged.summary), (Status::Failed, &alone.summary));
}

fn what_is_missing_is_told(folder: &Path) {
    let (files, _) = all(folder, adders, 3, 1);
    let refused = |files: &[String], words: &str| {
        let merged = merge(config(1), adders, files);
        assert_eq!(merged.status, Status::Refused, "{merged}");
        assert!(merged.summary.contains(words), "{words}: {}", merged.summary);
    };
    let [one, two, three] = files.clone().try_into().unwrap();
    refused(&[one.clone(), three.clone()], "part 2 of 3 is missing");
    refused(std::slice::from_ref(&two), "parts 1, 3 of 3 are missing");
    refused(&[one.clone(), two.clone(), two.clone(), three.clone()], "part 2 of 3 is there twice");
    // Of another split.
    let other = path(folder, "1-of-2");
    let _ = std::fs::remove_file(&other);
    part(config(1), adders, (1, 2), &other);
    refused(&[one.clone(), other], "is of 2 parts");
    // One that is not done; and it goes on.
    let half = path(folder, "half");
    let small = Config { max_executions: 400, ..config(1) };
    let outcome = part(small, adders, (2, 3), &half);
    assert_eq!((outcome.status, outcome.part), (Status::NotProved, 0), "{outcome}");
    refused(&[one.clone(), half.clone(), three.clone()], "part 2 of 3 is not done");
    assert_eq!(part(config(1), adders, (2, 3), &half).part, 2);
    let merged = merge(config(1), adders, &[one.clone(), half.clone(), three]);
    assert_eq!(merged.executions, merge(config(1), adders, &files).executions);
    // A journal is of one part.
    let outcome = part(config(1), adders, (1, 3), &half);
    assert!(outcome.summary.contains("part 2/3, and now it is part 1/3"), "{outcome}");
    let whole = path(folder, "whole");
    let resume = Resume { file: whole.clone(), ..compiled() };
    Explorer::new(config(1)).resuming(resume).run("parts", adders);
    refused(&[whole], "is the journal of a whole search");
    // Within other bounds, and of another scenario.
    let bounds = merge(Config { spurious: 1, ..config(1) }, adders, &files);
    assert!(bounds.summary.contains("other bounds (spurious 0, and now 1)"), "{bounds}");
    let resume = Resume { merge: files, ..compiled() };
    let other = Explorer::new(config(1)).resuming(resume).run("others", adders);
    assert!(other.summary.contains("says nothing of others"), "{other}");
    let none = PathBuf::from("none");
    assert!(!none.exists());
    refused(&["none".to_owned()], "none: ");
}
