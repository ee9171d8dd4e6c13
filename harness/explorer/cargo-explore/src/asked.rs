//! What a test asks for itself, in comments above it: bounds without an attribute, so that the crate compiles as before.

use crate::drive::Asked;
use std::path::Path;

/// What the comments above a test ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OfTest {
    /// As in the documentation of a scenario.
    pub asked: Asked,
    /// That there is no second look, in which time-outs fire early.
    pub late_timeouts: bool,
    /// What is accepted in crates of others, as it is written.
    pub accept: Vec<String>,
    /// Why it is left out, if it is.
    pub left_out: Option<String>,
    /// Comments that nearly ask for something, by their lines, and how what they nearly say begins.
    pub nearly: Vec<(u32, &'static str)>,
}

/// What the test in this file asks for whose function begins in this line. What cannot be read asks for nothing.
pub(crate) fn of(file: &Path, line: u32) -> OfTest {
    std::fs::read_to_string(file).map_or_else(|_| OfTest::default(), |text| read(&text, line))
}

fn read(source: &str, line: u32) -> OfTest {
    let before: Vec<&str> =
        source.lines().take(line.saturating_sub(1) as usize).map(str::trim).collect();
    let before: Vec<(u32, &str)> = (1..).zip(before).collect();
    // Attributes and comments, up to what is of another item.
    let is_above = |(_, line): &&(u32, &str)| {
        line.starts_with("//") || !(line.is_empty() || line.ends_with([';', '{', '}', ',']))
    };
    let above = before.iter().rev().take_while(is_above);
    let above = above.filter_map(|(number, line)| Some((*number, comment(line)?)));
    let head = before.iter().take_while(|(_, line)| line.is_empty() || line.starts_with("//"));
    let mut found = OfTest::default();
    for (number, text) in above {
        found.nearly.extend(nearly(text).map(|known| (number, known)));
        found.left_out = left_out(text).or(found.left_out);
        found.asked.eager_timeouts |= text.starts_with(AT_ANY_MOMENT);
        found.late_timeouts |= text.starts_with(NOTHING_ELSE);
        found.asked.leaks |= text.starts_with(NO_LEAKS);
        found.accept.extend(accepted(text));
        found.asked.detached |= text.starts_with(LEFT_RUNNING);
        found.asked.looks = looks(text).or(found.asked.looks);
    }
    let head: Vec<&str> = head.filter_map(|(_, line)| comment(line)).collect();
    found.left_out = found.left_out.or_else(|| head.iter().copied().find_map(left_out));
    found.asked.leaks |= head.iter().any(|text| text.starts_with(NO_LEAKS));
    found.accept.extend(head.iter().copied().filter_map(accepted));
    if found.asked.looks.is_none() {
        found.asked.looks = head.into_iter().find_map(looks);
    }
    found
}

const AT_ANY_MOMENT: &str = "Time-outs fire at any moment";
const NOTHING_ELSE: &str = "Time-outs fire only when nothing else can happen";
const LEFT_RUNNING: &str = "Threads may be left running";
const NO_LEAKS: &str = "Memory must not leak";
const ACCEPTED: &str = "Accepted: ";
const LEFT_OUT: &str = "Not explored: ";
/// Followed by a number.
const AT_MOST: &str = "At most ";

/// What a line accepts.
fn accepted(text: &str) -> Option<String> {
    Some(text.strip_prefix(ACCEPTED)?.trim().to_owned())
}

/// Why a line leaves a test out.
fn left_out(text: &str) -> Option<String> {
    let why = text.strip_prefix(LEFT_OUT)?.trim();
    (!why.is_empty()).then(|| why.to_owned())
}

/// What a line nearly says: with other capitals, hyphens, or words after the first ones.
fn nearly(text: &str) -> Option<&'static str> {
    let letters = |text: &str| -> String {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let said = letters(text);
    let known = [
        ("timeoutsfireat", AT_ANY_MOMENT),
        ("timeoutsfireany", AT_ANY_MOMENT),
        ("timeoutsfireonly", NOTHING_ELSE),
        ("timeoutsfirewhen", NOTHING_ELSE),
        ("threadsmaybeleft", LEFT_RUNNING),
        ("threadsmayrun", LEFT_RUNNING),
        ("memorymustnotleak", NO_LEAKS),
        ("accepteddatarace", ACCEPTED),
        ("notexplored", LEFT_OUT),
    ];
    let (_, known) = known.into_iter().find(|(begins, _)| said.starts_with(begins))?;
    let is_said = text.starts_with(known) && (known != LEFT_OUT || left_out(text).is_some());
    (!is_said).then_some(known.trim_end())
}

/// The text of a line that is a comment.
fn comment(line: &str) -> Option<&str> {
    line.strip_prefix("//").map(|text| text.trim_start_matches(['/', '!']).trim_start())
}

/// To how many looks a line bounds loops.
fn looks(text: &str) -> Option<u8> {
    let (number, rest) = text.strip_prefix(AT_MOST)?.split_once(' ')?;
    let number = rest.starts_with("look").then(|| number.parse().ok()).flatten();
    number.filter(|&number| number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_file() -> Vec<String> {
        vec!["data race in a src/x.rs".to_owned()]
    }

    const SOURCE: &str = "// At most 3 looks.
// Accepted: data race in a src/x.rs

use std::thread;

// Time-outs fire at any moment
#[test]
fn first() {}
/// Two things.
///
/// At most 2 looks: more change nothing.
/// Memory must not leak.
// Accepted: data race in b
#[test]
#[should_panic(
    expected = \"Time-outs fire at any moment\"
)]
// Time-outs fire only when nothing else can happen.
fn second() {}

// Threads may be left running: one for the metrics.
#[test]
fn third() {}
";

    fn asked(name: &str) -> OfTest {
        let line = SOURCE.lines().position(|line| line.contains(name)).unwrap();
        read(SOURCE, u32::try_from(line).unwrap() + 1)
    }

    #[test]
    fn a_test_is_left_out_by_a_comment_above_it_or_at_the_top_of_its_file() {
        let above = "use a;\n\n// Not explored: opens a socket.\n#[test]\nfn a() {}\n";
        assert_eq!(read(above, 5).left_out.as_deref(), Some("opens a socket."));
        let head = "//! Not explored: needs a database\n\nuse a;\n\n#[test]\nfn a() {}\n";
        assert_eq!(read(head, 6).left_out.as_deref(), Some("needs a database"));
        assert_eq!(read("// Not explored:\n#[test]\nfn a() {}\n", 3).left_out, None);
    }

    #[test]
    fn what_is_nearly_said_is_seen() {
        for (said, known) in [
            ("Timeouts fire only when nothing else can happen", NOTHING_ELSE),
            ("Time-outs fire any moment", AT_ANY_MOMENT),
            ("time-outs fire at any moment", AT_ANY_MOMENT),
            ("Threads may be left behind", LEFT_RUNNING),
            ("Memory must not leak".to_lowercase().as_str(), NO_LEAKS),
            ("Accepted data race in a", "Accepted:"),
            ("Not explored, opens a socket", "Not explored:"),
            ("Not explored:", "Not explored:"),
        ] {
            let source = format!("use a;\n\n// {said}\n#[test]\nfn a() {{}}\n");
            assert_eq!(read(&source, 5).nearly, [(3, known)], "{said}");
        }
        for said in
            [NOTHING_ELSE, "Threads may be left running: one.", "Not explored: why", "A test"]
        {
            assert_eq!(nearly(said), None, "{said}");
        }
    }

    #[test]
    fn a_test_asks_in_the_comments_above_it() {
        let first = Asked {
            eager_timeouts: true,
            looks: Some(3),
            leaks: false,
            detached: false,
            ..Asked::default()
        };
        assert_eq!(
            asked("fn first"),
            OfTest { asked: first, late_timeouts: false, accept: of_file(), ..OfTest::default() }
        );
        let second = Asked {
            eager_timeouts: false,
            looks: Some(2),
            leaks: true,
            detached: false,
            ..Asked::default()
        };
        assert_eq!(
            asked("fn second"),
            OfTest {
                asked: second,
                late_timeouts: true,
                accept: vec!["data race in b".to_owned(), of_file().remove(0)],
                ..OfTest::default()
            }
        );
        let third = Asked {
            eager_timeouts: false,
            looks: Some(3),
            leaks: false,
            detached: true,
            ..Asked::default()
        };
        assert_eq!(
            asked("fn third"),
            OfTest { asked: third, late_timeouts: false, accept: of_file(), ..OfTest::default() }
        );
        assert_eq!(read("", 7), OfTest::default());
    }
}
