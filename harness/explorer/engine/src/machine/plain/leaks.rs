//! Memory that nobody has freed at the end of an execution, and that nobody can reach any more.
//!
//! What a `static` holds, or what that leads to, is not leaked: a program may keep it for good. Everything else should have been freed, as all its threads
//! have ended. As in a garbage collector that knows no types, whatever looks like an address of a block is one.

use std::ops::Range;

use super::blocks::Block;
use super::faults::Fault;
use super::with;
use crate::machine::{arena, hashing, statics};

/// The first block that is leaked, and how many others are. Only between the end of all threads and the next execution.
///
/// `held` is memory of the engine in which it holds what the program has given it.
pub fn find(held: Vec<(usize, usize)>) -> Option<Fault> {
    with(|plain| {
        let blocks: Vec<Block> = plain.blocks.alive().collect();
        if blocks.is_empty() {
            return None;
        }
        let mut roots = statics::of_the_program();
        roots.extend(held);
        roots.extend(hashing::thread_data());
        let reached = reachable(&blocks, roots.into_iter().map(|(start, end)| start..end));
        let leaked: Vec<Block> = blocks
            .iter()
            .zip(reached)
            .filter(|(_, reached)| !reached)
            .map(|(block, _)| *block)
            .collect();
        // What another leaked block leads to is leaked because of that one.
        let within = |block: &Block| block.start..block.start + block.size;
        let lead_to = |from: &Block| reachable(&leaked, [within(from)].into_iter());
        let mut because = vec![false; leaked.len()];
        for (at, block) in leaked.iter().enumerate() {
            if because[at] {
                continue;
            }
            for (other, reached) in lead_to(block).into_iter().enumerate() {
                because[other] |= reached && other != at;
            }
        }
        let is_first = |(at, _): &(usize, &Block)| !because[*at];
        let first = leaked.iter().enumerate().find(is_first).map(|(_, block)| block);
        // All in a circle: the one that was made first.
        let first = *first.or(leaked.first())?;
        plain.witnesses.seek_allocation(first.made);
        Some(Fault::leak(first, leaked.len() - 1))
    })
    .flatten()
}

/// Which blocks can be reached from this memory.
fn reachable(blocks: &[Block], roots: impl Iterator<Item = Range<usize>>) -> Vec<bool> {
    let mut reached = vec![false; blocks.len()];
    let mut found = Vec::new();
    let mut look = |range: Range<usize>, found: &mut Vec<usize>| {
        for at in (range.start.next_multiple_of(8)..range.end.saturating_sub(7)).step_by(8) {
            if arena::own_data().contains(&at) {
                continue;
            }
            // SAFETY: the program's data, or a block of it that is not freed; none of its threads runs. It may be uninitialised for the language: it is read
            // as the processor sees it, and so not by an ordinary read.
            let word = unsafe { std::ptr::with_exposed_provenance::<usize>(at).read_volatile() };
            if !arena::holds(word) {
                continue;
            }
            let after = blocks.partition_point(|block| block.start <= word);
            let Some(index) = after.checked_sub(1) else { continue };
            let block = &blocks[index];
            if word < block.start + block.size.max(1)
                && !std::mem::replace(&mut reached[index], true)
            {
                found.push(index);
            }
        }
    };
    for root in roots {
        look(root, &mut found);
    }
    while let Some(index) = found.pop() {
        look(blocks[index].start..blocks[index].start + blocks[index].size, &mut found);
    }
    reached
}
