//! Gives back what executions have left behind and nobody can reach any more.
//!
//! An execution that is broken off, by `exit` or a failure, leaves what its threads owned. Tests keep what they have observed, too, so what is alive at the end
//! of an execution cannot simply go. Once there is much of it, all memory outside of the arenas is searched for addresses in them, as a garbage collector
//! does that knows no types; and what is found, in turn. What nobody has the address of is given back. Only what was left behind in explorations of the
//! same thread of the operating system: what others have observed they may hold in a register.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

use super::arena;
use super::op::Tid;

/// After so many bytes it is worth while.
const MUCH: usize = 64 << 20;
/// What is left behind is told apart in pieces of this size.
const PIECE: usize = 256 << 10;

/// Memory that some executions have left behind; no block reaches beyond.
struct Piece {
    /// Who explored.
    explorer: ThreadId,
    tid: Tid,
    memory: Range<usize>,
    reached: bool,
}

struct Left {
    pieces: Vec<Piece>,
    /// Who makes, or has made, the last execution.
    explorer: Option<ThreadId>,
    /// How many bytes there are.
    bytes: usize,
    /// How many there may be before the next search.
    enough: usize,
    /// The stacks of coroutines.
    stacks: Vec<Range<usize>>,
}

static LEFT: Mutex<Left> = Mutex::new(Left {
    pieces: Vec::new(),
    explorer: None,
    bytes: 0,
    enough: 0,
    stacks: Vec::new(),
});

fn all() -> MutexGuard<'static, Left> {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the next [`search`] will be one.
pub fn is_due() -> bool {
    let left = all();
    left.bytes >= left.enough.max(MUCH)
}

/// These are the stacks of coroutines, between two executions: what lies there is of no use to anybody.
pub fn dead(stacks: Vec<Range<usize>>) {
    all().stacks = stacks;
}

/// This thread of the operating system makes the next execution.
pub fn explores() {
    all().explorer = Some(std::thread::current().id());
}

/// The last execution has left this behind, in the arena of a thread. It may have been another's: then that one holds on to it.
pub fn left(tid: Tid, memory: Range<usize>) {
    let mut left = all();
    let explorer = left.explorer.unwrap_or_else(|| std::thread::current().id());
    left.add(explorer, tid, memory);
}

impl Left {
    /// Adds what lies behind all pieces of a thread's arena.
    fn add(&mut self, explorer: ThreadId, tid: Tid, memory: Range<usize>) {
        // A piece without memory would have the start of the next one. Then their order by starts would not be that of their ends, by which an address's piece is looked up.
        if memory.is_empty() {
            return;
        }
        self.bytes += memory.len();
        let last = self.pieces.iter_mut().rev().find(|piece| piece.tid == tid);
        match last.filter(|last| {
            last.memory.end == memory.start
                && last.memory.len() < PIECE
                && last.explorer == explorer
        }) {
            Some(last) => last.memory.end = memory.end,
            None => self.pieces.push(Piece { explorer, tid, memory, reached: false }),
        }
    }
}

/// Searches, if there is enough. Calls `free` for what was given back: `true` if nothing of the thread's arena that lies behind it is still there.
pub fn search(free: &mut dyn FnMut(Tid, Range<usize>, bool)) {
    if !is_due() {
        return;
    }
    let mut left = all();
    let stacks = std::mem::take(&mut left.stacks);
    left.pieces.sort_unstable_by_key(|piece| piece.memory.start);
    if mark(&mut left.pieces, &stacks).is_none() {
        // It cannot be told. More than that cannot be done.
        left.enough = usize::MAX;
        return;
    }
    let mut pieces = std::mem::take(&mut left.pieces);
    let mut last = pieces.len();
    while last > 0 {
        // The pieces of one arena that nobody reaches, as far as they lie side by side.
        let tid = pieces[last - 1].tid;
        let is_free = |piece: &Piece| !piece.reached && piece.tid == tid;
        let first = pieces[..last].iter().rposition(|piece| !is_free(piece)).map_or(0, |at| at + 1);
        if first == last {
            last -= 1;
            continue;
        }
        let is_end = pieces.get(last).is_none_or(|next| next.tid != tid);
        free(tid, pieces[first].memory.start..pieces[last - 1].memory.end, is_end);
        last = first;
    }
    pieces.retain(|piece| piece.reached);
    pieces.iter_mut().for_each(|piece| piece.reached = false);
    left.bytes = pieces.iter().map(|piece| piece.memory.len()).sum();
    left.enough = left.bytes * 2;
    left.pieces = pieces;
}

/// Marks the pieces that can be reached. `None` if the process may not look at itself.
fn mark(pieces: &mut [Piece], stacks: &[Range<usize>]) -> Option<()> {
    let memory = File::open("/proc/self/mem").ok()?;
    let me = std::thread::current().id();
    let mut found: Vec<usize> = (0..pieces.len()).filter(|&at| pieces[at].explorer != me).collect();
    found.iter().for_each(|&at| pieces[at].reached = true);
    let mut buffer = vec![0_u64; (1 << 20) / size_of::<u64>()];
    for line in BufReader::new(File::open("/proc/self/maps").ok()?).lines() {
        let line = line.ok()?;
        let mut words = line.split_ascii_whitespace();
        let (Some(range), Some(access)) = (words.next(), words.next()) else { continue };
        let (start, end) = range.split_once('-')?;
        let (mut at, end) =
            (usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?);
        if !access.starts_with("rw") || arena::holds(at) {
            continue;
        }
        while at < end {
            let length = (end - at).min(buffer.len() * size_of::<u64>());
            let read = memory.read_at(&mut bytes(&mut buffer)[..length], at as u64);
            // What is gone meanwhile holds nothing.
            let Ok(read @ 1..) = read else { break };
            let words = &mut buffer[..read / size_of::<u64>()];
            for stack in stacks {
                let (start, end) = (stack.start.max(at), stack.end.min(at + read));
                if start < end {
                    words[(start - at) / size_of::<u64>()..(end - at) / size_of::<u64>()].fill(0);
                }
            }
            look(words, pieces, &mut found);
            at += read;
        }
    }
    while let Some(piece) = found.pop() {
        let Range { start, end } = pieces[piece].memory.clone();
        let mut at = start;
        while at < end {
            let length = (end - at).min(buffer.len() * size_of::<u64>());
            let read = memory.read_at(&mut bytes(&mut buffer)[..length], at as u64).ok()?;
            if read == 0 {
                return None;
            }
            look(&buffer[..read / size_of::<u64>()], pieces, &mut found);
            at += read;
        }
    }
    Some(())
}

fn bytes(words: &mut [u64]) -> &mut [u8] {
    let length = size_of_val(words);
    // SAFETY: the same memory, as bytes; any bytes are numbers.
    unsafe { std::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), length) }
}

/// Looks for addresses in pieces that were not found yet.
fn look(words: &[u64], pieces: &mut [Piece], found: &mut Vec<usize>) {
    for &word in words {
        let address = word as usize;
        if !arena::holds(address) {
            continue;
        }
        let piece = pieces.partition_point(|piece| piece.memory.end <= address);
        if let Some(here) = pieces.get_mut(piece)
            && here.memory.contains(&address)
            && !here.reached
        {
            here.reached = true;
            found.push(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Left, PIECE, look};

    const START: usize = 0x1000_0000_0000;

    fn id() -> std::thread::ThreadId {
        std::thread::spawn(|| std::thread::current().id()).join().unwrap()
    }

    /// Two tests explore in turns, and some executions leave nothing behind in the arenas of some threads.
    #[test]
    fn each_address_has_its_piece() {
        let explorers = [id(), id()];
        let mut left =
            Left { pieces: Vec::new(), explorer: None, bytes: 0, enough: 0, stacks: Vec::new() };
        let mut next = [0, 1, 2].map(|tid| START + (tid << 36));
        let mut addresses = Vec::new();
        for execution in 0..400_usize {
            for (tid, next) in next.iter_mut().enumerate() {
                let number = execution + tid;
                let size = if number % 3 == 0 { 0 } else { 4096 + number % 5 * PIECE };
                left.add(explorers[execution % 2], tid, *next..*next + size);
                if size > 0 {
                    addresses.extend([*next, *next + size - 8]);
                }
                *next += size;
            }
        }
        left.pieces.sort_unstable_by_key(|piece| piece.memory.start);
        for address in addresses {
            left.pieces.iter_mut().for_each(|piece| piece.reached = false);
            let mut found = Vec::new();
            look(&[address as u64], &mut left.pieces, &mut found);
            let [piece] = found[..] else { panic!("{address:x} is in {found:?}") };
            assert!(left.pieces[piece].reached && left.pieces[piece].memory.contains(&address));
        }
    }
}
