//! Steps within crates of others, several as one line.

use super::{Drawing, Lanes};
use crate::chart::{Chart, Row, RowMood};
use crate::terminal::style::Role;
use crate::text::{clip, width};
use crate::words::clean;
use crate::{Choice, Location, Operation, ThreadId};

/// The crate of others that a file is in, by its path below cargo's registry: `crossbeam-channel-0.5.17/src/…`.
pub(super) fn foreign(file: &str) -> Option<(&str, &str)> {
    let (folder, _) = file.split_once('/')?;
    let mut dashes = folder.match_indices('-').map(|(at, _)| at);
    let version = |at: &usize| {
        let version = &folder[at + 1..];
        version.starts_with(|c: char| c.is_ascii_digit()) && version.contains('.')
    };
    let at = dashes.find(version)?;
    Some((&folder[..at], &folder[at + 1..]))
}

/// Whose steps are one line: in which crate of others, and called where.
type Key<'c> = (ThreadId, (&'c str, &'c str), Option<&'c Location>);

/// Whose step it is, and in which crate of others, unless it should be seen by itself.
fn key<'c>(chart: &'c Chart<'_>, row: &'c Row<'_>) -> Option<Key<'c>> {
    let turns = row.preempted.is_some()
        || !row.output.is_empty()
        || !row.arrows().is_empty()
        || matches!(row.step.choice, Some(Choice::Timeout | Choice::Spurious))
        || chart.mood(row) != RowMood::Plain
        || matches!(row.step.operation, Operation::Spawn { .. } | Operation::End);
    let at = row.step.at.as_ref().filter(|_| !turns)?;
    Some((row.step.thread, foreign(&at.file)?, row.step.called_at.as_ref()))
}

/// How many rows from here on are one line, if there are several.
pub(super) fn length(chart: &Chart<'_>, rows: &[Row<'_>]) -> Option<usize> {
    let first = key(chart, rows.first()?)?;
    let length = rows.iter().take_while(|row| key(chart, row) == Some(first)).count();
    (length > 1).then_some(length)
}

impl Drawing<'_> {
    /// The line for some rows of one thread within one crate.
    pub(super) fn folded(&mut self, lanes: &mut Option<Lanes>, rows: &[Row<'_>]) {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return };
        let Some((_, (name, version), called_at)) = key(self.chart, first) else { return };
        let text = (self.captions.folded)(rows.len(), &format!("{name} {version}"), last.number);
        self.page.push(Role::Dim, &format!(" {:>4} ", first.number));
        self.page.push(Role::Plain, &" ".repeat(self.margin - super::MARGIN));
        if let Some(lanes) = lanes {
            lanes.act(&mut self.page, self.chart, last);
        }
        let thread = first.step.thread;
        let who = self.chart.labels.thread(thread).to_owned();
        self.page.push(Role::Thread(thread.0 as usize), &who);
        let taken = self.margin + lanes.as_ref().map_or(0, Lanes::columns);
        let place = called_at.map(|at| self.place(at)).unwrap_or_default();
        let beside = if place.is_empty() { 0 } else { width(&place) + 1 };
        let room = self.width.saturating_sub(taken + width(&who) + 1 + beside);
        let text = clip(&text, room, self.glyphs.ellipsis);
        self.page.push(Role::Dim, &format!(" {text}"));
        if !place.is_empty() {
            let gap = room.saturating_sub(width(&text));
            self.page.push(Role::Dim, &format!("{} {place}", " ".repeat(gap)));
        }
        self.page.end_line();
        if let Some(source) = called_at.and_then(|at| self.chart.trace.source(at)) {
            let room = self.width.saturating_sub(taken + 2);
            let source = clip(&clean(source), room, self.glyphs.ellipsis);
            self.beside(lanes, last, Role::Dim, &format!("  {source}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_of_others_are_known_by_their_folders() {
        let channel = Some(("crossbeam-channel", "0.5.17"));
        assert_eq!(foreign("crossbeam-channel-0.5.17/src/flavors/array.rs"), channel);
        assert_eq!(foreign("rand-core-1.0.0-rc.1/src/lib.rs"), Some(("rand-core", "1.0.0-rc.1")));
        for own in
            ["src/lib.rs", "a-1/src/lib.rs", "ch-07/src/lib.rs", "lib-0.1.rs", "/w/src/lib.rs"]
        {
            assert_eq!(foreign(own), None, "{own}");
        }
    }
}
