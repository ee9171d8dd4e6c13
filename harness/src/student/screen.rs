//! Where the student looks and types.

use crossterm::event::{self, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal;
use std::io::{self, IsTerminal, Write};

/// What comes from the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    Key(char),
    Resized,
    /// There will be no more keys.
    Quit,
}

/// A screen, if standard output is a terminal. Raw mode, in which each key comes at once, ends with it.
pub(super) struct Screen {
    is_terminal: bool,
    raw: bool,
}

impl Screen {
    /// Passes what is typed on until `listener` no longer listens.
    pub fn open(listener: impl Fn(Input) -> bool + Send + 'static) -> io::Result<Screen> {
        let is_terminal = io::stdout().is_terminal();
        let raw = is_terminal && io::stdin().is_terminal();
        let screen = Screen { is_terminal, raw };
        if is_terminal {
            // What was on the screen is still there to scroll back to.
            let (_, height) = screen.size();
            let mut out = io::stdout().lock();
            out.write_all("\n".repeat(height).as_bytes())?;
        }
        if raw {
            terminal::enable_raw_mode()?;
            std::thread::spawn(move || read(&listener));
        }
        Ok(screen)
    }

    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Columns, as far as reports use them, and lines.
    pub fn size(&self) -> (usize, usize) {
        let size = terminal::size().unwrap_or((100, 40));
        (super::verbs::columns(), usize::from(size.1))
    }

    /// Shows a text in place of the one before.
    pub fn show(&self, text: &str) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        // In raw mode a line feed does not go back to the first column.
        let text = if self.raw { text.replace('\n', "\r\n") } else { text.to_owned() };
        if self.is_terminal {
            // Only the screen is cleared: what has scrolled away is the student's.
            write!(out, "\x1b[H\x1b[J")?;
        }
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

fn read(listener: &impl Fn(Input) -> bool) {
    loop {
        let input = match event::read() {
            Ok(event::Event::Key(key)) if key.kind == KeyEventKind::Press => match key.code {
                // Raw mode turns the interrupt into a key like others.
                KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                    Input::Quit
                }
                KeyCode::Char(c) => Input::Key(c),
                _ => continue,
            },
            Ok(event::Event::Resize(..)) => Input::Resized,
            Ok(_) => continue,
            Err(_) => Input::Quit,
        };
        if !listener(input) || input == Input::Quit {
            return;
        }
    }
}
