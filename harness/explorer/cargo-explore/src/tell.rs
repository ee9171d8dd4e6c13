//! How it is told: a line for each test, a picture of each that fails, and a line at the end; or all of it as JSON.

mod github;
mod json;
mod junit;
mod line;
mod multiplied;
mod named;
mod place;
mod slept;
mod tally;
mod words;
mod zh;

use crate::arguments::{Arguments, Format};
use crate::bounds::Bounds;
use crate::cargo::colours;
use crate::drive::Search;
use crate::second::{Both, Second};
use crate::stop::the_same;
use crate::suite::{Suite, Test};
use crate::{Progress, announce, report};
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use junit::Junit;
use protocol::Outcome;
use serde_json::json;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};
pub use tally::Ending;
use tally::Tally;
use trace::{Language, Terminal};
use words::Words;

/// Tells what comes of a search, and counts.
pub struct Teller {
    format: Format,
    language: Language,
    words: &'static Words,
    root: PathBuf,
    /// Where the reader is.
    here: PathBuf,
    bar: ProgressBar,
    began: Instant,
    /// Whether a run is replayed.
    replays: bool,
    /// Whether what is done is written down.
    resumes: bool,
    /// Whether only what is wrong is told, and how it ends.
    quiet: bool,
    /// Whether all tests are asked for.
    complete: bool,
    /// Whether steps within dependencies are folded.
    folds: bool,
    /// What a debugger is told, if one is asked for.
    gdb: Option<Bounds>,
    /// Whether nobody has said how long a search may take, and nobody looks on.
    patient: bool,
    /// When something was told of what goes on last, where nobody looks on.
    told: Mutex<Instant>,
    tally: Mutex<Tally>,
    junit: Option<(PathBuf, Mutex<Junit>)>,
}

/// What came of one test.
struct Told<'a> {
    suite: &'a Suite,
    test: &'a Test,
    both: &'a Both,
    kind: Ending,
}

/// Where nobody looks on, a line of progress so often.
const PATIENCE: Duration = Duration::from_secs(10);

/// Said where a search takes long and nobody looks on.
const PATIENT: &str = "  (without a terminal a test has 100000 executions; --time 30 ends each search after so many seconds, --schedules N asks for fewer)";

impl Teller {
    /// Tells as the command line asks; paths are shown as below `root`.
    pub fn new(arguments: &Arguments, root: &Path) -> Teller {
        let format = arguments.message_format;
        let quiet = arguments.quiet;
        let watched = std::io::stderr().is_terminal() && format == Format::Human && !quiet;
        let bar = if watched { spinner() } else { ProgressBar::hidden() };
        let now = Instant::now();
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        Teller {
            format,
            language: arguments.language,
            words: Words::of(arguments.language),
            root: root.to_owned(),
            here: here.unwrap_or_default(),
            bar,
            began: now,
            replays: arguments.bounds.schedule.is_some() || arguments.step,
            resumes: arguments.bounds.resume.is_some(),
            quiet,
            complete: arguments.filters.is_empty() && arguments.skip.is_empty(),
            folds: !arguments.unfolded,
            gdb: arguments.gdb.then(|| arguments.bounds.clone()),
            patient: arguments.bounds.are_patient(std::io::stderr().is_terminal()),
            told: Mutex::new(now),
            tally: Mutex::default(),
            junit: arguments.junit.clone().map(|path| (path, Mutex::new(Junit::default()))),
        }
    }

    /// What is going on.
    pub fn progress(&self, progress: Progress<'_>) {
        if let (Progress::Searching(how), Format::Json) = (progress, self.format) {
            println!("{}", json::progress(how));
        }
        if self.quiet {
            return;
        }
        let text = match progress {
            Progress::Searching(how) => format!("{}: {how}", how.name),
            progress => progress.to_string(),
        };
        if !self.bar.is_hidden() {
            self.bar.set_message(text);
            return;
        }
        announce(progress);
        let mut told = lock(&self.told);
        if told.elapsed() >= PATIENCE {
            *told = Instant::now();
            eprintln!("  {text}");
            if let (Progress::Searching(_), true) = (progress, self.patient) {
                static ONCE: Once = Once::new();
                ONCE.call_once(|| eprintln!("{PATIENT}"));
            }
        }
    }

    /// Nothing of what goes on is shown any more.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// Something that a reader should know, and that is no result.
    pub fn note(&self, text: &str) {
        self.bar.suspend(|| eprintln!("note: {text}"));
    }

    /// The tests of an executable begin.
    pub fn suite(&self, suite: &Suite, tests: usize) {
        *lock(&self.told) = Instant::now();
        self.junit(|junit| junit.suite(suite));
        if self.format != Format::Json && !self.quiet {
            let strong = Style::new().bold();
            let s = if tests == 1 { "" } else { "s" };
            let Suite { package, flag, source, .. } = suite;
            self.bar.suspend(|| {
                anstream::println!("{strong}{source}{strong:#}  {package} {flag}, {tests} test{s}");
            });
        }
    }

    /// What came of a test.
    pub fn test(&self, suite: &Suite, test: &Test, both: &Both) {
        let outcome = &both.outcome;
        let kind = tally::kind(both, self.replays);
        let name = format!("{} {} {}", suite.package, suite.flag, outcome.name);
        lock(&self.tally).packages.insert(suite.package.clone());
        match outcome.part {
            0 => lock(&self.tally).count(kind, self.replays, name),
            _ => lock(&self.tally).in_part += 1,
        }
        if outcome.is_proved() {
            lock(&self.tally).note(&outcome.not_checked);
        }
        let told = Told { suite, test, both, kind };
        let says = (self.words.verdict)(outcome, both.second);
        let says = named::as_drawn(says, outcome, &self.root);
        let mut says = report::shortened(&says, &self.root);
        let accepted = test.accepts(&outcome.accepted);
        if !accepted.is_empty() {
            says += &format!("{}{}", self.words.accepted, accepted.join(self.words.and));
        }
        lock(&self.tally).accept(test, &accepted);
        self.junit(|junit| junit.test(&told, &says, &self.picture(outcome, false)));
        let gdb = self.gdb(&told);
        self.bar.suspend(|| match self.format {
            Format::Json => println!("{}", json::test(&told, &says, gdb.as_deref(), &self.root)),
            Format::Human => self.line(&told, &says),
            Format::Github => {
                self.line(&told, &says);
                if let Some(line) = github::test(&told, &says, &self.root) {
                    println!("{line}");
                }
            }
        });
        if let (Some(gdb), true) = (gdb, self.format != Format::Json) {
            anstream::println!("gdb: {gdb}\n");
        }
    }

    /// The command that stops gdb where a run fails, if that was asked for.
    fn gdb(&self, told: &Told<'_>) -> Option<String> {
        let Told { suite, both, kind, .. } = told;
        let (bounds, outcome) = (self.gdb.as_ref()?, &both.outcome);
        let schedule = outcome.schedule.clone().filter(|_| kind.shows_a_failure())?;
        let config = bounds.config(&suite.bounds, false);
        let search = Search { config, schedule: Some(schedule), ..Search::default() };
        match suite.driver.debugged(&outcome.name, &search) {
            Ok(command) => Some(command),
            Err(error) => {
                self.note(&format!("{error:#}"));
                None
            }
        }
    }

    fn line(&self, told: &Told<'_>, says: &str) {
        let Told { suite, both, kind, .. } = told;
        let outcome = &both.outcome;
        let style = match kind {
            Ending::AsItShouldBe => AnsiColor::Green.on_default(),
            Ending::Failed => AnsiColor::Red.on_default().bold(),
            _ => AnsiColor::Yellow.on_default(),
        };
        if self.quiet && *kind == Ending::AsItShouldBe && !self.replays {
            return;
        }
        anstream::println!("  {}  {style}{says}{style:#}", outcome.name);
        // Where a schedule does not fit, the run is one that nobody asked for.
        let replayed = self.replays && *kind != Ending::Refused;
        let shown = kind.shows_a_failure() || replayed || outcome.too_long > 0;
        if outcome.trace.is_none() || !shown {
            return;
        }
        let run = report::quoted(&outcome.run_or_verdict(), &self.root);
        if let Some(at) = place::of(&run, &self.root) {
            let file = place::from(&self.here, &self.root, &at.file);
            anstream::println!("    --> {file}:{}", at.line);
        }
        anstream::print!("{}", self.picture(outcome, colours(&std::io::stdout())));
        if matches!(both.second, Some(Second::Failed(_))) {
            anstream::println!("{}", self.words.early);
        }
        if outcome.failure() == "leak" {
            anstream::println!("{}", self.words.left);
        }
        if slept::in_vain(outcome) {
            anstream::println!("{}", self.words.slept);
        }
        if let (Some(schedule), false) = (&outcome.schedule, self.replays) {
            let again = again(suite, &outcome.name, schedule, self.language);
            anstream::println!("{}{again}", self.words.again);
        }
        anstream::println!();
    }

    /// The run, drawn.
    fn picture(&self, outcome: &Outcome, colour: bool) -> String {
        let language = self.language;
        let (width, fold) = (columns(), self.folds);
        let terminal = Terminal { colour, language, width, fold, ..Terminal::default() };
        let picture = report::drawn(outcome, &self.root, terminal);
        // Its first line is the name once more.
        picture.split_once('\n').map_or(picture.clone(), |(_, rest)| rest.to_owned())
    }

    /// A test that was left out, because it says so itself.
    pub fn ignored(&self, suite: &Suite, test: &Test) {
        lock(&self.tally).ignored += 1;
        self.junit(|junit| junit.ignored(test));
        let why = test.why.as_ref().map_or(String::new(), |why| format!(": {why}"));
        self.bar.suspend(|| match self.format {
            Format::Json => println!("{}", json::ignored(suite, test)),
            _ => anstream::println!("  {}  {}{why}", test.name, self.words.ignored),
        });
    }

    /// What is not explored at all, and why.
    pub fn left_out(&self, what: &str, why: &str) {
        self.junit(|junit| junit.left_out(what, why));
        self.bar.suspend(|| match self.format {
            Format::Json => {
                println!("{}", json!({ "event": "left_out", "what": what, "why": why }));
            }
            _ => anstream::println!("{what}  {}{why}", self.words.not_explored),
        });
    }

    /// What does not compile and was asked for, and why.
    pub fn uncompiled(&self, what: &str, why: &str) {
        lock(&self.tally).uncompiled += 1;
        self.left_out(what, why);
    }

    /// The last line, when somebody stopped it before so many tests were reached.
    pub fn stopped(&self, not_reached: usize) -> anyhow::Result<Ending> {
        lock(&self.tally).not_reached = not_reached;
        let ending = self.conclude(Ending::Stopped);
        if self.resumes && self.format != Format::Json {
            // Cargo gives the name of the command as the first argument.
            let arguments = std::env::args().skip(2);
            anstream::println!("{}{}", self.words.goes_on, the_same("cargo explore", arguments));
        }
        ending
    }

    /// The last line. Returns what it all came to.
    pub fn end(&self) -> anyhow::Result<Ending> {
        let ending = lock(&self.tally).ending();
        self.conclude(ending)
    }

    fn conclude(&self, ending: Ending) -> anyhow::Result<Ending> {
        self.bar.finish_and_clear();
        let tally = lock(&self.tally).clone();
        let seconds = self.began.elapsed().as_secs_f64();
        if self.format == Format::Json {
            println!("{}", json::end(&tally, ending as u8));
        } else {
            if tally.failed.len() > 1 {
                anstream::println!("\n{}{}", self.words.failed, tally.failed());
            }
            anstream::println!("\n{} ({seconds:.2} s)", tally.told(self.words));
            if tally.refused > 0 && !self.replays {
                anstream::println!("{}", self.words.refused);
            }
            for text in tally.never_met().filter(|_| self.complete) {
                anstream::println!("{}{text}", self.words.never_met);
            }
            if !tally.not_checked.is_empty() {
                let lines = tally.not_checked.iter().map(|line| self.language.phrase(line));
                let lines = lines.collect::<Vec<_>>().join(self.words.and);
                anstream::println!("{}{lines}", self.words.not_checked);
            }
        }
        match &self.junit {
            Some((path, junit)) => lock(junit).write(path).map(|()| ending),
            None => Ok(ending),
        }
    }

    fn junit(&self, write: impl FnOnce(&mut Junit)) {
        if let Some((_, junit)) = &self.junit {
            write(&mut lock(junit));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many columns a picture may have: those of the terminal, or what `COLUMNS` says.
fn columns() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let seen = || rustix::termios::tcgetwinsize(std::io::stdout()).ok();
    let columns = said.or_else(|| seen().map(|size| size.ws_col.into())).unwrap_or(USUAL);
    // Some terminals do not know.
    if columns == 0 { USUAL } else { columns.clamp(60, 200) }
}

/// Where there is no terminal.
const USUAL: usize = 80;

/// The command that shows a run once more.
pub fn again(suite: &Suite, test: &str, schedule: &str, language: Language) -> String {
    let Suite { package, flag, compiles, .. } = suite;
    let memory = if suite.no_memory { " --no-memory" } else { "" };
    let language = if language == Language::Zh { " --language zh" } else { "" };
    format!(
        "cargo explore -p {package} {flag}{compiles}{memory}{language} --exact {test} --schedule '{schedule}'"
    )
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
