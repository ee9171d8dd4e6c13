//! A run in words, step by step: for who shows it in another way than the pictures here.

use crate::chart::Chart;
use crate::words::predicate;
use crate::{Language, Location, ThreadId, Trace, explain};

/// A run in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What each thread is called.
    pub threads: Vec<String>,
    /// What came of it, in a few words.
    pub headline: String,
    /// Why.
    pub sentences: Vec<String>,
    /// What happened.
    pub steps: Vec<ToldStep>,
    /// Where each thread stands at the end.
    pub stands: Vec<Stands>,
}

/// A step in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldStep {
    /// What sentences and pictures call it: "step 4".
    pub number: usize,
    /// Its place in [`Trace::steps`].
    pub index: usize,
    /// Who did it.
    pub thread: ThreadId,
    /// What it did, without naming it: "locks left".
    pub words: String,
    /// The source line.
    pub at: Option<Location>,
    /// It did not happen: the thread could not have what it asked for.
    pub blocked: bool,
}

/// Where a thread stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stands {
    /// Who.
    pub thread: ThreadId,
    /// "waits since step 3 for left, held by bob; holds right".
    pub words: String,
    /// The source line, unless it has ended; within a crate of others, the line of one's own code that led there.
    pub at: Option<Location>,
}

impl Trace {
    /// The run in words. [Quote](Trace::quote) its source before: variables' names come from there.
    pub fn told(&self, language: Language) -> Told {
        let chart = Chart::new(self, language);
        let threads = (0..self.threads.len() as u32).map(ThreadId);
        let threads = threads.map(|id| chart.labels.thread(id).to_owned()).collect();
        let step = |row: &crate::chart::Row<'_>| ToldStep {
            number: row.number,
            index: row.index,
            thread: row.step.thread,
            words: predicate(&chart, row),
            at: row.step.at.clone(),
            blocked: row.step.blocked.is_some(),
        };
        let steps = chart.rows.iter().map(step).collect();
        let stands = explain::standings(&chart).into_iter();
        let stands = stands.map(|standing| Stands {
            thread: standing.thread,
            words: standing.text,
            at: standing.called_at.or(standing.at),
        });
        let (_, headline) = explain::headline(&chart);
        let sentences = explain::sentences(&chart);
        Told { threads, headline, sentences, steps, stands: stands.collect() }
    }
}
