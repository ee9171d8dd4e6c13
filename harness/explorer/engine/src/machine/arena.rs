//! The memory of the program under exploration, apart from the engine's: an allocator with an arena for each explored thread.
//!
//! - **An address is the same in every execution.** A thread's blocks come from its own arena, one after the other, at addresses that are
//!   chosen at compile time; what other threads do meanwhile does not move them. So locks that are taken in the order of their
//!   addresses are taken in the same order each time, and an address can name an object.
//! - **A block that is freed is not used again**, with one exception: one that its thread has allocated and freed since its last change
//!   that others can see. Nobody else can know it by what steps have changed; and a loop that allocates in each round finds itself where it was before. Where memory is
//!   watched it is used again only if there is such a loop, once the thread comes back to where it has taken a step since that change: whoever still uses it is found out.
//! - **An execution's memory is cleared at once**, before the next one begins. What is still alive then is kept where it is, and the next
//!   execution begins behind it: tests keep what they have observed. What nobody can reach of that is given back from time to time, see `sweep`.
//!
//! - **What nobody has written is not zero**, in small blocks where memory is watched: a program that takes what it finds there for a null, a zero or `false` fails,
//!   as it may with any allocator.
//!
//! Which code runs, the program's or the engine's, says a mark that is turned round wherever one calls the other (`crossing`, `fibers`). The
//! engine's own memory, and everything outside of executions, comes from the system's allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU64, AtomicUsize};

use super::context;
use super::op::Tid;
use super::plain::blocks as plain;
use super::sweep;
use crate::search::MAX_THREADS;

/// The allocator, see the [module](self).
#[derive(Clone, Copy, Debug, Default)]
pub struct Arena;

#[global_allocator]
static ARENA: Arena = Arena;

/// Where the arenas begin: far from where systems put anything.
const START: usize = 0x1000_0000_0000;
/// How far they are apart, as a power of two.
const APART: u32 = 36;
/// How much memory an arena asks the system for at a time.
const CHUNK: usize = 256 << 10;
/// Blocks are powers of two, up to this one.
const CLASSES: usize = 36;
/// A block is large.
const LARGE: usize = 1 << 20;
/// The smallest block.
const LEAST: usize = 16;
/// Blocks up to this size are filled when they are new; it is what a page holds.
const FILLED: usize = 4096;
/// With this, which is no address and no small number.
const UNWRITTEN: usize = usize::MAX / 0xFF * 0xA5;

/// The arena of one thread: its floor `≤ mark ≤ next ≤ mapped`.
struct Region {
    /// What lies below was allocated before the thread's last change.
    mark: usize,
    /// Where the next block goes.
    next: usize,
    /// The end of the memory that the system gave.
    mapped: usize,
    /// Blocks to be used again, by class; each holds the address of the next.
    free: [usize; CLASSES],
    /// Some are.
    any_free: bool,
    /// Blocks to be used again once the thread comes back to where it was.
    late: [usize; CLASSES],
    /// There are some.
    any_late: bool,
    /// Where the thread has taken steps since its last change.
    places: [(usize, usize); PLACES],
    places_used: usize,
}

/// So many places are kept: more than a round of a loop has.
const PLACES: usize = 64;

impl Region {
    const fn new(tid: Tid) -> Self {
        let start = START + (tid << APART);
        Self {
            mark: start,
            next: start,
            mapped: start,
            free: [0; CLASSES],
            any_free: false,
            late: [0; CLASSES],
            any_late: false,
            places: [(0, 0); PLACES],
            places_used: 0,
        }
    }

    /// Forgets the blocks that could be used again.
    fn forget_free(&mut self) {
        if std::mem::take(&mut self.any_free) {
            self.free = [0; CLASSES];
        }
        if std::mem::take(&mut self.any_late) {
            self.late = [0; CLASSES];
        }
        self.places_used = 0;
    }
}

struct Regions {
    all: UnsafeCell<[Region; MAX_THREADS]>,
    /// Below lies what earlier executions left behind. Whoever frees looks here, also a thread of the operating system that does not explore: it may have kept what
    /// its own explorations have observed.
    floors: [AtomicUsize; MAX_THREADS],
}

// SAFETY: only the thread of the operating system that explores uses `all`, and there is one exploration at a time.
unsafe impl Sync for Regions {}

static REGIONS: Regions = Regions {
    all: UnsafeCell::new({
        let mut regions = [const { Region::new(0) }; MAX_THREADS];
        let mut tid = 0;
        while tid < MAX_THREADS {
            regions[tid] = Region::new(tid);
            tid += 1;
        }
        regions
    }),
    floors: {
        let mut floors = [const { AtomicUsize::new(0) }; MAX_THREADS];
        let mut tid = 0;
        while tid < MAX_THREADS {
            floors[tid] = AtomicUsize::new(START + (tid << APART));
            tid += 1;
        }
        floors
    },
};

fn floor(tid: Tid) -> usize {
    REGIONS.floors[tid].load(Relaxed)
}

fn set_floor(tid: Tid, floor: usize) {
    REGIONS.floors[tid].store(floor, Relaxed);
}

/// How many blocks of this execution are alive, in the lower half. The upper half counts the executions, by two: it is odd while one begins. Another thread of the
/// operating system may free what it has kept at any moment, also while an execution begins; counted there, the block would be missing from those of the new one,
/// and its memory would be cleared although something in it is alive.
static ALIVE: AtomicU64 = AtomicU64::new(0);

const ONE_EXECUTION: u64 = 1 << 33;
const BEGINS: u64 = 1 << 32;

/// The engine's code, on whatever thread of the operating system, frees what the program has allocated.
#[cold]
fn give_back(tid: Tid, at: usize) {
    let seen = ALIVE.load(Acquire);
    if seen & BEGINS != 0 || at < floor(tid) {
        return;
    }
    plain::given_back(at);
    let counted = |now: u64| (now >> 32 == seen >> 32 && now as u32 > 0).then(|| now - 1);
    // If another execution has begun meanwhile, the block is none of its own.
    let _ = ALIVE.fetch_update(AcqRel, Acquire, counted);
}

/// Nobody's code but the engine's.
const ENGINE: u8 = u8::MAX;

thread_local! {
    /// Whose code runs: an explored thread's, or the engine's.
    static RUNS: Cell<u8> = const { Cell::new(ENGINE) };
}

/// Whose code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose(u8);

impl Whose {
    /// The engine's.
    pub const ENGINE: Self = Self(ENGINE);

    /// An explored thread's.
    pub const fn of(tid: Tid) -> Self {
        Self(tid as u8)
    }
}

/// Says whose code runs from now on; returns whose ran before. Not inline: with instrumentation it would be entered as one's and left as another's.
#[inline(never)]
pub fn runs(whose: Whose) -> Whose {
    // A thread of the operating system that is going away explores nothing.
    RUNS.try_with(|runs| Whose(runs.replace(whose.0))).unwrap_or(Whose::ENGINE)
}

/// Whether an explored thread's code runs.
#[inline]
pub fn is_explored() -> bool {
    RUNS.try_with(|runs| runs.get() != ENGINE).unwrap_or(false)
}

/// Runs `f` as the engine's code: what it allocates may outlive the execution.
pub fn outside<R>(f: impl FnOnce() -> R) -> R {
    struct Back(Whose);
    impl Drop for Back {
        fn drop(&mut self) {
            runs(self.0);
        }
    }
    let _back = Back(runs(Whose::ENGINE));
    f()
}

/// # Safety
///
/// The caller is the only one who uses the arenas at this moment: code of the exploration that runs, or that is about to.
unsafe fn regions() -> &'static mut [Region; MAX_THREADS] {
    // SAFETY: as the caller promises.
    unsafe { &mut *REGIONS.all.get() }
}

/// A new execution begins. Only by the thread that explores.
pub fn begin() {
    let before = ALIVE.fetch_or(BEGINS, AcqRel);
    // Where statics are put back too, nothing that is still alive can be reached any more.
    let all_gone = before as u32 == 0 || super::plain::is_on();
    // SAFETY: the exploration is between two executions.
    for (tid, region) in unsafe { regions() }.iter_mut().enumerate() {
        if region.next == START + (tid << APART) {
            continue;
        }
        if all_gone {
            // SAFETY: the memory is the arena's, and nobody uses it any more.
            unsafe { clear(floor(tid), region.next) };
            region.next = floor(tid);
        } else {
            sweep::left(tid, floor(tid)..region.next);
            set_floor(tid, region.next);
        }
        region.mark = region.next;
        region.forget_free();
    }
    if !all_gone {
        sweep::search(&mut |tid, memory, is_end| {
            // SAFETY: nobody has an address in it any more.
            unsafe { clear(memory.start, memory.end) };
            if is_end {
                // SAFETY: the exploration is between two executions.
                let region = unsafe { &mut regions()[tid] };
                set_floor(tid, memory.start);
                region.mark = memory.start;
                region.next = memory.start;
            }
        });
    }
    sweep::explores();
    ALIVE.store((before >> 33 << 33).wrapping_add(ONE_EXECUTION), Release);
}

/// Makes memory zero.
///
/// # Safety
///
/// It belongs to an arena, and nobody uses it.
unsafe fn clear(start: usize, end: usize) {
    const MUCH: usize = 1 << 20;
    let small = end.min(start + MUCH);
    // SAFETY: as the caller says; pages that are given back are zero when they are used again.
    unsafe {
        std::ptr::with_exposed_provenance_mut::<u8>(start).write_bytes(0, small - start);
        let rest = end.saturating_sub(small);
        let page = small.next_multiple_of(4096);
        if rest > 0 {
            let at = std::ptr::with_exposed_provenance_mut::<u8>(small);
            at.write_bytes(0, page.min(end) - small);
            if page < end {
                libc::madvise(at.add(page - small).cast(), end - page, libc::MADV_DONTNEED);
            }
        }
    }
}

/// A thread has changed what others can see: they may know of its blocks.
#[inline]
pub fn note_change(tid: Tid) {
    // SAFETY: called by the machine, in an execution.
    let region = unsafe { &mut regions()[tid] };
    region.mark = region.next;
    region.forget_free();
}

/// A thread is about to do what others could see, on this line and with its stack there. If it comes back, it may use again what it
/// has freed.
#[inline]
pub fn note_step(tid: Tid, place: (usize, usize)) {
    if !super::plain::is_on() {
        return;
    }
    // SAFETY: called by the machine, in an execution.
    let region = unsafe { &mut regions()[tid] };
    if region.places[..region.places_used].contains(&place) {
        if std::mem::take(&mut region.any_late) {
            region.free_late();
        }
    } else {
        if region.places_used == PLACES {
            region.places_used = 0;
        }
        region.places[region.places_used] = place;
        region.places_used += 1;
    }
}

/// The memory that the threads have allocated in this execution, as address ranges.
pub fn used() -> impl Iterator<Item = (usize, usize)> {
    // SAFETY: called by the machine, in an execution.
    let regions: &[Region] = unsafe { regions() };
    let ranges = regions.iter().enumerate().map(|(tid, region)| (floor(tid), region.next));
    ranges.filter(|(start, end)| start < end)
}

/// Where the arenas' own data are: there are addresses of blocks, and nobody of the program knows them.
pub fn own_data() -> std::ops::Range<usize> {
    let start = std::ptr::from_ref(&REGIONS).addr();
    start..start + size_of::<Regions>()
}

/// Whether an address lies in an arena.
#[inline]
pub const fn holds(address: usize) -> bool {
    address >= START && address < START + (MAX_THREADS << APART)
}

/// Whether an address in an arena is of memory that an earlier execution has left behind.
pub fn is_of_earlier(address: usize) -> bool {
    address < floor((address - START) >> APART)
}

fn class(layout: Layout) -> usize {
    layout.size().max(layout.align()).max(LEAST).next_power_of_two().trailing_zeros() as usize
}

impl Region {
    /// Joins the blocks that were freed late to the others, in the order of their addresses: in each round of a loop the same ones are used in the same order.
    fn free_late(&mut self) {
        for (late, free) in self.late.iter_mut().zip(&mut self.free) {
            if *late == 0 {
                continue;
            }
            let mut blocks = Vec::new();
            for list in [std::mem::take(late), std::mem::take(free)] {
                let mut next = list;
                while next != 0 {
                    blocks.push(next);
                    let block = std::ptr::with_exposed_provenance::<usize>(next);
                    // SAFETY: a free block holds the address of the next.
                    next = unsafe { block.read() };
                }
            }
            blocks.sort_unstable();
            for at in blocks.into_iter().rev() {
                // SAFETY: as above.
                unsafe { std::ptr::with_exposed_provenance_mut::<usize>(at).write(*free) };
                *free = at;
            }
        }
        self.any_free = true;
    }

    /// A block; null if there is no memory.
    fn allocate(&mut self, tid: Tid, class: usize, align: usize) -> *mut u8 {
        // Blocks are aligned to a page, or to what was asked for when they were new.
        if self.free[class] != 0 && self.free[class].is_multiple_of(align) {
            let block = std::ptr::with_exposed_provenance_mut::<usize>(self.free[class]);
            // SAFETY: a free block holds the address of the next, which is cleared so that the block looks the same each time.
            self.free[class] = unsafe { block.replace(0) };
            return block.cast();
        }
        let end_of_all = START + ((tid + 1) << APART);
        let block = self.next.next_multiple_of(align.max((1 << class).min(4096)));
        let Some(end) = block.checked_add(1 << class).filter(|&end| end <= end_of_all) else {
            return std::ptr::null_mut();
        };
        if end > self.mapped && !context::apart(|| self.grow(end)) {
            return std::ptr::null_mut();
        }
        self.next = end;
        std::ptr::with_exposed_provenance_mut(block)
    }

    #[cold]
    fn grow(&mut self, end: usize) -> bool {
        let length = (end - self.mapped).next_multiple_of(CHUNK);
        let (access, kind) = (
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
        );
        let at = std::ptr::without_provenance_mut(self.mapped);
        // SAFETY: new memory, where there is none yet.
        let map =
            unsafe { libc::mmap(at, length, access, kind | libc::MAP_FIXED_NOREPLACE, -1, 0) };
        if map.addr() != self.mapped {
            return false;
        }
        map.expose_provenance();
        self.mapped += length;
        true
    }
}

/// Makes words of a block look as nobody would have written them.
///
/// # Safety
///
/// The block has so many words.
unsafe fn fill(block: *mut usize, words: usize) {
    for word in 0..words {
        // SAFETY: as the caller promises. Volatile, so that no call of `memset` comes of it, which is taken for the program's.
        unsafe { block.add(word).write_volatile(UNWRITTEN) };
    }
}

// SAFETY: blocks of an arena are disjoint, as large as their class, and aligned to it or to a page, whichever is less, or to more if that is asked for.
unsafe impl GlobalAlloc for Arena {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let runs = RUNS.try_with(Cell::get).unwrap_or(ENGINE);
        let class = class(layout);
        if runs == ENGINE || class >= CLASSES {
            // SAFETY: as the caller promises.
            return unsafe { System.alloc(layout) };
        }
        let tid = Tid::from(runs);
        // SAFETY: code of the exploration runs.
        let block = unsafe { regions()[tid].allocate(tid, class, layout.align()) };
        if super::plain::is_on() && !block.is_null() && layout.size() <= FILLED {
            // SAFETY: a block is a whole number of words, and no smaller than its size.
            unsafe { fill(block.cast(), layout.size().div_ceil(size_of::<usize>())) };
        }
        ALIVE.fetch_add(u64::from(!block.is_null()), Relaxed);
        plain::allocated(tid, block.addr(), layout);
        block
    }

    /// Memory that nobody has used is zero. A large block is left as it is: to write it would take its pages, and the time for that.
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let runs = RUNS.try_with(Cell::get).unwrap_or(ENGINE);
        if runs == ENGINE {
            // SAFETY: as the caller promises.
            return unsafe { System.alloc_zeroed(layout) };
        }
        // SAFETY: code of the exploration runs.
        let next = || unsafe { regions()[Tid::from(runs)].next };
        let before = next();
        // SAFETY: as the caller promises.
        let block = unsafe { self.alloc(layout) };
        let is_fresh = holds(block.addr()) && next() > before;
        if !block.is_null() && (!is_fresh || layout.size() <= LARGE) {
            // SAFETY: the block has so many bytes.
            unsafe { block.write_bytes(0, layout.size()) };
        }
        block
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let at = block.addr();
        if !holds(at) {
            // SAFETY: as the caller promises, it came from there.
            return unsafe { System.dealloc(block, layout) };
        }
        let tid = (at - START) >> APART;
        let runs = RUNS.try_with(Cell::get).unwrap_or(ENGINE);
        if runs == ENGINE {
            return give_back(tid, at);
        }
        if at < floor(tid) {
            return;
        }
        plain::freed(at, layout);
        ALIVE.fetch_sub(1, Relaxed);
        // SAFETY: code of the exploration runs.
        let region = unsafe { &mut regions()[tid] };
        if Tid::from(runs) == tid && at >= region.mark {
            let class = class(layout);
            let is_watched = super::plain::is_on();
            let list = if is_watched { &mut region.late } else { &mut region.free };
            // SAFETY: the block is free, and holds an address.
            unsafe { block.cast::<usize>().write(list[class]) };
            list[class] = at;
            *(if is_watched { &mut region.any_late } else { &mut region.any_free }) = true;
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let runs = RUNS.try_with(Cell::get).unwrap_or(ENGINE);
        if runs == ENGINE && !holds(block.addr()) {
            // SAFETY: as the caller promises.
            return unsafe { System.realloc(block, layout, size) };
        }
        // SAFETY: as the caller promises; the new block is another one.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                std::ptr::copy_nonoverlapping(block, new, layout.size().min(size));
                self.dealloc(block, layout);
            }
            new
        }
    }
}
