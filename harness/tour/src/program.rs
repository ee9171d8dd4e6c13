//! A program of a chapter, and the chapter as their table.

use crate::form::{Block, Line, Value};

/// Why a program ended early.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A chapter: its programs in reading order.
#[derive(Debug, Clone, Copy)]
pub struct Chapter {
    /// 0 to 12; 0 is what is read before the first.
    pub number: u8,
    /// The title that the book and `harness list` show.
    pub title: &'static str,
    /// In reading order.
    pub programs: &'static [Program],
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Run {
    Plain(fn()),
    Fallible(fn() -> Result<(), Failure>),
    WithArguments { usage: &'static str, run: fn(&[String]) -> Result<(), Failure> },
}

/// One program of a chapter: a function to run, and what a run of it reads and
/// prints.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) run: Run,
    pub(crate) input: Option<&'static str>,
    pub(crate) output: &'static [Block<&'static str>],
    pub(crate) varying: &'static [Line<&'static str>],
    pub(crate) values: &'static [Value<&'static str>],
    pub(crate) exit_code: i32,
}

impl Program {
    const fn with(name: &'static str, summary: &'static str, run: Run) -> Program {
        Program {
            name,
            summary,
            run,
            input: None,
            output: &[],
            varying: &[],
            values: &[],
            exit_code: 0,
        }
    }

    /// A program that cannot fail: all its output comes in a fixed order
    /// unless [`output`](Program::output) says otherwise.
    pub const fn new(name: &'static str, summary: &'static str, run: fn()) -> Program {
        Program::with(name, summary, Run::Plain(run))
    }

    /// A program that may end with an error. The error is printed on standard
    /// error, and the exit code is then 1.
    pub const fn fallible(
        name: &'static str,
        summary: &'static str,
        run: fn() -> Result<(), Failure>,
    ) -> Program {
        Program::with(name, summary, Run::Fallible(run))
    }

    /// A program that takes options of its own, given after its name.
    ///
    /// `usage` is shown by `--help` after the name, for example
    /// `[--once] [--database URL]`.
    pub const fn with_arguments(
        name: &'static str,
        summary: &'static str,
        usage: &'static str,
        run: fn(&[String]) -> Result<(), Failure>,
    ) -> Program {
        Program::with(name, summary, Run::WithArguments { usage, run })
    }

    /// The program reads standard input; `text` is what the harness gives it.
    /// A program without this gets an empty standard input.
    pub const fn input(mut self, text: &'static str) -> Program {
        self.input = Some(text);
        self
    }

    /// The blocks of its output. Without this, every line comes in a fixed order.
    pub const fn output(mut self, blocks: &'static [Block<&'static str>]) -> Program {
        self.output = blocks;
        self
    }

    /// The lines that hold values which differ from run to run.
    pub const fn varying(mut self, lines: &'static [Line<&'static str>]) -> Program {
        self.varying = lines;
        self
    }

    /// The holes of the [`varying`](Program::varying) lines.
    pub const fn values(mut self, values: &'static [Value<&'static str>]) -> Program {
        self.values = values;
        self
    }

    /// The exit code of a run that goes as intended; 0 without this.
    pub const fn exit_code(mut self, code: i32) -> Program {
        self.exit_code = code;
        self
    }
}
