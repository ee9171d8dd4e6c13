//! Where a search writes down what it has done.

use crate::config::fields;

/// Where a search writes down what it has done, to go on from there when it was killed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resume {
    /// The file. It is made, if it is not there.
    pub file: String,
    /// Which compiler the program was compiled by, in a line.
    pub compiler: String,
    /// What the scenario is in: another may have one of the same name.
    pub within: String,
    /// Which search of the scenario it is, where there are several, counted from 0.
    pub look: u8,
    /// Which part of the search it is, counted from 1.
    pub part: u32,
    /// Of how many parts. 0: it is not split.
    pub parts: u32,
    /// The journals of all parts, to be put together. Then nothing is written.
    pub merge: Vec<String>,
}

fields!(Resume { file, compiler, within, look, part, parts, merge });
