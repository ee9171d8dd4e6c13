//! Elements in a piece of shared memory.

use crate::typecode::{Representation, Typecode};
use ch08_multiprocessing::{Kind, RLock, SharedMemory};
use std::io;

/// What a region holds, and hence who may touch its elements and how. Two
/// processes that saw it differently would race.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contents {
    /// One element, touched by the lock's holder only.
    Value = 1,
    /// Elements touched by the lock's holder only.
    Array,
    /// One element, touched by atomic operations only.
    RawValue,
    /// Elements touched by atomic operations only.
    RawArray,
}

const CONTENTS: [Contents; 4] =
    [Contents::Value, Contents::Array, Contents::RawValue, Contents::RawArray];

/// Shared memory whose kind says what is in it. Clones are the same memory.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    lock: RLock,
    contents: Contents,
    typecode: Typecode,
    len: usize,
}

/// The kind's number: what, and of which typecode.
fn kind(contents: Contents, typecode: Typecode) -> Kind {
    Kind::other((contents as u32) << 8 | u32::from(typecode.letter()))
}

impl Region {
    /// `len` elements, all bytes zero.
    pub(crate) fn new(contents: Contents, typecode: Typecode, len: usize) -> io::Result<Region> {
        let bytes = typecode.size().checked_mul(len);
        let bytes = bytes.ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))?;
        Region::open(SharedMemory::new(kind(contents, typecode), bytes)?)
    }

    /// The region in this memory.
    pub(crate) fn open(memory: SharedMemory) -> io::Result<Region> {
        let foreign = || io::Error::other("the memory is not a value or an array of this library");
        let number = memory.kind().number().ok_or_else(foreign)?;
        let contents = CONTENTS.into_iter().find(|known| *known as u32 == number >> 8);
        let contents = contents.ok_or_else(foreign)?;
        let letter = char::from(number as u8);
        let typecode = Typecode::try_from(letter).map_err(|_| foreign())?;
        let len = memory.len() / typecode.size();
        let lock = RLock::of(memory).ok_or_else(foreign)?;
        Ok(Region { lock, contents, typecode, len })
    }

    /// The region, if it holds this.
    pub(crate) fn expect(
        self,
        contents: Contents,
        representation: Option<Representation>,
    ) -> io::Result<Region> {
        let found = self.typecode.representation();
        let one = !matches!(contents, Contents::Value | Contents::RawValue) || self.len > 0;
        if self.contents != contents || representation.is_some_and(|wanted| wanted != found) || !one
        {
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

    pub(crate) fn lock(&self) -> &RLock {
        &self.lock
    }

    /// Where the elements begin: `len() * typecode().size()` bytes, aligned
    /// for any of them, mapped for as long as `self`.
    pub(crate) fn elements(&self) -> *mut u8 {
        self.lock.memory().body()
    }
}

/// Lets a handle go to another process: what is sent is the memory.
macro_rules! sent_as_memory {
    ($type:ident $(<$element:ident>)?, $arrived:ident => $rebuild:expr) => {
        impl $(<$element: crate::Element>)? serde::Serialize for $type $(<$element>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(self.region.lock(), serializer)
            }
        }

        impl<'de $(, $element: crate::Element)?> serde::Deserialize<'de> for $type $(<$element>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let memory = serde::Deserialize::deserialize(deserializer)?;
                let rebuilt: std::io::Result<Self> =
                    crate::region::Region::open(memory).and_then(|$arrived| $rebuild);
                rebuilt.map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use sent_as_memory;
