//! What a chapter says of itself: `--list=json`, and the types that read it back.

use crate::form::{Block, Line, Value};
use crate::program::{Chapter, Program};
use serde::{Deserialize, Serialize};

/// A chapter as `--list=json` prints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// 1 to 12.
    pub number: u8,
    /// The title that the book and `harness list` show.
    pub title: String,
    /// In reading order.
    pub programs: Vec<Listed>,
}

/// A program as `--list=json` prints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// What it is called on the command line.
    pub name: String,
    /// One line on what it shows.
    pub summary: String,
    /// What it reads and prints.
    #[serde(flatten)]
    pub form: Form,
}

/// What a run of a program reads and what form its output has.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// Standard input of a checked run; `None` if it reads nothing.
    pub input: Option<String>,
    /// Its blocks in order; empty if every line comes in a fixed order.
    pub output: Vec<Block>,
    /// The lines with holes.
    pub varying: Vec<Line>,
    /// What must hold of what stands in the holes.
    pub values: Vec<Value>,
    /// The exit code of a run that goes as intended.
    pub exit_code: i32,
}

impl Chapter {
    /// The chapter in the form that the harness reads.
    pub fn listing(&self) -> Listing {
        Listing {
            number: self.number,
            title: self.title.to_owned(),
            programs: self.programs.iter().map(Program::listed).collect(),
        }
    }
}

impl Program {
    fn listed(&self) -> Listed {
        let block = |block: &Block<&'static str>| match *block {
            Block::InOrder { lines } => Block::InOrder { lines },
            Block::AnyOrder { name, lines } => Block::AnyOrder { name: name.to_owned(), lines },
        };
        Listed {
            name: self.name.to_owned(),
            summary: self.summary.to_owned(),
            form: Form {
                input: self.input.map(str::to_owned),
                output: self.output.iter().map(block).collect(),
                varying: self.varying.iter().map(|line| Line(line.0.to_owned())).collect(),
                values: self
                    .values
                    .iter()
                    .map(|value| Value { name: value.name.to_owned(), property: value.property })
                    .collect(),
                exit_code: self.exit_code,
            },
        }
    }
}
