//! All interleavings of a small scenario as one graph of states, with the source
//! that a reader steps through.

use super::target::Target;
use super::{Driver, Search};
use anyhow::Context;
use protocol::{Config, Memory};
use std::collections::BTreeMap;
use std::path::Path;
use trace::graph::StateGraph;
use trace::{SourceFiles, Trace};

/// Lines between two lines that are shown are shown as well, up to this many.
const GAP: u32 = 4;

/// The runs of `scenario` (`file/name`) that go through all its states, with the
/// source lines that they name, and the graph that they make, under this
/// memory model. With [`Memory::SeqCst`] the graph is smallest.
///
/// # Errors
///
/// When the scenario has too many states, or cannot be explored.
pub fn states(
    driver: &Driver,
    target: &Target,
    scenario: &str,
    search: &Search,
    memory: Memory,
) -> anyhow::Result<(Vec<Trace>, StateGraph)> {
    let config = Config { max_executions: search.graph_runs, memory, ..search.config.clone() };
    let mut runs = driver.runs(scenario, &Search { config, ..search.clone() })?;
    let mut sources = SourceFiles::new(&target.root);
    for run in &mut runs {
        for step in &mut run.steps {
            // The end of `main` is a call of the explorer's own.
            step.at.take_if(|at| at.file.contains("explorer/engine/src/"));
        }
        run.quote(&mut sources);
    }
    let mut graph = StateGraph::new(&runs, true).with_context(|| scenario.to_owned())?;
    widen(&mut graph, target, scenario);
    let text = graph.to_json().replace(&format!("\"{}/", target.root.display()), "\"");
    Ok((runs, StateGraph::from_json(&text)?))
}

/// Quotes what is around the lines that the graph names: all of the scenario's
/// function, and the lines between two that are near each other. With their
/// indentation.
fn widen(graph: &mut StateGraph, target: &Target, scenario: &str) {
    let name = scenario.rsplit('/').next().unwrap_or(scenario);
    for (file, lines) in &mut graph.sources {
        let Ok(text) = std::fs::read_to_string(target.root.join(file)) else { continue };
        let text: Vec<&str> = text.lines().collect();
        let mut shown: Vec<u32> = lines.keys().copied().collect();
        let is_home = |path: &Path| path == target.root.join(file);
        if target.files.iter().any(|home| is_home(&home.path)) {
            shown.extend(function(&text, name));
        }
        shown.sort_unstable();
        let between = shown.windows(2).filter(|pair| pair[1] - pair[0] <= GAP + 1);
        let between: Vec<u32> = between.flat_map(|pair| pair[0] + 1..pair[1]).collect();
        shown.extend(between);
        let line = |number: u32| {
            let text = text.get(usize::try_from(number).ok()?.checked_sub(1)?)?;
            Some((number, text.trim_end().to_owned()))
        };
        *lines = shown.into_iter().filter_map(line).collect::<BTreeMap<_, _>>();
    }
}

/// The numbers of the lines of a function that stands at the left margin.
fn function(text: &[&str], name: &str) -> Vec<u32> {
    let head = |line: &&str| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("fn ")
            .and_then(|rest| rest.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with('('))
    };
    let Some(first) = text.iter().position(head) else { return Vec::new() };
    let Some(length) = text[first..].iter().position(|line| *line == "}") else {
        return Vec::new();
    };
    let number = |index: usize| u32::try_from(index + 1).ok();
    (first..=first + length).filter_map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_found_by_its_whole_name() {
        let text = ["fn one_more() {", "}", "fn one() {", "    two();", "}", "fn two() {}"];
        assert_eq!(function(&text, "one"), [3, 4, 5]);
        assert_eq!(function(&text, "three"), [] as [u32; 0]);
    }
}
