//! What an atomic is called where it is used: `flag` in `flag.store(true, Release)`.
//!
//! An atomic is nothing but its value, so nothing tells where it was created. But a call tells its column, and what stands before the dot there is a name,
//! or leads to one. If that is a variable that was bound to a clone or a borrow of another (`let theirs = Arc::clone(&flag)`), it is the other's; if it is a parameter, that of what was handed over.

use crate::parameters::{self, Spawned};
use crate::{Location, Sources, naming};

/// A binding is looked for so many lines above.
const ABOVE: u32 = 60;
/// So many lines of a chain of calls are looked at, and so many bindings followed.
const MOST: u32 = 4;

/// An expression is looked at so many characters back.
const LONGEST: usize = 200;

/// The name of what is used at a place; `None` if no method is called there, or not on what has a name.
pub(crate) fn name(
    sources: &mut dyn Sources,
    place: &Location,
    spawned: &Spawned,
) -> Option<String> {
    let column = usize::try_from(place.column?).ok()?.checked_sub(1)?;
    let at = |sources: &mut dyn Sources, line: u32| {
        sources.line(&Location { line, column: None, ..place.clone() }).unwrap_or_default()
    };
    let mut text: String = at(sources, place.line).chars().take(column).collect();
    let mut line = place.line;
    // A chain of calls may have begun above.
    for _ in 0..MOST {
        if text.trim() != "." || line == 1 {
            break;
        }
        line -= 1;
        text = format!("{}.", at(sources, line).trim_end());
    }
    let skipped = text.chars().count().saturating_sub(LONGEST);
    let text: String = text.chars().skip(skipped).collect();
    let (name, is_variable) = last_name(text.trim_end().strip_suffix('.')?)?;
    let mut name = name.to_owned();
    if !is_variable {
        return Some(name);
    }
    for _ in 0..MOST {
        let above = (line.saturating_sub(ABOVE).max(1)..line).rev();
        let bound = above.into_iter().find_map(|above| {
            let text = at(sources, above);
            naming::bound_to(&text, &name).map(|value| (above, of_another(value)))
        });
        match bound {
            Some((above, Some(other))) => (line, name) = (above, other),
            Some((_, None)) => break,
            None => {
                let place = Location { line, ..place.clone() };
                return parameters::argument(sources, &place, &name, spawned).or(Some(name));
            }
        }
    }
    Some(name)
}

/// The name at the end of an expression, and whether it is a variable's and no field's.
fn last_name(expression: &str) -> Option<(&str, bool)> {
    let mut rest = expression.trim_end();
    loop {
        rest = match rest.chars().next_back()? {
            ']' => before(rest, '[', ']')?,
            ')' => {
                let outside = before(rest, '(', ')')?;
                // What is called gives something else; what is only in brackets does not.
                if outside.ends_with(|c: char| is_in_names(c) || c == '>') {
                    return None;
                }
                rest[outside.len() + 1..rest.len() - 1].trim_end()
            }
            _ => break,
        };
    }
    let start = rest.trim_end_matches(is_in_names).len();
    let (outside, name) = rest.split_at(start);
    let is_field = outside.ends_with('.') && !outside.ends_with("..");
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        // A tuple's: `pair.0`.
        let owner = outside.strip_suffix('.')?;
        let start = owner.trim_end_matches(is_in_names).len();
        let is_one = owner[start..].starts_with(|c: char| !c.is_ascii_digit());
        return (is_one && &owner[start..] != "self").then(|| (&rest[start..], false));
    }
    let is_name = !name.is_empty() && name != "self" && name != "_";
    is_name.then_some((name, !is_field))
}

fn is_in_names(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What stands before the bracket that the last character closes.
fn before(text: &str, opens: char, closes: char) -> Option<&str> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices().rev() {
        if c == closes {
            depth += 1;
        } else if c == opens {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(&text[..at]);
            }
        }
    }
    None
}

/// What a value is a clone or a borrow of.
fn of_another(value: &str) -> Option<String> {
    let value = value.trim().trim_end_matches(';').trim_end();
    let inner = value
        .strip_prefix("Arc::clone(")
        .or_else(|| value.strip_prefix("Rc::clone("))
        .and_then(|rest| rest.strip_suffix(')'))
        .or_else(|| value.strip_suffix(".clone()"));
    let borrowed = inner.unwrap_or(value).trim_start();
    let other = borrowed.trim_start_matches(['&', '*']).trim_start();
    // A plain value is another atomic, or none.
    if inner.is_none() && other.len() == borrowed.len() {
        return None;
    }
    let is_plain = other.chars().all(|c| is_in_names(c) || c == '.');
    let (name, _) = last_name(other).filter(|_| is_plain)?;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name of what is used where `call` stands in a text, the last time.
    fn name_at(text: &str, call: &str) -> Option<String> {
        let at = text.rfind(call).unwrap();
        let line = text[..at].matches('\n').count() as u32 + 1;
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let column = text[start..at].chars().count() as u32 + 1;
        let place = Location { column: Some(column), ..Location::new("a.rs", line) };
        let nobody = Spawned { own: None, others: Vec::new() };
        name(&mut ("a.rs", text), &place, &nobody)
    }

    fn called(text: &str) -> Option<String> {
        name_at(text, "load(")
    }

    #[test]
    fn what_stands_before_the_dot_is_the_name() {
        for (text, expected) in [
            ("flag.load(SeqCst)", "flag"),
            ("while !self.ready.load(SeqCst) {", "ready"),
            ("let old = 计数.load(SeqCst);", "计数"),
            ("assert_eq!(counts[at + f(1)].load(SeqCst), 2)", "counts"),
            ("let a = unsafe { (*self.tail).load(SeqCst) };", "tail"),
            ("(&flag).load(SeqCst)", "flag"),
            ("pair.1.load(SeqCst)", "pair.1"),
            ("self.pair.0.load(SeqCst)", "pair.0"),
            ("self.state\n        // Whoever comes.\n        .load(SeqCst)", "state"),
            ("self.state\n            .load(SeqCst)", "state"),
            ("READY.load(SeqCst)", "READY"),
        ] {
            let expected = if text.contains("//") { None } else { Some(expected.to_owned()) };
            assert_eq!(called(text), expected, "{text}");
        }
    }

    #[test]
    fn a_clone_has_the_name_of_what_it_is_a_clone_of() {
        let text = "let flag = Arc::new(AtomicBool::new(false));
            let theirs = Arc::clone(&flag);
            let again = theirs.clone();
            let borrowed = &again;
            thread::spawn(move || borrowed.load(SeqCst));";
        assert_eq!(called(text).as_deref(), Some("flag"));
        let text = "let (x, mine) = (Arc::clone(&self.left), Arc::clone(&self.right));
            mine.load(SeqCst)";
        assert_eq!(called(text).as_deref(), Some("right"));
        let text = "let mine = other();
            mine.load(SeqCst)";
        assert_eq!(called(text).as_deref(), Some("mine"));
    }

    #[test]
    fn it_does_not_guess() {
        for text in [
            "let flag = AtomicBool::load(&x, SeqCst);",
            "self.load(SeqCst)",
            "self.0.load(SeqCst)",
            "self.state().load(SeqCst)",
            "load(SeqCst)",
            ".load(SeqCst)",
            "unsafe { &*p }.load(SeqCst)",
            "f::<u8>(1).load(SeqCst)",
            "all[0.load(SeqCst)",
        ] {
            assert_eq!(called(text), None, "{text}");
        }
    }
}
