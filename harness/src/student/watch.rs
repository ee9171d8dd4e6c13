//! The verb `watch`: the visible checks, on every save.

use super::copy::WorkingCopy;
use super::progress::Progress;
use super::screen::{Input, Screen};
use super::verbs;
use crate::grading::Tools;
use crate::grading::assignment::Assignment;
use crate::grading::manifest::Check;
use crate::grading::result::{CheckStatus, SubmissionResult};
use crate::language::words;
use crate::stop::Stop;
use anyhow::Context;
use notify::{RecursiveMode, Watcher};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};
use trace::Language;
use trace::text::wrap;

/// Editors write a file in several steps; this long after the first, all have been made.
const SETTLE: Duration = Duration::from_millis(20);

enum Event {
    /// Something that is checked has changed. `renewed`: the folder of the sources itself has come or gone, and is no longer watched.
    Saved {
        renewed: bool,
    },
    Typed(Input),
    /// The checks of this number have ended.
    Checked(u64, thread::Result<anyhow::Result<Box<SubmissionResult>>>),
}

/// A check that runs. Dropping it stops it.
struct Running {
    number: u64,
    stop: Stop,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

/// Checks the working copy now and on every save, until the student quits. Prints a screen each time if standard output is a terminal, and plain
/// reports otherwise. Keys work while checks run; a save stops them and begins again.
///
/// # Errors
///
/// When the sources cannot be watched or the checks cannot be read.
pub fn watch(
    tools: &Tools,
    course: &Path,
    assignment: &Assignment,
    copy: &WorkingCopy,
    seed: Option<u64>,
    language: Language,
) -> anyhow::Result<()> {
    let (sender, events) = mpsc::channel();
    let sources = copy.folder.join("src");
    let mut watcher = watcher(assignment, copy, &sources, sender.clone())?;
    if !assignment.manifest.uses.is_empty() {
        // Compiled now if they are not yet, while the terminal is still ordinary.
        tools.crates(&assignment.manifest.uses)?;
    }
    let typed = sender.clone();
    let screen = Screen::open(move |input| typed.send(Event::Typed(input)).is_ok())?;
    let show = |result: Option<&SubmissionResult>, checking: bool| {
        screen.show(&view(course, assignment, copy, result, checking, language, &screen))
    };

    // The scope ends when the check that still runs is dead: at once, as it is stopped first.
    thread::scope(|scope| {
        let mut number = 0;
        let mut start = || {
            number += 1;
            begin(scope, number, (tools, assignment, copy, seed), sender.clone())
        };
        let mut running = Some(start());
        let mut result: Option<Box<SubmissionResult>> = None;
        // When a save that was noticed is complete.
        let mut complete: Option<Instant> = None;
        show(None, true)?;
        loop {
            let event = match complete {
                None => events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => events.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            match event {
                Err(RecvTimeoutError::Disconnected)
                | Ok(Event::Typed(Input::Quit | Input::Key('q'))) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {
                    complete = None;
                    running = Some(start());
                }
                Ok(Event::Saved { renewed }) => {
                    if renewed {
                        // It may not be there yet; then another event comes when it is.
                        let _ = watcher.unwatch(&sources);
                        let _ = watcher.watch(&sources, RecursiveMode::Recursive);
                    }
                    running = None;
                    complete = Some(Instant::now() + SETTLE);
                }
                Ok(Event::Typed(Input::Key('r'))) if running.is_none() && complete.is_none() => {
                    running = Some(start());
                }
                Ok(Event::Typed(Input::Key('h'))) => {
                    if let Some(check) = result.as_deref().and_then(|r| open_check(assignment, r)) {
                        let mut progress = Progress::load(&copy.folder);
                        verbs::next_hint(&mut progress, check);
                        progress.save(&copy.folder)?;
                    }
                }
                Ok(Event::Typed(Input::Key(_))) => continue,
                Ok(Event::Typed(Input::Resized)) => {}
                // Of files that have changed since.
                Ok(Event::Checked(of, _)) if running.as_ref().is_none_or(|r| r.number != of) => {
                    continue;
                }
                Ok(Event::Checked(_, Err(panic))) => panic::resume_unwind(panic),
                Ok(Event::Checked(_, Ok(Err(error)))) => return Err(error),
                Ok(Event::Checked(_, Ok(Ok(new)))) => {
                    verbs::note(copy, &new);
                    (running, result) = (None, Some(new));
                }
            }
            show(result.as_deref(), running.is_some() || complete.is_some())?;
        }
    })
}

/// Notices when something is saved that is checked.
fn watcher(
    assignment: &Assignment,
    copy: &WorkingCopy,
    sources: &Path,
    on_change: Sender<Event>,
) -> anyhow::Result<notify::RecommendedWatcher> {
    let (folder, src) = (copy.folder.clone(), sources.to_owned());
    let rules = assignment.rules.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading is no change: the checks themselves read.
        let Ok(event) = event else { return };
        if event.kind.is_access() {
            return;
        }
        let renewed = event.paths.contains(&src)
            && !matches!(
                event.kind,
                notify::EventKind::Modify(notify::event::ModifyKind::Metadata(_))
            );
        let taken = |path: &std::path::PathBuf| {
            path.starts_with(&src)
                || path
                    .strip_prefix(&folder)
                    .is_ok_and(|path| path.to_str().is_some_and(|path| rules.takes(path)))
        };
        if renewed || event.paths.iter().any(taken) {
            let _ = on_change.send(Event::Saved { renewed });
        }
    })?;
    // The folder itself tells when the sources are removed and come again, as they do when git changes to another commit.
    for (folder, mode) in
        [(copy.folder.as_path(), RecursiveMode::NonRecursive), (sources, RecursiveMode::Recursive)]
    {
        // Without sources there is something to say, and nothing to watch yet.
        if folder.exists() {
            watcher
                .watch(folder, mode)
                .with_context(|| format!("{} cannot be watched", folder.display()))?;
        }
    }
    Ok(watcher)
}

/// Begins the checks in a thread of their own.
fn begin<'scope>(
    scope: &'scope Scope<'scope, '_>,
    number: u64,
    (tools, assignment, copy, seed): (
        &'scope Tools,
        &'scope Assignment,
        &'scope WorkingCopy,
        Option<u64>,
    ),
    events: Sender<Event>,
) -> Running {
    let stop = Stop::default();
    let running = Running { number, stop: stop.clone() };
    scope.spawn(move || {
        let check =
            || verbs::visible_checks(tools, assignment, copy, verbs::seed(seed)?).map(Box::new);
        let result = panic::catch_unwind(AssertUnwindSafe(|| stop.during(check)));
        // Whoever has quit no longer listens.
        let _ = events.send(Event::Checked(number, result));
    });
    running
}

/// The first check that is not passed, for which there may be hints.
fn open_check<'a>(assignment: &'a Assignment, result: &SubmissionResult) -> Option<&'a Check> {
    let open = result.checks.iter().find(|check| check.status == CheckStatus::Fail)?;
    assignment.manifest.check(&open.name)
}

/// What is shown: what came of the last checks, and whether others run.
fn view(
    course: &Path,
    assignment: &Assignment,
    copy: &WorkingCopy,
    result: Option<&SubmissionResult>,
    checking: bool,
    language: Language,
    screen: &Screen,
) -> String {
    let words = words(language);
    let mut text = String::new();
    if !screen.is_terminal() {
        // Not a screen but a log: it has the results, each once.
        let Some(result) = result.filter(|_| !checking) else { return text };
        let progress = Progress::load(&copy.folder);
        text += &verbs::report(assignment, &progress, language, false).write(result);
        text += &after(course, assignment, copy, result, language);
        return text;
    }
    let (width, height) = screen.size();
    let state = if checking { words.checking } else { "" };
    let mut keys = words.keys.to_owned();
    let Some(result) = result else {
        return format!("{}  {state}\n\n{keys}\n", assignment.name);
    };
    let progress = Progress::load(&copy.folder);
    let mut report = verbs::report(assignment, &progress, language, true);
    report.width = width;
    let more_hints = open_check(assignment, result)
        .is_some_and(|check| progress.hints_of(&check.name) < check.hints.len());
    if more_hints {
        keys.insert_str(0, words.key_hint);
    }
    let keys = wrap(&keys, width, width).join("\n");
    let after = after(course, assignment, copy, result, language);
    // The state, a blank line and the keys; the last line feed leaves the cursor on a line of its own.
    let frame = 4 + report.rows_of(&after) + report.rows_of(&keys) - 1;
    let command = verbs::check_command(copy, language, &[]);
    text += &report.write_within(result, height.saturating_sub(frame).max(6), &command);
    format!("{state}\n{text}{after}\n{keys}\n")
}

/// What is said after a report.
fn after(
    course: &Path,
    assignment: &Assignment,
    copy: &WorkingCopy,
    result: &SubmissionResult,
    language: Language,
) -> String {
    let words = words(language);
    let mut text = verbs::inputs(assignment, copy, result, language);
    if result.passes() {
        text += "\n";
        text += words.all_passed;
        if let Some(next) = verbs::next_assignment(course, assignment) {
            text += &(words.next)(&verbs::start_command(copy, &next, language));
        }
        text.push('\n');
    }
    text
}
