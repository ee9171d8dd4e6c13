//! A terminal: a key is a command. What was on the screen before comes back at the end.

use super::session::{Command, Session};
use super::view::{self, Marked};
use crate::Progress;
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::{cursor, execute, terminal};
use std::io::{Stdout, Write, stdout};

/// A screen of one's own, with each key at once. It ends with this.
struct Screen(Stdout);

impl Screen {
    fn open() -> anyhow::Result<Screen> {
        terminal::enable_raw_mode()?;
        let mut screen = Screen(stdout());
        execute!(screen.0, terminal::EnterAlternateScreen, cursor::Hide)?;
        Ok(screen)
    }

    fn show(&mut self, lines: &[String]) -> anyhow::Result<()> {
        let text = format!("\x1b[H\x1b[J{}", lines.join("\r\n"));
        self.0.write_all(text.as_bytes())?;
        Ok(self.0.flush()?)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Whoever cannot see it cannot miss it.
        let _ = execute!(self.0, cursor::Show, terminal::LeaveAlternateScreen);
        let _ = terminal::disable_raw_mode();
    }
}

/// Reads keys until there is a `q`.
pub(super) fn run(session: &mut Session<'_>) -> anyhow::Result<()> {
    let mut screen = Screen::open()?;
    let mut selected = session.usual().unwrap_or(0);
    // So many steps further up than the last ones.
    let mut up = 0_usize;
    loop {
        let (columns, rows) = terminal::size().unwrap_or((80, 24));
        // Some terminals do not know.
        let (columns, rows) = if columns == 0 { (80, 24) } else { (columns, rows) };
        let (columns, rows) = (usize::from(columns).max(20), usize::from(rows).max(6));
        let page = view::page(session, columns, rows, 0, Some(Marked { selected, up }));
        screen.show(&page.styled(rows))?;
        up = up.min(page.above);
        let Event::Key(key) = event::read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        let command = match key.code {
            KeyCode::Up | KeyCode::Char('k') => {
                selected = selected.saturating_sub(1);
                continue;
            }
            KeyCode::Down | KeyCode::Char('j') => {
                selected = (selected + 1).min(session.threads.len().saturating_sub(1));
                continue;
            }
            KeyCode::PageUp => {
                up += (rows / 2).max(1);
                continue;
            }
            KeyCode::PageDown => {
                up = up.saturating_sub((rows / 2).max(1));
                continue;
            }
            _ => command(key, session.asking, selected),
        };
        let Some(command) = command else {
            if let KeyCode::Char(key) = key.code {
                session.said.lines.clear();
                session.say((session.words.unknown)(&key.to_string()));
            }
            continue;
        };
        let turns = session.turns();
        if command == Command::Find {
            // A search can be stopped by Ctrl-C, as any other.
            terminal::disable_raw_mode()?;
            screen.show(&[session.words.searching.to_owned()])?;
        }
        let words = session.words.searching;
        let goes_on = session.obey(command, &|progress| {
            if let Progress::Searching(how) = progress {
                // Nobody is told twice: what cannot be shown now is shown later.
                let _ = write!(stdout(), "\x1b[H\x1b[J{words}\r\n{how}");
                let _ = stdout().flush();
            }
        });
        terminal::enable_raw_mode()?;
        if !goes_on? {
            return Ok(());
        }
        if session.turns() != turns {
            up = 0;
            selected = session.usual().unwrap_or(selected);
        }
        selected = selected.min(session.threads.len().saturating_sub(1));
    }
}

/// What a key means.
fn command(key: KeyEvent, asking: Option<usize>, selected: usize) -> Option<Command> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('c' | 'd') if control => Command::Quit,
        KeyCode::Char(key @ ('0'..='9' | 'A'..='Z')) => {
            let number = view::number(key)?;
            match asking {
                Some(thread) => Command::Go(thread, Some(number)),
                None => Command::Go(number, None),
            }
        }
        KeyCode::Enter => Command::Go(asking.unwrap_or(selected), None),
        KeyCode::Char('b') | KeyCode::Esc | KeyCode::Backspace | KeyCode::Left => Command::Back,
        KeyCode::Char('f') => Command::Find,
        KeyCode::Char('n') => Command::Own(Some(asking.unwrap_or(selected))),
        KeyCode::Char('?' | 'h') => Command::Explain(Some(asking.unwrap_or(selected))),
        KeyCode::Char('q') => Command::Quit,
        _ => return None,
    })
}
