//! An output brought into the form that its program declares.
//!
//! Lines that may permute are sorted within their block and framed, values
//! that vary are checked and replaced by their names. What is left must be
//! the same in every run, and that is what a snapshot holds.

use std::cmp::Ordering;
use tour::{Block, Form, Property};

/// An output in canonical form, and what contradicts the declared form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// The same in every run of a correct program.
    pub text: String,
    /// Violated properties, too few or too many lines.
    pub objections: Vec<String>,
}

/// Brings `output` into the form `form`.
///
/// ```
/// use harness::canonical::canonical;
/// use tour::{Block, Form};
///
/// let form = Form {
///     output: vec![
///         Block::AnyOrder { name: "workers".into(), lines: 2 },
///         Block::InOrder { lines: 1 },
///     ],
///     ..Form::default()
/// };
/// let seen = canonical("worker 2\nworker 1\ndone\n", &form);
/// assert_eq!(seen.text, "\
/// ╭ in any order: workers
/// │ worker 1
/// │ worker 2
/// ╰
/// done
/// ");
/// assert!(seen.objections.is_empty());
/// ```
pub fn canonical(output: &str, form: &Form) -> Canonical {
    let mut objections = Vec::new();
    let shapes: Vec<Shape> = form
        .varying
        .iter()
        .filter_map(|line| Shape::parse(&line.0, form, &mut objections))
        .collect();
    let lines: Vec<String> =
        output.lines().map(|line| hide_values(line, &shapes, &mut objections)).collect();

    let mut text = String::new();
    let mut rest = &lines[..];
    for block in &form.output {
        let (name, wanted) = match block {
            Block::InOrder { lines } => (None, *lines),
            Block::AnyOrder { name, lines } => (Some(name), *lines),
        };
        let (these, others) = rest.split_at(wanted.min(rest.len()));
        rest = others;
        if these.len() < wanted {
            let block =
                name.map_or("lines in a fixed order".to_owned(), |name| format!("“{name}”"));
            objections.push(format!("{block}: {wanted} lines declared, {} printed", these.len()));
        }
        match name {
            None => these.iter().for_each(|line| push_line(&mut text, "", line)),
            Some(name) => {
                let mut these: Vec<&String> = these.iter().collect();
                these.sort_by(|a, b| natural_order(a, b));
                push_line(&mut text, "╭ in any order: ", name);
                these.iter().for_each(|line| push_line(&mut text, "│ ", line));
                push_line(&mut text, "╰", "");
            }
        }
    }
    if !form.output.is_empty() && !rest.is_empty() {
        objections.push(format!("{} lines more than declared", rest.len()));
    }
    rest.iter().for_each(|line| push_line(&mut text, "", line));
    Canonical { text, objections }
}

fn push_line(text: &mut String, frame: &str, line: &str) {
    text.push_str(frame);
    text.push_str(line);
    // Editors strip trailing blanks from a snapshot.
    text.truncate(text.trim_end_matches(' ').len());
    text.push('\n');
}

/// A declared line: literal text around holes.
struct Shape<'a> {
    /// What stands before the first hole.
    start: &'a str,
    /// Each hole with the text that follows it.
    holes: Vec<Hole<'a>>,
}

struct Hole<'a> {
    name: &'a str,
    property: Property,
    then: &'a str,
}

impl<'a> Shape<'a> {
    /// `<name>` is a hole only if the form declares a value of that name.
    fn parse(line: &'a str, form: &'a Form, objections: &mut Vec<String>) -> Option<Shape<'a>> {
        let next_hole = |text: &'a str| {
            text.match_indices('<').find_map(|(at, _)| {
                let (name, rest) = text[at + 1..].split_once('>')?;
                let value = form.values.iter().find(|value| value.name == name)?;
                Some((&text[..at], value, rest))
            })
        };
        let Some((start, mut value, mut rest)) = next_hole(line) else {
            objections.push(format!("the declared line “{line}” has no declared hole"));
            return None;
        };
        let mut holes = Vec::new();
        while let Some((then, next, after)) = next_hole(rest) {
            if then.is_empty() {
                objections.push(format!("the declared line “{line}” has two holes side by side"));
                return None;
            }
            holes.push(Hole { name: &value.name, property: value.property, then });
            (value, rest) = (next, after);
        }
        holes.push(Hole { name: &value.name, property: value.property, then: rest });
        Some(Shape { start, holes })
    }

    /// What stands in the holes, if `line` has this shape.
    fn contents<'l>(&self, line: &'l str) -> Option<Vec<&'l str>> {
        let mut rest = line.strip_prefix(self.start)?;
        let last = self.holes.len() - 1;
        let mut contents = Vec::new();
        for (i, hole) in self.holes.iter().enumerate() {
            let content = if i == last {
                rest.strip_suffix(hole.then)?
            } else {
                &rest[..rest.find(hole.then)?]
            };
            if content.is_empty() {
                return None;
            }
            rest = &rest[content.len() + hole.then.len()..];
            contents.push(content);
        }
        Some(contents)
    }
}

fn hide_values(line: &str, shapes: &[Shape], objections: &mut Vec<String>) -> String {
    for shape in shapes {
        let Some(contents) = shape.contents(line) else { continue };
        let mut hidden = shape.start.to_owned();
        for (hole, content) in shape.holes.iter().zip(contents) {
            if let Some(objection) = hole.property.objection(content) {
                objections.push(format!("<{}>: {objection}, in the line “{line}”", hole.name));
            }
            hidden.push_str(&format!("<{}>{}", hole.name, hole.then));
        }
        return hidden;
    }
    line.to_owned()
}

/// `Thread 2` before `Thread 10`.
fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    while let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) {
        let digits =
            |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (m, n) = (digits(a), digits(b));
        let order = if m > 0 && n > 0 {
            let (x, y) = (a[..m].trim_start_matches('0'), b[..n].trim_start_matches('0'));
            (x.len(), x).cmp(&(y.len(), y)).then(m.cmp(&n))
        } else {
            x.cmp(&y)
        };
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (&a[m.max(x.len_utf8())..], &b[n.max(y.len_utf8())..]);
    }
    a.len().cmp(&b.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tour::{Line, Value, decimal, integer};

    fn form(varying: &[&str], values: &[(&str, Property)]) -> Form {
        Form {
            varying: varying.iter().map(|s| Line(s.to_string())).collect(),
            values: values
                .iter()
                .map(|(name, property)| Value { name: name.to_string(), property: *property })
                .collect(),
            ..Form::default()
        }
    }

    #[test]
    fn without_blocks_every_line_keeps_its_place() {
        let seen = canonical("b\na\n", &Form::default());
        assert_eq!(seen, Canonical { text: "b\na\n".into(), objections: vec![] });
    }

    #[test]
    fn a_line_in_the_wrong_block_shows() {
        let form = Form {
            output: vec![
                Block::AnyOrder { name: "waiting".into(), lines: 2 },
                Block::InOrder { lines: 1 },
                Block::AnyOrder { name: "woken".into(), lines: 2 },
            ],
            ..Form::default()
        };
        let right = canonical("start\nstart\ninput:true\nexecute\nexecute\n", &form);
        let early = canonical("start\nexecute\nstart\ninput:true\nexecute\n", &form);
        assert!(right.objections.is_empty());
        assert_ne!(right.text, early.text);
    }

    #[test]
    fn missing_and_surplus_lines_are_objections() {
        let form = Form { output: vec![Block::InOrder { lines: 2 }], ..Form::default() };
        assert_eq!(
            canonical("a\n", &form).objections,
            ["lines in a fixed order: 2 lines declared, 1 printed"]
        );
        assert_eq!(canonical("a\nb\nc\n", &form).objections, ["1 lines more than declared"]);
    }

    #[test]
    fn values_are_checked_and_hidden() {
        let form = form(
            &["pid <pid>", "[<pid>, <pid>]", "<ratio>x faster"],
            &[("pid", integer(2, 100)), ("ratio", decimal(0.0, 10.0))],
        );
        let seen = canonical("pid 17\n[3, 4]\n2.5x faster\npids 3\n", &form);
        assert_eq!(seen.text, "pid <pid>\n[<pid>, <pid>]\n<ratio>x faster\npids 3\n");
        assert!(seen.objections.is_empty());
        let wrong = canonical("pid 1\n", &form);
        assert_eq!(wrong.text, "pid <pid>\n");
        assert_eq!(wrong.objections, ["<pid>: 1 is not between 2 and 100, in the line “pid 1”"]);
    }

    #[test]
    fn angle_brackets_that_are_no_value_stay() {
        let form = form(&["<html> <n>"], &[("n", integer(0, 9))]);
        assert_eq!(canonical("<html> 7\n", &form).text, "<html> <n>\n");
    }

    #[test]
    fn a_form_that_makes_no_sense_is_an_objection() {
        let twice = form(&["<n><n>"], &[("n", integer(0, 9))]);
        assert!(canonical("12\n", &twice).objections[0].contains("side by side"));
        let none = form(&["no hole <x>"], &[("n", integer(0, 9))]);
        assert!(canonical("12\n", &none).objections[0].contains("no declared hole"));
    }

    #[test]
    fn numbers_sort_as_numbers() {
        let mut lines = ["Thread 10", "Thread 2", "Thread 02", "a", "Thread 1", "线程 3", "线程"];
        lines.sort_by(|a, b| natural_order(a, b));
        assert_eq!(
            lines,
            ["Thread 1", "Thread 2", "Thread 02", "Thread 10", "a", "线程", "线程 3"]
        );
    }
}
