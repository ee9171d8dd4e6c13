//! Memory that several processes map.

use super::chunk::{self, ALIGNMENT, Chunk};
use super::linux::Linux;
use crate::reason::Reason;
use ch08_sync::LockWord;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::io;
use std::marker::PhantomData;
use std::sync::Arc;

/// A piece of memory without a name (memfd_create(2)), mapped by every process
/// that was given it. The kernel frees it with the last of them, however
/// that one ends: there is nothing to unlink and nothing to leak.
///
/// Small pieces of one process share a file of 1 MiB, of which only what is
/// touched takes memory, and one descriptor. It is freed with the last of them.
///
/// It begins with what it is and a lock, which an [`RLock`](crate::RLock) can
/// stand for; what follows is its [`body`](SharedMemory::body). Sent to another
/// process it is the same memory there. This is what values and arrays are
/// built on; on its own it is bytes that any process changes at any time.
#[derive(Debug)]
pub struct SharedMemory {
    chunk: Arc<Chunk>,
    /// Where in it this piece begins, and how many bytes it has.
    at: usize,
    size: usize,
    kind: Kind,
}

/// What a piece of shared memory is for, so that none is taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(u32);

impl Kind {
    /// A kind of another crate's, which uses the memory's lock as an
    /// [`RLock`](crate::RLock).
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, SharedMemory};
    /// const MINE: Kind = Kind::other(7);
    /// assert_eq!(SharedMemory::new(MINE, 16)?.kind(), MINE);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn other(number: u32) -> Kind {
        Kind(number.saturating_add(Kind::OTHERS))
    }

    /// The number of another crate's kind.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, SharedMemory};
    /// assert_eq!(Kind::other(7).number(), Some(7));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    /// The bytes of the piece, these included.
    size: u64,
}

/// "every-in", so that other memory is not taken for ours.
const MAGIC: u64 = u64::from_be_bytes(*b"every-in");
/// Where the body begins: a cache line of its own.
const BODY_AT: usize = 64;
const _: () = assert!(size_of::<Header>() <= BODY_AT);

impl SharedMemory {
    /// `bytes` zeros, and a free lock before them. The system finds room for
    /// each page when it is first touched, not now.
    ///
    /// Small pieces share a file: thousands of them need few descriptors.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, SharedMemory};
    /// let memory = SharedMemory::new(Kind::other(7), 16)?;
    /// // SAFETY: 16 zeros, and nobody else knows of them.
    /// unsafe { memory.body().write(1) };
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors, or there is no such size.
    pub fn new(kind: Kind, bytes: usize) -> io::Result<SharedMemory> {
        let too_large = || io::Error::from(io::ErrorKind::OutOfMemory);
        let size = bytes.checked_add(BODY_AT).filter(|&n| isize::try_from(n).is_ok());
        let size = size.ok_or_else(too_large)?;
        let (chunk, at) = chunk::place(size)?;
        let memory = SharedMemory { chunk, at, size, kind };
        let header = Header {
            magic: MAGIC,
            kind: kind.0,
            _reserved: 0,
            lock: LockWord::default(),
            size: size as u64,
        };
        // SAFETY: the place is large enough and aligned, and nobody else knows of it yet.
        unsafe { memory.header().write(header) };
        Ok(memory)
    }

    /// The memory that another process sent.
    fn open(chunk: Arc<Chunk>, at: u64) -> io::Result<SharedMemory> {
        let foreign = || io::Error::other("the memory is not of this library");
        let at = usize::try_from(at).ok().filter(|at| at % ALIGNMENT == 0).ok_or_else(foreign)?;
        let room = chunk.len().checked_sub(at).filter(|&room| room >= BODY_AT);
        let room = room.ok_or_else(foreign)?;
        let mut memory = SharedMemory { chunk, at, size: BODY_AT, kind: Kind(0) };
        let header = memory.header();
        // SAFETY: the place is large enough and aligned. Its creator wrote these fields before
        // anybody else had it, and nobody writes to them again.
        let (magic, kind, size) = unsafe { ((*header).magic, (*header).kind, (*header).size) };
        let size = usize::try_from(size).map_err(io::Error::other)?;
        if magic != MAGIC || size < BODY_AT || size > room {
            return Err(foreign());
        }
        memory.size = size;
        memory.kind = Kind(kind);
        Ok(memory)
    }

    #[inline]
    fn header(&self) -> *mut Header {
        // SAFETY: the piece lies in the mapping.
        unsafe { self.chunk.start().add(self.at).cast() }
    }

    /// What it is for.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, SharedMemory};
    /// assert_eq!(SharedMemory::new(Kind::other(7), 16)?.kind().number(), Some(7));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where the body begins: [`len`](SharedMemory::len) bytes, aligned to 64,
    /// mapped for as long as `self`. Other processes read and write it.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, SharedMemory};
    /// let memory = SharedMemory::new(Kind::other(7), 16)?;
    /// // SAFETY: the first of 16 bytes, of which nobody else knows.
    /// assert_eq!(unsafe { memory.body().read() }, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn body(&self) -> *mut u8 {
        // SAFETY: the piece has at least that many bytes, and lies in the mapping.
        unsafe { self.chunk.start().add(self.at + BODY_AT) }
    }

    /// The size of the body in bytes.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, SharedMemory};
    /// assert_eq!(SharedMemory::new(Kind::other(7), 16)?.len(), 16);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> usize {
        self.size - BODY_AT
    }

    /// Whether the body has no bytes.
    ///
    /// ```
    /// # use ch08_multiprocessing::{Kind, SharedMemory};
    /// assert!(SharedMemory::new(Kind::other(7), 0)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
        unsafe { &(*self.header()).lock }
    }

    /// Gives the whole pages between two places of the body back to the
    /// system; they read as zeros again.
    pub(super) fn forget(&self, from: usize, to: usize) {
        let page = rustix::param::page_size();
        let from = (self.at + BODY_AT + from).next_multiple_of(page);
        let to = (self.at + BODY_AT + to) / page * page;
        if from < to {
            self.chunk.forget(from, to);
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

/// The file that it lies in, and where.
struct InChunk<'a>(&'a Chunk);

impl Serialize for InChunk<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

struct Arrived(Arc<Chunk>);

impl<'de> Deserialize<'de> for Arrived {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Arrived, D::Error> {
        Chunk::deserialize(deserializer).map(Arrived)
    }
}

impl Serialize for SharedMemory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (InChunk(&self.chunk), self.at as u64).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SharedMemory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SharedMemory, D::Error> {
        let (Arrived(chunk), at) = Deserialize::deserialize(deserializer)?;
        SharedMemory::open(chunk, at).map_err(|error| de::Error::custom(Reason::new(error).keep()))
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
