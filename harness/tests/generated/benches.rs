//! The tables in the chapters' `benches/README.md`, which differ a little from each other, as one kind of row.

use crate::words::Language;
use std::fmt::Write as _;

/// One comparison: ours and a peer's, in turns, in one run.
pub struct Row {
    pub what: String,
    pub peer: String,
    /// As written; empty where the report does not say.
    pub cpus: String,
    /// Ours divided by the peer's.
    pub ratio: f64,
    /// As written.
    pub shown: String,
    pub quartiles: String,
    pub goal: Option<Goal>,
}

/// What was to be reached.
#[derive(Clone, Copy)]
pub enum Goal {
    /// The ratio should be at most this.
    AtMost(f64),
    /// Ours should be at least so many times as fast.
    Times(f64),
}

impl Goal {
    fn read(cell: &str) -> Option<Goal> {
        if let Some(times) = cell.strip_prefix('≥') {
            return times.trim().trim_end_matches('×').parse().ok().map(Goal::Times);
        }
        cell.trim_start_matches('≤').trim().parse().ok().map(Goal::AtMost)
    }

    pub fn reached(self, ratio: f64) -> bool {
        ratio <= self.as_ratio()
    }

    pub fn as_ratio(self) -> f64 {
        match self {
            Goal::AtMost(ratio) => ratio,
            Goal::Times(times) => 1.0 / times,
        }
    }

    fn shown(self) -> String {
        match self {
            Goal::AtMost(ratio) => format!("≤ {ratio:.2}"),
            Goal::Times(times) => format!("≤ 1/{times}"),
        }
    }
}

fn cells(line: &str) -> Vec<String> {
    let inside = line.trim().trim_start_matches('|').trim_end_matches('|');
    inside.split('|').map(|cell| cell.trim().replace("**", "")).collect()
}

/// The number at the start of a cell.
fn number(cell: &str) -> Option<f64> {
    cell.split([' ', '×']).next()?.parse().ok()
}

/// Every row of every table that compares with a peer.
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
            ratio,
            shown: shown.split(' ').next().unwrap_or_default().to_owned(),
            quartiles: cell(&["quartiles"]),
            goal: Goal::read(&cell(&["to reach", "wanted"])),
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
        let ratio =
            if row.ratio < 0.01 { format!("1/{:.0}", 1.0 / row.ratio) } else { row.shown.clone() };
        let (goal, reached) = match row.goal {
            None => (String::new(), ""),
            Some(goal) => (goal.shown(), language.reached(goal.reached(row.ratio))),
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
