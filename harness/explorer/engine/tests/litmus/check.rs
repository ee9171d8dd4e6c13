//! Compares what the engine finds with what the axioms and the literature say.

use super::axioms::allowed;
use super::engine::explore;
use super::numbers::Random;
use super::program::{Family, parse, shows};
use super::table::{Row, Says};

/// How many combinations were compared, and what was seen on the way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    pub programs: u64,
    /// Programs with outcomes that RC11 allows and no run in order shows.
    pub out_of_reach: u64,
    pub executions: u64,
    pub redundant: u64,
}

/// Checks a row of the table: what the literature says, what the axioms say, what the engine finds.
pub fn row(&(name, text, outcome, says, source): &Row) -> Result<(), String> {
    let program = parse(text);
    let (axioms, found) = (allowed(&program), explore(&program));
    let is_in =
        |outcomes: &std::collections::BTreeSet<_>| outcomes.iter().any(|seen| shows(seen, outcome));
    let expected = match says {
        Says::Allowed => (true, true, true),
        Says::Forbidden | Says::LoadBuffering => (false, false, false),
        Says::OutOfReach => (true, false, false),
    };
    let seen = (is_in(&axioms.rc11), is_in(&axioms.in_order), is_in(&found.outcomes));
    if seen == expected {
        return Ok(());
    }
    Err(format!(
        "{name}: {text}: outcome `{outcome}` is {says:?} ({source}); in RC11, in RC11 without reordered stores, in the engine: {seen:?}"
    ))
}

/// Holds one test against the axioms: the engine must find all that a run in order can show, and nothing else.
pub fn program(text: &str, count: &mut Count) -> Result<(), String> {
    let program = parse(text);
    let (axioms, found) = (allowed(&program), explore(&program));
    count.programs += 1;
    count.out_of_reach += u64::from(axioms.in_order != axioms.rc11);
    count.executions += found.executions;
    count.redundant += found.redundant;
    if found.outcomes == axioms.in_order {
        return Ok(());
    }
    let missing: Vec<_> = axioms.in_order.difference(&found.outcomes).collect();
    let forbidden: Vec<_> = found.outcomes.difference(&axioms.rc11).collect();
    let extra: Vec<_> = found
        .outcomes
        .difference(&axioms.in_order)
        .filter(|extra| axioms.rc11.contains(extra))
        .collect();
    Err(format!(
        "{text}\n  missing: {missing:?}\n  forbidden: {forbidden:?}\n  unexpected, though allowed: {extra:?}"
    ))
}

/// Holds a family against the axioms; at most `most` of its members, picked at random.
pub fn family(text: &str, most: usize, count: &mut Count) -> Vec<String> {
    let family = Family::new(text);
    let mut random = Random::new(family.len() as u64);
    let numbers = 0..most.min(family.len());
    let member = |number| if family.len() <= most { number } else { random.below(family.len()) };
    numbers.map(member).filter_map(|number| program(&family.member(number), count).err()).collect()
}

/// A random test: two or three threads, two locations, every kind of access.
pub fn random(random: &mut Random) -> String {
    let threads = 2 + random.below(2);
    let thread = |random: &mut Random| {
        let length = 1 + random.below(if threads == 2 { 4 } else { 3 });
        let accesses: Vec<String> = (0..length).map(|_| access(random)).collect();
        accesses.join(" ")
    };
    (0..threads).map(|_| thread(random)).collect::<Vec<_>>().join(" | ")
}

fn access(random: &mut Random) -> String {
    let x = random.pick(&["x", "y"]);
    let value = 1 + random.below(2);
    let (load, store) = (["rlx", "rlx", "acq", "sc"], ["rlx", "rlx", "rel", "sc"]);
    let update = ["rlx", "acq", "rel", "ar", "sc"];
    match random.below(9) {
        0..=2 => format!("R{x}.{}", random.pick(&load)),
        3..=5 => format!("W{x}={value}.{}", random.pick(&store)),
        6 => format!("U{x}+1.{}", random.pick(&update)),
        7 => format!(
            "C{x}:{}>{}.{}/{}",
            random.below(2),
            1 + value,
            random.pick(&update),
            random.pick(&load)
        ),
        _ => format!("F.{}", random.pick(&["rel", "acq", "ar", "sc", "sc"])),
    }
}
