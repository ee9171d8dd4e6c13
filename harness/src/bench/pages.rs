//! What the book shows of the reports: their tables in both languages, and one plot.

use super::table::{self, Row};
use super::{plot, words};
use crate::files;
use anyhow::Context;
use std::path::{Path, PathBuf};

/// Every chapter with a report, by its number, and the rows of that report.
///
/// # Errors
///
/// When a report cannot be read.
pub fn measured(root: &Path) -> anyhow::Result<Vec<(String, Vec<Row>)>> {
    let folder = root.join("chapters");
    let entries = std::fs::read_dir(&folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut chapters: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|chapter| chapter.join("benches/README.md").is_file())
        .collect();
    chapters.sort();
    let read = |chapter: PathBuf| {
        let report = chapter.join("benches/README.md");
        let text = std::fs::read_to_string(&report)
            .with_context(|| format!("{} cannot be read", report.display()))?;
        let name = chapter.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let number = name.split('-').next().unwrap_or_default().to_owned();
        Ok((number, table::rows(&text)))
    };
    chapters.into_iter().map(read).collect()
}

/// The files that the book includes, by their names in `book/figures`.
///
/// # Errors
///
/// As [`measured`].
pub fn figures(root: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let measured = measured(root)?;
    let mut figures = Vec::new();
    for language in words::Language::BOTH {
        let tables: String =
            measured.iter().map(|(chapter, rows)| table::table(chapter, rows, language)).collect();
        figures.push((format!("benchmarks{}.md", language.suffix()), tables));
        let plot = plot::svg(&measured, language);
        figures.push((format!("benchmarks{}.svg", language.suffix()), plot));
    }
    Ok(figures)
}

/// Writes them.
///
/// # Errors
///
/// As [`figures`], and when one cannot be written.
pub fn write(root: &Path) -> anyhow::Result<()> {
    for (name, text) in figures(root)? {
        files::write(&root.join("book/figures").join(name), text.as_bytes())?;
    }
    Ok(())
}
