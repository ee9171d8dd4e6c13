//! Memory that several processes map.

use super::linux::Linux;
use crate::children::with_room;
use crate::descriptor::Descriptor;
use crate::reason::Reason;
use ch08_sync::LockWord;
use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, fstat, ftruncate};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::io;
use std::marker::PhantomData;
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// A piece of memory without a name (memfd_create(2)), mapped by every process
/// that holds its descriptor. The kernel frees it with the last of them, however
/// that one ends: there is nothing to unlink and nothing to leak.
///
/// It begins with what it is and a lock, which an [`RLock`](crate::RLock) can
/// stand for; what follows is its [`body`](SharedMemory::body). Sent to another
/// process it is the same memory there. This is what values and arrays are
/// built on; on its own it is bytes that any process changes at any time.
#[derive(Debug)]
pub struct SharedMemory {
    descriptor: Descriptor,
    map: MmapRaw,
    kind: Kind,
}

/// What a piece of shared memory is for, so that none is taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(u32);

impl Kind {
    /// A kind of another crate's, which uses the memory's lock as an
    /// [`RLock`](crate::RLock).
    pub const fn other(number: u32) -> Kind {
        Kind(number.saturating_add(Kind::OTHERS))
    }

    /// The number of another crate's kind.
    pub const fn number(self) -> Option<u32> {
        self.0.checked_sub(Kind::OTHERS)
    }

    const OTHERS: u32 = 1 << 8;
    pub(super) const RLOCK: Kind = Kind(1);
    pub(super) const LOCK: Kind = Kind(2);
    pub(super) const SEMAPHORE: Kind = Kind(3);
    pub(super) const BOUNDED_SEMAPHORE: Kind = Kind(4);
    pub(super) const EVENT: Kind = Kind(5);
    pub(super) const CONDITION: Kind = Kind(6);
    pub(super) const BARRIER: Kind = Kind(7);
    pub(super) const QUEUE: Kind = Kind(8);
}

#[derive(Debug)]
#[repr(C)]
struct Header {
    magic: u64,
    kind: u32,
    _reserved: u32,
    lock: LockWord,
}

/// "every-in", so that other memory is not taken for ours.
const MAGIC: u64 = u64::from_be_bytes(*b"every-in");
/// Where the body begins: a cache line of its own.
const BODY_AT: usize = 64;
const _: () = assert!(size_of::<Header>() <= BODY_AT);

/// A mapping whose file shrinks kills its reader with SIGBUS: so it cannot.
const FIXED_SIZE: SealFlags = SealFlags::SHRINK.union(SealFlags::GROW).union(SealFlags::SEAL);

impl SharedMemory {
    /// `bytes` zeros, and a free lock before them. The system finds room for
    /// each page when it is first touched, not now.
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors, or there is no such size.
    pub fn new(kind: Kind, bytes: usize) -> io::Result<SharedMemory> {
        let too_large = || io::Error::from(io::ErrorKind::OutOfMemory);
        let size = bytes.checked_add(BODY_AT).filter(|&n| isize::try_from(n).is_ok());
        let size = size.ok_or_else(too_large)?;
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = with_room(|| Ok(rustix::fs::memfd_create("every-interleaving", flags)?))?;
        ftruncate(&file, size as u64)?;
        fcntl_add_seals(&file, FIXED_SIZE)?;
        let map = MmapOptions::new().len(size).map_raw(&file)?;
        let header = Header { magic: MAGIC, kind: kind.0, _reserved: 0, lock: LockWord::default() };
        // SAFETY: the memory is large enough, aligned to a page, and nobody
        // else knows of it yet.
        unsafe { map.as_mut_ptr().cast::<Header>().write(header) };
        Ok(SharedMemory { descriptor: file.into(), map, kind })
    }

    /// The memory that another process sent.
    fn open(descriptor: Descriptor) -> io::Result<SharedMemory> {
        if !fcntl_get_seals(&descriptor)?.contains(FIXED_SIZE) {
            return Err(io::Error::other("the memory could shrink while it is in use"));
        }
        let file = OwnedFd::from(descriptor);
        let size = usize::try_from(fstat(&file)?.st_size).map_err(io::Error::other)?;
        let foreign = || io::Error::other("the memory is not of this library");
        if size < BODY_AT {
            return Err(foreign());
        }
        let map = MmapOptions::new().len(size).map_raw(&file)?;
        let header = map.as_mut_ptr().cast::<Header>();
        // SAFETY: the memory is large enough and aligned to a page. Its creator
        // wrote these fields before anybody else had it, and nobody writes to
        // them again.
        let (magic, kind) = unsafe { ((*header).magic, Kind((*header).kind)) };
        if magic != MAGIC {
            return Err(foreign());
        }
        Ok(SharedMemory { descriptor: file.into(), map, kind })
    }

    /// What it is for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where the body begins: [`len`](SharedMemory::len) bytes, aligned to 64,
    /// mapped for as long as `self`. Other processes read and write it.
    #[inline]
    pub fn body(&self) -> *mut u8 {
        // SAFETY: the memory holds at least that many bytes.
        unsafe { self.map.as_mut_ptr().add(BODY_AT) }
    }

    /// The size of the body in bytes.
    pub fn len(&self) -> usize {
        self.map.len() - BODY_AT
    }

    /// Whether the body has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the lock for one of this library's own objects; and whether the
    /// last holder died. Blocks.
    pub(super) fn hold(&self) -> (Held<'_>, bool) {
        let word = self.lock();
        word.acquire_once(&Linux, None);
        (Held(word), word.take_notice_of_death())
    }

    #[inline]
    pub(super) fn lock(&self) -> &LockWord {
        // SAFETY: the header is mapped as long as `self`, and everybody
        // touches its lock through the atomics in it only.
        unsafe { &(*self.map.as_mut_ptr().cast::<Header>()).lock }
    }

    /// Gives the whole pages between two places of the body back to the
    /// system; they read as zeros again.
    pub(super) fn forget(&self, from: usize, to: usize) {
        let page = rustix::param::page_size();
        let from = (BODY_AT + from).next_multiple_of(page);
        let to = (BODY_AT + to) / page * page;
        if from < to {
            let mode =
                rustix::fs::FallocateFlags::PUNCH_HOLE | rustix::fs::FallocateFlags::KEEP_SIZE;
            // If it does not, the pages are merely kept.
            let _ = rustix::fs::fallocate(&self.descriptor, mode, from as u64, (to - from) as u64);
        }
    }
}

/// Gives the lock back when dropped.
pub(super) struct Held<'a>(&'a LockWord);

impl Held<'_> {
    pub(super) fn word(&self) -> &LockWord {
        self.0
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.release(&Linux);
    }
}

impl Serialize for SharedMemory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.descriptor.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SharedMemory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SharedMemory, D::Error> {
        SharedMemory::open(Descriptor::deserialize(deserializer)?)
            .map_err(|error| de::Error::custom(Reason::new(error).keep()))
    }
}

/// A type that can lie in the body of shared memory.
///
/// # Safety
///
/// It consists of atomics alone, zeros are a value of it, and it needs no
/// stricter alignment than 64.
pub(super) unsafe trait Shareable {
    const KIND: Kind;
    /// How many bytes there are after it.
    const MORE: usize = 0;
}

/// A `T` in a piece of shared memory of its own.
#[derive(Debug)]
pub(super) struct Placed<T> {
    memory: Arc<SharedMemory>,
    _what: PhantomData<T>,
}

impl<T> Clone for Placed<T> {
    fn clone(&self) -> Placed<T> {
        Placed { memory: Arc::clone(&self.memory), _what: PhantomData }
    }
}

impl<T: Shareable> Placed<T> {
    /// All zeros.
    pub(super) fn new() -> io::Result<Placed<T>> {
        let memory = SharedMemory::new(T::KIND, size_of::<T>() + T::MORE)?;
        Ok(Placed { memory: Arc::new(memory), _what: PhantomData })
    }

    pub(super) fn memory(&self) -> &SharedMemory {
        &self.memory
    }
}

impl<T: Shareable> std::ops::Deref for Placed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the body is at least as large as a T, aligned to 64, mapped as
        // long as `self`, and began as zeros; everybody who opened it as this
        // kind touches it as a T, which is atomics alone.
        unsafe { &*self.memory.body().cast::<T>() }
    }
}

impl<T: Shareable> Placed<T> {
    /// Where the [`MORE`](Shareable::MORE) bytes begin.
    pub(super) fn more(&self) -> *mut u8 {
        // SAFETY: the body holds a T and these bytes.
        unsafe { self.memory.body().add(size_of::<T>()) }
    }
}

impl<T: Shareable> Serialize for Placed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.memory.serialize(serializer)
    }
}

impl<'de, T: Shareable> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Placed<T>, D::Error> {
        let memory = SharedMemory::deserialize(deserializer)?;
        if memory.kind() != T::KIND || memory.len() < size_of::<T>() + T::MORE {
            return Err(de::Error::custom("the memory holds something else"));
        }
        Ok(Placed { memory: Arc::new(memory), _what: PhantomData })
    }
}
