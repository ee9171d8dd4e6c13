//! Rounds that are alike: of a loop that goes round a thousand times, one is drawn.

use std::ops::Range;

use super::{Drawing, Lanes, fold};
use crate::chart::Row;
use crate::terminal::style::Role;
use crate::text::wrap;
use crate::words::predicate;

/// So many rows a round may have.
const LONGEST: usize = 16;
/// Two rounds are drawn, and so are more of them if that takes no more than so many rows.
const FEW: usize = 4;

/// What is drawn as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Row(usize),
    /// Several steps of a thread within a crate of others.
    Within(Range<usize>),
    /// The round before these rows comes again, so many times.
    Again {
        rows: Range<usize>,
        times: usize,
    },
}

impl Piece {
    /// The rows that it stands for.
    pub fn rows(&self) -> Range<usize> {
        match self {
            Self::Row(row) => *row..row + 1,
            Self::Within(rows) | Self::Again { rows, .. } => rows.clone(),
        }
    }
}

impl Drawing<'_> {
    /// The pieces that the first rows are drawn in.
    pub(super) fn pieces(&self, end: usize) -> Vec<Piece> {
        if !self.fold {
            return (0..end).map(Piece::Row).collect();
        }
        let rows = &self.chart.rows[..end];
        let told: Vec<String> = rows.iter().map(|row| predicate(self.chart, row)).collect();
        let mut pieces = Vec::new();
        let mut at = 0;
        while at < end {
            let within = fold::length(self.chart, &rows[at..]).unwrap_or(1);
            match round(rows, &told, at) {
                Some((length, times)) if length * (times + 1) > within => {
                    self.plainly(at..at + length, &mut pieces);
                    let rows = at + length..at + length * (times + 1);
                    at = rows.end;
                    pieces.push(Piece::Again { rows, times });
                }
                _ => {
                    pieces.push(if within > 1 {
                        Piece::Within(at..at + within)
                    } else {
                        Piece::Row(at)
                    });
                    at += within;
                }
            }
        }
        pieces
    }

    /// Rows as they are drawn where nothing comes again.
    fn plainly(&self, rows: Range<usize>, pieces: &mut Vec<Piece>) {
        let mut at = rows.start;
        while at < rows.end {
            match fold::length(self.chart, &self.chart.rows[at..rows.end]) {
                Some(length) => {
                    pieces.push(Piece::Within(at..at + length));
                    at += length;
                }
                None => {
                    pieces.push(Piece::Row(at));
                    at += 1;
                }
            }
        }
    }

    /// The line for rounds that are like the one before them.
    pub(super) fn again(&mut self, lanes: &mut Option<Lanes>, rows: &[Row<'_>], times: usize) {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return };
        let text = (self.captions.again)(first.number, last.number, rows.len() / times, times);
        let text = format!("{} {text}", self.glyphs.ellipsis);
        let taken = self.margin + lanes.as_ref().map_or(0, Lanes::columns);
        let room = self.width.saturating_sub(taken);
        for text in wrap(&text, room, room) {
            self.beside(lanes, last, Role::Dim, &text);
        }
    }
}

/// How many rows from here on are a round that comes again at once, and how many times.
fn round(rows: &[Row<'_>], told: &[String], at: usize) -> Option<(usize, usize)> {
    let alike = |one: usize, other: usize| {
        let (a, b) = (&rows[one], &rows[other]);
        a.step.thread == b.step.thread
            && told[one] == told[other]
            && (&a.step.at, &a.step.called_at) == (&b.step.at, &b.step.called_at)
            && a.step.blocked == b.step.blocked
            && a.preempted == b.preempted
            && a.lanes == b.lanes
            && a.output.is_empty()
            && b.output.is_empty()
    };
    (1..=LONGEST).find_map(|length| {
        let end = rows.len();
        let same = (at + length..end).take_while(|&row| alike(row - length, row)).count();
        let times = same / length;
        (times > 1 && times * length >= FEW).then_some((length, times))
    })
}
