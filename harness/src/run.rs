//! The verb `run`: every program, in parallel, each held against its snapshot.

use crate::course::{Chapter, Course};
use crate::judge::{Problem, Verdict, judge, judge_twin};
use crate::{python, snapshot};
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use similar::{ChangeTag, TextDiff};
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tour::Listed;

/// What to run and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Only these programs; all if empty.
    pub programs: Vec<String>,
    /// How often each.
    pub repeat: NonZeroUsize,
    /// How many at a time.
    pub jobs: NonZeroUsize,
    /// Whether to run the Python twins.
    pub python: Python,
    /// After which a program counts as hung.
    pub deadline: Duration,
}

/// What is done with the Python twins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Python {
    /// Nothing.
    No,
    /// They run beside their programs, and print the same.
    Too,
    /// They run alone, and print what the snapshots of their programs hold.
    Alone,
}

/// One program to be run `repeat` times.
struct Task<'a> {
    chapter: &'a Chapter,
    program: &'a Listed,
    twin: Option<PathBuf>,
}

/// Something went wrong that is not the programs' fault, or not theirs to say.
#[derive(Debug, thiserror::Error)]
#[error("no program is called {asked}; nearest first, there are: {}", known.join(", "))]
pub struct NoSuchProgram {
    asked: String,
    known: Vec<String>,
}

/// Runs what `options` asks for, prints a report, and tells whether all went
/// well.
///
/// # Errors
///
/// [`NoSuchProgram`]; or `python` is asked for and the interpreter or a
/// package is missing.
pub fn run(course: &Course, options: &Options) -> anyhow::Result<bool> {
    let mut tasks = tasks(course, &options.programs)?;
    let interpreter = python::interpreter();
    if options.python != Python::No {
        python::require(&interpreter, &course.root)?;
        tasks.retain(|task| task.twin.is_some());
    }
    let report = Report::new(tasks.len() * options.repeat.get(), options);
    let started = Instant::now();
    // Long programs spread better when each is queued `repeat` times in turn.
    let queue = Mutex::new((0..options.repeat.get()).flat_map(|_| &tasks));
    std::thread::scope(|scope| {
        for _ in 0..options.jobs.get() {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(|e| e.into_inner()).next();
                    let Some(task) = next else { return };
                    report.add(task, run_once(task, course, options, &interpreter));
                }
            });
        }
    });
    Ok(report.finish(started.elapsed(), tasks.len()))
}

fn tasks<'a>(course: &'a Course, names: &[String]) -> Result<Vec<Task<'a>>, NoSuchProgram> {
    let all =
        || course.chapters.iter().flat_map(|c| c.listing.programs.iter().map(move |p| (c, p)));
    for asked in names {
        if !all().any(|(_, program)| program.name == *asked) {
            let near = |name: &str| strsim::jaro_winkler(name, asked);
            let mut known: Vec<String> = all().map(|(_, program)| program.name.clone()).collect();
            known.sort_by(|a, b| near(b).total_cmp(&near(a)));
            return Err(NoSuchProgram { asked: asked.clone(), known });
        }
    }
    Ok(all()
        .filter(|(_, program)| names.is_empty() || names.contains(&program.name))
        .map(|(chapter, program)| Task { chapter, program, twin: chapter.python_twin(program) })
        .collect())
}

fn run_once(task: &Task, course: &Course, options: &Options, interpreter: &Path) -> Verdict {
    let mut verdict = match (options.python, &task.twin) {
        (Python::Alone, Some(twin)) => {
            judge_twin(interpreter, twin, task.program, options.deadline)
        }
        _ => judge(task.chapter, task.program, options.deadline),
    };
    let name = snapshot::name(&task.chapter.name, &task.program.name);
    match snapshot::read(&course.root, &name) {
        Err(error) => verdict.problems.push(Problem::NotRun(error.to_string())),
        Ok(None) => verdict.problems.push(Problem::NoSnapshot),
        Ok(Some(wanted)) if !snapshot::same(&wanted, &verdict.canonical) => {
            verdict.problems.push(Problem::Mismatch { wanted, got: verdict.canonical.clone() });
        }
        Ok(Some(_)) => {}
    }
    if let (Python::Too, Some(twin)) = (options.python, &task.twin) {
        let theirs = judge_twin(interpreter, twin, task.program, options.deadline);
        verdict.took += theirs.took;
        if theirs.problems.is_empty() && !snapshot::same(&theirs.canonical, &verdict.canonical) {
            verdict.problems.push(Problem::TwinDiffers {
                rust: verdict.canonical.clone(),
                python: theirs.canonical,
            });
        }
        verdict.problems.extend(theirs.problems.into_iter().map(|p| Problem::Twin(Box::new(p))));
    }
    verdict
}

/// What is shown while programs run and when they have run.
struct Report {
    bar: ProgressBar,
    terminal: bool,
    repeat: usize,
    python: Python,
    failures: Mutex<usize>,
}

impl Report {
    fn new(runs: usize, options: &Options) -> Report {
        let terminal = std::io::stderr().is_terminal();
        let bar = if terminal { ProgressBar::new(runs as u64) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len}  {wide_msg}") {
            bar.set_style(style);
        }
        let (repeat, python) = (options.repeat.get(), options.python);
        Report { bar, terminal, repeat, python, failures: Mutex::new(0) }
    }

    fn add(&self, task: &Task, verdict: Verdict) {
        let name = format!("{} {}", task.chapter.name, task.program.name);
        let mut failures = self.failures.lock().unwrap_or_else(|e| e.into_inner());
        self.bar.inc(1);
        self.bar.set_message(name.clone());
        let good = AnsiColor::Green.on_default();
        let bad = AnsiColor::Red.on_default().bold();
        let seconds = verdict.took.as_secs_f64();
        if verdict.problems.is_empty() {
            // One line a program is enough for a log; a bar says the rest at a terminal.
            if !self.terminal && self.repeat == 1 {
                anstream::println!("{good}ok{good:#}    {name} ({seconds:.2} s)");
            }
            return;
        }
        *failures += 1;
        self.bar.suspend(|| {
            anstream::println!("{bad}WRONG{bad:#} {name} ({seconds:.2} s)");
            verdict.problems.iter().for_each(|problem| explain(problem, ""));
        });
    }

    fn finish(self, took: Duration, programs: usize) -> bool {
        self.bar.finish_and_clear();
        let failures = self.failures.into_inner().unwrap_or_else(|e| e.into_inner());
        let runs = programs * self.repeat;
        let passed = runs - failures;
        let each =
            if self.repeat > 1 { format!(", {} times each", self.repeat) } else { String::new() };
        let what = match self.python {
            Python::No => "programs",
            Python::Too => "programs with their Python twins",
            Python::Alone => "Python twins",
        };
        anstream::println!(
            "{programs} {what}{each}, in {:.1} s\n{passed} passed, {failures} failed",
            took.as_secs_f64()
        );
        failures == 0
    }
}

fn explain(problem: &Problem, whose: &str) {
    match problem {
        Problem::Twin(problem) => explain(problem, "Python twin: "),
        Problem::Mismatch { wanted, got } => {
            println!("      {whose}{problem}:");
            diff(wanted, got);
        }
        Problem::TwinDiffers { rust, python } => {
            println!("      {problem} (- Rust, + Python):");
            diff(rust, python);
        }
        Problem::Printed { stdout, stderr } => {
            for (name, text) in [("output so far", stdout), ("standard error", stderr)] {
                if !text.is_empty() {
                    println!("      {whose}{name}:");
                    text.lines().for_each(|line| println!("        {line}"));
                }
            }
        }
        other => println!("      {whose}{other}"),
    }
}

fn diff(wanted: &str, got: &str) {
    let (wanted, got) = (wanted.trim_end(), got.trim_end());
    for change in TextDiff::from_lines(wanted, got).iter_all_changes() {
        let (sign, style) = match change.tag() {
            ChangeTag::Delete => ('-', AnsiColor::Red.on_default()),
            ChangeTag::Insert => ('+', AnsiColor::Green.on_default()),
            ChangeTag::Equal => (' ', Style::new()),
        };
        let line = change.value().trim_end_matches('\n');
        anstream::println!("        {style}{sign}{line}{style:#}");
    }
}
