//! Litmus tests as text.
//!
//! Threads are separated by `|`, accesses by blanks: `Wx=1.rlx` stores, `Rx.acq` loads, `Ux+1.ar` is a `fetch_add`, `Ux=2.ar` a `swap`,
//! `Cx:0>2.ar/rlx` a `compare_exchange`, `F.sc` a fence. The orderings are `rlx`, `rel`, `acq`, `ar` (`AcqRel`) and `sc`. In a *family*
//! an ordering may be `?`: any that the access can have; and `F?` is any fence, or none.

use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

/// One access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    Write { x: usize, value: u32, order: Ordering },
    Read { x: usize, order: Ordering },
    Add { x: usize, value: u32, order: Ordering },
    Swap { x: usize, value: u32, order: Ordering },
    Exchange { x: usize, from: u32, to: u32, success: Ordering, failure: Ordering },
    Fence { order: Ordering },
}

impl Access {
    /// The location, if it is not a fence.
    pub fn x(&self) -> Option<usize> {
        match *self {
            Self::Write { x, .. }
            | Self::Read { x, .. }
            | Self::Add { x, .. }
            | Self::Swap { x, .. }
            | Self::Exchange { x, .. } => Some(x),
            Self::Fence { .. } => None,
        }
    }

    /// Whether it reads.
    pub fn reads(&self) -> bool {
        !matches!(self, Self::Write { .. } | Self::Fence { .. })
    }
}

/// A litmus test: the accesses of each thread. All locations start with 0.
pub type Program = Vec<Vec<Access>>;

/// What a run shows: what each thread reads, and the values at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Outcome {
    pub reads: Vec<Vec<u32>>,
    pub end: Vec<u32>,
}

/// The locations are called so, from 0.
const NAMES: &str = "xyz";
pub const LOCATIONS: usize = 3;

fn order(text: &str) -> Ordering {
    match text {
        "rlx" => Relaxed,
        "rel" => Release,
        "acq" => Acquire,
        "ar" => AcqRel,
        "sc" => SeqCst,
        other => panic!("no ordering: {other}"),
    }
}

fn access(token: &str) -> Access {
    let (what, orders) = token.split_once('.').unwrap_or_else(|| panic!("no ordering in {token}"));
    if what == "F" {
        return Access::Fence { order: order(orders) };
    }
    let number =
        |text: &str| text.parse().unwrap_or_else(|_| panic!("no number in {token}: {text}"));
    let x = NAMES.find(&what[1..2]).unwrap_or_else(|| panic!("no location in {token}"));
    let rest = &what[2..];
    match (&what[..1], rest.get(..1)) {
        ("R", None) => Access::Read { x, order: order(orders) },
        ("W", Some("=")) => Access::Write { x, value: number(&rest[1..]), order: order(orders) },
        ("U", Some("+")) => Access::Add { x, value: number(&rest[1..]), order: order(orders) },
        ("U", Some("=")) => Access::Swap { x, value: number(&rest[1..]), order: order(orders) },
        ("C", Some(":")) => {
            let (from, to) =
                rest[1..].split_once('>').unwrap_or_else(|| panic!("no `>` in {token}"));
            let (success, failure) =
                orders.split_once('/').unwrap_or_else(|| panic!("no `/` in {token}"));
            Access::Exchange {
                x,
                from: number(from),
                to: number(to),
                success: order(success),
                failure: order(failure),
            }
        }
        _ => panic!("no access: {token}"),
    }
}

/// Reads a test.
pub fn parse(text: &str) -> Program {
    text.split('|').map(|thread| thread.split_whitespace().map(access).collect()).collect()
}

/// Whether an outcome is the one that a text such as `1 0 | | x=2` describes: what each thread reads; values at the end, where given.
pub fn shows(outcome: &Outcome, text: &str) -> bool {
    let (mut reads, mut ends) = (Vec::new(), Vec::new());
    for part in text.split('|') {
        let words: Vec<&str> = part.split_whitespace().collect();
        if words.iter().any(|word| word.contains('=')) {
            ends.extend(words);
        } else {
            reads.push(
                words.iter().map(|word| word.parse().expect("a number")).collect::<Vec<u32>>(),
            );
        }
    }
    let same_end = ends.iter().all(|end| {
        let (name, value) = end.split_once('=').expect("name=value");
        outcome.end[NAMES.find(name).expect("a location")]
            == value.parse::<u32>().expect("a number")
    });
    outcome.reads[..reads.len()] == reads && same_end
}

/// The members of a family, as texts: every choice for every `?`.
pub struct Family {
    /// What each token can be.
    tokens: Vec<Vec<String>>,
}

impl Family {
    /// The family that a text with `?` describes.
    pub fn new(text: &str) -> Self {
        let tokens = text.split_whitespace().map(|token| {
            let with =
                |orders: &[&str]| orders.iter().map(|order| token.replace('?', order)).collect();
            if token == "F?" {
                return ["", "F.rel", "F.acq", "F.ar", "F.sc"].map(str::to_owned).to_vec();
            }
            match (&token[..1], token.contains('?')) {
                (_, false) => vec![token.to_owned()],
                ("W", _) => with(&["rlx", "rel", "sc"]),
                ("R", _) => with(&["rlx", "acq", "sc"]),
                _ => with(&["rlx", "rel", "acq", "ar", "sc"]),
            }
        });
        Self { tokens: tokens.collect() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.tokens.iter().map(Vec::len).product()
    }

    /// One of them.
    pub fn member(&self, mut number: usize) -> String {
        let mut text = Vec::new();
        for choices in &self.tokens {
            text.push(choices[number % choices.len()].as_str());
            number /= choices.len();
        }
        text.join(" ")
    }
}
