//! The verb `watch`: the visible checks, on every save.

use super::copy::WorkingCopy;
use super::progress::Progress;
use super::verbs;
use crate::grading::Tools;
use crate::grading::assignment::Assignment;
use crate::grading::manifest::Check;
use crate::grading::result::{CheckStatus, SubmissionResult};
use anyhow::Context;
use crossterm::event::{self, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal;
use notify::{RecursiveMode, Watcher};
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// Editors write a file in several steps; this long after the first, all have been made.
const SETTLE: Duration = Duration::from_millis(20);

enum Event {
    /// Something in the sources has changed.
    Saved,
    Key(char),
    /// There will be no more keys.
    Quit,
}

/// Checks the working copy now and on every save, until the student quits. Prints a screen each time if standard output is a terminal, and plain
/// reports otherwise.
///
/// # Errors
///
/// When the sources cannot be watched or the checks cannot be read.
pub fn watch(
    tools: &Tools,
    course: &Path,
    assignment: &Assignment,
    copy: &WorkingCopy,
    language: &str,
) -> anyhow::Result<()> {
    let (sender, events) = mpsc::channel();
    let on_change = sender.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading is no change: the checks themselves read.
        if event.is_ok_and(|event| !event.kind.is_access()) {
            let _ = on_change.send(Event::Saved);
        }
    })?;
    let sources = copy.folder.join("src");
    watcher
        .watch(&sources, RecursiveMode::Recursive)
        .with_context(|| format!("{} cannot be watched", sources.display()))?;

    let screen = Screen::open(sender)?;
    let mut result = verbs::visible_checks(tools, assignment, copy)?;
    loop {
        screen.show(&view(course, assignment, copy, &result, language, &screen))?;
        match events.recv() {
            Err(_) | Ok(Event::Quit | Event::Key('q')) => return Ok(()),
            Ok(Event::Key('h')) => {
                if let Some(check) = open_check(assignment, &result) {
                    let mut progress = Progress::load(&copy.folder);
                    verbs::next_hint(&mut progress, check);
                    progress.save(&copy.folder)?;
                }
            }
            Ok(Event::Key('r')) => result = verbs::visible_checks(tools, assignment, copy)?,
            Ok(Event::Key(_)) => {}
            Ok(Event::Saved) => {
                if settle(&events) {
                    return Ok(());
                }
                result = verbs::visible_checks(tools, assignment, copy)?;
            }
        }
    }
}

/// Waits until a save is complete. Whether the student quits meanwhile.
fn settle(events: &mpsc::Receiver<Event>) -> bool {
    loop {
        match events.recv_timeout(SETTLE) {
            Ok(Event::Saved | Event::Key(_)) => {}
            Ok(Event::Quit) => return true,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return false,
        }
    }
}

/// The first check that is not passed, for which there may be hints.
fn open_check<'a>(assignment: &'a Assignment, result: &SubmissionResult) -> Option<&'a Check> {
    let open = result.checks.iter().find(|check| check.status == CheckStatus::Fail)?;
    assignment.manifest.check(&open.name)
}

fn view(
    course: &Path,
    assignment: &Assignment,
    copy: &WorkingCopy,
    result: &SubmissionResult,
    language: &str,
    screen: &Screen,
) -> String {
    let progress = Progress::load(&copy.folder);
    let mut report = verbs::report(assignment, &progress, language, screen.is_terminal);
    report.width = screen.width();
    if screen.is_terminal {
        // One thing at a time: the first that is to be mended.
        report.details = 1;
    }
    let mut text = report.write(result);
    if result.passes() {
        text.push_str("\nEvery check that you can see is passed.");
        if let Some(next) = verbs::next_assignment(course, assignment) {
            text.push_str(&format!(" Next: harness start {next}"));
        }
        text.push('\n');
    }
    if screen.is_terminal {
        let hint = open_check(assignment, result)
            .is_some_and(|check| progress.hints_of(&check.name) < check.hints.len());
        let hint = if hint { "h: a hint   " } else { "" };
        text.push_str(&format!("\n{hint}r: check again   q: quit   (checks on every save)\n"));
    }
    text
}

/// Where the student looks and types. Raw mode, in which each key comes at once, ends with it.
struct Screen {
    is_terminal: bool,
    raw: bool,
}

impl Screen {
    fn open(keys: mpsc::Sender<Event>) -> io::Result<Screen> {
        let is_terminal = io::stdout().is_terminal();
        let raw = is_terminal && io::stdin().is_terminal();
        if raw {
            terminal::enable_raw_mode()?;
            std::thread::spawn(move || read_keys(&keys));
        }
        Ok(Screen { is_terminal, raw })
    }

    fn width(&self) -> usize {
        let width = terminal::size().map_or(100, |(width, _)| usize::from(width));
        if self.is_terminal { width.clamp(40, 120) } else { 100 }
    }

    fn show(&self, text: &str) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        if self.is_terminal {
            // Clears the screen and what has scrolled away, and begins at the top.
            write!(out, "\x1b[2J\x1b[3J\x1b[H")?;
        }
        // In raw mode a line feed does not go back to the first column.
        let text = if self.raw { text.replace('\n', "\r\n") } else { text.to_owned() };
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.raw {
            let _ = terminal::disable_raw_mode();
        }
    }
}

/// Passes keys on until nobody listens.
fn read_keys(keys: &mpsc::Sender<Event>) {
    loop {
        let event = match event::read() {
            Ok(event::Event::Key(key)) if key.kind == KeyEventKind::Press => match key.code {
                // Raw mode turns the interrupt into a key like others.
                KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                    Event::Quit
                }
                KeyCode::Char(c) => Event::Key(c),
                _ => continue,
            },
            // The new width is used at the next screen.
            Ok(_) => continue,
            Err(_) => Event::Quit,
        };
        let quits = matches!(event, Event::Quit);
        if keys.send(event).is_err() || quits {
            return;
        }
    }
}
