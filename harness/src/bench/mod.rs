//! The verb `bench`: every chapter beside its peers, in one command, and the tables, the plot and the book's page written from it.
//!
//! | module | what lives there |
//! |---|---|
//! | [`run`] | benches are compiled and started, several times each |
//! | [`plan`] | how long each row may take, and which take too long for a quick look |
//! | [`decide`] | what several starts of one comparison come to, and whether they come to anything |
//! | [`table`] | the reports' tables, read and written |
//! | [`pages`] | what the book shows of them |
//! | [`plot`], [`words`] | the picture, and the words of both editions |
//!
//! A chapter's report is `benches/README.md`. Its table is renewed only if every row could be decided; else it stays, and the verb says why.

pub mod decide;
pub mod pages;
pub mod plan;
pub mod plot;
pub mod run;
pub mod table;
pub mod words;

use crate::course::names_chapter;
use crate::files;
use anstyle::{AnsiColor, Style};
use anyhow::{Context, ensure};
use decide::{Decided, Verdict};
use paired::measured::is_named;
use plan::Plan;
use run::Chapter;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;
use table::Row;

/// What to measure and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Only these chapters; all if empty.
    pub chapters: Vec<String>,
    /// Only rows whose name contains this.
    pub rows: Option<String>,
    /// How many pairs each row has in one process; as many as the bench wants without it.
    pub pairs: Option<NonZeroUsize>,
    /// How many processes of each bench.
    pub starts: NonZeroUsize,
    /// How long all of it may take, once the benches are compiled.
    pub within: Option<Duration>,
    /// Whether to write tables, plot and pages.
    pub write: bool,
}

/// Measures what `options` ask for and prints it. Blocks for minutes. Returns whether every row could be decided.
///
/// # Errors
///
/// When a chapter is unknown, a bench does not compile or fails, or a file cannot be written.
pub fn bench(root: &Path, options: &Options) -> anyhow::Result<bool> {
    let mut chapters = run::chapters(root)?;
    for asked in &options.chapters {
        ensure!(
            chapters.iter().any(|chapter| names_chapter(asked, &chapter.name)),
            "{asked} has no benches/ratios.rs"
        );
    }
    let wanted = |chapter: &Chapter| {
        options.chapters.is_empty()
            || options.chapters.iter().any(|asked| names_chapter(asked, &chapter.name))
    };
    chapters.retain(wanted);
    if let Some(noise) = decide::noise() {
        anstream::println!("{noise}\n");
    }
    let reports = chapters.iter().map(|chapter| {
        let report = root.join("chapters").join(&chapter.name).join("benches/README.md");
        std::fs::read_to_string(&report)
            .map(|text| (text, report.clone()))
            .with_context(|| format!("{} cannot be read", report.display()))
    });
    let reports = reports.collect::<anyhow::Result<Vec<_>>>()?;
    run::compile(root, &mut chapters)?;
    let asked = |row: &Row| is_named(&row.what, &row.peer, options.rows.as_deref());
    let rows = reports.iter().map(|(text, _)| table::rows(text).into_iter().filter(asked));
    let plan =
        Plan::new(rows.map(Iterator::collect).collect(), options.within, options.starts.get());
    let measured = run::measure(root, &chapters, options, &plan)?;
    run::keep(root, &measured)?;
    let (mut rows, mut undecided) = (0, 0);
    for (number, ((chapter, results), (text, report))) in
        chapters.iter().zip(&measured).zip(&reports).enumerate()
    {
        let mut decided = decide::all(&results.starts);
        let known: Vec<Row> = decided.iter().map(|decided| decided.row.clone()).collect();
        let missing = plan.missing(number, &known).filter(|_| results.cut);
        decided.extend(missing.map(decide::out_of_time));
        decided.extend(plan.left_out[number].iter().map(decide::left_out));
        show(&chapter.name, &decided, &table::rows(text));
        let open = decided.iter().filter(|d| matches!(d.verdict, Verdict::Undecided(_))).count();
        rows += decided.len();
        undecided += open;
        if !options.write || decided.is_empty() {
            continue;
        }
        if open > 0 {
            anstream::println!("The table of {} stays as it was.", chapter.name);
            continue;
        }
        let new: Vec<Row> = decided.into_iter().map(|decided| decided.row).collect();
        let all = options.rows.is_none() && !results.cut;
        let text = table::renewed(text, &new, all)
            .with_context(|| format!("{} has no table to renew", report.display()))?;
        files::write(report, text.as_bytes())?;
    }
    if options.write {
        pages::write(root)?;
    }
    anstream::println!(
        "\n{} of {rows} rows decided; all numbers are in {}",
        rows - undecided,
        run::KEPT
    );
    Ok(undecided == 0)
}

/// The rows, what they come to, and what has changed since the report was written.
fn show(chapter: &str, decided: &[Decided], before: &[Row]) {
    let strong = Style::new().bold();
    anstream::println!("\n{strong}{chapter}{strong:#}");
    for Decided { row, verdict } in decided {
        let style = match verdict {
            Verdict::Reached => AnsiColor::Green.on_default(),
            Verdict::Missed => AnsiColor::Red.on_default(),
            Verdict::Undecided(_) => AnsiColor::Yellow.on_default(),
            Verdict::NoGoal => Style::new(),
        };
        let cpus = if row.cpus.is_empty() { String::new() } else { format!(", {} CPUs", row.cpus) };
        anstream::println!(
            "  {} / {}{cpus}: {style}{} ({}) {verdict}{style:#}",
            row.what,
            row.peer,
            row.shown,
            row.quartiles
        );
        let old = before.iter().find(|old| row.is_same_as(old));
        if let Some((old, true)) = old.map(|old| (old, old.reached() != row.reached())) {
            anstream::println!("    before: {} ({})", old.shown, old.quartiles);
        }
    }
}
