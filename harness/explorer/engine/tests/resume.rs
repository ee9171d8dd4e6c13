//! A search that is killed, however often and wherever, comes to what it comes to undisturbed.
//!
//! The executable starts itself: a copy of it searches, and kills itself as soon as so many pieces are in its journal.

mod divided;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use divided::{adders, rare, readers};
use explore_engine::config::Fault;
use explore_engine::{Config, Explorer, Outcome, Resume, Status};

/// The name of the test, for the copy.
const TEST: &str = "a_search_that_is_killed_comes_to_the_same";
/// For the copy: which scenario, how many processes, after how many lines, which file.
const COPY: &str = "EXPLORE_TEST_COPY";

#[test]
fn a_search_that_is_killed_comes_to_the_same() {
    if let Ok(asked) = std::env::var(COPY) {
        return be_killed(&asked);
    }
    let folder = std::env::temp_dir().join(format!("explore-resume-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (scenario, jobs, lines) in [
        (0, 1, &[1, 6, 2][..]),
        (0, 2, &[1, 3, 5, 7]),
        (1, 2, &[2, 1]),
        (2, 1, &[1]),
        (3, 2, &[1, 1]),
    ] {
        let undisturbed = folder.join("undisturbed");
        let whole = explore(&undisturbed, scenario, jobs, None);
        let file = folder.join("killed");
        for (times, &lines) in lines.iter().enumerate() {
            let before = pieces(&file);
            let asked = format!("{scenario} {jobs} {lines} {}", file.display());
            let copy = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", TEST])
                .env(COPY, asked)
                .output()
                .unwrap();
            let killed = std::os::unix::process::ExitStatusExt::signal(&copy.status);
            assert_eq!(killed, Some(libc::SIGKILL), "scenario {scenario}, kill {times}: {copy:?}");
            assert_eq!(pieces(&file), before + lines as usize);
        }
        let before = pieces(&file);
        let again = explore(&file, scenario, jobs, None);
        let what = |outcome: &Outcome| {
            let Outcome { status, executions, redundant, failures, .. } = outcome;
            let told = (outcome.summary.clone(), outcome.schedule.clone(), outcome.preemptions);
            let limits = (outcome.bounds.clone(), outcome.not_checked.clone());
            (*status, *executions, *redundant, *failures, told, limits)
        };
        assert_eq!(what(&again), what(&whole), "scenario {scenario}");
        // It did what was left, and no more.
        assert!(before > 0);
        if whole.is_proved() {
            // Where a search ends by a failure, what comes after it in the order may have been under way.
            assert_eq!(pieces(&file), pieces(&undisturbed), "scenario {scenario}");
        }
        let expected = [Status::Proved, Status::Failed, Status::Failed, Status::Failed];
        assert_eq!(whole.status, expected[scenario]);
        for file in [file, undisturbed] {
            std::fs::remove_file(file).unwrap();
        }
    }
    std::fs::remove_dir(folder).unwrap();
}

/// What the copy does.
fn be_killed(asked: &str) {
    let fields: Vec<&str> = asked.splitn(4, ' ').collect();
    let [scenario, jobs, lines, file] = fields[..] else { panic!("{asked}") };
    let number = |text: &str| text.parse::<u32>().unwrap();
    let outcome =
        explore(Path::new(file), number(scenario) as usize, number(jobs), Some(number(lines)));
    panic!("it was not killed: {outcome}");
}

/// How many pieces are in a journal.
fn pieces(file: &PathBuf) -> usize {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().filter(|line| line.split('\t').nth(1) == Some("piece")).count()
}

/// In pieces so short that there are many.
fn explore(file: &Path, scenario: usize, jobs: u32, killed: Option<u32>) -> Outcome {
    let config = Config {
        jobs,
        piece: if scenario == 2 { 1 } else { 60 },
        max_time: Duration::from_secs(600),
        random_executions: 0,
        keep_going: scenario == 3,
        fault: killed.map(Fault::KilledAfterLine),
        ..Config::default()
    };
    let scenarios = [adders as fn(), rare, readers, rare];
    let file = file.to_str().unwrap().to_owned();
    let resume = Resume { file, compiler: "this one".to_owned(), ..Resume::default() };
    Explorer::new(config).resuming(resume).run("resumed", scenarios[scenario])
}
