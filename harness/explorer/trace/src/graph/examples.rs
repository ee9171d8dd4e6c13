//! Which runs are worth showing.

use super::{Example, Node};

/// The simplest run that passes and the simplest that fails: the fewest switches between threads, then the fewest steps.
pub(super) fn examples(nodes: &[Node], paths: &[Vec<usize>]) -> Vec<Example> {
    let walk = |path: &[usize]| {
        let mut node = 0;
        let mut threads = Vec::new();
        for &choice in path {
            let edge = &nodes[node].next[choice];
            threads.push(edge.step.thread);
            node = edge.to;
        }
        (threads, node)
    };
    let simplest = |fails: bool| {
        let candidates = paths.iter().filter(|path| {
            let end = nodes[walk(path).1].end.as_ref();
            end.is_some_and(|end| end.failure.is_some() == fails)
        });
        let cost = |path: &&Vec<usize>| {
            let (threads, _) = walk(path);
            (threads.windows(2).filter(|pair| pair[0] != pair[1]).count(), path.len())
        };
        candidates.min_by_key(cost).map(|path| Example { fails, path: path.clone() })
    };
    [simplest(false), simplest(true)].into_iter().flatten().collect()
}
