//! What an atomic is called where the function that uses it is called: `left`, if `enter(&left)` is the only call that can have been
//! made there, and `enter` calls it `mine`.

use crate::{Location, Sources};

/// A signature is looked for so many lines above, and calls so many lines below it.
const ABOVE: u32 = 40;
const BELOW: u32 = 120;

/// Where a thread began, and where others did.
pub(crate) struct Spawned {
    pub own: Option<Location>,
    pub others: Vec<Location>,
}

/// What was handed over as this parameter of the function around a place; `None` if it is none, or if it cannot be told.
pub(crate) fn argument(
    sources: &mut dyn Sources,
    place: &Location,
    parameter: &str,
    spawned: &Spawned,
) -> Option<String> {
    let mut at = |line: u32| sources.line(&Location { line, column: None, ..place.clone() });
    let ((first, scope), function, index) =
        (place.line.saturating_sub(ABOVE).max(1)..=place.line).rev().find_map(|line| {
            let text = at(line)?;
            let (function, parameters) = signature(&text)?;
            let is_it =
                |text: &&str| text.split_once(':').is_some_and(|(n, _)| n.trim() == parameter);
            let index = parameters.iter().position(|text| is_it(&text.trim()))?;
            Some(((line, indent(&text)), function.to_owned(), index))
        })?;
    let is_at = |line: u32, spawned: &Location| spawned.file == place.file && spawned.line == line;
    let mut found: Vec<String> = Vec::new();
    for line in first + 1..first + BELOW {
        // Where the block ends that it is declared in, its name is another's.
        let Some(text) = at(line).filter(|text| text.trim().is_empty() || indent(text) >= scope)
        else {
            break;
        };
        let Some(arguments) = call(&text, &function) else { continue };
        let given = arguments.get(index)?.trim().trim_start_matches('&');
        let is_plain = given.chars().all(|c| c.is_alphanumeric() || c == '_');
        let given = (is_plain && !given.is_empty()).then(|| given.to_owned())?;
        if spawned.own.as_ref().is_some_and(|own| is_at(line, own)) {
            return Some(given);
        }
        if !spawned.others.iter().any(|other| is_at(line, other)) && !found.contains(&given) {
            found.push(given);
        }
    }
    (found.len() == 1).then(|| found.remove(0))
}

/// How far a line is from the edge.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The name and the parameters that a line declares, of a function or a closure.
fn signature(line: &str) -> Option<(&str, Vec<&str>)> {
    let line = line.trim();
    let is_in_names = |c: char| c.is_alphanumeric() || c == '_';
    if let Some(rest) = line.strip_prefix("let ") {
        let (name, rest) = rest.split_once(" = ")?;
        let rest = rest.trim_start_matches("move ").strip_prefix('|')?;
        let is_name = name.chars().all(is_in_names);
        return is_name.then_some((name, parts(rest.split_once('|')?.0)));
    }
    let (_, rest) = line.split_once("fn ")?;
    let end = rest.find(|c: char| !is_in_names(c))?;
    Some((&rest[..end], parts(within(rest.get(rest.find('(')?..)?)?)))
}

/// The arguments of the call of a function on a line.
fn call<'l>(line: &'l str, function: &str) -> Option<Vec<&'l str>> {
    let start = line.find(&format!("{function}("))?;
    let before = line[..start].trim_end();
    let is_other = line[..start].ends_with(|c: char| c.is_alphanumeric() || "_.".contains(c));
    if is_other || before.ends_with("fn") {
        return None;
    }
    Some(parts(within(&line[start + function.len()..])?))
}

/// What stands within the bracket that the text begins with.
fn within(text: &str) -> Option<&str> {
    let mut depth = 0_i32;
    let end = text.find(|c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth == 0
    })?;
    text.get(1..end)
}

/// The parts between commas, as far as those are not within brackets.
fn parts(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|c: char| {
        depth += i32::from("([{<".contains(c)) - i32::from(")]}>".contains(c));
        c == ',' && depth == 0
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "fn two() {
    let enter = |mine: &AtomicBool, other: &AtomicBool| {
        mine.store(true, Release);
        other.load(Acquire);
    };
    scope.spawn(|| enter(&left, &right));
    enter(&right, &left);
}
fn add(number: &AtomicU32) { number.fetch_add(1, Relaxed); }
fn add_twice() { add(&a); add(&a) }
fn others() { re.add(&c); re_add(&d); }
fn thrice(x: (u8, u8), number: &AtomicU32) {
    number.fetch_add(1, Relaxed);
}
fn others_enter() {
    enter(&a, &b);
}
fn call_it() {
    thrice((1, 2), &a);
    thrice((1, 2), &b);
}
";

    fn given(line: u32, parameter: &str, own: Option<u32>, others: &[u32]) -> Option<String> {
        let at = |line: &u32| Location::new("a.rs", *line);
        let spawned =
            Spawned { own: own.as_ref().map(at), others: others.iter().map(at).collect() };
        argument(&mut ("a.rs", TEXT), &at(&line), parameter, &spawned)
    }

    #[test]
    fn the_call_of_the_thread_tells() {
        assert_eq!(given(3, "mine", Some(6), &[]).as_deref(), Some("left"));
        assert_eq!(given(4, "other", Some(6), &[]).as_deref(), Some("right"));
        // Main's is the one that no thread begins with.
        assert_eq!(given(3, "mine", None, &[6]).as_deref(), Some("right"));
        assert_eq!(given(9, "number", None, &[]).as_deref(), Some("a"));
    }

    #[test]
    fn where_it_cannot_be_told_it_is_not() {
        assert_eq!(given(3, "mine", None, &[]), None);
        assert_eq!(given(3, "left", None, &[6]), None);
        assert_eq!(given(13, "number", None, &[]), None);
        assert_eq!(given(11, "re", None, &[]), None);
    }
}
