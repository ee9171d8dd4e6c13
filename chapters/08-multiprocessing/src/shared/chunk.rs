//! Files without a name, mapped, in which pieces of shared memory lie.
//!
//! A large piece has a file of its own. Small ones lie side by side in one, so
//! that thousands of locks need few descriptors. A place is used once: whether
//! another process still uses it nobody knows, and the whole file is freed
//! when the last process has dropped the last of its pieces.

use crate::children::with_room;
use crate::descriptor::{self, Descriptor};
use ch08_forks::{Whole, WholeGuard};
use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, fstat, ftruncate};
use rustix::process::{Resource, getrlimit};
use serde::{Deserializer, Serializer};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::{Arc, Weak};

/// A mapped file that cannot change its size: a mapping whose file shrinks
/// kills its reader with SIGBUS.
#[derive(Debug)]
pub(super) struct Chunk {
    descriptor: Descriptor,
    map: MmapRaw,
    id: Id,
}

/// The device and the number of a file: no two files have the same.
pub(crate) type Id = (u64, u64);

const FIXED_SIZE: SealFlags = SealFlags::SHRINK.union(SealFlags::GROW).union(SealFlags::SEAL);

/// Pieces up to this size share a file…
const SMALL: usize = 32 << 10;
/// …of this one. The system finds room for what is touched of it only.
const ARENA: usize = 1 << 20;
/// Pieces begin at multiples of this: a cache line of their own.
pub(super) const ALIGNMENT: usize = 64;

/// The file that this process puts small pieces into.
struct Arena {
    chunk: Weak<Chunk>,
    used: usize,
    /// A forked copy must not use the places that its parent will use.
    process: u32,
}

static CURRENT: Whole<Option<Arena>> = Whole::new(None);

/// All that this process has mapped, so that it maps none twice.
static MAPPED: Whole<Vec<Weak<Chunk>>> = Whole::new(Vec::new());

fn mapped() -> WholeGuard<'static, Vec<Weak<Chunk>>> {
    MAPPED.lock()
}

/// A place for `size` bytes, all zeros: a file, and where in it they begin.
pub(super) fn place(size: usize) -> io::Result<(Arc<Chunk>, usize)> {
    if size > SMALL {
        return Ok((Chunk::new(size)?, 0));
    }
    let size = size.next_multiple_of(ALIGNMENT);
    let process = std::process::id();
    let mut current = CURRENT.lock();
    if let Some(arena) = &mut *current
        && arena.process == process
        && arena.used + size <= ARENA
        && let Some(chunk) = arena.chunk.upgrade()
    {
        let at = arena.used;
        arena.used += size;
        return Ok((chunk, at));
    }
    let chunk = Chunk::new(ARENA)?;
    *current = Some(Arena { chunk: Arc::downgrade(&chunk), used: size, process });
    Ok((chunk, 0))
}

impl Chunk {
    fn new(size: usize) -> io::Result<Arc<Chunk>> {
        // To exceed it would end the process with SIGXFSZ.
        if getrlimit(Resource::Fsize).current.is_some_and(|limit| (size as u64) > limit) {
            return Err(io::Error::from_raw_os_error(libc::EFBIG));
        }
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = with_room(|| Ok(rustix::fs::memfd_create("every-interleaving", flags)?))?;
        ftruncate(&file, size as u64)?;
        fcntl_add_seals(&file, FIXED_SIZE)?;
        let descriptor = Descriptor::from(file);
        let id = id(&descriptor)?;
        Chunk::map(descriptor, id, size)
    }

    /// The file that another process sent.
    fn open(descriptor: &Descriptor) -> io::Result<Arc<Chunk>> {
        if !fcntl_get_seals(descriptor)?.contains(FIXED_SIZE) {
            return Err(io::Error::other("the memory could shrink while it is in use"));
        }
        let id = id(descriptor)?;
        if let Some(chunk) = mapped().iter().filter_map(Weak::upgrade).find(|c| c.id == id) {
            return Ok(chunk);
        }
        let size = usize::try_from(fstat(descriptor)?.st_size).map_err(io::Error::other)?;
        Chunk::map(descriptor.try_clone()?, id, size)
    }

    fn map(descriptor: Descriptor, id: Id, size: usize) -> io::Result<Arc<Chunk>> {
        let map = MmapOptions::new().len(size).map_raw(descriptor.as_fd().as_raw_fd())?;
        let chunk = Arc::new(Chunk { descriptor, map, id });
        let mut mapped = mapped();
        mapped.retain(|chunk| chunk.strong_count() > 0);
        mapped.push(Arc::downgrade(&chunk));
        Ok(chunk)
    }

    /// Where it begins: aligned to a page.
    #[inline]
    pub(super) fn start(&self) -> *mut u8 {
        self.map.as_mut_ptr()
    }

    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    /// Gives these whole pages back to the system; they read as zeros again.
    pub(super) fn forget(&self, from: usize, to: usize) {
        let mode = rustix::fs::FallocateFlags::PUNCH_HOLE | rustix::fs::FallocateFlags::KEEP_SIZE;
        // If it does not, the pages are merely kept.
        let _ = rustix::fs::fallocate(&self.descriptor, mode, from as u64, (to - from) as u64);
    }

    pub(super) fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        descriptor::serialize_once(&self.descriptor, self.id, serializer)
    }

    pub(super) fn deserialize<'de, D>(deserializer: D) -> Result<Arc<Chunk>, D::Error>
    where
        D: Deserializer<'de>,
    {
        descriptor::deserialize_shared(deserializer, Chunk::open)
    }
}

fn id(file: &Descriptor) -> io::Result<Id> {
    let status = fstat(file)?;
    Ok((status.st_dev, status.st_ino))
}
