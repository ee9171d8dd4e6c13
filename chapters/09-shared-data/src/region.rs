//! The layout of a piece of shared memory: a header with a lock, then elements.

use crate::lock::LockWord;
use crate::memory::SharedMemory;
use crate::typecode::{Representation, Typecode};
use ch08_multiprocessing::Descriptor;
use std::io;

/// "every-in", so that other memory is not taken for ours.
const MAGIC: u64 = u64::from_be_bytes(*b"every-in");
/// Where the elements begin: a cache line of their own.
const ELEMENTS_AT: usize = 64;

#[derive(Debug)]
#[repr(C)]
struct Header {
    magic: u64,
    contents: u32,
    typecode: u32,
    len: u64,
    lock: LockWord,
}

const _: () = assert!(size_of::<Header>() <= ELEMENTS_AT);

/// What a region holds, and hence who may touch its elements and how. Two
/// processes that saw it differently would race.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contents {
    /// No elements.
    Lock = 1,
    /// One element, touched by the lock's holder only.
    Value,
    /// Elements touched by the lock's holder only.
    Array,
    /// One element, touched by atomic operations only.
    RawValue,
    /// Elements touched by atomic operations only.
    RawArray,
}

/// A mapped piece of shared memory whose header has been checked.
#[derive(Debug)]
pub(crate) struct Region {
    memory: SharedMemory,
    contents: Contents,
    typecode: Typecode,
    len: usize,
}

impl Region {
    /// `len` elements, all bytes zero.
    pub(crate) fn new(contents: Contents, typecode: Typecode, len: usize) -> io::Result<Region> {
        let too_large = || io::Error::from(io::ErrorKind::OutOfMemory);
        let bytes = typecode.size().checked_mul(len).and_then(|n| n.checked_add(ELEMENTS_AT));
        let bytes = bytes.filter(|&n| isize::try_from(n).is_ok()).ok_or_else(too_large)?;
        let memory = SharedMemory::new(bytes)?;
        let header = Header {
            magic: MAGIC,
            contents: contents as u32,
            typecode: u32::from(typecode.letter()),
            len: len as u64,
            lock: LockWord::default(),
        };
        // SAFETY: the memory is large enough, aligned to a page, and nobody
        // else knows of it yet.
        unsafe { memory.start().cast::<Header>().write(header) };
        Ok(Region { memory, contents, typecode, len })
    }

    pub(crate) fn lock_alone() -> io::Result<Region> {
        Region::new(Contents::Lock, Typecode::Char, 0)
    }

    /// The region that another process sent.
    pub(crate) fn open(descriptor: Descriptor) -> io::Result<Region> {
        let foreign = || io::Error::other("the memory is not a value or an array of this library");
        let memory = SharedMemory::open(descriptor)?;
        if memory.len() < ELEMENTS_AT {
            return Err(foreign());
        }
        let header = memory.start().cast::<Header>();
        // SAFETY: the memory is large enough and aligned to a page. Its
        // creator wrote these fields before anybody else had it, and nobody
        // writes to them again.
        let (magic, contents, typecode, len) =
            unsafe { ((*header).magic, (*header).contents, (*header).typecode, (*header).len) };
        let contents = [
            Contents::Lock,
            Contents::Value,
            Contents::Array,
            Contents::RawValue,
            Contents::RawArray,
        ]
        .into_iter()
        .find(|known| *known as u32 == contents)
        .ok_or_else(foreign)?;
        let typecode = char::from_u32(typecode)
            .and_then(|letter| Typecode::try_from(letter).ok())
            .ok_or_else(foreign)?;
        let len = usize::try_from(len).map_err(|_| foreign())?;
        let bytes = typecode.size().checked_mul(len).and_then(|n| n.checked_add(ELEMENTS_AT));
        if magic != MAGIC || bytes != Some(memory.len()) {
            return Err(foreign());
        }
        Ok(Region { memory, contents, typecode, len })
    }

    /// The region, if it holds this.
    pub(crate) fn expect(
        self,
        contents: Contents,
        representation: Option<Representation>,
    ) -> io::Result<Region> {
        let found = self.typecode.representation();
        if self.contents != contents || representation.is_some_and(|wanted| wanted != found) {
            let what = format!(
                "the memory holds {} element(s) of typecode {} as {:?}, not what is asked for",
                self.len, self.typecode, self.contents
            );
            return Err(io::Error::other(what));
        }
        Ok(self)
    }

    pub(crate) fn typecode(&self) -> Typecode {
        self.typecode
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn lock(&self) -> &LockWord {
        // SAFETY: the header is mapped as long as `self`, and everybody
        // touches its lock through the atomics in it only.
        unsafe { &(*self.memory.start().cast::<Header>()).lock }
    }

    /// Where the elements begin: `len() * typecode().size()` bytes, aligned
    /// for any of them, mapped for as long as `self`.
    pub(crate) fn elements(&self) -> *mut u8 {
        // SAFETY: the memory holds at least that many bytes.
        unsafe { self.memory.start().add(ELEMENTS_AT) }
    }

    pub(crate) fn descriptor(&self) -> &Descriptor {
        self.memory.descriptor()
    }
}

/// Lets a handle go to another process: what is sent is the memory's descriptor.
macro_rules! sent_as_memory {
    ($type:ident $(<$element:ident>)?, $this:ident => $region:expr, $arrived:ident => $rebuild:expr) => {
        impl $(<$element: crate::Element>)? serde::Serialize for $type $(<$element>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $this = self;
                serde::Serialize::serialize($region.descriptor(), serializer)
            }
        }

        impl<'de $(, $element: crate::Element)?> serde::Deserialize<'de> for $type $(<$element>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let descriptor = serde::Deserialize::deserialize(deserializer)?;
                let rebuilt: std::io::Result<Self> =
                    crate::region::Region::open(descriptor).and_then(|$arrived| $rebuild);
                rebuilt.map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use sent_as_memory;
