//! The verb `merge`: the parts of a batch, put together.

use super::grade::summary;
use super::output::{Batch, Output, Reports};
use crate::grading::assignment::Assignment;
use crate::grading::verdict::Verdict;
use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Collects the results of the parts in `folders` into `out`, and writes the reports of the whole.
///
/// # Errors
///
/// When a part is of another batch, when results are missing, or when two parts say different things of one submission. Nothing is written
/// then.
pub fn merge(
    course: &Path,
    folders: &[PathBuf],
    out: &Path,
    reports: &Reports,
) -> anyhow::Result<Verdict> {
    let mut parts = Vec::new();
    for folder in folders {
        let (output, batch) = Output::open(folder)?;
        parts.push((folder, output, batch));
    }
    let (first_folder, _, first) = parts.first().context("there is nothing to merge")?;
    if let Some((folder, _, other)) = parts.iter().find(|(_, _, other)| !other.agrees_with(first)) {
        bail!(
            "{} and {} are not of one batch: {} against {}",
            first_folder.display(),
            folder.display(),
            description(first),
            description(other)
        );
    }
    let names: BTreeSet<&String> =
        parts.iter().flat_map(|(_, _, batch)| &batch.submissions).collect();
    let mut results = BTreeMap::new();
    for (folder, output, batch) in &parts {
        for name in &batch.submissions {
            let Some(result) = output.result(name) else { continue };
            match results.insert(name, result.clone()) {
                Some(before) if before.without_times() != result.without_times() => {
                    bail!("{} says something else of {name} than another part", folder.display())
                }
                _ => {}
            }
        }
    }
    let missing: Vec<&str> = names
        .iter()
        .filter(|name| !results.contains_key(**name))
        .map(|name| name.as_str())
        .collect();
    if !missing.is_empty() {
        bail!(
            "{} of {} submissions have no result yet: {}. Run the parts again that were not finished; they go on where they were",
            missing.len(),
            names.len(),
            missing.join(", ")
        );
    }
    let names: Vec<String> = names.into_iter().cloned().collect();
    let assignment = Assignment::load(course, &first.assignment)?;
    reports.earlier.is_before(&assignment.name)?;
    let whole = Batch { shard: None, submissions: names.clone(), ..first.clone() };
    let output = Output::begin(out, &whole)?;
    for result in results.values() {
        output.write(result)?;
    }
    Ok(summary(&output.report(&assignment, &names, reports)?, out))
}

fn description(batch: &Batch) -> String {
    format!(
        "{} version {}, seed {}, harness {}, {}",
        batch.assignment,
        batch.versions.assignment,
        batch.seed,
        batch.versions.harness,
        batch.versions.rustc
    )
}
