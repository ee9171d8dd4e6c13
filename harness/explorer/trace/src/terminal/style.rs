//! Pieces of text with a role, and what a role looks like.

use anstyle::{AnsiColor, Style};

/// What a piece of text is; colours follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Plain,
    Title,
    Dim,
    Good,
    Bad,
    Warn,
    /// Belongs to a thread: each has its colour.
    Thread(usize),
}

impl Role {
    fn style(self) -> Style {
        const THREADS: [AnsiColor; 6] = [
            AnsiColor::Blue,
            AnsiColor::Magenta,
            AnsiColor::Cyan,
            AnsiColor::Yellow,
            AnsiColor::Green,
            AnsiColor::BrightBlue,
        ];
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Title => Style::new().bold(),
            Self::Dim => Style::new().dimmed(),
            Self::Good => colour(AnsiColor::Green).bold(),
            Self::Bad => colour(AnsiColor::Red).bold(),
            Self::Warn => colour(AnsiColor::Yellow).bold(),
            Self::Thread(index) => colour(THREADS[index % THREADS.len()]).bold(),
        }
    }
}

/// Text that grows piece by piece, with or without colour.
#[derive(Debug)]
pub(crate) struct Page {
    colour: bool,
    text: String,
}

impl Page {
    pub fn new(colour: bool) -> Self {
        Self { colour, text: String::new() }
    }

    pub fn push(&mut self, role: Role, text: &str) {
        let style = role.style();
        if self.colour && !text.trim().is_empty() && role != Role::Plain {
            self.text += &format!("{style}{text}{style:#}");
        } else {
            self.text += text;
        }
    }

    /// Ends the line, without white space at its end.
    pub fn end_line(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    pub fn line(&mut self, role: Role, text: &str) {
        self.push(role, text);
        self.end_line();
    }

    pub fn finish(self) -> String {
        self.text
    }
}
