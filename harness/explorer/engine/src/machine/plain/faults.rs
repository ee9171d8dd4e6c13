//! What went wrong with memory, and who did it where.
//!
//! A hook knows the address of its instruction, not the line. The line takes the debug information, and reading that takes long; so it is read
//! for the few accesses that a failure is about, when the failing run is made again: there the same access comes again, and the stack is kept.

use std::alloc::Layout;
use std::backtrace::Backtrace;

use super::blocks::{Block, Made};
use super::shadow::{Clash, How, Seen};
use super::with;
use crate::machine::arena;
use crate::machine::op::Tid;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Race,
    AfterFree,
    DoubleFree,
    InvalidFree,
    Leak,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub kind: Kind,
    pub earlier: Option<Party>,
    pub later: Option<Party>,
    /// The size of the allocation that it is about, and who made it.
    pub block: Option<(usize, Tid)>,
    pub allocated_at: Option<trace::Location>,
    /// How many other blocks are leaked.
    pub others: usize,
    /// What the shadow knows of it.
    pub clash: Option<Clash>,
    /// The size and the alignment that it was allocated with, and those that it is freed with.
    pub layouts: Option<[(usize, usize); 2]>,
}

/// Who took part.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    pub thread: Tid,
    /// How many steps it had taken, and one.
    pub epoch: u16,
    pub how: How,
    pub at: Option<trace::Location>,
}

impl Party {
    fn new(seen: Seen) -> Self {
        Self { thread: seen.tid.into(), epoch: seen.epoch, how: seen.how, at: None }
    }
}

impl Fault {
    /// Two accesses that do not go together.
    pub fn new(clash: &Clash, block: Option<Block>) -> Self {
        let freed = |how| how == How::Free;
        let kind = match (freed(clash.earlier.how), freed(clash.later.how)) {
            (true, true) => Kind::DoubleFree,
            (true, false) | (false, true) => Kind::AfterFree,
            (false, false) => Kind::Race,
        };
        Self {
            kind,
            earlier: Some(Party::new(clash.earlier)),
            later: Some(Party::new(clash.later)),
            block: block.map(|block| (block.size, block.made.tid)),
            allocated_at: None,
            others: 0,
            clash: Some(*clash),
            layouts: None,
        }
    }

    /// A local variable is touched whose function has returned, or whose thread has ended.
    pub fn left((thread, epoch): (Tid, u16), how: How) -> Self {
        Self {
            kind: Kind::AfterFree,
            earlier: None,
            later: Some(Party { thread, epoch, how, at: None }),
            block: None,
            allocated_at: None,
            others: 0,
            clash: None,
            layouts: None,
        }
    }

    /// A local variable goes with its function or its thread, which do not know of a use by another thread.
    pub fn goes(seen: Seen, (thread, epoch): (Tid, u16)) -> Self {
        Self { earlier: Some(Party::new(seen)), ..Self::left((thread, epoch), How::Free) }
    }

    /// Memory is freed that may not be.
    pub fn free((thread, epoch): (Tid, u16), earlier: Option<Seen>, block: Option<Block>) -> Self {
        Self {
            kind: if block.is_some() { Kind::DoubleFree } else { Kind::InvalidFree },
            earlier: earlier.map(Party::new),
            later: Some(Party { thread, epoch, how: How::Free, at: None }),
            block: block.map(|block| (block.size, block.made.tid)),
            allocated_at: None,
            others: 0,
            clash: None,
            layouts: None,
        }
    }

    /// Memory is freed with another layout than it was allocated with.
    pub fn other_layout(now: (Tid, u16), block: Block, layout: Layout) -> Self {
        let layouts = [(block.size, block.align), (layout.size(), layout.align())];
        Self {
            kind: Kind::InvalidFree,
            layouts: Some(layouts),
            ..Self::free(now, None, Some(block))
        }
    }

    /// Memory is leaked: this block, and so many others.
    pub fn leak(block: Block, others: usize) -> Self {
        Self {
            kind: Kind::Leak,
            earlier: None,
            later: None,
            block: Some((block.size, block.made.tid)),
            allocated_at: None,
            others,
            clash: None,
            layouts: None,
        }
    }

    /// The first of these that accepts it: a data race both of whose accesses are in that file, or below that folder.
    pub fn accepted_by(&self, accept: &[String]) -> Option<usize> {
        let (Some(earlier), Some(later)) = (&self.earlier, &self.later) else { return None };
        let (earlier, later) = (earlier.at.as_ref()?, later.at.as_ref()?);
        let is_in = |place: &str, at: &trace::Location| match place.ends_with('/') {
            true => at.file.starts_with(place),
            false => at.file == place,
        };
        let accepts = |place: &String| is_in(place, earlier) && is_in(place, later);
        (self.kind == Kind::Race).then(|| accept.iter().position(accepts)).flatten()
    }

    /// Adds the lines that were seen.
    pub fn locate(&mut self) {
        let seen = with(|plain| std::mem::take(&mut plain.witnesses.stacks)).unwrap_or_default();
        let [earlier, allocated, later] = seen.map(|stack| stack.as_ref().and_then(line));
        if let Some(party) = &mut self.earlier {
            party.at = earlier;
        }
        self.allocated_at = allocated;
        if let Some(party) = &mut self.later {
            party.at = later;
        }
    }
}

/// The places in [`Witnesses::stacks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Earlier = 0,
    Allocated = 1,
    Later = 2,
}

/// Looks out for the accesses that a failure was about.
#[derive(Debug, Default)]
pub struct Witnesses {
    /// What the last failure was about.
    sought: Option<(Option<Seen>, Option<Made>)>,
    /// It is happening.
    now: Option<Which>,
    stacks: [Option<Backtrace>; 3],
}

impl Witnesses {
    /// A new execution.
    pub fn begin(&mut self) {
        self.now = None;
        self.stacks = Default::default();
    }

    /// A failure is about these.
    pub fn seek(&mut self, earlier: Option<Seen>, allocated: Option<Made>) {
        self.sought = Some((earlier, allocated));
        self.now = Some(Which::Later);
    }

    /// A failure is about what was allocated so.
    pub fn seek_allocation(&mut self, allocated: Made) {
        self.sought = Some((None, Some(allocated)));
    }

    /// Whether everything was seen that is sought.
    pub fn is_complete(&self) -> bool {
        let seen = |which: Which| self.stacks[which as usize].is_some();
        self.sought.is_none_or(|(earlier, allocated)| match earlier {
            Some(_) => seen(Which::Earlier),
            None => allocated.is_none() || seen(Which::Allocated),
        })
    }

    /// An access was noted.
    #[inline]
    pub fn noted(&mut self, (tid, epoch): (Tid, u16), how: How, at: usize, range: (usize, usize)) {
        let Some((Some(sought), _)) = self.sought else { return };
        // A loop may come here a million times with the same, and the first is what the shadow knows.
        if self.stacks[Which::Earlier as usize].is_some() {
            return;
        }
        let (first, last) = (range.0 >> 3, (range.0 + range.1.max(1) - 1) >> 3);
        if usize::from(sought.tid) == tid
            && (sought.epoch, sought.how, sought.at) == (epoch, how, at)
            && (first..=last).contains(&sought.granule)
        {
            self.now = Some(Which::Earlier);
        }
    }

    /// Something was allocated.
    pub fn allocated(&mut self, made: Made) {
        if self.sought.is_some_and(|(_, sought)| sought == Some(made)) {
            self.now = Some(Which::Allocated);
        }
    }

    /// Whether the stack is wanted.
    #[inline]
    pub fn wants_last(&self) -> bool {
        self.now.is_some()
    }
}

/// Keeps the stack if it is wanted. Called as the engine.
#[inline]
pub fn witness() {
    if with(|plain| plain.witnesses.wants_last()) == Some(true) {
        keep_stack();
    }
}

/// Whether a failing run has to be made again for its lines.
pub fn is_incomplete() -> bool {
    with(|plain| !plain.witnesses.is_complete()).unwrap_or(false)
}

#[cold]
#[inline(never)]
pub fn keep_stack() {
    let stack = arena::outside(Backtrace::force_capture);
    with(|plain| {
        if let Some(which) = plain.witnesses.now.take() {
            plain.witnesses.stacks[which as usize] = Some(stack);
        }
    });
}

/// The innermost line of a stack that is the user's, or in a crate that they use.
pub fn line(stack: &Backtrace) -> Option<trace::Location> {
    innermost(stack, |_| true)
}

/// The innermost line of a stack that is in no crate of others.
pub fn own_line(stack: &Backtrace) -> Option<trace::Location> {
    let is_own = |at: &trace::Location| at.package().is_none() && at.file.ends_with(".rs");
    innermost(stack, is_own).filter(is_own)
}

fn innermost(
    stack: &Backtrace,
    counts: impl Fn(&trace::Location) -> bool,
) -> Option<trace::Location> {
    let text = stack.to_string();
    let mut lines = text.lines().map(str::trim).peekable();
    let mut fallback = None;
    while let Some(function) = lines.next() {
        let place = lines.next_if(|line| line.starts_with("at "));
        let name = function.split_once(": ").map_or(function, |(_, name)| name);
        let root = name.trim_start_matches(['<', '&', '*', '[', '(']);
        let theirs =
            |krate: &str| root.strip_prefix(krate).is_some_and(|rest| rest.starts_with("::"));
        let engine = ["explore_engine", "explore_std", "explore_core"];
        let library = ["core", "alloc", "std", "hashbrown", "__rustc"];
        // Below the coroutine is whoever resumed it.
        if theirs("corosensei") {
            break;
        }
        let Some(place) = place else { continue };
        // What the driver is made of is nobody's line.
        let ours = ["/rustc/", "explorer/engine/src/", "/explore-driver:"];
        if engine.iter().any(|krate| theirs(krate)) || ours.iter().any(|part| place.contains(part))
        {
            continue;
        }
        let location = parse(place.trim_start_matches("at "));
        if !library.iter().any(|krate| theirs(krate)) {
            if location.as_ref().is_none_or(&counts) {
                return location;
            }
            continue;
        }
        fallback = fallback.or(location);
    }
    fallback
}

/// `path:line:column`.
fn parse(place: &str) -> Option<trace::Location> {
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let mut location = trace::Location::new(file.trim_start_matches("./"), line.parse().ok()?);
    location.column = column.parse().ok();
    Some(location)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_race_is_accepted_only_where_both_accesses_are() {
        let party = |file: Option<&str>| Party {
            thread: 0,
            epoch: 1,
            how: How::Write,
            at: file.map(|file| trace::Location::new(file, 7)),
        };
        let by = |kind, earlier, later, places: &[&str]| {
            let mut fault = Fault::left((0, 1), How::Write);
            (fault.kind, fault.earlier, fault.later) =
                (kind, Some(party(earlier)), Some(party(later)));
            let places: Vec<String> = places.iter().map(|&place| place.to_owned()).collect();
            fault.accepted_by(&places)
        };
        let (a, b, c) = (Some("/r/a/src/a.rs"), Some("/r/a/src/b.rs"), Some("src/lib.rs"));
        assert_eq!(by(Kind::Race, a, a, &["/r/a/src/a.rs"]), Some(0));
        assert_eq!(by(Kind::Race, a, b, &["/r/a/src/a.rs"]), None);
        assert_eq!(by(Kind::Race, a, b, &["/r/a/src/b.rs", "/r/a/"]), Some(1));
        assert_eq!(by(Kind::Race, a, c, &["/r/a/", "/r/a/src/a.rs"]), None);
        assert_eq!(by(Kind::Race, None, a, &["/r/a/"]), None);
        // The name of one begins with that of the other.
        assert_eq!(by(Kind::Race, Some("/r/a-b/src/a.rs"), a, &["/r/a/"]), None);
        assert_eq!(by(Kind::AfterFree, a, a, &["/r/a/"]), None);
        assert_eq!(by(Kind::Race, a, a, &[]), None);
    }
}
