//! The tables in the chapters' `benches/README.md`, which differ a little from each other, as one kind of row.

use super::words::Language;
use paired::measured::Goal;
use std::fmt::Write as _;

/// The head of a table in a report.
const HEAD: &str = "| what | peer | CPUs | ours | peer's | ratio | quartiles | to reach |\n|---|---|---|---:|---:|---:|---|---|\n";

/// One comparison: ours and a peer's, in turns, in one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What is done.
    pub what: String,
    /// What it is compared with.
    pub peer: String,
    /// As written; empty where the report does not say.
    pub cpus: String,
    /// Our time, as written.
    pub ours: String,
    /// The peer's time, as written.
    pub theirs: String,
    /// Ours divided by the peer's.
    pub ratio: f64,
    /// As written.
    pub shown: String,
    /// As written.
    pub quartiles: String,
    /// What was to be reached.
    pub goal: Option<Goal>,
}

impl Row {
    /// Whether this is the same comparison, measured at another time.
    pub fn is_same_as(&self, other: &Row) -> bool {
        let key = |row: &Row| (row.what.clone(), row.peer.clone());
        // Older reports do not say how many CPUs there were.
        let cpus = self.cpus == other.cpus || self.cpus.is_empty() || other.cpus.is_empty();
        key(self) == key(other) && cpus
    }

    /// Whether the goal is reached, if there is one.
    pub fn reached(&self) -> Option<bool> {
        self.goal.map(|goal| self.ratio <= goal.as_ratio())
    }
}

fn read_goal(cell: &str) -> Option<Goal> {
    if let Some(times) = cell.strip_prefix('≥') {
        return times.trim().trim_end_matches('×').parse().ok().map(Goal::TimesFaster);
    }
    cell.trim_start_matches('≤').trim().parse().ok().map(Goal::AtMost)
}

fn in_the_book(goal: Goal) -> String {
    match goal {
        Goal::AtMost(ratio) => format!("≤ {ratio:.2}"),
        Goal::TimesFaster(times) => format!("≤ 1/{times}"),
    }
}

fn in_a_report(goal: Option<Goal>) -> String {
    match goal {
        Some(Goal::AtMost(ratio)) => format!("≤ {ratio}"),
        Some(Goal::TimesFaster(times)) => format!("≥ {times}×"),
        None => "—".to_owned(),
    }
}

fn cells(line: &str) -> Vec<String> {
    let inside = line.trim().trim_start_matches('|').trim_end_matches('|');
    inside.split('|').map(|cell| cell.trim().replace("**", "")).collect()
}

/// The number at the start of a cell, which may be written as `1/250`.
fn number(cell: &str) -> Option<f64> {
    let cell = cell.split([' ', '×']).next()?;
    match cell.strip_prefix("1/") {
        Some(times) => times.parse().ok().map(|times: f64| 1.0 / times),
        None => cell.parse().ok(),
    }
}

/// The time in the column of this side, with the unit that the head or the cell names.
fn with_unit(head: &[String], cells: &[String], side: &str) -> String {
    let exact = [side.to_owned(), format!("{side}'s")];
    // The column `peer` alone is the peer's name.
    let times = |name: &String| name.starts_with(&format!("{side}, ")) || *name == exact[1];
    let column = head.iter().position(|name| times(name) || side == "ours" && *name == exact[0]);
    let Some(column) = column else { return String::new() };
    let cell = cells.get(column).cloned().unwrap_or_default();
    match head[column].split_once(", ") {
        Some((_, unit)) if !cell.is_empty() => format!("{cell} {unit}"),
        _ => cell,
    }
}

/// A time as a report writes it, in seconds. None if it is no time.
pub fn seconds(cell: &str) -> Option<f64> {
    let (number, unit) = cell.split_once(' ')?;
    let unit = match unit {
        "ns" => 1e-9,
        "µs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => return None,
    };
    number.parse().ok().map(|number: f64| number * unit)
}

/// The report with its first table of comparisons made of these rows. What is in that table and not among the rows stays as it is; unless
/// these are all rows that there are, for then nobody can measure the others any more, and they go.
///
/// Returns nothing if the report has no such table.
pub fn renewed(report: &str, measured: &[Row], all: bool) -> Option<String> {
    let start = report.find("| what | peer |")?;
    let end = report[start..].find("\n\n").map_or(report.len(), |end| start + end + 1);
    let before = rows(&report[start..end]);
    let mut kept: Vec<Row> = before
        .iter()
        .filter_map(|row| {
            let new = measured.iter().find(|new| new.is_same_as(row));
            new.or_else(|| (!all).then_some(row)).cloned()
        })
        .collect();
    let new = measured.iter().filter(|new| !before.iter().any(|row| new.is_same_as(row)));
    kept.extend(new.cloned());
    let mut text = HEAD.to_owned();
    for row in &kept {
        let Row { what, peer, cpus, ours, theirs, shown, quartiles, goal, .. } = row;
        let goal = in_a_report(*goal);
        let _ = writeln!(
            text,
            "| {what} | {peer} | {cpus} | {ours} | {theirs} | **{shown}** | {quartiles} | {goal} |"
        );
    }
    Some(format!("{}{text}{}", &report[..start], &report[end..]))
}

/// Every row of every table that compares with a peer.
///
/// # Panics
///
/// When the first row of a table says that it is the same as the row above.
pub fn rows(report: &str) -> Vec<Row> {
    let mut head: Vec<String> = Vec::new();
    let mut found: Vec<Row> = Vec::new();
    for line in report.lines() {
        if !line.starts_with('|') {
            head.clear();
            continue;
        }
        let cells = cells(line);
        if head.is_empty() {
            head = cells;
            continue;
        }
        let cell = |names: &[&str]| {
            let column = head.iter().rposition(|name| names.contains(&name.as_str()));
            column.and_then(|column| cells.get(column)).cloned().unwrap_or_default()
        };
        let column = head.iter().position(|name| name == "peer");
        let peer = column.and_then(|column| cells.get(column)).cloned().unwrap_or_default();
        let shown = cell(&["ratio", "ratio or size"]);
        let Some(mut ratio) = number(&shown).filter(|_| !peer.is_empty()) else { continue };
        // A ratio may be too small for its three places; then the other column is the exact one.
        if let Some(times) = number(&cell(&["times as fast"])).filter(|times| *times > 20.0) {
            ratio = 1.0 / times;
        }
        let what = match cell(&["what"]) {
            same if same == "the same" => {
                found.last().expect("the same as a row above").what.clone()
            }
            what => what,
        };
        found.push(Row {
            what,
            peer,
            cpus: cell(&["CPUs"]),
            ours: with_unit(&head, &cells, "ours"),
            theirs: with_unit(&head, &cells, "peer"),
            ratio,
            shown: shown.split(' ').next().unwrap_or_default().to_owned(),
            quartiles: cell(&["quartiles"]),
            goal: read_goal(&cell(&["to reach", "wanted"])),
        });
    }
    found
}

/// The rows as a table of the book, between anchors.
pub fn table(chapter: &str, rows: &[Row], language: Language) -> String {
    let mut text = format!(
        "<!-- ANCHOR: ch{chapter} -->\n{}\n|---|---|---|---|---|---|---|\n",
        language.head()
    );
    for row in rows {
        let ratio = match row.ratio < 0.01 && !row.shown.starts_with("1/") {
            true => format!("1/{:.0}", 1.0 / row.ratio),
            false => row.shown.clone(),
        };
        let (goal, reached) = match row.goal {
            None => (String::new(), ""),
            Some(goal) => {
                let reached = row.ratio <= goal.as_ratio();
                (in_the_book(goal), language.reached(reached))
            }
        };
        let (what, peer) = (language.say(&row.what), language.say(&row.peer));
        let _ = writeln!(
            text,
            "| {what} | {peer} | {} | **{ratio}** | {} | {goal} | {reached} |",
            row.cpus, row.quartiles
        );
    }
    let _ = writeln!(text, "<!-- ANCHOR_END: ch{chapter} -->\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "# A\n\n| what | peer | CPUs | ours, ns | peer, ns | ratio | quartiles | to reach |\n|---|---|---|---|---|---|---|---|\n\
        | put | std | 1 | 4.8 | 5.2 | **0.94** | 0.93–0.94 | 1.10 |\n| get | std | 2 | 9.0 | 3.0 | **3.00** | 2.9–3.1 | — |\n\nText.\n";

    fn row(ratio: f64) -> Row {
        Row {
            what: "put".to_owned(),
            peer: "std".to_owned(),
            cpus: "1".to_owned(),
            ours: "7.0 ns".to_owned(),
            theirs: "5.0 ns".to_owned(),
            ratio,
            shown: format!("{ratio:.2}"),
            quartiles: "1.39–1.41".to_owned(),
            goal: Some(Goal::AtMost(1.1)),
        }
    }

    #[test]
    fn what_was_measured_is_renewed_and_the_rest_stays() {
        let text = renewed(OLD, &[row(1.4)], false).unwrap();
        assert!(
            text.contains("| put | std | 1 | 7.0 ns | 5.0 ns | **1.40** | 1.39–1.41 | ≤ 1.1 |")
        );
        assert!(
            text.contains("| get | std | 2 | 9.0 ns | 3.0 ns | **3.00** | 2.9–3.1 | — |"),
            "{text}"
        );
        assert!(text.starts_with("# A\n\n") && text.ends_with("|\n\nText.\n"), "{text}");
        // What is written is read again as it was.
        assert_eq!(rows(&text)[0], row(1.4));
        assert_eq!(renewed(&text, &[], false).unwrap(), text);
        assert_eq!(renewed("no table", &[], false), None);
    }

    #[test]
    fn a_row_that_is_no_longer_measured_goes() {
        let text = renewed(OLD, &[row(1.4)], true).unwrap();
        assert_eq!(rows(&text), [row(1.4)]);
        assert!(text.starts_with("# A\n\n") && text.ends_with("|\n\nText.\n"), "{text}");
    }

    #[test]
    fn a_time_has_a_unit() {
        let close = |cell, to: f64| (seconds(cell).unwrap() / to - 1.0).abs() < 1e-9;
        assert!(close("4.8 ns", 4.8e-9) && close("1788019.803 µs", 1.788019803));
        assert!(close("1.90 ms", 0.0019) && close("7.50 s", 7.5));
        assert_eq!(["", "—", "7 pages"].map(seconds), [None; 3]);
    }

    #[test]
    fn a_ratio_may_be_one_of_many() {
        let report =
            format!("{HEAD}| a | b |  | 1 µs | 9 ms | **1/9000** | 1/9100–1/8900 | ≥ 35× |\n");
        let row = &rows(&report)[0];
        assert_eq!((row.ratio, row.reached()), (1.0 / 9000.0, Some(true)));
    }
}
