//! Every program of every chapter, held against its snapshot.
//!
//! `cargo insta review` shows what changed and accepts it.

use harness::course::Course;
use harness::judge::judge;
use harness::{canonical, snapshot};
use std::path::Path;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(60);

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

/// Runs the chapter's programs one after the other and reports all that is
/// wrong, not only the first.
fn hold(chapter: &str) {
    let course = Course::load_chapters(workspace(), |name| name == chapter).unwrap();
    let mut wrong = Vec::new();
    for chapter in &course.chapters {
        assert!(!chapter.listing.programs.is_empty(), "{} has no programs", chapter.name);
        for program in &chapter.listing.programs {
            let verdict = judge(chapter, program, DEADLINE);
            let problems: Vec<_> = verdict.problems.iter().map(|p| format!("{p}: {p:?}")).collect();
            if !problems.is_empty() {
                wrong.push(format!("{}: {}", program.name, problems.join("\n")));
                continue;
            }
            let mut settings = insta::Settings::clone_current();
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            let name = snapshot::name(&chapter.name, &program.name);
            let held = settings.bind(|| {
                std::panic::catch_unwind(|| insta::assert_snapshot!(name, verdict.canonical))
            });
            if held.is_err() {
                wrong.push(format!("{}: not what its snapshot holds", program.name));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

macro_rules! chapters {
    ($($test:ident $folder:literal)*) => {
        $(#[test] fn $test() { hold($folder) })*
        const HELD: &[&str] = &[$($folder),*];
    };
}

chapters! {
    ch00_rust "00-rust"
    ch01_processes "01-processes"
    ch02_threads "02-threads"
    ch03_locks "03-locks"
    ch04_rlock "04-rlock"
    ch05_event "05-event"
    ch06_condition "06-condition"
    ch07_queue "07-queue"
    ch08_multiprocessing "08-multiprocessing"
    ch09_shared_data "09-shared-data"
    ch10_pool "10-pool"
    ch11_thread_pool "11-thread-pool"
    ch12_coroutines "12-coroutines"
}

#[test]
fn every_chapter_is_held() {
    let mut folders: Vec<_> = std::fs::read_dir(workspace().join("chapters"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, HELD);
}

/// The verb `run` reads the files that insta writes.
#[test]
fn run_and_insta_read_the_same_snapshots() {
    let folder = workspace().join(snapshot::FOLDER);
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "snap") {
            let name = path.file_stem().unwrap().to_str().unwrap();
            let text = snapshot::read(workspace(), name).unwrap().unwrap();
            let plain = canonical::canonical(&text, &Default::default());
            assert!(snapshot::same(&plain.text, &text), "{name} is not in canonical form");
            files += 1;
        }
    }
    assert!(files > 0, "no snapshots in the harness");
}
