//! Bugs of released crates: each is found in the version that has it, drawn, and replayed; and of the version without it is told what came of the
//! same scenario. The rows of the table in `harness/explorer/bugs/README.md` are made here, and held to it.

use harness::explore::report::picture;
use harness::explore::scenario::ScenarioFile;
use harness::explore::target::Target;
use harness::explore::uses::{Features, Uses};
use harness::explore::{Search, compile};
use protocol::{Outcome, Status};
use std::path::{Path, PathBuf};
use std::time::Duration;
use trace::Location;

/// A bug, and the released versions with and without it.
struct Bug {
    /// The file of its scenarios, without `.rs`.
    file: &'static str,
    /// The folder whose manifest has the versions with the bug.
    folder: &'static str,
    /// The crate.
    name: &'static str,
    /// The versions with the bug: more than one where each has a scenario.
    broken: &'static [&'static str],
    /// The same without it; none where no release has mended it.
    mended: &'static [&'static str],
}

const BUGS: &[Bug] = &[
    bug("rustsec_2019_0013", "broken", "spin", &["0.5.0"], &["0.5.2"]),
    bug("rustsec_2020_0017", "broken", "internment", &["0.3.12"], &["0.4.0"]),
    bug("rustsec_2021_0093", "broken", "crossbeam-deque", &["0.8.0", "0.7.3"], &["0.8.8", "0.7.4"]),
    bug("rustsec_2021_0124", "broken", "tokio", &["1.13.0"], &["1.13.1"]),
    bug("rustsec_2022_0006", "broken", "thread_local", &["1.1.3"], &["1.1.10"]),
    bug("rustsec_2023_0031", "broken", "spin", &["0.9.7"], &["0.9.8"]),
    bug("rustsec_2025_0024", "broken", "crossbeam-channel", &["0.5.14"], &["0.5.17"]),
    bug("rustsec_2026_0005", "broken", "oneshot", &["0.1.11"], &["0.1.13"]),
    bug("arc_swap_198", "older", "arc-swap", &["1.7.1"], &["1.9.5"]),
    bug("arc_swap_204", "broken", "arc-swap", &["1.9.0"], &["1.9.5"]),
    bug("crossbeam_972", "older", "crossbeam-channel", &["0.5.7"], &["0.5.17"]),
    bug("event_listener_138", "broken", "event-listener", &["5.3.0"], &["5.4.2"]),
    bug("flume_120", "broken", "flume", &["0.10.14"], &["0.11.0"]),
    bug("futures_2706", "broken", "futures-util", &["0.3.34"], &[]),
    bug("oneshot_87", "broken", "oneshot", &["0.2.1"], &[]),
    bug("tokio_1997", "oldest", "tokio", &["0.2.25"], &["1.13.1"]),
    bug("tokio_3660", "older", "tokio", &["1.5.0"], &["1.13.1"]),
];

const fn bug(
    file: &'static str,
    folder: &'static str,
    name: &'static str,
    broken: &'static [&'static str],
    mended: &'static [&'static str],
) -> Bug {
    Bug { file, folder, name, broken, mended }
}

/// Those whose crates compile within seconds.
const QUICK: [&str; 3] = ["rustsec_2022_0006", "rustsec_2026_0005", "oneshot_87"];

const HEAD: &str = "| bug | scenario | with it | found | replayed by | without it | its search |\n|---|---|---|---|---|---|---|\n";

const RENEW: &str =
    "`TABLES=write cargo test -p harness --test bugs -- --ignored` renews the table";

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

fn bugs() -> PathBuf {
    workspace().join("harness/explorer/bugs")
}

/// What comes of the scenarios of these bugs with the versions that `folder` fixes; and, of one that fails, of its replay.
fn explored(folder: &str, bugs_of: &[&Bug]) -> Vec<(Outcome, Option<Outcome>)> {
    let files: Vec<ScenarioFile> = bugs_of
        .iter()
        .map(|bug| ScenarioFile::read(&bugs().join("scenarios").join(format!("{}.rs", bug.file))))
        .collect::<Result<_, _>>()
        .unwrap();
    if files.is_empty() {
        return Vec::new();
    }
    let sources: Vec<&str> = files.iter().map(|file| &*file.source).collect();
    let uses =
        Uses::in_crate(&bugs().join(folder), &Features::default()).unwrap().named_in(&sources);
    let target = Target { files, uses, root: workspace().to_owned(), sees_memory: true };
    let scenarios = target.chosen(&[]).unwrap();
    let driver = compile(workspace(), &target, &|_| ()).unwrap();
    // By executions alone, so that the outcome is the same on every machine.
    let mut search = Search::default();
    search.config.max_executions = 20_000;
    search.config.max_time = Duration::from_secs(3_600);
    search.config.random_time = Duration::from_secs(3_600);
    let mut outcomes = Vec::new();
    driver
        .explore(&scenarios, &search, &|_| (), &mut |outcome| {
            println!("{folder}: {}  {}", outcome.name, outcome.verdict());
            outcomes.push(outcome);
        })
        .unwrap();
    outcomes
        .into_iter()
        .map(|outcome| {
            let replay = outcome.schedule.clone().map(|schedule| {
                let search = Search { schedule: Some(schedule), ..Search::default() };
                let mut again = Vec::new();
                let name = std::slice::from_ref(&outcome.name);
                driver.explore(name, &search, &|_| (), &mut |o| again.push(o)).unwrap();
                again.pop().expect("a replay has an outcome")
            });
            (outcome, replay)
        })
        .collect()
}

/// The rows of these bugs. Panics where one is not found, not drawn, or not found again by its schedule.
fn rows(chosen: &[&Bug]) -> Vec<String> {
    let mut rows = Vec::new();
    let repaired: Vec<&Bug> = chosen.iter().copied().filter(|bug| !bug.mended.is_empty()).collect();
    let mut folders: Vec<&str> = chosen.iter().map(|bug| bug.folder).collect();
    folders.sort_unstable();
    folders.dedup();
    let mut found: Vec<(Outcome, Option<Outcome>)> = Vec::new();
    for folder in folders {
        let here: Vec<&Bug> = chosen.iter().copied().filter(|bug| bug.folder == folder).collect();
        found.extend(explored(folder, &here));
    }
    let after: Vec<Outcome> =
        explored("mended", &repaired).into_iter().map(|(outcome, _)| outcome).collect();
    for bug in chosen {
        is_locked(bug.folder, bug.name, bug.broken);
        is_locked("mended", bug.name, bug.mended);
        let of_it = |outcome: &&(Outcome, Option<Outcome>)| is_of(bug, &outcome.0);
        for (n, (outcome, replay)) in found.iter().filter(of_it).enumerate() {
            let twin = after.iter().find(|twin| twin.name == outcome.name);
            rows.push(row(bug, n, outcome, replay.as_ref(), twin));
        }
    }
    rows
}

fn is_of(bug: &Bug, outcome: &Outcome) -> bool {
    outcome.name.split_once('/').is_some_and(|(file, _)| file == bug.file)
}

/// The versions of the table are those of the lock file.
fn is_locked(folder: &str, name: &str, versions: &[&str]) {
    let lock = std::fs::read_to_string(bugs().join(folder).join("Cargo.lock")).unwrap();
    for version in versions {
        let package = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(lock.contains(&package), "{folder}/Cargo.lock has no {name} {version}");
    }
}

/// The row of the bug's `n`th scenario.
fn row(
    bug: &Bug,
    n: usize,
    outcome: &Outcome,
    replay: Option<&Outcome>,
    twin: Option<&Outcome>,
) -> String {
    // One version for all scenarios, or one for each.
    let nth = |versions: &[&'static str]| versions.get(n).or(versions.first()).copied();
    let (_, scenario) = outcome.name.split_once('/').expect("a scenario has a file");
    let verdict = outcome.verdict();
    let found = verdict.strip_prefix("failed: ").unwrap_or_else(|| {
        panic!("{} is not found: {verdict}", outcome.name);
    });
    is_drawn(bug, outcome);
    let replay = replay.expect("a failure has a schedule");
    assert_eq!(replay.status, Status::Failed, "{}: {}", outcome.name, replay.verdict());
    assert_eq!(replay.summary, outcome.summary, "{}", outcome.name);
    let found = found.replace(", after ", ": ");
    let schedule = outcome.schedule.as_ref().map(|schedule| format!("`{schedule}`"));
    let repaired = nth(bug.mended).unwrap_or("no release");
    format!(
        "| [{0}](scenarios/{0}.rs) | `{scenario}` | {1} {2} | {found} | {3} | {repaired} | {4} |",
        bug.file,
        bug.name,
        nth(bug.broken).expect("a released version has the bug"),
        schedule.unwrap_or_default(),
        twin.map(told).unwrap_or_default(),
    )
}

/// The run goes through the crate that has the bug, and the picture tells it with its schedule.
fn is_drawn(bug: &Bug, outcome: &Outcome) {
    let run = outcome.trace.as_ref().expect("a failure has a run");
    let of_crate = |file: &str| {
        bug.broken.iter().any(|version| file.contains(&format!("{}-{version}/src/", bug.name)))
    };
    let named = run.steps.iter().filter_map(|step| step.at.as_ref()).any(|at| of_crate(&at.file));
    assert!(named, "{} never comes to {}", outcome.name, bug.name);
    // And each call of the scenario that leads there is known.
    let scenario = format!("scenarios/{}.rs", bug.file);
    let of_ours = |at: &Location| at.file.ends_with(&scenario);
    let others =
        run.steps.iter().filter(|step| step.at.as_ref().is_some_and(|at| of_crate(&at.file)));
    let called = others.filter(|step| step.called_at.as_ref().is_some_and(of_ours)).count();
    assert!(called > 0, "{}: which of its lines led to {} is not known", outcome.name, bug.name);
    let picture = picture(outcome, workspace(), false);
    let schedule = format!("schedule: {}\n", outcome.schedule.as_deref().unwrap_or_default());
    assert!(picture.contains(&schedule), "{}\n{picture}", outcome.name);
    assert!(picture.contains(bug.file), "no line of the scenario is in it\n{picture}");
}

fn told(twin: &Outcome) -> String {
    let verdict = twin.verdict();
    let short = verdict.replace(" executions cover every interleaving", "");
    short.replace(" execution covers every interleaving", "")
}

/// A row without what changes whenever the explorer does: numbers of executions, and the schedule.
fn outline(row: &str) -> String {
    let cells = row.split(" | ").map(|cell| match cell.split_once(": ") {
        Some((kind, _)) => kind,
        None if cell.starts_with('`') && cell.contains(':') => "",
        None => cell,
    });
    cells.collect::<Vec<_>>().join(" | ").trim_end_matches([' ', '|']).to_owned()
}

/// The table in the README, as its parts before, within and after.
fn table(text: &str) -> (&str, &str, &str) {
    let (before, rest) = text.split_once(HEAD).expect("the README has a table");
    let (table, after) = rest.split_once("\n\n").expect("an empty line ends the table");
    (before, table, after)
}

#[test]
fn three_bugs_are_found_drawn_and_replayed() {
    let chosen: Vec<&Bug> = BUGS.iter().filter(|bug| QUICK.contains(&bug.file)).collect();
    let text = std::fs::read_to_string(bugs().join("README.md")).unwrap();
    let (_, table, _) = table(&text);
    let known: Vec<String> = table.lines().map(outline).collect();
    let rows = rows(&chosen);
    assert_eq!(rows.len(), QUICK.len());
    for row in rows {
        assert!(known.contains(&outline(&row)), "not in the README; {RENEW}\n{row}\n{known:#?}");
    }
}

/// `TABLES=write` renews the table.
#[test]
#[ignore = "compiles many crates: `.ci/full` runs it"]
fn every_bug_is_found_drawn_and_replayed() {
    let chosen: Vec<&Bug> = BUGS.iter().collect();
    let rows = rows(&chosen).join("\n");
    let path = bugs().join("README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, table, after) = table(&text);
    if std::env::var_os("TABLES").is_some_and(|value| value == "write") {
        std::fs::write(&path, format!("{before}{HEAD}{rows}\n\n{after}")).unwrap();
        return;
    }
    assert_eq!(table, rows, "{RENEW}");
}

#[test]
fn mistakes_of_each_kind_are_found_and_the_same_without_them_is_proved() {
    let kinds = bugs().join("kinds");
    let kinds = kinds.to_str().expect("the workspace's path is text");
    let target = Target::find(workspace(), kinds, &[], None, &Features::default()).unwrap();
    assert!(target.sees_memory);
    let driver = compile(workspace(), &target, &|_| ()).unwrap();
    let mut outcomes = Vec::new();
    let scenarios = target.chosen(&[]).unwrap();
    driver
        .explore(&scenarios, &Search::default(), &|_| (), &mut |outcome| outcomes.push(outcome))
        .unwrap();
    let mut found = 0;
    for file in &target.files {
        for scenario in &file.scenarios {
            let name = file.full_name(scenario);
            let outcome = outcomes.iter().find(|o| o.name == name).expect("it was explored");
            let right = if scenario.must_fail { Status::Failed } else { Status::Proved };
            assert_eq!(outcome.status, right, "{name}: {}", outcome.verdict());
            found += usize::from(scenario.must_fail);
            // What goes wrong is what was said before the first run.
            let said = file.source.split(&format!("pub fn {}()", scenario.name)).next();
            let said = said.and_then(|before| before.rsplit("Must fail: ").next()).unwrap_or("");
            let kind = if outcome.failure() == "panic" { "" } else { outcome.failure() };
            assert!(!scenario.must_fail || said.contains(kind), "{name}: {}", outcome.verdict());
        }
    }
    assert!(found >= 14, "{found}");
}
