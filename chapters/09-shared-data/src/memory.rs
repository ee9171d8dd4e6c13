//! Memory that several processes map.

use ch08_multiprocessing::Descriptor;
use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, fstat, ftruncate};
use std::io;
use std::os::fd::OwnedFd;

/// A piece of memory without a name (memfd_create(2)), mapped by every process
/// that holds its descriptor. The kernel frees it with the last of them, however
/// that one ends: there is nothing to unlink and nothing to leak.
#[derive(Debug)]
pub(crate) struct SharedMemory {
    descriptor: Descriptor,
    map: MmapRaw,
}

/// A mapping whose file shrinks kills its reader with SIGBUS: so it cannot.
const FIXED_SIZE: SealFlags = SealFlags::SHRINK.union(SealFlags::GROW).union(SealFlags::SEAL);

impl SharedMemory {
    /// `bytes` zeros. `bytes` must not be 0.
    pub(crate) fn new(bytes: usize) -> io::Result<SharedMemory> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = rustix::fs::memfd_create("every-interleaving", flags)?;
        ftruncate(&file, bytes as u64)?;
        fcntl_add_seals(&file, FIXED_SIZE)?;
        SharedMemory::map(file)
    }

    /// The memory that another process sent.
    pub(crate) fn open(descriptor: Descriptor) -> io::Result<SharedMemory> {
        if !fcntl_get_seals(&descriptor)?.contains(FIXED_SIZE) {
            return Err(io::Error::other("the memory could shrink while it is in use"));
        }
        SharedMemory::map(descriptor.into())
    }

    fn map(file: OwnedFd) -> io::Result<SharedMemory> {
        let bytes = usize::try_from(fstat(&file)?.st_size).map_err(io::Error::other)?;
        let map = MmapOptions::new().len(bytes).map_raw(&file)?;
        Ok(SharedMemory { descriptor: file.into(), map })
    }

    /// Its beginning, aligned to a page.
    pub(crate) fn start(&self) -> *mut u8 {
        self.map.as_mut_ptr()
    }

    /// Its size in bytes.
    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    /// What to send to another process.
    pub(crate) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
}
